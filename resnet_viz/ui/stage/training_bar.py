"""One line under a training on stage: the one button, how far it is, and for the speaker more."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from resnet_viz.ui.train import transport_words as words
from resnet_viz.ui.train.session import TrainSession

_TEXTS = {
    "begin": "▶ Train",
    "pause": "❚❚ Pause",
    "continue": "▶ Go on",
    "resume": "▶ Resume",
    "": "Stopping…",
}


class TrainingBar(QWidget):
    """Steers a session's training.

    Args:
        session: whose training.
        parent: owner.

    Signals:
        pressed: the one button, see `offered`.
    """

    pressed = Signal()

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._controls = True
        self.button = QPushButton()
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self.pressed)
        self.stop, self.again = QPushButton("■ Stop"), QPushButton("Train again")
        self.stop.setToolTip("End with a checkpoint; the run can be resumed")
        self.again.setToolTip("Train the recipe from the start, in a new run folder")
        self.stop.clicked.connect(session.stop)
        self.again.clicked.connect(session.play)
        self.words = QLabel()
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        row.addWidget(self.words, 1)
        row.addWidget(self.again)
        row.addWidget(self.stop)
        for signal in (session.state_changed, session.status_changed, session.run_grew):
            signal.connect(self._show)
        session.run_changed.connect(self._show)
        self._show()

    @property
    def offered(self) -> str:
        """What the button does: `begin`, `pause`, `continue`, `resume`, or nothing."""
        session = self._session
        if session.phase == "idle":
            if session.reader is None:
                return "begin"
            return "resume" if session.resumable else ""
        if session.phase in ("preparing", "running"):
            return "pause"
        return "continue" if session.phase == "paused" else ""

    def set_controls(self, shown: bool) -> None:
        """Show or hide what only the speaker needs."""
        self._controls = shown
        self._show()

    def _show(self) -> None:
        session, offered = self._session, self.offered
        over = session.phase == "idle" and session.reader is not None
        self.button.setText(_TEXTS[offered])
        self.button.setAccessibleName(_TEXTS[offered].lstrip("▶❚ "))
        self.button.setEnabled(bool(offered))
        self.button.setVisible(bool(offered) or session.phase == "stopping")
        self.stop.setVisible(self._controls and session.training)
        self.again.setVisible(self._controls and over)
        self.words.setText(self._said())

    def _said(self) -> str:
        session = self._session
        status, reader = session.status, session.reader
        if status is not None and status.state == "preparing":
            return ""  # said where the preparation is shown
        if status is not None:
            place = words.place_words(status.step, status.n_steps, status.steps_per_epoch)
            return " · ".join(filter(None, (place, words.speed_words(status))))
        if session.failure is not None:
            return session.failure.message
        return "" if reader is None else words.end_words(reader)
