"""The gradient at every block over many draws of the weights: median and band.

The batch stays that of the settings; only the weights are drawn anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from resnet_viz.errors import UserError
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import SeedSweep
from resnet_viz.lab.findings import Chart, Curve, Finding, Floats, Table
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.lab.studies.pair import FLOOR, LABELS
from resnet_viz.lab.studies.readings import snapshot_of
from resnet_viz.lab.studies.sweeping import WORDS, circumstances
from resnet_viz.lab.theory_curves import theory_curves
from resnet_viz.numerals import figure

BAND = (0.1, 0.9)  # quantiles
_BAND_WORDS = "band: 10 to 90 % of the draws"

Draws = Mapping[Side, list[Floats]]
"""‖∂L/∂x‖ at every block's input, one array (n_blocks,) a draw."""


def run(bench: Bench, settings: LabSettings, experiment: SeedSweep) -> Iterator[Finding]:
    """Draw the weights again and again, and measure both networks each time.

    Args:
        bench: builds the networks and the batch.
        settings: which ones; the first draw is theirs.
        experiment: how many draws.

    Yields:
        Median and band over the blocks, and the ratio of every draw, after every network.

    Raises:
        UserError: if the weights are trained ones, or a network cannot be measured.
        OperationCancelled: if the bench was told to stop.
    """
    if settings.weights != "random":
        raise UserError(
            "Trained weights are not drawn, so there is nothing to repeat.",
            "Choose random weights.",
        )
    batch = bench.batch(settings)
    draws: dict[Side, list[Floats]] = {side: [] for side in SIDES}
    theory: dict[Side, Curve] = {}
    for number in range(experiment.n_seeds):
        own = replace(settings, seed=settings.seed + number)
        for side in SIDES:
            snapshot = snapshot_of(bench, own, side, batch)
            draws[side].append(np.array([block.grad_in for block in snapshot.blocks]))
            for curve in theory_curves(own, side, snapshot):
                # Its shape hardly depends on the draw: it starts from the median's last block.
                theory[side] = curve
            yield _finding(settings, experiment, draws, theory, batch.note)


def _finding(
    settings: LabSettings,
    experiment: SeedSweep,
    draws: Draws,
    theory: Mapping[Side, Curve],
    batch_note: str,
) -> Finding:
    said = circumstances(settings, "seed")
    note = f"L: mean cross-entropy; {said}; {batch_note}; {settings.dtype}; {_BAND_WORDS}"
    overflown = sum(not np.isfinite(draw).all() for side in SIDES for draw in draws[side])
    return Finding(
        experiment,
        settings,
        charts=(
            _block_chart(settings, draws, theory, note),
            _ratio_chart(settings, experiment, draws, note),
        ),
        tables=(_table(settings, experiment, draws),),
        sentence=_sentence(settings, draws, said),
        done=sum(len(of_side) for of_side in draws.values()),
        total=len(SIDES) * experiment.n_seeds,
        notes=(
            "The batch is the same in every draw; the weights are the same in both networks.",
            *([f"{overflown} measurements overflow and are left out."] if overflown else []),
        ),
    )


def _finite(draws: list[Floats]) -> Floats:
    """(draws, n_blocks) those whose numbers did not overflow."""
    return np.array([draw for draw in draws if np.isfinite(draw).all()])


def _block_chart(
    settings: LabSettings, draws: Draws, theory: Mapping[Side, Curve], note: str
) -> Chart:
    names = tuple(block.name for block in settings.spec("residual").blocks())
    return Chart(
        key="gradient-by-block-over-seeds",
        title="Gradient at every block, median of the draws",
        x_label="residual block, forward order",
        y_label="‖∂L/∂x‖ at the block's input, L2 norm over the whole batch",
        curves=tuple(_block_curves(draws, theory, len(names))),
        y_log=True,
        floor=FLOOR[settings.dtype],
        ticks=names,
        note=f"{note} ({_counted(draws)})",
    )


