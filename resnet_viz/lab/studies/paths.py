"""Path lengths: which share of the gradient came along paths of which length."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np

from resnet_viz.analysis.path_gradients import PathGradients
from resnet_viz.analysis.path_lengths import Floats, PathSampler
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import PathLengths
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import SIDES, LabSettings
from resnet_viz.lab.studies import path_charts, path_words
from resnet_viz.lab.studies.path_charts import PathNumbers

# Exact sums cost n (n + 1) / 2 passes of a block: up to 110 layers that is less than sampling.
_EXACT_UP_TO = 64


def run(bench: Bench, settings: LabSettings, experiment: PathLengths) -> Iterator[Finding]:
    """Sample paths of the residual network and follow the plain twin's only one.

    Args:
        bench: builds the networks and the batch.
        settings: which ones.
        experiment: how many samples.

    Yields:
        The charts with what is known, after each path and in between where one takes long.

    Raises:
        UserError: if a network or the batch cannot be made, or the gradient is not finite.
        OperationCancelled: if the bench was told to stop.
    """
    study = _Study(bench, settings, experiment)
    finding = study.finding()
    for _ in study.compute():
        bench.check()
        if study.n_done > finding.done:
            finding = study.finding()
        yield finding
    yield study.finding()


class _Study:
    """Both networks' paths, and how far they are."""

    def __init__(self, bench: Bench, settings: LabSettings, experiment: PathLengths) -> None:
        self._settings = settings
        self._experiment = experiment
        batch = bench.batch(settings)
        self._notes = (f"Shown: {batch.note}.", f"Weights: {bench.weights_note(settings)}.")
        self._batch_note = batch.note
        self._residual, self._plain = (
            PathGradients(
                bench.network(settings, side),
                batch.images,
                batch.targets,
                training_mode=settings.training_mode,
            )
            for side in SIDES
        )
        self._samplers = [
            PathSampler(gradients, samples=experiment.samples, seed=settings.seed)
            for gradients in (self._residual, self._plain)
        ]
        self._sums: Floats | None = None
        self._parts_done = 0

    def compute(self) -> Iterator[None]:
        """Forward, paths and exact sums of the residual network; then the plain twin's path."""
        yield from self._residual.record()
        self._parts_done += 1
        yield from self._samplers[0].run()
        if self._exact:
            self._sums = yield from self._exact_sums()
            self._parts_done += 1
        self._residual.forget()
        yield from self._plain.record()
        self._parts_done += 1
        yield from self._samplers[1].run()

    @property
    def _exact(self) -> bool:
        return self._residual.n_blocks <= _EXACT_UP_TO

    def _exact_sums(self) -> Generator[None, None, Floats]:
        sums = yield from self._residual.by_length(self._residual.n_blocks)
        return np.array([part.log_norm for part in sums])

    @property
    def n_done(self) -> int:
        """Paths and other parts that are finished."""
        return self._parts_done + sum(sampler.n_done for sampler in self._samplers)

    def finding(self) -> Finding:
        """All that is known by now."""
        numbers = PathNumbers(
            self._settings,
            self._batch_note,
            residual=self._samplers[0].shares(),
            plain=self._samplers[1].shares(),
            loss=self._residual.loss,
            sums=self._sums,
        )
        total = 2 + int(self._exact) + sum(sampler.n_planned for sampler in self._samplers)
        return Finding(
            self._experiment,
            self._settings,
            charts=path_charts.charts(numbers),
            tables=(path_charts.table(numbers),),
            sentence=path_words.sentence(numbers) if self.n_done == total else "",
            done=self.n_done,
            total=total,
            notes=(*path_words.notes(numbers, self._experiment.samples), *self._notes),
        )
