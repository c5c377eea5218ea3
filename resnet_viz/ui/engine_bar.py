"""The bar at the bottom: what the engine does at the moment, how far it is, a way to stop it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar, QWidget

from resnet_viz.engine.messages import Progress
from resnet_viz.ui.engine_client import Busy, EngineClient, EngineState

_WORDS = {
    EngineState.STOPPED: "Engine not started",
    EngineState.STARTING: "Starting the engine: importing torch… pictures and menus work already",
    EngineState.READY: "Ready",
    EngineState.BUSY: "Measuring…",
    EngineState.CRASHED: "The engine has stopped",
    EngineState.CLOSED: "Closed",
}


class EngineBar(QStatusBar):
    """Shows an engine client's state."""

    def __init__(self, client: EngineClient, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._client = client
        self._request_id = -1
        self._state = QLabel()
        self._measured = QLabel()
        self._bar = QProgressBar()
        self._bar.setFixedWidth(160)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self._stop = QPushButton("Cancel")
        self._stop.setAccessibleName("Cancel what the engine does")
        self._stop.clicked.connect(lambda: client.cancel(self._request_id))
        self.addWidget(self._state, 1)
        self.addPermanentWidget(self._bar)
        self.addPermanentWidget(self._stop)
        self.addPermanentWidget(self._measured)
        client.state_changed.connect(self._on_state)
        client.progress.connect(self._on_progress)
        client.busy_changed.connect(self._on_busy)
        self._on_state(client.state)

    @property
    def text(self) -> str:
        """What the bar says."""
        return self._state.text()

    def show_measured(self, words: str) -> None:
        """Say under which conditions the numbers on screen were measured."""
        self._measured.setText(words)

    def _on_state(self, state: EngineState) -> None:
        self._state.setText(_WORDS[state])
        self._bar.hide()
        self._stop.hide()

    def _on_busy(self, busy: Busy | None) -> None:
        """A measurement between two steps of an experiment is over: the experiment goes on."""
        if busy is not None and busy.progress is not None:
            self._on_progress(busy.progress)

    def _on_progress(self, progress: Progress) -> None:
        busy = self._client.busy
        if busy is not None and busy.request_id != progress.request_id:
            return  # two requests of the background take turns, and the bar shows one of them
        self._request_id = progress.request_id
        unit = f" {progress.unit}" if progress.unit else ""
        count = f": {progress.done} of {progress.total}{unit}" if progress.total else ""
        self._state.setText(f"{progress.what}{count}")
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        self._bar.show()
        self._stop.show()
