"""The tour and the glossary."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.glossary import terms
from resnet_viz.ui.help.glossary_window import GlossaryWindow
from resnet_viz.ui.help.tour import Stop, Tour
from resnet_viz.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    column = QVBoxLayout(window)
    for name in ("above", "below"):
        button = QPushButton(name)
        button.setObjectName(name)
        button.setFixedHeight(80)
        column.addWidget(button)
    column.addStretch(1)
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    qtbot.waitExposed(window)
    return window


def stops(window: QWidget) -> tuple[Stop, ...]:
    def widget(name: str) -> QWidget:
        found = window.findChild(QPushButton, name)
        assert found is not None
        return found

    return (
        Stop("First", "The upper one.", lambda: widget("above")),
        Stop("Second", "The lower one.", lambda: widget("below")),
    )


def place(window: QWidget, name: str) -> QRect:
    widget = window.findChild(QPushButton, name)
    assert widget is not None
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def test_the_tour_lights_one_place_after_the_other_and_follows_the_window(
    window: QWidget, qtbot: QtBot
) -> None:
    tour = Tour(window, stops(window), LIGHT)
    assert tour.lit == place(window, "above")
    assert not tour.back.isEnabled()
    qtbot.mouseClick(tour.next, Qt.MouseButton.LeftButton)
    assert tour.lit == place(window, "below")
    assert tour.next.text() == "Done"
    window.resize(1100, 700)
    qtbot.waitUntil(lambda: tour.lit == place(window, "below") and tour.lit.width() > 1000)
    assert not tour.card.geometry().intersects(tour.lit)
    with qtbot.waitSignal(tour.ended):
        qtbot.mouseClick(tour.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.findChild(QLabel) is None)


def test_what_is_lit_can_be_clicked(window: QWidget, qtbot: QtBot) -> None:
    tour = Tour(window, stops(window), LIGHT)
    centre = tour.lit.center()
    assert window.childAt(centre) is window.findChild(QPushButton, "above")
    tour.end()


def test_it_is_skipped_by_button_and_by_escape_and_walked_by_arrows(
    window: QWidget, qtbot: QtBot
) -> None:
    tour = Tour(window, stops(window), LIGHT)
    qtbot.keyClick(tour.card, Qt.Key.Key_Right)
    assert tour.index == 1
    qtbot.keyClick(tour.card, Qt.Key.Key_Left)
    assert tour.index == 0
    with qtbot.waitSignal(tour.ended):
        qtbot.keyClick(tour.card, Qt.Key.Key_Escape)
    again = Tour(window, stops(window), DARK)
    with qtbot.waitSignal(again.ended):
        qtbot.mouseClick(again.skip, Qt.MouseButton.LeftButton)


def listed(glossary: GlossaryWindow) -> list[str]:
    return [glossary.words.item(i).text().strip() for i in range(glossary.words.count())]


def test_the_glossary_lists_all_words_and_finds_some(qtbot: QtBot) -> None:
    glossary = GlossaryWindow(LIGHT)
    qtbot.addWidget(glossary)
    assert {t.name for t in terms()} <= set(listed(glossary))
    qtbot.keyClicks(glossary.search, "shortcut")
    assert "skip connection" in listed(glossary)
    assert "Adam" not in listed(glossary)
    qtbot.keyClick(glossary.search, Qt.Key.Key_Down)
    first = glossary.page.toPlainText()
    qtbot.keyClick(glossary.search, Qt.Key.Key_Up)
    assert glossary.page.toPlainText() != first
    glossary.search.setText("no such thing")
    assert listed(glossary) == []
    assert "No word like this" in glossary.page.toPlainText()


def test_it_opens_at_a_word(qtbot: QtBot) -> None:
    glossary = GlossaryWindow(DARK)
    qtbot.addWidget(glossary)
    glossary.search.setText("adam")
    glossary.open_at("bottleneck")
    assert glossary.page.toPlainText().startswith("Bottleneck")
    assert "1512.03385" in glossary.page.toPlainText()
