"""Scenes step by step, and views as tables."""

from dataclasses import fields, replace

import pytest
from lecture_examples import LECTURE, VIEWS

from resnet_viz.errors import UserError
from resnet_viz.lab.entries import EntryError
from resnet_viz.lab.experiments import AlphaSweep, DepthSweep
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lecture import views as kinds
from resnet_viz.lecture.scenes import Scene, Step
from resnet_viz.lecture.script import (
    changed_view,
    moment,
    n_steps,
    view_from_table,
    view_to_table,
)
from resnet_viz.lecture.views import Overview, Pair, Photo, Study, Training


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.kind)
def test_a_view_comes_back_from_its_table(view, every):
    assert view_from_table(view_to_table(view, every=every)) == view


def test_the_examples_hold_every_field_with_an_unusual_value():
    """Otherwise the round trip above would not notice a field that is left out."""
    unusual = {
        (kind, field.name)
        for view in VIEWS
        for kind in type(view).mro()
        if kind is not object
        for field in fields(kind)
        if getattr(view, field.name) != getattr(kinds.VIEWS[view.kind](), field.name)
    }
    for kind in (*kinds.VIEWS.values(), kinds.Look):
        own = [name for name in kind.__annotations__ if name != "kind"]
        assert {(kind, name) for name in own} <= unusual
    settings = VIEWS[4].settings
    for field in fields(LabSettings):
        if field.name != "weights":
            assert getattr(settings, field.name) != getattr(LabSettings(), field.name)


def test_what_decides_the_numbers_is_written_even_where_it_is_usual():
    written = view_to_table(Pair())
    assert {"network", "norm", "init", "seed", "weights", "batch", "picture"} <= written.keys()
    assert "alpha" not in written
    assert "seed" not in view_to_table(Overview())  # trained weights have none


def test_all_stands_for_every_block_of_a_pair_too():
    view = view_from_table({"kind": "pair", "network": "resnet20", "cut": ["all"]})
    assert isinstance(view, Pair)
    assert len(view.settings.cut) == 9
    assert view_to_table(view)["cut"] == ["all"]


def test_a_step_that_changes_the_network_keeps_all_skips_cut():
    view = view_from_table({"kind": "pair", "network": "resnet20", "cut": ["all"]})
    deeper = changed_view(view, {"network": "resnet56"})
    assert isinstance(deeper, Pair)
    assert len(deeper.settings.cut) == 27


def test_moments_are_a_fold_of_the_steps():
    scene = LECTURE.scenes[0]
    assert n_steps(scene) == 3
    first, said, cut, shown = (moment(scene, step) for step in range(4))
    assert first.sentence == scene.sentence
    assert first.views == scene.views
    assert not first.revealed

    assert said.sentence == "Now {ratio_plain}."
    assert isinstance(said.views[0], Pair)
    assert (said.views[0].settings.norm, said.views[0].settings.seed) == ("batch", 3)
    assert said.views[1] == scene.views[1]

    assert cut.sentence == said.sentence
    assert cut.views[0] == said.views[0]
    assert (cut.views[1].cut, cut.views[1].channel) == (frozenset({"all"}), 4)

    assert (shown.do, shown.revealed, shown.views) == ("reveal", True, cut.views)
    assert moment(scene, 1) == said  # nothing is remembered


def test_an_action_belongs_to_its_step_alone():
    scene = Scene("t", views=(Photo(), Training()), steps=(Step(do="train", view=2), Step("x")))
    assert (moment(scene, 1).do, moment(scene, 1).view) == ("train", 2)
    assert moment(scene, 2).do == ""
    assert moment(scene, 0).revealed  # where nothing is hidden


def test_there_are_no_other_steps():
    for step in (-1, 4):
        with pytest.raises(ValueError, match="no step"):
            moment(LECTURE.scenes[0], step)


def test_a_step_that_cannot_be_taken_names_itself():
    scene = Scene("Title", views=(Pair(),), steps=(Step(change={"alpha": 0.5}),))
    with pytest.raises(UserError, match="Step 2 of 'Title': alpha must lie between"):
        moment(replace(scene, steps=(*scene.steps, Step(change={"alpha": 2}))), 2)
    with pytest.raises(UserError, match="Step 2 of 'Title' changes view 2"):
        moment(replace(scene, steps=(*scene.steps, Step(view=2, change={"seed": 2}))), 2)


