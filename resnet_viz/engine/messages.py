"""The protocol between window and engine: frozen values, no torch, no Qt.

The window sends requests, each with a `request_id` that only ever grows; the engine answers
each with any number of `Progress` and then exactly one of the request's reply types or
`Failed`. Of several waiting requests of one type only the newest is computed; the others are
answered with `Superseded`, and so is a running one that gives way to a newer one. Every
request carries all it needs, so an engine that died is
brought back by sending the last request to a new one.

Each live view of a lecture asks in a `lane` of its own, beside the workspaces, whose lane is the
empty one: "newest" means the newest of its lane, so that scenes prepared ahead make nobody's
question pointless. Lanes that are not on screen (`Foreground`) give way to all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from resnet_viz.images import Preprocess
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import ResNetSpec, usual_training_mode
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.train.config import NetworkKey
from resnet_viz.train.standing import Standing

WeightsKind = Literal["none", "bundled", "imagenet", "file", "run"]
DType = Literal["float32", "float64"]


@dataclass(frozen=True)
class ModelChoice:
    """Which network, with which numbers in it, where.

    Attributes:
        spec: the network; for a checkpoint file it is ignored and found from the tensors.
        weights: `none` (random, by `seed`), `bundled`, `imagenet` (downloaded once), `file`, or
            `run` for a network of a training.
        path: the checkpoint when `weights` is `file`; the run folder when it is `run`.
        seed: of the random initialisation.
        device: `auto`, `cpu`, `cuda:0`, `mps`.
        dtype: precision of the computation.
        training_mode: batch norm uses the statistics of the batch instead of the running ones.
        run_step: of `run`: the step whose snapshot is meant; -1 for the weights as they are now
            in a training that this engine runs, else the newest snapshot.
        run_network: of `run`: which of its networks.
    """

    spec: ResNetSpec
    weights: WeightsKind = "none"
    path: str = ""
    seed: int = 0
    device: str = "auto"
    dtype: DType = "float32"
    training_mode: bool = False
    run_step: int = -1
    run_network: NetworkKey = "network"

    @property
    def usual_mode(self) -> bool:
        """The `training_mode` where nobody chose."""
        return usual_training_mode(self.spec, random_weights=self.weights == "none")

    def title(self) -> str:
        """What people call it: the file in backticks, or `ResNet-56`."""
        return f"`{Path(self.path).name}`" if self.weights == "file" else self.spec.title()


# --- requests: window -> engine ------------------------------------------------------------


@dataclass(frozen=True)
class LoadModel:
    """Build the network and make it the current one. Replies: `ModelReady`.

    If it fails, the network that was current before stays so.
    """

    request_id: int
    choice: ModelChoice
    lane: str = ""


@dataclass(frozen=True)
class Explore:
    """Measure the network on one image. Replies: `Explored`.

    Attributes:
        choice: loaded first if it is not the current network.
        image: (H, W, 3) uint8 RGB as the network sees it: cropped and resized, not normalised.
        gates: of the blocks that are not fully open; all others are.
        target: class whose loss is differentiated; None for the predicted one.
        keep: blocks whose maps are wanted.
    """

    request_id: int
    choice: ModelChoice
    image: NDArray[np.uint8] = field(repr=False)
    gates: Mapping[str, Gate]
    target: int | None
    keep: tuple[str, ...]
    lane: str = ""


@dataclass(frozen=True)
class MeasurePair:
    """Measure a residual network and its plain twin on one batch. Replies: `PairMeasured`.

    Attributes:
        settings: both networks, their gates, and the batch.
        picture: (H, W, 3) uint8 RGB, the whole picture on screen; None if there is none.
        keep: blocks whose maps are wanted, of both networks.
    """

    request_id: int
    settings: LabSettings
    picture: NDArray[np.uint8] | None = field(repr=False)
    keep: tuple[str, ...] = ()
    lane: str = ""


@dataclass(frozen=True)
class RunExperiment:
    """Compute an experiment in the background. Replies: `Found`, again and again.

    It is computed in slices, between which all other requests are answered. The last `Found`
    holds a finding that is complete.
    """

    request_id: int
    settings: LabSettings
    experiment: Experiment
    picture: NDArray[np.uint8] | None = field(repr=False)
    lane: str = ""


@dataclass(frozen=True)
class LookAtData:
    """Load a recipe's pictures, downloading them if need be. Replies: `DataSeen`."""

    request_id: int
    recipe: str


