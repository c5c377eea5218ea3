"""Names that texts may use, compared with what measurements and recorded runs really give."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from resnet_viz.analysis.block_layers import opened
from resnet_viz.assets import assets_dir
from resnet_viz.engine.messages import ModelReady, PairMeasured
from resnet_viz.images import CIFAR10
from resnet_viz.lab.experiments import DepthSweep
from resnet_viz.lab.findings import Chart, Curve, Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lecture.fact_names import explanation, is_figure, names_of, suggestion
from resnet_viz.lecture.facts import fill, written
from resnet_viz.lecture.finding_facts import CURVE_NAMES, finding_facts
from resnet_viz.lecture.pair_facts import node_facts, pair_facts
from resnet_viz.lecture.run_facts import recipe_facts, run_facts
from resnet_viz.lecture.snapshot_facts import (
    anatomy_facts,
    block_facts,
    network_facts,
    snapshot_facts,
)
from resnet_viz.lecture.views import (
    VIEWS,
    AddNode,
    Anatomy,
    Maps,
    Overview,
    Pair,
    Photo,
    Run,
    Study,
    Training,
    View,
)
from resnet_viz.models.network import ResNet
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.recipe import read_config

SETTINGS = LabSettings(network="resnet20", batch="noise")
LOOK = Overview(network="resnet20", weights="none")
KINDS = [kind() for kind in VIEWS.values()]


def measured(network: ResNetSpec) -> Snapshot:
    torch.manual_seed(0)
    return capture(ResNet(network), torch.randn(2, 3, 32, 32), training_mode=True)


@pytest.fixture(scope="module")
def pair() -> PairMeasured:
    both = [measured(SETTINGS.spec(side)) for side in ("residual", "plain")]
    return PairMeasured(1, SETTINGS, both[0], both[1], "2 images", "random, seed 0", ())


@pytest.mark.parametrize("view", [LOOK, Maps(), Photo()], ids=lambda view: view.kind)
def test_of_one_network(view: View) -> None:
    snapshot = measured(LOOK.spec())
    ready = ModelReady(1, LOOK.choice(), (), CIFAR10, "random, seed 0", 1, 2)
    facts = network_facts(ready) | snapshot_facts(snapshot, ()) | block_facts(snapshot.blocks[3])
    assert set(names_of(view)) == set(facts)


@pytest.mark.parametrize("view", [Anatomy(), Anatomy("preresnet110", "pre")], ids=str)
def test_of_a_block(view: Anatomy) -> None:
    network = LOOK.spec()
    facts = anatomy_facts(network, opened(network, "layer2.0"))
    assert set(names_of(view)) == set(facts)


def test_of_a_pair_and_of_an_addition(pair: PairMeasured) -> None:
    assert set(names_of(Pair(SETTINGS))) == set(pair_facts(pair))
    assert set(names_of(AddNode(SETTINGS))) == set(node_facts(pair, "layer2.1"))


def test_of_recorded_runs_and_of_recipes() -> None:
    duel = RunReader(assets_dir() / "runs" / "duel56-cifar10")
    duel.poll()
    assert set(names_of(Run())) == set(run_facts(duel))
    alone = RunReader(assets_dir() / "runs" / "few-pictures-scratch")
    alone.poll()
    known = {name for name in names_of(Run()) if not name.endswith("_rival")}
    assert set(run_facts(alone)) == known
    for path in (assets_dir() / "recipes").glob("*.toml"):
        assert set(recipe_facts(read_config(path))) <= set(names_of(Training()))


def test_of_a_study_the_curves_are_known_by_their_pattern() -> None:
    curves = tuple(
        Curve(label, "residual", np.array([1.0, 2.0]), np.array([3.0, 4.0]))
        for label in ("with skips", "α = 0.5", "2 draws", "theory: He 2015")
    )
    finding = Finding(DepthSweep(), SETTINGS, (Chart("k", "t", "x", "y", curves),), sentence="So.")
    facts = finding_facts(finding, 1)
    assert len(facts) == 1 + len(curves) * len(CURVE_NAMES)
    assert [name for name in facts if not is_figure(Study(), name)] == []
    assert "largest" in explanation(Study(), "x_max_alpha_0_5")
    for name in ("first", "first_", "x_first_with_skips", "middle_with_skips", "first_2"):
        assert not is_figure(Study(), name)
    assert not is_figure(Pair(), "max_with_skips")


@pytest.mark.parametrize("view", KINDS, ids=lambda view: view.kind)
def test_every_name_can_stand_in_a_text_and_is_explained_shortly(view: View) -> None:
    assert names_of(view)
    for name, words in names_of(view).items():
        assert fill(written(2, name), ()) == "…"
        assert is_figure(view, name)
        assert explanation(view, name) == words
        assert 4 < len(words) < 70
        assert not words.endswith(".")


@pytest.mark.parametrize(
    ("view", "name", "near"),
    [
        (Pair(), "first_plian", "Did you mean 'first_plain'?"),
        (Pair(), "ratio", "Did you mean 'ratio_residual' or 'ratio_plain'?"),
        (Run(), "accuracy_networks", "Did you mean 'accuracy_network'?"),
        (Study(), "last_with_skips_2", ""),
        (Study(), "lsat_with_skips_2", "Did you mean 'last_with_skips_2'?"),
        (Study(), "zzz", "There are sentence, first_CURVE, last_CURVE, min_CURVE,"),
        (Anatomy(), "zzz", "There are network, block, channels, convs, params, macs."),
        (Run(), "zzz", " and others."),
    ],
)
def test_the_nearest_name_is_told(view: View, name: str, near: str) -> None:
    assert is_figure(view, name) == (near == "")
    assert near in suggestion(view, name)
