"""An engine that a test plays: what the client sends is seen, what it hears is made up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from resnet_viz.engine.messages import (
    EngineReady,
    Explored,
    ModelChoice,
    ModelReady,
    Reply,
    Request,
)
from resnet_viz.engine.process import Exit
from resnet_viz.images import CIFAR10
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.ui.engine_client import EngineClient

SETTINGS = LabSettings(network="resnet8", batch="noise", batch_size=2, device="cpu")
TINY = ModelChoice(spec("resnet8"), device="cpu")
IMAGE = np.zeros((32, 32, 3), np.uint8)
READY = EngineReady({"torch": "2"}, ())
# Generous: other programs may hold the processor while torch is imported.
PATIENCE_MS = 120_000


class FakeProcess:
    """An engine that does what the test tells it to."""

    def __init__(self, on_reply: Callable[[Reply], None], on_exit: Callable[[Exit], None]) -> None:
        self.reply = on_reply
        self.exit = on_exit
        self.sent: list[Request] = []
        self.started = self.aborted = self.closed = False
        self.alive = True
        self.pid = 4711

    def start(self) -> None:
        self.started = True

    def send(self, request: Request) -> None:
        self.sent.append(request)

    def abort(self) -> None:
        self.aborted = True

    def close(self, patience_s: float = 2.0) -> None:
        self.closed = True
        self.patience_s = patience_s


class Watched:
    """A client and all that its signals said."""

    def __init__(self, client: EngineClient, engines: list[FakeProcess]) -> None:
        self.client = client
        self.engines = engines
        self.said: list[tuple[str, object]] = []
        for name in [
            "engine_starting",
            "engine_ready",
            "engine_died",
            "progress",
            "model_ready",
            "explored",
            "pair_measured",
            "found",
            "data_seen",
            "training_status",
            "trained",
            "training_resumed",
            "order_refused",
            "rate_found",
            "failed",
            "cancelled",
            "state_changed",
        ]:
            getattr(client, name).connect(lambda value, name=name: self.said.append((name, value)))

    @property
    def engine(self) -> FakeProcess:
        """The newest."""
        return self.engines[-1]

    def values(self, name: str) -> list[object]:
        return [value for said, value in self.said if said == name]


def explore(client: EngineClient, skip: float = 1.0) -> int:
    return client.explore(TINY, IMAGE, {"layer1.0": Gate(skip=skip)}, None, ("layer1.0",))


def explored(request_id: int) -> Explored:
    return Explored(request_id, None, {})  # type: ignore[arg-type]


def model(request_id: int) -> ModelReady:
    return ModelReady(request_id, TINY, (), CIFAR10, "random", 1, 1)
