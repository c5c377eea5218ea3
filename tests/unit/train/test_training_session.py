"""A run in slices: what may be told to it in between, and how it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from run_folders import PLAIN, assert_same_run, checkpoint, equal, events, records
from safetensors.torch import load_file, save_file

from resnet_viz.errors import UserError
from resnet_viz.models.gates import PLAIN as CUT
from resnet_viz.models.gates import Gate
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.runs.facts import read_facts
from resnet_viz.runs.layout import RunPaths, steps_in
from resnet_viz.train import evaluation
from resnet_viz.train import session as session_module
from resnet_viz.train.recipe import read_config
from resnet_viz.train.session import TrainingSession


@pytest.fixture
def begun(recipe: Any, tmp_path: Path) -> Any:
    """Prepared sessions of one recipe in any folder."""
    opened: list[TrainingSession] = []

    def begin(name: str = "run", *, resume: bool = False, **changes: str) -> TrainingSession:
        config = None if resume else read_config(recipe(**changes))
        session = TrainingSession(config, tmp_path / name, resume=resume)
        opened.append(session)
        for _ in session.prepare():
            pass
        return session

    yield begin
    for session in opened:
        session.close()


def to_step(session: TrainingSession, step: int) -> None:
    while session.trainer.step_index < step:
        session.advance()


def to_end(session: TrainingSession) -> TrainingSession:
    while not session.finished:
        session.advance()
    return session


# --- orders ----------------------------------------------------------------------------------


def test_the_rate_can_be_changed_and_a_resumed_run_repeats_it(begun: Any) -> None:
    def order(session: TrainingSession) -> None:
        to_step(session, 6)
        session.set_lr_factor(0.1)

    whole = begun("whole", run="epochs = 2")
    order(whole)
    to_end(whole)
    broken = begun("broken", run="epochs = 2")
    order(broken)
    assert checkpoint(broken.folder)[0] == 6
    to_step(broken, 7)
    broken.close()  # killed: nothing is written down
    to_end(begun("broken", resume=True))
    assert_same_run(whole.folder, broken.folder)

    plain = begun("plain", run="epochs = 2")
    to_end(plain)
    rates = {r["step"]: r["lr"] for r in records(plain.folder, "step")}
    for record in records(whole.folder, "step"):
        factor = 1.0 if record["step"] <= 6 else 0.1
        assert record["lr"] == pytest.approx(rates[record["step"]] * factor)
    event = next(r for r in records(whole.folder, "event") if r["what"] == "lr")
    assert (event["step"], event["lr_factor"]) == (6, 0.1)


def test_skips_can_be_cut_in_the_middle_and_a_resumed_run_repeats_it(begun: Any) -> None:
    gates = {"layer2.0": CUT, "layer3.0": Gate(0.5, 1.0)}

    def order(session: TrainingSession) -> None:
        to_step(session, 6)
        session.set_gates("network", gates)

    whole = begun("whole", run="epochs = 2")
    order(whole)
    assert whole.trainer.learners["network"].net.gates["layer2.0"] == CUT
    to_end(whole)
    broken = begun("broken", run="epochs = 2")
    order(broken)
    broken.close()
    again = begun("broken", resume=True)
    assert dict(again.trainer.learners["network"].net.gates) == {"layer1.0": Gate(), **gates}
    to_end(again)
    assert_same_run(whole.folder, broken.folder)
    event = next(r for r in records(whole.folder, "event") if r["what"] == "gates")
    assert event["network"] == "network"
    assert event["gates"] == {"layer2.0": [0.0, 1.0], "layer3.0": [0.5, 1.0]}


def test_gates_reach_only_the_network_they_are_for(begun: Any) -> None:
    session = begun(rival=PLAIN)
    session.set_gates("rival", {"layer1.0": CUT})  # the others are opened
    gates = session.trainer.learners["rival"].net.gates
    assert [gate.skip for gate in gates.values()] == [0.0, 1.0, 1.0]
    assert {g.skip for g in session.trainer.learners["network"].net.gates.values()} == {1.0}


def test_orders_that_change_nothing_leave_no_trace(begun: Any) -> None:
    session = begun()
    to_step(session, 1)
    session.set_lr_factor(1.0)
    session.set_gates("network", {})
    assert events(session.folder) == ["started"]
    assert session.status().saved_step == -1


def test_orders_that_make_no_sense_are_refused_and_training_goes_on(begun: Any) -> None:
    session = begun()
    for factor in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(UserError, match="multiplied"):
            session.set_lr_factor(factor)
    with pytest.raises(UserError, match=r"'layer9\.0'"):
        session.set_gates("network", {"layer9.0": CUT})
    with pytest.raises(UserError, match="no rival"):
        session.set_gates("rival", {})
    session.advance()
    assert session.trainer.step_index == 1


def test_gates_that_change_during_a_measurement_start_it_anew(
    begun: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "BATCH", 5)
    session = begun()
    to_step(session, 7)
    session.advance()
    session.advance()
    session.set_gates("network", {"layer2.0": CUT})
    now = session.trainer.evaluate()["network"]
    while session.course.measuring:
        session.advance()
    assert session.course.evaluation == (7, {"network": now})


def test_pauses_are_recorded(begun: Any) -> None:
    session = begun()
    session.advance()
    session.note_pause(True)
    session.note_pause(False)
    assert events(session.folder) == ["started", "paused", "continued"]
    assert len(records(session.folder, "step")) == 1  # a reader sees all that was done


# --- slices ----------------------------------------------------------------------------------


def test_a_measurement_takes_a_slice_a_batch(begun: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "BATCH", 5)
    session = begun(rival=PLAIN)
    to_step(session, 7)
    seen = []
    while session.course.measuring:
        seen.append(session.status().stage)
        assert session.trainer.learners["network"].net.training
        session.advance()
    # 12 pictures in batches of 5, for each of two networks.
    assert [stage.done for stage in seen] == [5, 10, 12, 17, 22, 24]
    assert {stage.total for stage in seen} == {24}
    assert session.trainer.step_index == 7


@pytest.mark.parametrize("slices", [1, 2])
def test_stopped_in_the_middle_of_a_measurement(
    begun: Any, monkeypatch: pytest.MonkeyPatch, slices: int
) -> None:
    monkeypatch.setattr(evaluation, "BATCH", 5)
    whole = to_end(begun("whole", run="epochs = 2"))
    broken = begun("broken", run="epochs = 2")
    to_step(broken, 7)
    for _ in range(slices - 1):
        broken.advance()
    assert broken.course.measuring
    broken.stop()
    assert records(broken.folder, "evaluation") == []
    to_end(begun("broken", resume=True))
    assert_same_run(whole.folder, broken.folder)
    steps = steps_in(RunPaths(whole.folder).snapshots)
    assert steps_in(RunPaths(broken.folder).snapshots) == steps


def test_measurements_may_count_steps(begun: Any) -> None:
    session = to_end(begun(run="epochs = 2\nevaluate_steps = 4"))
    found = [(r["step"], r["epoch"]) for r in records(session.folder, "evaluation")]
    assert found == [(4, 1), (8, 2), (12, 2), (14, 2)]


def test_snapshots_are_spread_from_the_first_weights_to_the_last(begun: Any) -> None:
    session = begun(recording="snapshots = 5", run="epochs = 4")
    first = session.trainer.state()[0]["network"]["conv1.weight"].clone()
    to_end(session)
    assert steps_in(RunPaths(session.folder).snapshots) == (0, 7, 14, 21, 28)
    kept = load_file(RunPaths(session.folder).snapshot(0, "network"))
    assert torch.equal(kept["conv1.weight"], first)
    last = load_file(RunPaths(session.folder).snapshot(28, "network"))
    assert equal(last, checkpoint(session.folder)[1]["network"])


def test_no_snapshots_if_none_are_wanted(begun: Any) -> None:
    session = to_end(begun(recording="snapshots = 0", run="epochs = 1"))
    assert steps_in(RunPaths(session.folder).snapshots) == ()


# --- ends ------------------------------------------------------------------------------------


def test_patience_ends_a_run_that_no_longer_improves(begun: Any) -> None:
    # A rate of almost nothing: the running statistics still move, the weights do not.
    session = begun(optimiser="lr = 1e-30", network="norm = 'none'", run="epochs = 9\npatience = 2")
    to_end(session)
    assert [r["epoch"] for r in records(session.folder, "evaluation")] == [1, 2, 3]
    assert session.trainer.step_index == 21
    assert "no lower loss" in session.message
    assert "2 measurements" in session.message
    assert [path.name for path in session.weights] == ["resnet20-colours.safetensors"]
    assert events(session.folder) == ["started", "finished"]
    assert checkpoint(session.folder)[0] == 21
    again = to_end(begun(resume=True))
    assert again.trainer.step_index == 21
    assert "no lower loss" in again.message


def test_patience_survives_a_stop(begun: Any) -> None:
    changes = {
        "optimiser": "lr = 1e-30",
        "network": "norm = 'none'",
        "run": "epochs = 9\npatience = 2",
    }
    session = begun(**changes)
    to_step(session, 16)
    session.stop()
    assert to_end(begun(resume=True)).trainer.step_index == 21


def test_weights_that_are_not_finite_never_become_a_checkpoint(begun: Any) -> None:
    session = begun(run="epochs = 2")
    to_step(session, 6)
    good = checkpoint(session.folder)[0]
    real = session.trainer.step

    def poisoned() -> Any:
        done = real()  # its loss was fine; the update was not
        with torch.no_grad():
            session.trainer.learners["network"].net.fc.weight[0, 0] = torch.inf
        return done

    session.trainer.step = poisoned
    with pytest.raises(UserError, match="weights of ResNet-20 are not finite after step 7"):
        to_end(session)
    assert checkpoint(session.folder)[0] == good == 5
    session.stop()  # too late: it must not become a checkpoint now either
    assert checkpoint(session.folder)[0] == good
    assert events(session.folder) == ["started", "failed"]
    with pytest.raises(RuntimeError, match="ended"):
        session.advance()
    assert not session.finished


def test_stopping_says_where_and_lets_others_in(begun: Any) -> None:
    session = begun()
    to_step(session, 3)
    session.stop()
    assert "after step 3" in session.message
    assert events(session.folder) == ["started", "stopped"]
    other = begun(resume=True)
    assert other.trainer.step_index == 3
    assert other.status().saved_step == 3


def test_one_folder_has_one_writer(begun: Any) -> None:
    begun()
    with pytest.raises(UserError, match="another process"):
        begun(resume=True)


def test_giving_up_while_preparing_stops_the_work_and_leaves_nothing(
    recipe: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()

    def slow(config: Any, progress: Callable[..., None], cancelled: Callable[[], bool]) -> Any:
        progress("Fetching", 3, 7, "MB")
        while not cancelled():
            stopped.wait(0.01)
        stopped.set()

    monkeypatch.setattr(session_module, "load", slow)
    session = TrainingSession(read_config(recipe()), tmp_path / "run")
    preparing = session.prepare()
    stage = next(preparing)
    while stage.what != "Fetching":
        stage = next(preparing)
    assert stage == ("Fetching", 3, 7, "MB")
    assert session.status().stage == stage
    preparing.close()
    assert stopped.is_set()
    assert not (tmp_path / "run").exists()
    session.stop()  # harmless: there is nothing to stop


def test_an_unprepared_session_is_not_advanced(recipe: Any, tmp_path: Path) -> None:
    session = TrainingSession(read_config(recipe()), tmp_path / "run")
    with pytest.raises(RuntimeError, match="prepared"):
        session.advance()


# --- what is known of it ---------------------------------------------------------------------


def test_the_folder_says_what_the_run_is(begun: Any) -> None:
    facts = read_facts(begun(rival=PLAIN).folder)
    assert [(n.key, n.title) for n in facts.networks] == [
        ("network", "ResNet-20"),
        ("rival", "plain-20"),
    ]
    assert facts.networks[0].blocks == ("layer1.0", "layer2.0", "layer3.0")
    assert (facts.n_train, facts.n_held_out, facts.batch_size) == (36, 12, 5)
    assert (facts.n_steps, facts.steps_per_epoch) == (28, 7)
    assert facts.classes == ("blue", "green", "red")
    assert facts.environment["torch"] == str(torch.__version__)


def test_notes_about_the_start_are_kept(begun: Any, tmp_path: Path) -> None:
    other = build(spec("resnet20", depths=(1, 1, 1), widths=(4, 8, 8), n_classes=5))
    save_file(other.state_dict(), tmp_path / "other.safetensors")
    session = begun(start=f"weights = 'file'\npath = '{tmp_path / 'other.safetensors'}'")
    assert "classifier is new" in records(session.folder, "event")[0]["message"]


def test_status_counts(begun: Any) -> None:
    session = begun()
    before = session.status()
    assert (before.step, before.n_steps, before.steps_per_epoch) == (0, 28, 7)
    assert (before.images_per_second, before.seconds_left, before.saved_step) == (0.0, 0.0, -1)
    to_step(session, 6)
    after = session.status()
    assert (after.step, after.saved_step) == (6, 5)
    assert after.lr == session.trainer.lr_at(5)
    assert after.images_per_second > 0
    assert after.seconds_left > 0
    assert after.memory_bytes > 10**7


def test_seconds_leave_out_what_others_do_between_slices(
    begun: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun()
    session.advance()
    spent = session.course.pace.seconds
    threading.Event().wait(0.3)
    assert session.course.pace.seconds == spent
    session.advance()
    session.stop()
    again = begun(resume=True)
    assert again.course.pace.seconds >= spent
