"""What is asked to see the selected block of a run's networks at a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from resnet_viz.engine.messages import ModelChoice
from resnet_viz.images import Preprocess, network_view
from resnet_viz.models.gates import Gate
from resnet_viz.runs.layout import NetworkFacts, RunFacts
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.train.block_desk import BlockQuestion
from resnet_viz.ui.train.run_gates import gates_of, spec_of


def block_questions(
    reader: RunReader,
    picture: NDArray[np.uint8],
    block: str,
    *,
    step: int | None,
    live: bool,
    gates: Mapping[NetworkKey, Mapping[str, Gate]],
) -> list[BlockQuestion]:
    """One question for each network of the run that this program can build.

    Args:
        reader: the run.
        picture: (H, W, 3) uint8.
        block: whose maps are wanted.
        step: that is looked back at; None for the newest.
        live: whether the run is being trained here, so that the newest weights are at hand.
        gates: as they are now.
    """
    if step is not None or not live:
        step = snapshot_before(reader.snapshots, step)
    then: Mapping[NetworkKey, Mapping[str, Gate]] = gates
    if step is not None and step != reader.last_step:
        then = gates_of(reader.facts, reader.events, step)
    made = []
    for network in reader.facts.networks:
        choice = _choice(reader, network, step)
        if choice is None or block not in network.blocks:
            continue
        key = cast(NetworkKey, network.key)
        view = network_view(picture, preprocess_of(reader.facts, choice.spec.input_size))
        made.append(BlockQuestion(key, choice, view, dict(then.get(key, {})), block))
    return made


def snapshot_before(snapshots: tuple[int, ...], step: int | None) -> int | None:
    """The newest step with kept weights that is not after `step`; the first one before all."""
    if not snapshots:
        return None
    if step is None:
        return snapshots[-1]
    return max((s for s in snapshots if s <= step), default=snapshots[0])


def preprocess_of(facts: RunFacts, side: int) -> Preprocess:
    """How a picture becomes the input of a run's networks."""
    usual: dict[str, Any] = {}
    if len(facts.mean) == 3 and len(facts.std) == 3:
        usual = {"mean": facts.mean, "std": facts.std}
    return (
        Preprocess(side, side, **usual) if usual else Preprocess(side, side, (0.5,) * 3, (0.5,) * 3)
    )


def _choice(reader: RunReader, network: NetworkFacts, step: int | None) -> ModelChoice | None:
    made = spec_of(network)
    if made is None:
        return None
    return ModelChoice(
        made,
        "run",
        path=str(reader.path),
        run_step=-1 if step is None else step,
        run_network=cast(NetworkKey, network.key),
    )
