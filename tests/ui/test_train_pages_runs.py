"""The tab of runs: listed, opened, renamed, thrown away, resumed, exported, compared."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from recorded_runs import duel_facts, foreign_facts, with_checkpoint, write_run
from train_pages import Stage, open_run, shown, staged

from resnet_viz.runs.facts import read_facts
from resnet_viz.runs.layout import RunPaths
from resnet_viz.runs.library import RunLibrary
from resnet_viz.runs.lock import RunLock
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.recipe import to_toml
from resnet_viz.ui.theme import DARK, LIGHT, PROJECTOR
from resnet_viz.ui.train import run_shelf
from resnet_viz.ui.train.compare_view import CompareTimeline, CompareView
from resnet_viz.ui.train.compared_curves import ComparedCurves, contenders, final_table
from resnet_viz.ui.train.run_model import COLUMNS, cells
from resnet_viz.ui.train.runs_page import RunsPage

# The offscreen platform says of every shown widget that it cannot limit its size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

CHECK = Qt.ItemDataRole.CheckStateRole


@pytest.fixture
def stage(qapp: object, tmp_path: Path) -> Stage:
    return staged(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three runs of the user's, and one that is bundled."""
    write_run(tmp_path / "runs" / "old", duel_facts("First duel", created=100.0))
    alone = duel_facts("", rival=None, created=200.0, steps_per_epoch=50)
    write_run(tmp_path / "runs" / "alone", alone, seed=1)
    stopped = duel_facts("Stopped", created=300.0)
    write_run(tmp_path / "runs" / "stopped", stopped, n_steps=220, state="stopped", seed=2)
    write_run(tmp_path / "bundled" / "cifar", duel_facts("CIFAR duel", created=50.0))
    return tmp_path


@pytest.fixture
def page(qtbot: QtBot, stage: Stage, folder: Path) -> RunsPage:
    made = RunsPage(stage.session, RunLibrary([folder / "runs"], bundled=folder / "bundled"))
    shown(qtbot, made)
    qtbot.waitUntil(lambda: len(made.model.entries) == 4)
    return made


def choose(page: RunsPage, name: str) -> None:
    titles = [entry.title for entry in page.model.entries]
    page.table.choose(page.sorted.mapFromSource(page.model.index(titles.index(name), 0)).row())


def tick(page: RunsPage, *names: str) -> None:
    for name in names:
        row = [entry.title for entry in page.model.entries].index(name)
        page.model.setData(page.model.index(row, 0), Qt.CheckState.Checked, CHECK)


# --- the list --------------------------------------------------------------------------------


def test_an_empty_library_offers_to_open_one(
    qtbot: QtBot, stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = RunsPage(stage.session, RunLibrary([folder / "no"], bundled=folder / "none"))
    shown(qtbot, page)
    assert page.hint.isVisible()
    choice = str(folder / "runs" / "old")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: choice)
    with qtbot.waitSignal(stage.session.run_changed):
        page.hint.run_button.click()
    qtbot.waitUntil(lambda: len(page.model.entries) == 1)  # listed although it lies elsewhere


def test_runs_are_listed_newest_first_bundled_last(page: RunsPage) -> None:
    titles = [entry.title for entry in page.model.entries]
    assert titles == ["Stopped", "alone", "First duel", "CIFAR duel"]


def test_a_row_says_what_a_run_is(page: RunsPage) -> None:
    row = dict(zip(COLUMNS, cells(page.model.entries[0]), strict=True))
    assert row["Networks"] == "ResNet-20, plain-20"
    assert row["State"] == "stopped"
    assert row["Steps"] == "220 / 1,200"
    last = RunReader(page.model.entries[0].path)
    last.read_all()
    accuracies = [last.evaluations(key).accuracy[-1] for key in ("network", "rival")]
    assert row["Accuracy"] == " | ".join(f"{100 * a:.1f} %" for a in accuracies)


