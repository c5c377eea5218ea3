"""An engine that never starts: it writes down what is asked and answers when told to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from snapshots import synthetic_snapshot

from resnet_viz.engine.messages import (
    Cancelled,
    DataSeen,
    DeviceInfo,
    EngineReady,
    Explored,
    Failed,
    Found,
    ModelChoice,
    ModelReady,
    PairMeasured,
    Progress,
    RateFound,
    Steer,
    Trained,
    TrainingStatus,
)
from resnet_viz.engine.recovery import Recovery
from resnet_viz.images import CIFAR10, IMAGENET
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.train.config import NetworkKey
from resnet_viz.train.recipe import parse_config
from resnet_viz.ui.engine_client import Busy, EngineState, Order


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


@dataclass(frozen=True)
class AskedRecipe:
    """One request about a recipe: its pictures, or a learning rate for it."""

    request_id: int
    recipe: str


@dataclass(frozen=True)
class AskedTraining:
    """One request for a training."""

    request_id: int
    recipe: str
    folder: Path
    resume: bool
    paused: bool


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
    data_seen = Signal(object)
    training_status = Signal(object)
    trained = Signal(object)
    training_resumed = Signal(object)
    order_refused = Signal(object)
    rate_found = Signal(object)
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
        self.looks: list[AskedRecipe] = []
        self.trainings: list[AskedTraining] = []
        self.orders: list[Steer] = []
        self.searches: list[AskedRecipe] = []
        self.cancels: list[int] = []
        self.lanes: dict[int, str] = {}
        self.foreground: frozenset[str] = frozenset()
        self.busy: Busy | None = None
        self.restarts = 0
        self.recovery: Recovery | None = None
        self.closed = False
        self._next_id = 0

    # --- what the window calls -------------------------------------------------------------

    def start(self) -> None:
        self.set_state(EngineState.STARTING)

    def load(self, choice: ModelChoice, *, lane: str = "") -> int:
        self._next_id += 1
        self.lanes[self._next_id] = lane
        self.loads.append((self._next_id, choice))
        return self._next_id

    def explore(
        self,
        choice: ModelChoice,
        image: NDArray[np.uint8],
        gates: Mapping[str, Gate],
        target: int | None,
        keep: tuple[str, ...],
        *,
        lane: str = "",
    ) -> int:
        self._next_id += 1
        self.lanes[self._next_id] = lane
        self.asked.append(Asked(self._next_id, choice, image, dict(gates), target, keep))
        return self._next_id

    def measure_pair(
        self,
        settings: LabSettings,
        picture: NDArray[np.uint8] | None,
        keep: tuple[str, ...] = (),
        *,
        lane: str = "",
    ) -> int:
        self._next_id += 1
        self.lanes[self._next_id] = lane
        self.pairs.append(AskedPair(self._next_id, settings, picture, tuple(keep)))
        return self._next_id

    def run_experiment(
        self,
        settings: LabSettings,
        experiment: Experiment,
        picture: NDArray[np.uint8] | None,
        *,
        lane: str = "",
    ) -> int:
        self._next_id += 1
        self.lanes[self._next_id] = lane
        self.experiments.append(AskedExperiment(self._next_id, settings, experiment, picture))
        return self._next_id

    def look_at_data(self, recipe: str) -> int:
        self._next_id += 1
        self.looks.append(AskedRecipe(self._next_id, recipe))
        return self._next_id

    def train(self, recipe: str, folder: Path, resume: bool = False, paused: bool = False) -> int:
        self._next_id += 1
        self.trainings.append(AskedTraining(self._next_id, recipe, folder, resume, paused))
        return self._next_id

    def steer(
        self,
        training: int,
        order: Order,
        *,
        lr_factor: float = 1.0,
        network: NetworkKey = "network",
        gates: Mapping[str, Gate] | None = None,
    ) -> int:
        self._next_id += 1
        self.orders.append(
            Steer(self._next_id, training, order, lr_factor, network, dict(gates or {}))
        )
        return self._next_id

    def find_rate(self, recipe: str) -> int:
        self._next_id += 1
        self.searches.append(AskedRecipe(self._next_id, recipe))
        return self._next_id

    def cancel(self, request_id: int) -> None:
        self.cancels.append(request_id)

    def set_foreground(self, owner: object, lanes: frozenset[str]) -> None:
        self.foreground = lanes

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

    def answer_look(self, number: int = -1, n_samples: int = 20, side: int = 32) -> DataSeen:
        """Show invented pictures of a recipe; each class holds more than the one before it."""
        asked = self.looks[number]
        n_classes = parse_config(asked.recipe).network.n_classes
        rng = np.random.default_rng(0)
        seen = DataSeen(
            asked.request_id,
            asked.recipe,
            tuple(f"class {i}" for i in range(n_classes)),
            tuple(100 + 10 * i for i in range(n_classes)),
            tuple(20 + i for i in range(n_classes)),
            rng.integers(0, 256, (n_samples, side, side, 3), dtype=np.uint8),
            np.arange(n_samples, dtype=np.int64) % n_classes,
            (("cats/broken.jpg", "the file is not an image"),),
            "A fifth of every class is held out, drawn by the run's seed.",
        )
        self.data_seen.emit(seen)
        return seen

    def tell_status(self, number: int = -1, **changes: object) -> TrainingStatus:
        """Say where a training is: running at step 120 of 1,000 unless told otherwise."""
        asked = self.trainings[number]
        status = TrainingStatus(
            asked.request_id,
            asked.folder,
            "running",
            step=120,
            n_steps=1000,
            steps_per_epoch=100,
            lr=0.05,
            images_per_second=1500.0,
            seconds_left=75.0,
            memory_bytes=900 * 2**20,
            probe_share=0.02,
            saved_step=100,
        )
        status = replace(status, **changes)  # type: ignore[arg-type]
        self.training_status.emit(status)
        return status

    def answer_training(self, number: int = -1, *, finished: bool = True) -> Trained:
        """Say that a training is over."""
        asked = self.trainings[number]
        message = "84.0 % of 2,000 held-out pictures" if finished else "Stopped at step 120."
        state = "finished" if finished else "stopped"
        trained = Trained(asked.request_id, asked.folder, state, message)  # type: ignore[arg-type]
        self.trained.emit(trained)
        return trained

    def cancel_training(self, number: int = -1) -> None:
        """Say that a training was stopped before it had begun."""
        self.cancelled.emit(Cancelled(self.trainings[number].request_id))

    def answer_search(self, number: int = -1, n: int = 100, total: int = 100) -> RateFound:
        """Tell the first `n` of `total` steps of a search; the loss falls, then blows up."""
        asked = self.searches[number]
        rates = np.geomspace(1e-5, 10, total)[:n]
        losses = 2.3 - 1.2 / (1 + (0.05 / rates) ** 2) + rates
        complete = n == total
        found = RateFound(
            asked.request_id,
            rates,
            losses,
            0.05 if complete else 0.0,
            total,
            complete,
            "The loss falls fastest at a learning rate of 0.05." if complete else "",
        )
        self.rate_found.emit(found)
        return found

    def tell_progress(self, request_id: int, done: int, total: int, unit: str = "steps") -> None:
        self.progress.emit(Progress(request_id, "Working", done, total, unit))

    def fail(self, request_id: int, message: str = "It did not work.") -> None:
        self.failed.emit(Failed(request_id, message, "Try another."))
