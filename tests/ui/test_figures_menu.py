"""The menu of figures: values where there are any, names that may be written before."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from resnet_viz.lecture.facts import Fact
from resnet_viz.lecture.views import Anatomy, Study
from resnet_viz.ui.lecture.figures_menu import fill_menu


@pytest.fixture
def menu(qtbot: QtBot) -> QMenu:
    menu = QMenu()
    qtbot.addWidget(menu)
    return menu


def later(menu: QMenu, title: str) -> list[QAction]:
    """What is not measured yet."""
    (submenu,) = (a.menu() for a in menu.actions() if a.text() == title)
    assert isinstance(submenu, QMenu)
    return submenu.actions()


def test_measured_figures_have_their_values_and_say_what_they_are(menu: QMenu) -> None:
    facts = ({"convs": Fact("2", 2)}, {"first_with_skips": Fact("0.5", 0.5)})
    fill_menu(menu, (Anatomy(), Study()), facts, lambda _: None)
    convs, first, *_waiting = menu.actions()
    assert convs.text() == "{convs}\t2"
    assert convs.toolTip() == "convolutions of F"
    assert first.text() == "{2.first_with_skips}\t0.5"
    assert "smallest x" in first.toolTip()


def test_what_is_not_measured_yet_can_be_chosen_all_the_same(menu: QMenu) -> None:
    chosen: list[str] = []
    fill_menu(menu, (Anatomy(), Study()), ({"convs": Fact("2", 2)},), chosen.append)
    names = [action.text().split()[0] for action in later(menu, "Not measured yet, view 1")]
    assert names == ["{network}", "{block}", "{channels}", "{params}", "{macs}"]
    (sentence,) = later(menu, "Not measured yet, view 2")
    assert sentence.text() == "{2.sentence}   what was found, in one sentence"
    sentence.trigger()
    assert chosen == ["{2.sentence}"]


def test_with_one_view_its_number_is_not_told(menu: QMenu) -> None:
    fill_menu(menu, (Anatomy(),), (), lambda _: None)
    assert len(later(menu, "Not measured yet")) == 6


def test_without_views_there_is_nothing_to_choose(menu: QMenu) -> None:
    fill_menu(menu, (Anatomy(),), (), lambda _: None)
    fill_menu(menu, (), (), lambda _: None)
    (only,) = menu.actions()
    assert not only.isEnabled()
    assert only.text() == "Nothing is measured yet"


def test_opening_it_again_leaves_no_menus_behind(menu: QMenu, qtbot: QtBot) -> None:
    for _ in range(3):
        fill_menu(menu, (Anatomy(),), (), lambda _: None)
    qtbot.waitUntil(lambda: len(menu.findChildren(QMenu)) == 1)
