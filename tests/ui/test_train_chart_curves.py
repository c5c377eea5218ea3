"""Charts over time: axes, scales, what is painted where, and how one looks back."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from resnet_viz.ui.gradients.label_places import Box
from resnet_viz.ui.theme import DARK, LIGHT
from resnet_viz.ui.train.band import joined
from resnet_viz.ui.train.chart_card import ChartCard
from resnet_viz.ui.train.chart_values import Guide, Happening, Line, Quantity
from resnet_viz.ui.train.clear_places import clear_place
from resnet_viz.ui.train.curve import Curve
from resnet_viz.ui.train.curve_chart import CurveChart
from resnet_viz.ui.train.time_axis import TimeAxis, place_words, round_end, ticks
from resnet_viz.ui.train.timeline import Timeline
from resnet_viz.ui.train.y_scale import Span, y_scale

LOSS = Quantity("Loss", log_offered=True)
ACCURACY = Quantity("Accuracy", share=True)


def curve(y: np.ndarray, every: int = 1) -> Curve:
    made = Curve()
    made.follow(np.arange(1, len(y) + 1) * every, np.asarray(y))
    return made


def falling(n: int = 500) -> np.ndarray:
    return 2.5 * np.exp(-np.arange(n) / 200) + 0.2


@pytest.fixture
def timeline(qapp: object) -> Timeline:
    line = Timeline()
    line.set_run(500, 2000, 100)
    return line


@pytest.fixture
def chart(qtbot: QtBot, timeline: Timeline) -> CurveChart:
    made = CurveChart(timeline, LOSS)
    qtbot.addWidget(made)
    made.resize(600, 260)
    made.set_lines(
        [
            Line(curve(falling(5) + 0.3, 100), "A, held-out", colour="output", dashed=True),
            Line(curve(falling()), "A, train", "A", "A", "●", "output", smoothed=True),
            Line(curve(falling() + 1), "B, train", "B", "B", "■", "trouble", smoothed=True),
        ]
    )
    made.show()
    qtbot.waitExposed(made)
    return made


def painted(chart: CurveChart) -> QImage:
    return chart.grab().toImage()


def colours(image: QImage, x: float) -> set[str]:
    return {image.pixelColor(round(x), y).name() for y in range(image.height())}


# --- axes -----------------------------------------------------------------------------------


def test_steps_and_pixels_are_each_others_inverse() -> None:
    axis = TimeAxis(40, 640, 100, 400)
    assert axis.x(100) == 40
    assert axis.x(400) == 640
    assert axis.step(axis.x(123.4)) == pytest.approx(123.4)


@pytest.mark.parametrize("unit", ["step", "epoch"])
@pytest.mark.parametrize("span", [(0, 30), (0, 480), (1000, 1004), (0, 1e6), (99_000, 99_950)])
def test_ticks_are_round_in_view_and_apart(unit: str, span: tuple[float, float]) -> None:
    axis = TimeAxis(50, 450, *span)
    found = ticks(axis, unit, 390, lambda text: 7.0 * len(text))
    assert found
    for (a, left), (b, right) in pairwise(found):
        assert axis.x(b) - axis.x(a) > 3.5 * (len(left) + len(right)) + 8
    for step, text in found:
        assert span[0] - 1e-6 <= step <= span[1] + 1e-6
        value = float(text.replace(",", ""))
        assert value == pytest.approx(step / 390 if unit == "epoch" else step, rel=1e-6)


def test_without_epochs_steps_are_counted() -> None:
    found = ticks(TimeAxis(0, 300, 0, 100), "epoch", 0, lambda text: 20)
    assert found[-1] == (100, "100")


def test_a_growing_run_changes_its_axis_rarely() -> None:
    ends = [round_end(last, 10_000) for last in range(10, 10_001, 10)]
    assert all(end >= last for end, last in zip(ends, range(10, 10_001, 10), strict=True))
    assert len(set(ends)) < 30
    assert ends[-1] == 10_000
    assert round_end(12_000, 10_000) >= 12_000


def test_a_moment_is_told_with_its_epoch() -> None:
    assert place_words(1234, 390) == "step 1,234, epoch 3.16"
    assert place_words(1234, 0) == "step 1,234"


def test_a_single_spike_does_not_flatten_the_others() -> None:
    raw = np.full(500, 1.0)
    raw[250] = 5000.0
    scale = y_scale(Span([np.ones(9)], [raw]), log=False, share=False, guides=[])
    assert scale.high < 2


def test_a_measured_zero_on_a_log_axis_has_a_row_at_its_foot() -> None:
    scale = y_scale(Span([np.array([1e-3, 0.0])], []), log=True, share=False, guides=[])
    assert scale.foot is not None
    assert scale.low <= float(scale.place(np.zeros(1))[0]) < -3


def test_guides_that_are_far_away_do_not_squeeze_the_curves() -> None:
    values = [np.array([0.02, 0.03])]
    assert y_scale(Span(values, []), log=False, share=False, guides=[2.3]).high < 0.1
    near = [np.array([1.5, 2.0])]
    assert y_scale(Span(near, []), log=False, share=False, guides=[2.3]).high > 2.3


@pytest.mark.parametrize("values", [[], [0.0], [5.0, 5.0], [np.nan], [-1.0, -1.0]])
@pytest.mark.parametrize("log", [False, True])
def test_every_scale_has_an_extent(values: list[float], log: bool) -> None:
    scale = y_scale(Span([np.array(values)], []), log=log, share=False, guides=[])
    assert scale.high > scale.low
    assert math.isfinite(scale.high - scale.low)


def test_joined_columns_touch_their_neighbours() -> None:
    tops, bottoms = joined(np.array([10.0, 50.0, 5.0]), np.array([20.0, 60.0, 8.0]))
    assert tops.tolist() == [10, 20, 5]
    assert bottoms.tolist() == [20, 60, 50]


# --- the timeline ---------------------------------------------------------------------------


def test_zooming_keeps_the_step_under_the_pointer(timeline: Timeline) -> None:
    before = timeline.axis(0, 100).x(300)
    timeline.zoom(3, 300)
    assert timeline.axis(0, 100).x(300) == pytest.approx(before)
    assert timeline.zoomed
    timeline.zoom(1 / 9, 300)
    assert not timeline.zoomed


def test_panning_stops_at_both_ends(timeline: Timeline) -> None:
    timeline.show(100, 200)
    timeline.pan(-1000)
    assert timeline.shown == (0, 100)
    timeline.pan(1e6)
    assert timeline.shown[1] == timeline.full[1]
    assert timeline.shown[1] - timeline.shown[0] == pytest.approx(100)


def test_a_part_in_view_stays_while_the_run_grows(timeline: Timeline) -> None:
    timeline.show(100, 200)
    timeline.set_run(900, 2000, 100)
    assert timeline.shown == (100, 200)


def test_the_whole_run_has_room_for_all_planned_steps(timeline: Timeline) -> None:
    assert timeline.shown[1] < 1000
    timeline.set_whole(True)
    assert timeline.shown == (0, 2000)


def test_one_looks_back_within_the_run_only(timeline: Timeline, qtbot: QtBot) -> None:
    asked: list[object] = []
    timeline.scrubbed.connect(asked.append)
    for step in (-50, 123.4, 9999, None):
        timeline.scrub(step)
    assert asked == [0, 123, 500, None]


# --- painting -------------------------------------------------------------------------------


def test_lines_are_painted_in_their_colours_where_they_are(chart: CurveChart) -> None:
    image = painted(chart)
    here = colours(image, chart.axis.x(250))
    assert {LIGHT.output.lower(), LIGHT.trouble.lower()} <= here
    assert LIGHT.output.lower() not in colours(image, chart.axis.x(chart.timeline.full[1]) - 1)


def test_raw_values_stay_visible_behind_a_thick_mean(chart: CurveChart) -> None:
    noisy = falling() + np.random.default_rng(0).normal(0, 0.4, 500)
    chart.set_lines([Line(curve(noisy), "A", colour="output", smoothed=True)])
    chart.set_width_of_mean(101)
    faint, full = faint_ink(LIGHT.output), LIGHT.output.lower()
    columns = [colours(painted(chart), chart.axis.x(step)) for step in range(60, 450, 10)]
    assert all(full in column for column in columns)
    assert sum(any(close(c, faint) for c in column) for column in columns) > 20


def faint_ink(colour: str) -> str:
    """A colour of 38 % on the card."""
    parts = zip(QColor(colour).getRgb()[:3], QColor(LIGHT.card).getRgb()[:3], strict=True)
    return QColor(*(round(0.38 * a + 0.62 * b) for a, b in parts)).name()


def close(a: str, b: str) -> bool:
    one, other = QColor(a), QColor(b)
    return all(abs(p - q) < 12 for p, q in zip(one.getRgb(), other.getRgb(), strict=True))


@pytest.mark.parametrize("n", [2_000, 40_000, 170_000, 1_000_000])
def test_a_dense_curve_has_no_gaps(chart: CurveChart, n: int) -> None:
    chart.timeline.set_run(n, n, 100)
    noisy = 2 + np.random.default_rng(0).normal(0, 0.4, n)
    chart.set_lines([Line(curve(noisy), "A", colour="output", smoothed=True)])
    chart.set_width_of_mean(n // 4)
    image, plot, picture = painted(chart), chart.plot, chart.picture()
    faint, y = faint_ink(LIGHT.output), round(picture.height(2.15))
    inside = range(math.ceil(plot.left()) + 2, math.floor(plot.right()) - 2)
    if n > 10_000:
        assert all(close(image.pixelColor(x, y).name(), faint) for x in inside)
    else:  # few steps a pixel: hardly a column that does not pass this height or the next
        rows = range(y - 12, y + 13)
        assert all(any(image.pixelColor(x, r) != QColor(LIGHT.card) for r in rows) for x in inside)


def test_two_dense_curves_shine_through_each_other(chart: CurveChart) -> None:
    chart.timeline.set_run(40_000, 40_000, 100)
    rng = np.random.default_rng(0)
    noisy = [curve(2 + rng.normal(0, 0.4, 40_000)) for _ in range(2)]
    chart.set_lines(
        [
            Line(c, k, colour=k, smoothed=True)
            for c, k in zip(noisy, ("output", "trouble"), strict=True)
        ]
    )
    chart.set_width_of_mean(5001)
    image, axis, picture = painted(chart), chart.axis, chart.picture()
    y = round(picture.height(2.5))
    below = QColor(faint_ink(LIGHT.output))
    both = QColor(
        *(
            round(0.38 * a + 0.62 * b)
            for a, b in zip(QColor(LIGHT.trouble).getRgb()[:3], below.getRgb()[:3], strict=True)
        )
    )
    found = [image.pixelColor(round(axis.x(s)), y).name() for s in range(5000, 35_000, 1000)]
    assert sum(close(c, both.name()) for c in found) > 20


def test_a_guide_is_painted_at_its_value_and_named(chart: CurveChart) -> None:
    chart.set_guides([Guide(math.log(10), "guessing: ln 10 = 2.30")])
    picture = chart.picture()
    assert picture.scale.low < math.log(10) < picture.scale.high
    y = round(picture.height(math.log(10)))
    right = round(chart.plot.right())
    image = painted(chart)
    dashes = [
        image.pixelColor(x, row).lightness()
        for x in range(right - 60, right)
        for row in (y - 1, y, y + 1)
    ]
    assert min(dashes) < 160
    assert max(dashes) > 230


def test_labels_of_lines_that_end_together_do_not_overlap(chart: CurveChart) -> None:
    lines = [Line(curve(falling()), n, n, n, smoothed=True) for n in ("one", "two", "three")]
    chart.set_lines(lines)
    labels = chart.picture().labels()
    assert [text for text, *_ in labels] == ["one", "two", "three"]
    apart = np.diff(sorted(middle for *_, middle in labels))
    assert (apart >= chart.style_.row - 0.01).all()


@pytest.mark.parametrize("y", [20.0, 100.0, 185.0])
def test_words_beside_a_level_line_hide_no_curve_where_they_can(y: float) -> None:
    area, x = Box(50, 10, 400, 180), np.linspace(50, 450, 200)
    over = y - 6 if y > 30 else y + 6
    wavy = over + 3 * np.sin(x)
    wavy[150:] = 100 + (y < 100) * 60  # only there is room
    box = clear_place(y, 80, 14, area, [(x, wavy)], [])
    assert area.top <= box.top
    assert box.bottom <= area.bottom
    assert box.bottom <= y or box.top >= y
    inside = (x >= box.left) & (x <= box.right)
    assert not ((wavy[inside] > box.top) & (wavy[inside] < box.bottom)).any()
    other = clear_place(y, 80, 14, area, [(x, wavy)], [box])
    assert not other.overlaps(box)


def test_values_are_those_of_the_moment(chart: CurveChart) -> None:
    rows = {row.line.name: row.value for row in chart.readings(250)}
    assert rows["A, train"] == "0.920"
    assert rows["A, held-out"] == "2.99"  # measured in step 200
    assert "A, held-out" not in {row.line.name for row in chart.readings(99)}


def test_a_loss_that_is_no_number_is_said_to_be_not_finite(chart: CurveChart) -> None:
    chart.set_lines([Line(curve(np.array([1.0, 2.0, np.nan])), "A")])
    assert chart.readings(3)[0].value == "not finite"
    painted(chart)


def test_a_chart_without_values_is_painted(qtbot: QtBot, timeline: Timeline) -> None:
    for quantity in (LOSS, ACCURACY):
        empty = CurveChart(timeline, quantity)
        qtbot.addWidget(empty)
        empty.resize(300, 140)
        empty.set_lines([Line(Curve(), "A", "A", smoothed=True)])
        empty.set_log(True)
        assert not painted(empty).isNull()


def test_the_picture_is_kept_while_only_the_pointer_moves(chart: CurveChart) -> None:
    painted(chart)
    kept = chart._picture
    assert kept is not None
    QTest.mouseMove(chart, QPoint(200, 100))
    painted(chart)
    assert chart.timeline.hovered is not None
    assert chart._picture is kept
    chart.timeline.zoom(2, 100)
    painted(chart)
    assert chart._picture is not kept


def test_what_came_later_is_veiled_while_looking_back(chart: CurveChart) -> None:
    chart.timeline.set_position(200)
    image = painted(chart)
    assert LIGHT.output.lower() in colours(image, chart.axis.x(150))
    assert LIGHT.output.lower() not in colours(image, chart.axis.x(300))


# --- pointer and keys -----------------------------------------------------------------------


def drag(chart: CurveChart, start: float, end: float, shift: bool = False) -> None:
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    at, to = QPoint(round(start), 100), QPoint(round(end), 100)
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, held, at)
    for share in (0.5, 1.0):
        QTest.mouseMove(chart, at + (to - at) * share)
        QApplication.processEvents()
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, held, to)


def test_dragging_looks_back_and_a_click_too(chart: CurveChart) -> None:
    asked: list[int] = []
    chart.timeline.scrubbed.connect(asked.append)
    axis = chart.axis
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(round(axis.x(300)), 80))
    assert asked == [pytest.approx(300, abs=2)]
    drag(chart, axis.x(400), axis.x(100))
    assert asked[-1] == pytest.approx(100, abs=2)
    assert len(asked) >= 2


def test_dragging_with_shift_pans(chart: CurveChart) -> None:
    asked: list[int] = []
    chart.timeline.scrubbed.connect(asked.append)
    chart.timeline.show(200, 300)
    drag(chart, 300, 250, shift=True)
    assert chart.timeline.shown[0] > 201
    assert asked == []


def test_the_wheel_zooms_at_the_pointer(chart: CurveChart) -> None:
    x = chart.axis.x(300)
    event = QWheelEvent(
        QPointF(x, 90), QPointF(x, 90), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(chart, event)
    start, stop = chart.timeline.shown
    assert stop - start < 400
    assert chart.axis.x(300) == pytest.approx(x)
    QTest.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(300, 90))
    assert not chart.timeline.zoomed


def test_arrow_keys_look_back_step_by_step(chart: CurveChart) -> None:
    chart.timeline.scrubbed.connect(chart.timeline.set_position)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert chart.timeline.position == 499
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.timeline.position == 0
    QTest.keyClick(chart, Qt.Key.Key_End)
    assert chart.timeline.position is None


def test_leaving_forgets_the_pointer(chart: CurveChart) -> None:
    QTest.mouseMove(chart, QPoint(200, 100))
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    assert chart.timeline.hovered is None


# --- the card -------------------------------------------------------------------------------


def test_beside_the_title_names_give_way_before_values(qtbot: QtBot, timeline: Timeline) -> None:
    card = ChartCard(timeline, LOSS)
    qtbot.addWidget(card)
    card.chart.set_lines(
        [
            Line(curve(falling(5), 100), "A, held-out", "", "ResNet-20", "●", dashed=True),
            Line(curve(falling()), "A, train", "A", "ResNet-20", "●", smoothed=True),
        ]
    )
    card.set_theme(DARK)
    found = []
    for width in (600, 150, 80):
        card.values.resize(width, 24)
        found.append([(words, len(rows)) for words, rows in card.values.groups()])
    assert found == [[("● ResNet-20", 2)], [("●", 2)], [("●", 1)]]


def test_only_what_can_be_logarithmic_has_the_switch(qtbot: QtBot, timeline: Timeline) -> None:
    card = ChartCard(timeline, LOSS)
    qtbot.addWidget(card)
    card.log.click()
    assert card.chart.log
    card.set_quantity(ACCURACY)
    assert not card.chart.log
    assert card.log.isHidden()


def test_happenings_are_lines_in_the_chart(chart: CurveChart) -> None:
    def coloured() -> int:
        image, x = painted(chart), round(chart.axis.x(400))
        shortcut = QColor(LIGHT.shortcut)
        return sum(
            close(image.pixelColor(x + d, y).name(), shortcut.name())
            for d in (-1, 0)
            for y in range(image.height())
        )

    assert coloured() == 0
    chart.set_happenings([Happening(400, "layer1.0 cut", "shortcut")])
    assert coloured() > 10


def test_a_held_out_loss_that_breaks_down_does_not_flatten_the_rest() -> None:
    steps, held_out = np.linspace(3.0, 1.0, 500), np.array([2.5, 7740.0, 1.5])
    linear = y_scale(Span([held_out], [steps]), log=False, share=False, guides=[2.3])
    assert 2.9 < linear.high < 10
    logarithmic = y_scale(Span([held_out], [steps]), log=True, share=False, guides=[2.3])
    assert logarithmic.high > np.log10(7740)
    near = y_scale(Span([np.array([4.0])], [steps]), log=False, share=False, guides=[])
    assert near.high >= 4.0  # what is not far away is shown
    alone = y_scale(Span([held_out], []), log=False, share=False, guides=[])
    assert alone.high >= 7740  # a held-out line alone has nothing to flatten
