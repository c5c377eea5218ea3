"""The block view's numpy parts: mosaic, levels, figures, orders, scales. No Qt."""

import dataclasses

import numpy as np
import pytest

from resnet_viz.probe.snapshot import BlockMaps
from resnet_viz.ui.block_view.colour import (
    BAD,
    BAD_COLOUR,
    GAP,
    N_LEVELS,
    ZERO_LEVEL,
    Scale,
    colour_table,
    contrast,
    quantise,
    readable,
    rgb,
)
from resnet_viz.ui.block_view.focus import (
    PRINTED,
    Focus,
    cell_text,
    decimal_exponent,
    panned,
    window,
    zoomed,
)
from resnet_viz.ui.block_view.mosaic import (
    Cell,
    Layout,
    TileScale,
    assemble,
    block_mean,
    fit,
    render,
    tile_scales,
)
from resnet_viz.ui.block_view.panels import (
    Choices,
    Tensors,
    build_panels,
    limits_of,
    modules_on_stream,
)
from resnet_viz.ui.block_view.summary import display_limit, summarise


def bottleneck_maps(seed: int = 0, *, out: int = 12, inner: int = 4, side: int = 6) -> BlockMaps:
    """A stride-2 bottleneck's tensors: unequal channels and sizes, ReLU after the sum."""
    rng = np.random.default_rng(seed)

    def draw(channels: int, size: int) -> np.ndarray:
        return rng.normal(size=(channels, size, size)).astype(np.float32)

    shortcut, branch = draw(out, side), draw(out, side)
    return BlockMaps(
        x=np.maximum(draw(out // 2, 2 * side), 0),
        shortcut=shortcut,
        branch=branch,
        out=np.maximum(shortcut + branch, 0),
        inner={
            "conv1": draw(inner, 2 * side),
            "act1": np.maximum(draw(inner, 2 * side), 0),
            "conv2": draw(inner, side),
            "conv3": draw(out, side),
            "bn3": branch,
        },
        grad_x=rng.random(out // 2).astype(np.float32),
        grad_branch=rng.random(out).astype(np.float32),
        grad_out=rng.random(out).astype(np.float32),
    )


# --- mosaic -------------------------------------------------------------------------------


def naive_mosaic(tiles: np.ndarray, layout: Layout) -> np.ndarray:
    """Pixel by pixel, from the definition."""
    down, across = layout.pitch
    height, width = layout.tile
    rows = -(-len(tiles) // layout.columns)
    image = np.full((rows * down, layout.columns * across), GAP, dtype=np.uint8)
    for position, tile in enumerate(tiles):
        top, left = position // layout.columns * down, position % layout.columns * across
        for y in range(height):
            for x in range(width):
                zoom = layout.scale.zoom
                image[top + y, left + x] = tile[int(y / zoom), int(x / zoom)]
    return image


@pytest.mark.parametrize("zoom", [1, 1.5, 2, 2.5, 3, 5])
@pytest.mark.parametrize(("count", "columns"), [(1, 1), (6, 3), (7, 3), (3, 5)])
def test_a_mosaic_equals_the_one_made_pixel_by_pixel(zoom: float, count: int, columns: int) -> None:
    tiles = np.random.default_rng(0).integers(0, N_LEVELS, (count, 4, 5)).astype(np.uint8)
    layout = Layout(count, (4, 5), TileScale(zoom), columns, gap=3, left=0, height=500)
    np.testing.assert_array_equal(assemble(tiles, layout), naive_mosaic(tiles, layout))


@pytest.mark.parametrize("reduce", [1, 2, 3, 4, 9])
def test_reduced_maps_are_means_of_squares(reduce: int) -> None:
    maps = np.random.default_rng(1).normal(size=(2, 7, 6)).astype(np.float32)
    found = block_mean(maps, reduce)
    for channel in range(2):
        for i, top in enumerate(range(0, 7, reduce)):
            for j, left in enumerate(range(0, 6, reduce)):
                square = maps[channel, top : top + reduce, left : left + reduce]
                assert found[channel, i, j] == pytest.approx(square.mean(), abs=1e-6)
    assert found.shape == (2, -(-7 // reduce), -(-6 // reduce))


@pytest.mark.parametrize("scale", [TileScale(3), TileScale(1.5), TileScale(1, 2), TileScale(2.5)])
@pytest.mark.parametrize("first_row", [0, 2])
def test_every_screen_pixel_is_hit_where_it_is_drawn(scale: TileScale, first_row: int) -> None:
    layout = Layout(23, (6, 6), scale, columns=4, gap=2, left=5, height=40)
    hits = 0
    for y in range(layout.height):
        for x in range(60):
            cell = layout.hit(x, y, first_row)
            if cell is None:
                continue
            hits += 1
            left, top, width, height = layout.cell_rect(cell, first_row)
            assert left <= x < left + width
            assert top <= y < top + height
            assert first_row * 4 <= cell.position < 23
    assert hits > 100


def test_gaps_margins_and_places_without_a_channel_hit_nothing() -> None:
    layout = Layout(5, (4, 4), TileScale(5), columns=3, gap=2, left=4, height=100)
    assert layout.hit(3, 0, 0) is None  # margin
    assert layout.hit(4 + 20, 0, 0) is None  # gap between columns
    assert layout.hit(4, 20, 0) is None  # gap between rows
    assert layout.hit(4 + 44, 22, 0) is None  # sixth place of five channels
    assert layout.hit(4 + 66, 0, 0) is None  # right of the last column
    assert layout.hit(4, 99, 0) is None  # under the last row
    assert layout.hit(4 + 22 + 7, 22 + 19, 0) == Cell(4, 3, 1)


def test_render_shows_only_visible_channels_in_their_order() -> None:
    tensor = np.arange(20, dtype=np.float32)[:, None, None] * np.ones((20, 2, 2), np.float32)
    order = np.arange(20)[::-1].copy()
    layout = Layout(20, (2, 2), TileScale(4), columns=3, gap=2, left=0, height=16)
    image = render(tensor, order, Scale(19.0, signed=False), layout, first_row=2)
    assert image.shape == (2 * 10, 3 * 10)
    shown = [image[10 * row, 10 * column] for row in range(2) for column in range(3)]
    expected = [round(c * (N_LEVELS - 1) / 19) for c in range(13, 7, -1)]
    assert shown == expected


@pytest.mark.parametrize(
    ("count", "side", "width", "height"),
    [(256, 14, 290, 137), (2048, 7, 500, 330), (256, 56, 290, 137), (16, 32, 330, 200)],
)
def test_tiles_chosen_unasked_are_readable_and_inside(
    count: int, side: int, width: int, height: int
) -> None:
    layout = fit(count, (side, side), width, height)
    assert layout.tile[0] >= 28
    assert layout.left + layout.columns * layout.pitch[1] - layout.gap <= width
    assert layout.full_rows * layout.pitch[0] - layout.gap <= height


def test_few_channels_all_fit_and_many_can_be_scrolled_to_the_last() -> None:
    assert fit(16, (32, 32), 330, 200).last_first_row == 0
    many = fit(2048, (7, 7), 300, 150)
    assert many.visible(many.last_first_row).stop == 2048
    assert many.full_rows >= 3


def test_a_target_is_met_by_the_nearest_scale_and_follows_the_screen() -> None:
    assert fit(64, (14, 14), 300, 150, target=42).tile == (42, 42)
    assert fit(64, (56, 56), 300, 150, target=14).scale == TileScale(1, 4)
    plain, fine = fit(64, (14, 14), 300, 150), fit(64, (14, 14), 600, 300, ratio=2.0)
    assert fine.columns == plain.columns
    assert fine.tile[0] == 2 * plain.tile[0]


def test_maps_larger_or_smaller_than_any_tile_still_get_a_scale() -> None:
    assert len(tile_scales(1, 28, 120)) > 1
    assert tile_scales(500, 28, 120)[0].side(500) >= 28
    assert fit(3, (1, 1), 20, 20).columns == 1


# --- colour -------------------------------------------------------------------------------


def test_levels_of_signed_maps_are_symmetric_about_zero() -> None:
    values = np.array([[[-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0]]], np.float32)
    levels = quantise(values, Scale(2.0, signed=True))[0, 0].astype(int)
    assert levels.tolist() == [0, 0, 63, ZERO_LEVEL, 189, N_LEVELS - 1, N_LEVELS - 1]
    np.testing.assert_array_equal(levels + levels[::-1], 2 * ZERO_LEVEL)


def test_levels_without_sign_start_at_zero() -> None:
    values = np.array([[[0.0, 1.0, 2.0, 9.0]]], np.float32)
    assert quantise(values, Scale(2.0, signed=False)).ravel().tolist() == [0, 126, 252, 252]


def test_every_map_has_its_own_limit_if_it_is_given() -> None:
    values = np.array([[[1.0]], [[1.0]], [[0.0]]], np.float32)
    limits = np.array([1.0, 4.0, 0.0], np.float32)
    assert quantise(values, Scale(limits, signed=False)).ravel().tolist() == [252, 63, 0]


def test_values_that_are_not_finite_have_a_level_of_their_own() -> None:
    values = np.array([[[np.nan, np.inf, -np.inf, 1.0]]], np.float32)
    assert quantise(values, Scale(1.0, signed=True)).ravel().tolist() == [BAD, BAD, BAD, 252]


@pytest.mark.parametrize("limit", [0.0, 1e-42, 3e38])
def test_extreme_limits_give_levels_without_a_warning(limit: float) -> None:
    values = np.array([[[0.0, limit]]], np.float32)
    levels = quantise(values, Scale(limit, signed=True)).ravel()
    assert levels[0] == ZERO_LEVEL
    assert BAD not in levels


@pytest.mark.parametrize("name", ["diverging", "diverging_dark"])
def test_diverging_colours_are_equally_light_on_both_sides_and_neutral_at_zero(name: str) -> None:
    table = colour_table(name)[:N_LEVELS, :3].astype(float)  # type: ignore[arg-type]
    light = table @ (0.299, 0.587, 0.114)
    assert np.ptp(table[ZERO_LEVEL]) < 8
    np.testing.assert_allclose(light, light[::-1], atol=28)
    away = np.diff(light[ZERO_LEVEL:])
    assert (away <= 0.5).all() if name == "diverging" else (away >= -0.5).all()
    assert table[0, 2] > table[0, 0]  # negative is blue
    assert table[-1, 0] > table[-1, 2]  # positive is orange


def test_the_sequential_table_gets_lighter_throughout_and_bad_is_in_no_table() -> None:
    light = colour_table("sequential")[:N_LEVELS, :3] @ (0.299, 0.587, 0.114)
    assert (np.diff(light) >= -1e-6).all()
    assert light[-1] - light[0] > 150
    for name in ("sequential", "diverging", "diverging_dark"):
        table = colour_table(name)[:N_LEVELS, :3].astype(int)  # type: ignore[arg-type]
        assert np.abs(table - rgb(BAD_COLOUR)).sum(axis=1).min() > 60
        assert colour_table(name)[GAP, 3] == 0  # type: ignore[arg-type]


def test_thin_type_is_darkened_until_it_can_be_read() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#E69F00", "#FFFFFF") < 4.5
    assert contrast(readable("#E69F00", "#FFFFFF"), "#FFFFFF") >= 4.5
    assert readable("#000000", "#FFFFFF") == "#000000"


# --- figures ------------------------------------------------------------------------------


def test_figures_equal_numpys_and_count_what_is_not_finite() -> None:
    values = np.random.default_rng(3).normal(size=(3, 5, 5)).astype(np.float32)
    values[0, 0, :3] = 0
    plain = summarise(values)
    assert plain.mean == pytest.approx(values.mean(), abs=1e-6)
    assert (plain.low, plain.high) == (values.min(), values.max())
    assert plain.zero_share == pytest.approx(3 / 75)
    assert plain.n_bad == 0
    values[1, 1, 1], values[2, 2, 2] = np.nan, -np.inf
    bad = summarise(values)
    assert bad.n_bad == 2
    assert bad.mean == pytest.approx(values[np.isfinite(values)].mean(), abs=1e-6)
    assert summarise(np.full((1, 2, 2), np.nan, np.float32)).n_bad == 4


def test_a_few_outliers_do_not_darken_all_maps() -> None:
    values = np.random.default_rng(0).random((50, 20, 20)).astype(np.float32)
    values[0, 0, :5] = 1000
    limit = display_limit(values, summarise(values))
    assert 0.9 < limit < 1.01
    assert display_limit(values * 0, summarise(values * 0)) == 0


def test_without_outliers_the_scale_ends_at_the_largest_value() -> None:
    values = np.linspace(-1, 2, 300, dtype=np.float32).reshape(3, 10, 10)
    assert display_limit(values, summarise(values)) == 2


# --- panels -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("energy_branch", lambda m: np.linalg.norm(m.branch.reshape(12, -1), axis=1)),
        ("energy_output", lambda m: np.linalg.norm(m.out.reshape(12, -1), axis=1)),
        ("gradient", lambda m: m.grad_out),
    ],
)
def test_sorting_puts_the_largest_first(sort, key) -> None:  # type: ignore[no-untyped-def]
    maps = bottleneck_maps()
    panels = build_panels(Tensors(maps), Choices(sort=sort))
    ordered = key(maps)[panels["output"].order]
    assert (np.diff(ordered) <= 0).all()
    for panel in panels.values():
        np.testing.assert_array_equal(panel.order, panels["output"].order)
        np.testing.assert_array_equal(panel.places[panel.order], np.arange(12))


def test_by_index_nothing_moves_and_nan_gradients_come_last() -> None:
    maps = bottleneck_maps()
    assert build_panels(Tensors(maps), Choices())["branch"].order.tolist() == list(range(12))
    gradient = maps.grad_out.copy()
    gradient[[2, 5]] = np.nan
    spoiled = dataclasses.replace(maps, grad_out=gradient)
    order = build_panels(Tensors(spoiled), Choices(sort="gradient"))["output"].order
    assert order[-2:].tolist() == [2, 5]


def test_a_shared_scale_ends_alike_in_all_three_with_and_without_sign() -> None:
    panels = build_panels(Tensors(bottleneck_maps()), Choices(scope="shared"))
    assert len({panel.scale.limit for panel in panels.values()}) == 1
    assert panels["shortcut"].scale.signed
    assert panels["branch"].scale.signed
    assert not panels["output"].scale.signed


def test_each_tensor_or_each_map_can_have_its_own_scale() -> None:
    maps = bottleneck_maps()
    tensor = build_panels(Tensors(maps), Choices(scope="tensor"))
    for panel in tensor.values():
        assert panel.scale.limit == display_limit(panel.tensor, panel.summary)
    each = build_panels(Tensors(maps), Choices(scope="map"))
    np.testing.assert_array_equal(each["branch"].scale.limit, np.abs(maps.branch).max(axis=(1, 2)))


@pytest.mark.parametrize("scope", ["shared", "tensor", "map"])
def test_a_pinned_scale_stays_when_the_values_change(scope) -> None:  # type: ignore[no-untyped-def]
    maps = bottleneck_maps()
    choices = Choices(scope=scope)
    before = build_panels(Tensors(maps), choices)
    pinned = limits_of(before, scope)
    weaker = dataclasses.replace(
        maps, shortcut=0.1 * maps.shortcut, branch=0.1 * maps.branch, out=0.1 * maps.out
    )
    after = build_panels(Tensors(weaker), choices, pinned)
    free = build_panels(Tensors(weaker), choices)
    for role, panel in after.items():
        np.testing.assert_array_equal(panel.scale.limit, before[role].scale.limit)
        assert panel.scale.pinned
        assert not free[role].scale.pinned
        assert np.max(free[role].scale.limit) < 0.2 * np.max(panel.scale.limit)


def test_limits_per_map_of_another_width_are_not_forced_on_a_block() -> None:
    pinned = limits_of(build_panels(Tensors(bottleneck_maps()), Choices(scope="map")), "map")
    other = bottleneck_maps(out=8)
    panel = build_panels(Tensors(other), Choices(scope="map"), pinned)["branch"]
    assert not panel.scale.pinned
    assert len(panel.scale.limit) == 8  # type: ignore[arg-type]


def test_only_modules_from_the_last_convolution_on_have_the_channels_of_y() -> None:
    maps = bottleneck_maps()
    assert modules_on_stream(maps.inner) == {"conv3", "bn3"}
    linked = {
        name: build_panels(Tensors(maps), Choices(inner=name))["branch"].linked
        for name in maps.inner
    }
    assert linked == {"conv1": False, "act1": False, "conv2": False, "conv3": True, "bn3": True}
    pre = {name: np.zeros((1, 1, 1), np.float32) for name in ("bn1", "conv1", "bn2", "conv2")}
    assert modules_on_stream(pre) == {"conv2"}


def test_the_raw_input_is_shown_unlinked_where_its_shape_differs() -> None:
    panel = build_panels(Tensors(bottleneck_maps()), Choices(raw_input=True))["shortcut"]
    assert panel.name == "x"
    assert not panel.linked
    assert panel.n_channels == 6


# --- one large map ------------------------------------------------------------------------


def test_a_whole_map_is_shown_at_first_and_zooming_reaches_readable_values() -> None:
    whole = window((14, 14), 300, 140, Focus())
    assert (whole.rows, whole.columns, whole.cell) == (14, 14, 10)
    near = zoomed(Focus(), 10.0, (13, 0), 1)
    assert near.cell == PRINTED
    corner = window((14, 14), 300, 140, near)
    assert corner.row + corner.rows == 14  # the corner aimed at is in sight
    assert corner.column == 0
    assert zoomed(near, 10.0, (13, 0), -1) == Focus()


def test_hits_in_a_large_map_are_counted_from_the_maps_corner() -> None:
    view = window((14, 14), 300, 140, Focus(26.0, 10, 10))
    x, y = view.left + 2.5 * view.cell, 1.5 * view.cell
    assert view.hit(x, y) == (view.row + 1, view.column + 2)
    assert view.hit(view.left + view.columns * view.cell, 0) is None
    assert view.hit(0, view.rows * view.cell) is None


def test_a_large_map_is_moved_no_further_than_its_edge() -> None:
    focus = Focus(26.0, 6, 6)
    view = window((14, 14), 140, 140, focus)
    moved = panned(focus, view, 100, 0)
    assert window((14, 14), 140, 140, moved).row == 14 - view.rows
    back = panned(moved, window((14, 14), 140, 140, moved), -1, 0)
    assert window((14, 14), 140, 140, back).row == 14 - view.rows - 1
    assert panned(Focus(), view, 3, 3) == Focus()


@pytest.mark.parametrize("height", [104, 130])
@pytest.mark.parametrize("start", [0, 4, 5])
def test_every_row_of_a_large_map_can_be_moved_to(height: int, start: int) -> None:
    focus = zoomed(Focus(), 10.0, (start, 0), 1)
    tops = []
    for _ in range(14):
        view = window((14, 14), 140, height, focus)
        tops.append(view.row)
        focus = panned(focus, view, 1, 0)
    last = 14 - view.rows
    moved = list(range(tops[0], last))
    assert tops == [*moved, *[last] * (14 - len(moved))]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.42, ".42"),
        (-0.04, "−.04"),
        (0.001, "~0"),
        (0.996, "1.00"),
        (-1.378, "−1.38"),
        (28.14, "28.1"),
        (-128.4, "−128"),
        (float("nan"), "NaN"),
        (float("-inf"), "−∞"),
    ],
)
def test_values_are_printed_short(value: float, text: str) -> None:
    assert cell_text(value) == text


def test_small_values_are_printed_as_multiples_of_a_power_of_ten() -> None:
    assert decimal_exponent(0.5) == 0
    assert decimal_exponent(3.2e-7) == -7
    assert cell_text(1.28e-7, -7) == "1.28"
