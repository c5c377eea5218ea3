"""Which answers still matter, and what a new engine is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asking import OTHER, SETTINGS, TINY, experiment, explore, load, pair, picture

from resnet_viz.engine.lanes import Job
from resnet_viz.engine.messages import (
    Cancelled,
    Explored,
    Failed,
    Found,
    MeasurePair,
    ModelReady,
    PairMeasured,
    Superseded,
)
from resnet_viz.engine.questions import Questions
from resnet_viz.engine.task_names import doing
from resnet_viz.images import CIFAR10
from resnet_viz.lab.experiments import Lesion, Pair
from resnet_viz.lab.findings import Finding
from resnet_viz.models.gates import Gate


def _ready(request_id: int) -> ModelReady:
    return ModelReady(request_id, TINY, (), CIFAR10, "random", 1, 1)


def _explored(request_id: int) -> Explored:
    return Explored(request_id, None, {})  # type: ignore[arg-type]


@pytest.fixture
def questions() -> Questions:
    return Questions()


def test_the_current_question_is_the_oldest_open_one(questions: Questions) -> None:
    assert questions.current is None
    questions.ask(load(1))
    questions.ask(explore(2))
    assert questions.current == load(1)
    assert questions.take(_ready(1))
    assert questions.current is not None
    assert questions.current.request_id == 2
    assert questions.take(_explored(2))
    assert questions.current is None


def test_an_older_measurement_of_the_same_picture_is_shown_on_the_way(
    questions: Questions,
) -> None:
    questions.ask(explore(1))
    questions.ask(explore(2, gates={"layer1.0": Gate(skip=0.5)}, keep=("layer1.0",)))
    assert questions.take(_explored(1))
    assert questions.take(_explored(2))


@pytest.mark.parametrize(
    "newer",
    [
        explore(2, image=picture(seed=1)),
        explore(2, image=picture(side=16)),
        explore(2, OTHER),
        explore(2, replace(TINY, training_mode=True)),
    ],
    ids=["picture", "size", "network", "mode"],
)
def test_a_measurement_of_another_picture_or_network_is_dropped(
    questions: Questions, newer: object
) -> None:
    questions.ask(explore(1))
    questions.ask(newer)  # type: ignore[arg-type]
    assert not questions.take(_explored(1))
    assert questions.take(_explored(2))


def test_failures_matter_for_the_newest_question_only(questions: Questions) -> None:
    questions.ask(load(1))
    questions.ask(load(2, OTHER))
    assert not questions.take(Failed(1, "old"))
    assert questions.take(Failed(2, "new"))


@pytest.mark.parametrize("answer", [Superseded(1), Cancelled(1)])
def test_withdrawn_answers_close_the_question(questions: Questions, answer: object) -> None:
    questions.ask(explore(1))
    assert not questions.take(answer)  # type: ignore[arg-type]
    assert questions.current is None


def test_answers_nobody_asked_for_are_dropped(questions: Questions) -> None:
    assert not questions.take(_ready(1))
    questions.ask(load(1))
    assert questions.take(_ready(1))
    assert not questions.take(_ready(1))


def test_a_withdrawn_question_is_open_until_the_engine_lets_go(questions: Questions) -> None:
    questions.ask(explore(1))
    assert questions.withdraw(1)
    assert questions.was_withdrawn(1)
    assert questions.waits_for(1)
    assert not questions.take(_explored(1))  # the answer came too late to be wanted
    assert not questions.was_withdrawn(1)
    assert not questions.withdraw(1)


def test_a_new_engine_is_told_the_network_and_the_measurement(questions: Questions) -> None:
    assert questions.to_repeat() == ()
    questions.ask(load(1))
    questions.take(_ready(1))
    questions.ask(explore(2))
    questions.take(_explored(2))
    questions.engine_died()
    assert [job.request_id for job in questions.to_repeat()] == [1, 2]


def test_open_questions_are_asked_again_in_their_order(questions: Questions) -> None:
    questions.ask(load(1))
    questions.ask(explore(2))
    questions.ask(load(3, OTHER))
    questions.engine_died()
    assert [job.request_id for job in questions.to_repeat()] == [2, 3]


def test_a_measurement_of_a_replaced_network_is_not_repeated(questions: Questions) -> None:
    questions.ask(explore(1))
    questions.take(_explored(1))
    questions.ask(load(2, OTHER))
    questions.take(_ready(2))
    assert [job.request_id for job in questions.to_repeat()] == [2]


def test_what_failed_is_not_repeated_but_what_was_there_before_is(questions: Questions) -> None:
    questions.ask(load(1))
    questions.take(_ready(1))
    questions.ask(load(2, OTHER))
    questions.take(Failed(2, "too large"))
    questions.ask(explore(3))
    questions.withdraw(3)
    questions.take(Cancelled(3))
    assert questions.to_repeat() == (load(1),)


def test_a_request_that_two_engines_died_on_is_given_up(questions: Questions) -> None:
    questions.ask(load(1))
    questions.take(_ready(1))
    killer = explore(2)
    questions.ask(killer)
    assert questions.engine_died() == ()
    for job in questions.to_repeat():
        questions.ask(job)
    questions.take(_ready(1))
    (failed,) = questions.engine_died()
    assert failed.request_id == 2
    assert failed.message == "The engine died 2 times while measuring ResNet-8."
    assert questions.to_repeat() == (load(1),)


def test_an_engine_that_dies_idle_blames_nothing(questions: Questions) -> None:
    questions.ask(load(1))
    questions.take(_ready(1))
    for _ in range(3):
        assert questions.engine_died() == ()
        assert questions.to_repeat() == (load(1),)


# --- pairs and experiments -------------------------------------------------------------------


def _pair(request_id: int) -> PairMeasured:
    return PairMeasured(request_id, SETTINGS, None, None, "", "", ())  # type: ignore[arg-type]


def _found(request_id: int, done: int, total: int = 3) -> Found:
    return Found(request_id, Finding(Pair(), SETTINGS, done=done, total=total))


@pytest.mark.parametrize(
    "changes",
    [
        {"alpha": 0.5},
        {"gain": 2.0},
        {"init": "normal", "init_std": 0.1},
        {"cut": frozenset({"layer1.0"})},
        {"plain_dropped": frozenset({"layer1.0"})},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_older_pair_is_shown_on_the_way_while_a_slider_is_dragged(
    questions: Questions, changes: dict[str, object]
) -> None:
    base = replace(SETTINGS, init=changes.pop("init", "torch"))  # type: ignore[arg-type]
    questions.ask(pair(1, base))
    questions.ask(pair(2, replace(base, **changes)))  # type: ignore[arg-type]
    assert questions.take(_pair(1))
    assert questions.take(_pair(2))


@pytest.mark.parametrize(
    "changes", [{"norm": "batch"}, {"network": "resnet14"}, {"batch": "photographs"}, {"seed": 1}]
)
def test_a_pair_of_another_kind_is_dropped(
    questions: Questions, changes: dict[str, object]
) -> None:
    questions.ask(pair(1))
    questions.ask(pair(2, replace(SETTINGS, **changes)))  # type: ignore[arg-type]
    assert not questions.take(_pair(1))


def test_a_pair_of_another_picture_is_dropped(questions: Questions) -> None:
    settings = replace(SETTINGS, batch="picture")
    for request_id, shown in ((1, picture()), (2, picture(seed=1)), (3, None)):
        questions.ask(MeasurePair(request_id, settings, shown))
    assert not questions.take(_pair(1))
    assert not questions.take(_pair(2))
    assert questions.take(_pair(3))


def test_an_experiment_stays_open_until_it_is_complete(questions: Questions) -> None:
    questions.ask(experiment(1))
    assert questions.take(_found(1, 1))
    assert questions.waits_for(1)
    assert questions.take(_found(1, 3))
    assert not questions.waits_for(1)
    assert not questions.take(_found(1, 3))


def test_findings_of_a_withdrawn_or_replaced_experiment_are_dropped(questions: Questions) -> None:
    questions.ask(experiment(1))
    questions.ask(experiment(2))
    assert not questions.take(_found(1, 1))
    assert questions.waits_for(1), "it is not over yet"
    assert not questions.take(Superseded(1))
    questions.withdraw(2)
    assert not questions.take(_found(2, 1))
    assert questions.was_withdrawn(2)
    assert not questions.take(Cancelled(2))
    assert questions.current is None


def test_the_engine_is_said_to_be_at_what_was_asked_meanwhile(questions: Questions) -> None:
    questions.ask(experiment(1))
    assert questions.current == experiment(1)
    questions.ask(pair(2))
    assert questions.current == pair(2)
    questions.take(_pair(2))
    assert questions.current == experiment(1)


def test_a_pair_without_an_answer_is_asked_of_the_next_engine(questions: Questions) -> None:
    questions.ask(load(1))
    questions.take(_ready(1))
    questions.ask(pair(2))
    assert questions.engine_died() == ()
    assert [job.request_id for job in questions.to_repeat()] == [1, 2]
    for job in questions.to_repeat():
        questions.ask(job)
    questions.take(_ready(1))
    assert questions.take(_pair(2))
    assert [job.request_id for job in questions.to_repeat()] == [1], "the window has its numbers"


def test_an_experiment_ends_with_its_engine_and_is_not_run_again(questions: Questions) -> None:
    questions.ask(experiment(1, Lesion()))
    questions.take(_found(1, 1))
    (failed,) = questions.engine_died()
    assert failed.request_id == 1
    assert failed.message == "Lesion study of ResNet-8 ended with its engine."
    assert failed.hint
    assert questions.to_repeat() == ()
    assert not questions.take(_found(1, 2))
    assert questions.engine_died() == ()


def test_a_withdrawn_experiment_is_not_said_to_have_failed(questions: Questions) -> None:
    questions.ask(experiment(1))
    questions.withdraw(1)
    assert questions.engine_died() == ()


def test_beside_an_experiment_no_other_request_is_blamed(questions: Questions) -> None:
    for request_id in (1, 3, 5):
        questions.ask(experiment(request_id))
        questions.ask(pair(2))
        (failed,) = questions.engine_died()
        assert failed.request_id == request_id
    questions.ask(pair(2))
    assert questions.engine_died() == ()
    questions.ask(pair(2))
    (failed,) = questions.engine_died()
    assert failed.message == "The engine died 2 times while measuring ResNet-8 and plain-8."


def test_an_engine_that_is_given_up_takes_its_questions_along(questions: Questions) -> None:
    """Only the newest go to the next one: the older ones would stay open for ever."""
    for request_id in (1, 2):
        questions.ask(explore(request_id))
    questions.ask(experiment(3))
    (failed,) = questions.engine_gone()
    assert failed.request_id == 3
    assert questions.current is None
    assert [job.request_id for job in questions.to_repeat()] == [2]


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (load(1), "Loading ResNet-8"),
        (explore(1), "Measuring ResNet-8"),
        (pair(1), "Measuring ResNet-8 and plain-8"),
        (experiment(1, Lesion()), "Lesion study of ResNet-8"),
    ],
)
def test_what_the_engine_does_has_words(job: Job, words: str) -> None:
    assert doing(job) == words
