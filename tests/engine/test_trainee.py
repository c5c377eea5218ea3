"""A training in the background: steered between steps, looked at, never lost silently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from asking import experiment, explore, load, pair, picture
from in_thread import InThread
from tiny_runs import final_weights, make_pictures, recipe, records

from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    Explored,
    Failed,
    Found,
    ModelChoice,
    ModelReady,
    PairMeasured,
    Progress,
    Steer,
    Superseded,
    Train,
    Trained,
    TrainingStatus,
)
from resnet_viz.engine.trainee import Trainee
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.train.background import Stage
from resnet_viz.train.session import TrainingSession

N_STEPS = 24  # 36 pictures in batches of 6, 4 epochs
LONG = 200  # epochs: more than any test waits for


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def engine() -> Iterator[InThread]:
    engine = InThread()
    try:
        yield engine
    finally:
        engine.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return make_pictures(tmp_path / "pictures")


def _steer(training: int, order: str, request_id: int = 900, **more: object) -> Steer:
    return Steer(request_id, training, order, **more)  # type: ignore[arg-type]


def _status(engine: InThread, state: str, step: int | None = None) -> TrainingStatus:
    """The next report of a training in a state, and at a step if one is given."""
    while True:
        status = engine.wait_for(TrainingStatus)
        assert isinstance(status, TrainingStatus)
        if status.state == state and step in (None, status.step):
            return status


def _paused(engine: InThread, text: str, folder: Path, request_id: int = 1) -> None:
    """Begin a training that waits before its first step."""
    engine.send(Train(request_id, text, folder, paused=True))
    _status(engine, "paused", 0)


def _undisturbed(text: str, folder: Path) -> dict[str, np.ndarray]:
    """The weights of a run that nobody steers, driven here."""
    from resnet_viz.train.recipe import parse_config

    session = TrainingSession(parse_config(text), folder)
    for _ in session.prepare():
        pass
    while not session.finished:
        session.advance()
    return final_weights(folder)


def _same(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> bool:
    assert a.keys() == b.keys()
    return all(np.array_equal(a[name], b[name]) for name in a)


def test_a_training_runs_to_its_end_as_without_an_engine(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    text, folder = recipe(pictures), tmp_path / "run"
    engine.send(Train(1, text, folder))
    trained = engine.answers(1)[1]
    assert isinstance(trained, Trained)
    assert (trained.folder, trained.state) == (folder, "finished")
    assert "ResNet-8" in trained.message or "held-out" in trained.message
    assert len(trained.weights) == 2
    assert all(path.is_file() for path in trained.weights)
    statuses = [r for r in engine.seen if isinstance(r, TrainingStatus)]
    assert statuses
    assert {s.n_steps for s in statuses} == {N_STEPS}
    assert _same(final_weights(folder), _undisturbed(text, tmp_path / "other"))


def test_what_a_status_tells_of_is_in_the_folder(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    _paused(engine, recipe(pictures), folder)
    for step in (1, 2, 3):
        engine.send(_steer(1, "step"))
        status = _status(engine, "paused", step)
        steps = [r["step"] for r in records(folder, "step") if r["network"] == "rival"]
        assert steps == list(range(1, step + 1))
    assert status.steps_per_epoch == 6
    assert status.memory_bytes > 2**20
    progress = [r for r in engine.seen if isinstance(r, Progress)][-1]
    assert progress.request_id == 1


def test_clicks_are_answered_while_it_trains(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    engine.send(Train(1, recipe(pictures, epochs=LONG), tmp_path / "run"))
    _status(engine, "running")
    asked = (explore(2), pair(3), load(4))
    for request, kind in zip(asked, (Explored, PairMeasured, ModelReady), strict=True):
        assert isinstance(engine.answer(request), kind)
    assert not any(isinstance(reply, Trained) for reply in engine.seen)
    _status(engine, "running")


def test_an_experiment_and_a_training_take_turns(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    engine.send(Train(1, recipe(pictures, epochs=LONG), tmp_path / "run"))
    _status(engine, "running")
    found = engine.answer(experiment(2))
    assert isinstance(found, Found)
    _status(engine, "running")


def test_a_paused_training_sleeps_until_something_happens(
    engine: InThread, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slices: list[int] = []
    real = Trainee.advance

    def counting(self: Trainee, job: Train) -> object:
        slices.append(job.request_id)
        return real(self, job)

    monkeypatch.setattr(Trainee, "advance", counting)
    _paused(engine, recipe(pictures), tmp_path / "run")
    assert isinstance(engine.answer(explore(2)), Explored)
    asleep = len(slices)
    for request_id in (3, 4, 5):
        assert isinstance(engine.answer(explore(request_id)), Explored)
    assert len(slices) == asleep, "nobody may ask a sleeping training whether it sleeps"
    engine.send(_steer(1, "continue"))
    assert isinstance(engine.wait_for(Trained, 1), Trained)


def test_pause_and_continue_are_obeyed_and_recorded(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    engine.send(Train(1, recipe(pictures, epochs=LONG), folder))
    _status(engine, "running")
    engine.send(_steer(1, "pause"))
    paused = _status(engine, "paused")
    assert isinstance(engine.answer(explore(2)), Explored)
    engine.send(_steer(1, "continue"))
    assert _status(engine, "running").step >= paused.step
    events = [event["what"] for event in records(folder, "event")]
    assert events == ["started", "paused", "continued"]


def test_a_single_step_includes_the_measurement_that_follows_it(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    _paused(engine, recipe(pictures, evaluate_steps=2), folder)
    engine.send(_steer(1, "step"), _steer(1, "step"))  # two orders are two steps
    assert _status(engine, "paused", 2).step == 2
    assert [r["step"] for r in records(folder, "evaluation")] == [2, 2]


def test_orders_are_obeyed_in_order_and_once(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    cut = {"layer2.0": Gate(skip=0.0)}
    engine.send(
        Train(1, recipe(pictures), folder, paused=True),
        # While the pictures are still being read.
        _steer(1, "rate", lr_factor=0.5),
        _steer(1, "step"),
        _steer(1, "gates", network="network", gates=cut),
        _steer(1, "rate", lr_factor=0.25),
        _steer(1, "rate", lr_factor=0.25),
        _steer(1, "step"),
    )
    status = _status(engine, "paused", 2)
    events = [
        (e["what"], e.get("lr_factor"), e.get("gates"), e["step"]) for e in records(folder, "event")
    ]
    assert events == [
        ("started", None, None, 0),
        ("lr", 0.5, None, 0),
        ("gates", None, {"layer2.0": [0.0, 1.0]}, 1),
        ("lr", 0.25, None, 1),
    ]
    assert status.saved_step == 1, "a resumed run repeats them"


def test_an_order_that_cannot_be_obeyed_says_so_and_the_training_goes_on(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    _paused(engine, recipe(pictures), tmp_path / "run")
    engine.send(_steer(1, "gates", 77, gates={"layer9.0": Gate()}), _steer(1, "continue"))
    failed = engine.wait_for(Failed)
    assert isinstance(failed, Failed)
    assert failed.request_id == 77
    assert "layer9.0" in failed.message
    assert isinstance(engine.wait_for(Trained, 1), Trained)


@pytest.mark.parametrize("how", ["stop", "cancel"])
def test_a_stopped_training_is_continued_to_the_same_weights(
    engine: InThread, pictures: Path, tmp_path: Path, how: str
) -> None:
    text, folder = recipe(pictures), tmp_path / "run"
    _paused(engine, text, folder)
    for _ in range(7):
        engine.send(_steer(1, "step"))
    _status(engine, "paused", 7)
    engine.send(_steer(1, "stop") if how == "stop" else Cancel(1))
    stopped = engine.answers(1)[1]
    assert isinstance(stopped, Trained)
    assert stopped.state == "stopped"
    assert "7" in stopped.message
    engine.send(Train(2, "", folder, resume=True))
    finished = engine.answers(2)[2]
    assert isinstance(finished, Trained)
    assert finished.state == "finished"
    assert _same(final_weights(folder), _undisturbed(text, tmp_path / "other"))


def test_a_second_training_waits_until_the_first_is_saved(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    engine.send(Train(1, recipe(pictures, epochs=LONG), first))
    status = _status(engine, "running")
    engine.send(Train(2, recipe(pictures), second))
    answers = engine.answers(1, 2)
    for request_id, folder, state in ((1, first, "stopped"), (2, second, "finished")):
        trained = answers[request_id]
        assert isinstance(trained, Trained)
        assert (trained.folder, trained.state) == (folder, state)
    assert list(answers) == [1, 2]
    saved = max((first / "checkpoints").iterdir()).name
    assert int(saved.removeprefix("step-")) >= status.step


def test_of_trainings_that_wait_only_the_newest_begins(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    engine.send(Train(1, recipe(pictures, epochs=LONG), tmp_path / "1", paused=True))
    _status(engine, "paused")
    engine.send(*(Train(i, recipe(pictures), tmp_path / str(i)) for i in (2, 3)))
    answers = engine.answers(1, 2, 3)
    assert isinstance(answers[1], Trained)
    assert type(answers[2]) in (Superseded, Cancelled, Trained)
    assert isinstance(answers[3], Trained)
    assert answers[3].state == "finished"


@pytest.mark.parametrize("how", ["stop", "cancel"])
def test_stopped_before_it_had_begun_it_leaves_nothing(
    engine: InThread,
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    def endless(_session: TrainingSession) -> Iterator[Stage]:
        while True:
            yield Stage("Downloading", 1, 100, "bytes")

    monkeypatch.setattr(TrainingSession, "prepare", endless)
    engine.send(Train(1, recipe(pictures), tmp_path / "run"))
    progress = engine.wait_for(Progress, 1)
    assert progress == Progress(1, "Downloading", 1, 100, "bytes")
    assert isinstance(engine.answer(explore(2)), Explored)
    engine.send(_steer(1, "stop") if how == "stop" else Cancel(1))
    assert engine.answers(1)[1] == Cancelled(1)
    assert not (tmp_path / "run").exists()


def test_orders_to_a_training_that_is_over_are_ignored(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    engine.send(Train(1, recipe(pictures), tmp_path / "1"))
    engine.answers(1)
    engine.send(_steer(1, "pause"), _steer(1, "stop"))
    engine.send(Train(2, recipe(pictures), tmp_path / "2"))
    trained = engine.answers(2)[2]
    assert isinstance(trained, Trained)
    assert trained.state == "finished"


def test_a_loss_that_is_no_number_fails_in_words(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    text = recipe(pictures).replace("lr = 0.05", "lr = 1e30")
    engine.send(Train(1, text, tmp_path / "run"))
    failed = engine.answers(1)[1]
    assert isinstance(failed, Failed)
    assert failed.hint
    assert failed.details == ""
    assert isinstance(engine.answer(explore(2)), Explored)


def test_a_recipe_that_cannot_be_read_fails_and_leaves_nothing(
    engine: InThread, tmp_path: Path
) -> None:
    engine.send(Train(1, "[network]\nname = 'resnet20'\n", tmp_path / "run"))
    failed = engine.answers(1)[1]
    assert isinstance(failed, Failed)
    assert "[data]" in failed.message
    assert not (tmp_path / "run").exists()


def test_memory_that_is_full_comes_with_advice(
    engine: InThread, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from resnet_viz.train.loop import Trainer

    def full(_trainer: Trainer) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Trainer, "step", full)
    engine.send(Train(1, recipe(pictures), tmp_path / "run"))
    failed = engine.answers(1)[1]
    assert isinstance(failed, Failed)
    assert "memory" in failed.message
    assert "smaller" in failed.hint
    assert failed.details == ""


def test_closing_the_window_saves_the_training(pictures: Path, tmp_path: Path) -> None:
    text, folder = recipe(pictures), tmp_path / "run"
    engine = InThread()
    try:
        _paused(engine, text, folder)
        for _ in range(8):
            engine.send(_steer(1, "step"))
        _status(engine, "paused", 8)
    finally:
        engine.close()
    assert (folder / "checkpoints" / "step-00000008").is_dir()
    assert records(folder, "event")[-1]["what"] == "stopped"


# --- looking at its networks -----------------------------------------------------------------


def _of_run(folder: Path, step: int = -1, key: str = "network") -> ModelChoice:
    net = spec("resnet8", n_classes=3, input_size=8)
    return ModelChoice(net, "run", str(folder), device="cpu", run_step=step, run_network=key)  # type: ignore[arg-type]


def _logits(reply: object) -> np.ndarray:
    assert isinstance(reply, Explored), reply
    return reply.snapshot.logits


def test_the_live_network_is_measured_as_it_is_now(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    folder, image = tmp_path / "run", picture(8)
    _paused(engine, recipe(pictures), folder)
    ask = explore(2, _of_run(folder), image=image, keep=("layer1.0",))
    before = _logits(engine.answer(ask))
    np.testing.assert_array_equal(_logits(engine.answer(replace(ask, request_id=3))), before)
    engine.send(_steer(1, "step"))
    _status(engine, "paused", 1)
    after = _logits(engine.answer(replace(ask, request_id=4)))
    assert not np.array_equal(after, before), "old numbers"
    rival = replace(ask, request_id=5, choice=_of_run(folder, key="rival"))
    assert not np.array_equal(_logits(engine.answer(rival)), after)
    # What was looked at is what is saved.
    engine.send(_steer(1, "stop"))
    engine.answers(1)
    engine.send(Train(6, "", folder, resume=True, paused=True))
    _status(engine, "paused", 1)
    again = _logits(engine.answer(replace(ask, request_id=7)))
    np.testing.assert_array_equal(again, after)


def test_a_look_with_other_gates_does_not_change_the_training(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    text, folder = recipe(pictures), tmp_path / "run"
    _paused(engine, text, folder)
    cut = {"layer2.0": Gate(skip=0.0)}
    ask = explore(2, _of_run(folder), image=picture(8), gates=cut)
    training_mode = replace(ask.choice, training_mode=True)
    for request_id in range(2, 6):
        explored = engine.answer(replace(ask, request_id=request_id))
        assert isinstance(explored, Explored)
        assert explored.gates == cut
        assert [b.skip for b in explored.snapshot.blocks] == [1, 0, 1]
        engine.answer(replace(ask, request_id=request_id + 10, choice=training_mode))
        engine.send(_steer(1, "step"))
        _status(engine, "paused")
    engine.send(_steer(1, "continue"))
    engine.wait_for(Trained, 1)
    assert _same(final_weights(folder), _undisturbed(text, tmp_path / "other"))


def test_looking_at_a_run_leaves_the_network_of_the_explore_workspace(
    engine: InThread, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from resnet_viz.engine import explorer

    n_loads = n_captures = 0
    load_network, capture = explorer.load_network, explorer.capture

    def loading(*args: object, **options: object) -> object:
        nonlocal n_loads
        n_loads += 1
        return load_network(*args, **options)  # type: ignore[arg-type]

    def capturing(*args: object, **options: object) -> object:
        nonlocal n_captures
        n_captures += 1
        return capture(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(explorer, "load_network", loading)
    monkeypatch.setattr(explorer, "capture", capturing)
    folder = tmp_path / "run"
    _paused(engine, recipe(pictures), folder)
    engine.answer(explore(2))
    for key, request_id in (("network", 3), ("rival", 4), ("network", 5)):
        engine.answer(explore(request_id, _of_run(folder, key=key), image=picture(8)))
    engine.answer(explore(6))
    assert n_loads == 1
    assert n_captures == 3, "what is known is not measured again"


def test_a_run_that_is_not_trained_here_is_looked_at_by_its_snapshots(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file

    from resnet_viz.images import normalise
    from resnet_viz.train.recipe import parse_config
    from resnet_viz.train.snapshots import load_snapshot

    text, folder = recipe(pictures), tmp_path / "run"
    engine.send(Train(1, text, folder))
    engine.answers(1)
    kept = sorted(int(p.name.removeprefix("step-")) for p in (folder / "snapshots").iterdir())
    assert kept[0] == 0
    assert kept[-1] == N_STEPS
    image = picture(8)
    seen = {}
    for request_id, step in enumerate((0, kept[1], kept[-1], -1), start=2):
        ask = explore(request_id, _of_run(folder, step), image=image)
        seen[step] = _logits(engine.answer(ask))
    np.testing.assert_array_equal(seen[-1], seen[kept[-1]])
    assert not np.array_equal(seen[0], seen[kept[1]])
    # An oracle that shares no code with loading: the same network, filled by hand.
    net = load_snapshot(folder, "network", 0).net
    state = load_file(folder / "snapshots" / f"step-{kept[1]:08d}" / "network.safetensors")
    net.load_state_dict(state)
    preprocess = parse_config(text).preprocess
    with torch.no_grad():
        expected = net(torch.from_numpy(normalise(image, preprocess)))
    np.testing.assert_allclose(seen[kept[1]], expected.numpy(), rtol=1e-4, atol=1e-5)


def test_a_missing_step_of_a_run_is_refused_in_words(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    _paused(engine, recipe(pictures), folder)
    failed = engine.answer(explore(2, _of_run(folder, 17), image=picture(8)))
    assert isinstance(failed, Failed)
    assert "17" in failed.message
    assert failed.hint
    ready = engine.answer(load(3, _of_run(folder)))
    assert isinstance(ready, ModelReady)
    assert ready.labels == ("blue", "green", "red")
    assert "step 0" in ready.weights_label
