"""A guessed curve and how far it is from the measured one. Imports neither torch nor Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnet_viz.numerals import counted, figure, ratio

Array = NDArray[np.float64]

# Nobody begins exactly at the first point: so far beyond its ends, as a share of the measured
# curve's width, the guess is taken to go on as it ends.
_REACH = 0.05


def drawn_over(line: Array, begin: tuple[float, float], end: tuple[float, float]) -> Array:
    """A drawn line after another stretch of it was drawn.

    What is drawn later counts, also where the hand goes back: the stretch takes the place of
    all that lies between its ends.

    Args:
        line: points so far, x and y, ascending in x, (n, 2).
        begin: where the stretch begins, x and y.
        end: where it ends, on either side of its beginning, or there for a dot.

    Returns:
        The points, (m, 2), ascending in x; no two with one x.
    """
    (left, _), (right, _) = ends = sorted((begin, end), key=lambda point: point[0])
    stretch = np.array([end] if left == right else ends, dtype=np.float64)
    before, after = line[line[:, 0] < left], line[line[:, 0] > right]
    return np.concatenate([before, stretch, after])


def resample(line: Array, x: Array, *, logarithmic: bool) -> Array:
    """What was guessed at the places that were measured.

    Args:
        line: as `drawn_over` returns it.
        x: places of the measured curve, (k,).
        logarithmic: the line was drawn on a log axis, and is straight there between its points.

    Returns:
        (k,) y; NaN where nothing was drawn.
    """
    if not len(line) or not len(x):
        return np.full(len(x), np.nan)
    guess_x, guess_y = line[:, 0], line[:, 1]
    if logarithmic:
        y = np.exp(np.interp(x, guess_x, np.log(guess_y)))
    else:
        y = np.interp(x, guess_x, guess_y)
    reach = _REACH * float(np.ptp(x))
    drawn = (x >= guess_x[0] - reach) & (x <= guess_x[-1] + reach)
    return np.where(drawn, y, np.nan)


@dataclass(frozen=True)
class Difference:
    """How far a guess is from what was measured.

    Attributes:
        sentence: for people.
        typical: on a log axis the geometric mean of the factors between the two, each taken so
            that it is at least 1; else the mean absolute difference. NaN if nothing compares.
        worst: the largest of these factors or differences.
        worst_at: index of the measured point where that is; -1 if nothing compares.
        n: points that were compared.
    """

    sentence: str
    typical: float = np.nan
    worst: float = np.nan
    worst_at: int = -1
    n: int = 0


def difference(guess: Array, measured: Array, *, logarithmic: bool) -> Difference:
    """Compare a guess with what was measured.

    On a log axis points that were measured as 0 (below the smallest number of the precision)
    are left out, and the sentence says so: no factor leads to them.

    Args:
        guess: y at the measured places, NaN where nothing was guessed, (k,).
        measured: y, (k,).
        logarithmic: whether y is on a log axis.
    """
    drawn = np.isfinite(guess) & np.isfinite(measured)
    if not drawn.any():
        return Difference("Nothing was guessed." if len(measured) else "Nothing is measured yet.")
    usable = drawn & (measured > 0) & (guess > 0) if logarithmic else drawn
    lost = int(drawn.sum() - usable.sum())
    if not usable.any():
        return Difference(f"What was guessed is measured as 0 at all {lost} points.")
    apart = _apart(guess, measured, usable, logarithmic=logarithmic)
    worst_at = int(np.nanargmax(apart))
    typical, worst = float(np.nanmean(apart)), float(apart[worst_at])
    if logarithmic:
        typical, worst = float(np.exp(typical)), float(np.exp(worst))
    n = int(usable.sum())
    too = "too high" if guess[worst_at] > measured[worst_at] else "too low"
    words = _factors if logarithmic else _differences
    sentence = words(typical, worst, too, counted(n, "point"))
    if lost:
        sentence += f" At {counted(lost, 'more point')} it is measured as 0: no factor leads there."
    return Difference(sentence, typical, worst, worst_at, n)


def _apart(guess: Array, measured: Array, usable: NDArray[np.bool_], *, logarithmic: bool) -> Array:
    """Distance on the axis at each point; NaN where it cannot be told."""
    apart = np.full(len(measured), np.nan)
    if logarithmic:
        apart[usable] = np.abs(np.log(guess[usable]) - np.log(measured[usable]))
    else:
        apart[usable] = np.abs(guess[usable] - measured[usable])
    return apart


def _factors(typical: float, worst: float, too: str, n: str) -> str:
    return (
        f"The guess is typically off by {ratio(typical)} (geometric mean over {n}), "
        f"at most by {ratio(worst)}, where it is {too}."
    )


def _differences(typical: float, worst: float, too: str, n: str) -> str:
    return (
        f"The guess is off by {figure(typical)} on average over {n}, "
        f"at most by {figure(worst)}, where it is {too}."
    )
