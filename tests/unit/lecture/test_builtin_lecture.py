"""The lecture that ships with the program: whole, offline, and without a figure from a paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest

from resnet_viz.analysis.block_layers import opened
from resnet_viz.assets import assets_dir
from resnet_viz.lab.experiments import DepthCost
from resnet_viz.lecture import places
from resnet_viz.lecture.facts import names_in
from resnet_viz.lecture.named_files import places_of_files
from resnet_viz.lecture.run_facts import run_facts
from resnet_viz.lecture.scenes import Scene
from resnet_viz.lecture.script import moment, n_steps, view_to_table
from resnet_viz.lecture.storage import all_mistakes
from resnet_viz.lecture.text import examine, parse, read_lecture, to_toml
from resnet_viz.lecture.views import AddNode, Anatomy, Look, Pair, Run, Study, Training, View
from resnet_viz.models import specs
from resnet_viz.models.specs import ResNetSpec, plain_name, spec
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.recipe import read_config

PATH = assets_dir() / "lectures" / "residual-networks.toml"
LECTURE = read_lecture(PATH)

SUBJECTS = {
    "the problem: deeper plain networks train worse": ("More layers, worse training", "run + run"),
    "vanishing and exploding gradients": ("Vanishing, exploding: it depends", "pair"),
    "what they depend on: depth": ("The deeper, the steeper", "study of depth"),
    "the residual unit": ("The residual unit: y = F(x) + x", "addnode + anatomy"),
    "x and F(x) on a photo": ("x and F(x) on a photograph", "maps"),
    "gradient flow through skips": ("Click any arc: the gradient answers", "pair"),
    "learning the identity": ("Doing nothing is easy", "study of identity"),
    "basic and bottleneck blocks": ("Basic block, bottleneck", "anatomy + anatomy"),
    "pre- and post-activation": ("Post-activation, pre-activation", "anatomy + anatomy"),
    "the family 18-152 and its cost": ("The family, and what depth costs", "study of cost"),
    "lesion study": ("Take a block out", "study of lesion"),
    "training duel": ("A duel: with skips against without", "training"),
    "fine-tuning and overfitting": ("Few pictures: learnt by heart, or pretrained", "run + run"),
    "applications": ("What it is good for, and what it cannot say", "photo + photo"),
}
"""What the lecture is to cover, with the scene that does and what that scene shows live."""

_NETWORKS = r"\bResNet-\d+(?:,? (?:and|to) -\d+)?"

NAMES = {
    r"\bCIFAR-10\b": "a data set",
    r"\bfloat32\b": "a number format",
    r"\bCtrl\+\d\b": "keys",
    _NETWORKS: "networks by their names",
    r"(?<!\d )\b([13]) × \1\b(?! ×)": "kernel sizes",
    r"\b201[56]\b": "years of publication",
}
"""Digits that are no figures, and what they are."""

CONSTANTS = {
    r"10⁻⁴⁵": "the smallest number of float32",
    r"stored as 0\b": "what becomes of smaller ones",
    r"F'\(x\) \+ 1\b": "a derivative",
    r"F' is close to 0\b": "a condition, not a finding",
    r"F\(x\) is 0\b": "what an initialisation with zeros means",
    r"F\(x\) to 0\b": "the same as a wish",
    r"2 · 9 · (\d+) · \1\b": "an arithmetic that the sentence spells out",
    r"2ⁿ": "a count of paths for any n",
    r"100 %": "all of it",
}
"""Phrases whose numbers hold without a measurement, and why."""

_DIGITS = "0-9⁰¹²³⁴⁵⁶⁷⁸⁹"
_NUMBER = re.compile(rf"[{_DIGITS}](?:[{_DIGITS}.,·×⁻]*[{_DIGITS}])?")
_UNIT = re.compile(r"\s?(?:%|percent|points?\b|times\b|ms\b|s\b|seconds?\b|minutes?\b|[KMG]?B\b)")


def texts(scene: Scene) -> Iterator[str]:
    """All that is said, asked and noted in a scene."""
    yield from (scene.title, scene.sentence, scene.notes)
    yield from (step.say for step in scene.steps)
    for question in scene.questions:
        yield from (question.ask, question.answer)


def written_numbers(text: str, fixed: frozenset[int] = frozenset()) -> list[str]:
    """Numbers in a text that are neither measured, nor fixed by the script, nor in a list above.

    Args:
        text: of a scene.
        fixed: counts that the script itself decides; they may not stand before a unit.
    """
    bare = re.sub(r"\{[a-z0-9_.]+\}", "{}", text)
    for pattern in (*NAMES, *CONSTANTS):
        bare = re.sub(rf"(?:{pattern})(?![.,]\d)", "_", bare)
    return [
        match[0]
        for match in _NUMBER.finditer(bare)
        if _UNIT.match(bare, match.end())
        or not match[0].isascii()
        or not match[0].isdecimal()
        or int(match[0]) not in fixed
    ]


# --- what the script decides -----------------------------------------------------------------


def networks(view: View) -> tuple[ResNetSpec, ...]:
    """The networks that a view shows."""
    if isinstance(view, Look | Anatomy):
        return (spec(view.network),)
    if isinstance(view, Pair | AddNode):
        return (view.settings.spec("residual"),)
    if isinstance(view, Study):
        names = view.experiment.networks if isinstance(view.experiment, DepthCost) else ()
        return (*map(spec, names), view.settings.spec("residual"))
    if isinstance(view, Run):
        known = reader(view).facts.networks
        return tuple(spec(each.name, **(each.options or {})) for each in known)
    return tuple(read_config(places.recipe_path(view.recipe, PATH.parent)).networks.values())


def counts(view: View) -> Iterator[int]:
    """Depths, sides of pictures, channels of an opened block, how many pictures are learnt."""
    for network in networks(view):
        yield network.n_layers
        yield network.input_size
    if isinstance(view, Anatomy):
        (network,) = networks(view)
        block = view.block or next(b.name for b in network.blocks() if b.shortcut == "identity")
        yield opened(network, block).out_shape[0]
    if isinstance(view, Run):
        yield read_config(reader(view).path / "config.toml").data.train_images


def reader(view: Run) -> RunReader:
    found = RunReader(places.run_path(view.run, PATH.parent))
    found.poll()
    return found


def fixed_by_script(scene: Scene) -> frozenset[int]:
    moments = [moment(scene, step) for step in range(n_steps(scene) + 1)]
    return frozenset(n for each in moments for view in each.views for n in counts(view)) - {0}


# --- the lecture as a whole ------------------------------------------------------------------


def test_it_is_as_long_as_a_lesson_and_has_no_mistake() -> None:
    assert 12 <= len(LECTURE.scenes) <= 15
    assert all_mistakes(examine(PATH.read_text("utf-8"), PATH.name), PATH.parent) == ()
    titles = [scene.title for scene in LECTURE.scenes]
    assert len(set(titles)) == len(titles)


def test_written_and_read_again_it_is_the_same() -> None:
    assert parse(to_toml(LECTURE)) == LECTURE


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_has_a_scene_that_shows_it(subject: str) -> None:
    title, live = SUBJECTS[subject]
    (scene,) = (scene for scene in LECTURE.scenes if scene.title == title)
    tables = [view_to_table(view) for view in scene.views]
    kinds = [
        f"study of {table['experiment']['kind']}" if "experiment" in table else table["kind"]
        for table in tables
    ]
    assert " + ".join(kinds) == live


def test_blocks_stand_beside_what_they_are_compared_with() -> None:
    scenes = {scene.title: scene for scene in LECTURE.scenes}
    basic, bottleneck = (networks(v)[0] for v in scenes["Basic block, bottleneck"].views)
    assert [next(n.blocks()).kind for n in (basic, bottleneck)] == ["basic", "bottleneck"]
    post, pre = scenes["Post-activation, pre-activation"].views
    assert isinstance(post, Anatomy)
    assert isinstance(pre, Anatomy)
    assert (post.order, pre.order) == ("post", "pre")
    (family,) = scenes["The family, and what depth costs"].views
    assert [n.n_layers for n in networks(family)[:-1]] == [18, 34, 50, 101, 152]


def test_the_audience_guesses_before_something_is_revealed() -> None:
    guessed = [scene for scene in LECTURE.scenes if scene.predict]
    assert guessed
    for scene in guessed:
        assert not moment(scene, 0).revealed
        assert moment(scene, n_steps(scene)).revealed


@pytest.mark.parametrize("scene", LECTURE.scenes, ids=lambda scene: scene.title)
def test_every_scene_can_be_given(scene: Scene) -> None:
    """It has something to show, to say, and to ask; every question has an answer."""
    assert scene.views
    assert scene.sentence
    assert scene.notes
    assert scene.questions
    for question in scene.questions:
        assert question.ask.rstrip().endswith(("?", "."))
        assert question.answer.strip()


@pytest.mark.parametrize("scene", LECTURE.scenes, ids=lambda scene: scene.title)
def test_everything_it_names_ships_with_the_program(scene: Scene) -> None:
    find = {
        "picture": places.picture_path,
        "run": places.run_path,
        "recipe": places.recipe_path,
    }
    for file in places_of_files(scene):
        assert file.shipped, file
        assert find[file.kind](file.name, PATH.parent).exists()
    for step in range(n_steps(scene) + 1):
        for view in moment(scene, step).views:
            # Not "imagenet", which is downloaded; that bundled ones are there is checked above.
            assert getattr(view, "weights", "none") in ("none", "bundled")
            if isinstance(view, Training):
                data = read_config(places.recipe_path(view.recipe, PATH.parent)).data
                assert data.source == "shapes"


# --- figures ---------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", LECTURE.scenes, ids=lambda scene: scene.title)
def test_no_figure_is_written_into_a_text(scene: Scene) -> None:
    fixed = fixed_by_script(scene)
    assert {text: found for text in texts(scene) if (found := written_numbers(text, fixed))} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Training accuracy: {train_accuracy_rival}.", []),
        ("It reaches 84.4 %.", ["84.4"]),
        ("With 20 layers, {2.loss}; with 56.", []),
        ("20 % are right.", ["20"]),
        ("It takes 56 seconds.", ["56"]),
        ("56 times less.", ["56"]),
        ("About 10⁻⁷ is left.", ["10⁻⁷"]),
        ("6.7×10⁻⁷ is left.", ["6.7×10⁻⁷"]),
        ("1,202 multiply-adds.", ["1,202"]),
        ("The gradient is 0.", ["0"]),
        ("A loss of 2.", ["2"]),
        ("32 layers.", ["32"]),
        ("ResNet-50 on CIFAR-10 in 2016: 1 × 1 and 3 × 3.", []),
        ("3 × 1 and 5 × 5.", ["3", "1", "5", "5"]),
        ("Every F(x) is 0, so x stays; F(x) is 0.3.", ["0.3"]),
    ],
)
def test_the_check_tells_figures_from_names_and_depths(text: str, found: list[str]) -> None:
    assert written_numbers(text, frozenset({20, 56})) == found


def test_the_lists_of_exceptions_are_no_longer_than_they_must_be() -> None:
    everything = "\n".join(text for scene in LECTURE.scenes for text in texts(scene))
    unused = [each for each in (*NAMES, *CONSTANTS) if not re.search(each, everything)]
    assert unused == []
    for networks_named in re.findall(_NETWORKS, everything):
        depths = re.findall(r"\d+", networks_named)
        assert {f"resnet{depth}" for depth in depths} <= set(specs.names())
    assert np.finfo(np.float32).smallest_subnormal == pytest.approx(1.4e-45, rel=0.01)


@pytest.mark.parametrize("scene", LECTURE.scenes, ids=lambda scene: scene.title)
def test_figures_of_trainings_are_of_networks_that_take_part(scene: Scene) -> None:
    """A name that a kind of view knows may be of a second network that this run has not."""
    for text in texts(scene):
        for number, name in names_in(text):
            view = scene.views[number - 1]
            if isinstance(view, Run):
                assert name in run_facts(reader(view)), name
            if isinstance(view, Training) and name.endswith("_rival"):
                rival, *_ = networks(view)[1:]
                assert plain_name(networks(view)[0].name) == plain_name(rival.name)
