"""The left panel of Explore: the input, what the network says, the class, all skips, the legend."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from resnet_viz.ui.labels import muted, title
from resnet_viz.ui.photo_view import PhotoView
from resnet_viz.ui.predictions import ClassPicker, TopFive
from resnet_viz.ui.session import Session
from resnet_viz.ui.skip_panel import SkipPanel
from resnet_viz.ui.strip import Strip
from resnet_viz.ui.theme import Theme

_LEGEND = (
    ("shortcut", "skip  x"),
    ("branch", "main  F(x)"),
    ("output", "output  y"),
    ("gradient", "gradient"),
)


class SidePanel(QScrollArea):
    """Shows a session's left side and passes on what is clicked there.

    Signals:
        file_picked: path of a picture chosen in a strip.
    """

    file_picked = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme: Theme | None = None
        self.setObjectName("card")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

        self.photo = PhotoView()
        self._caption = muted("")
        self._caption.setWordWrap(True)
        self._note = muted("")
        self._note.setWordWrap(True)
        self._note.hide()
        self.strip = Strip("Pictures to pick from")
        self.top5 = TopFive()
        self.classes = ClassPicker()
        self.skips = SkipPanel()
        self._legend: list[tuple[str, QLabel]] = []

        body = QWidget()
        body.setObjectName("panelBody")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.setSpacing(4)
        layout.addWidget(title("Input"))
        layout.addWidget(self.photo)
        layout.addWidget(self._caption)
        layout.addWidget(self.strip)
        layout.addWidget(title("Top 5"))
        layout.addWidget(self._note)
        layout.addWidget(self.top5)
        # Above the class: with a projector's large type the rest scrolls.
        layout.addWidget(title("All skips"))
        layout.addWidget(self.skips)
        layout.addWidget(title("Gradient of the loss for"))
        layout.addWidget(self.classes)
        layout.addStretch(1)
        layout.addLayout(self._make_legend())
        self.setWidget(body)

        self.strip.picked.connect(self.file_picked)
        self.classes.picked.connect(session.set_target)
        self.skips.alpha_changed.connect(session.set_alpha)
        self.skips.drag_ended.connect(session.end_drag)
        self.skips.all_on.connect(session.all_on)
        self.skips.all_off.connect(session.all_off)
        session.picture_changed.connect(self._show_input)
        session.network_changed.connect(self._on_network)
        session.toggles_changed.connect(self._show_toggles)
        session.target_changed.connect(self.classes.show_target)
        session.measured.connect(self._on_measured)
        session.stale_changed.connect(self.top5.set_stale)
        self._show_toggles()

    def sizeHint(self) -> QSize:
        width = 250 if self._theme is None or self._theme.name != "projector" else 310
        return QSize(width, 600)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        self.setFixedWidth(self.sizeHint().width())
        self.photo.set_theme(theme)
        self.top5.set_theme(theme)
        for role, swatch in self._legend:
            swatch.setStyleSheet(f"background: {getattr(theme, role)}; border-radius: 2px;")

    def _make_legend(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        for index, (role, text) in enumerate(_LEGEND):
            swatch = QLabel()
            swatch.setFixedSize(11, 11)
            self._legend.append((role, swatch))
            row, column = divmod(index, 2)
            grid.addWidget(swatch, row, 2 * column)
            grid.addWidget(muted(text), row, 2 * column + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        return grid

    def _on_network(self) -> None:
        self.classes.set_labels(self._session.labels)
        self.classes.show_target(self._session.target)
        self.top5.clear()
        notes = self._session.network.notes if self._session.network else ()
        self._note.setText(" ".join(notes))
        self._note.setVisible(bool(notes))
        self._show_input()
        self._show_toggles()

    def _show_input(self) -> None:
        picture = self._session.picture
        if picture is None:
            return
        network = self._session.network
        self.photo.show_picture(
            picture.rgb, network.preprocess if network else None, self._session.view
        )
        height, width = picture.rgb.shape[:2]
        side = f" → {network.preprocess.crop}×{network.preprocess.crop}" if network else ""
        self._caption.setText(f"{picture.name} · {width}×{height}{side}")
        self._caption.setToolTip(picture.path)

    def _show_toggles(self) -> None:
        self.skips.show_toggles(self._session.toggles, self._session.spec.n_blocks)

    def _on_measured(self) -> None:
        snapshot, labels = self._session.snapshot, self._session.labels
        if snapshot is None or not labels:
            return
        probabilities = snapshot.probabilities()[0]
        self.top5.show_probabilities(probabilities, labels)
        self.classes.show_predicted(labels[int(np.argmax(probabilities))])
