"""The shared axis: zoom, pan, fold, labels; the chain's geometry; heights of lanes. No Qt."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from resnet_viz.models.specs import spec
from resnet_viz.ui.overview.geometry import ARC_REACH_PX, Chain, Hit, Part, Want, stack
from resnet_viz.ui.overview.layout import (
    FOLD_PX,
    GROUP_PX,
    MAX_PITCH_PX,
    BlockAxis,
    Detail,
    label_step,
    thin_labels,
)

DEEP = BlockAxis((200, 200, 200), left=50.0, width=900.0)
SHORT = BlockAxis((3, 4, 6, 3), left=50.0, width=880.0)


def chain_over(axis: BlockAxis) -> Chain:
    return Chain(
        axis, header_top=0, header_height=20, line_y=75, square_max=26, arc_max=42, label_y=95
    )


def test_fitted_blocks_fill_the_axis_and_stages_follow_each_other() -> None:
    assert SHORT.pitch == pytest.approx(880 / 16)
    assert SHORT.x(0) == 50.0
    assert SHORT.x(16) == pytest.approx(SHORT.right)
    assert SHORT.visible == range(16)
    assert [SHORT.stage_of(i) for i in (0, 2, 3, 6, 7, 12, 13, 15)] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert SHORT.stage_span(3) == (7, 13)


def test_index_at_inverts_centre() -> None:
    axis = DEEP.zoomed(7.3, 400.0)
    for i in axis.visible:
        if axis.left <= axis.centre(i) < axis.right:
            assert axis.index_at(axis.centre(i)) == i
    assert axis.index_at(axis.left - 1) is None
    assert axis.index_at(axis.right + 1) is None


def test_arrays_of_pixels_agree_with_single_ones() -> None:
    axis = DEEP.zoomed(3.0, 300.0)
    blocks = axis.visible
    assert axis.centres(blocks) == pytest.approx([axis.centre(i) for i in blocks])
    assert axis.edges(blocks) == pytest.approx([axis.x(i) for i in [*blocks, blocks.stop]])


@pytest.mark.parametrize("factor", [1.1, 2.0, 9.0])
@pytest.mark.parametrize("x", [51.0, 300.0, 500.0, 949.0])
def test_zooming_in_keeps_the_point_under_the_pointer(factor: float, x: float) -> None:
    axis = DEEP
    for _ in range(3):
        before = axis.coordinate(x)
        axis = axis.zoomed(factor, x)
        assert axis.coordinate(x) == pytest.approx(before, abs=1e-6)


def test_zooming_in_and_out_at_one_point_returns_to_the_start() -> None:
    zoomed = DEEP.zoomed(4.0, 333.0)
    back = zoomed.zoomed(0.25, 333.0)
    assert (back.zoom, back.start) == pytest.approx((1.0, 0.0))


def test_zoom_stops_at_all_blocks_and_at_the_widest_block() -> None:
    assert DEEP.zoomed(0.01, 500.0).zoom == 1.0
    assert DEEP.zoomed(1e9, 500.0).pitch == pytest.approx(MAX_PITCH_PX)
    wide = BlockAxis((2, 2), width=900.0)  # fits with blocks wider than zoom would make them
    assert wide.zoomed(5.0, 100.0).zoom == 1.0


@pytest.mark.parametrize("dx", [-1e6, -50.0, 50.0, 1e6])
def test_panning_never_leaves_the_network(dx: float) -> None:
    axis = DEEP.zoomed(5.0, 500.0)
    moved = axis.panned(dx)
    assert moved.x(0) <= axis.left + 1e-6
    assert moved.x(600) >= axis.right - 1e-6
    if abs(dx) == 50.0:
        assert moved.centre(300) - axis.centre(300) == pytest.approx(dx)


def test_fitted_axis_cannot_be_panned() -> None:
    assert DEEP.panned(100.0).start == 0.0


def test_resizing_keeps_zoom_and_first_block() -> None:
    axis = DEEP.zoomed(6.0, 700.0)
    wider = axis.resized(60.0, 1500.0)
    assert (wider.zoom, wider.start) == pytest.approx((axis.zoom, axis.start))
    assert (wider.left, wider.width) == (60.0, 1500.0)


def test_showing_a_stage_fills_the_axis_with_it() -> None:
    axis = DEEP.showing(200, 400)
    assert axis.x(200) == pytest.approx(axis.left)
    assert axis.x(400) == pytest.approx(axis.right)
    # A stage of one block cannot be blown up beyond the widest block, but is in view.
    tiny = BlockAxis((1, 99), width=900.0).showing(0, 1)
    assert tiny.pitch == pytest.approx(MAX_PITCH_PX)
    assert 0 in tiny.visible


@pytest.mark.parametrize("index", [0, 5, 299, 300, 598, 599])
def test_revealing_brings_a_block_into_view_and_stays_if_it_is(index: int) -> None:
    axis = DEEP.zoomed(20.0, 500.0).revealing(index)
    assert axis.left - 1e-6 <= axis.x(index)
    assert axis.x(index + 1) <= axis.right + 1e-6
    assert axis.revealing(index) == axis


def test_folds_below_the_thresholds_and_unfolds_above() -> None:
    blocks = 50
    for width, detail in (
        (FOLD_PX * blocks, Detail.BLOCKS),
        (FOLD_PX * blocks - 1, Detail.FOLDED),
        (GROUP_PX * blocks, Detail.FOLDED),
        (GROUP_PX * blocks - 1, Detail.GROUPED),
    ):
        assert BlockAxis((blocks,), width=width).detail is detail
    assert DEEP.detail is Detail.GROUPED
    assert DEEP.zoomed(30.0, 400.0).detail is Detail.BLOCKS


def test_arcs_stand_for_several_blocks_only_when_grouped() -> None:
    assert DEEP.blocks_per_arc * DEEP.pitch == pytest.approx(12.0, abs=DEEP.pitch)
    assert DEEP.zoomed(5.0, 400.0).blocks_per_arc == 1


def overlaps(spans: list[tuple[float, float]]) -> bool:
    return any(a[1] > b[0] for a, b in itertools.pairwise(sorted(spans)))


@pytest.mark.parametrize("pitch", [1.4, 6.0, 17.0, 40.0])
def test_thinned_labels_never_overlap_and_keep_the_first(pitch: float) -> None:
    rng = np.random.default_rng(3)
    centres = [i * pitch for i in range(300)]
    widths = rng.uniform(12, 44, 300).tolist()
    order = rng.permutation(300).tolist()
    chosen = thin_labels(centres, widths, order, gap=4.0)
    assert order[0] in chosen
    assert chosen == sorted(chosen)
    assert not overlaps([(centres[i] - widths[i] / 2, centres[i] + widths[i] / 2) for i in chosen])
    for i in set(range(300)) - set(chosen):  # nothing that would have fitted is left out
        spans = [(centres[k] - widths[k] / 2 - 4, centres[k] + widths[k] / 2 + 4) for k in chosen]
        assert overlaps([*spans, (centres[i] - widths[i] / 2, centres[i] + widths[i] / 2)])


@pytest.mark.parametrize(
    ("needed", "pitch", "step"), [(20, 40, 1), (20, 19, 2), (30, 7, 5), (40, 1.5, 50)]
)
def test_label_step(needed: float, pitch: float, step: int) -> None:
    assert label_step(needed, pitch) == step


def test_what_lies_under_the_pointer() -> None:
    chain = chain_over(SHORT)
    x = SHORT.centre(8)
    top = chain.arc_base - chain.arc_height
    assert chain.hit(x, 10) == Hit(Part.STAGE, 3)
    assert chain.hit(x, chain.line_y) == Hit(Part.SQUARE, 8)
    assert chain.hit(x, top) == Hit(Part.ARC, 8)
    assert chain.hit(x, top - ARC_REACH_PX + 1) == Hit(Part.ARC, 8)
    assert chain.hit(x, top + ARC_REACH_PX - 1) == Hit(Part.ARC, 8)
    assert chain.hit(x, top + ARC_REACH_PX + 3) == Hit(Part.COLUMN, 8)
    assert chain.hit(x, 300) == Hit(Part.COLUMN, 8)
    assert chain.hit(10, chain.line_y) is None


def test_every_point_of_an_arc_hits_it_or_its_neighbour_at_the_foot() -> None:
    chain = chain_over(SHORT)
    for angle in np.linspace(0.15, np.pi - 0.15, 40):
        x = SHORT.centre(5) + chain.arc_half_span * np.cos(angle)
        y = chain.arc_base - chain.arc_height * np.sin(angle)
        hit = chain.hit(float(x), float(y))
        assert hit is not None
        if hit.part is Part.ARC:
            assert hit.index == 5
        else:  # the feet of an arc lie beside its square
            assert hit == Hit(Part.SQUARE, 5)


def test_arc_distance_is_that_of_a_half_ellipse() -> None:
    chain = chain_over(SHORT)
    apex = chain.arc_base - chain.arc_height
    assert chain.arc_distance(4, SHORT.centre(4), apex) == pytest.approx(0, abs=1e-6)
    assert chain.arc_distance(4, SHORT.centre(4), apex - 7) == pytest.approx(7, abs=0.05)
    foot = SHORT.centre(4) + chain.arc_half_span
    assert chain.arc_distance(4, foot + 3, chain.arc_base) == pytest.approx(3, abs=0.05)


def test_folded_arcs_can_be_hit_until_blocks_are_too_narrow_to_aim_at() -> None:
    folded = chain_over(DEEP.zoomed(5.0, 500.0))
    y = folded.arc_base - folded.arc_height / 2
    for i in list(folded.axis.visible)[3:9]:
        assert folded.hit(folded.axis.centre(i), y) == Hit(Part.ARC, i)
    grouped = chain_over(DEEP)
    y = grouped.arc_base - grouped.arc_height / 2
    assert grouped.hit(DEEP.centre(300), y) == Hit(Part.COLUMN, 300)


def test_neighbouring_squares_and_arcs_stay_apart() -> None:
    for name in ("resnet18", "resnet34", "resnet56", "resnet152"):
        chain = chain_over(BlockAxis(spec(name).depths, width=880.0))
        if chain.axis.detail is Detail.BLOCKS:
            assert chain.square < chain.axis.pitch
            assert 2 * chain.arc_half_span < chain.axis.pitch


@pytest.mark.parametrize("available", [50.0, 200.0, 320.0, 10_000.0])
def test_lanes_share_the_height_within_their_limits(available: float) -> None:
    wants = [Want(70, 400, 3), Want(40, 120, 1), Want(40, 120, 1)]
    heights = stack(available, wants)
    assert all(w.least <= h <= w.most + 1e-6 for w, h in zip(wants, heights, strict=True))
    assert sum(heights) == pytest.approx(min(max(available, 150), 640), abs=1.0)


def test_axis_follows_another_on_its_own_place() -> None:
    leader = BlockAxis((9, 9, 9), 50.0, 500.0).zoomed(2.0, 400.0)
    follower = BlockAxis((9, 9, 9), 60.0, 900.0).following(leader)
    assert (follower.left, follower.width) == (60.0, 900.0)
    assert (follower.zoom, follower.start) == (leader.zoom, leader.start)
    # A wider axis reaches its widest block sooner: it follows as far as it can.
    leader = BlockAxis((2, 2), 0.0, 100.0).zoomed(3.0, 50.0)
    assert BlockAxis((2, 2), 0.0, 4000.0).following(leader).zoom == 1.0
