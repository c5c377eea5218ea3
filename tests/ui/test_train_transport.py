"""The transport: buttons, figures, and what it says about a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from recorded_runs import duel_facts, with_checkpoint, write_run
from train_pages import Stage, open_run, staged

from resnet_viz.engine.messages import TrainingStatus
from resnet_viz.runs.lock import RunLock
from resnet_viz.train.recipe import parse_config, to_toml
from resnet_viz.ui.style import style_sheet
from resnet_viz.ui.theme import LIGHT, THEMES, Theme
from resnet_viz.ui.train import run_words, transport_words
from resnet_viz.ui.train.transport import Transport

RECIPE = """
[network]
name = "resnet20"
[data]
source = "shapes"
[run]
epochs = 3
"""


class Desk:
    """A transport on screen with its session."""

    def __init__(self, qtbot: QtBot, stage: Stage) -> None:
        self.session, self.client = stage.session, stage.client
        self.session.begin_with(parse_config(RECIPE))
        self.holder = QWidget()
        self.bar = Transport(self.session, self.holder)
        qtbot.addWidget(self.holder)
        self.show(LIGHT)

    def show(self, theme: Theme) -> None:
        self.holder.setStyleSheet(style_sheet(theme))
        self.bar.set_theme(theme)
        self.bar.adjustSize()
        self.holder.resize(400, 400)
        self.holder.show()

    @property
    def buttons(self) -> list[str]:
        """Words on the buttons that can be pressed."""
        bar = self.bar
        shown = (bar.play, bar.step, bar.again, bar.stop, bar.early, bar.go_on)
        return [b.text() for b in shown if b.isVisible() and b.isEnabled()]


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Desk:
    return Desk(qtbot, staged(tmp_path))


def overfit(path: Path, first: int = 500) -> None:
    """Add measurements whose held-out loss rises while the training loss falls."""
    lines = []
    for i in range(5):
        step = first + 100 * i
        lines += [
            {"kind": "step", "network": "network", "step": step - k, "epoch": 5, "lr": 0.1,
             "loss": 0.2 - 0.03 * i, "accuracy": 0.9, "seconds": 1.0}
            for k in range(9, -1, -1)
        ]  # fmt: skip
        lines.append(
            {"kind": "evaluation", "network": "network", "step": step, "epoch": 5,
             "loss": 0.3 + 0.1 * i, "accuracy": 0.8, "n_images": 1000}
        )  # fmt: skip
    with (path / "metrics.jsonl").open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def test_the_big_button_is_play_then_pause_then_play(desk: Desk) -> None:
    assert desk.buttons == ["▶ Play", "Step"]
    desk.bar.play.click()
    desk.client.tell_status()
    assert desk.buttons == ["❚❚ Pause", "Step", "■ Stop"]
    desk.bar.play.click()
    desk.client.tell_status(state="paused")
    assert desk.buttons == ["▶ Play", "Step", "■ Stop"]
    desk.bar.step.click()
    desk.bar.play.click()
    desk.bar.stop.click()
    assert desk.buttons == []
    assert desk.bar.play.text() == "Stopping…"
    assert [o.order for o in desk.client.orders] == ["pause", "step", "continue", "stop"]


def test_figures_of_the_training(desk: Desk) -> None:
    desk.bar.play.click()
    assert desk.bar.place.text() == "Preparing: pictures and networks…"
    assert desk.bar.bar.maximum() == 0  # nobody knows how long that takes
    desk.client.tell_status(step=120)
    assert desk.bar.place.text() == "epoch 2 of 10 · step 20 of 100"
    assert (desk.bar.bar.value(), desk.bar.bar.maximum()) == (120, 1000)
    assert desk.bar.speed.text() == "1,500 images/s · 75 s left"
    assert desk.bar.cost.text() == "900 MiB · measuring blocks 2.0 %"
    assert desk.bar.saved.text() == "saved step 100 · new"
    assert desk.bar.lr.text() == "η now 0.0500"


def test_the_rate_is_changed_by_a_factor(desk: Desk) -> None:
    assert not desk.bar.factor.isVisible()
    desk.bar.play.click()
    desk.client.tell_status()
    desk.bar.factor.setCurrentIndex(desk.bar.factor.findData("0.1"))
    desk.bar.factor.activated.emit(0)
    assert desk.client.orders[-1].lr_factor == 0.1
    assert desk.bar.lr.text() == "η now 0.0500 (× 0.10)"


def test_a_stopped_run_offers_resume_and_a_new_one(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    path = write_run(tmp_path / "old", n_steps=40, state="stopped")
    with_checkpoint(path, to_toml(parse_config(RECIPE)), 40)
    open_run(qtbot, desk.session, path)
    assert desk.buttons == ["▶ Resume", "New run"]
    assert desk.bar.note.text() == "Stopped; it can be resumed."
    assert desk.bar.place.text() == "epoch 1 of 12 · step 40 of 100"
    desk.bar.again.click()
    assert not desk.client.trainings[-1].resume
    desk.client.answer_training(finished=False)
    desk.bar.play.click()
    assert desk.client.trainings[-1].resume
    assert desk.client.trainings[-1].folder == path


def test_a_run_of_another_program_is_followed(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_run(tmp_path / "theirs", n_steps=40, state="running")
    writer = RunLock(path)
    writer.take()
    open_run(qtbot, desk.session, path)
    assert "Another program trains this run" in desk.bar.note.text()
    assert desk.buttons == ["▶ Play", "Step"]
    writer.release()


def test_the_reason_of_a_failure_is_said(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_run(tmp_path / "nan", n_steps=40, state="running")
    why = "The loss of ResNet-20 is not finite after step 41. A lower learning rate may help."
    event = {"kind": "event", "step": 41, "what": "failed", "message": why}
    with (path / "metrics.jsonl").open("a") as file:
        file.write(json.dumps(event) + "\n")
    open_run(qtbot, desk.session, path)
    assert desk.bar.note.text() == why


def test_overfitting_is_named_and_stopping_early_offered(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    desk.bar.play.click()
    path = write_run(tmp_path / "new", duel_facts(rival=None), n_steps=400, state="running")
    with qtbot.waitSignal(desk.session.run_changed):
        desk.client.tell_status(step=400)
    assert "Guessing among 10 classes: loss ln(10) = 2.30" in desk.bar.note.text()
    overfit(path)
    desk.client.tell_status(step=900)
    assert desk.bar.note.text().startswith("ResNet-20: Overfitting since step 500")
    assert desk.buttons[-2:] == ["Stop early", "Go on"]
    desk.bar.early.click()
    assert desk.client.orders[-1].order == "stop"
    assert "Stop early" not in desk.buttons


def test_overfitting_that_was_seen_is_not_mentioned_again(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    desk.bar.play.click()
    path = write_run(tmp_path / "new", duel_facts(rival=None), n_steps=400, state="running")
    overfit(path)
    with qtbot.waitSignal(desk.session.run_changed):
        desk.client.tell_status(step=900)
    desk.bar.go_on.click()
    assert "Overfitting" not in desk.bar.note.text()
    assert "Stop early" not in desk.buttons


def test_a_finished_run_is_not_offered_to_be_stopped(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    path = write_run(tmp_path / "done", duel_facts(rival=None), n_steps=400, state="running")
    overfit(path)
    event = {"kind": "event", "step": 900, "what": "finished", "message": "80 % of 1,000."}
    with (path / "metrics.jsonl").open("a") as file:
        file.write(json.dumps(event) + "\n")
    open_run(qtbot, desk.session, path)
    assert desk.bar.note.text() == "80 % of 1,000."
    assert "Stop early" not in desk.buttons


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_it_is_no_wider_than_its_column(desk: Desk, theme: Theme) -> None:
    desk.bar.play.click()
    desk.client.tell_status(images_per_second=12345.0, seconds_left=1e6, step=999)
    desk.show(theme)
    assert desk.bar.minimumSizeHint().width() <= desk.bar.maximumWidth()


# --- words -----------------------------------------------------------------------------------


def test_places_within_an_epoch() -> None:
    place = transport_words.place_words
    assert place(0, 300, 100) == "epoch 1 of 3 · step 0 of 100"
    assert place(100, 300, 100) == "epoch 1 of 3 · step 100 of 100"
    assert place(101, 300, 100) == "epoch 2 of 3 · step 1 of 100"
    assert place(7, 0, 0) == "step 7"
    assert place(7, 20, 0) == "step 7 of 20"


def test_durations() -> None:
    words = run_words.duration_words
    assert [words(s) for s in (0.2, 59, 125, 3600, 5400, 90_000, 180_000)] == [
        "1 s",
        "59 s",
        "2 min",
        "1 h",
        "1 h 30 min",
        "1 d 1 h",
        "2 d 2 h",
    ]


def test_guessing_is_the_logarithm_of_the_classes() -> None:
    assert run_words.chance_words(10) == "Guessing among 10 classes: loss ln(10) = 2.30, 10 % right"
    assert "ln(1000) = 6.91, 0.1 % right" in run_words.chance_words(1000)


def test_what_is_not_known_yet_is_not_said() -> None:
    status = TrainingStatus(1, Path("x"), "running")
    assert transport_words.speed_words(status) == ""
    assert transport_words.cost_words(status) == ""
    assert transport_words.saved_words(-1, "x") == "nothing saved yet · x"


def test_broken_files_are_named_and_counted() -> None:
    files = tuple((f"pets/cat/{i}.jpg", "no image") for i in range(5))
    assert run_words.broken_words(files[:1]) == (
        "1 file could not be read and is left out: `0.jpg`."
    )
    assert run_words.broken_words(files) == (
        "5 files could not be read and are left out: `0.jpg`, `1.jpg`, `2.jpg` and 2 more."
    )
