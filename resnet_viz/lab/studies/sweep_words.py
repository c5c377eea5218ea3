"""What the numbers of a sweep say, in sentences made from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from resnet_viz.lab.studies.readings import Reading
from resnet_viz.numerals import figure

# Changes by less than this are called none.
_ABOUT = 1.1
# An extreme between both ends is told if it lies this far beyond them.
_BEYOND = 1.5

Point = tuple[float, Reading]


def course(points: Sequence[Point], written: Callable[[float], str], dtype: str) -> str:
    """How the gradient at the first block's input changes along a sweep.

    Args:
        points: positions in ascending order with what was measured there.
        written: a position for people: `56 layers`, `α = 0.3`.
        dtype: of the computation.

    Returns:
        `goes from 0.021 at 8 layers to 0.016 at 110 layers (1.3 times smaller)`.
    """
    numbers = [(x, r.first) for x, r in points if not r.overflows and r.first > 0.0]
    said = [_between(numbers, written)] if numbers else []
    for words, at in (
        (f"underflows {dtype}", [x for x, r in points if r.underflows]),
        (f"overflows {dtype}", [x for x, r in points if r.overflows]),
        ("is 0 because the loss is exactly 0", [x for x, r in points if r.silent]),
    ):
        if at:
            said.append(f"{words} {_places(at, [x for x, _ in points], written)}")
    return " and ".join(said)


def _between(numbers: Sequence[tuple[float, float]], written: Callable[[float], str]) -> str:
    (x0, y0), (x1, y1) = numbers[0], numbers[-1]
    if len(numbers) == 1:
        return f"is {figure(y0)} at {written(x0)}"
    values = [y for _, y in numbers]
    if max(values) < _ABOUT * min(values):
        return f"stays at {figure(y0)} from {written(x0)} to {written(x1)}"
    ends = f"goes from {figure(y0)} at {written(x0)} to {figure(y1)} at {written(x1)}"
    return f"{ends} ({_change(y1 / y0)}){_extreme(numbers, written)}"


def _change(ratio: float) -> str:
    if 1 / _ABOUT < ratio < _ABOUT:
        return "about the same"
    return f"{figure(max(ratio, 1 / ratio), 2)} times {'smaller' if ratio < 1 else 'larger'}"


def _extreme(numbers: Sequence[tuple[float, float]], written: Callable[[float], str]) -> str:
    """A value between the ends that lies well outside of both."""
    ends = numbers[0][1], numbers[-1][1]
    low, high = (choose(numbers, key=lambda n: n[1]) for choose in (min, max))
    said = ""
    if low[1] * _BEYOND < min(ends):
        said += f", lowest at {written(low[0])} with {figure(low[1])}"
    if high[1] > max(ends) * _BEYOND:
        said += f", highest at {written(high[0])} with {figure(high[1])}"
    return said


def _places(
    at: Sequence[float], everywhere: Sequence[float], written: Callable[[float], str]
) -> str:
    """`at 56 layers`, `from 56 layers on`, `up to α = 0.2`, `everywhere`."""
    if len(at) == len(everywhere):
        return "everywhere"
    if len(at) == 1:
        return f"at {written(at[0])}"
    if list(at) == list(everywhere[-len(at) :]):
        return f"from {written(at[0])} on"
    if list(at) == list(everywhere[: len(at)]):
        return f"up to {written(at[-1])}"
    return "at " + ", ".join(written(x) for x in at)


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
