"""Heatmaps of blocks over time: which colour stands where, its legend, clicks and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from resnet_viz.runs.layout import QUANTITIES
from resnet_viz.runs.series import BlockSeries
from resnet_viz.ui.block_view.colour import BAD_COLOUR, colour_table
from resnet_viz.ui.theme import LIGHT
from resnet_viz.ui.train.block_digest import BlockTrend
from resnet_viz.ui.train.heat_field import HeatField
from resnet_viz.ui.train.heat_legend import HeatLegend
from resnet_viz.ui.train.heat_quantities import HEAT_QUANTITIES, offered
from resnet_viz.ui.train.heat_scale import HeatScale, heat_scale
from resnet_viz.ui.train.heatmap import Heatmap
from resnet_viz.ui.train.timeline import Timeline

BLOCKS = ("layer1.0", "layer1.1", "layer2.0", "layer3.0")
STAGES = (1, 1, 2, 3)


def series(gradients: np.ndarray, every: int = 10) -> BlockSeries:
    """Gradients (P, blocks); every other quantity is 0.5, the branch 2."""
    n = len(gradients)
    values = np.full((n, len(QUANTITIES), gradients.shape[1]), 0.5, np.float32)
    values[:, QUANTITIES.index("gradient")] = gradients
    values[:, QUANTITIES.index("branch")] = 2.0
    return BlockSeries(np.arange(1, n + 1) * every, values)


def powers(n: int = 40) -> np.ndarray:
    """The deepest block's gradient is 1, each one before it has a hundredth of the next."""
    return np.tile(10.0 ** np.array([-6, -4, -2, 0]), (n, 1)).astype(np.float32)


def field_of(gradients: np.ndarray, key: str = "gradient") -> HeatField:
    blocks = [f"b{i}" for i in range(gradients.shape[1])] if gradients.shape[1] != 4 else BLOCKS
    field = HeatField(HEAT_QUANTITIES[key], QUANTITIES, blocks)
    field.follow(series(gradients))
    while field.catch_up(1.0):
        pass
    return field


@pytest.fixture
def heatmap(qtbot: QtBot) -> Heatmap:
    timeline = Timeline()
    timeline.set_run(400, 400, 100)
    made = Heatmap(timeline, "ResNet-20")
    qtbot.addWidget(made)
    made.resize(500, 220)
    made.set_theme(LIGHT)
    show(made, powers())
    made.show()
    qtbot.waitExposed(made)
    return made


def show(heatmap: Heatmap, gradients: np.ndarray, key: str = "gradient") -> HeatField:
    field = field_of(gradients, key)
    stages = STAGES if field.blocks == BLOCKS else tuple(1 for _ in field.blocks)
    heatmap.set_field(field, stages)
    heatmap.set_scale(heat_scale([field.pyramid], share=field.quantity.share))
    return field


def colour_at(heatmap: Heatmap, step: float, block: int) -> str:
    row = heatmap.row_rect(block)
    image: QImage = heatmap.grab().toImage()
    return image.pixelColor(round(heatmap.axis.x(step)), round(row.center().y())).name()


def viridis(share: float) -> str:
    red, green, blue, _ = colour_table("sequential")[round(share * 252)].tolist()
    return QColor(red, green, blue).name()


# --- colours --------------------------------------------------------------------------------


def test_the_input_is_at_the_bottom_and_every_block_has_its_colour(heatmap: Heatmap) -> None:
    assert (heatmap.scale.low, heatmap.scale.high) == (-6, 0)
    assert heatmap.row_rect(0).top() > heatmap.row_rect(3).top()
    for block in range(4):
        found = QColor(colour_at(heatmap, 200, block))
        expected = QColor(viridis(block / 3))
        apart = np.abs(np.array(found.getRgb()) - np.array(expected.getRgb()))
        assert apart.max() <= 4


def test_a_column_begins_with_its_measurement_and_what_is_not_measured_is_blank(
    heatmap: Heatmap,
) -> None:
    gradients = powers()
    gradients[20:, 1] = 1.0  # from step 210 on
    gradients[:, 3] = np.nan
    show(heatmap, gradients)
    early, late = viridis(2 / 6), viridis(1.0)
    assert near(colour_at(heatmap, 208, 1), early)
    assert near(colour_at(heatmap, 212, 1), late)
    assert colour_at(heatmap, 200, 3) == LIGHT.card.lower()
    assert colour_at(heatmap, 4, 1) == LIGHT.card.lower()
    heatmap.timeline.set_run(800, 800, 100)
    assert colour_at(heatmap, 420, 1) == LIGHT.card.lower()


