"""The left panel of Gradients: everything that decides the numbers, and what was measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.errors import UserError
from resnet_viz.lab.fit import will_fit
from resnet_viz.lab.settings import LabSettings
from resnet_viz.ui.gradients import changes
from resnet_viz.ui.gradients.cause_groups import (
    BatchGroup,
    CauseGroup,
    NetworkGroup,
    SkipGroup,
    WeightsGroup,
)
from resnet_viz.ui.gradients.presets import presets
from resnet_viz.ui.gradients.session import LabSession
from resnet_viz.ui.gradients.settings_text import SettingsText
from resnet_viz.ui.labels import muted
from resnet_viz.ui.theme import Theme

_TAKE_MEMORY = ("network", "order", "batch", "batch_size", "dtype", "weights")


class CausePanel(QScrollArea):
    """Shows a session's settings and passes on what is chosen.

    Args:
        session: whose settings.
        text: copies, pastes, saves and opens them.
        parent: owner.

    Signals:
        refused: a `UserError`: what was chosen cannot be, and nothing has changed.
        too_large: why it may not fit into memory, and what builds it all the same.
    """

    refused = Signal(object)
    too_large = Signal(str, object)

    def __init__(
        self, session: LabSession, text: SettingsText, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._text = text
        self._projector = False
        self._menus: dict[str, QMenu] = {}
        self.setObjectName("card")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.network = NetworkGroup()
        self.weights = WeightsGroup()
        self.skips = SkipGroup()
        self.batch = BatchGroup(self._ask_folder)
        self.groups: tuple[CauseGroup, ...] = (
            self.network,
            self.weights,
            self.skips,
            self.batch,
        )
        self.measured = muted("")
        self.measured.setWordWrap(True)
        self._lay_out()
        self._connect()
        self._show_settings()
        self._show_measured()

    def sizeHint(self) -> QSize:
        return QSize(310 if self._projector else 272, 600)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's sizes; colours come with the window's style sheet."""
        self._projector = theme.name == "projector"
        self.setFixedWidth(self.sizeHint().width())

    # --- construction --------------------------------------------------------------------------

    def _lay_out(self) -> None:
        body = QWidget()
        body.setObjectName("causes")
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(9)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        self.presets = self._menu_button("Presets", self._fill_presets)
        self.settings_menu = self._menu_button("Settings", self._fill_settings)
        buttons.addWidget(self.presets)
        buttons.addWidget(self.settings_menu)
        column.addLayout(buttons)
        for group in self.groups:
            column.addWidget(group)
        column.addWidget(self.measured)
        column.addStretch(1)
        self.setWidget(body)

    def _menu_button(self, title: str, fill: Callable[[QMenu], None]) -> QPushButton:
        button = QPushButton(f"{title} ▾")
        button.setAccessibleName(title)
        menu = QMenu(button)
        fill(menu)
        # Not `setMenu`, which would draw a second arrow.
        button.clicked.connect(lambda: menu.popup(button.mapToGlobal(button.rect().bottomLeft())))
        self._menus[title] = menu
        return button

    def _fill_presets(self, menu: QMenu) -> None:
        for preset in presets():
            action = menu.addAction(preset.name)
            action.triggered.connect(lambda _=False, s=preset.settings: self._take(s))
        menu.addSeparator()
        menu.addAction("As at the start").triggered.connect(lambda: self._take(LabSettings()))

    def _fill_settings(self, menu: QMenu) -> None:
        for words, act in (
            ("Copy as text", self._text.copy),
            ("Paste", self._text.paste),
            ("Save…", self._text.save),
            ("Open…", self._text.open),
        ):
            menu.addAction(words).triggered.connect(lambda _=False, a=act: a())

    def menu(self, title: str) -> QMenu:
        """The menu under a button, `Presets` or `Settings`."""
        return self._menus[title]

    def _connect(self) -> None:
        for group in self.groups:
            group.wanted.connect(self._change)
            group.refused.connect(self._on_refused)
            group.drag_ended.connect(self._session.end_drag)
        self._session.settings_changed.connect(self._show_settings)
        self._session.measured_changed.connect(self._show_measured)

    # --- reactions -----------------------------------------------------------------------------

    def _change(self, fields: dict[str, Any]) -> None:
        try:
            wanted = changes.changed(self._session.settings, **fields)
            self._if_it_fits(wanted, lambda: self._session.change(**fields))
        except UserError as error:
            self._on_refused(error)

    def _take(self, settings: LabSettings) -> None:
        self._if_it_fits(settings, lambda: self._session.set_settings(settings))

    def _if_it_fits(self, wanted: LabSettings, go_on: Callable[[], None]) -> None:
        """Ask before something is built that memory may not hold."""
        before = self._session.settings
        grows = any(getattr(wanted, f) != getattr(before, f) for f in _TAKE_MEMORY)
        # What is free on another device only the engine knows, and it says so.
        if grows and wanted.device in ("auto", "cpu") and not (fit := will_fit(wanted)).fits:
            self._show_settings()
            self.too_large.emit(fit.sentence, go_on)
        else:
            go_on()

    def _on_refused(self, error: UserError) -> None:
        """Show again what is so, and tell why it stays so."""
        self._show_settings()
        self.refused.emit(error)

    def _show_settings(self) -> None:
        for group in self.groups:
            group.show_settings(self._session.settings)

    def _show_measured(self) -> None:
        measured = self._session.measured
        if measured is None:
            self.measured.setText("Not measured yet.")
            return
        self.measured.setText(f"Batch: {measured.batch_note}. Weights: {measured.weights_note}.")

    def _ask_folder(self, begin: str) -> str:
        return QFileDialog.getExistingDirectory(self, "A folder of class folders", begin)
