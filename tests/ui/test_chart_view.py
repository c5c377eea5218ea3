"""What a chart draws where, and what it does when it gets other numbers."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from charts import FLOOR, TABLE, bar_chart, block_names, ratio_chart, sweep_chart
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from resnet_viz.errors import UserError
from resnet_viz.lab.findings import Chart, Curve
from resnet_viz.ui.gradients.charts import axes
from resnet_viz.ui.gradients.charts.chart_view import ChartView
from resnet_viz.ui.gradients.charts.items import CurveItems
from resnet_viz.ui.gradients.charts.look import looks
from resnet_viz.ui.gradients.charts.table_view import TableView
from resnet_viz.ui.theme import DARK, LIGHT, PROJECTOR, Theme

# The offscreen platform says of every shown widget that it cannot limit its size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(qtbot: QtBot) -> ChartView:
    made = ChartView()
    qtbot.addWidget(made)
    made.resize(760, 420)
    made.show()
    qtbot.waitExposed(made)
    return made


def items(view: ChartView, role: str, turn: int = 0) -> CurveItems:
    return view.canvas._curves[role, turn]


def spots(scatter: object) -> tuple[list[float], list[float]]:
    x, y = scatter.getData()  # type: ignore[attr-defined]
    return list(x), list(y)


def to_pixels(view: ChartView, x: float, y: float) -> QPoint:
    return view.canvas.position_of(x, y).toPoint()


# --- zeros, infinities, gaps ----------------------------------------------------------------


def test_a_zero_on_a_log_axis_stands_at_the_foot_under_the_floors_line(view: ChartView) -> None:
    view.set_chart(sweep_chart())
    plain, scale = items(view, "plain"), view.canvas.y_axis
    x, y = spots(plain.edges)
    assert x == [44.0, 56.0]
    assert y == [scale.foot, scale.foot]
    assert scale.floor == pytest.approx(np.log10(FLOOR))
    assert scale.low < y[0] < scale.floor
    assert view.canvas.backdrop.underflow.isVisible()
    assert view.canvas.backdrop.underflow.getRegion() == (scale.low, scale.floor)
    said = " ".join(text for _, text in view.canvas.right._tickLevels[0]).replace("\n", " ")
    assert said == "float32 underflow below 1.4×10⁻⁴⁵ exactly 0: 2 of 12 values"


def test_a_zero_has_another_marker_than_what_is_measured(view: ChartView) -> None:
    view.set_chart(sweep_chart())
    plain = items(view, "plain")
    assert set(plain.edges.data["symbol"]) == {"t"}
    assert plain.markers.opts["symbol"] == "s"
    assert spots(plain.markers)[0] == [8.0, 14.0, 20.0, 32.0]


def test_what_is_not_measured_yet_is_not_drawn(view: ChartView) -> None:
    nan = np.nan
    view.set_chart(sweep_chart(residual=[0.5, 0.6, nan, 0.7, nan, nan]))
    residual = items(view, "residual")
    assert spots(residual.markers)[0] == [8.0, 14.0, 32.0]
    assert spots(residual.edges) == ([], [])
    drawn = residual.line.getData()[1]
    assert np.isnan(drawn).tolist() == [False, False, True, False, True, True]


def test_an_infinity_stands_at_the_ceiling_with_its_own_marker(view: ChartView) -> None:
    view.set_chart(ratio_chart())
    plain, scale = items(view, "plain"), view.canvas.y_axis
    assert spots(plain.edges) == ([56.0], [scale.ceiling])
    assert set(plain.edges.data["symbol"]) == {"t1"}
    assert scale.ceiling is not None
    assert np.log10(1e4) < scale.ceiling < scale.high


def test_the_line_to_a_zero_is_another_one_than_that_between_numbers(view: ChartView) -> None:
    view.set_chart(sweep_chart())
    plain = items(view, "plain")
    falls = plain.falls.getData()[1]
    assert np.isfinite(falls).tolist() == [False, False, False, True, True, True]
    assert np.isfinite(plain.line.getData()[1]).tolist() == [True] * 4 + [False] * 2


def test_a_chart_without_numbers_says_so(view: ChartView) -> None:
    nothing = [np.nan] * 6
    view.set_chart(sweep_chart(nothing, nothing))
    assert view.canvas.backdrop.empty.isVisible()
    view.set_chart(sweep_chart())
    assert not view.canvas.backdrop.empty.isVisible()


def test_a_theory_far_below_does_not_flatten_what_is_measured() -> None:
    chart = sweep_chart(plain=[1.0] * 6)
    theory = Curve("theory", "theory", chart.curves[0].x, np.full(6, 1e-40), source="A. B. 2000")
    with_theory = replace(chart, curves=(*chart.curves, theory))
    alone, both = axes.y_scale(chart), axes.y_scale(with_theory)
    assert both.low == pytest.approx(alone.low - 8.0)
    near = replace(theory, y=np.full(6, 0.05))
    assert axes.y_scale(replace(chart, curves=(*chart.curves, near))).low < np.log10(0.05)


# --- bars -----------------------------------------------------------------------------------


def test_bars_stand_side_by_side_around_their_block_on_the_axis(view: ChartView) -> None:
    chart = bar_chart()
    view.set_chart(chart)
    first, second = items(view, "residual").bars.opts, items(view, "plain").bars.opts
    n = len(chart.ticks)
    assert first["x"] == pytest.approx(np.arange(n) - 0.2)
    assert second["x"] == pytest.approx(np.arange(n) + 0.2)
    assert first["width"] <= 0.4
    assert first["height"] == pytest.approx(chart.curves[0].y)
    assert set(first["y0"]) == {0.0}


def test_bars_on_a_log_axis_stand_on_its_foot_and_a_zero_is_no_bar(view: ChartView) -> None:
    x = np.arange(4.0)
    y = np.array([1.0, 0.0, np.nan, 1e-3])
    chart = Chart("k", "t", "x", "y", (Curve("c", "plain", x, y),), "bars", y_log=True, floor=FLOOR)
    view.set_chart(chart)
    bars, scale = items(view, "plain").bars.opts, view.canvas.y_axis
    assert bars["x"] == pytest.approx([0.0, 3.0])
    assert set(bars["y0"]) == {scale.low}
    assert bars["y0"] + bars["height"] == pytest.approx([0.0, -3.0])
    assert spots(items(view, "plain").edges) == ([1.0], [scale.foot])


# --- ticks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", [LIGHT, PROJECTOR])
def test_names_of_blocks_never_overlap(view: ChartView, theme: Theme) -> None:
    view.set_theme(theme)
    for per_stage in (3, 18, 200):
        view.set_chart(bar_chart(per_stage))
        for width in (300, 760, 1500):
            view.resize(width, 420)
            assert_names_are_apart(view)


def assert_names_are_apart(view: ChartView) -> None:
    canvas = view.canvas
    rects = []
    for place, text in canvas.x_ticks:
        middle = canvas.position_of(place, canvas.y_axis.low)
        advance = canvas.metrics.horizontalAdvance(text)
        rects.append(QRectF(middle.x() - advance / 2, 0, advance, 10))
    assert len(rects) >= 3
    for left, right in pairwise(rects):
        assert left.right() < right.left()


def test_every_stage_begins_with_a_name(view: ChartView) -> None:
    view.set_chart(bar_chart(18))
    names = [text for _, text in view.canvas.x_ticks]
    assert {"1.0", "2.0", "3.0"} <= set(names)


def test_full_names_stand_where_there_is_room() -> None:
    names = block_names(3)
    wide = axes.name_ticks(names, range(9), 100.0, lambda text: 8.0 * len(text))
    narrow = axes.name_ticks(names, range(9), 40.0, lambda text: 8.0 * len(text))
    assert [text for _, text in wide] == list(names)
    assert [text for _, text in narrow] == [name.removeprefix("layer") for name in names]


def test_measured_depths_are_the_ticks_and_the_last_one_stays(view: ChartView) -> None:
    view.set_chart(sweep_chart())
    assert [text for _, text in view.canvas.x_ticks][-1] == "56"
    crowded = [(float(i), str(1000 + i)) for i in range(50)]
    kept = axes.thinned(crowded, 5.0, lambda text: 30.0)
    assert kept[0] == crowded[0]
    assert kept[-1] == crowded[-1]
    assert min(b - a for (a, _), (b, _) in pairwise(kept)) * 5.0 >= 40.0


def test_positions_that_are_no_round_numbers_get_round_ticks() -> None:
    x = np.arange(12) / 11
    chart = Chart("k", "t", "x", "y", (Curve("c", "residual", x, x),))
    ticks = axes.x_ticks(chart, axes.x_scale(chart), -0.05, 1.05, 800.0, lambda text: 40.0)
    assert [text for _, text in ticks] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]


def test_numbers_beside_the_axis_have_room(view: ChartView) -> None:
    view.resize(500, 230)
    view.set_chart(sweep_chart())
    levels = view.canvas.left._tickLevels[0]
    heights = [view.canvas.position_of(50.0, place).y() for place, _ in levels]
    apart = [abs(b - a) for a, b in pairwise(heights)]
    assert min(apart) >= view.canvas.metrics.height()


def test_labels_of_lines_across_are_moved_apart() -> None:
    middles = axes.spread([50.0, 52.0, 54.0, 99.0], [20.0, 20.0, 20.0, 10.0], 100.0)
    edges = sorted(zip(middles, [20.0, 20.0, 20.0, 10.0], strict=True))
    for (a, high), (b, low) in pairwise(edges):
        assert b - a >= (high + low) / 2 - 1e-9
    assert max(middles) <= 95.0


# --- newer numbers --------------------------------------------------------------------------


def test_a_partial_finding_fills_the_same_items(view: ChartView) -> None:
    nan = np.nan
    view.set_chart(sweep_chart(plain=[1e-2, nan, nan, nan, nan, nan]))
    before = items(view, "plain")
    line, markers = before.line, before.markers
    view.set_chart(sweep_chart())
    assert items(view, "plain") is before
    assert (before.line, before.markers) == (line, markers)
    assert len(spots(markers)[0]) == 4
    count = len(view.canvas.view.allChildItems())
    view.set_chart(sweep_chart())
    assert len(view.canvas.view.allChildItems()) == count


def test_curves_that_are_gone_leave_nothing_behind(view: ChartView) -> None:
    chart = sweep_chart()
    view.set_chart(replace(chart, curves=chart.curves[:1]))
    alone = len(view.canvas.view.allChildItems())
    view.set_chart(chart)
    view.set_chart(replace(chart, curves=chart.curves[:1]))
    assert len(view.canvas.view.allChildItems()) == alone
    assert view.legend.texts == ["with skips"]


def test_a_pinned_scale_stays_and_says_what_lies_outside(view: ChartView) -> None:
    view.set_chart(sweep_chart(plain=[1e-2] * 6))
    view.pin.setChecked(True)
    scale = view.canvas.y_axis
    view.set_chart(sweep_chart(plain=[1e-2, 1e-9, 1e-9, 1e-9, 0.0, 0.0]))
    pinned = view.canvas.y_axis
    assert (pinned.low, pinned.high) == (scale.low, scale.high)
    assert view.canvas.view.viewRange()[1] == pytest.approx([scale.low, scale.high])
    assert "pinned: 3 values lie outside" in view.y_words.text()
    # Zeros are seen nevertheless.
    zeros = spots(items(view, "plain").edges)[1]
    assert all(scale.low < y < scale.high for y in zeros)
    assert len(zeros) == 2
    view.pin.setChecked(False)
    assert view.canvas.y_axis.low < scale.low
    assert "pinned" not in view.y_words.text()


def test_a_pinned_scale_is_released_by_another_quantity(view: ChartView) -> None:
    view.set_chart(sweep_chart())
    view.set_pinned(True)
    view.set_chart(ratio_chart())
    assert not view.pinned
    assert not view.pin.isChecked()


def test_a_band_is_drawn_where_it_is_known(view: ChartView) -> None:
    x = np.arange(4.0)
    low, high = np.array([1.0, 2.0, np.nan, 2.0]), np.array([3.0, 4.0, np.nan, 5.0])
    curve = Curve("c", "residual", x, np.array([2.0, 3.0, np.nan, 4.0]), low, high)
    view.set_chart(Chart("k", "t", "x", "y", (curve,)))
    path = items(view, "residual").band.path()
    assert path.boundingRect() == QRectF(0.0, 1.0, 3.0, 4.0)
    assert path.contains(QPointF(0.5, 2.5))
    view.set_chart(Chart("k", "t", "x", "y", (replace(curve, low=None, high=None),)))
    assert items(view, "residual").band.path().isEmpty()


# --- looks ----------------------------------------------------------------------------------


def test_roles_differ_in_more_than_colour() -> None:
    x = np.arange(2.0)
    roles = ("residual", "plain", "theory", "ghost", "gradient", "shortcut", "branch", "output")
    found = looks([Curve(r, r, x, x) for r in roles])  # type: ignore[arg-type]
    forms = [(look.symbol, look.dashes) for look in found]
    assert len(set(forms)) == len(forms)
    twice = looks([Curve("a", "residual", x, x), Curve("b", "residual", x, x)])
    assert (twice[0].hollow, twice[0].dashes) != (twice[1].hollow, twice[1].dashes)


def test_themes_change_colour_and_size_in_place(view: ChartView) -> None:
    view.set_chart(sweep_chart())
    residual = items(view, "residual")
    line = residual.line.opts["pen"]
    assert line.color().name().upper() == LIGHT.output
    view.set_theme(DARK)
    assert residual.line.opts["pen"].color().name().upper() == DARK.output
    assert view.canvas.graphics.backgroundBrush().color().name().upper() == DARK.card
    view.set_theme(PROJECTOR)
    assert items(view, "residual") is residual
    assert residual.line.opts["pen"].widthF() > line.widthF()
    assert view.canvas.font_used.pixelSize() > LIGHT.small_px + 1


def test_axes_say_quantity_and_scale(view: ChartView) -> None:
    view.set_chart(sweep_chart())
    assert view.y_words.text() == "‖∂L/∂x‖ at the first block's input, L2, log scale"
    assert view.x_words.text() == "depth (weighted layers)"
    assert view.note.text() == "no norm, 16 images"
    assert view.legend.texts == ["with skips", "plain twin"]


# --- mouse ----------------------------------------------------------------------------------


def test_a_click_in_a_blocks_column_names_the_block(qtbot: QtBot, view: ChartView) -> None:
    view.set_chart(bar_chart())
    viewport = view.canvas.graphics.viewport()
    with qtbot.waitSignal(view.block_clicked) as clicked:
        qtbot.mouseClick(viewport, LEFT, pos=to_pixels(view, 4.2, 50.0))
    assert clicked.args == ["layer2.1"]
    with qtbot.assertNotEmitted(view.block_clicked):
        qtbot.mouseClick(viewport, LEFT, pos=QPoint(2, 2))


def test_a_click_on_a_chart_without_blocks_selects_nothing(qtbot: QtBot, view: ChartView) -> None:
    view.set_chart(sweep_chart())
    with qtbot.assertNotEmitted(view.block_clicked):
        viewport = view.canvas.graphics.viewport()
        qtbot.mouseClick(viewport, LEFT, pos=to_pixels(view, 20.0, -3.0))


def test_the_selected_block_is_lit_up(view: ChartView) -> None:
    view.set_chart(bar_chart())
    column = view.canvas.backdrop.column
    view.set_selected("layer2.1")
    assert column.isVisible()
    assert column.getRegion() == (3.5, 4.5)
    view.set_selected("layer9.9")
    assert not column.isVisible()
    view.set_selected("layer1.0")
    view.set_chart(sweep_chart())
    assert not column.isVisible()


def test_hover_tells_the_values_of_all_curves_there(qtbot: QtBot, view: ChartView) -> None:
    view.set_chart(sweep_chart())
    viewport, hover = view.canvas.graphics.viewport(), view.canvas.hover
    qtbot.mouseMove(viewport, to_pixels(view, 45.0, -20.0))
    assert hover.text.isVisible()
    assert hover.said == (
        "depth (weighted layers): 44; with skips 0.600; plain twin 0 (underflow, below 1.4×10⁻⁴⁵)"
    )
    assert hover.line.value() == 44.0
    qtbot.mouseMove(viewport, QPoint(1, 1))
    assert not hover.text.isVisible()


def test_many_blocks_can_be_zoomed_and_shown_whole_again(qtbot: QtBot, view: ChartView) -> None:
    view.set_chart(bar_chart(20))
    canvas = view.canvas
    canvas.view.setXRange(10.0, 20.0, padding=0)
    assert canvas.zoomed
    assert {round(place) for place, _ in canvas.x_ticks} <= set(range(10, 21))
    view.set_chart(bar_chart(20))  # newer numbers of the same blocks
    assert canvas.zoomed
    qtbot.mouseDClick(canvas.graphics.viewport(), LEFT, pos=to_pixels(view, 15.0, 50.0))
    assert not canvas.zoomed


# --- taking it along ------------------------------------------------------------------------


def test_figures_and_numbers_are_saved(qtbot: QtBot, view: ChartView, tmp_path: Path) -> None:
    view.set_chart(sweep_chart())
    with qtbot.waitSignal(view.said) as said:
        view.save_picture(tmp_path / "chart.svg")
    assert said.args == ["Saved chart.svg."]
    view.save_picture(tmp_path / "chart")
    view.save_csv(tmp_path / "chart")
    assert QImage(str(tmp_path / "chart.png")).width() == 2126
    svg = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert "Gradient at the input against depth" in svg
    assert "<path" in svg
    rows = list(csv.DictReader(io.StringIO((tmp_path / "chart.csv").read_text())))
    assert len(rows) == 12
    assert [float(row["y"]) for row in rows if row["curve"] == "plain twin"][-1] == 0.0
    assert view.buttons.isVisible()


def test_a_folder_that_is_not_there_is_told(view: ChartView, tmp_path: Path) -> None:
    view.set_chart(sweep_chart())
    for save in (view.save_picture, view.save_csv):
        with pytest.raises(UserError, match="Cannot write"):
            save(tmp_path / "nowhere" / "chart")


def test_picture_and_numbers_are_copied(view: ChartView) -> None:
    view.set_chart(sweep_chart())
    clipboard = QGuiApplication.clipboard()
    view.copy_picture()
    assert clipboard.image().width() == 2126
    assert clipboard.mimeData().data("image/svg+xml").contains(b"<svg")
    view.copy_numbers()
    lines = clipboard.text().splitlines()
    assert len(lines) == 13
    assert lines[1].split("\t")[:1] == ["with skips"]


# --- table ----------------------------------------------------------------------------------


@pytest.fixture
def table(qtbot: QtBot) -> TableView:
    made = TableView()
    qtbot.addWidget(made)
    made.set_table(TABLE)
    return made


def shown(table: TableView) -> list[list[str]]:
    model = table.model()
    return [
        [model.index(r, c).data() for c in range(model.columnCount())]
        for r in range(model.rowCount())
    ]


def test_a_table_is_sorted_as_numbers_with_the_unknown_first(table: TableView) -> None:
    assert shown(table)[2] == ["plain twin", "110", "1.235×10⁻²⁰"]
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert [row[1] for row in shown(table)] == ["8", "20", "110"]
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert [row[2] for row in shown(table)] == ["–", "1.235×10⁻²⁰", "0.6100"]


def test_a_longer_table_keeps_the_order_that_was_asked_for(table: TableView) -> None:
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    table.set_table(replace(TABLE, rows=(*TABLE.rows, ("plain twin", 56, 1e-9))))
    assert [row[1] for row in shown(table)] == ["110", "56", "20", "8"]


def test_cells_are_copied_in_full_precision_as_they_are_sorted(table: TableView) -> None:
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    table.selectAll()
    table.copy_chosen()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "network\tdepth\tgradient"
    assert lines[1] == "plain twin\t110\t1.23456e-20"
    table.copy_all(tabs=False)
    assert QGuiApplication.clipboard().text().splitlines()[2] == "plain twin,8,"