def test_numbers_are_sorted_as_numbers(page: RunsPage) -> None:
    page.table.sortByColumn(COLUMNS.index("Steps"), Qt.SortOrder.DescendingOrder)
    first = page.sorted.index(0, COLUMNS.index("Steps")).data()
    assert first == "437 / 1,200"


def test_a_folder_that_is_no_run_is_told(qtbot: QtBot, page: RunsPage, folder: Path) -> None:
    bad = folder / "runs" / "bad"
    bad.mkdir()
    (bad / "run.json").write_text("{")
    page._look()
    qtbot.waitUntil(page.notes.isVisible)
    assert "bad" in page.notes.text()
    assert len(page.model.entries) == 4


def test_what_is_chosen_stays_chosen_as_runs_come(
    qtbot: QtBot, page: RunsPage, folder: Path
) -> None:
    choose(page, "alone")
    write_run(folder / "runs" / "new", duel_facts("Newest", created=900.0), n_steps=50)
    page._look()
    qtbot.waitUntil(lambda: len(page.model.entries) == 5)
    assert page.chosen is not None
    assert page.chosen.title == "alone"


# --- opening, resuming -------------------------------------------------------------------------


def test_enter_opens(qtbot: QtBot, page: RunsPage, stage: Stage) -> None:
    choose(page, "First duel")
    with qtbot.waitSignals([stage.session.run_changed, page.opened]):
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert stage.session.reader is not None
    assert stage.session.reader.title == "First duel"


def test_a_folder_that_is_no_run_is_not_called_opened(
    qtbot: QtBot, page: RunsPage, stage: Stage, folder: Path
) -> None:
    with qtbot.waitSignal(stage.session.failed), qtbot.assertNotEmitted(page.opened):
        page._open(folder)


def test_a_stopped_run_is_resumed(page: RunsPage, stage: Stage, folder: Path) -> None:
    choose(page, "Stopped")
    assert not page.bar.resume.isEnabled()
    assert "no recipe" in page.bar.resume.toolTip()
    with_checkpoint(folder / "runs" / "stopped", to_toml(stage.session.config), 200)
    page._on_chosen()
    page.bar.resume.click()
    asked = stage.client.trainings[-1]
    assert (asked.folder, asked.resume) == (folder / "runs" / "stopped", True)


def test_a_finished_run_is_not_resumed(page: RunsPage) -> None:
    choose(page, "First duel")
    assert not page.bar.resume.isEnabled()
    assert page.bar.resume.toolTip() == "It is finished"


# --- names and deletion ------------------------------------------------------------------------


def test_a_run_is_renamed_in_place(qtbot: QtBot, page: RunsPage, folder: Path) -> None:
    choose(page, "alone")
    page.bar.rename.click()
    editor = page.table.indexWidget(page.table.currentIndex()) or page.table.focusWidget()
    qtbot.keyClicks(editor, "Deep one")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Deep one" in [entry.title for entry in page.model.entries])
    assert read_facts(folder / "runs" / "alone").name == "Deep one"


def test_a_bundled_run_stays_as_it_is(page: RunsPage) -> None:
    choose(page, "CIFAR duel")
    assert not page.bar.rename.isEnabled()
    assert not page.bar.delete.isEnabled()
    index = page.model.index(3, 0)
    assert not page.model.flags(index) & Qt.ItemFlag.ItemIsEditable


