"""An engine that never starts: it writes down what is asked and answers when told to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from snapshots import synthetic_snapshot

from resnet_viz.engine.messages import (
    DeviceInfo,
    EngineReady,
    Explored,
    Failed,
    Found,
    ModelChoice,
    ModelReady,
    PairMeasured,
    Progress,
)
from resnet_viz.engine.recovery import Recovery
from resnet_viz.images import CIFAR10, IMAGENET
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.ui.engine_client import EngineState


@dataclass(frozen=True)
class Asked:
    """One request for a measurement."""

    request_id: int
    choice: ModelChoice
    image: NDArray[np.uint8]
    gates: Mapping[str, Gate]
    target: int | None
    keep: tuple[str, ...]


@dataclass(frozen=True)
class AskedPair:
    """One request for a pair."""

    request_id: int
    settings: LabSettings
    picture: NDArray[np.uint8] | None
    keep: tuple[str, ...]


@dataclass(frozen=True)
class AskedExperiment:
    """One request for an experiment."""

    request_id: int
    settings: LabSettings
    experiment: Experiment
    picture: NDArray[np.uint8] | None


class FakeClient(QObject):
    """Has the signals and methods of `EngineClient`, and answers on demand."""

    engine_starting = Signal(int)
    engine_ready = Signal(object)
    engine_died = Signal(str)
    progress = Signal(object)
    model_ready = Signal(object)
    explored = Signal(object)
    pair_measured = Signal(object)
    found = Signal(object)
    failed = Signal(object)
    cancelled = Signal(object)
    state_changed = Signal(object)
    busy_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = EngineState.STOPPED
        self.loads: list[tuple[int, ModelChoice]] = []
        self.asked: list[Asked] = []
        self.pairs: list[AskedPair] = []
        self.experiments: list[AskedExperiment] = []
        self.cancels: list[int] = []
        self.restarts = 0
        self.recovery: Recovery | None = None
        self.closed = False
        self._next_id = 0

    # --- what the window calls -------------------------------------------------------------

    def start(self) -> None:
        self.set_state(EngineState.STARTING)

    def load(self, choice: ModelChoice) -> int:
        self._next_id += 1
        self.loads.append((self._next_id, choice))
        return self._next_id

    def explore(
        self,
        choice: ModelChoice,
        image: NDArray[np.uint8],
        gates: Mapping[str, Gate],
        target: int | None,
        keep: tuple[str, ...],
    ) -> int:
        self._next_id += 1
        self.asked.append(Asked(self._next_id, choice, image, dict(gates), target, keep))
        return self._next_id

    def measure_pair(
        self,
        settings: LabSettings,
        picture: NDArray[np.uint8] | None,
        keep: tuple[str, ...] = (),
    ) -> int:
        self._next_id += 1
        self.pairs.append(AskedPair(self._next_id, settings, picture, tuple(keep)))
        return self._next_id

    def run_experiment(
        self, settings: LabSettings, experiment: Experiment, picture: NDArray[np.uint8] | None
    ) -> int:
        self._next_id += 1
        self.experiments.append(AskedExperiment(self._next_id, settings, experiment, picture))
        return self._next_id

    def cancel(self, request_id: int) -> None:
        self.cancels.append(request_id)

    def restart(self) -> None:
        self.restarts += 1

    def close(self) -> None:
        self.closed = True

    # --- what tests make it say ------------------------------------------------------------

    def set_state(self, state: EngineState) -> None:
        self.state = state
        self.state_changed.emit(state)

    def say_ready(self) -> None:
        self.set_state(EngineState.READY)
        devices = (DeviceInfo("cpu", "CPU"), DeviceInfo("cuda:0", "Pretend GPU"))
        self.engine_ready.emit(EngineReady({"torch": "0"}, devices))

    def answer_load(self, spec: ResNetSpec | None = None) -> ModelReady:
        """Say that the network asked for last is there."""
        request_id, choice = self.loads[-1]
        made = choice.spec if spec is None else spec
        ready = ModelReady(
            request_id,
            replace(choice, spec=made, device="cpu"),
            tuple(f"class {i}" for i in range(made.n_classes)),
            IMAGENET if made.family == "imagenet" else CIFAR10,
            "random, seed 0",
            1000,
            2000,
        )
        self.model_ready.emit(ready)
        return ready

    def answer_explore(self, number: int = -1, seed: int = 0) -> Explored:
        """Answer a request for a measurement, the last one unless told otherwise."""
        asked = self.asked[number]
        snapshot = synthetic_snapshot(asked.choice.spec, asked.gates, keep=asked.keep, seed=seed)
        explored = Explored(asked.request_id, snapshot, asked.gates)
        self.explored.emit(explored)
        return explored

    def answer_pair(
        self, number: int = -1, seed: int = 0, plain_first: float = 1e-9, first: float = 0.02
    ) -> PairMeasured:
        """Answer a request for a pair, the last one unless told otherwise.

        Args:
            number: of the request in `pairs`.
            seed: of the invented numbers.
            plain_first: gradient norm at the plain twin's first block.
            first: the same with skips; both end at 0.3.
        """
        asked = self.pairs[number]
        settings = replace(asked.settings, device="cpu")
        residual, plain = (
            synthetic_snapshot(
                settings.spec(side),
                {
                    b.name: settings.gates(side).get(b.name, OPEN)
                    for b in settings.spec(side).blocks()
                },
                first=begin,
                seed=seed,
                keep=asked.keep,
                dtype=settings.dtype,
            )
            for side, begin in (("residual", first), ("plain", plain_first))
        )
        labels = tuple(f"class {i}" for i in range(settings.spec("residual").n_classes))
        measured = PairMeasured(
            asked.request_id,
            settings,
            residual,
            plain,
            f"{settings.n_images} invented images",
            "invented, the same in both",
            labels,
        )
        self.pair_measured.emit(measured)
        return measured

    def answer_experiment(self, number: int = -1, finding: Finding | None = None) -> Found:
        """Tell a finding of an experiment; without one, that it is complete and empty."""
        asked = self.experiments[number]
        if finding is None:
            finding = Finding(asked.experiment, asked.settings, done=1, total=1)
        found = Found(asked.request_id, finding)
        self.found.emit(found)
        return found

    def tell_progress(self, request_id: int, done: int, total: int, unit: str = "steps") -> None:
        self.progress.emit(Progress(request_id, "Working", done, total, unit))

    def fail(self, request_id: int, message: str = "It did not work.") -> None:
        self.failed.emit(Failed(request_id, message, "Try another."))
