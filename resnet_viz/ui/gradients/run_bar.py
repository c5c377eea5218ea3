"""Run or cancel, and how far a run has come."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from resnet_viz.lab.findings import Finding
from resnet_viz.ui.theme import LIGHT, Theme


class RunBar(QWidget):
    """One button that runs or cancels, a bar, and the time spent and left.

    Signals:
        run_clicked(), cancel_clicked(): the button.
    """

    run_clicked = Signal()
    cancel_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._running = False
        self.button = QPushButton("Run")
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self._on_clicked)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the experiment")
        self.words = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addStretch()
        column.addWidget(self.bar)
        column.addWidget(self.words)
        column.addStretch()
        row.addLayout(column)
        self.set_theme(LIGHT)

    def show_state(
        self, finding: Finding | None, *, running: bool, other: str = "", problem: str = ""
    ) -> None:
        """Show how far a run has come.

        Args:
            finding: what is known of the experiment.
            running: whether it is being computed.
            other: title of another experiment that is running.
            problem: why it cannot be run; empty if it can.
        """
        self._running = running
        again = finding is not None
        self.button.setText("Cancel" if running else "Run again" if again else "Run")
        self.button.setEnabled(running or not problem)
        self.button.setToolTip(_tip(running, other, problem))
        self.bar.setVisible(running)
        total = finding.total if finding is not None else 0
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(min(finding.done, total) if finding is not None else 0)
        self.words.setText(run_words(finding, running=running, other=other))

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's sizes."""
        self.bar.setFixedWidth(round(15 * theme.font_px))
        self.words.setStyleSheet(f"color: {theme.muted}; font-size: {theme.small_px + 1}px;")

    def _on_clicked(self) -> None:
        (self.cancel_clicked if self._running else self.run_clicked).emit()


def _tip(running: bool, other: str, problem: str) -> str:
    if running:
        return "Stop; what was found stays"
    if problem:
        return problem
    return f"Ends what is running: {other}" if other else "Compute it with the settings of now"


def run_words(finding: Finding | None, *, running: bool, other: str = "") -> str:
    """How far a run has come: `3 of 9, 4 s so far, about 8 s left`."""
    if running and (finding is None or finding.complete):
        return "waiting for the first numbers"
    if finding is None:
        return f"running: {other}" if other else ""
    done = f"{finding.done} of {finding.total}"
    if running:
        return f"{done}, {duration(finding.elapsed_s)} so far{_left(finding)}"
    if finding.complete:
        return f"computed in {duration(finding.elapsed_s)}"
    return f"stopped at {done}, after {duration(finding.elapsed_s)}"


def _left(finding: Finding) -> str:
    if finding.done < 1:
        return ""
    left = finding.elapsed_s * (finding.total - finding.done) / finding.done
    return f", about {duration(left)} left"


def duration(seconds: float) -> str:
    """A time for people: `0.4 s`, `12 s`, `3 min 5 s`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
