"""Shattered gradients: the correlation of input gradients at neighbouring inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from resnet_viz.analysis.shattering import (
    LineCorrelation,
    correlate,
    cosines,
    input_gradients,
    predicted_class,
    segment,
)
from resnet_viz.errors import UserError
from resnet_viz.lab.bench import Batch, Bench
from resnet_viz.lab.experiments import Shattering
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.lab.studies import shattering_charts, shattering_words
from resnet_viz.lab.studies.families import family, is_trained, without_cuts
from resnet_viz.lab.studies.shattering_charts import Line, Lines
from resnet_viz.models.specs import spec


def run(bench: Bench, settings: LabSettings, experiment: Shattering) -> Iterator[Finding]:
    """Measure both networks on screen on one line, then those of other depths.

    Args:
        bench: builds the networks and the batch.
        settings: which networks; the line runs between the batch's first two images.
        experiment: the depths and the number of points.

    Yields:
        The charts with every network measured so far, whenever the engine may be asked
        something else.

    Raises:
        UserError: if a network or the batch cannot be made, or the line has no length.
        OperationCancelled: if the bench was told to stop.
    """
    places, notes = _places(settings, experiment)
    line = _line(bench, settings, experiment)
    found: dict[tuple[LabSettings, Side], LineCorrelation] = {}
    jobs = [(own, side) for own in _own_first(settings, places) for side in SIDES]
    total = len(jobs) * experiment.n_points

    def finding(points_done: int) -> Finding:
        lines = Lines(settings, places, line, found)
        return Finding(
            experiment,
            settings,
            charts=shattering_charts.charts(lines),
            tables=(shattering_charts.table(lines),),
            sentence=shattering_words.sentence(lines),
            done=len(found) * experiment.n_points + points_done,
            total=total,
            notes=(
                f"The line: {line.note}.",
                *notes,
                *shattering_words.notes(lines),
                f"Weights: {bench.weights_note(settings)}.",
            ),
        )

    for own, side in jobs:
        steps = input_gradients(
            bench.network(own, side),
            line.points,
            line.target,
            training_mode=settings.training_mode,
        )
        while True:
            bench.check()
            try:
                points_done = next(steps)
            except StopIteration as end:
                found[own, side] = correlate(end.value, line.points)
                break
            if points_done < experiment.n_points:
                yield finding(points_done)
        yield finding(0)


def _places(
    settings: LabSettings, experiment: Shattering
) -> tuple[tuple[LabSettings, ...], list[str]]:
    """Settings of the networks to compare, shallow first, and what to say about the choice."""
    names, notes = family(settings, experiment.depths)
    if settings.spec("residual").family == "imagenet":
        # Deeper ones than the network on screen would take minutes.
        limit = settings.spec("residual").n_layers
        names = [name for name in names if spec(name).n_layers <= limit]
        notes = [f"Depths of this family up to {limit} layers."]
    whole = without_cuts(settings)
    if whole != settings:
        notes.append(
            "Single cuts are kept in the charts along the line and left out over depth, where "
            "every network is whole and every twin plain."
        )
    own = [replace(whole, network=name) for name in names]
    trained = [s for s in own if settings.weights == "random" or is_trained(s)]
    if missing := [s.spec("residual").title() for s in own if s not in trained]:
        notes.append(f"Without trained weights, and so left out: {', '.join(missing)}.")
    return tuple(trained), notes


def _own_first(settings: LabSettings, places: tuple[LabSettings, ...]) -> list[LabSettings]:
    """The networks on screen, then the others: the charts along the line come first."""
    return [settings, *(place for place in places if place != settings)]


def _line(bench: Bench, settings: LabSettings, experiment: Shattering) -> Line:
    batch = bench.batch(settings)
    start, end, note = _ends(batch)
    points = segment(start, end, experiment.n_points)
    target, said = _target(bench, settings, batch)
    length = float(torch.linalg.vector_norm((end - start).double()))
    if length == 0.0:
        raise UserError(
            "Both ends of the line are the same picture.", "Choose another batch or seed."
        )
    label = bench.labels(settings)[target]
    size = float(torch.linalg.vector_norm(start.double()))
    return Line(
        points=points,
        target=target,
        alike=LineCorrelation(cosines(points.flatten(1)), np.empty(0), 0.0).by_lag(),
        length=length,
        relative=length / size if size else float("nan"),
        note=f"{note}; differentiated is the logit of {label!r}, {said}",
    )


def _ends(batch: Batch) -> tuple[Tensor, Tensor, str]:
    """Both ends of the line; a single picture is followed to its mirror image."""
    images = batch.images
    if len(images) > 1:
        return images[0], images[1], f"from the first to the second of {batch.note}"
    return images[0], images[0].flip(-1), f"from {batch.note}, to its mirror image"


def _target(bench: Bench, settings: LabSettings, batch: Batch) -> tuple[int, str]:
    if batch.targets is not None:
        return int(batch.targets[0]), "the class of its first image"
    net = bench.network(settings, "residual")
    target = predicted_class(net, batch.images[:2], training_mode=settings.training_mode)
    return target, "which the network with skips predicts for its first image"