def _counted(draws: Draws) -> str:
    counts = {len(of_side) for of_side in draws.values()}
    return f"{max(counts)} draws" if max(counts) != 1 else "1 draw"


def _block_curves(draws: Draws, theory: Mapping[Side, Curve], n_blocks: int) -> Iterator[Curve]:
    x = np.arange(n_blocks, dtype=np.float64)
    medians: dict[Side, Floats] = {}
    for side in SIDES:
        numbers = _finite(draws[side])
        if numbers.size == 0:
            nothing = np.full(n_blocks, math.nan)
            yield Curve(LABELS[side], side, x, nothing)
            continue
        low, medians[side], high = np.quantile(numbers, (BAND[0], 0.5, BAND[1]), axis=0)
        yield Curve(f"{LABELS[side]}, median", side, x, medians[side], low, high)
    for side, curve in theory.items():
        if side in medians and curve.y[-1] > 0.0:
            yield replace(curve, y=curve.y * (medians[side][-1] / curve.y[-1]))


def ratios(draws: list[Floats]) -> Floats:
    """First block's gradient over the last's in every draw; NaN where there is none."""
    numbers = np.full(len(draws), math.nan)
    for index, draw in enumerate(draws):
        if np.isfinite(draw).all() and draw[-1] > 0.0:
            numbers[index] = draw[0] / draw[-1]
    return numbers


def _ratio_chart(settings: LabSettings, experiment: SeedSweep, draws: Draws, note: str) -> Chart:
    seeds = np.arange(experiment.n_seeds, dtype=np.float64) + settings.seed
    curves = []
    for side in SIDES:
        y = np.full(experiment.n_seeds, math.nan)
        y[: len(draws[side])] = ratios(draws[side])
        curves.append(Curve(LABELS[side], side, seeds, y))
    return Chart(
        key="ratio-by-seed",
        title="First block's gradient over the last's, every draw",
        x_label="seed of the weights",
        y_label="‖∂L/∂x‖, first block ÷ last block",
        curves=tuple(curves),
        kind="points",
        y_log=True,
        references={"as large as the last's": 1.0},
        note=note.removesuffix(f"; {_BAND_WORDS}"),
    )


def _table(settings: LabSettings, experiment: SeedSweep, draws: Draws) -> Table:
    names = ("‖∂L/∂x‖ first block", "‖∂L/∂x‖ last block", "first ÷ last")
    columns = ("seed", *(f"{name}, {LABELS[side]}" for side in SIDES for name in names))
    rows = []
    for number in range(experiment.n_seeds):
        row: list[float | int | None] = [settings.seed + number]
        for side in SIDES:
            row += _figures(draws[side][number]) if number < len(draws[side]) else [None] * 3
        rows.append(tuple(row))
    return Table("seed-sweep", "The gradient of every draw", columns, tuple(rows))


def _figures(draw: Floats) -> list[float | None]:
    first, last, ratio = float(draw[0]), float(draw[-1]), float(ratios([draw])[0])
    return [None if math.isnan(number) else number for number in (first, last, ratio)]


def _sentence(settings: LabSettings, draws: Draws, said: str) -> str:
    """Median and band of the ratio of both networks, once each has three draws."""
    shown = min(len(of_side) for of_side in draws.values())
    parts = []
    for side in SIDES:
        of_side = draws[side][:shown]
        numbers = ratios(of_side)
        numbers = numbers[np.isfinite(numbers)]
        if len(numbers) < 3:
            return ""
        low, median, high = np.quantile(numbers, (BAND[0], 0.5, BAND[1]))
        part = f"{WORDS[side]} {figure(median)} (10 to 90 %: {figure(low)} to {figure(high)})"
        zeros = int((numbers == 0.0).sum())
        if zeros:
            part += f", underflowing {settings.dtype} in {zeros} of {len(of_side)}"
        parts.append(part)
    return (
        f"The first block's gradient over the last's, median of {shown} draws: "
        f"{'; '.join(parts)} ({said})."
    )
