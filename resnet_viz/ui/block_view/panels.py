"""What the three grids show: which tensor, in which order, on which scale.

Pure functions of a block's maps and of the choices made in the view; no Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from resnet_viz.probe.snapshot import BlockMaps, FloatArray
from resnet_viz.ui.block_view.colour import Scale
from resnet_viz.ui.block_view.summary import Summary, display_limit, summarise

PanelRole = Literal["shortcut", "branch", "output"]
Sort = Literal["index", "energy_branch", "energy_output", "gradient"]
Scope = Literal["shared", "tensor", "map"]
Order = NDArray[np.intp]
Limits = Mapping[str, float | FloatArray]

ROLES: tuple[PanelRole, ...] = ("shortcut", "branch", "output")
_TENSORS: dict[PanelRole, str] = {"shortcut": "shortcut", "branch": "branch", "output": "out"}


@dataclass(frozen=True)
class Choices:
    """What the user chose.

    Attributes:
        sort: order of the channels; energies and gradients fall.
        scope: what shares a colour scale: the three tensors, one tensor, or one map.
        raw_input: show the block's input x in place of the shortcut's output.
        inner: module of the branch whose output is shown in place of F(x); "" for F(x).
    """

    sort: Sort = "index"
    scope: Scope = "shared"
    raw_input: bool = False
    inner: str = ""


@dataclass(frozen=True)
class Panel:
    """One grid.

    Attributes:
        role: its place in the sum.
        name: of the tensor: `x`, `shortcut`, `branch`, `out` or a module of the branch.
        tensor: (C, H, W).
        summary: of the tensor.
        scale: from values to colours.
        order: channel at each position, (C,).
        places: position of each channel, (C,).
        linked: its channel k is channel k of y, so the grids scroll and select together.
    """

    role: PanelRole
    name: str
    tensor: FloatArray = field(repr=False)
    summary: Summary
    scale: Scale
    order: Order = field(repr=False)
    places: Order = field(repr=False)
    linked: bool

    @property
    def n_channels(self) -> int:
        """C."""
        return len(self.tensor)


@dataclass(frozen=True)
class Pixel:
    """A pixel of one channel's map, in whatever order the channels are shown."""

    channel: int
    row: int
    column: int

    def inside(self, tensor: FloatArray) -> bool:
        """Whether a tensor (C, H, W) has such a pixel."""
        wanted = (self.channel, self.row, self.column)
        return all(index < size for index, size in zip(wanted, tensor.shape, strict=True))


class Tensors:
    """A block's tensors by name with their figures, each worked out once.

    Args:
        maps: of the block. Names of branch modules never clash with `x`, `shortcut`,
            `branch`, `out`.
    """

    def __init__(self, maps: BlockMaps) -> None:
        self.maps = maps
        self._tensors: dict[str, FloatArray] = {
            **maps.inner,
            "x": maps.x,
            "shortcut": maps.shortcut,
            "branch": maps.branch,
            "out": maps.out,
        }
        self._summaries: dict[str, Summary] = {}
        self._limits: dict[str, float] = {}

    def __getitem__(self, name: str) -> FloatArray:
        return self._tensors[name]

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def summary(self, name: str) -> Summary:
        """Figures of a tensor."""
        if name not in self._summaries:
            self._summaries[name] = summarise(self[name])
        return self._summaries[name]

    def limit(self, name: str) -> float:
        """End of a tensor's own colour scale."""
        if name not in self._limits:
            self._limits[name] = display_limit(self[name], self.summary(name))
        return self._limits[name]


def modules_on_stream(inner: Mapping[str, FloatArray]) -> set[str]:
    """The branch's modules whose channels are the channels of y.

    Those from the last convolution on: each convolution before it mixes channels into new
    ones, even where their number is the same.
    """
    names = list(inner)
    last = max((i for i, name in enumerate(names) if name.startswith("conv")), default=-1)
    return set(names[last:]) if last >= 0 else set()


def channel_energy(tensor: FloatArray) -> FloatArray:
    """L2 norm of each channel's map, (C, H, W) -> (C,)."""
    flat = tensor.reshape(len(tensor), -1)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.sqrt(np.einsum("ci,ci->c", flat, flat)), dtype=np.float32)


