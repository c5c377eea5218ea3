"""How all charts of a run are shown: smoothing, unit and stretch of time, the third chart."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from resnet_viz.ui.gradients.charts.flow import FlowLayout
from resnet_viz.ui.gradients.segments import Segments
from resnet_viz.ui.skip_panel import KeyedSlider
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.line_key import LineKey
from resnet_viz.ui.train.run_curves import THIRD
from resnet_viz.ui.train.smoothing import WIDTHS, suited_width
from resnet_viz.ui.train.timeline import Timeline


class LiveControls(QWidget):
    """One line of controls, or more where it is narrow.

    Args:
        timeline: what it changes.

    Signals:
        smoothing_changed(int): the mean over so many steps is wanted.
        third_chosen(str): key of `THIRD`, empty for none.
    """

    smoothing_changed = Signal(int)
    third_chosen = Signal(str)

    def __init__(self, timeline: Timeline, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._by_hand = False
        self.slider = KeyedSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(WIDTHS) - 1)
        self.slider.setAccessibleName("Smoothing")
        self.slider.setToolTip("Thick lines are means over so many steps; raw values stay behind")
        self.slider.valueChanged.connect(self._on_slider)
        self.slider.sliderMoved.connect(self._on_hand)
        self.slider.actionTriggered.connect(self._on_hand)
        self.width_words = QLabel()
        self.width_words.setProperty("role", "muted")
        self.key = LineKey()
        self.unit = Segments("Time axis")
        self.unit.set_choices(
            [("step", "Steps", "Count steps"), ("epoch", "Epochs", "Count epochs")]
        )
        self.unit.chosen.connect(timeline.set_unit)
        self.whole = _button("Whole run", "Show all planned steps, not only those done so far")
        self.whole.setCheckable(True)
        self.whole.toggled.connect(timeline.set_whole)
        self.fit = _button("Zoom out", "Show everything again (double click, or 0)")
        self.fit.clicked.connect(timeline.fit)
        self.third = QComboBox()
        self.third.setAccessibleName("Third chart")
        self.third.setToolTip("One more chart beside loss and accuracy")
        self.third.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.third.setMinimumContentsLength(12)
        self.third.currentIndexChanged.connect(
            lambda _: self.third_chosen.emit(self.third.currentData() or "")
        )
        self.live = _button("Live", "Back to the newest step (Esc)")
        self.live.setProperty("role", "primary")
        self.live.clicked.connect(lambda: timeline.scrub(None))
        self._lay_out()
        self.offer_third(())
        timeline.changed.connect(self._show)
        timeline.position_changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        smoothing = QWidget()
        row = QHBoxLayout(smoothing)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(QLabel("Smoothing"))
        row.addWidget(self.slider)
        row.addWidget(self.width_words)
        self.slider.setFixedWidth(96)
        left = QWidget()
        flow = FlowLayout(left, gap=10, line_gap=4)
        for widget in (smoothing, self.key, self.unit, self.whole, self.fit, self.third):
            flow.addWidget(widget)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        left.setSizePolicy(policy)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(left, 1)
        whole.addWidget(self.live, 0, Qt.AlignmentFlag.AlignTop)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.unit.set_theme(theme)
        self.key.set_theme(theme)
        widest = max(
            self.width_words.fontMetrics().horizontalAdvance(_width_words(w)) for w in WIDTHS
        )
        self.width_words.setMinimumWidth(round(widest * theme.small_px / 11))

    # --- smoothing -------------------------------------------------------------------------

    @property
    def smoothing(self) -> int:
        """Steps that a smoothed line takes the mean of."""
        return WIDTHS[self.slider.value()]

    def suit(self, n_steps: int) -> None:
        """Smooth as suits a run's length, until the user chooses."""
        if not self._by_hand:
            self.slider.setValue(WIDTHS.index(suited_width(n_steps)))

    def _on_hand(self, _: int) -> None:
        self._by_hand = True

    def _on_slider(self) -> None:
        self.width_words.setText(_width_words(self.smoothing))
        self.smoothing_changed.emit(self.smoothing)

    # --- others ----------------------------------------------------------------------------

    def offer_third(self, keys: Sequence[str]) -> None:
        """Offer third charts; the chosen one stays if it is there."""
        before = self.third.currentData()
        self.third.blockSignals(True)
        self.third.clear()
        self.third.addItem("No third chart", "")
        for key in keys:
            self.third.addItem(THIRD[key].title, key)
        self.third.setCurrentIndex(max(0, self.third.findData(before)))
        self.third.blockSignals(False)
        if self.third.currentData() != before:
            self.third_chosen.emit(self.third.currentData())

    def show_running(self, running: bool) -> None:
        """Name the way back after what the newest step is."""
        self.live.setText("Live" if running else "To the end")

    def _show(self) -> None:
        timeline = self._timeline
        self.unit.choose(timeline.unit)
        self.unit.setVisible(timeline.steps_per_epoch > 0)
        unfinished = timeline.planned > timeline.last
        self.whole.setVisible(unfinished or self.whole.isChecked())
        self.fit.setVisible(timeline.zoomed)
        self.live.setVisible(timeline.position is not None)


def _button(words: str, tip: str) -> QPushButton:
    button = QPushButton(words)
    button.setToolTip(tip)
    return button


def _width_words(width: int) -> str:
    return f"{width:,} steps" if width > 1 else "off"