@dataclass(frozen=True)
class Train:
    """Train in the background. Replies: `TrainingStatus` again and again, then `Trained`.

    The run folder is the record of what happens; the window reads it as any other run's. A
    newer training and `Cancel` stop it with a checkpoint, which is answered with `Trained`
    too; only what had not begun is answered with `Cancelled` or `Superseded`.

    Attributes:
        recipe: text of `config.toml`.
        folder: of the run.
        resume: continue the run in `folder`; its own recipe counts then.
        paused: load everything and wait for the first `Steer`.
    """

    request_id: int
    recipe: str
    folder: Path
    resume: bool = False
    paused: bool = False


@dataclass(frozen=True)
class Steer:
    """Tell the running training something; obeyed in order, between two steps.

    There is no reply, but a `Failed` where it cannot be obeyed; the training goes on. Orders
    that come after its end are ignored, and `stop` waits for no other. Gates and rates are
    recorded as events, and a checkpoint follows, so that a resumed run repeats them.

    Attributes:
        training: `request_id` of the `Train`.
        order: `pause`, `continue`, `step` (one step, then pause), `stop` (with a checkpoint;
            can be resumed), `rate` or `gates`.
        lr_factor: of `rate`: the schedule's learning rate is multiplied by it from now on.
        network: of `gates`.
        gates: of `gates`: of the blocks that are not fully open; all others are.
    """

    request_id: int
    training: int
    order: Literal["pause", "continue", "step", "stop", "rate", "gates"]
    lr_factor: float = 1.0
    network: NetworkKey = "network"
    gates: Mapping[str, Gate] = field(default_factory=dict)


@dataclass(frozen=True)
class FindRate:
    """Raise the learning rate step by step and watch the loss. Replies: `RateFound`, repeatedly.

    (Smith 2015, arXiv:1506.01186.) Background; nothing is kept on disk.
    """

    request_id: int
    recipe: str


@dataclass(frozen=True)
class Foreground:
    """Which lanes of a lecture are on screen; there is no reply.

    Requests of other lanes, except the empty one, give way: a measurement to any that is asked
    of the others (it begins again later), an experiment to other experiments.

    Attributes:
        lanes: at once and until further notice.
    """

    lanes: frozenset[str]


@dataclass(frozen=True)
class Cancel:
    """Stop working on a request as soon as possible; it is answered with `Cancelled`."""

    request_id: int


@dataclass(frozen=True)
class Quit:
    """Leave; also implied when the pipe closes."""


Request = (
    LoadModel
    | Explore
    | MeasurePair
    | RunExperiment
    | LookAtData
    | Train
    | Steer
    | FindRate
    | Foreground
    | Cancel
    | Quit
)


# --- replies: engine -> window -------------------------------------------------------------


@dataclass(frozen=True)
class DeviceInfo:
    """One place to compute: `name` for requests (`cuda:0`), `label` for people."""

    name: str
    label: str


@dataclass(frozen=True)
class Starting:
    """Sent before torch is imported: the process lives."""

    pid: int