def near(a: str, b: str) -> bool:
    one, other = QColor(a).getRgb(), QColor(b).getRgb()
    return all(abs(p - q) <= 6 for p, q in zip(one, other, strict=True))


def test_an_underflow_and_what_is_not_finite_have_colours_of_their_own(heatmap: Heatmap) -> None:
    gradients = powers()
    gradients[:, 0] = 0
    gradients[:, 2] = np.inf
    show(heatmap, gradients)
    assert colour_at(heatmap, 200, 0) == LIGHT.trouble.lower()
    assert colour_at(heatmap, 200, 2) == BAD_COLOUR.lower()
    table = {QColor(*c[:3].tolist()).name() for c in colour_table("sequential")[:253]}
    assert not {LIGHT.trouble.lower(), BAD_COLOUR.lower()} & table


def test_one_underflow_among_thousands_of_measurements_is_seen_from_afar(
    heatmap: Heatmap,
) -> None:
    gradients = powers(9000)
    gradients[4321, 2] = 0
    heatmap.timeline.set_run(90_000, 90_000, 100)
    show(heatmap, gradients)
    at = heatmap.axis.x(43_220)
    row = heatmap.row_rect(2)
    image = heatmap.grab().toImage()
    seen = {
        image.pixelColor(x, round(row.center().y())).name()
        for x in range(round(at) - 2, round(at) + 3)
    }
    assert LIGHT.trouble.lower() in seen
    assert "measurements per column" in heatmap.reading()


