"""The engine as one live view sees it: its own questions, its own answers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from resnet_viz.engine.messages import (
    Cancelled,
    DataSeen,
    Explored,
    Failed,
    Found,
    ModelChoice,
    ModelReady,
    PairMeasured,
    Progress,
    RateFound,
    Trained,
    TrainingStatus,
)
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import Gate
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.engine_client import EngineClient, Order

Kind = Literal["load", "explore", "pair", "experiment", "other"]
"""Of a question; of one kind only the newest matters. `other` is never kept waiting."""

Answer = (
    ModelReady
    | Explored
    | PairMeasured
    | Found
    | DataSeen
    | TrainingStatus
    | Trained
    | RateFound
    | Progress
    | Failed
    | Cancelled
)

# Tells apart the live views that ask one engine.
_LANES = itertools.count(1)


@dataclass
class _Question:
    """What a live view has asked.

    Attributes:
        ticket: the id that the view knows it by.
        kind: of several of one kind only the newest is answered for sure.
        send: asks the client; returns its id.
        request_id: the client's id; -1 while it waits to be sent.
    """

    ticket: int
    kind: Kind
    send: Callable[[], int]
    request_id: int = -1

    def replaces(self, other: _Question) -> bool:
        """Whether nobody waits for an answer to `other` any more."""
        return self.kind == other.kind and self.ticket > other.ticket


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
        self._tickets = itertools.count(1)
        self._waiting: dict[Kind, _Question] = {}
        self._sent: dict[int, _Question] = {}  # by the client's id
        self._on_stage = True
        self._frozen = False
        self._held: dict[tuple[str, int], Answer] = {}
        for answers in (
            client.model_ready,
            client.explored,
            client.pair_measured,
            client.found,
            client.data_seen,
            client.training_status,
            client.trained,
            client.rate_found,
            client.progress,
            client.failed,
            client.cancelled,
        ):
            answers.connect(self._on_answer)
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
        return tuple(self._waiting)

    @property
    def under_way(self) -> frozenset[Kind]:
        """Kinds of the questions that were sent and have no answer yet, without `other`."""
        return frozenset(question.kind for question in self._sent.values()) - {"other"}

    def send_next(self, *kinds: Kind) -> bool:
        """Send the oldest question that waits; False if there is none.

        Args:
            kinds: of these alone; without any, whichever is the oldest.
        """
        kind = next((kind for kind in self._waiting if not kinds or kind in kinds), None)
        if kind is None:
            return False
        self._send(self._waiting.pop(kind))
        return True

    def set_frozen(self, frozen: bool) -> None:
        """Hold answers back; when it thaws, the newest of each kind are passed on."""
        self._frozen = frozen
        if not frozen:
            held, self._held = self._held, {}
            for (name, _), answer in held.items():
                getattr(self, name).emit(answer)

    def close(self) -> None:
        """Nobody listens any more: give up what is measured; a training goes on."""
        self.blockSignals(True)
        self._waiting.clear()
        for question in [q for q in self._sent.values() if q.kind != "other"]:
            self._client.cancel(question.request_id)

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
        request_id = self._request_id(training)
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
        for kind in [q.kind for q in self._waiting.values() if q.ticket == request_id]:
            del self._waiting[kind]
            self._pass_on("cancelled", Cancelled(request_id))
        if (sent := self._request_id(request_id)) >= 0:
            self._client.cancel(sent)
        self.traffic_changed.emit()

    # --- inside ------------------------------------------------------------------------------

    def _ask(self, kind: Kind, send: Callable[[], int]) -> int:
        question = _Question(next(self._tickets), kind, send)
        if self._on_stage or kind == "other":
            self._send(question)
        else:
            self._waiting.pop(kind, None)  # nobody waits for an older one
            self._waiting[kind] = question
            self.traffic_changed.emit()
        return question.ticket

    def _send(self, question: _Question) -> None:
        question.request_id = question.send()
        self._sent[question.request_id] = question
        self.traffic_changed.emit()

    def _request_id(self, ticket: int) -> int:
        """The client's id of a question; -1 if it has none."""
        return next((q.request_id for q in self._sent.values() if q.ticket == ticket), -1)

    def _on_answer(self, answer: Answer) -> None:
        question = self._sent.get(answer.request_id)
        if question is None:
            return
        told = replace(answer, request_id=question.ticket)
        if _is_last(answer):
            self._end(question)
        self._pass_on(_SIGNALS[type(answer)], told)
        if _is_last(answer):
            self.traffic_changed.emit()

    def _on_refused(self, failed: Failed) -> None:
        question = self._sent.pop(failed.request_id, None)
        if question is not None:
            self._pass_on("order_refused", replace(failed, request_id=question.ticket))

    def _end(self, question: _Question) -> None:
        """A question is answered; older ones of its kind will not be answered any more."""
        del self._sent[question.request_id]
        if question.kind != "other":
            kept = (q for q in self._sent.values() if not question.replaces(q))
            self._sent = {q.request_id: q for q in kept}

    def _pass_on(self, name: str, answer: Answer) -> None:
        if not self._frozen:
            getattr(self, name).emit(answer)
            return
        # Of measurements the newest counts, of what ends a question each does.
        key = name, (0 if name in _NEWEST else answer.request_id)
        self._held.pop(key, None)
        self._held[key] = answer


_SIGNALS: dict[type, str] = {
    ModelReady: "model_ready",
    Explored: "explored",
    PairMeasured: "pair_measured",
    Found: "found",
    DataSeen: "data_seen",
    TrainingStatus: "training_status",
    Trained: "trained",
    RateFound: "rate_found",
    Progress: "progress",
    Failed: "failed",
    Cancelled: "cancelled",
}
_NEWEST = {"model_ready", "explored", "pair_measured", "found", "training_status", "progress"}


def _is_last(answer: Answer) -> bool:
    """Whether it ends its question."""
    match answer:
        case Found(finding=finding):
            return finding.complete
        case RateFound(complete=complete):
            return complete
        case _:
            return not isinstance(answer, TrainingStatus | Progress)
