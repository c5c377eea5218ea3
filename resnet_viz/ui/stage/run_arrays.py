"""The numbers that charts of a run are drawn from, by name. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from numpy.typing import NDArray

from resnet_viz.lecture.views import RunPart
from resnet_viz.runs.reader import RunReader
from resnet_viz.ui.train.heat_quantities import HEAT_QUANTITIES

Named = tuple[str, NDArray[Any]]
_OF_BLOCKS: dict[str, str] = {"gradients": "gradient", "update": "update", "dead": "dead"}


def run_arrays(reader: RunReader, parts: Sequence[RunPart]) -> dict[str, NDArray[Any]]:
    """What of a run is on screen.

    Returns:
        Of each network: `step_<key>` (n,) with `train_loss_<key>`, `train_accuracy_<key>` and
        `lr_<key>`; `held_out_step_<key>` (m,) with `held_out_loss_<key>` and
        `held_out_accuracy_<key>`; `block_step_<key>` (p,) with `gradient_<key>`, `update_<key>`
        and `dead_<key>`, (p, blocks).
    """
    found: dict[str, NDArray[Any]] = {}
    for network in reader.facts.networks:
        named = (*_of_steps(reader, network.key, parts), *_of_blocks(reader, network.key, parts))
        found.update((f"{name}_{network.key}", values) for name, values in named)
    return found


def _of_steps(reader: RunReader, key: str, parts: Sequence[RunPart]) -> Iterator[Named]:
    steps, held_out = reader.steps(key), reader.evaluations(key)
    shown = [part for part in ("loss", "accuracy") if part in parts]
    if shown or "lr" in parts:
        yield "step", steps.step
    if "lr" in parts:
        yield "lr", steps.lr
    for part in shown:
        yield f"train_{part}", getattr(steps, part)
    if shown:
        yield "held_out_step", held_out.step
    for part in shown:
        yield f"held_out_{part}", getattr(held_out, part)


def _of_blocks(reader: RunReader, key: str, parts: Sequence[RunPart]) -> Iterator[Named]:
    blocks, recorded = reader.blocks(key), reader.facts.quantities
    wanted = [HEAT_QUANTITIES[_OF_BLOCKS[part]] for part in parts if part in _OF_BLOCKS]
    wanted = [quantity for quantity in wanted if set(quantity.needs) <= set(recorded)]
    if wanted:
        yield "block_step", blocks.steps
    for quantity in wanted:
        rows = [recorded.index(need) for need in quantity.needs]
        yield quantity.key, quantity.made(*(blocks.values[:, row] for row in rows))
