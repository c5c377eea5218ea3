"""What is kept thinned of curves and heatmaps, against all values looked at one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from resnet_viz.ui.train import codes
from resnet_viz.ui.train.codes import BAD, MISSING, ZERO
from resnet_viz.ui.train.curve import Curve
from resnet_viz.ui.train.heat_pyramid import HeatPyramid
from resnet_viz.ui.train.pyramid import Growing, MinMaxPyramid
from resnet_viz.ui.train.smoothing import RunningSums, windows
from resnet_viz.ui.train.time_axis import TimeAxis


def noise(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n)


# --- curves ---------------------------------------------------------------------------------


@pytest.mark.parametrize("pieces", [[1000], [1, 3, 4, 13, 100, 879], [64] * 15 + [40]])
def test_groups_hold_the_lowest_and_highest_however_the_curve_grew(pieces: list[int]) -> None:
    y = noise(1000)
    y[[5, 400, 401, 402, 403]] = np.nan
    pyramid = MinMaxPyramid()
    done = 0
    for piece in pieces:
        pyramid.update(y[: done + piece], done)
        done += piece
    for start, stop, most in [(0, 1000, 10), (0, 1000, 300), (333, 777, 8), (999, 1000, 2)]:
        first, size, low, high = pyramid.thinned(y, start, stop, most)
        assert first <= start < first + size
        for i in range(len(low)):
            members = [v for v in y[first + i * size : first + (i + 1) * size] if v == v]
            if members:
                assert (low[i], high[i]) == (min(members), max(members))
            else:
                assert math.isnan(low[i])
                assert math.isnan(high[i])
        assert first + len(low) * size >= stop


def test_a_stretch_is_thinned_no_more_than_asked_for() -> None:
    y = noise(100_000)
    pyramid = MinMaxPyramid()
    pyramid.update(y, 0)
    _, size, low, _ = pyramid.thinned(y, 20_000, 60_000, 1000)
    assert 250 <= len(low) <= 1002
    assert size == 64
    assert pyramid.thinned(y, 20_000, 20_500, 1000)[1] == 1


def test_growing_memory_is_cut_and_written_again() -> None:
    kept = Growing(np.float64)
    kept.write(0, np.arange(100.0))
    kept.write(40, np.array([7.0, 8.0]))
    assert kept.values.tolist() == [*range(40), 7.0, 8.0]


def test_running_means_are_those_of_the_finite_values() -> None:
    y = noise(500)
    y[[3, 100, 101]] = [np.nan, np.inf, np.nan]
    sums = RunningSums()
    sums.update(y[:200], 0)
    sums.update(y, 200)
    centres = np.array([0, 2, 100, 250, 498, 499])
    start, stop = windows(centres, 21, 500)
    means = sums.means(start, stop)
    for centre, a, b, mean in zip(centres, start, stop, means, strict=True):
        assert (a, b) == (max(0, centre - 10), min(500, centre + 11))
        assert mean == pytest.approx(np.mean([v for v in y[a:b] if math.isfinite(v)]))


def test_a_mean_of_nothing_finite_is_no_number() -> None:
    sums = RunningSums()
    sums.update(np.array([np.nan, 1.0]), 0)
    assert math.isnan(sums.means(np.array([0]), np.array([1]))[0])


def test_a_trace_never_loses_a_spike() -> None:
    y = np.zeros(1_000_000)
    y[654_321] = 9.0
    curve = Curve()
    curve.follow(np.arange(1, 1_000_001), y)
    for axis in (
        TimeAxis(0, 300, 0, 1e6),
        TimeAxis(0, 300, 6e5, 7e5),
        TimeAxis(0, 300, 654000, 655000),
    ):
        trace = curve.trace(axis)
        spike = int(np.argmax(trace.high))
        assert trace.high[spike] == 9.0
        assert abs(trace.x[spike] - axis.x(654_322)) <= 1.5
        assert len(trace.x) <= 1200


def test_a_curve_that_was_resumed_from_earlier_is_read_anew() -> None:
    x, before, after = np.arange(1, 2001), noise(2000, 1), noise(1500, 2)
    after[:1000] = before[:1000]
    curve, fresh = Curve(), Curve()
    curve.follow(x, before)
    assert curve.follow(x[:1500], after)
    fresh.follow(x[:1500], after)
    axis = TimeAxis(0, 50, 0, 1500)
    np.testing.assert_array_equal(curve.trace(axis).high, fresh.trace(axis).high)
    np.testing.assert_array_equal(curve.smoothed(axis, 11)[1], fresh.smoothed(axis, 11)[1])


def test_a_curve_sees_a_change_in_memory_that_it_was_given() -> None:
    memory = noise(3000, 1)
    x = np.arange(1, 3001)
    curve = Curve()
    curve.follow(x[:2000], memory[:2000])
    memory[:] = noise(3000, 2)  # as when a reader begins anew in the same buffer
    curve.follow(x, memory)
    trace = curve.trace(TimeAxis(0, 20, 0, 3000))
    assert trace.high.max() == memory.max()


def test_growth_alone_looks_at_new_values_only() -> None:
    class Watched(np.ndarray):
        looked: list[slice] = []

        def __getitem__(self, key):  # type: ignore[no-untyped-def]
            if isinstance(key, slice):
                Watched.looked.append(key)
            return np.asarray(self)[key]

    y = noise(100_010)
    curve = Curve()
    curve.follow(np.arange(100_000), y[:100_000])
    curve.follow(np.arange(100_010), y.view(Watched))
    assert Watched.looked
    assert min(key.start or 0 for key in Watched.looked if key != slice(None)) >= 99_996


# --- codes ----------------------------------------------------------------------------------


def test_codes_keep_every_figure_of_float32_to_a_third_of_a_percent() -> None:
    figures = np.float32([1.4e-45, 1e-40, 1.2e-38, 3e-7, 0.5, 1, 12345, 3.4e38])
    found = 10 ** codes.decode_log(codes.encode_log(figures))
    np.testing.assert_allclose(found, figures.astype(np.float64), rtol=0.0033)


def test_what_is_no_place_has_a_code_of_its_own() -> None:
    figures = np.float32([np.nan, 0, np.inf, -np.inf, -1])
    assert codes.encode_log(figures).tolist() == [MISSING, ZERO, BAD, BAD, BAD]
    shares = codes.encode_share(np.float32([0, 0.25, 1, np.nan]))
    np.testing.assert_allclose(codes.decode_share(shares[:3]), [0, 0.25, 1], atol=1e-4)
    assert shares[3] == MISSING


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_merging_is_a_mean_that_loses_no_zero_and_no_infinity(axis: int) -> None:
    rng = np.random.default_rng(axis)
    some = rng.choice(
        [MISSING, ZERO, BAD, 500, 40_000, 65_000], (6, 5, 7), p=[0.2, 0.02, 0.02, 0.26, 0.25, 0.25]
    )
    some = some.astype(np.uint16)
    found = codes.merged(some, axis)
    rows = np.moveaxis(some, axis, -1)
    for place in np.ndindex(*rows.shape[:-1]):
        members = rows[place].tolist()
        regular = [m for m in members if m not in (MISSING, ZERO, BAD)]
        if BAD in members:
            expected = BAD
        elif ZERO in members:
            expected = ZERO
        else:
            expected = math.floor(sum(regular) / len(regular) + 0.5) if regular else MISSING
        assert found[place] == expected


# --- heatmaps -------------------------------------------------------------------------------

N_BLOCKS = 5


def figures(n: int) -> np.ndarray:
    values = np.exp(noise(n * N_BLOCKS, 3) * 4).reshape(n, N_BLOCKS).astype(np.float32)
    values[n // 3, 1] = 0
    values[n // 2, 2] = np.inf
    values[n // 4, 3] = np.nan
    return values


def grown(values: np.ndarray, steps: np.ndarray, pieces: list[int]) -> HeatPyramid:
    pyramid = HeatPyramid(N_BLOCKS)
    done = 0
    for piece in pieces:
        done += piece
        pyramid.extend(steps[:done], lambda index: codes.encode_log(values[index]))
    return pyramid


@pytest.mark.parametrize("pieces", [[700], [1, 2, 3, 94, 600], [7] * 100])
def test_groups_of_measurements_are_means_of_their_logarithms(pieces: list[int]) -> None:
    values = figures(700)
    steps = np.arange(700) * 3 + 1
    pyramid = grown(values, steps, pieces)
    fetch = lambda index: codes.encode_log(values[index])  # noqa: E731
    for size in (1, 2, 8, 64, 512):
        groups = np.arange(-(-700 // size))
        found = pyramid.rows(groups, size, fetch)
        for g in groups:
            for block in range(N_BLOCKS):
                members = values[g * size : (g + 1) * size, block]
                check_group(int(found[g, block]), members)


def check_group(found: int, members: np.ndarray) -> None:
    measured = members[~np.isnan(members)]
    if not measured.size:
        assert found == MISSING
    elif np.isinf(measured).any():
        assert found == BAD
    elif (measured == 0).any():
        assert found == ZERO
    elif measured.size == members.size and members.size & (members.size - 1) == 0:
        exponent = np.log10(measured.astype(np.float64)).mean()
        assert float(codes.decode_log(np.array(found))) == pytest.approx(exponent, abs=0.005)


def test_each_pixel_shows_the_last_measurement_before_it() -> None:
    values, steps = figures(40), np.sort(np.random.default_rng(1).choice(1000, 40, replace=False))
    pyramid = grown(values, steps, [40])
    moments = np.linspace(0, 1100, 3000)
    columns = pyramid.seen(moments, lambda index: codes.encode_log(values[index]))
    assert columns.size == 1
    for moment, at in zip(moments, columns.at, strict=True):
        before = np.flatnonzero(steps <= moment)
        if not before.size or moment >= steps[-1] + np.median(np.diff(steps)):
            assert at == -1
        else:
            expected = codes.encode_log(values[before[-1]])
            assert columns.codes[at].tolist() == expected.tolist()


def test_measurements_that_share_a_pixel_are_all_in_its_group() -> None:
    values = np.ones((5000, N_BLOCKS), np.float32)
    values[::701, 4] = 0  # eight of them
    steps = np.arange(5000)
    pyramid = grown(values, steps, [5000])
    columns = pyramid.seen(np.linspace(0, 4999, 100), lambda index: codes.encode_log(values[index]))
    assert columns.size == 64
    shown = columns.codes[np.unique(columns.at)]
    assert int((shown[:, 4] == ZERO).sum()) == 8


def test_the_histogram_counts_every_figure_once() -> None:
    values = figures(300)
    pyramid = grown(values, np.arange(300), [100, 1, 199])
    assert pyramid.n_zero == 1
    assert pyramid.n_bad == 1
    assert pyramid.histogram.sum() == 300 * N_BLOCKS - 3


def test_nothing_measured_is_nothing_shown() -> None:
    columns = HeatPyramid(N_BLOCKS).seen(np.arange(9.0), lambda index: np.empty((0, N_BLOCKS)))
    assert columns.at.tolist() == [-1] * 9
