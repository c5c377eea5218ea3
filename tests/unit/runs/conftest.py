"""Small run folders, written by the writer itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resnet_viz.models.specs import spec
from resnet_viz.runs.facts import network_facts
from resnet_viz.runs.layout import RunFacts
from resnet_viz.train.run_writer import RunWriter

TINY: dict[str, Any] = {
    "depths": (1, 1, 2),
    "widths": (4, 8, 8),
    "n_classes": 3,
    "input_size": 8,
}


@pytest.fixture
def facts() -> RunFacts:
    """A duel of two networks of four blocks."""
    return RunFacts(
        networks=(
            network_facts("network", spec("resnet20", **TINY)),
            network_facts("rival", spec("plain20", **TINY)),
        ),
        dataset="Colours",
        classes=("blue", "green", "red"),
        n_train=36,
        n_held_out=12,
        n_steps=40,
        steps_per_epoch=10,
        batch_size=5,
        created=1_700_000_000.0,
        mean=(0.5, 0.4, 0.3),
        std=(0.2, 0.2, 0.25),
        environment={"torch": "2.13", "threads": 1},
    )


@pytest.fixture
def writer(tmp_path: Path, facts: RunFacts) -> Iterator[RunWriter]:
    """A run that has just been made."""
    with RunWriter(tmp_path / "run", snapshots=4) as writer:
        writer.create(facts, recipe="# a recipe\n", split={"train": [0, 1]})
        yield writer
