"""Everything that decides the numbers of the laboratory, as one value.

Imports neither torch nor Qt: the window edits these settings, the engine obeys them, and a
text of one line carries them from one machine to another (`lab/text.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

from resnet_viz.errors import UserError
from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.specs import Activation, Init, Norm, Order, ResNetSpec, spec

Side = Literal["residual", "plain"]
Weights = Literal["random", "trained", "twins"]
BatchSource = Literal["noise", "photographs", "picture", "folder"]
DType = Literal["float32", "float64"]

SIDES: tuple[Side, ...] = get_args(Side)
_CIFAR_BATCH, _IMAGENET_BATCH = 16, 2


@dataclass(frozen=True)
class LabSettings:
    """Two networks, a residual one and its plain twin, and the batch that both are shown.

    Attributes:
        network: the residual network's preset: `resnet56`, `resnet50`, `resnet32`.
        norm: normalisation of both.
        activation: nonlinearity of both.
        order: `post` or `pre` activation.
        init: how random weights are drawn.
        init_std: standard deviation where `init` is `normal`.
        gain: every convolution of a branch is multiplied by it after drawing; 1 leaves them.
        zero_init: start every block as the identity.
        weights: `random`: the same drawn weights in both; `trained`: the residual network's
            bundled weights in both; `twins`: each network's own bundled training.
        seed: of the random weights, and of the batch.
        alpha: weight of every skip that is not cut, in [0, 1].
        training_mode: batch norm uses the statistics of the batch.
        dtype: precision of the computation.
        device: `auto`, `cpu`, `cuda:0`, `mps`.
        batch: what both are shown. `noise`: standard normal pixels and random classes;
            `photographs`: crops of the bundled photographs; `picture`: the one on screen;
            `folder`: pictures of class folders, drawn by `seed`.
        batch_size: images; 0 for the usual number of the family. A picture is always one.
        folder: class folders, where `batch` is `folder`.
        cut: blocks of the residual network whose skip is cut.
        dropped: blocks of the residual network whose branch is dropped.
        plain_restored: blocks of the plain twin that have their skip after all.
        plain_dropped: blocks of the plain twin whose branch is dropped.

    Raises:
        UserError: if a value lies outside its range or a network, block or option is unknown.
    """

    network: str = "resnet56"
    norm: Norm = "none"
    activation: Activation = "relu"
    order: Order = "post"
    init: Init = "torch"
    init_std: float = 0.01
    gain: float = 1.0
    zero_init: bool = False
    weights: Weights = "random"
    seed: int = 0
    alpha: float = 1.0
    training_mode: bool = True
    dtype: DType = "float32"
    device: str = "auto"
    batch: BatchSource = "photographs"
    batch_size: int = 0
    folder: str = ""
    cut: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    plain_restored: frozenset[str] = frozenset()
    plain_dropped: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in ("cut", "dropped", "plain_restored", "plain_dropped"):
            object.__setattr__(self, name, frozenset(getattr(self, name)))
        for name, allowed in _CHOICES.items():
            value = getattr(self, name)
            if value not in allowed:
                raise UserError(f"{name} cannot be {value!r}.", f"Choose {', '.join(allowed)}.")
        if not 0.0 <= self.alpha <= 1.0:
            raise UserError(f"alpha must lie between 0 and 1, got {self.alpha!r}.")
        if not 0.0 < self.gain < float("inf"):
            raise UserError(f"gain must be positive, got {self.gain!r}.")
        if self.seed < 0 or self.batch_size < 0:
            raise UserError("Seed and batch size cannot be negative.")
        given = self.cut | self.dropped | self.plain_restored | self.plain_dropped
        self.spec("residual").refuse_unknown_blocks(given)

    def spec(self, side: Side) -> ResNetSpec:
        """The network of one side; with bundled weights their own norm and options hold.

        Raises:
            UserError: if there is no such network.
        """
        plain = side == "plain"
        if self.weights != "random":
            return _spec(self.network, plain=plain)
        return _spec(
            self.network,
            plain=plain,
            norm=self.norm,
            activation=self.activation,
            order=self.order,
            init=self.init,
            init_std=self.init_std,
            zero_init=self.zero_init,
        )

    def gates(self, side: Side) -> Mapping[str, Gate]:
        """The gate of every block of one side that is not fully open."""
        gates = {}
        for block in self.spec(side).blocks():
            name = block.name
            if side == "residual":
                skip = 0.0 if name in self.cut else self.alpha
                main = 0.0 if name in self.dropped else 1.0
            else:
                skip = self.alpha if name in self.plain_restored else 0.0
                main = 0.0 if name in self.plain_dropped else 1.0
            if (gate := Gate(skip, main)) != OPEN:
                gates[name] = gate
        return gates

    @property
    def n_images(self) -> int:
        """Images in the batch."""
        if self.batch == "picture":
            return 1
        usual = _CIFAR_BATCH if self.spec("residual").family == "cifar" else _IMAGENET_BATCH
        return self.batch_size or usual

    @property
    def same_weights(self) -> bool:
        """Whether both sides hold the same numbers and differ in their gates alone."""
        return self.weights != "twins"


@lru_cache(maxsize=128)
def _spec(network: str, **options: Any) -> ResNetSpec:
    # Making one checks every block of it, and settings are asked for theirs again and again.
    return spec(network, **options)


_CHOICES: dict[str, tuple[str, ...]] = {
    "weights": get_args(Weights),
    "batch": get_args(BatchSource),
    "dtype": get_args(DType),
}
