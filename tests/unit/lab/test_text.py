"""Settings and experiments as tables of plain values, and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from resnet_viz.lab.entries import EntryError
from resnet_viz.lab.experiments import EXPERIMENTS, DepthSweep, Lesion
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.text import (
    experiment_from_table,
    experiment_to_table,
    settings_from_table,
    settings_to_table,
)

UNUSUAL = LabSettings(
    network="resnet20",
    norm="group",
    alpha=0.1 + 0.2,
    seed=7,
    dtype="float64",
    folder='a "quoted" folder',
    cut=frozenset({"layer1.2", "layer1.0"}),
)


def test_usual_settings_are_an_empty_table() -> None:
    assert settings_to_table(LabSettings()) == {}
    assert settings_from_table({}) == LabSettings()


@pytest.mark.parametrize("every", [False, True])
def test_settings_come_back_through_json(every: bool) -> None:
    table = json.loads(json.dumps(settings_to_table(UNUSUAL, every=every)))
    assert settings_from_table(table) == UNUSUAL
    assert table["cut"] == ["layer1.0", "layer1.2"]
    assert len(table) == (21 if every else 7)


def test_other_fields_come_from_the_base() -> None:
    assert settings_from_table({"seed": 1}, UNUSUAL) == replace(UNUSUAL, seed=1)


@pytest.mark.parametrize("experiment", [kind() for kind in EXPERIMENTS.values()])
def test_usual_experiments_come_back_through_json(experiment: object) -> None:
    table = json.loads(json.dumps(experiment_to_table(experiment)))  # type: ignore[arg-type]
    assert experiment_from_table(table) == experiment


def test_options_of_experiments_come_back() -> None:
    for asked in (DepthSweep(depths=(8, 20)), Lesion(how="shuffle", ks=(2,), folder="x")):
        assert experiment_from_table(experiment_to_table(asked)) == asked


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"sed": 1}, "sed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": True}, "seed"),
        ({"norm": "layer"}, "norm"),
        ({"alpha": 2}, "alpha"),
        ({"seed": 1, "gain": -1.0}, "gain"),
        ({"cut": "layer1.0"}, "cut"),
        ({"cut": ["layer1.0", "layer9.9"]}, "cut"),
        ({"network": "resnet21"}, "network"),
    ],
)
def test_the_entry_that_is_wrong_is_named(table: dict[str, object], key: str) -> None:
    with pytest.raises(EntryError) as caught:
        settings_from_table(table)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"kind": "lesions"}, "kind"),
        ({"kind": ["lesion"]}, "kind"),
        ({"kind": "lesion", "how": "all"}, "how"),
        ({"kind": "lesion", "trials": 0}, "trials"),
        ({"kind": "depth", "depths": [9]}, "depths"),
        ({"kind": "depth", "depth": [8]}, "depth"),
    ],
)
def test_the_option_that_is_wrong_is_named(table: dict[str, object], key: str) -> None:
    with pytest.raises(EntryError) as caught:
        experiment_from_table(table)
    assert caught.value.key == key
