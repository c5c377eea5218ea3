"""Which request is worked on, which gives way, and what each is answered with."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from asking import TINY, an_answer, experiment, explore, load, pair

from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    Failed,
    LookAtData,
    Quit,
    Reply,
    Request,
    Steer,
    Superseded,
    Train,
)
from resnet_viz.errors import OperationCancelled


def test_of_waiting_explorations_only_the_newest_is_taken(
    inbox: Inbox, replies: list[Reply]
) -> None:
    for request_id in (1, 2, 3):
        inbox.put(explore(request_id))
    assert replies == [Superseded(1), Superseded(2)]
    job = inbox.take()
    assert job is not None
    assert job.request_id == 3


def test_a_load_and_an_exploration_wait_beside_each_other_in_order(
    inbox: Inbox, replies: list[Reply]
) -> None:
    inbox.put(load(1))
    inbox.put(explore(2))
    taken = []
    for _ in range(2):
        job = inbox.take()
        assert job is not None
        taken.append(job.request_id)
        inbox.finish(an_answer(job.request_id))
    assert taken == [1, 2]
    assert replies == [an_answer(1), an_answer(2)]


def test_a_running_exploration_gives_way_to_a_newer_one(inbox: Inbox, replies: list[Reply]) -> None:
    inbox.put(explore(1))
    inbox.take()
    inbox.check()
    inbox.put(explore(2))
    with pytest.raises(OperationCancelled):
        inbox.check()
    inbox.finish(None)
    assert replies == [Superseded(1)]


def test_a_load_does_not_stop_an_exploration(inbox: Inbox) -> None:
    inbox.put(explore(1))
    inbox.take()
    inbox.put(load(2))
    assert not inbox.stopped()


def test_every_other_exploration_is_finished_however_fast_they_come(
    inbox: Inbox, replies: list[Reply]
) -> None:
    request_id = 1
    inbox.put(explore(request_id))
    for _ in range(10):
        job = inbox.take()
        assert job is not None
        request_id += 1
        inbox.put(explore(request_id))  # always one more while the last is computed
        inbox.finish(None if inbox.stopped() else an_answer(job.request_id))
    answered = [type(reply) for reply in replies]
    assert answered == [Superseded, Failed] * 5


def test_after_a_finished_one_the_next_may_give_way_again(inbox: Inbox) -> None:
    for request_id in (1, 2):
        inbox.put(explore(request_id))
    inbox.take()
    inbox.finish(an_answer(2))
    inbox.put(explore(3))
    inbox.take()
    inbox.put(explore(4))
    assert inbox.stopped()


def test_cancel_strikes_a_waiting_request_off(inbox: Inbox, replies: list[Reply]) -> None:
    inbox.put(load(1))
    inbox.put(explore(2))
    inbox.put(Cancel(2))
    assert replies == [Cancelled(2)]
    inbox.take()
    inbox.finish(an_answer(1))
    inbox.close()
    assert inbox.take() is None


def test_cancel_stops_the_running_request(inbox: Inbox, replies: list[Reply]) -> None:
    inbox.put(load(1))
    inbox.take()
    inbox.put(Cancel(1))
    assert inbox.stopped()
    inbox.finish(None)
    assert replies == [Cancelled(1)]


def test_cancel_wins_over_protection_and_supersession(inbox: Inbox, replies: list[Reply]) -> None:
    inbox.put(explore(1))
    inbox.take()
    inbox.put(explore(2))
    inbox.finish(None)
    inbox.take()  # 2, which newer ones may not stop
    inbox.put(explore(3))
    assert not inbox.stopped()
    inbox.put(Cancel(2))
    assert inbox.stopped()
    inbox.finish(None)
    assert replies == [Superseded(1), Cancelled(2)]


@pytest.mark.parametrize("request_id", [1, 99])
def test_cancel_of_what_is_over_or_unknown_is_ignored(
    inbox: Inbox, replies: list[Reply], request_id: int
) -> None:
    inbox.put(explore(1))
    inbox.take()
    inbox.finish(an_answer(1))
    inbox.put(Cancel(request_id))
    assert replies == [an_answer(1)]


def test_an_answer_that_was_finished_in_time_is_sent_although_it_was_cancelled(
    inbox: Inbox, replies: list[Reply]
) -> None:
    inbox.put(explore(1))
    inbox.take()
    inbox.put(Cancel(1))
    inbox.finish(an_answer(1))
    assert replies == [an_answer(1)]
    inbox.put(explore(2))
    inbox.take()
    assert not inbox.stopped()


def test_quit_wakes_the_worker_and_silences_the_running_request(
    inbox: Inbox, replies: list[Reply]
) -> None:
    inbox.put(explore(1))
    inbox.take()
    inbox.put(Quit())
    assert inbox.closed
    assert inbox.stopped()
    inbox.finish(None)
    assert replies == []
    assert inbox.take() is None


def test_take_waits_for_a_request(inbox: Inbox) -> None:
    taken: list[object] = []
    worker = threading.Thread(target=lambda: taken.append(inbox.take()))
    worker.start()
    inbox.put(load(5))
    worker.join(timeout=10)
    assert taken == [load(5)]


# --- pairs and experiments -----------------------------------------------------------------


def test_pairs_give_way_to_newer_ones_like_explorations(inbox: Inbox, replies: list[Reply]) -> None:
    inbox.put(pair(1))
    inbox.take()
    inbox.put(explore(2))
    assert not inbox.stopped()
    inbox.put(pair(3))
    assert inbox.stopped()
    inbox.finish(None)
    assert replies == [Superseded(1)]


def test_every_other_pair_is_finished_whatever_is_explored_in_between(
    inbox: Inbox, replies: list[Reply]
) -> None:
    inbox.put(pair(1))
    inbox.take()
    inbox.put(explore(2))
    inbox.put(pair(3))
    inbox.finish(None)
    inbox.take()
    inbox.finish(an_answer(2))
    inbox.take()
    inbox.put(pair(4))
    assert not inbox.stopped(), "3 must be finished, since 1 gave way"


def test_an_experiment_is_handed_out_until_it_is_finished(
    inbox: Inbox, replies: list[Reply]
) -> None:
    job = experiment(1)
    inbox.put(job)
    assert [inbox.take(), inbox.take(), inbox.take()] == [job, job, job]
    inbox.finish_background(job, an_answer(1))
    inbox.close()
    assert inbox.take() is None
    assert replies == [an_answer(1)]


def test_all_else_goes_before_the_next_slice(inbox: Inbox, replies: list[Reply]) -> None:
    inbox.put(experiment(1))
    inbox.put(explore(2))  # before it has begun
    taken = []
    for asked in (None, pair(3), load(4)):
        if asked is not None:
            inbox.put(asked)
        job = inbox.take()
        assert job is not None
        taken.append(job.request_id)
        inbox.finish(an_answer(job.request_id))
        job = inbox.take()
        assert job is not None
        taken.append(job.request_id)
    assert taken == [2, 1, 3, 1, 4, 1]


def test_a_newer_experiment_ends_the_running_one_only(inbox: Inbox, replies: list[Reply]) -> None:
    running = experiment(1)
    inbox.put(running)
    inbox.take()
    inbox.put(pair(2))
    inbox.take()
    inbox.put(experiment(3))
    assert inbox.unwanted(running)
    assert not inbox.stopped()
    inbox.finish(an_answer(2))
    job = inbox.take()
    assert job is not None
    assert job.request_id == 1, "the old one has to be told first"
    inbox.finish_background(running, None)
    job = inbox.take()
    assert job is not None
    assert job.request_id == 3
    assert not inbox.unwanted(job)
    assert replies == [an_answer(2), Superseded(1)]


def test_cancel_reaches_the_experiment_while_something_else_runs(
    inbox: Inbox, replies: list[Reply]
) -> None:
    running = experiment(1)
    inbox.put(running)
    inbox.take()
    inbox.put(explore(2))
    inbox.take()
    inbox.put(Cancel(1))
    assert inbox.unwanted(running)
    assert not inbox.stopped()
    inbox.finish(an_answer(2))
    inbox.take()
    inbox.finish_background(running, None)
    assert replies == [an_answer(2), Cancelled(1)]


def test_a_waiting_experiment_is_struck_off(inbox: Inbox, replies: list[Reply]) -> None:
    for request_id in (1, 2):
        inbox.put(experiment(request_id))
    inbox.put(Cancel(2))
    assert replies == [Superseded(1), Cancelled(2)]


# --- several requests of the background ------------------------------------------------------


def _train(request_id: int) -> Train:
    return Train(request_id, "", Path("run"))


def _look(request_id: int) -> LookAtData:
    return LookAtData(request_id, "")


def _ids(inbox: Inbox, times: int) -> list[int]:
    """What is handed out, one slice after the other."""
    taken = []
    for _ in range(times):
        job = inbox.take()
        assert job is not None
        taken.append(job.request_id)
    return taken


def test_requests_of_the_background_take_turns(inbox: Inbox) -> None:
    for job in (_train(1), experiment(2), _look(3)):
        inbox.put(job)
    assert _ids(inbox, 7) == [1, 2, 3, 1, 2, 3, 1]


def test_a_prompt_request_goes_before_all_of_them(inbox: Inbox, replies: list[Reply]) -> None:
    inbox.put(_train(1))
    inbox.put(experiment(2))
    assert _ids(inbox, 1) == [1]
    inbox.put(explore(3))
    assert _ids(inbox, 1) == [3]
    inbox.finish(an_answer(3))
    assert _ids(inbox, 2) == [2, 1]


def test_a_resting_request_is_passed_over_until_it_is_woken(inbox: Inbox) -> None:
    training, look = _train(1), _look(2)
    inbox.put(training)
    inbox.put(look)
    assert _ids(inbox, 1) == [1]
    inbox.rest(training)
    assert _ids(inbox, 3) == [2, 2, 2]
    inbox.wake(training)
    assert _ids(inbox, 3) == [1, 2, 1]


@pytest.mark.parametrize(
    "happening", [Cancel(1), Steer(9, 1, "continue"), _train(2)], ids=["cancel", "order", "newer"]
)
def test_what_happens_to_a_resting_request_wakes_it(inbox: Inbox, happening: Request) -> None:
    training = _train(1)
    inbox.put(training)
    inbox.take()
    inbox.rest(training)
    inbox.put(happening)
    assert inbox.take() is training


@pytest.mark.parametrize("late", ["order", "wake", "cancel"])
def test_nothing_is_slept_through(inbox: Inbox, late: str) -> None:
    """It happens after the worker looked and before it lets the request rest."""
    training = _train(1)
    inbox.put(training)
    inbox.take()
    if late == "wake":
        inbox.wake(training)
    else:
        inbox.put(Steer(9, 1, "continue") if late == "order" else Cancel(1))
    inbox.rest(training)
    assert inbox.take() is training
    inbox.rest(training)
    inbox.put(explore(2))
    assert _ids(inbox, 1) == [2], "the second rest counts"


def test_a_resting_worker_waits_without_being_handed_anything(inbox: Inbox) -> None:
    training = _train(1)
    inbox.put(training)
    inbox.take()
    inbox.rest(training)
    taken: list[object] = []
    worker = threading.Thread(target=lambda: taken.append(inbox.take()))
    worker.start()
    inbox.put(Steer(2, 99, "continue"))  # to another one
    inbox.put(Steer(3, 1, "continue"))
    worker.join(timeout=10)
    assert taken == [training]
    assert [o.request_id for o in inbox.orders(training)] == [3]


def test_orders_are_kept_in_order_and_given_once(inbox: Inbox) -> None:
    training = _train(1)
    inbox.put(training)
    inbox.put(Steer(2, 1, "rate", lr_factor=0.5))  # before it has begun
    inbox.take()
    inbox.put(Steer(3, 1, "pause"))
    assert [o.request_id for o in inbox.orders(training)] == [2, 3]
    assert inbox.orders(training) == ()


def test_orders_to_what_is_over_are_dropped(inbox: Inbox, replies: list[Reply]) -> None:
    training = _train(1)
    inbox.put(training)
    inbox.take()
    inbox.put(Steer(2, 1, "pause"))
    inbox.finish_background(training, an_answer(1))
    inbox.put(Steer(3, 1, "pause"))
    newer = _train(4)
    inbox.put(newer)
    inbox.take()
    assert inbox.orders(newer) == ()
    assert inbox.orders(training) == ()


def test_a_newer_training_begins_when_the_running_one_is_answered(
    inbox: Inbox, replies: list[Reply]
) -> None:
    first, second = _train(1), _train(2)
    inbox.put(first)
    inbox.take()
    assert inbox.training
    inbox.put(second)
    assert inbox.unwanted(first)
    assert inbox.take() is first
    inbox.finish_background(first, an_answer(1))
    assert inbox.take() is second
    assert not inbox.unwanted(second)
    assert inbox.unwanted(first), "over is unwanted too"
    assert replies == [an_answer(1)]


def test_an_unanswered_end_says_why(inbox: Inbox, replies: list[Reply]) -> None:
    look = _look(1)
    inbox.put(look)
    inbox.take()
    inbox.put(_look(2))
    inbox.finish_background(look, None)
    assert replies == [Superseded(1)]


def test_networks_of_a_run_are_explored_beside_each_other(
    inbox: Inbox, replies: list[Reply]
) -> None:
    of_run = replace(TINY, weights="run", path="run")
    inbox.put(explore(1))
    inbox.put(explore(2, of_run))
    inbox.put(explore(3, replace(of_run, run_network="rival")))
    assert replies == []
    inbox.put(explore(4, of_run))
    assert replies == [Superseded(2)]
    assert _ids(inbox, 1) == [1]
    inbox.put(explore(5, replace(of_run, run_network="rival")))
    assert not inbox.stopped()
    inbox.put(explore(6))
    assert inbox.stopped()
