"""Figures of a lecture's scene: the live views, which stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeClient
from figure_checks import assert_printable, opened, saved
from lab_stages import SETTINGS
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.lecture.views import Overview, Pair, Run
from resnet_viz.ui.figures.sheet import DOUBLE, SINGLE, Sheet
from resnet_viz.ui.figures.stage_figures import scene_figures
from resnet_viz.ui.lecture.stage_place import StagePlace
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.stage_theme import stage_theme
from resnet_viz.ui.style import style_sheet
from resnet_viz.ui.theme import DARK

VIEW = Pair(settings=SETTINGS)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1280, 720)
    return made


@pytest.fixture
def place(qtbot: QtBot, window: QWidget, client: FakeClient) -> Iterator[StagePlace]:
    """A pair on a dark slide, measured."""
    made = StagePlace(VIEW, lambda: StageEngine(client), Path())  # type: ignore[arg-type]
    made.setParent(window)
    made.resize(1200, 600)
    made.set_theme(stage_theme(DARK, 720))
    made.set_controls(False)
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: bool(client.pairs))
    client.answer_pair()
    QApplication.processEvents()
    yield made
    made.close_down()


@pytest.mark.parametrize("sheet", [SINGLE, DOUBLE], ids=["single", "double"])
def test_a_live_view_is_drawn_for_paper(place: StagePlace, tmp_path: Path, sheet: Sheet) -> None:
    (figure,) = scene_figures("Cut them", [place])
    page = assert_printable(saved(figure, ".svg", tmp_path, sheet), 0.95 * sheet.text_pt)
    assert any("plain twin" in words.text for words in page.words())
    assert "ResNet-20" in figure.caption
    picture = opened(saved(figure, ".png", tmp_path, sheet))
    assert picture.getpixel((1, 1)) == (255, 255, 255)


def test_the_slide_stays_as_it_is(place: StagePlace, window: QWidget, tmp_path: Path) -> None:
    before, size = window.grab().toImage(), place.stage.size() if place.stage else None
    (figure,) = scene_figures("Cut them", [place])
    for suffix in (".svg", ".png", ".pdf"):
        saved(figure, suffix, tmp_path)
    QApplication.processEvents()
    assert place.stage is not None
    assert place.stage.size() == size
    assert window.grab().toImage() == before


def test_the_numbers_are_those_of_the_view(place: StagePlace, tmp_path: Path) -> None:
    (figure,) = scene_figures("Cut them", [place])
    rows = saved(figure, ".csv", tmp_path).read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("block,")
    assert len(rows) == 10


def test_two_views_are_one_figure_and_two(place: StagePlace) -> None:
    figures = scene_figures("Side by side", [place, place])
    assert [f.title for f in figures] == [
        "Side by side",
        "Side by side: view 1, pair",
        "Side by side: view 2, pair",
    ]
    assert len({f.file_name for f in figures}) == 3
    # Side by side where there is room, else under each other.
    assert figures[0].height_px(700) < figures[0].height_px(330)


def test_a_view_that_could_not_be_made_has_no_figure(qtbot: QtBot, client: FakeClient) -> None:
    broken = Overview(weights="file", path="nowhere.pth")
    place = StagePlace(broken, lambda: StageEngine(client), Path("/nowhere"))  # type: ignore[arg-type]
    qtbot.addWidget(place)
    expected = 0 if place.stage is None else 1
    assert len(scene_figures("Broken", [place])) == expected


def test_frames_of_a_dark_slide_stay_on_the_slide(
    qtbot: QtBot, window: QWidget, client: FakeClient, tmp_path: Path
) -> None:
    window.setStyleSheet(style_sheet(stage_theme(DARK, 720)))
    view = Run(run="bundled:few-pictures-scratch", parts=("accuracy",))
    place = StagePlace(view, lambda: StageEngine(client), Path())  # type: ignore[arg-type]
    place.setParent(window)
    place.resize(1200, 600)
    place.set_theme(stage_theme(DARK, 720))
    window.show()
    qtbot.waitUntil(lambda: place.stage is not None and place.stage.complete)
    (figure,) = scene_figures("Learnt by heart", [place])
    picture = np.asarray(opened(saved(figure, ".png", tmp_path)))
    # Lines and letters are dark, but no area: a dark frame had covered a tenth of the picture.
    assert (picture.max(axis=2) < 90).mean() < 0.05
    assert (picture.min(axis=2) > 240).mean() > 0.7
    place.close_down()
