"""Which study answers which experiment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import (
    AlphaSweep,
    DepthCost,
    DepthSweep,
    Experiment,
    Identity,
    Lesion,
    Pair,
    PathLengths,
    ScaleSweep,
    SeedSweep,
    Shattering,
)
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies import cost, identity, lesion, pair, paths, seeds, shattering, sweeps

# Every study computes in slices and yields what it knows after each: the engine answers the
# window in between, and a study that is cancelled is simply not continued.
Study = Callable[[Bench, LabSettings, Any], Iterator[Finding]]

STUDIES: dict[type[Experiment], Study] = {
    Pair: pair.run,
    DepthSweep: sweeps.depth,
    AlphaSweep: sweeps.alpha,
    ScaleSweep: sweeps.scale,
    SeedSweep: seeds.run,
    Shattering: shattering.run,
    Identity: identity.run,
    DepthCost: cost.run,
    Lesion: lesion.run,
    PathLengths: paths.run,
}


def run(bench: Bench, settings: LabSettings, experiment: Experiment) -> Iterator[Finding]:
    """Compute an experiment slice by slice; the last finding is complete.

    Each finding is given the time that was spent on it.

    Args:
        bench: builds the networks and the batch.
        settings: which networks, on what.
        experiment: the question.

    Raises:
        UserError: if the question cannot be answered with these settings.
        OperationCancelled: if the bench was told to stop.
    """
    findings = STUDIES[type(experiment)](bench, settings, experiment)
    spent_s = 0.0
    while True:
        begun_s = time.perf_counter()
        finding = next(findings, None)
        # Its own time alone: between two slices the engine does other things.
        spent_s += time.perf_counter() - begun_s
        if finding is None:
            return
        yield replace(finding, elapsed_s=spent_s)
