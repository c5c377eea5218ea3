"""Guessed curves: drawing over, reading off, comparing with what was measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from resnet_viz.lecture.prediction import Array, difference, drawn_over, resample

EMPTY: Array = np.empty((0, 2))


def _drawn(*places: tuple[float, float]) -> Array:
    """A line drawn in one go."""
    line, last = EMPTY, places[0]
    for place in places:
        line, last = drawn_over(line, last, place), place
    return line


def test_a_dot_is_a_line_of_one_point() -> None:
    assert drawn_over(EMPTY, (3.0, 1.0), (3.0, 1.0)).tolist() == [[3.0, 1.0]]


def test_points_ascend_whichever_way_the_hand_goes() -> None:
    right = _drawn((0, 1), (1, 2), (2, 3))
    left = _drawn((2, 3), (1, 2), (0, 1))
    assert right.tolist() == left.tolist() == [[0, 1], [1, 2], [2, 3]]


def test_going_back_replaces_what_was_drawn_there() -> None:
    line = _drawn((0, 0), (1, 0), (2, 0), (3, 0), (1, 5))
    assert line.tolist() == [[0, 0], [1, 5], [3, 0]]


def test_another_stroke_leaves_the_rest_of_the_line() -> None:
    line = _drawn((0, 0), (10, 0))
    for begin, end in (((4, 7), (5, 8)), ((5, 8), (6, 7))):
        line = drawn_over(line, begin, end)
    assert line.tolist() == [[0, 0], [4, 7], [5, 8], [6, 7], [10, 0]]


def test_upright_strokes_keep_one_point_where_the_hand_ends() -> None:
    assert _drawn((1, 0), (1, 9), (1, 4)).tolist() == [[1, 4]]


def test_between_its_points_a_line_is_straight_on_the_axis_it_was_drawn_on() -> None:
    line = _drawn((0, 1.0), (2, 100.0))
    x = np.array([1.0])
    assert resample(line, x, logarithmic=True) == pytest.approx([10.0])
    assert resample(line, x, logarithmic=False) == pytest.approx([50.5])


def test_nothing_is_read_off_where_nothing_was_drawn() -> None:
    x = np.linspace(0, 100, 101)
    read = resample(_drawn((20, 1), (60, 1)), x, logarithmic=False)
    inside = (x >= 20) & (x <= 60)
    assert np.isfinite(read[inside]).all()
    assert np.isnan(read[(x < 10) | (x > 70)]).all()
    # Who begins a little late has guessed the first point too.
    assert read[18] == 1.0


def test_an_empty_line_and_an_empty_curve_read_off_to_nothing() -> None:
    assert np.isnan(resample(EMPTY, np.arange(3.0), logarithmic=True)).all()
    assert resample(_drawn((0, 1)), np.array([]), logarithmic=True).size == 0


def test_on_a_log_axis_factors_are_averaged_whichever_way_they_go() -> None:
    measured = np.array([1.0, 1.0, 1.0, 1.0])
    guess = measured * np.array([10.0, 0.1, 10.0, 1e-5])
    told = difference(guess, measured, logarithmic=True)
    assert told.typical == pytest.approx(10 ** ((1 + 1 + 1 + 5) / 4))
    assert told.worst == pytest.approx(1e5)
    assert (told.worst_at, told.n) == (3, 4)
    assert "100×" in told.sentence
    assert "10⁵ times" in told.sentence
    assert told.sentence.endswith("where it is too low.")


def test_on_a_linear_axis_differences_are_averaged() -> None:
    guess, measured = np.array([0.5, 0.5, 0.9]), np.array([0.4, 0.6, 0.2])
    told = difference(guess, measured, logarithmic=False)
    assert told.typical == pytest.approx(0.9 / 3)
    assert told.worst == pytest.approx(0.7)
    assert told.worst_at == 2
    assert "0.300 on average over 3 points" in told.sentence
    assert "too high" in told.sentence


def test_points_that_nobody_guessed_are_left_out() -> None:
    guess = np.array([np.nan, 2.0, np.nan])
    told = difference(guess, np.array([1.0, 1.0, 1.0]), logarithmic=True)
    assert (told.n, told.worst_at) == (1, 1)
    assert told.typical == pytest.approx(2.0)


def test_no_factor_leads_to_a_measured_zero_and_the_sentence_says_so() -> None:
    guess, measured = np.array([1e-9, 1e-9, 0.1]), np.array([0.0, 0.0, 0.1])
    told = difference(guess, measured, logarithmic=True)
    assert told.typical == pytest.approx(1.0)
    assert told.n == 1
    assert "At 2 more points it is measured as 0" in told.sentence
    nothing_else = difference(guess[:2], measured[:2], logarithmic=True)
    assert nothing_else.n == 0
    assert math.isnan(nothing_else.typical)
    assert "measured as 0 at all 2 points" in nothing_else.sentence


@pytest.mark.parametrize(("measured", "word"), [([1.0, 2.0], "guessed"), ([], "measured")])
def test_without_a_guess_there_is_no_figure(measured: list[float], word: str) -> None:
    told = difference(np.full(len(measured), np.nan), np.array(measured), logarithmic=True)
    assert told.n == 0
    assert told.worst_at == -1
    assert word in told.sentence
