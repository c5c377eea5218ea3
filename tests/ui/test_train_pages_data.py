"""The tab of data: what a look would do, how far it is, what it found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF, QGuiApplication
from pytestqt.qtbot import QtBot
from train_pages import Stage, shown, staged

from resnet_viz.data import places
from resnet_viz.engine.messages import Progress
from resnet_viz.train.config import DataConfig
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.theme import DARK, LIGHT, PROJECTOR
from resnet_viz.ui.train import data_words
from resnet_viz.ui.train.class_bars import Balance
from resnet_viz.ui.train.data_page import DataPage
from resnet_viz.ui.train.presets import presets
from resnet_viz.ui.train.sample_grid import Columns, wrapped

# The offscreen platform says of every shown widget that it cannot limit its size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def stage(qapp: object, tmp_path: Path) -> Stage:
    return staged(tmp_path)


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> DataPage:
    made = DataPage(stage.session)
    shown(qtbot, made)
    return made


def test_it_says_what_would_be_downloaded(
    page: DataPage, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_words, "seems_on_disk", lambda *_: False)
    stage.session.change(data={"source": "cifar10"})
    assert "170 MB from www.cs.toronto.edu" in page.hint.text.text()
    assert page.hint.run_button.text() == "Download 170 MB"


def test_what_is_on_disk_is_not_downloaded(
    page: DataPage, stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cifar-10-batches-py").mkdir()
    monkeypatch.setattr(places, "data_folder", lambda: tmp_path)
    assert data_words.invitation(DataConfig(source="cifar10"))[2] == "Look at the pictures"


def test_shapes_need_no_download() -> None:
    heading, text, button = data_words.invitation(DataConfig(source="shapes"))
    assert (heading, button) == ("Shapes", "Look at the pictures")
    assert "nothing to download" in text


def test_the_button_looks_and_cancels(page: DataPage, stage: Stage) -> None:
    page.hint.run_button.click()
    request_id = stage.client.looks[-1].request_id
    assert page.hint.run_button.text() == "Cancel"
    stage.client.progress.emit(Progress(request_id, "Downloading CIFAR-10", 64, 170, "MB"))
    assert page.hint.title.text() == "Downloading CIFAR-10"
    assert page.hint.text.text() == "64 of 170 MB"
    assert (page.hint.bar.value(), page.hint.bar.maximum()) == (64, 170)
    page.hint.run_button.click()
    assert stage.client.cancels == [request_id]
    assert page.hint.run_button.text() != "Cancel"
    assert not page.hint.bar.isVisible()


def test_progress_of_something_else_is_not_shown(page: DataPage, stage: Stage) -> None:
    page.hint.run_button.click()
    stage.client.progress.emit(Progress(999, "Something else", 1, 2, "steps"))
    assert page.hint.title.text() == "Waiting for the engine"


def test_a_failed_look_can_be_repeated(page: DataPage, stage: Stage) -> None:
    page.hint.run_button.click()
    stage.client.fail(stage.client.looks[-1].request_id)
    assert page.hint.isVisible()
    page.hint.run_button.click()
    assert len(stage.client.looks) == 2


def test_what_was_seen_is_shown(page: DataPage, stage: Stage) -> None:
    stage.session.look_at_data()
    seen = stage.client.answer_look()
    n_train, n_held_out = sum(seen.n_train), sum(seen.n_held_out)
    assert f"10 classes · {n_train:,} pictures to learn from" in page.heading.text()
    assert f"{n_held_out:,} held out" in page.heading.text()
    assert page.balance_words.text() == "Unbalanced: 100 pictures of class 0, 190 of class 9."
    assert page.note.text() == seen.note
    assert page.grid.isVisible()
    page.grab()


def test_broken_files_are_listed_and_copied(page: DataPage, stage: Stage) -> None:
    stage.session.look_at_data()
    stage.client.answer_look()
    assert page.broken_heading.text() == "1 file left out"
    page.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied == "cats/broken.jpg: the file is not an image"


def test_without_broken_files_no_list_is_shown(page: DataPage, stage: Stage) -> None:
    stage.session.look_at_data()
    seen = replace(stage.client.answer_look(), broken=())
    stage.session.look_at_data()
    again = replace(seen, request_id=stage.client.looks[-1].request_id)
    stage.client.data_seen.emit(again)
    assert not page.broken.isVisible()
    assert not page.copy.isVisible()


def test_other_data_are_looked_at_anew(page: DataPage, stage: Stage) -> None:
    stage.session.look_at_data()
    stage.client.answer_look()
    stage.session.change(data={"source": "mnist"})
    assert page.hint.isVisible()
    assert "MNIST" in page.hint.title.text()


def test_while_training_it_is_not_looked_again(page: DataPage, stage: Stage) -> None:
    stage.session.look_at_data()
    stage.client.answer_look()
    stage.session.play()
    assert not page.again.isEnabled()


@pytest.mark.parametrize("theme", [LIGHT, DARK, PROJECTOR])
def test_pictures_are_painted_unchanged(page: DataPage, stage: Stage, theme: object) -> None:
    page.set_theme(theme)  # type: ignore[arg-type]
    stage.session.look_at_data()
    seen = stage.client.answer_look()
    page.resize(1100, 700)
    sheet = page.grid.sheet
    picture = sheet.grab().toImage()
    ratio = picture.devicePixelRatio()
    columns = sheet.columns(sheet.width())
    left, top = columns.corner(1)
    first = seen.samples[int(np.flatnonzero(seen.labels == 1)[0])]
    scale = columns.tile / columns.side
    assert scale == int(scale)
    for row, column in ((0, 0), (5, 9), (31, 31)):
        x = round(left) + (column + 0.5) * scale
        y = round(top + columns.name_height) + (row + 0.5) * scale
        pixel = picture.pixelColor(int(x * ratio), int(y * ratio))
        assert [pixel.red(), pixel.green(), pixel.blue()] == first[row, column].tolist()


def test_classes_that_have_no_room_beside_come_below() -> None:
    columns = Columns(n_classes=100, deepest=8, width=650, least=102, side=32, name_height=30)
    assert (columns.across, columns.bands) == (6, 17)
    assert columns.corner(6) == (0.0, columns.band_height)
    assert columns.tile == 96


def test_large_pictures_are_made_to_fit() -> None:
    columns = Columns(n_classes=3, deepest=4, width=240, least=80, side=112, name_height=30)
    assert columns.tile == 74


def test_long_names_take_two_lines(qapp: object) -> None:
    metrics = QFontMetricsF(Style(LIGHT).bold)
    room = metrics.horizontalAdvance("cassette ")
    assert wrapped("cassette player", metrics, room) == ["cassette", "player"]
    assert wrapped("dog", metrics, room) == ["dog"]
    assert wrapped("incomprehensibilities", metrics, room)[0].endswith("…")


def test_balance_is_told_in_words() -> None:
    assert (
        Balance(("a", "b"), (5, 5), (1, 1)).words() == "Every class has 5 pictures to learn from."
    )
    assert Balance(("a", "b"), (5, 7), (1, 1)).most == 8
    assert Balance().words() == ""


def test_a_changed_recipe_for_drawn_pictures_is_no_preset_for_folders(stage: Stage) -> None:
    stage.session.change(data={"train_images": 123})
    assert stage.session.config.data.source == "shapes"
    assert not any(preset.is_of(stage.session.config) for preset in presets())


def test_classes_that_are_nearly_as_large_are_not_called_unbalanced() -> None:
    words = Balance(("a", "b"), (96, 97), (24, 23)).words()
    assert words == "Between 96 and 97 pictures of each class to learn from."
    assert Balance(("a", "b"), (80, 97), (1, 1)).words().startswith("Unbalanced: 80 pictures of a")
