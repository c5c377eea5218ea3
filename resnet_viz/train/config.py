"""A training run as one value; `train/recipe.py` reads and writes it as TOML.

Imports neither torch nor Qt: the window builds its setup from this module.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from resnet_viz.errors import UserError
from resnet_viz.images import CIFAR10, Preprocess
from resnet_viz.models.specs import ResNetSpec, plain_name

NetworkKey = Literal["network", "rival"]
"""A network of a run; the rival learns from the same batches."""

DataSource = Literal[
    "folder", "shapes", "cifar10", "cifar100", "mnist", "fashionmnist", "imagenette"
]
StartWeights = Literal["none", "bundled", "imagenet", "file"]
OptimiserName = Literal["sgd", "adam", "adamw", "rmsprop"]
ScheduleName = Literal["one-cycle", "cosine", "step", "constant"]
Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class DataConfig:
    """`[data]`: where the pictures are and how they are varied during training.

    Attributes:
        source: `folder`, `shapes` for the pictures that `data/shapes.py` draws, or a public
            data set that is found on disk or downloaded.
        folder: of `folder`: holds `train/` and `test/` (or `val/`), each with one folder of
            images per class, or CIFAR-10's binary files, or the class folders themselves, of
            which a part is then held out; of a public data set: where it is or goes, empty
            for the program's own folder. Relative paths start at the working directory.
        dataset: what people call it; part of the exported file's name.
        mean: subtracted per channel (RGB), white = 1.
        std: divided by per channel.
        padding: pixels of mirrored border around a picture before the random crop.
        flip: mirror half of the pictures left to right.
        crops: (epochs, side) pairs: the first epochs train on smaller random crops, which
            cost less (side²); what remains trains at the full size.
        scale: smallest and largest share of a picture's area that a training crop holds; it
            is zoomed to the crop's side. Empty: crops keep the picture's scale.
        held_out: share of every class that is kept for measuring, where the folder has no
            part of its own for that.
        train_images: train on so many pictures only, drawn by the run's seed, as many of
            each class; 0 for all. Few pictures make overfitting visible.
        clutter: of `shapes`: how much of texture and noise the background has, 0 to 1.
    """

    source: DataSource = "folder"
    folder: str = ""
    dataset: str = "CIFAR-10"
    mean: tuple[float, float, float] = CIFAR10.mean
    std: tuple[float, float, float] = CIFAR10.std
    padding: int = 4
    flip: bool = True
    crops: tuple[tuple[int, int], ...] = ()
    scale: tuple[float, ...] = ()
    held_out: float = 0.2
    train_images: int = 0
    clutter: float = 1.0

    def __post_init__(self) -> None:
        _one_of("source", self.source, DataSource)
        _at_least(0, "train_images", self.train_images)
        if not 0 <= self.clutter <= 1:
            raise UserError(f"clutter is a share in [0, 1], got {self.clutter!r}.")
        if not 0 < self.held_out < 1:
            raise UserError(f"held_out is a share between 0 and 1, got {self.held_out!r}.")
        if self.source == "folder" and not self.folder:
            raise UserError("[data] needs an entry 'folder'.", 'Or source = "shapes".')
        if self.source == "shapes" and self.folder:
            raise UserError("Shapes are drawn: [data] cannot have both source and folder.")
        if len(self.mean) != 3 or len(self.std) != 3 or min(self.std) <= 0:
            raise UserError("mean and std need three numbers each, those of std positive.")
        _at_least(0, "padding", self.padding)
        for pair in self.crops:
            if len(pair) != 2 or min(pair) < 1:
                raise UserError(
                    f"crops cannot hold {list(pair)}.",
                    "Write pairs of epochs and side, such as crops = [[8, 24]].",
                )
        if self.scale and not (len(self.scale) == 2 and 0 < self.scale[0] <= self.scale[1] <= 1):
            raise UserError(
                f"scale cannot be {list(self.scale)}.",
                "Write the smallest and the largest share of the area: scale = [0.35, 1.0].",
            )


@dataclass(frozen=True)
class OptimiserConfig:
    """`[optimiser]`: how a gradient becomes a change of the weights.

    Attributes:
        name: `sgd`, `adam`, `adamw` or `rmsprop`.
        lr: learning rate at the schedule's peak.
        momentum: of `sgd` and `rmsprop`.
        nesterov: of `sgd`.
        weight_decay: L2 term (decoupled in `adamw`).
        decay_norms: apply the decay to norms and biases too.
    """

    name: OptimiserName = "sgd"
    lr: float = 0.1
    momentum: float = 0.9
    nesterov: bool = True
    weight_decay: float = 5e-4
    decay_norms: bool = True

    def __post_init__(self) -> None:
        _one_of("name", self.name, OptimiserName)
        if not self.lr > 0:
            raise UserError(f"lr must be positive, got {self.lr!r}.")
        if not 0 <= self.momentum < 1:
            raise UserError(f"momentum must lie in [0, 1), got {self.momentum!r}.")
        if self.name == "sgd" and self.nesterov and self.momentum == 0:
            raise UserError("nesterov needs a momentum above 0.", "Set nesterov = false.")
        _at_least(0, "weight_decay", self.weight_decay)


@dataclass(frozen=True)
class ScheduleConfig:
    """`[schedule]`: the learning rate over the run, as a share of its peak.

    Attributes:
        name: `one-cycle` (linear up, linear down to 0: Smith 2017, arXiv:1708.07120),
            `cosine` (to 0), `step` or `constant`.
        warm_up: share of all steps during which the rate rises linearly.
        milestones: epochs after which `step` multiplies the rate by `gamma`.
        gamma: of `step`.
        restarts: (epochs, share) pairs that follow the schedule proper, out of the run's
            epochs: the rate starts again at a share of its peak and falls linearly to 0
            (warm restarts: Loshchilov & Hutter 2016, arXiv:1608.03983).
    """

    name: ScheduleName = "one-cycle"
    warm_up: float = 0.25
    milestones: tuple[int, ...] = ()
    gamma: float = 0.1
    restarts: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        _one_of("name", self.name, ScheduleName)
        if not 0 <= self.warm_up < 1:
            raise UserError(f"warm_up is a share in [0, 1), got {self.warm_up!r}.")
        if self.name == "step" and not self.milestones:
            raise UserError(
                "The step schedule needs milestones.", "Such as milestones = [80, 120]."
            )
        if not 0 < self.gamma <= 1:
            raise UserError(f"gamma must lie in (0, 1], got {self.gamma!r}.")
        for pair in self.restarts:
            if len(pair) != 2 or pair[0] < 1 or pair[0] % 1 or not 0 < pair[1] <= 1:
                raise UserError(
                    f"restarts cannot hold {list(pair)}.",
                    "Write pairs of epochs and share of lr, such as restarts = [[5, 0.25]].",
                )


@dataclass(frozen=True)
class StartConfig:
    """`[start]`: which weights both networks begin with, and which of them may change.

    Attributes:
        weights: `none` (random, by the run's seed), `bundled`, `imagenet` (downloaded once) or
            `file`. The classifier is replaced by a random one where its classes do not fit.
        path: the checkpoint of `file`; of `bundled`, the file's name without suffix.
        freeze: weights up to here stay as they are, their batch norm with its running
            statistics: empty, `stem`, `layer1` ... `layer4`, or `body` for all but the
            classifier.
        body_lr: learning rate of the body as a share of the classifier's.
    """

    weights: StartWeights = "none"
    path: str = ""
    freeze: str = ""
    body_lr: float = 1.0

    def __post_init__(self) -> None:
        _one_of("weights", self.weights, StartWeights)
        if self.weights in ("file", "bundled") and not self.path:
            raise UserError(f"[start] with weights = {self.weights!r} needs a path.")
        if self.freeze and not re.fullmatch(r"stem|body|layer[1-9]", self.freeze):
            raise UserError(
                f"freeze cannot be {self.freeze!r}.", "Choose stem, layer1 to layer4, or body."
            )
        if not 0 <= self.body_lr <= 1:
            raise UserError(f"body_lr is a share in [0, 1], got {self.body_lr!r}.")


@dataclass(frozen=True)
class RecordingConfig:
    """`[recording]`: what is measured and kept beside loss and accuracy.

    Attributes:
        every: steps between measurements of all blocks; 0 measures as often as `share` allows.
        share: of the training time that measuring blocks may take.
        snapshots: weights kept for looking back, spread evenly over the run; 0 for none.
    """

    every: int = 0
    share: float = 0.03
    snapshots: int = 12

    def __post_init__(self) -> None:
        _at_least(0, "every", self.every)
        _at_least(0, "snapshots", self.snapshots)
        if not 0 < self.share <= 1:
            raise UserError(f"share must lie in (0, 1], got {self.share!r}.")


@dataclass(frozen=True)
class RunConfig:
    """`[run]`: how long, how, and on what.

    Attributes:
        epochs: passes over the training images.
        batch_size: images per step; what is left of an epoch is dropped.
        seed: of weights, order and augmentation.
        label_smoothing: of the cross-entropy (Szegedy et al. 2015, arXiv:1512.00567).
        precision: `bfloat16` computes the forward pass under autocast.
        channels_last: keep tensors as (N, H, W, C) in memory, which some hardware prefers.
        device: as in `resolve_device`: `auto` takes a GPU when there is one.
        threads: of the CPU; part of the recipe, because sums depend on it in the last bit.
            0 leaves torch's choice.
        checkpoint_every: steps between checkpoints; one follows every epoch besides.
        evaluate_every: epochs between measurements on the test images.
        evaluate_steps: steps between such measurements instead; 0 to count epochs.
        evaluate_images: of the test images, how many those measurements take, always the same
            ones; 0 for all. What is exported at the end is measured on all.
        patience: measurements without a lower test loss after which the run ends; 0: never.
    """

    epochs: int
    batch_size: int = 128
    seed: int = 0
    label_smoothing: float = 0.0
    precision: Precision = "float32"
    channels_last: bool = False
    device: str = "auto"
    threads: int = 0
    checkpoint_every: int = 200
    evaluate_every: int = 1
    evaluate_steps: int = 0
    evaluate_images: int = 0
    patience: int = 0

    def __post_init__(self) -> None:
        _at_least(0, "evaluate_steps", self.evaluate_steps)
        _at_least(0, "evaluate_images", self.evaluate_images)
        _at_least(0, "patience", self.patience)
        _one_of("precision", self.precision, Precision)
        for name in ("epochs", "batch_size", "checkpoint_every", "evaluate_every"):
            _at_least(1, name, getattr(self, name))
        _at_least(0, "threads", self.threads)
        if not 0 <= self.seed < 2**32:
            raise UserError(f"seed must lie in [0, 2**32), got {self.seed!r}.")
        if not 0 <= self.label_smoothing < 1:
            raise UserError(f"label_smoothing must lie in [0, 1), got {self.label_smoothing!r}.")


@dataclass(frozen=True)
class TrainConfig:
    """A whole run.

    Attributes:
        network: what is trained; `[network]` holds `name` and any option of `spec`.
        rival: a second network that learns from the same batches in lock-step, or None;
            `[rival]` as `[network]`.
        data: `[data]`.
        run: `[run]`.
        optimiser: `[optimiser]`.
        schedule: `[schedule]`.
        start: `[start]`.
        recording: `[recording]`.
        source: file name of the recipe.
        text: its content, copied into the run folder.
    """

    network: ResNetSpec
    data: DataConfig
    run: RunConfig
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    start: StartConfig = field(default_factory=StartConfig)
    recording: RecordingConfig = field(default_factory=RecordingConfig)
    rival: ResNetSpec | None = None
    source: str = field(default="", compare=False)
    text: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for network in self.networks.values():
            if network.in_channels != 3:
                raise UserError(f"{network.title()} must take pictures of 3 channels.")
        self._check_rival()
        self._check_crops()
        again = sum(int(epochs) for epochs, _ in self.schedule.restarts)
        if again >= self.run.epochs:
            raise UserError(f"The restarts take {again} of {self.run.epochs} epochs.")

    def _check_rival(self) -> None:
        if self.rival is None:
            return
        for name in ("n_classes", "input_size"):
            ours, theirs = getattr(self.network, name), getattr(self.rival, name)
            if ours != theirs:
                raise UserError(
                    f"Both networks learn from the same pictures, but {name} is {ours} of the "
                    f"network and {theirs} of the rival.",
                    f"Write {name} = {ours} in [rival].",
                )

    def _check_crops(self) -> None:
        largest = self.network.input_size + 2 * self.data.padding
        if self.data.padding >= self.network.input_size:
            raise UserError(f"padding must be below the picture's side, got {self.data.padding}.")
        for _, side in self.data.crops:
            if side > largest:
                raise UserError(f"A crop of {side} pixels does not fit into {largest}.")

    @property
    def name(self) -> str:
        """The network's name, as `spec` takes it: `resnet20`, `plain20`."""
        return plain_name(self.network.name) if self.network.plain else self.network.name

    @property
    def networks(self) -> dict[NetworkKey, ResNetSpec]:
        """What is trained, by its name in the run folder: one network, or two."""
        rival = self.rival
        return (
            {"network": self.network}
            if rival is None
            else {"network": self.network, "rival": rival}
        )

    @property
    def preprocess(self) -> Preprocess:
        """How a picture becomes the trained network's input."""
        side = self.network.input_size
        return Preprocess(side, side, self.data.mean, self.data.std)

    def crop_at(self, epoch: int) -> int:
        """Side of the training crops in an epoch (0-based), pixels."""
        end = 0
        for epochs, side in self.data.crops:
            end += epochs
            if epoch < end:
                return side
        return self.network.input_size


def _one_of(name: str, value: str, choices: Any) -> None:
    allowed = get_args(choices)
    if value not in allowed:
        raise UserError(f"{name} cannot be {value!r}.", f"Choose {', '.join(allowed)}.")


def _at_least(least: int, name: str, value: float) -> None:
    if not value >= least:  # also refuses NaN
        raise UserError(f"{name} must be at least {least}, got {value!r}.")
