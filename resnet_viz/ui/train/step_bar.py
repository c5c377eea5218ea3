"""Which step of the run is on screen: in words, and to be dragged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Segment
from resnet_viz.ui.skip_panel import KeyedSlider
from resnet_viz.ui.theme import LIGHT, Theme


class StepBar(QWidget):
    """A slider over the steps that something is known of.

    Signals:
        scrubbed(object): the step to look at, None for the newest.
    """

    scrubbed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: NDArray[np.int64] = np.empty(0, np.int64)
        self.slider = KeyedSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Step that is looked at")
        self.slider.setMinimumWidth(120)
        self.words = LineLabel(Look(LIGHT), LIGHT.small_px + 1)
        self.newest = QPushButton("Newest step")
        self.newest.setToolTip("Stop looking back: follow the run")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.words, 3)
        row.addWidget(self.slider, 2)
        row.addWidget(self.newest)
        self.slider.valueChanged.connect(self._on_value)
        self.newest.clicked.connect(lambda: self.scrubbed.emit(None))

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.words.set_look(Look(theme), theme.small_px + 1)

    def show_steps(self, steps: NDArray[np.int64], position: int | None, words: str) -> None:
        """Show where the run is looked at.

        Args:
            steps: those that can be looked at, ascending.
            position: the one on screen, None for the newest.
            words: about it.
        """
        self._steps = steps
        last = max(0, len(steps) - 1)
        at = last if position is None else int(np.searchsorted(steps, position, side="right")) - 1
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, last)
            self.slider.setPageStep(max(1, last // 20))
            self.slider.setValue(max(0, at))
        self.slider.setEnabled(last > 0)
        self.newest.setEnabled(position is not None)
        self.slider.setAccessibleDescription(words)
        parts = words.split(" · ")
        shorter = (" · ".join(parts[:n]) for n in range(len(parts), 0, -1))
        self.words.set_line(*((Segment(text),) for text in shorter))

    def _on_value(self, value: int) -> None:
        last = len(self._steps) - 1
        self.scrubbed.emit(None if value >= last else int(self._steps[value]))
