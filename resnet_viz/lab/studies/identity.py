"""Learning the identity: every block's distance from it, at the start and after training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from resnet_viz.analysis.identity import Closeness, closeness
from resnet_viz.analysis.stepwise import Stepwise
from resnet_viz.errors import UserError
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import Identity
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.networks import network_key
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.lab.studies import identity_charts
from resnet_viz.lab.studies.families import untrained
from resnet_viz.lab.studies.identity_charts import STATES, Measured, State
from resnet_viz.models.specs import usual_training_mode


@dataclass(frozen=True)
class _Job:
    """One network in one state."""

    state: State
    side: Side
    settings: LabSettings


def run(bench: Bench, settings: LabSettings, experiment: Identity) -> Iterator[Finding]:
    """Measure both networks in every state, one block a slice.

    Args:
        bench: builds the networks and the batch.
        settings: which networks, on what; what they say about weights is replaced.
        experiment: has no options.

    Yields:
        The charts with every network that is done.

    Raises:
        UserError: if a network or the batch cannot be made.
        OperationCancelled: if the bench was told to stop.
    """
    jobs, notes = _jobs(settings)
    n_blocks = settings.spec("residual").n_blocks
    total = len(jobs) * n_blocks
    measured: Measured = {}
    for number, job in enumerate(jobs):
        batch = bench.batch(job.settings)
        walk = Stepwise(
            bench.network(job.settings, job.side), training_mode=job.settings.training_mode
        )
        blocks: list[Closeness] = []
        for block in closeness(walk, batch.images):
            blocks.append(block)
            if len(blocks) == n_blocks:
                measured[job.state, job.side] = tuple(blocks)
            yield Finding(
                experiment,
                settings,
                charts=identity_charts.charts(settings, measured, batch.note),
                tables=(identity_charts.table(measured),),
                sentence=identity_charts.sentence(settings, measured),
                done=number * n_blocks + len(blocks),
                total=total,
                notes=(*notes, *identity_charts.notes(settings, measured)),
            )
            bench.check()


def _jobs(settings: LabSettings) -> tuple[list[_Job], list[str]]:
    """Every network to measure, and what people should know about the choice."""
    jobs, notes = [], []
    own = _trained(settings)
    for side in SIDES:
        try:
            network_key(own, side)
        except UserError as error:
            notes.append(f"{error.message} That state is left out.")
        else:
            jobs.append(_Job("trained", side, own))
    for state in STATES[1:]:
        start = replace(untrained(settings), zero_init=state == "zero")
        jobs += [_Job(state, side, start) for side in SIDES]
    if any(job.state == "trained" for job in jobs):
        notes.append(_modes(own, jobs[-1].settings))
    return jobs, notes


def _trained(settings: LabSettings) -> LabSettings:
    """Each network with its own training."""
    if settings.weights != "random":
        return replace(settings, weights="twins")
    own = replace(settings, weights="twins", gain=1.0)
    return replace(
        own, training_mode=usual_training_mode(own.spec("residual"), random_weights=False)
    )


def _modes(trained: LabSettings, start: LabSettings) -> str:
    """How the states differ in more than their weights."""
    return f"Trained networks have {_kind(trained)}; those at the start {_kind(start)}."


def _kind(settings: LabSettings) -> str:
    """`batch norm with running statistics, relu, post-activation`."""
    spec = settings.spec("residual")
    norm = "no norm" if spec.norm == "none" else f"{spec.norm} norm"
    if spec.norm == "batch":
        own = "the batch's" if settings.training_mode else "running"
        norm += f" with {own} statistics"
    return f"{norm}, {spec.activation}, {spec.order}-activation"
