"""The time of day and the time the talk has taken, for the speaker."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QTime, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from resnet_viz.ui.lecture.presenter_clock import Elapsed, clock_words
from resnet_viz.ui.theme import Theme


class PresenterTime(QWidget):
    """Clock, stopwatch, and buttons to pause and reset it.

    Args:
        elapsed: the stopwatch.
        parent: owner.
    """

    def __init__(self, elapsed: Elapsed | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.elapsed = elapsed or Elapsed()
        self.clock, self.taken = QLabel(), QLabel()
        self.clock.setAccessibleName("Time of day")
        self.taken.setAccessibleName("Time the talk has taken")
        self.pause_button, reset = QPushButton("Pause"), QPushButton("Reset")
        self.pause_button.clicked.connect(self.flip_pause)
        reset.clicked.connect(self.reset)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for part in (self.taken, self.pause_button, reset):
            row.addWidget(part)
        row.addStretch()
        row.addWidget(self.clock)
        self._ticks = QTimer(self, interval=500)
        self._ticks.timeout.connect(self.show_time)
        self.show_time()

    def begin(self) -> None:
        """The talk begins, or goes on after it was left."""
        self.elapsed.start()
        self._ticks.start()
        self.show_time()

    def rest(self) -> None:
        """The talk is left."""
        self.elapsed.pause()
        self._ticks.stop()
        self.show_time()

    def flip_pause(self) -> None:
        """Pause the stopwatch or let it go on."""
        (self.elapsed.pause if self.elapsed.running else self.elapsed.start)()
        self.show_time()

    def reset(self) -> None:
        """Begin at 0:00."""
        self.elapsed.reset()
        self.show_time()

    def show_time(self) -> None:
        """Write down what time it is."""
        short = QLocale.system().toString(QTime.currentTime(), QLocale.FormatType.ShortFormat)
        self.clock.setText(short)
        self.taken.setText(clock_words(self.elapsed.seconds))
        self.pause_button.setText("Pause" if self.elapsed.running else "Go on")

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        large = 2 * theme.title_px
        self.taken.setStyleSheet(f"font-size: {large}px; font-weight: 600; color: {theme.text};")
        self.clock.setStyleSheet(f"font-size: {large}px; color: {theme.muted};")
