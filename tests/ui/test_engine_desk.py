"""Whose questions are sent when, which answers reach whom, and what is held back."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_play import IMAGE, SETTINGS, TINY, Watched, explored
from fakes import FakeClient
from pytestqt.qtbot import QtBot

from resnet_viz.engine.messages import Cancelled, Explore, Failed, Found, LoadModel, RunExperiment
from resnet_viz.engine.process import Exit
from resnet_viz.lab.experiments import Lesion
from resnet_viz.lab.findings import Finding
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.lecture.engine_desk import EngineDesk
from resnet_viz.ui.stage.engine import StageEngine

SIGNALS = ("model_ready", "explored", "pair_measured", "found", "failed", "cancelled")


@pytest.fixture
def desk(client: FakeClient) -> EngineDesk:
    return EngineDesk(client)  # type: ignore[arg-type]


def heard(engine: StageEngine) -> list[tuple[str, int]]:
    """What an engine tells from now on: signal and id."""
    said: list[tuple[str, int]] = []
    for name in (*SIGNALS, "training_status", "trained", "order_refused", "progress"):
        signal = getattr(engine, name)
        signal.connect(lambda answer, name=name: said.append((name, answer.request_id)))
    return said


def look(engine: StageEngine, skip: float = 1.0) -> int:
    return engine.explore(TINY, IMAGE, {"layer1.0": Gate(skip=skip)}, None, ())


def study(engine: StageEngine) -> int:
    return engine.run_experiment(SETTINGS, Lesion(), None)


# --- one live view ---------------------------------------------------------------------------


def test_a_view_hears_the_answers_to_its_own_questions_under_its_own_ids(
    client: FakeClient,
) -> None:
    client.load(TINY)  # so that the client's ids are others
    engines = [StageEngine(client) for _ in range(2)]  # type: ignore[arg-type]
    said = [heard(engine) for engine in engines]
    tickets = [look(engine) for engine in engines]
    client.answer_explore(0)
    assert said == [[("explored", tickets[0])], []]
    client.fail(client.asked[1].request_id)
    assert said[1] == [("failed", tickets[1])]
    client.answer_load()
    assert len(said[0] + said[1]) == 2


def test_each_view_asks_in_a_lane_of_its_own(client: FakeClient) -> None:
    engines = [StageEngine(client) for _ in range(2)]  # type: ignore[arg-type]
    for engine in engines:
        engine.load(TINY)
        look(engine)
        engine.measure_pair(SETTINGS, None)
        study(engine)
    lanes = list(client.lanes.values())
    assert lanes == [engines[0].lane] * 4 + [engines[1].lane] * 4
    assert engines[0].lane != engines[1].lane
    assert "" not in lanes


def test_trainings_are_steered_by_the_ids_of_the_view(client: FakeClient) -> None:
    engine = StageEngine(client)  # type: ignore[arg-type]
    said = heard(engine)
    look(engine)
    training = engine.train("recipe", Path("run"))
    order = engine.steer(training, "pause")
    assert client.orders[-1].training == client.trainings[-1].request_id
    client.tell_status()
    client.tell_status()
    client.order_refused.emit(Failed(client.orders[-1].request_id, "no"))
    client.answer_training()
    wanted = [("training_status", training)] * 2 + [("order_refused", order), ("trained", training)]
    assert said == wanted


def test_findings_keep_coming_until_the_last(client: FakeClient) -> None:
    engine = StageEngine(client)  # type: ignore[arg-type]
    said = heard(engine)
    asked = study(engine)
    part = Finding(Lesion(), SETTINGS, done=1, total=3)
    client.answer_experiment(finding=part)
    assert engine.under_way == {"experiment"}
    client.answer_experiment()
    assert engine.under_way == frozenset()
    client.answer_experiment()
    assert said == [("found", asked)] * 2


def test_the_answer_to_the_newest_question_ends_the_older_ones(client: FakeClient) -> None:
    engine = StageEngine(client)  # type: ignore[arg-type]
    said = heard(engine)
    first, second, third = (look(engine, skip) for skip in (0.1, 0.2, 0.3))
    client.answer_explore(0)
    client.answer_explore(2)
    client.answer_explore(1)
    assert said == [("explored", first), ("explored", third)]
    assert second == first + 1
    assert engine.under_way == frozenset()


def test_cancel_is_passed_on_with_the_clients_id(client: FakeClient) -> None:
    engine = StageEngine(client)  # type: ignore[arg-type]
    said = heard(engine)
    client.load(TINY)
    asked = study(engine)
    engine.cancel(asked)
    request_id = client.experiments[-1].request_id
    assert client.cancels == [request_id]
    client.cancelled.emit(Cancelled(request_id))
    assert said == [("cancelled", asked)]
    engine.cancel(asked)
    assert client.cancels == [request_id], "it is over"


def test_a_view_that_is_gone_gives_up_what_it_asked_but_for_a_training(
    client: FakeClient,
) -> None:
    engine = StageEngine(client)  # type: ignore[arg-type]
    said = heard(engine)
    look(engine)
    engine.train("recipe", Path("run"))
    engine.close()
    assert client.cancels == [client.asked[0].request_id]
    client.answer_explore()
    client.tell_status()
    assert said == []


# --- several ---------------------------------------------------------------------------------


def test_the_same_key_is_the_same_engine(desk: EngineDesk) -> None:
    assert desk.engine("a") is desk.engine("a")
    assert desk.engine("b") is not desk.engine("a")


def test_views_on_screen_ask_at_once_the_others_one_after_the_other(
    desk: EngineDesk, client: FakeClient
) -> None:
    a, b, c, d = (desk.engine(key) for key in "abcd")
    desk.set_stage([a, b])
    assert client.foreground == {a.lane, b.lane}
    for engine in (c, d, a, b):
        look(engine)
    lanes = [client.lanes[asked.request_id] for asked in client.asked]
    assert lanes == [c.lane, a.lane, b.lane]
    client.answer_explore(0)
    assert client.lanes[client.asked[-1].request_id] == d.lane
    assert len(client.asked) == 4


def test_the_likeliest_to_be_next_goes_first(desk: EngineDesk, client: FakeClient) -> None:
    a, b, c, d = (desk.engine(key) for key in "abcd")
    desk.set_stage([a], then=[d, c])
    for engine in (b, c, d):
        look(engine)
    for number in range(3):
        client.answer_explore(number)
    lanes = [client.lanes[asked.request_id] for asked in client.asked]
    assert lanes == [b.lane, d.lane, c.lane]


def test_of_what_waits_the_newest_counts(desk: EngineDesk, client: FakeClient) -> None:
    a, b = desk.engine("a"), desk.engine("b")
    look(a)
    said = heard(b)
    look(b, 0.1)
    newest = look(b, 0.2)
    client.answer_explore(0)
    assert len(client.asked) == 2
    assert client.asked[1].gates["layer1.0"].skip == 0.2
    client.answer_explore(1)
    assert said == [("explored", newest)]


def test_what_waits_is_sent_when_its_view_comes_on_screen(
    desk: EngineDesk, client: FakeClient
) -> None:
    a, b = desk.engine("a"), desk.engine("b")
    look(a)
    look(b)
    study(b)
    assert (len(client.asked), len(client.experiments)) == (1, 1)
    desk.set_stage([b])
    assert (len(client.asked), len(client.experiments)) == (2, 1)
    assert b.waiting == ()


def test_a_load_and_a_measurement_of_one_view_follow_each_other(
    desk: EngineDesk, client: FakeClient
) -> None:
    a = desk.engine("a")
    a.model_ready.connect(lambda _: look(a))
    a.load(TINY)
    client.answer_load(spec("resnet8"))
    assert len(client.asked) == 1
    assert not desk.idle


def test_a_study_in_the_background_does_not_keep_measurements_waiting(
    desk: EngineDesk, client: FakeClient, qtbot: QtBot
) -> None:
    a, b, c = (desk.engine(key) for key in "abc")
    study(a)
    study(b)
    look(c)
    assert (len(client.experiments), len(client.asked)) == (1, 1)
    with qtbot.waitSignal(desk.idle_changed):
        client.answer_explore()
    assert desk.idle, "an experiment takes its time and keeps nothing from being prepared"
    client.answer_experiment()
    assert len(client.experiments) == 2


def test_a_failure_or_a_cancel_lets_the_next_one_go(desk: EngineDesk, client: FakeClient) -> None:
    a, b, c = (desk.engine(key) for key in "abc")
    for engine in (a, b, c):
        look(engine)
    client.fail(client.asked[0].request_id)
    client.cancelled.emit(Cancelled(client.asked[1].request_id))
    assert len(client.asked) == 3


def test_a_question_that_waits_can_be_cancelled(desk: EngineDesk, client: FakeClient) -> None:
    a, b = desk.engine("a"), desk.engine("b")
    look(a)
    said = heard(b)
    asked = look(b)
    b.cancel(asked)
    assert said == [("cancelled", asked)]
    client.answer_explore()
    assert len(client.asked) == 1
    assert desk.idle


def test_trainings_never_wait(desk: EngineDesk, client: FakeClient) -> None:
    a, b = desk.engine("a"), desk.engine("b")
    look(a)
    training = b.train("recipe", Path("run"))
    b.steer(training, "pause")
    assert (len(client.trainings), len(client.orders)) == (1, 1)


def test_a_released_view_makes_room(desk: EngineDesk, client: FakeClient) -> None:
    a, b = desk.engine("a"), desk.engine("b")
    look(a)
    look(b)
    desk.release(a)
    assert client.cancels == [client.asked[0].request_id]
    assert len(client.asked) == 2
    assert desk.engine("a") is not a


def test_closing_takes_everything_off_the_screen(desk: EngineDesk, client: FakeClient) -> None:
    a = desk.engine("a")
    desk.set_stage([a])
    look(a)
    desk.close()
    assert client.foreground == frozenset()
    assert client.cancels == [client.asked[0].request_id]


# --- frozen ----------------------------------------------------------------------------------


def test_frozen_numbers_stay_and_the_newest_come_with_the_thaw(
    desk: EngineDesk, client: FakeClient, qtbot: QtBot
) -> None:
    a = desk.engine("a")
    desk.set_stage([a])
    said = heard(a)
    with qtbot.waitSignal(desk.frozen_changed):
        desk.set_frozen(True)
    look(a, 0.1)
    client.answer_explore(0)
    newest = look(a, 0.2)
    client.answer_explore(1)
    broken = a.load(TINY)
    client.fail(client.loads[-1][0])
    assert said == []
    desk.set_frozen(False)
    assert said == [("explored", newest), ("failed", broken)]


def test_what_is_not_on_screen_does_not_freeze(desk: EngineDesk, client: FakeClient) -> None:
    a, b = desk.engine("a"), desk.engine("b")
    desk.set_stage([a])
    desk.set_frozen(True)
    said = heard(b)
    asked = look(b)
    client.answer_explore()
    assert said == [("explored", asked)]


def test_other_views_on_screen_thaw(desk: EngineDesk, client: FakeClient, qtbot: QtBot) -> None:
    a, b = desk.engine("a"), desk.engine("b")
    desk.set_stage([a])
    desk.set_frozen(True)
    said = heard(a)
    asked = look(a)
    client.answer_explore()
    desk.set_stage([a], then=[b])
    assert desk.frozen
    with qtbot.waitSignal(desk.frozen_changed):
        desk.set_stage([b])
    assert said == [("explored", asked)]


# --- when an engine dies ---------------------------------------------------------------------


def test_a_new_engine_is_asked_again_and_told_what_is_on_screen(
    running: Watched, qtbot: QtBot
) -> None:
    client: EngineClient = running.client
    desk = EngineDesk(client)
    a, b, c = (desk.engine(key) for key in "abc")
    desk.set_stage([a])
    said = {key: heard(engine) for key, engine in zip("abc", (a, b, c), strict=True)}
    asked = {"a": a.load(TINY), "b": study(b), "c": look(c)}
    look(b)
    running.engine.exit(Exit(1))
    qtbot.waitUntil(lambda: len(running.engines) == 2)
    sent = running.engine.sent
    assert sent[0].lanes == {a.lane}  # type: ignore[union-attr]
    assert [type(request) for request in sent[1:]] == [LoadModel, RunExperiment, Explore]
    assert b.waiting == ("explore",)
    assert all(not answers for answers in said.values())
    running.engine.reply(explored(sent[3].request_id))  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: said["c"] == [("explored", asked["c"])])
    assert [type(r) for r in running.engine.sent[4:]] == [Explore], "the next one has its turn"


def test_an_experiment_that_outlives_no_engine_ends_with_the_second(
    running: Watched, qtbot: QtBot
) -> None:
    desk = EngineDesk(running.client)
    a = desk.engine("a")
    said = heard(a)
    asked = study(a)
    running.engine.exit(Exit(1))
    qtbot.waitUntil(lambda: len(running.engines) == 2)
    running.engine.exit(Exit(1))
    qtbot.waitUntil(lambda: said == [("failed", asked)])
    running.client.start()
    assert not [r for r in running.engine.sent if isinstance(r, RunExperiment)]
    assert a.under_way == frozenset()


def test_two_desks_do_not_push_each_other_into_the_background(running: Watched) -> None:
    first, second = EngineDesk(running.client), EngineDesk(running.client)
    a, b = first.engine("a"), second.engine("b")
    first.set_stage([a])
    second.set_stage([b])
    second.close()
    lanes = [sorted(request.lanes) for request in running.engine.sent]  # type: ignore[union-attr]
    assert lanes == [[a.lane], sorted([a.lane, b.lane]), [a.lane]]


def test_found_is_passed_on_as_it_is(client: FakeClient) -> None:
    engine = StageEngine(client)  # type: ignore[arg-type]
    got: list[Found] = []
    engine.found.connect(got.append)
    asked = study(engine)
    sent = client.answer_experiment()
    assert got[0].finding is sent.finding
    assert got[0].request_id == asked
