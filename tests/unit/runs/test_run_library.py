"""Listing, naming and deleting runs."""

from __future__ import annotations

import os
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from run_records import evaluation_record, step_record

from resnet_viz.errors import UserError
from resnet_viz.runs import library
from resnet_viz.runs.facts import read_facts
from resnet_viz.runs.layout import RunFacts
from resnet_viz.runs.library import Figures, RunLibrary
from resnet_viz.runs.places import bundled_runs_folder, new_run_folder, runs_folder
from resnet_viz.train.run_writer import RunWriter


def make(folder: Path, facts: RunFacts, *, last: int = 20, state: str = "finished") -> Path:
    with RunWriter(folder) as writer:
        writer.create(facts, "# a recipe\n")
        writer.event(0, "started")
        writer.append(step_record(s, key) for s in range(1, last) for key in ("network", "rival"))
        writer.append([evaluation_record(10), evaluation_record(10, "rival")])
        writer.append([evaluation_record(last)])
        writer.append([step_record(last)])
        writer.checkpoint(last, {"network": {"a": torch.ones(2)}}, {})
        writer.snapshot(last, {"network": {"a": torch.ones(2)}})
        writer.event(last, state)  # type: ignore[arg-type]
    return folder


@pytest.fixture
def runs(tmp_path: Path, facts: RunFacts) -> RunLibrary:
    """Two runs of the user and a bundled one."""
    make(tmp_path / "mine" / "older", replace(facts, created=1000.0))
    make(tmp_path / "mine" / "newer", replace(facts, created=2000.0, name="My duel"), last=30)
    make(tmp_path / "bundled" / "shown", replace(facts, created=9000.0))
    (tmp_path / "mine" / "no run").mkdir()
    (tmp_path / "mine" / "a file").write_text("x")
    return RunLibrary([tmp_path / "mine", tmp_path / "nowhere"], bundled=tmp_path / "bundled")


def test_what_a_list_shows(runs: RunLibrary, facts: RunFacts) -> None:
    newer, older, bundled = runs.entries()
    assert [e.title for e in (newer, older, bundled)] == ["My duel", "older", "shown"]
    assert [e.bundled for e in (newer, older, bundled)] == [False, False, True]
    assert (newer.created, newer.state, newer.last_step) == (2000.0, "finished", 30)
    assert newer.figures == {
        "network": Figures(step=30, loss=0.1, accuracy=0.15, n_images=12),
        "rival": Figures(step=10, loss=0.3, accuracy=0.05, n_images=12),
    }
    assert older.facts == replace(facts, created=1000.0)
    assert runs.notes == ()


def test_a_run_that_cannot_be_read_is_named(runs: RunLibrary, tmp_path: Path) -> None:
    (tmp_path / "mine" / "older" / "run.json").write_text("{")
    assert [entry.title for entry in runs.entries()] == ["My duel", "shown"]
    (note,) = runs.notes
    assert "older" in note
    assert "damaged" in note


def test_only_runs_that_changed_are_read_again(
    runs: RunLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.entries()
    read: list[Path] = []
    monkeypatch.setattr(
        library, "read_facts", lambda path: (read.append(path), read_facts(path))[1]
    )
    runs.entries()
    assert read == []
    folder = tmp_path / "mine" / "older"
    with RunWriter(folder) as writer:
        writer.last_checkpoint()
        writer.append([step_record(21)])
    assert runs.entry(folder).last_step == 21
    assert read == [folder]


def test_a_run_without_a_writer_was_interrupted(tmp_path: Path, facts: RunFacts) -> None:
    folder = make(tmp_path / "run", facts, state="continued")
    runs = RunLibrary([tmp_path], bundled=tmp_path / "none")
    with RunWriter(folder) as writer:
        writer.last_checkpoint()
        (entry,) = runs.entries()
        assert (entry.state, entry.interrupted) == ("running", False)
    old = time.time() - 60
    for name in ("run.json", "metrics.jsonl"):
        os.utime(folder / name, (old, old))
    (entry,) = runs.entries()
    assert (entry.state, entry.interrupted) == ("running", True)


def test_only_the_end_of_a_long_run_is_read(
    runs: RunLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_TAIL_BYTES", 400)
    entry = runs.entry(tmp_path / "mine" / "newer")
    assert (entry.last_step, entry.state) == (30, "finished")
    assert set(entry.figures) == {"network"}


def test_renaming(runs: RunLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "older"
    before = read_facts(folder)
    runs.rename(folder, "  With \n skips ")
    assert runs.entry(folder).title == "With skips"
    assert read_facts(folder) == replace(before, name="With skips")
    runs.rename(folder, "")
    assert runs.entry(folder).title == "older"
    with pytest.raises(UserError, match="at most 100"):
        runs.rename(folder, "x" * 101)


def test_renaming_a_run_of_an_older_version(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "config.toml").write_text(
        '[network]\nname = "plain20"\n[data]\nsource = "shapes"\n[run]\nepochs = 3\n'
    )
    (folder / "metrics.jsonl").write_text("")
    runs = RunLibrary([tmp_path], bundled=tmp_path / "none")
    runs.rename(folder, "Old one")
    (entry,) = runs.entries()
    assert entry.title == "Old one"
    assert entry.facts.networks[0].title == "plain-20"


def test_deleting_leaves_what_is_not_the_runs(runs: RunLibrary, tmp_path: Path) -> None:
    older, newer = tmp_path / "mine" / "older", tmp_path / "mine" / "newer"
    for name in ("resnet20-colours.safetensors", "resnet20-colours.json", "checkpoint.pt"):
        (older / name).write_text("x")
    runs.delete(older)
    assert not older.exists()
    (newer / "thesis.txt").write_text("years of work")
    runs.delete(newer)
    assert [p.name for p in newer.iterdir()] == ["thesis.txt"]
    assert [entry.title for entry in runs.entries()] == ["shown"]


def test_what_may_not_be_deleted(runs: RunLibrary, tmp_path: Path) -> None:
    shown, older = tmp_path / "bundled" / "shown", tmp_path / "mine" / "older"
    with pytest.raises(UserError, match="ships with the program"):
        runs.delete(shown)
    with pytest.raises(UserError, match="ships with the program"):
        runs.rename(shown, "mine")
    with RunWriter(older) as writer:
        writer.last_checkpoint()
        with pytest.raises(UserError, match="being written") as caught:
            runs.delete(older)
        assert caught.value.hint
    with pytest.raises(UserError, match="no run"):
        runs.delete(tmp_path / "mine" / "no run")
    assert shown.exists()
    assert older.exists()


def test_new_runs_have_names_that_are_free(tmp_path: Path) -> None:
    today = re.escape(time.strftime("%Y-%m-%d"))
    first = new_run_folder(["ResNet-20", "plain-20"], tmp_path)
    assert re.fullmatch(today + " ResNet-20, plain-20", first.name)
    first.mkdir()
    second = new_run_folder(["ResNet-20", "plain-20"], tmp_path)
    assert second.name == f"{first.name} 2"
    assert new_run_folder(["a/b:c\\d"], tmp_path).name.endswith(" a-b-c-d")
    assert new_run_folder(["x"]).parent == runs_folder()


def test_the_users_runs_and_the_bundled_ones_are_known() -> None:
    assert runs_folder().parts[-2:] == ("resnet-viz", "runs")
    assert bundled_runs_folder().name == "runs"
    assert os.fspath(runs_folder()).startswith(os.environ["XDG_DATA_HOME"])
