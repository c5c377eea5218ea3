"""Play, pause, step, stop, resume; how far a training is, and what should be known about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.runs.reader import RunReader
from resnet_viz.ui.gradients.controls import Choice
from resnet_viz.ui.labels import muted
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train import transport_words as words
from resnet_viz.ui.train.overfitting import Overfitting, overfitting
from resnet_viz.ui.train.session import TrainSession

_FACTORS = {"0.1": "× 0.1", "0.2": "× 0.2", "0.5": "× 0.5", "1": "× 1", "2": "× 2", "5": "× 5",
            "10": "× 10"}  # fmt: skip
_FACTOR_TIP = "Multiply the schedule's learning rate from the next step on; recorded in the run"


class Transport(QFrame):
    """Steers a session's training.

    Args:
        session: whose training.
        parent: owner.
    """

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._dismissed: set[tuple[str, int]] = set()  # overfitting that the user has seen
        self.setObjectName("card")
        self.setAccessibleName("Training")
        self.play = QPushButton()
        self.play.setProperty("role", "primary")
        self.step = QPushButton("Step")
        self.step.setToolTip("One step, then pause  (.)")
        self.stop = QPushButton("■ Stop")
        self.stop.setToolTip("End with a checkpoint; the run can be resumed  (Ctrl+.)")
        self.again = QPushButton("New run")
        self.again.setToolTip("Train the recipe above from the start, in a new run folder")
        self.place = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Steps of the run")
        self.speed, self.cost, self.saved = muted(""), muted(""), muted("")
        self.cost.setToolTip("Memory held, and the share of the time that measuring blocks takes")
        for label in (self.speed, self.cost):
            label.setWordWrap(True)
        self.factor = Choice("Learning rate times", _FACTORS, _FACTOR_TIP)
        self.lr = muted("")
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.early = QPushButton("Stop early")
        self.early.setToolTip("End the run here, with a checkpoint")
        self.go_on = QPushButton("Go on")
        self.go_on.setToolTip("Train on, and do not mention it again")
        self._lay_out()
        self._connect()
        self._show()

    @property
    def primary(self) -> str:
        """What the big button, and the space bar, do: `play`, `pause`, `resume` or nothing."""
        phase = self._session.phase
        if phase == "idle":
            return "resume" if self._session.resumable else "play"
        if phase in ("preparing", "running"):
            return "pause"
        return "play" if phase == "paused" else ""

    def press(self) -> None:
        """Press the big button."""
        session = self._session
        if self.primary == "play":
            session.play()
        elif self.primary == "pause":
            session.pause()
        elif self.primary == "resume" and session.reader is not None:
            session.resume_run(session.reader.path)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's sizes; colours come with the window's style sheet."""
        self.setFixedWidth(320 if theme.name == "projector" else 272)
        QTimer.singleShot(0, self._show_figures)  # once the labels have the theme's type

    # --- construction ------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(5)
        buttons = QGridLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.play, 0, 0)
        for place, button in enumerate((self.step, self.again, self.stop), 1):
            buttons.addWidget(button, 0, place)
        buttons.setColumnStretch(0, 1)
        column.addLayout(buttons)
        for widget in (self.place, self.bar, self.speed, self.cost, self.saved):
            column.addWidget(widget)
        self.saved.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.saved.setMinimumWidth(10)
        rate = QHBoxLayout()
        rate.setSpacing(6)
        rate.addWidget(self.lr, 1)
        rate.addWidget(self.factor)
        self.factor.setMaximumWidth(100)
        column.addLayout(rate)
        column.addWidget(self.note)
        offers = QHBoxLayout()
        offers.setSpacing(6)
        offers.addWidget(self.early)
        offers.addWidget(self.go_on)
        offers.addStretch(1)
        column.addLayout(offers)

    def _connect(self) -> None:
        session = self._session
        self.play.clicked.connect(self.press)
        self.step.clicked.connect(session.step_once)
        self.stop.clicked.connect(session.stop)
        self.early.clicked.connect(session.stop)
        self.again.clicked.connect(session.play)
        self.go_on.clicked.connect(self._on_go_on)
        self.factor.activated.connect(
            lambda _i: session.set_lr_factor(float(self.factor.currentData()))
        )
        for signal in (
            session.state_changed,
            session.status_changed,
            session.run_changed,
            session.run_grew,
        ):
            signal.connect(self._show)

    # --- what is shown -----------------------------------------------------------------------

    def _show(self) -> None:
        self._show_buttons()
        self._show_place()
        self._show_figures()
        self._show_note()

    def _show_buttons(self) -> None:
        session, phase = self._session, self._session.phase
        texts = {"play": "▶ Play", "pause": "❚❚ Pause", "resume": "▶ Resume"}
        self.play.setText(texts.get(self.primary, "Stopping…"))
        self.play.setAccessibleName(self.play.text().lstrip("▶❚ "))
        self.play.setToolTip(f"{self.play.accessibleName()}  (Space)")
        self.play.setEnabled(bool(self.primary))
        self.step.setVisible(session.training or not session.resumable)
        self.step.setEnabled(phase != "stopping")
        self.stop.setVisible(session.training)
        self.stop.setEnabled(phase != "stopping")
        self.again.setVisible(not session.training and session.resumable)
        self.factor.setVisible(session.training)
        if session.training:
            self.factor.show_data(f"{session.lr_factor:g}")

    def _show_place(self) -> None:
        session, reader, status = self._session, self._session.reader, self._session.status
        if status is not None:
            self._show_steps(status.step, status.n_steps, status.steps_per_epoch)
            if status.state == "preparing":
                self.place.setText("Preparing: pictures and networks…")
                self.bar.setRange(0, 0)
        elif reader is not None:
            facts = reader.facts
            self._show_steps(reader.last_step, facts.n_steps, facts.steps_per_epoch)
        self.place.setVisible(status is not None or reader is not None)
        self.bar.setVisible(self.place.isVisibleTo(self))
        self.place.setToolTip(session.config.source)

    def _show_steps(self, step: int, n_steps: int, per_epoch: int) -> None:
        self.place.setText(words.place_words(step, n_steps, per_epoch))
        self.bar.setRange(0, max(1, n_steps))
        self.bar.setValue(min(step, n_steps) if n_steps else 0)

    def _show_figures(self) -> None:
        reader, status = self._session.reader, self._session.status
        speed = cost = saved = lr = ""
        if status is not None:
            speed, cost = words.speed_words(status), words.cost_words(status)
            saved = words.saved_words(status.saved_step, status.folder.name)
            lr = words.rate_words(status.lr, self._session.lr_factor)
        elif reader is not None:
            saved = reader.title
        for label, text in ((self.speed, speed), (self.cost, cost), (self.lr, lr)):
            label.setText(text)
            label.setVisible(bool(text))
        metrics = self.saved.fontMetrics()
        room = self.width() - 28  # the card's margins
        self.saved.setText(metrics.elidedText(saved, Qt.TextElideMode.ElideMiddle, room))
        self.saved.setToolTip(str(reader.path) if reader is not None else "")
        self.saved.setVisible(bool(saved))

    def _show_note(self) -> None:
        reader = self._session.reader
        found = self._overfitting(reader) if reader is not None else None
        if reader is None:
            text = "" if self._session.training else "Play trains the recipe above."
        elif found is not None and (self._session.own or self._session.followed):
            text = words.overfitting_words(*found)
        elif self._session.followed:
            text = "Another program trains this run; it is followed as it grows."
        else:
            text = "" if self._session.own else words.end_words(reader)
            text = text or words.guess_words(reader.facts)
        self.note.setText(text)
        self.note.setVisible(bool(text))
        offered = found is not None and self._session.own and self._session.phase != "stopping"
        self.early.setVisible(offered)
        self.go_on.setVisible(offered)

    def _overfitting(self, reader: RunReader) -> tuple[str, Overfitting] | None:
        """The first network that overfits, unless the user has said to go on."""
        for network in reader.facts.networks:
            key = network.key
            found = overfitting(reader.steps(key), reader.evaluations(key))
            if found is not None and (key, found.step) not in self._dismissed:
                return network.title, found
        return None

    def _on_go_on(self) -> None:
        reader = self._session.reader
        for network in reader.facts.networks if reader is not None else ():
            found = overfitting(reader.steps(network.key), reader.evaluations(network.key))  # type: ignore[union-attr]
            if found is not None:
                self._dismissed.add((network.key, found.step))
        self._show()
