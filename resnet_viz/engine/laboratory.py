"""The laboratory's requests: a pair at once, an experiment a slice at a time."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

import numpy as np

from resnet_viz.engine.explorer import map_bytes
from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.measurements import Measurements
from resnet_viz.engine.messages import (
    Found,
    MeasurePair,
    PairMeasured,
    Progress,
    Reply,
    RunExperiment,
)
from resnet_viz.engine.meter import QUIET_S, Meter
from resnet_viz.engine.task_names import title
from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.lab.studies.pair import measure_side
from resnet_viz.models.counting import count
from resnet_viz.probe.snapshot import Snapshot

_FOUND_PAUSE_S = 0.1
# Parameters of a network whose weights take a good part of a second to draw.
_LARGE = 5_000_000
# The window keeps what is on a lecture's screen; this is for going back and forth.
_LECTURE_BYTES = 128 * 2**20
_KEPT_FINDINGS = 32


@dataclass(frozen=True)
class _Place:
    """Where pairs are measured.

    Attributes:
        bench: has their networks.
        measurements: of them.
    """

    bench: Bench
    measurements: Measurements


@dataclass
class _Running:
    """An experiment between two slices.

    Attributes:
        job: the request.
        findings: computes a slice whenever it is asked for the next one.
        next_s: when the window should hear of it again, on the clock of `time.monotonic`.
    """

    job: RunExperiment
    findings: Iterator[Finding]
    next_s: float = 0.0


class Laboratory:
    """Answers `MeasurePair` and `RunExperiment`.

    The two have networks of their own: an experiment leaves its gates set while a pair is
    measured between two of its slices. So have a lecture's pairs and those of the workspace:
    scenes that are prepared ahead cost the workspace nothing that it would build again.

    Args:
        inbox: says whether requests are still wanted.
        send: sends a reply to the window.
    """

    def __init__(self, inbox: Inbox, send: Callable[[Reply], None]) -> None:
        self._inbox = inbox
        self._send = send
        self._workspace = _Place(Bench(cancelled=inbox.stopped), Measurements())
        self._lecture = _Place(Bench(cancelled=inbox.stopped), Measurements(_LECTURE_BYTES))
        self._running: dict[str, _Running] = {}  # by the lane they are asked in
        self._found: OrderedDict[Hashable, Finding] = OrderedDict()  # for lectures

    # --- pairs -----------------------------------------------------------------------------

    def measure(self, job: MeasurePair) -> PairMeasured:
        """Measure both networks, each only if the same was not measured before.

        Raises:
            UserError: if a network or the batch cannot be made, or memory runs out.
            OperationCancelled: if the request is no longer wanted.
        """
        place = self._lecture if job.lane else self._workspace
        bench = place.bench
        bench.picture = job.picture
        settings = bench.resolved(job.settings)
        _check_keep(job)
        self._announce_building(job, bench, settings)
        what = f"Measuring {title(job)}"
        meter = Meter(self._send, job.request_id, quiet_s=QUIET_S)
        total = 2 * settings.spec("residual").n_blocks
        snapshots = {}
        for index, side in enumerate(SIDES):

            def step(done: int, of: int, before: int = index * total // 2) -> None:
                meter(what, before + done // 2, total, "blocks")

            snapshots[side] = _side(place, settings, side, job.keep, step)
        return PairMeasured(
            request_id=job.request_id,
            settings=settings,
            residual=snapshots["residual"],
            plain=snapshots["plain"],
            batch_note=bench.batch(settings).note,
            weights_note=bench.weights_note(settings),
            labels=bench.labels(settings),
        )

    def _announce_building(self, job: MeasurePair, bench: Bench, settings: LabSettings) -> None:
        """Say so before a network is built that takes its time; there are no steps to count."""
        for side in SIDES:
            spec = settings.spec(side)
            if not bench.has_network(settings, side) and count(spec).parameters > _LARGE:
                self._send(Progress(job.request_id, f"Building {spec.title()}"))
                return

    # --- experiments -----------------------------------------------------------------------

    def advance(self, job: RunExperiment) -> Found | None:
        """Compute the next slice of an experiment; the last finding, or None before it.

        Findings on the way are sent ten times a second at most. A lecture's question that was
        answered before is not computed again: the scene that was edited is presented, too.

        Raises:
            UserError: if the question cannot be answered with these settings.
            OperationCancelled: if the experiment is no longer wanted.
        """
        try:
            found = self._advance(job)
        except BaseException:
            self._running.pop(job.lane, None)
            raise
        if found is not None:
            self._running.pop(job.lane, None)
        return found

    def _advance(self, job: RunExperiment) -> Found | None:
        if (known := self._known(job)) is not None:
            return Found(job.request_id, known)
        running = self._running.get(job.lane)
        if running is None or running.job is not job:
            running = self._running[job.lane] = self._begin(job)
        if self._inbox.unwanted(job):
            raise OperationCancelled
        finding = next(running.findings, None)
        if finding is None:
            raise RuntimeError(f"{type(job.experiment).__name__} ended before it was complete")
        found = Found(job.request_id, finding)
        if finding.complete:
            self._remember(job, finding)
            return found
        if time.monotonic() >= running.next_s:
            running.next_s = time.monotonic() + _FOUND_PAUSE_S
            self._send(found)
        return None

    def _known(self, job: RunExperiment) -> Finding | None:
        begun = job.lane in self._running
        return self._found.get(_question(job)) if job.lane and not begun else None

    def _remember(self, job: RunExperiment, finding: Finding) -> None:
        if job.lane:
            self._found[_question(job)] = finding
            while len(self._found) > _KEPT_FINDINGS:
                self._found.popitem(last=False)

    def _begin(self, job: RunExperiment) -> _Running:
        # All studies together take 0.15 s to import, which the first picture need not wait for.
        from resnet_viz.lab.studies import table

        # A bench for this experiment alone: its networks go when it ends.
        bench = Bench(job.picture, lambda: self._inbox.unwanted(job))
        settings = bench.resolved(job.settings)
        return _Running(job, table.run(bench, settings, job.experiment))


def _question(job: RunExperiment) -> Hashable:
    """Everything that decides an experiment's finding."""
    if job.settings.batch != "picture" or job.picture is None:
        return job.settings, job.experiment
    digest = hashlib.blake2b(np.ascontiguousarray(job.picture).data, digest_size=16).digest()
    return job.settings, job.experiment, job.picture.shape, digest


def _side(
    place: _Place,
    settings: LabSettings,
    side: Side,
    keep: tuple[str, ...],
    step: Callable[[int, int], None],
) -> Snapshot:
    """One network of a pair, measured unless the same was measured before."""
    bench, measurements = place.bench, place.measurements
    asked = bench.question(settings, side)
    known = measurements.recall(asked, keep)
    if known is not None:
        return known
    net = bench.network(settings, side)
    crop = bench.preprocess(settings).crop
    kept = measurements.worth_keeping(asked, keep, map_bytes(net, (crop, crop, 3)))
    measured = measure_side(bench, settings, side, kept, step)
    return measurements.remember(asked, keep, measured)


def _check_keep(job: MeasurePair) -> None:
    spec = job.settings.spec("residual")
    known = [block.name for block in spec.blocks()]
    if unknown := sorted(set(job.keep) - set(known)):
        raise UserError(
            f"Maps were asked for {unknown[0]!r}, a block that {spec.title()} does not have.",
            f"Its blocks run from {known[0]} to {known[-1]}.",
        )
