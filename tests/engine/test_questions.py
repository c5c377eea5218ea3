"""Which answers still matter, and what a new engine is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from asking import OTHER, SETTINGS, TINY, experiment, explore, load, pair, picture

from resnet_viz.engine.lanes import Job
from resnet_viz.engine.messages import (
    Cancelled,
    Explored,
    Failed,
    FindRate,
    Found,
    LookAtData,
    MeasurePair,
    ModelReady,
    PairMeasured,
    Steer,
    Superseded,
    Train,
    Trained,
    TrainingStatus,
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


# --- trainings and what else runs in the background -----------------------------------------


def _train(request_id: int, folder: Path = Path("run"), **more: bool) -> Train:
    return Train(request_id, _RECIPE, folder, **more)


_RECIPE = (
    '[network]\nname = "resnet8"\n[rival]\nname = "plain8"\n'
    '[data]\nsource = "shapes"\ndataset = "Shapes"\n[run]\nepochs = 1\n'
)


def _at(request_id: int, saved_step: int, **more: object) -> TrainingStatus:
    return TrainingStatus(request_id, Path("run"), "running", saved_step=saved_step, **more)  # type: ignore[arg-type]


def _trained(request_id: int) -> Trained:
    return Trained(request_id, Path("run"), "stopped", "Stopped.")


def test_a_training_is_open_until_it_is_over(questions: Questions) -> None:
    questions.ask(_train(1))
    assert questions.take(_at(1, 0))
    assert questions.take(_at(1, 5))
    assert questions.take(_trained(1))
    assert questions.training is None
    assert not questions.take(_at(1, 6))
    assert questions.to_repeat() == ()


def test_a_training_is_behind_everything_else(questions: Questions) -> None:
    questions.ask(_train(1))
    questions.ask(LookAtData(2, _RECIPE))
    questions.ask(load(3))
    current = []
    for answer in (_ready(3), Cancelled(2), _trained(1)):
        assert questions.current is not None
        current.append(questions.current.request_id)
        questions.take(answer)
    assert current == [3, 2, 1]


def test_how_a_training_ended_is_told_whoever_ended_it(questions: Questions) -> None:
    questions.ask(_train(1))
    questions.ask(_train(2))
    assert not questions.take(_at(1, 5)), "the window looks at the second one"
    assert questions.take(_trained(1))
    questions.withdraw(2)
    assert questions.take(_trained(2))
    questions.ask(_train(3))
    questions.ask(_train(4))
    assert questions.take(Failed(3, "no space"))


def test_a_training_that_has_begun_is_resumed_and_never_begun_again(questions: Questions) -> None:
    questions.ask(_train(1))
    questions.take(_at(1, 5))
    assert questions.engine_died() == ()
    assert questions.is_orphan(1)
    assert questions.to_repeat() == (_train(1, resume=True),)
    assert questions.training is not None
    assert questions.training.outlook() == "The training goes on from its checkpoint at step 5."
    for job in questions.to_repeat():
        questions.ask(job)
    questions.take(_at(1, 5))
    assert not questions.is_orphan(1)


def test_a_training_that_had_not_begun_is_asked_for_again(
    questions: Questions, tmp_path: Path
) -> None:
    questions.ask(_train(1, tmp_path / "run", paused=True))
    questions.engine_died()
    assert questions.to_repeat() == (_train(1, tmp_path / "run", paused=True),)
    assert questions.training is not None
    assert questions.training.outlook() == ""


def test_what_began_without_living_to_say_so_is_resumed(
    questions: Questions, tmp_path: Path
) -> None:
    questions.ask(_train(1, tmp_path))
    assert questions.to_repeat() == (_train(1, tmp_path),)
    (tmp_path / "run.json").write_text("{}")
    assert questions.to_repeat() == (_train(1, tmp_path),), "that is another one's: refused"
    questions.engine_died()
    assert questions.to_repeat() == (_train(1, tmp_path, resume=True),)


def test_a_resumed_training_is_as_it_was_left(questions: Questions) -> None:
    questions.ask(_train(1))
    questions.take(_at(1, 5))
    cut = {"layer1.0": Gate(skip=0)}
    orders = (
        Steer(2, 1, "pause"),
        Steer(3, 1, "rate", lr_factor=0.5),
        Steer(4, 1, "gates", network="rival", gates=cut),
        Steer(5, 1, "rate", lr_factor=0.1),
        Steer(6, 1, "gates", gates=cut),
        Steer(7, 1, "gates", gates={}),
    )
    for order in orders:
        assert questions.order(order)
    questions.engine_died()
    assert questions.to_repeat() == (_train(1, resume=True, paused=True),)
    assert [o.request_id for o in questions.standing_orders()] == [5, 4, 7]
    questions.order(Steer(8, 1, "continue"))
    assert questions.to_repeat() == (_train(1, resume=True),)
    assert not questions.order(Steer(9, 99, "pause"))


@pytest.mark.parametrize("how", ["stop", "withdraw", "replace"])
def test_a_training_that_was_to_end_is_not_resumed(questions: Questions, how: str) -> None:
    questions.ask(_train(1))
    questions.take(_at(1, 5))
    if how == "stop":
        questions.order(Steer(2, 1, "stop"))
    elif how == "withdraw":
        questions.withdraw(1)
    else:
        questions.ask(_train(3))
    (ended,) = questions.engine_died()
    assert isinstance(ended, Trained)
    assert (ended.request_id, ended.state) == (1, "stopped")
    assert ended.message == "Stopped. It can be resumed from its checkpoint at step 5."
    assert [job.request_id for job in questions.to_repeat()] == ([3] if how == "replace" else [])


def test_a_training_that_kills_engines_is_given_up_and_its_folder_named(
    questions: Questions,
) -> None:
    questions.ask(_train(1))
    questions.take(_at(1, 5))
    assert questions.engine_died() == ()
    questions.ask(questions.to_repeat()[0])
    questions.take(_at(1, 5))
    (failed,) = questions.engine_died()
    assert isinstance(failed, Failed)
    assert failed.message == "The engine died 2 times while training ResNet-8 and plain-8."
    assert "resumed" in failed.hint
    assert questions.to_repeat() == ()


def test_a_training_that_gets_on_between_deaths_is_resumed_each_time(
    questions: Questions,
) -> None:
    questions.ask(_train(1))
    for saved_step in (5, 10, 15, 20):
        questions.take(_at(1, saved_step - 5))
        questions.take(_at(1, saved_step))
        assert questions.engine_died() == ()
        (again,) = questions.to_repeat()
        assert again == _train(1, resume=True)
        questions.ask(again)


def test_a_paused_training_is_not_blamed(questions: Questions) -> None:
    questions.ask(_train(1, paused=True))
    questions.take(_at(1, 0))
    for _ in range(3):
        assert questions.engine_died() == ()
        questions.ask(questions.to_repeat()[0])


def test_a_look_is_repeated_and_a_search_is_not(questions: Questions) -> None:
    questions.ask(LookAtData(1, _RECIPE))
    questions.ask(FindRate(2, _RECIPE))
    (failed,) = questions.engine_died()
    assert isinstance(failed, Failed)
    assert failed.request_id == 2
    assert failed.message == "Finding a learning rate for ResNet-8 ended with its engine."
    assert [job.request_id for job in questions.to_repeat()] == [1]


def test_the_networks_of_a_run_are_asked_about_beside_each_other(questions: Questions) -> None:
    of_run = replace(TINY, weights="run", path="run")
    questions.ask(explore(1))
    questions.ask(explore(2, of_run))
    questions.ask(explore(3, replace(of_run, run_network="rival")))
    assert all(questions.take(_explored(i)) for i in (1, 2, 3))
    questions.engine_died()
    assert [job.request_id for job in questions.to_repeat()] == [1], "what is live has changed"


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (_train(1), "Training ResNet-8 and plain-8"),
        (FindRate(1, _RECIPE), "Finding a learning rate for ResNet-8"),
        (LookAtData(1, _RECIPE), "Reading Shapes"),
        (Train(1, "no recipe", Path("runs/mine")), "Training `mine`"),
        (LookAtData(1, "no recipe"), "Reading the recipe"),
    ],
)
def test_what_the_engine_does_about_a_recipe_has_words(job: Job, words: str) -> None:
    assert doing(job) == words


def test_a_resumed_training_is_named_by_its_own_recipe(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(_RECIPE.replace("resnet8", "resnet14"))
    job = Train(1, _RECIPE, tmp_path, resume=True)
    assert doing(job) == "Training ResNet-14 and plain-8"
