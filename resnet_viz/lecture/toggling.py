"""The keys that select blocks and cut skips, for views as values. Imports neither torch nor Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from resnet_viz.lecture.views import AddNode, Look, Pair, View
from resnet_viz.models.specs import BlockSpec

Cut = Callable[[frozenset[str]], frozenset[str]]


def has_blocks(view: View) -> bool:
    """Whether a view has blocks that can be selected and cut.

    A plain network has no skips to cut; which blocks a checkpoint has only its tensors say.
    """
    if isinstance(view, Look):
        return view.weights != "file" and not view.spec().plain
    return isinstance(view, Pair | AddNode)


def selected_block(view: View) -> BlockSpec:
    """The selected block; where the lecture leaves it open, the second one of the network.

    Raises:
        ValueError: if the view has none, see `has_blocks`.
    """
    blocks = _blocks(view)
    name = view.block if isinstance(view, AddNode) else getattr(view, "selected", "")
    usual = blocks[min(1, len(blocks) - 1)] if isinstance(view, Look) else blocks[0]
    return next((block for block in blocks if block.name == name), usual)


def walked(view: View, step: int) -> View:
    """With the block selected that is `step` further on; stops at both ends."""
    blocks = _blocks(view)
    index = blocks.index(selected_block(view)) + step
    name = blocks[min(max(index, 0), len(blocks) - 1)].name
    if isinstance(view, AddNode):
        return replace(view, block=name)
    assert isinstance(view, Look | Pair)
    return replace(view, selected=name)


def skip_flipped(view: View) -> View:
    """With the selected block's skip cut or restored."""
    return _with_cut(view, lambda cut: cut ^ {selected_block(view).name})


def stage_flipped(view: View) -> View:
    """With all skips of the selected block's stage cut; restored if all are."""
    stage = selected_block(view).stage
    return _with_cut(view, _flipping(b.name for b in _blocks(view) if b.stage == stage))


def all_flipped(view: View) -> View:
    """With all skips cut; restored if all are."""
    return _with_cut(view, _flipping(block.name for block in _blocks(view)))


def branch_flipped(view: View) -> View:
    """With the selected block's branch dropped or restored."""
    name = selected_block(view).name
    if isinstance(view, Look):
        return replace(view, dropped=view.dropped ^ {name})
    assert isinstance(view, Pair | AddNode)
    settings = replace(view.settings, dropped=view.settings.dropped ^ {name})
    return replace(view, settings=settings)


def _blocks(view: View) -> list[BlockSpec]:
    if isinstance(view, Look):
        return list(view.spec().blocks())
    if isinstance(view, Pair | AddNode):
        return list(view.settings.spec("residual").blocks())
    raise ValueError(f"a view of kind {view.kind!r} has no blocks")


def _with_cut(view: View, change: Cut) -> View:
    if isinstance(view, Look):
        return replace(view, cut=change(view.cuts(view.spec())))
    assert isinstance(view, Pair | AddNode)
    settings = replace(view.settings, cut=change(view.settings.cut))
    return replace(view, settings=settings)


def _flipping(names: Iterable[str]) -> Cut:
    group = frozenset(names)
    return lambda cut: cut - group if group <= cut else cut | group