@dataclass(frozen=True)
class EngineReady:
    """torch is imported and requests are answered.

    Attributes:
        versions: library name -> version (`torch`, `torchvision`, `python`).
        devices: usable devices, the best first; `cpu` is always among them.
        notes: what works less well than it could, in sentences.
    """

    versions: Mapping[str, str]
    devices: tuple[DeviceInfo, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far a request is: `done` of `total` in `unit`; `total` 0 when unknown."""

    request_id: int
    what: str
    done: int = 0
    total: int = 0
    unit: str = ""


@dataclass(frozen=True)
class ModelReady:
    """The current network.

    Attributes:
        choice: with the specification found, `device` resolved.
        labels: class names, n_classes of them.
        preprocess: how a picture becomes this network's input.
        weights_label: for people: "random, seed 0", "CIFAR-10, 91.2 % test accuracy".
        parameters: learnable numbers.
        macs: multiply-accumulates for one image of the spec's input size.
        notes: what a user should know, in sentences (missing keys, replaced head).
    """

    request_id: int
    choice: ModelChoice
    labels: tuple[str, ...]
    preprocess: Preprocess
    weights_label: str
    parameters: int
    macs: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explored:
    """A measurement; `gates` are those it was made with."""

    request_id: int
    snapshot: Snapshot
    gates: Mapping[str, Gate]


@dataclass(frozen=True)
class PairMeasured:
    """Both networks, measured.

    Attributes:
        settings: they were measured with, `device` resolved.
        residual: of the network with skips.
        plain: of its plain twin.
        batch_note: what both were shown, for people.
        weights_note: which weights both hold, for people.
        labels: class names.
    """

    request_id: int
    settings: LabSettings
    residual: Snapshot
    plain: Snapshot
    batch_note: str
    weights_note: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What an experiment has found so far; the last one's finding is complete."""

    request_id: int
    finding: Finding


@dataclass(frozen=True)
class DataSeen:
    """A recipe's pictures.

    Attributes:
        recipe: the text that was asked with.
        classes: names by index.
        n_train: pictures to learn from, by class.
        n_held_out: pictures to measure on, by class.
        samples: some of the training pictures as the network sees them without augmentation,
            (n, S, S, 3) uint8, a few of each class.
        labels: class of each sample, (n,).
        broken: files that could not be read, with the reason; they are left out.
        note: how the split was made, in a sentence.
    """

    request_id: int
    recipe: str
    classes: tuple[str, ...]
    n_train: tuple[int, ...]
    n_held_out: tuple[int, ...]
    samples: NDArray[np.uint8] = field(repr=False)
    labels: NDArray[np.int64] = field(repr=False)
    broken: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class TrainingStatus(Standing):
    """Where the training is; several times a second at most. The run folder has been flushed.

    Attributes:
        folder: of the run, which exists now.
        state: `preparing` until the first step can be done.
    """

    request_id: int
    folder: Path
    state: Literal["preparing", "running", "paused"]


@dataclass(frozen=True)
class Trained:
    """The training is over.

    Attributes:
        folder: of the run.
        state: `finished`, or `stopped` if it can be resumed.
        message: for people: what was reached, or why it stopped early.
        weights: the exported files of a finished run.
    """

    request_id: int
    folder: Path
    state: Literal["finished", "stopped"]
    message: str
    weights: tuple[Path, ...] = ()


@dataclass(frozen=True)
class RateFound:
    """What the search for a learning rate has seen so far.

    Attributes:
        rates: tried so far, ascending, (n,).
        losses: smoothed loss at each, (n,).
        suggestion: a good peak rate, 0 until the search is complete.
        total: steps of the whole search; complete when n reaches it or the loss blew up.
        complete: whether this is the last reply.
        sentence: what was found, in words.
    """

    request_id: int
    rates: NDArray[np.float64] = field(repr=False)
    losses: NDArray[np.float64] = field(repr=False)
    suggestion: float
    total: int
    complete: bool
    sentence: str = ""


@dataclass(frozen=True)
class Failed:
    """A request failed; what was current before still is.

    Attributes:
        request_id: the request; 0 if the engine itself could not start and is about to end.
        message: what failed, on what.
        hint: what to do.
        details: traceback for bugs, empty for errors the user can mend.
    """

    request_id: int
    message: str
    hint: str = ""
    details: str = ""


@dataclass(frozen=True)
class Superseded:
    """A newer request of the same type made this one pointless."""

    request_id: int


@dataclass(frozen=True)
class Cancelled:
    """The request was cancelled."""

    request_id: int


Reply = (
    Starting
    | EngineReady
    | Progress
    | ModelReady
    | Explored
    | PairMeasured
    | Found
    | DataSeen
    | TrainingStatus
    | Trained
    | RateFound
    | Failed
    | Superseded
    | Cancelled
)
