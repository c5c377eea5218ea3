"""Answers of the laboratory, kept: a step that goes back shows its numbers at once."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from resnet_viz.engine.messages import Cancelled, Failed, Found, PairMeasured
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.settings import LabSettings
from resnet_viz.ui.gradients.question import Picture
from resnet_viz.ui.stage.engine import StageEngine

_MOST = 24  # answers kept; a lecture steps between a handful


@dataclass(frozen=True)
class _Asked:
    """A question: what decides its answer. Two pictures are the same if they are one object.

    Attributes:
        settings: networks and batch.
        experiment: None for the pair.
        picture: `id` of the picture where the batch is it, else 0.
    """

    settings: LabSettings
    experiment: Experiment | None
    picture: int


class RememberingEngine(QObject):
    """Passes a laboratory's questions on, and answers those that were answered before.

    Args:
        engine: measures.
        parent: owner.

    Signals:
        pair_measured, found, failed, cancelled: as the engine's.
    """

    pair_measured = Signal(object)
    found = Signal(object)
    failed = Signal(object)
    cancelled = Signal(object)

    def __init__(self, engine: StageEngine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._tickets = itertools.count(1)  # a session tells older questions by smaller ids
        self._sent: dict[int, tuple[int, _Asked]] = {}  # by the engine's id
        self._known: OrderedDict[_Asked, PairMeasured | Found] = OrderedDict()
        self._pictures: dict[int, Picture] = {}  # kept, so that no other gets its id
        engine.pair_measured.connect(self._on_pair)
        engine.found.connect(self._on_found)
        engine.failed.connect(lambda failed: self._on_end(self.failed, failed))
        engine.cancelled.connect(lambda cancelled: self._on_end(self.cancelled, cancelled))

    def measure_pair(
        self, settings: LabSettings, picture: Picture | None, keep: tuple[str, ...] = ()
    ) -> int:
        """As `EngineClient.measure_pair`."""
        asked = self._asked(settings, None, picture)
        return self._ask(asked, lambda: self._engine.measure_pair(settings, picture, keep))

    def run_experiment(
        self, settings: LabSettings, experiment: Experiment, picture: Picture | None
    ) -> int:
        """As `EngineClient.run_experiment`."""
        asked = self._asked(settings, experiment, picture)
        return self._ask(asked, lambda: self._engine.run_experiment(settings, experiment, picture))

    def cancel(self, request_id: int) -> None:
        """As `EngineClient.cancel`."""
        for sent, (ticket, _) in list(self._sent.items()):
            if ticket == request_id:
                self._engine.cancel(sent)

    def forget(self) -> None:
        """Keep nothing: the next question is measured."""
        self._known.clear()
        self._pictures.clear()

    # --- inside ------------------------------------------------------------------------------

    def _asked(
        self, settings: LabSettings, experiment: Experiment | None, picture: Picture | None
    ) -> _Asked:
        if settings.batch != "picture" or picture is None:
            return _Asked(settings, experiment, 0)
        self._pictures[id(picture)] = picture
        return _Asked(settings, experiment, id(picture))

    def _ask(self, asked: _Asked, send: Callable[[], int]) -> int:
        ticket = next(self._tickets)
        known = self._known.get(asked)
        if known is None:
            self._sent[send()] = (ticket, asked)
        else:
            self._known.move_to_end(asked)
            # The id must be known to whoever asked before the answer comes.
            QTimer.singleShot(0, self, lambda: self._tell(known, ticket))
        return ticket

    def _tell(self, answer: PairMeasured | Found, ticket: int) -> None:
        told = replace(answer, request_id=ticket)
        (self.found if isinstance(told, Found) else self.pair_measured).emit(told)

    def _on_pair(self, measured: PairMeasured) -> None:
        if measured.request_id in self._sent:
            ticket, asked = self._sent.pop(measured.request_id)
            self._forget_older(measured.request_id)
            self._keep(asked, measured)
            self._tell(measured, ticket)

    def _on_found(self, found: Found) -> None:
        if found.request_id not in self._sent:
            return
        ticket, asked = self._sent[found.request_id]
        if found.finding.complete:
            del self._sent[found.request_id]
            self._keep(asked, found)
        self._tell(found, ticket)

    def _on_end(self, signal: object, answer: Failed | Cancelled) -> None:
        if answer.request_id in self._sent:
            ticket, _ = self._sent.pop(answer.request_id)
            signal.emit(replace(answer, request_id=ticket))  # type: ignore[attr-defined]

    def _forget_older(self, request_id: int) -> None:
        """Pairs asked before one that is answered will not be answered any more."""
        self._sent = {
            sent: (ticket, asked)
            for sent, (ticket, asked) in self._sent.items()
            if sent > request_id or asked.experiment is not None
        }

    def _keep(self, asked: _Asked, answer: PairMeasured | Found) -> None:
        self._known[asked] = answer
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
