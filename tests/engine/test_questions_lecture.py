"""What of a lecture a new engine is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asking import SETTINGS, TINY, experiment, explore, load, pair

from resnet_viz.engine.lanes import Staged
from resnet_viz.engine.messages import Explored, Found, ModelReady
from resnet_viz.engine.questions import Questions
from resnet_viz.images import CIFAR10
from resnet_viz.lab.experiments import Pair
from resnet_viz.lab.findings import Finding


@pytest.fixture
def questions() -> Questions:
    return Questions()


def _of(lane: str, job: Staged) -> Staged:
    return replace(job, lane=lane)


def _ready(request_id: int) -> ModelReady:
    return ModelReady(request_id, TINY, (), CIFAR10, "random", 1, 1)


def _explored(request_id: int) -> Explored:
    return Explored(request_id, None, {})  # type: ignore[arg-type]


def _found(request_id: int, done: int) -> Found:
    return Found(request_id, Finding(Pair(), SETTINGS, done=done, total=2))


def _again(questions: Questions) -> list[int]:
    """Ids that a new engine is asked with, and asked they are."""
    jobs = questions.to_repeat()
    for job in jobs:
        questions.ask(job)
    return [job.request_id for job in jobs]


def test_open_questions_are_asked_again_and_answered_ones_are_not(questions: Questions) -> None:
    questions.ask(_of("a", load(1)))
    questions.take(_ready(1))
    questions.ask(_of("a", explore(2)))
    questions.ask(_of("b", load(3)))
    questions.ask(_of("c", explore(4)))
    questions.take(_explored(4))
    assert questions.engine_died() == ()
    assert _again(questions) == [2, 3]
    assert questions.take(_explored(2))
    assert questions.take(_ready(3))
    assert questions.engine_died() == ()
    assert _again(questions) == []


def test_a_lecture_does_not_touch_what_the_workspace_had(questions: Questions) -> None:
    questions.ask(load(1))
    questions.take(_ready(1))
    questions.ask(explore(2))
    questions.take(_explored(2))
    questions.ask(_of("a", load(3)))
    questions.take(_ready(3))
    questions.engine_died()
    assert _again(questions) == [1, 2]


def test_withdrawn_questions_stay_so(questions: Questions) -> None:
    questions.ask(_of("a", explore(1)))
    questions.ask(_of("a", experiment(2)))
    questions.withdraw(1)
    questions.withdraw(2)
    questions.engine_died()
    assert _again(questions) == []


def test_an_experiment_of_a_lecture_is_asked_again_once(questions: Questions) -> None:
    questions.ask(_of("a", experiment(1)))
    questions.take(_found(1, 1))
    assert questions.engine_died() == ()
    assert _again(questions) == [1]
    (failed,) = questions.engine_died()
    assert failed.request_id == 1
    assert "ended with its engine" in failed.message  # type: ignore[union-attr]
    assert _again(questions) == []


def test_restarting_the_engine_by_hand_blames_nothing(questions: Questions) -> None:
    questions.ask(_of("a", experiment(1)))
    for _ in range(3):
        assert questions.engine_gone() == ()
        assert _again(questions) == [1]


def test_a_measurement_that_kills_engines_is_found_out_beside_an_experiment(
    questions: Questions,
) -> None:
    questions.ask(_of("a", experiment(1)))
    questions.ask(_of("b", pair(2)))
    ended = []
    for _ in range(4):
        ended += [failed.request_id for failed in questions.engine_died()]
        _again(questions)
    assert ended == [1, 2]
    assert questions.current is None


def test_the_suspect_is_what_the_engine_worked_on_not_what_waited(questions: Questions) -> None:
    questions.ask(_of("a", explore(1)))
    questions.ask(_of("b", explore(2)))
    questions.foreground = frozenset({"b"})
    assert questions.current is not None
    assert questions.current.request_id == 2
    questions.engine_died()
    _again(questions)
    (failed,) = questions.engine_died()
    assert failed.request_id == 2


def test_answers_on_the_way_to_a_newer_question_are_passed_on(questions: Questions) -> None:
    questions.ask(_of("a", explore(1)))
    questions.ask(_of("a", explore(2)))
    assert questions.take(_explored(1))
    assert questions.take(_explored(2))
    assert not questions.take(_explored(1))
