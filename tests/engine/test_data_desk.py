"""Pictures looked at, and rates searched, while the engine answers other things."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from asking import explore
from in_thread import InThread
from PIL import Image
from tiny_runs import CLASSES, SIDE, make_pictures, recipe

from resnet_viz.data.dataset import LoadedData
from resnet_viz.data.datasets import load as load_data
from resnet_viz.engine import data_desk, rate_desk
from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    DataSeen,
    Explored,
    Failed,
    FindRate,
    LookAtData,
    Progress,
    RateFound,
    Superseded,
    Train,
    Trained,
)
from resnet_viz.errors import OperationCancelled
from resnet_viz.models.download import Cancelled as AskCancelled
from resnet_viz.models.download import Progress as TellProgress
from resnet_viz.train import session
from resnet_viz.train.recipe import parse_config


@pytest.fixture
def engine() -> Iterator[InThread]:
    engine = InThread()
    try:
        yield engine
    finally:
        engine.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return make_pictures(tmp_path / "pictures", 12, 4)


class SlowSource:
    """Stands in for a download: loads once it is let, or stops when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.let = threading.Event()
        self.begun = threading.Semaphore(0)
        self.inside = 0
        self.most = 0
        for module in (data_desk, rate_desk, session):
            monkeypatch.setattr(module, "load", self.load)

    def load(self, config: object, progress: TellProgress, cancelled: AskCancelled) -> LoadedData:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            progress("Downloading", 1, 10, "bytes")
            self.begun.release()
            while not self.let.wait(0.01):
                if cancelled():
                    raise OperationCancelled
            return load_data(config, progress, cancelled)  # type: ignore[arg-type]
        finally:
            self.inside -= 1


def test_a_look_tells_all_that_a_user_has_to_know(engine: InThread, pictures: Path) -> None:
    (pictures / "train" / "red" / "broken.png").write_bytes(b"no picture")
    for index in range(3):  # so that the classes differ
        Image.new("RGB", (SIDE, SIDE)).save(pictures / "train" / "green" / f"more{index}.png")
    text = recipe(pictures)
    seen = engine.answer(LookAtData(1, text))
    assert isinstance(seen, DataSeen)
    assert seen.recipe == text
    assert seen.classes == CLASSES
    assert seen.n_train == (12, 15, 12)
    assert seen.n_held_out == (4, 4, 4)
    assert seen.samples.shape == (len(seen.labels), SIDE, SIDE, 3)
    assert seen.samples.dtype == np.uint8
    assert set(seen.labels.tolist()) == {0, 1, 2}
    # Blue, green, red: the brightest channel tells the class.
    coloured = seen.samples.reshape(len(seen.labels), -1, 3).mean(1)
    lit = coloured.sum(1) > 0
    np.testing.assert_array_equal(2 - coloured.argmax(1)[lit], seen.labels[lit])
    ((name, reason),) = seen.broken
    assert "broken.png" in name
    assert reason
    assert seen.note


def test_clicks_are_answered_while_pictures_are_fetched(
    engine: InThread, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SlowSource(monkeypatch)
    engine.send(LookAtData(1, recipe(pictures)))
    assert engine.wait_for(Progress, 1) == Progress(1, "Downloading", 1, 10, "bytes")
    assert isinstance(engine.answer(explore(2)), Explored)
    assert not any(isinstance(reply, DataSeen) for reply in engine.seen)
    source.let.set()
    assert isinstance(engine.answers(1)[1], DataSeen)


def test_a_look_is_cancelled_in_the_middle(
    engine: InThread, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SlowSource(monkeypatch)
    engine.send(LookAtData(1, recipe(pictures)))
    source.begun.acquire()
    engine.send(Cancel(1))
    assert engine.answers(1) == {1: Cancelled(1)}
    assert source.inside == 0, "it is over when it is said to be over"


def test_the_newest_look_wins(
    engine: InThread, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SlowSource(monkeypatch)
    engine.send(LookAtData(1, recipe(pictures)))
    source.begun.acquire()
    engine.send(LookAtData(2, recipe(pictures, seed=8)))
    source.begun.acquire()
    source.let.set()
    answers = engine.answers(1, 2)
    assert answers[1] == Superseded(1)
    assert isinstance(answers[2], DataSeen)
    assert source.most == 1


def test_two_never_fetch_at_the_same_time(
    engine: InThread, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SlowSource(monkeypatch)
    text = recipe(pictures, duel=False, epochs=1)
    engine.send(LookAtData(1, text))
    source.begun.acquire()
    engine.send(Train(2, text, tmp_path / "run"), FindRate(3, text))
    assert isinstance(engine.answer(explore(4)), Explored)
    source.let.set()
    answers = engine.answers(1, 2, 3)
    assert [type(answers[i]) for i in (1, 2, 3)] == [DataSeen, Trained, RateFound]
    assert source.most == 1


def test_a_folder_that_is_missing_fails_in_words(engine: InThread, tmp_path: Path) -> None:
    for job in (LookAtData(1, recipe(tmp_path / "no")), FindRate(2, recipe(tmp_path / "no"))):
        failed = engine.answer(job)
        assert isinstance(failed, Failed)
        assert "no" in failed.message
        assert failed.hint
        assert failed.details == ""


def test_a_rate_is_searched_with_the_first_network_and_leaves_nothing(
    engine: InThread, pictures: Path, tmp_path: Path
) -> None:
    from resnet_viz.train.rate_finder import rate_search

    text = recipe(pictures)
    before = {path for path in tmp_path.rglob("*") if "cache" not in str(path)}
    engine.send(FindRate(1, text))
    found = engine.answers(1)[1]
    assert isinstance(found, RateFound)
    assert found.total == 100
    assert found.sentence
    assert {path for path in tmp_path.rglob("*") if "cache" not in str(path)} == before
    config = parse_config(text)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        test = rate_search(config, load_data(config).dataset, torch.device("cpu"))
        sweep = test.advance()
        while not sweep.complete:
            sweep = test.advance()
    finally:
        torch.set_num_threads(threads)
    np.testing.assert_array_equal(found.losses, sweep.losses)
    assert found.suggestion == sweep.suggestion


def test_a_search_is_told_on_the_way_and_cancelled(engine: InThread, pictures: Path) -> None:
    engine.send(FindRate(1, recipe(pictures)))
    found = engine.wait_for(RateFound, 1)
    assert isinstance(found, RateFound)
    assert not found.complete
    assert found.suggestion == 0
    assert isinstance(engine.answer(explore(2)), Explored)
    engine.send(Cancel(1))
    answer = engine.answers(1)[1]
    assert answer == Cancelled(1) or (isinstance(answer, RateFound) and answer.complete)
