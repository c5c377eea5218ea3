"""Drawing a guess over a hidden curve, and the measured one over the guess."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from resnet_viz.lecture.prediction import Array
from resnet_viz.ui.lecture.guess_pad import GuessPad
from resnet_viz.ui.lecture.guess_painting import clear_place
from resnet_viz.ui.stage.stage_theme import stage_theme
from resnet_viz.ui.stage.stage_view import Predictable, StageView
from resnet_viz.ui.theme import LIGHT

X = np.arange(1.0, 10.0)
Y = 10.0 ** -np.arange(9.0)


class Chart:
    """x from 0 to 10, y from 10⁻¹⁰ to 10, a pixel being the same share of each everywhere."""

    def __init__(self) -> None:
        self.area = QRectF(50, 40, 400, 220)
        self.x, self.y = X, Y
        self.hidden: list[str] = []

    def curve_names(self) -> tuple[str, ...]:
        return ("plain", "residual")

    def hide_curve(self, name: str) -> None:
        self.hidden.append(name)

    def plot_area(self) -> QRectF:
        return self.area

    def logarithmic(self) -> bool:
        return True

    def to_pixels(self, x: Array, y: Array) -> tuple[Array, Array]:
        share = (np.log10(y) + 10) / 11
        return (
            self.area.left() + x / 10 * self.area.width(),
            self.area.bottom() - share * self.area.height(),
        )

    def to_values(self, px: Array, py: Array) -> tuple[Array, Array]:
        share = (self.area.bottom() - py) / self.area.height()
        return 10 * (px - self.area.left()) / self.area.width(), 10 ** (11 * share - 10)

    def measured(self, name: str) -> tuple[Array, Array]:
        return (self.x, self.y) if name == "plain" else (X, np.full(9, 0.5))


class Stage(StageView):
    """A live view that is nothing but a chart; it notes the clicks that reach it."""

    def __init__(self, chart: Predictable | None) -> None:
        super().__init__()
        self.chart = chart
        self.clicks: list[QPointF] = []

    def predictable(self) -> Predictable | None:
        return self.chart

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicks.append(event.position())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor("#FFFFFF"))


@pytest.fixture
def chart() -> Chart:
    return Chart()


@pytest.fixture
def stage(chart: Chart, qtbot: QtBot) -> Stage:
    stage = Stage(chart)
    qtbot.addWidget(stage)
    stage.resize(500, 300)
    stage.show()
    qtbot.waitExposed(stage)
    return stage


@pytest.fixture
def pad(stage: Stage, qtbot: QtBot) -> GuessPad:
    pad = GuessPad(stage, "plain")
    qtbot.waitUntil(pad.isVisible)
    return pad


def draw(pad: GuessPad, chart: Chart, *places: tuple[float, float]) -> None:
    """Press, drag and let go, at values of the chart."""
    at = [_at(pad, chart, x, y) for x, y in places]
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=at[0])
    for place in at[1:]:
        move = QMouseEvent(
            QMouseEvent.Type.MouseMove,
            QPointF(place),
            QPointF(pad.mapToGlobal(place)),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        pad.mouseMoveEvent(move)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=at[-1])


def _at(pad: GuessPad, chart: Chart, x: float, y: float) -> QPoint:
    px, py = chart.to_pixels(np.array([x]), np.array([y]))
    return QPoint(round(px[0]), round(py[0])) - pad.pos()


def test_the_curve_is_hidden_from_the_beginning(pad: GuessPad, chart: Chart) -> None:
    assert chart.hidden[-1] == "plain"
    assert pad.geometry() == chart.area.toAlignedRect()
    assert pad.accessibleName() == "Guess of plain"
    assert "Draw" in pad.accessibleDescription()


def test_what_is_drawn_is_kept_in_the_charts_units(
    pad: GuessPad, chart: Chart, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(pad.drawn):
        draw(pad, chart, (1, 1.0), (5, 1e-4), (9, 1e-8))
    x, y = pad.line.T
    # A pixel is a fortieth of x, and a twentieth of a power of ten of y.
    assert x == pytest.approx([1, 5, 9], abs=1 / 40)
    assert np.log10(y) == pytest.approx([0, -4, -8], abs=1 / 20)


def test_a_guess_stays_where_it_is_when_the_chart_grows(
    pad: GuessPad, stage: Stage, chart: Chart, qtbot: QtBot
) -> None:
    draw(pad, chart, (1, 1.0), (9, 1e-8))
    before = pad.line.copy()
    chart.area = QRectF(80, 20, 700, 400)
    stage.resize(800, 500)
    qtbot.waitUntil(lambda: pad.geometry() == chart.area.toAlignedRect())
    assert (pad.line == before).all()


def test_a_chart_that_moves_its_axes_takes_the_pad_along(
    pad: GuessPad, chart: Chart, qtbot: QtBot
) -> None:
    chart.area = QRectF(70, 40, 380, 220)  # without a resize: wider labels
    pad.update()
    qtbot.waitUntil(lambda: pad.geometry() == chart.area.toAlignedRect())


def test_strokes_beyond_the_plot_end_at_its_edge(pad: GuessPad, chart: Chart) -> None:
    draw(pad, chart, (5, 1.0), (5.0, 1e-30))
    assert pad.line[-1, 1] == pytest.approx(1e-10)


def test_reveal_shows_the_measured_curve_and_the_difference(
    pad: GuessPad, chart: Chart, qtbot: QtBot
) -> None:
    draw(pad, chart, (0.8, 1.0), (9.2, 1.0))
    assert pad.difference is None
    with qtbot.waitSignal(pad.revealed):
        pad.reveal()
    assert chart.hidden[-1] == ""
    told = pad.difference
    assert told is not None
    # Measured is 1, 0.1, ... 10⁻⁸, guessed is 1: off by 10⁴ on the geometric average.
    assert np.log10(told.typical) == pytest.approx(4, abs=0.1)
    assert np.log10(told.worst) == pytest.approx(8, abs=0.1)
    assert told.worst_at == 8
    assert pad.accessibleDescription() == told.sentence


def test_a_curve_that_is_measured_after_the_reveal_is_compared_then(
    pad: GuessPad, stage: Stage, chart: Chart
) -> None:
    chart.x = chart.y = np.array([])
    draw(pad, chart, (1, 1.0), (9, 1.0))
    pad.reveal()
    assert pad.accessibleDescription() == "Not measured yet."
    chart.x, chart.y = X, Y
    stage.facts_changed.emit()
    assert pad.difference is not None
    assert pad.difference.n == 9


def test_reset_hides_it_again_without_a_guess(pad: GuessPad, chart: Chart) -> None:
    draw(pad, chart, (1, 1.0), (9, 1.0))
    pad.reveal()
    pad.reset()
    assert chart.hidden[-1] == "plain"
    assert not len(pad.line)
    assert pad.difference is None


def test_undo_takes_strokes_back_one_by_one_and_clear_all(pad: GuessPad, chart: Chart) -> None:
    assert not pad.undo_button.isVisible()
    draw(pad, chart, (1, 1.0), (4, 1.0))
    draw(pad, chart, (5, 1.0), (9, 1.0))
    first_two = pad.line.copy()
    QTest.mouseClick(pad.clear_button, Qt.MouseButton.LeftButton)
    assert not len(pad.line)
    QTest.mouseClick(pad.undo_button, Qt.MouseButton.LeftButton)
    assert (pad.line == first_two).all()
    QTest.mouseClick(pad.undo_button, Qt.MouseButton.LeftButton)
    assert len(pad.line) == 2
    QTest.mouseClick(pad.undo_button, Qt.MouseButton.LeftButton)
    assert not len(pad.line)
    assert not pad.undo_button.isVisible()


def test_around_the_plot_and_after_the_reveal_the_view_is_live(
    pad: GuessPad, stage: Stage, chart: Chart
) -> None:
    QTest.mouseClick(stage.childAt(QPoint(20, 20)) or stage, Qt.MouseButton.LeftButton)
    assert len(stage.clicks) == 1
    assert stage.childAt(QPoint(200, 150)) is pad
    pad.reveal()
    assert stage.childAt(QPoint(200, 150)) is None


def test_other_buttons_of_the_mouse_are_the_views(pad: GuessPad, stage: Stage) -> None:
    QTest.mouseClick(pad, Qt.MouseButton.RightButton, pos=QPoint(100, 100))
    assert len(stage.clicks) == 1
    assert not len(pad.line)


@pytest.mark.parametrize("name", ["plain"])
def test_without_a_chart_there_is_nothing_to_draw_on(qtbot: QtBot, name: str) -> None:
    stage = Stage(None)
    qtbot.addWidget(stage)
    stage.show()
    pad = GuessPad(stage, name)
    pad.reveal()
    assert not pad.isVisible()
    stage.chart = Chart()
    stage.facts_changed.emit()  # the chart is there with its first figures
    assert pad.isVisible()


def test_a_curve_that_the_chart_has_not_hides_nothing(stage: Stage, chart: Chart) -> None:
    pad = GuessPad(stage, "pain")
    assert not pad.isVisible()
    assert chart.hidden == []


def test_the_guess_is_painted_and_its_words_are_large_enough(
    pad: GuessPad, stage: Stage, chart: Chart
) -> None:
    pad.set_theme(stage_theme(LIGHT, 720))
    empty = stage.grab().toImage()
    draw(pad, chart, (1, 1e-2), (9, 1e-2))
    guessed = stage.grab().toImage()
    px, py = chart.to_pixels(np.linspace(1.5, 8.5, 200), np.full(200, 1e-2))
    dark = [
        QColor(guessed.pixel(round(x), round(y))).lightness() < 100
        for x, y in zip(px, py, strict=True)
    ]
    assert 0.3 < np.mean(dark) < 0.95  # dashes
    assert guessed != empty
    pad.reveal()
    assert stage.grab().toImage() != guessed


def test_words_keep_clear_of_curves() -> None:
    room, size = QRectF(0, 0, 400, 200), QSizeF(100, 40)
    assert clear_place(size, room, []).center() == room.center()
    across = np.array([[0.0, 100.0], [400.0, 100.0]])
    place = clear_place(size, room, [across])
    assert room.contains(place)
    assert not place.top() <= 100 <= place.bottom()
    steep = np.array([[0.0, 0.0], [400.0, 200.0]])
    corner = clear_place(size, room, [across, steep], edges=True)
    assert corner.topRight() == room.topRight()
