"""Lesion study: what both networks still do without some of their blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from resnet_viz.analysis.lesion import Lesions
from resnet_viz.analysis.routes import (
    Route,
    random_drop,
    random_swaps,
    single_drops,
    swappable_pairs,
)
from resnet_viz.errors import UserError
from resnet_viz.lab.bench import Batch, Bench
from resnet_viz.lab.experiments import Lesion
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.lab.studies import lesion_charts, lesion_words
from resnet_viz.lab.studies.lesion_numbers import Draws, LesionNumbers, SideScores
from resnet_viz.models.specs import ResNetSpec

# Images at once: larger batches are hardly faster, and show their first numbers later.
_CHUNK = {"cifar": 200, "imagenet": 16}


def run(bench: Bench, settings: LabSettings, experiment: Lesion) -> Iterator[Finding]:
    """Measure every lesion on both networks, chunk by chunk of images.

    Args:
        bench: builds the networks and the batch.
        settings: which networks; the batch too, where the experiment names no folder.
        experiment: which lesions.

    Yields:
        The charts with what is known, after each pass of a chunk through a lesioned network.

    Raises:
        UserError: if a network or the batch cannot be made, or no lesion asked for exists.
        OperationCancelled: if the bench was told to stop.
    """
    spec = settings.spec("residual")
    draws, routes = _lesions(spec, experiment, settings.seed)
    settings_shown = _shown(settings, experiment)
    batch = bench.batch(settings_shown)
    both = {side: _patient(bench, settings_shown, side, routes) for side in SIDES}
    chunks = _chunks(settings, spec, len(batch.images))
    total = len(SIDES) * len(chunks) * (1 + len(routes))
    about = (f"Shown: {batch.note}.", f"Weights: {bench.weights_note(settings)}.")
    finding: Finding | None = None
    for _ in _passes(both, batch, chunks):
        n_done = sum(patient.n_done for patient in both.values())
        if finding is None or n_done > finding.done:
            numbers = LesionNumbers(
                settings=settings,
                experiment=experiment,
                n_classes=spec.n_classes,
                labelled=batch.labelled,
                batch_note=batch.note,
                routes=routes,
                draws=draws,
                sides={s: SideScores(p.intact, tuple(p.scores)) for s, p in both.items()},
            )
            finding = _finding(numbers, n_done, total, about)
        yield finding


def _finding(numbers: LesionNumbers, done: int, total: int, about: tuple[str, ...]) -> Finding:
    return Finding(
        numbers.experiment,
        numbers.settings,
        charts=lesion_charts.charts(numbers),
        tables=(lesion_charts.table(numbers),),
        sentence=lesion_words.sentence(numbers),
        done=done,
        total=total,
        notes=(*lesion_words.notes(numbers), *about),
    )


def _passes(both: dict[Side, Lesions], batch: Batch, chunks: list[slice]) -> Iterator[None]:
    """Both networks take turns, so that they can be compared early."""
    for part in chunks:
        # Without true labels even the targets that a batch has say nothing about a network.
        targets = batch.targets[part] if batch.labelled and batch.targets is not None else None
        for patient in both.values():
            yield from patient.add(batch.images[part], targets)


def _patient(bench: Bench, settings: LabSettings, side: Side, routes: tuple[Route, ...]) -> Lesions:
    return Lesions(
        bench.network(settings, side),
        routes,
        training_mode=settings.training_mode,
        check=bench.check,
    )


def _shown(settings: LabSettings, experiment: Lesion) -> LabSettings:
    """The settings with the experiment's folder as their batch, if it has one."""
    if not experiment.folder:
        return settings
    return replace(
        settings, batch="folder", folder=experiment.folder, batch_size=experiment.n_images
    )


def _chunks(settings: LabSettings, spec: ResNetSpec, n_images: int) -> list[slice]:
    """Parts of the batch; with statistics of the batch it is one."""
    whole = spec.norm == "batch" and settings.training_mode
    size = n_images if whole else _CHUNK[spec.family]
    return [slice(start, start + size) for start in range(0, n_images, size)]


def _lesions(
    spec: ResNetSpec, experiment: Lesion, seed: int
) -> tuple[tuple[Draws, ...], tuple[Route, ...]]:
    """All lesions, by size; the same seed gives the same ones, whichever sizes are asked for."""
    if experiment.how == "single":
        singles = single_drops(spec.n_blocks)
        return (Draws(1, tuple(range(len(singles)))),), tuple(singles)
    routes: list[Route] = []
    draws = []
    for k in _sizes(spec, experiment):
        # There is one way only to leave out everything.
        trials = 1 if experiment.how == "random" and k == spec.n_blocks else experiment.trials
        drawn = [_draw(spec, experiment, k, [seed, k, trial]) for trial in range(trials)]
        draws.append(Draws(k, tuple(range(len(routes), len(routes) + trials))))
        routes += drawn
    return tuple(draws), tuple(routes)


def _draw(spec: ResNetSpec, experiment: Lesion, k: int, seed: list[int]) -> Route:
    rng = np.random.default_rng(seed)
    if experiment.how == "random":
        return random_drop(spec.n_blocks, k, rng)
    return random_swaps(list(spec.blocks()), k, rng)


def _sizes(spec: ResNetSpec, experiment: Lesion) -> list[int]:
    """The sizes that this network has, ascending.

    Raises:
        UserError: if it has none of them.
    """
    if experiment.how == "random":
        most, what = spec.n_blocks, "blocks"
    else:
        most, what = len(swappable_pairs(list(spec.blocks()))), "pairs of blocks of equal shape"
    sizes = sorted({k for k in experiment.ks if k <= most})
    if not sizes:
        raise UserError(
            f"{spec.title()} has {most} {what}, fewer than any number asked for.",
            "Choose smaller numbers or a deeper network.",
        )
    return sizes
