"""Which network is kept where, and which is given up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from asking import OTHER, TINY, explore, load

from resnet_viz.engine.current import Current
from resnet_viz.engine.messages import ModelChoice
from resnet_viz.engine.places import Place, Places
from resnet_viz.models.counting import count
from resnet_viz.models.weights import load_network


def _filled(places: Places, choice: ModelChoice, lane: str) -> Place:
    """The place of a network after it was loaded there."""
    place = places.of(replace(explore(1, choice), lane=lane))
    if place.current is None:
        place.current = Current(choice, choice, load_network(choice.spec))
    places.used(place)
    return place


@pytest.fixture
def places() -> Places:
    return Places()


def test_a_lectures_networks_are_not_the_workspaces(places: Places) -> None:
    mine = _filled(places, TINY, "")
    theirs = _filled(places, TINY, "a")
    assert mine is not theirs
    assert places.of(load(2, OTHER)) is mine, "the workspace has one network"


def test_views_of_a_lecture_share_a_network(places: Places) -> None:
    first = _filled(places, TINY, "a")
    other = _filled(places, OTHER, "b")
    assert _filled(places, replace(TINY, training_mode=True), "c") is first
    assert _filled(places, OTHER, "a") is other


def test_the_least_recently_used_is_given_up() -> None:
    places = Places(most=2)
    seeds = [replace(TINY, seed=seed) for seed in range(3)]
    first, second = (_filled(places, choice, "a") for choice in seeds[:2])
    assert _filled(places, seeds[0], "b") is first
    _filled(places, seeds[2], "a")
    assert _filled(places, seeds[0], "a") is first
    assert places.of(replace(load(1, seeds[1]), lane="a")) is not second


def test_memory_is_limited_but_for_the_newest() -> None:
    places = Places(limit_bytes=1)
    first = _filled(places, TINY, "a")
    assert first.nbytes == 4 * count(TINY.spec).parameters
    assert _filled(places, TINY, "a") is first
    _filled(places, OTHER, "a")
    assert _filled(places, TINY, "a") is not first


def test_a_run_is_one_network_at_all_its_steps(places: Places) -> None:
    run = replace(TINY, weights="run", path=str(Path("a run")), run_step=10)
    place = _filled(places, run, "a")
    assert _filled(places, replace(run, run_step=20), "a") is place
    assert _filled(places, replace(run, run_network="rival"), "a") is not place
    assert _filled(places, replace(run, path="another"), "a") is not place
