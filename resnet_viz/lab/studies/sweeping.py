"""Measuring two networks at a row of places, and the charts that come of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import AlphaSweep, DepthSweep, ScaleSweep
from resnet_viz.lab.findings import Chart, Curve, Finding, Floats, Table
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.lab.studies.pair import FLOOR, LABELS
from resnet_viz.lab.studies.readings import Reading, reading_of, snapshot_of
from resnet_viz.lab.studies.sweep_words import capital, course
from resnet_viz.lab.wording import conditions
from resnet_viz.numerals import counted


@dataclass(frozen=True)
class Axis:
    """What changes along a sweep.

    Attributes:
        key: for files: `depth`.
        title: for people, after "against".
        label: of the axis, with its unit.
        written: a position for people: `56 layers`.
        decides: what the notes must not name, because it changes: `layers`, `alpha`, `gain`.
        log: whether the axis is logarithmic.
    """

    key: str
    title: str
    label: str
    written: Callable[[float], str]
    decides: str
    log: bool = False


@dataclass(frozen=True)
class Place:
    """One position on the axis, and the settings that are measured there."""

    x: float
    settings: LabSettings


Readings = Mapping[tuple[float, Side], Reading]
Curves = tuple[Curve, ...]

WORDS: dict[Side, str] = {"residual": "with skips", "plain": "without skips"}


def sweep(
    bench: Bench,
    settings: LabSettings,
    experiment: DepthSweep | AlphaSweep | ScaleSweep,
    axis: Axis,
    places: Sequence[Place],
    notes: Sequence[str],
) -> Iterator[Finding]:
    """Measure both networks at every place, one network a slice.

    Args:
        bench: builds the networks and the batches.
        settings: which the places vary.
        experiment: what was asked.
        axis: what changes.
        places: in ascending order.
        notes: what limits the numbers.

    Yields:
        What is known after every network.
    """
    slices = [(place, side) for place in places for side in SIDES]
    readings: dict[tuple[float, Side], Reading] = {}
    known: dict[Hashable, Reading] = {}
    for done, (place, side) in enumerate(slices, 1):
        # One network at several places, such as the plain twin at every α, is measured once.
        question = bench.question(place.settings, side)
        if question not in known:
            known[question] = _read(bench, place.settings, side)
        readings[place.x, side] = known[question]
        said = circumstances(settings, axis.decides)
        yield Finding(
            experiment,
            settings,
            charts=_charts(settings, axis, places, readings, f"{said}; {_shown(bench, settings)}"),
            tables=(_table(axis, places, readings),),
            sentence=_sentence(axis, settings, readings, said),
            done=done,
            total=len(slices),
            notes=(*notes, *_limits(axis, settings, readings)),
        )


def circumstances(settings: LabSettings, changing: str) -> str:
    """What the numbers depend on, but for what changes along the axis."""
    said = conditions(replace(settings, gain=1.0) if changing == "gain" else settings)
    if changing == "layers":
        said = said.partition(", ")[2]  # it begins with the number of layers
    if changing != "alpha" and settings.alpha != 1.0:
        said += f", skips at α = {settings.alpha:g}"
    if changing == "layers":
        return said
    for names, thing, what in (
        (settings.cut, "skip", "cut"),
        (settings.dropped, "branch", "dropped"),
        (settings.plain_restored, "skip", "in the plain twin"),
        (settings.plain_dropped, "branch", "dropped in the plain twin"),
    ):
        if names:
            said += f", {counted(len(names), thing)} {what}"
    return said


def _shown(bench: Bench, settings: LabSettings) -> str:
    return f"{bench.batch(settings).note}; {settings.dtype}"


def _read(bench: Bench, settings: LabSettings, side: Side) -> Reading:
    snapshot = snapshot_of(bench, settings, side, bench.batch(settings))
    return reading_of(settings, side, snapshot)


def _charts(
    settings: LabSettings, axis: Axis, places: Sequence[Place], readings: Readings, note: str
) -> tuple[Chart, Chart]:
    def drawn(measured: Callable[[Reading], float], theory: Callable[[Reading], float]) -> Curves:
        return (
            *(_measured(side, places, readings, measured) for side in SIDES),
            *_theories(places, readings, theory),
        )

    gradient = Chart(
        key=f"gradient-by-{axis.key}",
        title=f"Gradient at the input against {axis.title}",
        x_label=axis.label,
        y_label="‖∂L/∂x‖ at the first block's input, L2 norm over the whole batch",
        curves=drawn(lambda r: r.first, lambda r: r.theory),
        x_log=axis.log,
        y_log=True,
        floor=FLOOR[settings.dtype],
        note=f"L: mean cross-entropy; {note}",
    )
    ratio = replace(
        gradient,
        key=f"ratio-by-{axis.key}",
        title=f"First block's gradient over the last's, against {axis.title}",
        y_label="‖∂L/∂x‖, first block ÷ last block",
        curves=drawn(lambda r: r.ratio, lambda r: r.theory_ratio),
        floor=None,
        references={"as large as the last's": 1.0},
    )
    return gradient, ratio


def _values(
    side: Side,
    places: Sequence[Place],
    readings: Readings,
    number: Callable[[Reading], float],
) -> Floats:
    """One number a place; NaN where nothing is measured yet and where the numbers overflow."""
    values = np.full(len(places), math.nan)
    for index, place in enumerate(places):
        reading = readings.get((place.x, side))
        if reading is not None and not reading.overflows:
            values[index] = number(reading)
    return values


def _positions(places: Sequence[Place]) -> Floats:
    return np.array([place.x for place in places])


def _measured(
    side: Side,
    places: Sequence[Place],
    readings: Readings,
    number: Callable[[Reading], float],
) -> Curve:
    return Curve(LABELS[side], side, _positions(places), _values(side, places, readings, number))


def _theories(
    places: Sequence[Place], readings: Readings, number: Callable[[Reading], float]
) -> Iterator[Curve]:
    """What theory expects of both networks, where it says anything."""
    for side in SIDES:
        values = _values(side, places, readings, number)
        sources = {r.source: None for (_, of), r in readings.items() if of == side and r.source}
        if np.isfinite(values).any():
            yield Curve(
                label=f"theory: wide net, {LABELS[side]}",
                role="theory",
                x=_positions(places),
                y=values,
                source="; ".join(sources),
            )


def _table(axis: Axis, places: Sequence[Place], readings: Readings) -> Table:
    names = ("‖∂L/∂x‖ first block", "‖∂L/∂x‖ last block", "first ÷ last", "loss (nats)", "theory")
    columns = [f"{name}, {LABELS[side]}" for side in SIDES for name in names]
    rows = []
    for place in places:
        row: list[float | None] = [place.x]
        for side in SIDES:
            r = readings.get((place.x, side))
            numbers = [r.first, r.last, r.ratio, r.loss, r.theory] if r else [math.nan] * 5
            row += [None if math.isnan(number) else number for number in numbers]
        rows.append(tuple(row))
    title = f"The gradient against {axis.title}; theory is of the first block"
    return Table(f"{axis.key}-sweep", title, (axis.label, *columns), tuple(rows))


def _sentence(axis: Axis, settings: LabSettings, readings: Readings, said: str) -> str:
    """What both curves do, once each has two points."""
    parts = []
    for side in SIDES:
        points = [(x, reading) for (x, of), reading in readings.items() if of == side]
        if len(points) < 2:
            return ""
        parts.append(f"{WORDS[side]} it {course(points, axis.written, settings.dtype)}")
    return f"The gradient at the input: {'; '.join(parts)} ({said})."


def _limits(axis: Axis, settings: LabSettings, readings: Readings) -> Iterator[str]:
    """What cannot be drawn."""
    for (x, side), reading in readings.items():
        where = f"{capital(LABELS[side])}, {axis.written(x)}"
        if reading.overflows:
            yield f"{where}: the numbers overflow {settings.dtype}, so there is no point."
        elif reading.silent:
            yield f"{where}: the loss is exactly 0, so there is no gradient and no ratio."
        elif reading.last == 0.0:
            yield f"{where}: not even the last block has a gradient, so there is no ratio."
