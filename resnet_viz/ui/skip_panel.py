"""All skips at once: their strength, all on, all off."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from resnet_viz.ui.toggles import Toggles

_NAVIGATION = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}


class KeyedSlider(QSlider):
    """A slider that keeps the arrow keys while it has the focus.

    The window's shortcuts (block, channel) would otherwise take them.
    """

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _NAVIGATION
        ):
            event.accept()
            return True
        return super().event(event)


class SkipPanel(QWidget):
    """The slider for the strength of all skips, and two buttons.

    Signals:
        alpha_changed: new strength, 0 to 1.
        drag_ended: the slider was let go.
        all_on, all_off: the buttons.
    """

    alpha_changed = Signal(float)
    drag_ended = Signal()
    all_on = Signal()
    all_off = Signal()

    STEPS = 100

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = KeyedSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, self.STEPS)
        self.slider.setPageStep(10)
        self.slider.setValue(self.STEPS)
        self.slider.setAccessibleName("Strength of all skips that are not cut")
        self.slider.setToolTip("α multiplies the shortcut: y = act(α·x + F(x))")
        self.slider.valueChanged.connect(self._on_value)
        self.slider.sliderReleased.connect(self.drag_ended)

        self._value = QLabel()
        self._state = QLabel()
        for label in (self._value, self._state):
            label.setProperty("role", "muted")
        on = QPushButton("All on")
        off = QPushButton("All off")
        on.setToolTip("Restore every skip, α = 1")
        off.setToolTip("Cut every skip (A)")
        on.clicked.connect(self.all_on)
        off.clicked.connect(self.all_off)

        captions = QHBoxLayout()
        captions.addWidget(self._value)
        captions.addStretch()
        captions.addWidget(self._state)
        buttons = QHBoxLayout()
        buttons.addWidget(on)
        buttons.addWidget(off)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.slider)
        layout.addLayout(captions)
        layout.addLayout(buttons)
        self.show_toggles(Toggles(), 0)

    def show_toggles(self, toggles: Toggles, n_blocks: int) -> None:
        """Show the state, without a signal."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(toggles.alpha * self.STEPS))
        self.slider.blockSignals(False)
        self._value.setText(f"α = {toggles.alpha:.2f}")
        parts = [f"{len(toggles.cut)} of {n_blocks} cut"]
        if toggles.dropped:
            parts.append(f"{len(toggles.dropped)} dropped")
        self._state.setText(" · ".join(parts) if n_blocks else "")

    def _on_value(self, value: int) -> None:
        self.alpha_changed.emit(value / self.STEPS)
        if not self.slider.isSliderDown():
            self.drag_ended.emit()
