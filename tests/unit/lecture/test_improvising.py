"""What was changed by hand becomes part of the script; keys act on views as values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resnet_viz.errors import UserError
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lecture.improvising import (
    difference,
    kept_as_steps,
    kept_in_script,
    saying_step,
    with_sentence,
)
from resnet_viz.lecture.scenes import Scene, Step
from resnet_viz.lecture.script import changed_view, moment
from resnet_viz.lecture.toggling import (
    all_flipped,
    branch_flipped,
    has_blocks,
    selected_block,
    skip_flipped,
    stage_flipped,
    walked,
)
from resnet_viz.lecture.views import AddNode, Anatomy, Look, Maps, Overview, Pair, Run, View

SMALL = Overview(network="resnet20")
TWO = Scene("Two", "begin", views=(SMALL, Pair(LabSettings(network="resnet20"))))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SMALL, replace(SMALL, cut=frozenset({"layer1.0"}), selected="layer2.0")),
        (SMALL, replace(SMALL, cut=frozenset(b.name for b in SMALL.spec().blocks()))),
        (Pair(), Pair(LabSettings(norm="batch", cut=frozenset({"layer1.3"})), part="chart")),
        (Run(), Run(step=20)),
        (SMALL, SMALL),
    ],
)
def test_a_difference_is_the_change_that_makes_one_view_of_the_other(
    before: View, after: View
) -> None:
    made = changed_view(before, difference(before, after))
    if isinstance(made, Look) and isinstance(after, Look):
        assert made.cuts(made.spec()) == after.cuts(after.spec())
        made, after = replace(made, cut=frozenset()), replace(after, cut=frozenset())
    assert made == after


def test_all_skips_cut_are_said_with_one_word() -> None:
    every = replace(SMALL, cut=frozenset(b.name for b in SMALL.spec().blocks()))
    assert difference(SMALL, every) == {"cut": ["all"]}


def test_before_the_first_step_the_views_themselves_become_others() -> None:
    made = kept_in_script(TWO, 0, {1: {"cut": ["layer1.0"]}, 2: {"norm": "batch"}})
    assert made.steps == ()
    assert made.views[0] == replace(SMALL, cut=frozenset({"layer1.0"}))
    assert made.views[1].settings.norm == "batch"  # type: ignore[union-attr]


def test_later_the_step_takes_in_its_own_view_and_the_other_becomes_a_step() -> None:
    scene = replace(TWO, steps=(Step("now", change={"alpha": 0.5}), Step("end", do="reveal")))
    made = kept_in_script(scene, 1, {1: {"cut": ["layer1.0"]}, 2: {"norm": "batch"}})
    assert made.views == scene.views
    assert made.steps == (
        Step("now", change={"alpha": 0.5, "cut": ["layer1.0"]}),
        Step(view=2, change={"norm": "batch"}),
        Step("end", do="reveal"),
    )


def test_a_step_that_changes_nothing_yet_takes_in_any_view() -> None:
    scene = replace(TWO, steps=(Step("now"),))
    made = kept_in_script(scene, 1, {2: {"norm": "batch"}})
    assert made.steps == (Step("now", view=2, change={"norm": "batch"}),)


def test_kept_as_a_step_it_is_shown_at_the_next_key_and_not_before() -> None:
    scene = replace(TWO, steps=(Step("first"), Step("last")))
    made = kept_as_steps(scene, 1, {1: {"cut": ["all"]}})
    assert [step.say for step in made.steps] == ["first", "", "last"]
    assert moment(made, 1).views == scene.views
    shown = moment(made, 2).views[0]
    assert isinstance(shown, Overview)
    assert len(shown.cuts(shown.spec())) == 9


def test_what_cannot_be_is_refused_before_anything_is_kept() -> None:
    with pytest.raises(UserError, match="layer9"):
        kept_as_steps(TWO, 0, {1: {"cut": ["layer9.0"]}})


def test_words_are_edited_where_they_come_from() -> None:
    scene = replace(TWO, steps=(Step(), Step("say"), Step()))
    assert [saying_step(scene, step) for step in range(4)] == [None, None, 1, 1]
    assert with_sentence(scene, 1, "new").sentence == "new"
    edited = with_sentence(scene, 3, "new")
    assert (edited.sentence, edited.steps[1].say) == ("begin", "new")


# --- keys ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "view",
    [
        Maps(network="resnet20", selected="layer2.1"),
        Pair(LabSettings(network="resnet20"), selected="layer2.1"),
        AddNode(LabSettings(network="resnet20"), block="layer2.1"),
    ],
)
def test_keys_cut_skips_of_every_view_with_blocks(view: View) -> None:
    def cut(of: View) -> set[str]:
        if isinstance(of, Look):
            return set(of.cuts(of.spec()))
        return set(of.settings.cut)  # type: ignore[union-attr]

    assert has_blocks(view)
    assert selected_block(view).name == "layer2.1"
    assert cut(skip_flipped(view)) == {"layer2.1"}
    assert cut(skip_flipped(skip_flipped(view))) == set()
    assert cut(stage_flipped(view)) == {"layer2.0", "layer2.1", "layer2.2"}
    assert len(cut(all_flipped(view))) == 9
    assert cut(all_flipped(all_flipped(view))) == set()
    assert selected_block(walked(view, 1)).name == "layer2.2"
    assert selected_block(walked(view, -99)).name == "layer1.0"
    dropped = branch_flipped(view)
    of = dropped if isinstance(dropped, Look) else dropped.settings  # type: ignore[union-attr]
    assert of.dropped == {"layer2.1"}


@pytest.mark.parametrize(
    "view", [Anatomy(), Run(), Overview(network="plain20"), Overview(weights="file")]
)
def test_views_without_skips_to_cut_are_told_apart(view: View) -> None:
    assert not has_blocks(view)


def test_where_the_lecture_leaves_the_block_open_a_usual_one_is_meant() -> None:
    assert selected_block(SMALL).name == "layer1.1"
    assert selected_block(Pair()).name == "layer1.0"