def test_an_experiment_is_replaced_whole():
    view = Study(experiment=DepthSweep((8,)))
    changed = changed_view(view, {"experiment": {"kind": "alpha", "alphas": [0, 1]}, "chart": 2})
    assert changed == Study(experiment=AlphaSweep((0.0, 1.0)), chart=2)


@pytest.mark.parametrize(
    ("table", "key", "message", "hint"),
    [
        ({}, "", "needs a kind", "overview"),
        ({"kind": "pear"}, "kind", "no kind of view 'pear'", "Did you mean 'pair'"),
        ({"kind": 3}, "kind", "no kind of view 3", "overview"),
        ({"kind": "pair", "nrom": "x"}, "nrom", "'nrom' is not a field", "Did you mean 'norm'"),
        ({"kind": "pair", "settings": {}}, "settings", "not a field", "network"),
        ({"kind": "maps", "lanes": []}, "lanes", "not a field of a view of kind 'maps'", "channel"),
        ({"kind": "maps", "channel": "x"}, "channel", "must be a whole number", ""),
        ({"kind": "maps", "channel": -2}, "channel", "at least -1", ""),
        ({"kind": "maps", "seed": -1}, "seed", "at least 0", ""),
        ({"kind": "photo", "top": 0}, "top", "at least 1", ""),
        ({"kind": "overview", "lanes": ["heat"]}, "lanes", "cannot be 'heat'", "gradient"),
        ({"kind": "overview", "lanes": "cost"}, "lanes", "must be a list of texts", ""),
        ({"kind": "overview", "network": "resnet65"}, "network", "no network", "resnet56"),
        ({"kind": "overview", "cut": ["layer9.0"]}, "cut", "no block named 'layer9.0'", "layer"),
        (
            {"kind": "overview", "selected": "layer1.99", "network": "resnet20"},
            "selected",
            "ResNet-20 has no block named 'layer1.99'",
            "run from layer1.0 to layer3.2",
        ),
        ({"kind": "overview", "alpha": 1.5}, "alpha", "between 0 and 1", ""),
        ({"kind": "anatomy", "network": "resnet18", "block": "layer1.7"}, "block", "no block", ""),
        ({"kind": "pair", "network": "resnet21"}, "network", "no network", "Did you mean"),
        ({"kind": "pair", "cut": ["all", "x"]}, "cut", "no block named 'all'", ""),
        ({"kind": "pair", "selected": "layer1.99"}, "selected", "no block", ""),
        ({"kind": "addnode", "gain": 0}, "gain", "must be positive", ""),
        ({"kind": "study", "experiment": "depth"}, "experiment", "must be a table", "kind"),
        ({"kind": "study", "experiment": {}}, "experiment", "needs a kind", "depth"),
        (
            {"kind": "study", "experiment": {"kind": "depth", "depths": [9]}},
            "experiment.depths",
            "cannot hold 9",
            "6n",
        ),
        ({"kind": "study", "chart": 0}, "chart", "at least 1", ""),
        ({"kind": "run", "step": True}, "step", "must be a whole number", ""),
        ({"kind": "run", "smoothing": -1}, "smoothing", "at least 0", ""),
        ({"kind": "training", "parts": [1]}, "parts", "cannot be 1", "loss"),
    ],
)
def test_what_no_view_can_be(table, key, message, hint):
    with pytest.raises(EntryError) as caught:
        view_from_table(table)
    assert caught.value.key == key
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_the_last_block_is_named_where_a_stage_has_more_than_nine():
    with pytest.raises(UserError, match=r"from layer1\.0 to layer3\.17"):
        Overview(network="resnet110", weights="none", selected="layer4.0")


def test_a_step_does_not_change_the_kind():
    with pytest.raises(EntryError, match="cannot change the kind"):
        changed_view(Pair(), {"kind": "maps"})
    assert changed_view(Pair(), {"kind": "pair", "seed": 2}) == Pair(settings=LabSettings(seed=2))