def test_hundreds_of_blocks_share_pixels_and_keep_their_places(heatmap: Heatmap) -> None:
    n = 600
    gradients = np.ones((40, n), np.float32) * 1e-3
    gradients[:, n // 2 :] = 1.0
    gradients[:, 0] = 0
    show(heatmap, gradients)
    top, bottom = heatmap.row_rect(n - 1), heatmap.row_rect(0)
    image, x = heatmap.grab().toImage(), round(heatmap.axis.x(200))
    middle = (top.top() + bottom.bottom()) / 2
    assert near(image.pixelColor(x, round(middle) - 3).name(), viridis(1.0))
    assert near(image.pixelColor(x, round(middle) + 3).name(), viridis(0.0))
    assert image.pixelColor(x, round(bottom.bottom()) - 1).name() == LIGHT.trouble.lower()


def test_a_pinned_scale_clips_to_its_ends(heatmap: Heatmap) -> None:
    heatmap.set_scale(HeatScale(-4, -2))
    assert near(colour_at(heatmap, 200, 0), viridis(0.0))
    assert near(colour_at(heatmap, 200, 3), viridis(1.0))


# --- scales and quantities ------------------------------------------------------------------


def test_a_scale_has_whole_decades_and_outliers_are_told() -> None:
    gradients = 10 ** np.random.default_rng(0).uniform(-3.6, -0.4, (4000, 4))
    gradients[0, 0] = 1e-30
    scale = heat_scale([field_of(gradients.astype(np.float32)).pyramid], share=False)
    assert (scale.low, scale.high) == (-4, 0)
    assert scale.below
    assert not scale.above
    assert scale.marks()[0][1] == "≤ 10⁻⁴"
    assert scale.marks()[-1] == (1.0, "1")


@pytest.mark.parametrize("fill", [np.nan, 0.0, np.inf, 1e-45, 1.0, 3e38])
def test_every_field_has_a_scale(fill: float) -> None:
    field = field_of(np.full((5, 4), fill, np.float32))
    scale = heat_scale([field.pyramid], share=False)
    assert scale.high > scale.low
    assert len(scale.marks()) >= 2


def test_shares_are_on_a_linear_scale_where_zero_is_a_number(heatmap: Heatmap) -> None:
    field = show(heatmap, powers(), "dead")
    assert field.quantity.share
    assert near(colour_at(heatmap, 200, 1), viridis(0.5))
    assert [text for _, text in heatmap.scale.marks()] == ["0", "50 %", "100 %"]


def test_the_branch_is_divided_by_the_shortcut() -> None:
    field = field_of(powers(), "ratio")
    assert field.figure_at(100, 2) == (100, 4.0)


def test_only_what_was_recorded_is_offered() -> None:
    assert [q.key for q in offered(("gradient", "branch"))] == ["gradient"]
    assert len(offered(QUANTITIES)) == len(HEAT_QUANTITIES)


def test_a_run_that_was_resumed_from_earlier_is_taken_in_anew() -> None:
    field = field_of(powers())
    other = powers(30) * 10
    assert field.figure_at(100, 3) == (100, 1.0)
    field.follow(series(other, every=7))
    while field.catch_up(1.0):
        pass
    assert field.n_taken == 30
    assert field.figure_at(100, 3) == (98, 10.0)
    assert field.pyramid.steps.tolist() == [7 * i for i in range(1, 31)]


def test_long_runs_are_taken_in_by_slices() -> None:
    field = HeatField(HEAT_QUANTITIES["gradient"], QUANTITIES, [str(i) for i in range(600)])
    field.follow(series(np.ones((1000, 600), np.float32)))
    turns = 1
    while field.catch_up(0.0):
        assert field.n_taken == turns * 250
        turns += 1
    assert field.n_taken == 1000
    assert turns == 4


def test_the_trend_is_the_median_block() -> None:
    trend = BlockTrend(HEAT_QUANTITIES["gradient"], QUANTITIES, BLOCKS)
    gradients = np.exp(np.random.default_rng(0).normal(size=(50, 4))).astype(np.float32)
    trend.follow(series(gradients[:30]))
    trend.catch_up(1.0)
    trend.follow(series(gradients))
    trend.catch_up(1.0)
    expected = [float(np.median(row)) for row in gradients]
    np.testing.assert_allclose(trend.curve.y, expected, rtol=1e-6)
    assert trend.curve.x.tolist() == [10 * i for i in range(1, 51)]


# --- legend ---------------------------------------------------------------------------------


def test_the_legend_names_scale_underflow_and_what_is_not_finite(qtbot: QtBot) -> None:
    legend = HeatLegend()
    qtbot.addWidget(legend)
    legend.show_scale(HeatScale(-8, 0), zero="underflow", bad=True)
    assert legend.words() == "Colours: log scale, 10⁻⁸ to 1; 0: underflow; not finite"
    wide = legend.sizeHint().width()
    legend.show_scale(HeatScale(0, 1, share=True), zero="", bad=False)
    assert legend.words() == "Colours: linear scale, 0 to 100 %"
    assert legend.sizeHint().width() < wide


# --- reading, clicks and keys ---------------------------------------------------------------


def test_the_figure_under_the_pointer_is_told(heatmap: Heatmap) -> None:
    place = QPoint(round(heatmap.axis.x(205)), round(heatmap.row_rect(1).center().y()))
    QTest.mouseMove(heatmap, place)
    assert heatmap.reading() == "layer1.1  1.00×10⁻⁴  in step 200"


def test_the_selected_blocks_figure_is_that_of_the_moment(heatmap: Heatmap) -> None:
    gradients = powers()
    gradients[10:, 0] = 0
    show(heatmap, gradients)
    heatmap.set_selected("layer1.0")
    assert heatmap.reading() == "layer1.0  0 (underflow)  in step 400"
    heatmap.timeline.set_position(55)
    assert heatmap.reading() == "layer1.0  1.00×10⁻⁶  in step 50"
    heatmap.timeline.set_position(3)
    assert heatmap.reading() == "layer1.0: not measured yet"


def test_a_click_selects_a_block_and_does_not_look_back(heatmap: Heatmap) -> None:
    chosen: list[str] = []
    asked: list[object] = []
    heatmap.block_clicked.connect(chosen.append)
    heatmap.timeline.scrubbed.connect(asked.append)
    for block in (0, 3):
        place = QPoint(250, round(heatmap.row_rect(block).center().y()))
        QTest.mouseClick(heatmap, Qt.MouseButton.LeftButton, pos=place)
    assert chosen == ["layer1.0", "layer3.0"]
    assert asked == []


def test_up_is_deeper(heatmap: Heatmap) -> None:
    heatmap.block_clicked.connect(heatmap.set_selected)
    heatmap.set_selected("layer1.1")
    heatmap.setFocus()
    QTest.keyClick(heatmap, Qt.Key.Key_Up)
    assert heatmap.selected == "layer2.0"
    for _ in range(5):
        QTest.keyClick(heatmap, Qt.Key.Key_Down)
    assert heatmap.selected == "layer1.0"


def test_without_measurements_there_is_a_word(heatmap: Heatmap) -> None:
    heatmap.set_field(HeatField(HEAT_QUANTITIES["gradient"], QUANTITIES, BLOCKS), STAGES)
    assert heatmap.reading() == "no block measured yet"
    assert not heatmap.grab().isNull()
