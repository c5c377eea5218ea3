"""What a scene can show: one frozen value for each kind of live view, with all its settings.

A value says everything that decides the numbers: network, weights, seed, picture, toggles. Its
fields are what a lecture's file may hold (`lecture/text.py`). Imports neither torch nor Qt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal, get_args

from resnet_viz.engine.messages import DType, ModelChoice
from resnet_viz.errors import UserError
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.experiments import Pair as PairExperiment
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.bundled import bundled
from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.specs import (
    Activation,
    Init,
    Norm,
    Order,
    ResNetSpec,
    plain_name,
    spec,
    usual_training_mode,
)

SAMPLE = "sample:"
"""Before the key of a bundled photograph, where a picture is named: `sample:cat`."""
BUNDLED = "bundled:"
"""Before the name of a run or a recipe that ships with the program."""
ALL = "all"
"""In place of every block's name in a list of cuts."""

LookWeights = Literal["none", "bundled", "imagenet", "file"]
Mode = Literal["usual", "train", "eval"]
Lane = Literal["gradient", "forward", "backward", "activation", "cost"]
PairPart = Literal["both", "chart", "networks"]
RunPart = Literal["loss", "accuracy", "gradients", "lr", "update", "dead"]


@dataclass(frozen=True)
class Look:
    """One network, one picture: what the views of a single network have in common.

    Attributes:
        network: preset: `resnet56`, `plain20`, `preresnet110`.
        weights: `none` (random, by `seed`), `bundled`, `imagenet` or `file`.
        path: the checkpoint where `weights` is `file`, relative to the lecture's file.
        seed: of random weights.
        norm, activation, order, init, zero_init: as in `ResNetSpec`; with other weights than
            `none` the weights' own hold.
        mode: of batch norm; `usual` is training mode for random weights, else evaluation.
        dtype: precision.
        picture: `sample:cat`, or a file relative to the lecture's; empty for the picture that
            the window shows.
        target: label or index of the class whose loss is differentiated; empty for the
            predicted one.
        cut: blocks whose skip is cut; `all` stands for every block.
        dropped: blocks whose branch is dropped.
        alpha: strength of every skip that is not cut, in [0, 1].
        selected: the selected block; empty for the view's own choice.

    Raises:
        UserError: if there is no such network or block, or a value is out of range.
    """

    network: str = "resnet56"
    weights: LookWeights = "bundled"
    path: str = ""
    seed: int = 0
    norm: Norm = "batch"
    activation: Activation = "relu"
    order: Order = "post"
    init: Init = "he"
    zero_init: bool = False
    mode: Mode = "usual"
    dtype: DType = "float32"
    picture: str = "sample:cat"
    target: str = ""
    cut: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    alpha: float = 1.0
    selected: str = ""

    def __post_init__(self) -> None:
        for name in ("cut", "dropped"):
            object.__setattr__(self, name, frozenset(getattr(self, name)))
        _at_least(0, seed=self.seed)
        if not 0.0 <= self.alpha <= 1.0:
            raise UserError(f"alpha must lie between 0 and 1, got {self.alpha!r}.")
        if self.weights != "file":  # which blocks that has only its tensors say
            given = self.cut | self.dropped | {self.selected}
            self.spec().refuse_unknown_blocks(given - {ALL, ""})

    def spec(self) -> ResNetSpec:
        """The network.

        Raises:
            UserError: if there is no such network.
        """
        if self.weights != "none":
            network = spec(self.network)
            name = plain_name(network.name) if network.plain else network.name
            # Bundled weights may be of a narrower network, with classes of its own.
            card = bundled().get(name) if self.weights == "bundled" else None
            return network if card is None else card.spec()
        return spec(
            self.network,
            norm=self.norm,
            activation=self.activation,
            order=self.order if self.order == "pre" else spec(self.network).order,
            init=self.init,
            zero_init=self.zero_init,
        )

    def choice(self, device: str = "auto") -> ModelChoice:
        """The network as the engine is asked for it; a checkpoint's path as it stands here."""
        network = self.spec()
        training = usual_training_mode(network, random_weights=self.weights == "none")
        if self.mode != "usual":
            training = self.mode == "train"
        return ModelChoice(
            network,
            self.weights,
            path=self.path,
            seed=self.seed,
            device=device,
            dtype=self.dtype,
            training_mode=training,
        )

    def cuts(self, network: ResNetSpec) -> frozenset[str]:
        """The blocks of `network` whose skip is cut; every one of a plain twin."""
        names = frozenset(block.name for block in network.blocks())
        return names if ALL in self.cut or network.plain else self.cut & names

    def gates(self, network: ResNetSpec) -> dict[str, Gate]:
        """Gates of the blocks of `network` that are not fully open."""
        cut = self.cuts(network)
        gates = {
            block.name: Gate(
                skip=0.0 if block.name in cut else self.alpha,
                main=0.0 if block.name in self.dropped else 1.0,
            )
            for block in network.blocks()
        }
        return {name: gate for name, gate in gates.items() if gate != OPEN}


