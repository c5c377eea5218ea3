"""The memory of measurements: what is the same question, what is kept, what is forgotten."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from asking import TINY, explore, picture

from resnet_viz.engine.measurements import Measurements, question
from resnet_viz.engine.messages import Explore
from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.probe.snapshot import BlockMaps, BlockStats, Snapshot, Totals

NAMES = [f"layer1.{i}" for i in range(9)]
MAP_BYTES = 4 * 1000


def _maps() -> BlockMaps:
    full, none = np.ones((1, 10, 100), np.float32), np.zeros((0,), np.float32)
    empty = np.zeros((0, 0, 0), np.float32)
    return BlockMaps(full, empty, empty, empty, {}, none, none, none)


def _snapshot(*names: str) -> Snapshot:
    return Snapshot(
        blocks=(),
        maps={name: _maps() for name in names},
        logits=np.zeros((1, 10), np.float32),
        targets=(0,),
        loss=1.0,
        totals=Totals(0, 0, 0),
        input_shape=(1, 3, 32, 32),
        training_mode=False,
        dtype="float32",
        device="cpu",
        elapsed_ms=1.0,
    )


def synthetic_block() -> BlockStats:
    shape = (16, 32, 32)
    return BlockStats(
        "layer1.0", 1, "basic", "identity", 1.0, 1.0, shape, shape, *range(3), *[0.5] * 13
    )


class Memory(Measurements):
    """Measurements by the explorations that ask for them."""

    def recalled(self, job: Explore) -> Snapshot | None:
        return self.recall(question(job), job.keep)

    def remembered(self, job: Explore, snapshot: Snapshot) -> Snapshot:
        return self.remember(question(job), job.keep, snapshot)

    def worth(self, job: Explore, sizes: dict[str, int]) -> tuple[str, ...]:
        return self.worth_keeping(question(job), job.keep, sizes)


def test_the_same_question_is_answered_with_the_maps_it_asks_for() -> None:
    memory = Memory()
    job = explore(1, keep=("layer1.1",))
    answer = memory.remembered(job, _snapshot(*NAMES[:3]))
    assert list(answer.maps) == ["layer1.1"]
    again = memory.recalled(explore(2, keep=("layer1.2", "layer1.0")))
    assert again is not None
    assert list(again.maps) == ["layer1.2", "layer1.0"]
    assert memory.recalled(explore(3, keep=("layer1.3",))) is None


@pytest.mark.parametrize(
    "other",
    [
        explore(2, image=picture(seed=1)),
        explore(2, gates={"layer1.0": Gate(skip=0.0)}),
        explore(2, target=3),
        explore(2, replace(TINY, training_mode=True)),
        explore(2, replace(TINY, seed=1)),
    ],
    ids=["picture", "gates", "target", "mode", "seed"],
)
def test_another_question_is_not_answered_from_memory(other: object) -> None:
    memory = Memory()
    memory.remembered(explore(1), _snapshot())
    assert memory.recalled(other) is None  # type: ignore[arg-type]


def test_gates_that_are_named_but_open_make_no_difference() -> None:
    memory = Memory()
    memory.remembered(explore(1), _snapshot())
    assert memory.recalled(explore(2, gates={"layer1.0": OPEN})) is not None


def test_maps_of_several_measurements_of_one_question_add_up() -> None:
    memory = Memory()
    memory.remembered(explore(1), _snapshot("layer1.0"))
    memory.remembered(explore(2), _snapshot("layer1.5"))
    assert memory.recalled(explore(3, keep=("layer1.0", "layer1.5"))) is not None


def test_the_least_recently_used_measurement_is_forgotten_first() -> None:
    memory = Memory(limit_bytes=2 * MAP_BYTES)
    for target in (0, 1):
        memory.remembered(explore(1, target=target), _snapshot("layer1.0"))
    assert memory.recalled(explore(2, target=0)) is not None
    memory.remembered(explore(3, target=2), _snapshot("layer1.0"))
    assert memory.nbytes == 2 * MAP_BYTES
    assert memory.recalled(explore(4, target=1)) is None
    assert memory.recalled(explore(5, target=0)) is not None


def test_the_newest_measurement_stays_even_if_it_is_too_large() -> None:
    memory = Memory(limit_bytes=1)
    memory.remembered(explore(1), _snapshot("layer1.0"))
    assert memory.recalled(explore(2, keep=("layer1.0",))) is not None


def test_another_network_clears_the_memory() -> None:
    memory = Memory()
    memory.remembered(explore(1), _snapshot())
    memory.clear()
    assert memory.recalled(explore(2)) is None


def test_a_first_measurement_takes_the_neighbours_along() -> None:
    memory = Memory()
    sizes = dict.fromkeys(NAMES, MAP_BYTES)
    assert memory.worth(explore(1), sizes) == ()
    kept = memory.worth(explore(1, keep=("layer1.4",)), sizes)
    assert kept == ("layer1.4", "layer1.3", "layer1.5")


def test_going_on_asking_takes_everything_that_is_missing() -> None:
    memory = Memory()
    memory.remembered(explore(1, keep=("layer1.0",)), _snapshot("layer1.0", "layer1.1"))
    kept = memory.worth(explore(2, keep=("layer1.5",)), dict.fromkeys(NAMES, MAP_BYTES))
    assert sorted(kept) == sorted(NAMES[2:])


def test_large_maps_are_taken_along_only_as_far_as_they_fit() -> None:
    memory = Memory()
    large = dict.fromkeys(NAMES, 20 * 2**20)
    assert memory.worth(explore(1, keep=("layer1.4",)), large) == ("layer1.4",)
    memory.remembered(explore(1, keep=("layer1.0",)), _snapshot("layer1.0"))
    kept = memory.worth(explore(2, keep=("layer1.4",)), large)
    assert kept == ("layer1.4", "layer1.3", "layer1.5")


def test_figures_without_maps_count_too() -> None:
    """A slider that is dragged for hours asks for no maps, and must not fill the memory."""
    block = synthetic_block()
    memory = Memory(limit_bytes=10_000)
    for target in range(100):
        memory.remembered(explore(1, target=target), replace(_snapshot(), blocks=(block,) * 3))
    assert memory.nbytes <= 10_000
    assert memory.recalled(explore(2, target=99)) is not None
    assert memory.recalled(explore(3, target=0)) is None
