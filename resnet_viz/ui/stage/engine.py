"""The engine as one live view sees it: its own questions, its own answers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from resnet_viz.engine.messages import Cancelled, Failed, ModelChoice
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import Gate
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.engine_client import EngineClient, Order
from resnet_viz.ui.stage.answers import SIGNALS, Answer, HeldAnswers, is_last
from resnet_viz.ui.stage.questions import Kind, Questions

# Tells apart the live views that ask one engine.
_LANES = itertools.count(1)


class StageEngine(QObject):
    """Passes questions on to the client, and the answers to them back.

    It has the methods and signals of `EngineClient` that sessions use, so that the sessions of
    the workspaces work with it as they are. It asks in a lane of its own, and hands out ids of
    its own: while the view is not on screen its questions may wait here until they are sent.

    Args:
        client: the window's engine.
        parent: owner.

    Attributes:
        lane: in which the engine is asked.

    Signals:
        model_ready, explored, pair_measured, found, data_seen, training_status, trained,
            rate_found, progress, failed, order_refused, cancelled: as the client's, for
            questions asked here.
        traffic_changed: a question was asked, sent, answered or given up.
    """

    model_ready = Signal(object)
    explored = Signal(object)
    pair_measured = Signal(object)
    found = Signal(object)
    data_seen = Signal(object)
    training_status = Signal(object)
    trained = Signal(object)
    rate_found = Signal(object)
    progress = Signal(object)
    failed = Signal(object)
    order_refused = Signal(object)
    cancelled = Signal(object)
    traffic_changed = Signal()

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lane = f"stage-{next(_LANES)}"
        self._client = client
        self._questions = Questions()
        self._on_stage = True
        self._frozen = False
        self._held = HeldAnswers()
        for name in SIGNALS.values():
            getattr(client, name).connect(self._on_answer)
        client.order_refused.connect(self._on_refused)

    # --- when questions are sent -------------------------------------------------------------

    @property
    def on_stage(self) -> bool:
        """Whether questions are sent as soon as they are asked."""
        return self._on_stage

    def set_on_stage(self, on_stage: bool) -> None:
        """Send questions at once, or let them wait for `send_next`."""
        self._on_stage = on_stage
        while on_stage and self.send_next():
            pass

    @property
    def waiting(self) -> tuple[Kind, ...]:
        """Kinds of the questions that wait to be sent, the oldest first."""
        return self._questions.waiting

    @property
    def under_way(self) -> frozenset[Kind]:
        """Kinds of the questions that were sent and have no answer yet, without `other`."""
        return self._questions.under_way

    def send_next(self, *kinds: Kind) -> bool:
        """Send the oldest question that waits; False if there is none.

        Args:
            kinds: of these alone; without any, whichever is the oldest.
        """
        sent = self._questions.send_next(*kinds)
        if sent:
            self.traffic_changed.emit()
        return sent

    def set_frozen(self, frozen: bool) -> None:
        """Hold answers back; when it thaws, the newest of each kind are passed on."""
        self._frozen = frozen
        if not frozen:
            for name, answer in self._held.release():
                getattr(self, name).emit(answer)

    def close(self) -> None:
        """Nobody listens any more: give up what is measured; a training goes on."""
        self.blockSignals(True)
        self._questions.take_all_back()
        for request_id in self._questions.measurements:
            self._client.cancel(request_id)

    # --- what the view asks ------------------------------------------------------------------

    def load(self, choice: ModelChoice) -> int:
        """As `EngineClient.load`."""
        return self._ask("load", lambda: self._client.load(choice, lane=self.lane))

    def explore(
        self,
        choice: ModelChoice,
        image: NDArray[np.uint8],
        gates: Mapping[str, Gate],
        target: int | None,
        keep: tuple[str, ...],
    ) -> int:
        """As `EngineClient.explore`."""
        return self._ask(
            "explore",
            lambda: self._client.explore(choice, image, gates, target, keep, lane=self.lane),
        )

    def measure_pair(
        self,
        settings: LabSettings,
        picture: NDArray[np.uint8] | None,
        keep: tuple[str, ...] = (),
    ) -> int:
        """As `EngineClient.measure_pair`."""
        return self._ask(
            "pair", lambda: self._client.measure_pair(settings, picture, keep, lane=self.lane)
        )

    def run_experiment(
        self, settings: LabSettings, experiment: Experiment, picture: NDArray[np.uint8] | None
    ) -> int:
        """As `EngineClient.run_experiment`."""
        return self._ask(
            "experiment",
            lambda: self._client.run_experiment(settings, experiment, picture, lane=self.lane),
        )

    def look_at_data(self, recipe: str) -> int:
        """As `EngineClient.look_at_data`."""
        return self._ask("other", lambda: self._client.look_at_data(recipe))

    def train(self, recipe: str, folder: Path, resume: bool = False, paused: bool = False) -> int:
        """As `EngineClient.train`."""
        return self._ask("other", lambda: self._client.train(recipe, folder, resume, paused))

    def steer(
        self,
        training: int,
        order: Order,
        *,
        lr_factor: float = 1.0,
        network: NetworkKey = "network",
        gates: Mapping[str, Gate] | None = None,
    ) -> int:
        """As `EngineClient.steer`."""
        request_id = self._questions.request_id(training)
        return self._ask(
            "other",
            lambda: self._client.steer(
                request_id, order, lr_factor=lr_factor, network=network, gates=gates
            ),
        )

    def find_rate(self, recipe: str) -> int:
        """As `EngineClient.find_rate`."""
        return self._ask("other", lambda: self._client.find_rate(recipe))

    def cancel(self, request_id: int) -> None:
        """As `EngineClient.cancel`."""
        if self._questions.take_back(request_id):
            self._pass_on("cancelled", Cancelled(request_id))
        if (sent := self._questions.request_id(request_id)) >= 0:
            self._client.cancel(sent)
        self.traffic_changed.emit()

    # --- inside ------------------------------------------------------------------------------

    def _ask(self, kind: Kind, send: Callable[[], int]) -> int:
        question = self._questions.ask(kind, send, at_once=self._on_stage)
        self.traffic_changed.emit()
        return question.ticket

    def _on_answer(self, answer: Answer) -> None:
        question = self._questions.sent(answer.request_id)
        if question is None:
            return
        told = replace(answer, request_id=question.ticket)
        if is_last(answer):
            self._questions.end(question)
        self._pass_on(SIGNALS[type(answer)], told)
        if is_last(answer):
            self.traffic_changed.emit()

    def _on_refused(self, failed: Failed) -> None:
        question = self._questions.sent(failed.request_id)
        if question is not None:
            self._questions.drop(question)
            self._pass_on("order_refused", replace(failed, request_id=question.ticket))

    def _pass_on(self, name: str, answer: Answer) -> None:
        if self._frozen:
            self._held.hold(name, answer)
        else:
            getattr(self, name).emit(answer)
