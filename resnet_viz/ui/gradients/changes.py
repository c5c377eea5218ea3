"""What a change of the laboratory's settings brings with it: pure functions, no Qt.

A cut is the same to the user on both sides, while the settings name the blocks of the plain
twin that have their skip after all; here both sides are spoken of in cuts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from functools import cache
from typing import Any

from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.models.bundled import bundled
from resnet_viz.models.specs import plain_name, spec, usual_training_mode

_BLOCK_FIELDS = ("cut", "dropped", "plain_restored", "plain_dropped")


def changed(settings: LabSettings, **wanted: Any) -> LabSettings:
    """The settings with other fields, and with what follows from those.

    Another network keeps the cuts of the blocks that it has too, and trained weights only if
    there are some for it. Other weights bring the mode of batch norm that goes with them.

    Raises:
        UserError: if a value cannot be used.
    """
    if "network" in wanted:
        names = {block.name for block in spec(wanted["network"]).blocks()}
        for field in _BLOCK_FIELDS:
            wanted.setdefault(field, getattr(settings, field) & names)
        if not has_weights(wanted["network"], wanted.get("weights", settings.weights)):
            wanted["weights"] = "random"
    made = replace(settings, **wanted)
    if made.weights != settings.weights and "training_mode" not in wanted:
        random = made.weights == "random"
        usual = usual_training_mode(made.spec("residual"), random_weights=random)
        made = replace(made, training_mode=usual)
    return made


def has_weights(network: str, weights: str) -> bool:
    """Whether a network can have such weights: random ones always, trained ones if bundled."""
    if weights == "random":
        return True
    trained = _trained()
    return network in trained and (weights == "trained" or plain_name(network) in trained)


@cache
def _trained() -> frozenset[str]:
    """Names of the networks with bundled weights; read from their files once."""
    return frozenset(bundled())


def block_names(settings: LabSettings, stage: int | None = None) -> list[str]:
    """Names of the blocks in forward order, of one stage or of all."""
    blocks = settings.spec("residual").blocks()
    return [b.name for b in blocks if stage is None or b.stage == stage]


def cut_skips(settings: LabSettings, side: Side) -> frozenset[str]:
    """The blocks of one side whose skip is cut."""
    if side == "residual":
        return settings.cut
    return frozenset(block_names(settings)) - settings.plain_restored


def with_cuts(settings: LabSettings, side: Side, cut: frozenset[str]) -> LabSettings:
    """The settings where exactly these skips of one side are cut."""
    if side == "residual":
        return replace(settings, cut=cut)
    return replace(settings, plain_restored=frozenset(block_names(settings)) - cut)


def with_skips_flipped(
    settings: LabSettings, side: Side, names: Iterable[str], *, both: bool
) -> LabSettings:
    """Cut the given skips; if all of them are cut already, restore them.

    Args:
        settings: before.
        side: the network that was clicked; its skips decide what happens.
        names: blocks.
        both: whether the same happens to the other network's.
    """
    group = frozenset(names)
    restore = group <= cut_skips(settings, side)
    for one in SIDES if both else (side,):
        cut = cut_skips(settings, one)
        settings = with_cuts(settings, one, cut - group if restore else cut | group)
    return settings


def dropped_branches(settings: LabSettings, side: Side) -> frozenset[str]:
    """The blocks of one side whose branch is dropped."""
    return settings.dropped if side == "residual" else settings.plain_dropped


def with_branch_flipped(settings: LabSettings, side: Side, name: str, *, both: bool) -> LabSettings:
    """Drop one branch, or restore it; of the clicked side, or of both alike."""
    restore = name in dropped_branches(settings, side)
    for one in SIDES if both else (side,):
        dropped = dropped_branches(settings, one)
        made = dropped - {name} if restore else dropped | {name}
        if one == "residual":
            settings = replace(settings, dropped=made)
        else:
            settings = replace(settings, plain_dropped=made)
    return settings


def nearest_block(name: str, names: list[str]) -> str:
    """The block of another network that stands where `name` stood: in its stage, or at the end."""
    if name in names:
        return name
    stage = name.partition(".")[0]
    return next((n for n in reversed(names) if n.startswith(f"{stage}.")), names[-1])


def same_numbers(a: LabSettings, b: LabSettings) -> bool:
    """Whether two settings differ in the device at most."""
    # Not by `replace`, which checks every block's name again: a slider asks this all the time.
    return all(getattr(a, name) == getattr(b, name) for name in _DECIDING)


_DECIDING = tuple(f.name for f in fields(LabSettings) if f.name != "device")
