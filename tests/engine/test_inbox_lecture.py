"""What live views of a lecture ask: beside the workspaces, those on screen first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from asking import an_answer, experiment, explore, load

from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.lanes import Staged
from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    Foreground,
    Reply,
    Superseded,
    Train,
)


def _of(lane: str, job: Staged) -> Staged:
    return replace(job, lane=lane)


def _taken(inbox: Inbox) -> int:
    job = inbox.take()
    assert job is not None
    return job.request_id


def _answered(inbox: Inbox) -> int:
    """Take a prompt request and answer it; its id."""
    request_id = _taken(inbox)
    inbox.finish(an_answer(request_id))
    return request_id


def _turns(inbox: Inbox, n: int) -> list[int]:
    return [_taken(inbox) for _ in range(n)]


def test_views_do_not_make_each_others_questions_pointless(
    inbox: Inbox, replies: list[Reply]
) -> None:
    for request_id, lane in ((1, ""), (2, "a"), (3, "b")):
        inbox.put(_of(lane, explore(request_id)))
    assert replies == []
    assert {_answered(inbox) for _ in range(3)} == {1, 2, 3}


def test_within_a_view_the_newest_wins(inbox: Inbox, replies: list[Reply]) -> None:
    inbox.put(_of("a", explore(1)))
    inbox.put(_of("a", explore(2)))
    assert replies == [Superseded(1)]


def test_workspaces_come_first_then_views_on_screen_then_the_others(inbox: Inbox) -> None:
    inbox.put(Foreground(frozenset({"b"})))
    for request_id, lane in ((1, "a"), (2, "b"), (3, "a"), (4, "")):
        inbox.put(_of(lane, load(request_id) if request_id == 3 else explore(request_id)))
    assert [_answered(inbox) for _ in range(4)] == [2, 4, 1, 3]


def test_what_nobody_sees_gives_way_to_a_click_and_is_done_afterwards(
    inbox: Inbox, replies: list[Reply]
) -> None:
    inbox.put(_of("a", explore(1)))
    assert _taken(inbox) == 1
    assert not inbox.stopped()
    inbox.put(explore(2))
    assert inbox.stopped()
    inbox.finish(None)
    assert replies == [], "it will be answered yet"
    assert _answered(inbox) == 2
    assert _taken(inbox) == 1
    assert not inbox.stopped()
    inbox.finish(an_answer(1))
    assert replies == [an_answer(2), an_answer(1)]


def test_an_answer_that_was_ready_in_spite_of_that_is_sent(
    inbox: Inbox, replies: list[Reply]
) -> None:
    inbox.put(_of("a", explore(1)))
    inbox.take()
    inbox.put(explore(2))
    inbox.finish(an_answer(1))
    assert replies == [an_answer(1)]
    assert _answered(inbox) == 2


def test_views_on_screen_give_way_to_nobody(inbox: Inbox) -> None:
    inbox.put(Foreground(frozenset({"a"})))
    inbox.put(_of("a", explore(1)))
    inbox.take()
    inbox.put(explore(2))
    inbox.put(_of("b", explore(3)))
    assert not inbox.stopped()


def test_a_view_that_leaves_the_screen_makes_way_for_those_who_wait(inbox: Inbox) -> None:
    inbox.put(Foreground(frozenset({"a"})))
    inbox.put(_of("a", explore(1)))
    inbox.take()
    inbox.put(_of("b", explore(2)))
    inbox.put(Foreground(frozenset({"b"})))
    assert inbox.stopped()
    inbox.finish(None)
    assert [_answered(inbox) for _ in range(2)] == [2, 1]


def test_a_view_that_comes_on_screen_goes_on(inbox: Inbox) -> None:
    inbox.put(_of("a", explore(1)))
    inbox.take()
    inbox.put(_of("b", explore(2)))
    inbox.put(Foreground(frozenset({"a", "b"})))
    assert not inbox.stopped(), "both are seen: who was first goes on"


def test_what_gave_way_can_be_superseded_and_cancelled(inbox: Inbox, replies: list[Reply]) -> None:
    inbox.put(_of("a", explore(1)))
    inbox.take()
    inbox.put(explore(2))
    inbox.put(_of("a", explore(3)))
    inbox.finish(None)
    assert replies == [Superseded(1)]
    inbox.put(Cancel(3))
    assert replies == [Superseded(1), Cancelled(3)]
    assert _answered(inbox) == 2


def test_one_that_newer_ones_may_not_stop_is_superseded_when_it_gives_way(
    inbox: Inbox, replies: list[Reply]
) -> None:
    inbox.put(_of("a", explore(1)))
    inbox.take()
    inbox.put(_of("a", explore(2)))
    inbox.finish(None)  # 1 was stopped for 2, so 2 is to be finished
    assert _taken(inbox) == 2
    inbox.put(_of("a", explore(3)))
    assert not inbox.stopped()
    inbox.put(explore(4))
    assert inbox.stopped()
    inbox.finish(None)
    assert replies == [Superseded(1), Superseded(2)]
    assert [_answered(inbox) for _ in range(2)] == [4, 3]


def test_experiments_of_several_lanes_take_turns(inbox: Inbox, replies: list[Reply]) -> None:
    inbox.put(Foreground(frozenset({"a"})))
    inbox.put(experiment(1))
    inbox.put(_of("a", experiment(2)))
    assert sorted(_turns(inbox, 4)) == [1, 1, 2, 2]
    assert replies == []


def test_an_experiment_that_nobody_sees_rests_while_another_is_computed(inbox: Inbox) -> None:
    inbox.put(_of("a", experiment(1)))
    (first,) = [inbox.take()]
    inbox.put(experiment(2))
    assert _turns(inbox, 3) == [2, 2, 2]
    job = inbox.take()
    assert job is not None
    inbox.finish_background(job, an_answer(2))  # type: ignore[arg-type]
    assert inbox.take() is first, "it goes on where it was"


def test_a_resting_experiment_comes_forward_with_its_view(inbox: Inbox) -> None:
    inbox.put(_of("a", experiment(1)))
    inbox.put(_of("b", experiment(2)))
    inbox.put(Foreground(frozenset({"a"})))
    assert _turns(inbox, 2) == [1, 1]
    inbox.put(Foreground(frozenset({"b"})))
    assert _turns(inbox, 2) == [2, 2]


def test_a_resting_experiment_can_be_ended(inbox: Inbox, replies: list[Reply]) -> None:
    inbox.put(_of("a", experiment(1)))
    job = inbox.take()
    inbox.put(experiment(2))
    inbox.put(Cancel(1))
    assert 1 in _turns(inbox, 2)
    assert job is not None
    inbox.finish_background(job, None)  # type: ignore[arg-type]
    assert replies == [Cancelled(1)]


def test_with_a_training_it_takes_turns(inbox: Inbox) -> None:
    """A training may take hours: scenes would not be prepared meanwhile."""
    inbox.put(_of("a", experiment(1)))
    inbox.put(Train(2, "recipe", Path("run")))
    assert sorted(_turns(inbox, 4)) == [1, 1, 2, 2]
