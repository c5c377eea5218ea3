"""The laboratory's networks, built once and kept while they are in use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import nn

from resnet_viz.errors import UserError
from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.models.bundled import bundled
from resnet_viz.models.counting import count
from resnet_viz.models.devices import resolve_device
from resnet_viz.models.network import ResNet
from resnet_viz.models.specs import ResNetSpec, plain_name
from resnet_viz.models.weights import LoadedNetwork, load_network

_BYTES = {"float32": 4, "float64": 8}


@dataclass(frozen=True)
class NetworkKey:
    """Everything that decides a network's numbers; gates and mode are set at each use.

    Attributes:
        spec: what to build; a pair of the same weights is one network with other gates.
        trained: whether its bundled weights go into it.
        seed: of random weights; 0 where they are trained.
        gain: factor on every convolution of a branch.
        device: resolved, `cpu` or `cuda:0`.
        dtype: `float32` or `float64`.
    """

    spec: ResNetSpec
    trained: bool
    seed: int
    gain: float
    device: str
    dtype: str

    @property
    def nbytes(self) -> int:
        """Memory of the parameters."""
        return count(self.spec).parameters * _BYTES[self.dtype]


def network_key(settings: LabSettings, side: Side) -> NetworkKey:
    """Which network serves one side.

    Raises:
        UserError: if there is no such network or device, or its weights are not bundled.
    """
    trained = settings.weights != "random"
    spec = settings.spec("residual" if settings.same_weights else side)
    if trained:
        spec = trained_spec(spec)
    device = resolve_device(settings.device, float64=settings.dtype == "float64")
    seed = 0 if trained else settings.seed
    return NetworkKey(spec, trained, seed, settings.gain, str(device), settings.dtype)


@lru_cache(maxsize=32)
def trained_spec(spec: ResNetSpec) -> ResNetSpec:
    """The specification that a network's bundled weights were trained with.

    Raises:
        UserError: if there are none, naming those there are.
    """
    cards = bundled()
    card = cards.get(plain_name(spec.name) if spec.plain else spec.name)
    if card is None:
        there = ", ".join(card.spec().title() for card in cards.values())
        raise UserError(
            f"There are no trained weights for {spec.title()}.",
            f"Bundled are {there or 'none'}. Choose one of them, or random weights.",
        )
    return card.spec()


class Networks:
    """Networks by key, the least recently used forgotten first.

    Args:
        cancelled: asked while one is built.
        limit_bytes: memory of all parameters; the newest network stays whatever its size.
    """

    def __init__(self, cancelled: Callable[[], bool], limit_bytes: int = 256 * 2**20) -> None:
        self._cancelled = cancelled
        self._limit_bytes = limit_bytes
        self._known: OrderedDict[NetworkKey, LoadedNetwork] = OrderedDict()

    def get(self, key: NetworkKey) -> LoadedNetwork:
        """The network, in evaluation mode, with the gates of its last use.

        Raises:
            UserError: if its weights do not load or memory runs out.
            OperationCancelled: if it is no longer wanted.
        """
        if key not in self._known:
            # Before it is built: both at once may be more than there is.
            self._make_room(key.nbytes)
            self._known[key] = self._build(key)
        self._known.move_to_end(key)
        return self._known[key]

    def __contains__(self, key: NetworkKey) -> bool:
        return key in self._known

    @property
    def nbytes(self) -> int:
        """Memory of the parameters of all networks."""
        return sum(key.nbytes for key in self._known)

    def _make_room(self, nbytes: int) -> None:
        while self._known and self.nbytes + nbytes > self._limit_bytes:
            self._known.popitem(last=False)

    def _build(self, key: NetworkKey) -> LoadedNetwork:
        loaded = load_network(
            key.spec,
            "bundled" if key.trained else "none",
            seed=key.seed,
            device=key.device,
            dtype=key.dtype,
            cancelled=self._cancelled,
        )
        if key.gain == 1.0:
            return loaded
        scale_branches(loaded.net, key.gain)
        return replace(loaded, label=f"{loaded.label}, branches times {key.gain:g}")


def scale_branches(net: ResNet, gain: float) -> None:
    """Multiply the weights of every convolution of every branch; shortcuts stay as they are."""
    with torch.no_grad():
        for block in net.blocks.values():
            for name in block.branch_modules:
                if isinstance(module := block.get_submodule(name), nn.Conv2d):
                    module.weight.mul_(gain)
