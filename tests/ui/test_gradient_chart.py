"""The shared chart: values to pixels, floors, ghosts, overflow, scale, labels."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from pairs import changed, pair
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.ui.gradients.chart_notes import floor_text, underflow_text
from resnet_viz.ui.gradients.chart_scene import ChartScene
from resnet_viz.ui.gradients.curve_look import look_of
from resnet_viz.ui.gradients.gradient_chart import GradientChart
from resnet_viz.ui.gradients.label_places import Box, Line, place_labels
from resnet_viz.ui.gradients.pair_state import PairState, Series
from resnet_viz.ui.gradients.plot import Plot
from resnet_viz.ui.gradients.quantities import (
    QUANTITIES,
    exact_zero_words,
    faded_words,
    underflowed,
)
from resnet_viz.ui.overview.figures import Figures
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.scale import Mark
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.theme import LIGHT, PROJECTOR

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SETTINGS = LabSettings(network="resnet20", batch="noise")
DEEP = LabSettings(network="resnet110", batch="noise")
GRAD = QUANTITIES["grad_in"]


def chart_of(
    qtbot: QtBot, measured: PairMeasured, ghost: PairMeasured | None = None, height: int = 240
) -> GradientChart:
    """A chart on the (offscreen) screen, its axis over all blocks."""
    state = PairState()
    settings = measured.settings
    state.set_network(settings.spec("residual"), settings.spec("plain"))
    state.set_measured(measured)
    state.set_ghost(ghost)
    chart = GradientChart(state, Style(LIGHT))
    qtbot.addWidget(chart)
    chart.resize(1000, height)
    chart.set_axis(BlockAxis(settings.spec("residual").depths, 60.0, 920.0))
    chart.refresh()
    chart.show()
    qtbot.waitExposed(chart)
    return chart


def series_of(scene: ChartScene, side: Side, kind: str = "now") -> Series:
    return next(s for s in scene.series() if s.side == side and s.kind == kind)


def with_gradients(measured: PairMeasured, side: Side, values: dict[int, float]) -> PairMeasured:
    snapshot = measured.residual if side == "residual" else measured.plain
    for index, value in values.items():
        snapshot = changed(snapshot, index, grad_in=value)
    return replace(measured, **{side: snapshot})  # type: ignore[arg-type]


def has_colour(image: QImage, name: str, tolerance: int = 6) -> bool:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4)[:, :3].astype(int)
    wanted = QColor(name)
    off = np.abs(pixels - (wanted.blue(), wanted.green(), wanted.red()))
    return bool((off.max(axis=1) <= tolerance).any())


def painted(chart: GradientChart) -> QImage:
    return chart.grab().toImage()


# --- values to pixels -------------------------------------------------------------------------


def test_equal_factors_are_equal_distances(qtbot: QtBot) -> None:
    measured = pair(SETTINGS)
    for side in ("residual", "plain"):
        values = {i: 10.0 ** (i - 9) for i in range(9)}
        measured = with_gradients(measured, side, values)  # type: ignore[arg-type]
    chart = chart_of(qtbot, measured)
    y, marks = chart.scene.plot().positions(series_of(chart.scene, "residual"))
    assert (marks == Mark.POINT).all()
    steps = np.diff(y)
    assert steps == pytest.approx(np.full(8, steps[0]))
    assert steps[0] < -5


def test_both_lines_share_one_scale_and_lie_in_the_plot(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, pair(SETTINGS))
    plot = chart.scene.plot()
    for side in ("residual", "plain"):
        y, _ = plot.positions(series_of(chart.scene, side))  # type: ignore[arg-type]
        assert (y >= plot.high_y - 1e-6).all()
        assert (y <= plot.low_y + 1e-6).all()
    equal = with_gradients(
        with_gradients(pair(SETTINGS), "residual", {4: 0.01}), "plain", {4: 0.01}
    )
    chart = chart_of(qtbot, equal)
    plot = chart.scene.plot()
    heights = [plot.positions(series_of(chart.scene, s))[0][4] for s in ("residual", "plain")]  # type: ignore[arg-type]
    assert heights[0] == heights[1]


def test_curves_differ_in_more_than_colour(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, pair(SETTINGS), pair(SETTINGS, seed=1))
    looks = {(s.side, s.kind): look_of(s) for s in chart.scene.series()}
    assert looks["residual", "now"].dash == 0
    assert looks["plain", "now"].dash > 0
    assert looks["residual", "now"].marker == "round"
    assert looks["plain", "now"].marker == "square"
    assert looks["residual", "ghost"].hollow
    assert looks["residual", "ghost"].colour == looks["plain", "ghost"].colour == "ghost"
    assert looks["residual", "ghost"].marker != looks["plain", "ghost"].marker
    image = painted(chart)
    for colour in (LIGHT.output, LIGHT.trouble, LIGHT.ghost):
        assert has_colour(image, colour)


# --- zeros ------------------------------------------------------------------------------------


def test_underflow_is_drawn_on_the_precisions_floor(qtbot: QtBot) -> None:
    measured = pair(DEEP, plain_first=1e-80)
    chart = chart_of(qtbot, measured)
    plot, series = chart.scene.plot(), series_of(chart.scene, "plain")
    zeros = series.values == 0
    assert zeros.sum() > 5
    y, marks = plot.positions(series)
    floor = plot.exponent_y(math.log10(1.4e-45))
    assert (marks[zeros] == Mark.ZERO).all()
    assert y[zeros] == pytest.approx(np.full(zeros.sum(), floor))
    assert plot.scale.low <= -45
    assert not plot.scale.floor  # no second place for zeros
    assert floor <= plot.bottom
    assert floor_text("float32", 1.4e-45) == "float32 underflow: below 1.4×10⁻⁴⁵"
    assert underflow_text([series]) == "0: underflow"


def test_axis_of_healthy_numbers_does_not_reach_for_the_floor(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, pair(SETTINGS))
    assert chart.scene.plot().scale.low > -15
    assert not chart.scene.plot().floored


def test_floor_of_double_precision_is_its_own(qtbot: QtBot) -> None:
    settings = LabSettings(network="resnet20", dtype="float64", batch="noise")
    chart = chart_of(qtbot, with_gradients(pair(settings), "plain", {0: 0.0}))
    plot, series = chart.scene.plot(), series_of(chart.scene, "plain")
    assert plot.positions(series)[0][0] == pytest.approx(plot.exponent_y(math.log10(4.9e-324)))


def test_zero_of_a_closed_block_is_exact_and_stays_off_the_decades(qtbot: QtBot) -> None:
    settings = LabSettings(
        network="resnet20",
        batch="noise",
        cut=frozenset({"layer1.2"}),
        dropped=frozenset({"layer1.2"}),
    )
    measured = with_gradients(pair(settings), "residual", {0: 0.0, 1: 0.0, 2: 0.0})
    chart = chart_of(qtbot, measured)
    plot, series = chart.scene.plot(), series_of(chart.scene, "residual")
    assert plot.scale.low > -15
    assert plot.scale.floor
    y, _ = plot.positions(series)
    assert y[:3] == pytest.approx(np.full(3, plot.zero_y))
    assert plot.zero_y > plot.low_y
    figures = Figures.of(measured.residual)
    assert exact_zero_words(GRAD, figures) == "0: no path through layer1.2"


def test_signal_that_fades_away_is_an_underflow_a_dead_block_is_not() -> None:
    twin = pair(DEEP).plain
    dying = {30: 2e-36, 31: 1e-42}
    faded = dead = twin
    for i in range(54):
        norm = dying.get(i, 1.0 if i < 30 else 0.0)
        zero = {"zero_share": 1.0, "cosine": 0.0} if norm == 0 else {}
        grad = {"grad_in": 0.0}
        faded = changed(faded, i, norm_out=norm, **grad, **zero)
        healthy = 1.0 if i < 32 else 0.0
        dead = changed(dead, i, norm_out=healthy, **grad, **zero)
    assert underflowed(GRAD, Figures.of(faded)).all()
    assert faded_words(Figures.of(faded)) == "y underflows at layer2.14"
    assert not underflowed(GRAD, Figures.of(dead)).any()
    assert faded_words(Figures.of(dead)) == ""
    assert exact_zero_words(GRAD, Figures.of(dead)) == "0: y of layer2.14 is 0 everywhere"


def test_loss_without_gradient_is_no_underflow() -> None:
    measured = pair(SETTINGS)
    snapshot = measured.residual
    for i in range(9):
        snapshot = changed(snapshot, i, grad_in=0.0, grad_out=0.0)
    assert not underflowed(GRAD, Figures.of(snapshot)).any()
    assert exact_zero_words(GRAD, Figures.of(snapshot)) == "0: no gradient leaves the loss"


def test_parameters_of_a_dropped_branch_have_an_exact_zero() -> None:
    settings = LabSettings(network="resnet20", batch="noise", dropped=frozenset({"layer2.1"}))
    figures = Figures.of(changed(pair(settings).residual, 4, grad_params=0.0))
    quantity = QUANTITIES["grad_params"]
    assert not underflowed(quantity, figures).any()
    assert exact_zero_words(quantity, figures) == "0: the branch is dropped"


# --- overflow ---------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_overflow_is_drawn_above_the_decades(qtbot: QtBot, value: float) -> None:
    measured = with_gradients(pair(SETTINGS), "plain", {0: value, 1: value})
    chart = chart_of(qtbot, measured)
    plot, series = chart.scene.plot(), series_of(chart.scene, "plain")
    y, marks = plot.positions(series)
    assert plot.scale.ceiling
    assert y[:2] == pytest.approx(np.full(2, plot.ceiling_y))
    assert plot.ceiling_y < plot.high_y
    assert set(marks[:2].tolist()) == {
        int(Mark.INFINITE if math.isinf(value) else Mark.NOT_A_NUMBER)
    }
    assert has_colour(painted(chart), LIGHT.trouble)


def test_nothing_but_overflow_still_paints(qtbot: QtBot) -> None:
    measured = pair(SETTINGS)
    for side in ("residual", "plain"):
        values = dict.fromkeys(range(9), math.nan)
        measured = with_gradients(measured, side, values)  # type: ignore[arg-type]
    assert has_colour(painted(chart_of(qtbot, measured)), LIGHT.output)


# --- ghosts and scale ---------------------------------------------------------------------------


def test_ghost_is_there_and_widens_the_scale(qtbot: QtBot) -> None:
    ghost = pair(SETTINGS, residual_first=1e-14)
    chart = chart_of(qtbot, pair(SETTINGS), ghost)
    before = series_of(chart.scene, "residual", "ghost")
    assert before.values[0] == ghost.residual.blocks[0].grad_in
    assert before.label == "with skips, before"
    assert chart.scene.scale().low <= -14
    assert [s.kind for s in chart.scene.series()][-2:] == ["now", "now"]  # on top


def test_ghost_that_changed_nothing_is_not_drawn(qtbot: QtBot) -> None:
    ghost = pair(SETTINGS, residual_first=1e-5)  # the plain twin is as it was
    chart = chart_of(qtbot, pair(SETTINGS), ghost)
    assert [s.side for s in chart.scene.series() if s.kind == "ghost"] == ["residual"]


def test_pinned_scale_stays_and_marks_what_leaves_it(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, pair(SETTINGS))
    assert chart.scene.scale_text() == "log, automatic"
    chart.set_pinned(True)
    assert chart.scene.scale_text() == "log, pinned"
    before = chart.scene.scale()
    chart._state.set_measured(with_gradients(pair(SETTINGS), "plain", {0: 1e-20, 1: 0.0}))
    chart.refresh()
    after = chart.scene.scale()
    assert (after.low, after.high) == (before.low, before.high)
    y, marks = chart.scene.plot().positions(series_of(chart.scene, "plain"))
    assert marks[0] == Mark.BELOW
    assert marks[1] == Mark.ZERO
    assert y[1] == pytest.approx(chart.scene.plot().zero_y)  # the floor is not on this scale
    chart.set_pinned(False)
    assert chart.scene.scale().low <= -45


def test_another_quantity_has_its_own_numbers_and_no_pin(qtbot: QtBot) -> None:
    measured = pair(SETTINGS)
    chart = chart_of(qtbot, measured)
    chart.set_pinned(True)
    chart.set_quantity("mean_square")
    assert chart.scene.pinned is None
    block = measured.plain.blocks[3]
    value = series_of(chart.scene, "plain").values[3]
    assert value == pytest.approx(block.std_out**2 + block.mean_out**2)
    chart.set_quantity("grad_params")
    assert series_of(chart.scene, "plain").values[3] == measured.plain.blocks[3].grad_params


# --- theory -------------------------------------------------------------------------------------


def theory(values: np.ndarray, side: Side = "plain") -> Series:
    return Series(
        side=side,
        kind="theory",
        values=values,
        underflow=np.zeros(len(values), bool),
        smallest=1.4e-45,
        dtype="float32",
        label="theory: n k² Var(w) / 2 per layer",
        source="He et al. 2015, arXiv:1502.01852",
    )


def test_theory_far_off_does_not_squash_what_is_measured(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, pair(SETTINGS))
    measured = chart.scene.scale()
    chart.set_theory((theory(np.logspace(-300, -1, 9)),))
    scale = chart.scene.scale()
    assert measured.low - 8 <= scale.low < measured.low
    painted(chart)


@pytest.mark.qt_log_ignore("does not support raise")
def test_theory_names_its_source_where_it_is_hovered(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, pair(SETTINGS))
    line = theory(np.logspace(-6, -1, 9))
    chart.set_theory((line,))
    x = chart.scene.axis.centre(4)
    y = float(chart.scene.plot().unclipped(line.values)[4])
    assert chart.scene.theory_at(x, y) is line
    assert chart.scene.theory_at(x, y - 30) is None
    at = QPoint(round(x), round(y))
    QApplication.sendEvent(chart, QHelpEvent(QHelpEvent.Type.ToolTip, at, chart.mapToGlobal(at)))
    assert "He et al. 2015" in QToolTip.text()
    QToolTip.hideText()
    chart.set_with_theory(False)
    assert chart.scene.theory_at(x, y) is None


# --- labels -------------------------------------------------------------------------------------


def test_labels_stand_beside_their_lines_and_hide_no_number() -> None:
    x = np.linspace(50.0, 950.0, 27)
    lines = [
        Line(x, np.full(27, 30.0), 80, 14),
        Line(x, np.linspace(200.0, 30.0, 27), 80, 14),
        Line(x, np.linspace(190.0, 40.0, 27), 120, 14),
    ]
    area = Box(50, 0, 900, 220)
    places = place_labels(lines, area)
    boxes = [box for box in places if box is not None]
    assert len(boxes) == 3
    for i, box in enumerate(boxes):
        assert area.left <= box.left
        assert box.right <= area.right
        assert area.top <= box.top
        assert box.bottom <= area.bottom
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])
        for line in lines:
            xs = np.linspace(x[0], x[-1], 5000)
            ys = np.interp(xs, line.x, line.y)
            inside = (xs > box.left) & (xs < box.right) & (ys > box.top) & (ys < box.bottom)
            assert not inside.any()


def test_label_without_room_is_left_out() -> None:
    x = np.linspace(0.0, 100.0, 11)
    line = Line(x, np.full(11, 8.0), 60, 14)
    assert place_labels([line], Box(0, 0, 100, 16)) == [None]


# --- looks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", ["resnet18", "resnet110", "resnet1202"])
def test_every_depth_paints_both_lines(qtbot: QtBot, network: str) -> None:
    chart = chart_of(qtbot, pair(LabSettings(network=network, batch="noise")))
    for style in (Style(LIGHT), Style(PROJECTOR)):
        chart.set_style(style)
        image = painted(chart)
        assert has_colour(image, style.theme.output)
        assert has_colour(image, style.theme.trouble)


def test_plot_keeps_an_area_however_low_the_chart(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, pair(DEEP, plain_first=1e-80), height=40)
    plot = chart.scene.plot()
    assert isinstance(plot, Plot)
    assert plot.low_y > plot.high_y
    painted(chart)


def test_waiting_chart_says_so_and_draws_no_line(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, pair(SETTINGS))
    chart._state.set_measured(None)
    chart.refresh()
    assert not has_colour(painted(chart), LIGHT.output)
    assert "not measured yet" in chart.accessibleDescription()


def test_spoken_chart_counts_underflows(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, pair(DEEP, plain_first=1e-80))
    zeros = int((series_of(chart.scene, "plain").values == 0).sum())
    assert f"{zeros} blocks underflow float32" in chart.accessibleDescription()


def test_click_picks_the_block_in_whose_column_it_is(qtbot: QtBot) -> None:
    chart = chart_of(qtbot, pair(SETTINGS))
    at = QPoint(round(chart.scene.axis.x(6)) + 2, 100)
    with qtbot.waitSignal(chart.block_picked) as picked:
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=at)
    assert picked.args == [6]