def test_deleting_asks_and_can_be_taken_back(
    page: RunsPage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def no(_self: RunsPage, question: str, *_: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr(RunsPage, "_sure", no)
    choose(page, "alone")
    page.bar.delete.click()
    assert asked == ["Move the run “alone” to the trash?"]
    assert (folder / "runs" / "alone" / "run.json").exists()


def test_a_deleted_run_goes_to_the_trash(
    qtbot: QtBot, page: RunsPage, stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trash = folder / "trash"

    def moved(path: Path) -> bool:
        path.rename(trash)
        return True

    monkeypatch.setattr(run_shelf, "moved_to_trash", moved)
    monkeypatch.setattr(RunsPage, "_sure", lambda *_: True)
    open_run(qtbot, stage.session, folder / "runs" / "alone")
    choose(page, "alone")
    page.bar.delete.click()
    qtbot.waitUntil(lambda: len(page.model.entries) == 3)
    assert (trash / "run.json").exists()
    assert stage.session.reader is None  # it is no longer on screen


def test_without_a_trash_it_asks_again_and_deletes(
    qtbot: QtBot, page: RunsPage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def yes(_self: RunsPage, question: str, *_: str) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr(run_shelf, "moved_to_trash", lambda _: False)
    monkeypatch.setattr(RunsPage, "_sure", yes)
    choose(page, "alone")
    page.bar.delete.click()
    qtbot.waitUntil(lambda: len(page.model.entries) == 3)
    assert len(asked) == 2
    assert "for good" in asked[1]
    assert not (folder / "runs" / "alone").exists()


def test_a_run_that_is_written_is_not_deleted(
    page: RunsPage, stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    stage.session.failed.connect(lambda failed: told.append(failed.message))
    monkeypatch.setattr(RunsPage, "_sure", lambda *_: True)
    lock = RunLock(folder / "runs" / "alone")
    lock.take()
    choose(page, "alone")
    page.bar.delete.click()
    lock.release()
    assert len(told) == 1
    assert "being written" in told[0]
    assert (folder / "runs" / "alone" / "run.json").exists()


# --- export ------------------------------------------------------------------------------------


def test_a_run_is_exported_as_csv(qtbot: QtBot, page: RunsPage, folder: Path) -> None:
    choose(page, "alone")
    with qtbot.waitSignal(page.export.ended):
        page.start_export("CSV", folder / "out")
    text = (folder / "out" / "steps.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 437
    assert "5 files" in page.notes.text()
    assert not page.bar.exporting.isVisible()


def test_an_export_that_cannot_be_written_is_told(
    qtbot: QtBot, page: RunsPage, stage: Stage, folder: Path
) -> None:
    (folder / "file").write_text("")
    choose(page, "alone")
    with qtbot.waitSignal(stage.session.failed):
        page.start_export("CSV", folder / "file")
    assert not page.bar.exporting.isVisible()


# --- comparing -----------------------------------------------------------------------------------


def test_ticked_runs_are_compared(qtbot: QtBot, page: RunsPage, stage: Stage) -> None:
    with qtbot.waitSignal(stage.session.compared_changed):
        tick(page, "First duel", "alone")
    qtbot.waitUntil(lambda: len(stage.session.compared) == 2)
    assert page.compare.isVisible()
    names = [line.label for line in page.compare.chart.lines]
    assert names == ["1 ResNet-20", "1 plain-20", "2 ResNet-20"]
    assert len({line.colour for line in page.compare.chart.lines}) == 3
    assert len(page.compare.table.source.table.rows) == 3


def test_space_ticks_and_unticks(page: RunsPage) -> None:
    choose(page, "alone")
    page.table.keyPressEvent(_space())
    assert [path.name for path in page.model.ticked] == ["alone"]
    page.table.keyPressEvent(_space())
    assert page.model.ticked == []
    assert not page.compare.isVisible()


def test_a_seventh_run_is_refused(qtbot: QtBot, page: RunsPage, folder: Path) -> None:
    for i in range(3):
        facts = duel_facts(f"more {i}", rival=None)
        write_run(folder / "runs" / f"more{i}", facts, n_steps=20, every=0, snapshots=())
    page._look()
    qtbot.waitUntil(lambda: len(page.model.entries) == 7)
    tick(page, *[entry.title for entry in page.model.entries])
    assert len(page.model.ticked) == 6
    assert "Untick" in page.notes.text()


def _space() -> QKeyEvent:
    none = Qt.KeyboardModifier.NoModifier
    return QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, none, " ")


@pytest.fixture
def readers(folder: Path) -> list[RunReader]:
    found = [RunReader(folder / "runs" / name) for name in ("old", "alone")]
    for reader in found:
        reader.read_all()
    return found


def test_epochs_of_different_lengths_lie_under_each_other(readers: list[RunReader]) -> None:
    curves = ComparedCurves()
    curves.set_readers(readers)
    duel, _, alone = curves.lines("loss", "train", "epoch")
    # Step 100 ends the first epoch of one run and the second of the other.
    assert duel.curve.x[99] == pytest.approx(1000.0)
    assert alone.curve.x[99] == pytest.approx(2000.0)


def test_held_out_values_stand_at_the_time_of_their_step(readers: list[RunReader]) -> None:
    x, y = contenders(readers)[0].points("accuracy", "held-out", "time")
    np.testing.assert_allclose(x, [10.0, 20.0, 30.0, 40.0])
    np.testing.assert_allclose(y, readers[0].evaluations("network").accuracy)


def test_final_numbers_are_those_recorded(readers: list[RunReader]) -> None:
    table = final_table(contenders(readers))
    row = dict(zip(table.columns, table.rows[1], strict=True))
    held_out, steps = readers[0].evaluations("rival"), readers[0].steps("rival")
    assert row["Network"] == "plain-20"
    assert row["Accuracy, %"] == pytest.approx(100 * held_out.accuracy[-1])
    assert row["best, %"] == pytest.approx(100 * held_out.accuracy.max())
    assert row["Training loss"] == pytest.approx(np.mean(steps.loss[-50:]))
    assert (row["Steps"], row["Time, s"]) == (437, pytest.approx(43.7))


def test_a_run_without_figures_is_counted_not_drawn(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    view = CompareView(stage.session)
    shown(qtbot, view)
    path = write_run(tmp_path / "foreign", foreign_facts(), n_steps=30, snapshots=())
    with qtbot.waitSignal(stage.session.compared_changed):
        stage.session.compare([path])
    assert view.chart.lines == []
    assert "1 without such figures" in view.note.text()
    view.part.buttons["train"].click()
    assert [line.label for line in view.chart.lines] == ["1 MyNet"]
    assert view.table.source.table.rows[0][2] is None


@pytest.mark.parametrize("theme", [LIGHT, DARK, PROJECTOR])
@pytest.mark.parametrize("by", ["step", "epoch", "time"])
def test_a_comparison_is_painted(
    qtbot: QtBot, page: RunsPage, stage: Stage, theme: object, by: str
) -> None:
    page.set_theme(theme)  # type: ignore[arg-type]
    with qtbot.waitSignal(stage.session.compared_changed):
        tick(page, "First duel")
    page.compare.by.buttons[by].click()
    assert not page.grab().isNull()


@pytest.mark.parametrize(
    ("by", "last", "word", "place"),
    [
        ("step", 437.0, "step", "step 100"),
        ("epoch", 4000.0, "epoch", "epoch 0.10"),
        ("time", 200.0, "s", "after 1 min 40 s"),
        ("time", 900.0, "min", "after 1 min 40 s"),
    ],
)
def test_the_axis_says_what_it_counts(
    qapp: object, by: str, last: float, word: str, place: str
) -> None:
    timeline = CompareTimeline()
    timeline.show_by(by, last)  # type: ignore[arg-type]
    assert timeline.unit_word == word
    assert timeline.words(100.0) == place


def test_a_run_that_was_killed_is_called_interrupted(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    path = write_run(tmp_path / "runs" / "killed", state="running", n_steps=20)
    library = RunLibrary([tmp_path / "runs"], bundled=tmp_path / "none")
    page = RunsPage(stage.session, library)
    shown(qtbot, page)
    qtbot.waitUntil(lambda: len(page.model.entries) == 1)
    assert cells(page.model.entries[0])[3] == "interrupted"
    assert RunPaths(path).facts.is_file()
