"""Which study answers which experiment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import Experiment, Pair
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies import pair

# Every study computes in slices and yields what it knows after each: the engine answers the
# window in between, and a study that is cancelled is simply not continued.
Study = Callable[[Bench, LabSettings, Any], Iterator[Finding]]

STUDIES: dict[type[Experiment], Study] = {
    Pair: pair.run,
}


def run(bench: Bench, settings: LabSettings, experiment: Experiment) -> Iterator[Finding]:
    """Compute an experiment slice by slice; the last finding is complete.

    Args:
        bench: builds the networks and the batch.
        settings: which networks, on what.
        experiment: the question.

    Raises:
        UserError: if the question cannot be answered with these settings.
        OperationCancelled: if the bench was told to stop.
    """
    yield from STUDIES[type(experiment)](bench, settings, experiment)
