"""Following a run that grows, also where the file system is slow or goes away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from recorded_runs import write_run

from resnet_viz.errors import UserError
from resnet_viz.ui.train import following as module
from resnet_viz.ui.train.following import Following, fetched

LINE = (
    '{"kind": "step", "network": "network", "step": 21, "epoch": 1, "lr": 0.1, '
    '"loss": 1.0, "accuracy": 0.5, "seconds": 2.1}\n'
)


@pytest.fixture
def following(qapp: object) -> Iterator[Following]:
    made = Following()
    yield made
    made.wait()


def opened(qtbot: QtBot, following: Following, path: Path) -> None:
    with qtbot.waitSignal(following.opened):
        following.open(path)


def test_on_a_slow_drive_what_is_new_is_fetched_beside_the_window(
    qtbot: QtBot, following: Following, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[Path]] = []

    def watched(paths: list[Path], sizes: dict[Path, int]) -> dict[Path, int]:
        asked.append(list(paths))
        return fetched(paths, sizes)

    monkeypatch.setattr(module, "_SLOW_S", -1.0)  # every look counts as slow
    monkeypatch.setattr(module, "fetched", watched)
    path = write_run(tmp_path / "run", n_steps=20, state="running")
    opened(qtbot, following, path)
    following.poll()
    with (path / "metrics.jsonl").open("a") as file, qtbot.waitSignal(following.grew):
        file.write(LINE)
        file.flush()
    assert asked
    assert asked[-1] == [path]
    assert following.reader is not None
    assert following.reader.last_step == 21


def test_fetching_reads_what_was_added(tmp_path: Path) -> None:
    path = write_run(tmp_path / "run", n_steps=20)
    sizes = fetched([path], {})
    assert sizes[path / "metrics.jsonl"] == (path / "metrics.jsonl").stat().st_size
    with (path / "metrics.jsonl").open("a") as file:
        file.write(LINE)
    again = fetched([path], sizes)
    assert again[path / "metrics.jsonl"] == sizes[path / "metrics.jsonl"] + len(LINE)
    assert fetched([tmp_path / "gone"], {}) == {}


def test_a_drive_that_goes_away_ends_nothing(
    qtbot: QtBot, following: Following, tmp_path: Path
) -> None:
    path = write_run(tmp_path / "run", n_steps=20, state="running")
    opened(qtbot, following, path)
    path.rename(tmp_path / "away")
    following.poll()
    assert following.reader is not None
    (tmp_path / "away").rename(path)
    with (path / "metrics.jsonl").open("a") as file:
        file.write(LINE)
    following.poll()
    assert following.reader.last_step == 21


def test_only_the_run_that_was_wanted_last_is_shown(
    qtbot: QtBot, following: Following, tmp_path: Path
) -> None:
    first = write_run(tmp_path / "first", n_steps=20)
    second = write_run(tmp_path / "second", n_steps=20)
    shown: list[Path] = []
    following.opened.connect(
        lambda: shown.append(following.reader.path if following.reader else Path())
    )
    following.open(first)
    following.open(second)
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == [second]


def test_what_is_no_run_is_told(qtbot: QtBot, following: Following, tmp_path: Path) -> None:
    with qtbot.waitSignal(following.failed) as caught:
        following.open(tmp_path)
    assert isinstance(caught.args[0], UserError)
    assert following.reader is None