def channel_limits(tensor: FloatArray) -> FloatArray:
    """Largest size of a finite value of each channel, (C, H, W) -> (C,)."""
    sizes = np.abs(tensor.reshape(len(tensor), -1))
    if not np.isfinite(sizes.max()):
        sizes = np.where(np.isfinite(sizes), sizes, 0)
    return np.asarray(sizes.max(axis=1))


def falling(keys: FloatArray) -> Order:
    """Indices by falling key; equal ones by index, NaN last."""
    return np.argsort(-keys, kind="stable")


def stream_order(tensors: Tensors, sort: Sort) -> Order:
    """Channels of y in the chosen order."""
    maps = tensors.maps
    if sort == "energy_branch":
        return falling(channel_energy(maps.branch))
    if sort == "energy_output":
        return falling(channel_energy(maps.out))
    if sort == "gradient":
        return falling(maps.grad_out)
    return np.arange(len(maps.out))


def own_order(tensor: FloatArray, sort: Sort) -> Order:
    """Channels of a tensor that y's order says nothing about: by its own energy, or by index."""
    if sort in ("energy_branch", "energy_output"):
        return falling(channel_energy(tensor))
    return np.arange(len(tensor))


def shown_tensors(tensors: Tensors, choices: Choices) -> dict[PanelRole, str]:
    """Name of the tensor in each grid."""
    names = dict(_TENSORS)
    if choices.raw_input:
        names["shortcut"] = "x"
    if choices.inner and choices.inner in tensors:
        names["branch"] = choices.inner
    return names


def scales(
    tensors: Tensors, names: Mapping[PanelRole, str], scope: Scope, pinned: Limits
) -> dict[PanelRole, Scale]:
    """The colour scale of each grid.

    A tensor with negative values gets a diverging scale, any other one from 0. Under the
    `shared` scope both kinds end at the same limit, so equal values are equally far from zero.

    Args:
        tensors: of the block.
        names: tensor of each grid.
        scope: what shares a scale.
        pinned: limits to keep, by tensor name; `*` for the shared one. One that does not fit
            (per map, another number of channels) is passed over.
    """
    shared = max(tensors.limit(name) for name in names.values())
    found: dict[PanelRole, Scale] = {}
    for role, name in names.items():
        signed = tensors.summary(name).signed
        kept = pinned.get("*" if scope == "shared" else name)
        if scope == "map":
            own = channel_limits(tensors[name])
            fits = isinstance(kept, np.ndarray) and kept.shape == own.shape
            limit: float | FloatArray = kept if fits and kept is not None else own
        else:
            fits = isinstance(kept, float)
            fresh = shared if scope == "shared" else tensors.limit(name)
            limit = kept if fits and kept is not None else fresh
        found[role] = Scale(limit, signed, pinned=fits)
    return found


def limits_of(panels: Mapping[PanelRole, Panel], scope: Scope) -> dict[str, float | FloatArray]:
    """The limits in use, to be pinned."""
    if scope == "shared":
        return {"*": panels["output"].scale.limit}
    return {panel.name: panel.scale.limit for panel in panels.values()}


def build_panels(
    tensors: Tensors, choices: Choices, pinned: Limits | None = None
) -> dict[PanelRole, Panel]:
    """The three grids.

    Args:
        tensors: of the block.
        choices: of the user.
        pinned: limits to keep, see `scales`.
    """
    names = shown_tensors(tensors, choices)
    scale_of = scales(tensors, names, choices.scope, pinned or {})
    stream = stream_order(tensors, choices.sort)
    on_stream = modules_on_stream(tensors.maps.inner) | {"shortcut", "branch", "out"}
    if tensors.maps.x.shape == tensors.maps.out.shape:
        on_stream |= {"x"}
    panels: dict[PanelRole, Panel] = {}
    for role, name in names.items():
        linked = name in on_stream and tensors[name].shape == tensors.maps.out.shape
        order = stream if linked else own_order(tensors[name], choices.sort)
        panels[role] = Panel(
            role=role,
            name=name,
            tensor=tensors[name],
            summary=tensors.summary(name),
            scale=scale_of[role],
            order=order,
            places=np.argsort(order),
            linked=linked,
        )
    return panels