@dataclass(frozen=True)
class Overview(Look):
    """The network as a chain of blocks with arcs, and lanes of figures under it.

    Attributes:
        lanes: which figures are drawn.
    """

    kind: ClassVar[str] = "overview"
    lanes: tuple[Lane, ...] = ("gradient", "forward")


@dataclass(frozen=True)
class Maps(Look):
    """One block on one picture: the channels of x, of F(x) and of their sum y.

    Attributes:
        channel: the channel shown large; -1 for none.
    """

    kind: ClassVar[str] = "maps"
    channel: int = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        _at_least(-1, channel=self.channel)


@dataclass(frozen=True)
class Photo(Look):
    """The picture, what the network sees of it, and the most probable classes.

    Attributes:
        top: how many classes are listed.
    """

    kind: ClassVar[str] = "photo"
    top: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        _at_least(1, top=self.top)


@dataclass(frozen=True)
class Anatomy:
    """The inside of one block, layer by layer, with shapes, parameters and multiply-adds.

    Attributes:
        network: preset whose block is opened.
        order: `post` or `pre` activation.
        norm, activation: of the block.
        block: its name; empty for the first whose shortcut is the identity.
    """

    kind: ClassVar[str] = "anatomy"
    network: str = "resnet18"
    order: Order = "post"
    norm: Norm = "batch"
    activation: Activation = "relu"
    block: str = ""

    def __post_init__(self) -> None:
        network = spec(self.network, norm=self.norm, activation=self.activation)
        network.refuse_unknown_blocks({self.block} - {""})


@dataclass(frozen=True)
class Pair:
    """A residual network over its plain twin, and one chart of both.

    Attributes:
        settings: of both networks and their batch; given field by field in a file.
        quantity: the figure of the chart.
        part: the whole, the chart alone or the networks alone.
        theory: whether expected curves are drawn.
        selected: the selected block; empty for the first.
        picture: as in `Look`, where the batch is `picture`.
    """

    kind: ClassVar[str] = "pair"
    settings: LabSettings = field(default_factory=LabSettings)
    quantity: Literal["grad_in", "grad_params", "mean_square"] = "grad_in"
    part: PairPart = "both"
    theory: bool = False
    selected: str = ""
    picture: str = "sample:cat"

    def __post_init__(self) -> None:
        self.settings.spec("residual").refuse_unknown_blocks({self.selected} - {""})


@dataclass(frozen=True)
class AddNode:
    """One addition opened: how much of y is x and how much F(x), forwards and backwards.

    Attributes:
        settings: as in `Pair`.
        block: whose addition; empty for the first.
        picture: as in `Pair`.
    """

    kind: ClassVar[str] = "addnode"
    settings: LabSettings = field(default_factory=LabSettings)
    block: str = ""
    picture: str = "sample:cat"

    def __post_init__(self) -> None:
        self.settings.spec("residual").refuse_unknown_blocks({self.block} - {""})


@dataclass(frozen=True)
class Study:
    """An experiment of the laboratory and one of its charts.

    Attributes:
        settings: as in `Pair`.
        experiment: the question; a table `experiment` with its `kind` in a file.
        chart: which of its charts, from 1.
        picture: as in `Pair`.
    """

    kind: ClassVar[str] = "study"
    settings: LabSettings = field(default_factory=LabSettings)
    experiment: Experiment = field(default_factory=PairExperiment)
    chart: int = 1
    picture: str = "sample:cat"

    def __post_init__(self) -> None:
        _at_least(1, chart=self.chart)


@dataclass(frozen=True)
class Run:
    """A recorded training: its curves and what every block did.

    Attributes:
        run: `bundled:duel56-cifar10`, or a run folder relative to the lecture's file.
        parts: charts, from the left; `gradients` are the heatmaps.
        step: looked at; -1 for the end.
        smoothing: steps that training curves are averaged over; 0 for the view's choice.
    """

    kind: ClassVar[str] = "run"
    run: str = "bundled:duel56-cifar10"
    parts: tuple[RunPart, ...] = ("loss", "accuracy")
    step: int = -1
    smoothing: int = 0

    def __post_init__(self) -> None:
        _at_least(-1, step=self.step)
        _at_least(0, smoothing=self.smoothing)


@dataclass(frozen=True)
class Training:
    """A training that begins during the lecture.

    Attributes:
        recipe: `bundled:two-minute-demo`, or a recipe relative to the lecture's file.
        parts: as in `Run`.
    """

    kind: ClassVar[str] = "training"
    recipe: str = "bundled:two-minute-demo"
    parts: tuple[RunPart, ...] = ("loss", "accuracy", "gradients")


def _at_least(least: int, **values: int) -> None:
    for name, value in values.items():
        if value < least:
            raise UserError(f"{name} must be at least {least}, got {value!r}.")


View = Overview | Maps | Photo | Anatomy | Pair | AddNode | Study | Run | Training

VIEWS: dict[str, type[View]] = {kind.kind: kind for kind in get_args(View)}
