"""Scales, captions and figures of the overview: what is written beside the curves. No Qt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from snapshots import synthetic_snapshot

from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.numerals import count, figure, percent, power_of_ten, ratio
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.ui.overview.captions import (
    facts,
    gradient_caption,
    path_state,
    split,
    spoken,
    zero_note,
)
from resnet_viz.ui.overview.figures import Figures, shares
from resnet_viz.ui.overview.scale import LogScale, Mark, nice_ceiling, scale_for, tick_text

RESNET18 = spec("resnet18")


def with_gradients(*grads: float, dtype: str = "float32") -> Figures:
    """Figures of a network of as many blocks, with these gradients."""
    network = replace(RESNET18, depths=(len(grads),), widths=(64,))
    snapshot = synthetic_snapshot(network, dtype=dtype)
    blocks = tuple(replace(b, grad_in=g) for b, g in zip(snapshot.blocks, grads, strict=True))
    return Figures.of(replace(snapshot, blocks=blocks))


# --- numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.06743, "0.0674"),
        (41.23, "41.2"),
        (0.99996, "1.00"),
        (9984.0, "9980"),
        (9999.0, "1.00×10⁴"),
        (99999.0, "1.00×10⁵"),
        (6.741e-5, "6.74×10⁻⁵"),
        (1.4e-45, "1.40×10⁻⁴⁵"),
        (-0.25, "−0.250"),
        (-3.2e8, "−3.20×10⁸"),
        (float("inf"), "inf"),
        (float("-inf"), "−inf"),
        (float("nan"), "NaN"),
    ],
)
def test_figure(value: float, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.44, "1.4×"), (9.96, "10×"), (14.2, "14×"), (18161, "18,200×"), (7.2e7, "7×10⁷ times"),
     (1e9, "10⁹ times")],
)  # fmt: skip
def test_ratio(value: float, text: str) -> None:
    assert ratio(value) == text


def test_shares_near_the_ends_are_told_from_them() -> None:
    assert [percent(s) for s in (0, 0.001, 0.5, 0.999, 1)] == [
        "0 %", "<1 %", "50 %", ">99 %", "100 %"
    ]  # fmt: skip
    assert split(0.71) == "71 : 29"
    assert split(1.0) == "100 : 0"
    assert split(0.999) == ">99 % : <1 %"
    assert split(float("nan")) == "nothing flows"
    assert split(float("inf")) == "not finite"


def test_counts_have_units() -> None:
    assert [count(v) for v in (37, 9408, 999_900, 231_211_008, 4.1e9)] == [
        "37", "9.41 k", "1.00 M", "231 M", "4.10 G"
    ]  # fmt: skip


# --- log axis -------------------------------------------------------------------------------


def test_scale_holds_every_positive_value_in_whole_decades() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        values = 10.0 ** rng.uniform(-60, 40, rng.integers(1, 9))
        scale = scale_for(values)
        fractions = scale.fractions(values)
        assert scale.high - scale.low >= 2
        assert (scale.marks(values) == Mark.POINT).all()
        assert fractions == pytest.approx(
            (np.log10(values) - scale.low) / (scale.high - scale.low), abs=1e-9
        )
        # No decade is wasted beyond the two that are always shown.
        if scale.high - scale.low > 2:
            assert np.log10(values).min() < scale.low + 1
            assert np.log10(values).max() > scale.high - 1


def test_scale_covers_the_ghost_too() -> None:
    scale = scale_for(np.array([0.3, 0.2]), np.array([1e-6, 1.0]))
    assert (scale.low, scale.high) == (-6, 0)


@pytest.mark.parametrize("values", [[], [0.0], [0.0, float("nan")]])
def test_scale_without_a_positive_value_still_has_decades(values: list[float]) -> None:
    scale = scale_for(np.array(values))
    assert scale.high - scale.low == 2
    assert scale.floor == (0.0 in values)


def test_zero_infinity_and_nan_get_their_own_marks_and_rows() -> None:
    values = np.array([0.1, 0.0, np.inf, np.nan, -1.0])
    scale = scale_for(values)
    assert scale.floor
    assert scale.ceiling
    assert scale.marks(values).tolist() == [
        Mark.POINT, Mark.ZERO, Mark.INFINITE, Mark.NOT_A_NUMBER, Mark.NOT_A_NUMBER
    ]  # fmt: skip
    assert np.isfinite(scale.fractions(values)).all()


def test_values_off_a_pinned_scale_are_marked_not_moved_silently() -> None:
    pinned = LogScale(-2, 0)
    values = np.array([1e-5, 1e-2, 0.5, 1.0, 30.0])
    assert pinned.marks(values).tolist() == [
        Mark.BELOW, Mark.POINT, Mark.POINT, Mark.POINT, Mark.ABOVE
    ]  # fmt: skip
    assert pinned.fractions(values)[[0, -1]].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(("low", "high"), [(-3, 0), (-45, 1), (-300, 200), (-1, 1)])
@pytest.mark.parametrize("height", [30.0, 90.0, 300.0])
def test_ticks_lie_on_the_axis_and_keep_their_distance(low: int, high: int, height: float) -> None:
    ticks = LogScale(low, high).ticks(height, spacing=18.0)
    exponents = [e for e, _ in ticks]
    assert exponents
    assert all(low <= e <= high for e in exponents)
    steps = np.diff(exponents)
    assert (steps == steps[:1].repeat(steps.size)).all()
    if steps.size:
        assert steps[0] * height / (high - low) >= 18.0 - 1e-9 or steps[0] == high - low
    assert [text for _, text in ticks] == [power_of_ten(e) for e in exponents]


def test_every_decade_is_labelled_where_there_is_room() -> None:
    assert [t for _, t in LogScale(-3, 0).ticks(90, 18)] == ["10⁻³", "10⁻²", "10⁻¹", "1"]


# --- captions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grads", "caption"),
    [
        ((0.02, 0.1, 0.28), "layer1.0 is 14× smaller than layer1.2"),
        ((4e3, 1.0, 1.0), "layer1.0 is 4,000× larger than layer1.2"),
        ((1.0, 5.0, 1.05), "layer1.0 and layer1.2 are about equal"),
        ((1.0, 5.0, 0.95), "layer1.0 and layer1.2 are about equal"),
        ((1e-30, 1.0, 7e0), "layer1.0 is 7×10³⁰ times smaller than layer1.2"),
        ((0.0, 0.0, 0.3), "0 at layer1.0 and 1 more, 0.300 at layer1.2"),
        ((0.3, 0.0, 0.0), "0 at layer1.2 and 1 more, 0.300 at layer1.0"),
        ((0.0, 0.0, 0.0), "the gradient is 0 in every block"),
        ((0.0, 0.1, 0.0), "the gradient is 0 in 2 of 3 blocks"),
        ((float("inf"), 1.0, 0.3), "layer1.0: inf, layer1.2: 0.300"),
        ((float("nan"), 1.0, 0.3), "layer1.0: not a number, layer1.2: 0.300"),
        ((0.25,), "layer1.0: 0.250"),
    ],
)
def test_gradient_caption(grads: tuple[float, ...], caption: str) -> None:
    assert gradient_caption(with_gradients(*grads)) == caption


def test_caption_of_ratios_beyond_a_float_does_not_overflow() -> None:
    caption = gradient_caption(with_gradients(1e-300, 1e300, dtype="float64"))
    assert caption == "layer1.0 is 10³⁰⁰ times smaller than layer1.1"


def test_zero_is_named_by_its_precision() -> None:
    assert zero_note(with_gradients(0.0, 0.2)) == "0: every entry below 10⁻⁴⁵ (float32)"
    assert "10⁻³²³" in zero_note(with_gradients(0.0, 0.2, dtype="float64"))
    assert zero_note(with_gradients(0.1, 0.2)) == ""


def test_zero_behind_a_closed_block_is_not_called_underflow() -> None:
    closed = {"layer2.1": Gate(0.0, 0.0)}
    snapshot = synthetic_snapshot(RESNET18, closed)
    names = [b.name for b in snapshot.blocks]
    at = names.index("layer2.1")
    blocks = tuple(replace(b, grad_in=0.0) if i <= at else b for i, b in enumerate(snapshot.blocks))
    figures = Figures.of(replace(snapshot, blocks=blocks))
    assert zero_note(figures) == "0: no path through layer2.1"
    # A zero after the closed block has another cause.
    beyond = tuple(replace(b, grad_in=0.0) for b in blocks)
    assert "float32" in zero_note(Figures.of(replace(snapshot, blocks=beyond)))


def test_path_state_names_what_is_not_open() -> None:
    assert path_state(Gate()) == ""
    assert path_state(Gate(0.0, 1.0)) == "skip cut"
    assert path_state(Gate(0.8, 0.0)) == "skip α 0.80, branch dropped"


def test_spoken_text_has_name_state_and_figures() -> None:
    block = list(RESNET18.blocks())[2]
    stats = synthetic_snapshot(RESNET18).block(block.name)
    text = spoken(block, Gate(0.0, 1.0), stats)
    assert text.startswith("layer2.0, basic block, projection shortcut, skip cut, ")
    assert f"‖∂L/∂x‖ {figure(stats.grad_in)}" in text
    assert spoken(block, Gate(), None).endswith("both paths open, not measured yet")


# --- figures --------------------------------------------------------------------------------


def test_shares_are_of_gated_contributions() -> None:
    gates = {"layer1.0": Gate(0.0, 1.0), "layer1.1": Gate(0.5, 1.0), "layer2.0": Gate(1.0, 0.0),
             "layer2.1": Gate(0.0, 0.0)}  # fmt: skip
    snapshot = synthetic_snapshot(RESNET18, gates)
    share = Figures.of(snapshot).forward_share
    half = snapshot.block("layer1.1")
    assert share[0] == 0.0
    assert share[1] == pytest.approx(
        0.5 * half.norm_shortcut / (0.5 * half.norm_shortcut + half.norm_branch)
    )
    assert share[2] == 1.0
    assert np.isnan(share[3])


def test_a_closed_path_that_overflowed_does_not_count() -> None:
    snapshot = synthetic_snapshot(RESNET18, {"layer1.0": Gate(1.0, 0.0)})
    blocks = list(snapshot.blocks)
    blocks[0] = replace(blocks[0], norm_branch=float("inf"))
    blocks[1] = replace(blocks[1], norm_branch=float("nan"))
    share = Figures.of(replace(snapshot, blocks=tuple(blocks))).forward_share
    assert share[0] == 1.0
    assert np.isinf(share[1])


def test_shares_of_tiny_and_huge_numbers() -> None:
    tiny, huge = np.array([3e-320, 3e307]), np.array([1e-320, 1.5e308])
    assert shares(tiny, huge) == pytest.approx([0.75, 1 / 6], rel=1e-3)


def test_facts_are_those_of_the_block() -> None:
    stats = synthetic_snapshot(RESNET18).blocks[3]
    written = dict(facts(stats))
    assert written["‖∂L/∂x‖"] == figure(stats.grad_in)
    share = stats.norm_shortcut / (stats.norm_shortcut + stats.norm_branch)
    assert written["skip : F(x)"].startswith(f"{share * 100:.0f} :")
    assert written["zeros"] == percent(stats.zero_share)


def test_figures_follow_the_snapshot() -> None:
    snapshot: Snapshot = synthetic_snapshot(RESNET18)
    figures = Figures.of(snapshot)
    assert figures.names == tuple(b.name for b in RESNET18.blocks())
    assert figures.grad_in.tolist() == [b.grad_in for b in snapshot.blocks]
    assert figures.macs.tolist() == [b.macs for b in snapshot.blocks]


def test_zero_that_comes_from_the_loss_is_not_blamed_on_the_blocks() -> None:
    snapshot = synthetic_snapshot(RESNET18)
    blocks = tuple(replace(b, grad_in=0.0, grad_out=0.0) for b in snapshot.blocks)
    saturated = Figures.of(replace(snapshot, blocks=blocks, loss=0.0))
    assert zero_note(saturated).startswith("0: the loss itself is 0 in float32")
    elsewhere = Figures.of(replace(snapshot, blocks=blocks, loss=0.4))
    assert "already where it reaches the last block" in zero_note(elsewhere)


@pytest.mark.parametrize(
    ("value", "ceiling", "tick"),
    [(0.3, 0.5, "0.5"), (0.11, 0.2, "0.2"), (1.0, 1.0, "1"), (37, 50, "50"), (0, 1, "1"),
     (3e37, 1e38, "10³⁸"), (2e-7, 1e-6, "10⁻⁶"), (1200, 2000, "2000")],
)  # fmt: skip
def test_linear_axis_ends_on_a_round_number(value: float, ceiling: float, tick: str) -> None:
    assert nice_ceiling(value) == pytest.approx(ceiling)
    assert tick_text(nice_ceiling(value)) == tick
