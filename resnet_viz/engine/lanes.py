"""Which requests there is work to do for, and which of them take each other's place."""

from __future__ import annotations

from resnet_viz.engine.messages import (
    Explore,
    FindRate,
    LoadModel,
    LookAtData,
    MeasurePair,
    RunExperiment,
    Train,
)

Prompt = LoadModel | Explore | MeasurePair
"""Answered at once: somebody is waiting for the screen to change."""

Background = RunExperiment | LookAtData | Train | FindRate
"""Worked on a slice at a time, whenever nothing prompt waits."""

Staged = Prompt | RunExperiment
"""What live views of a lecture ask in lanes of their own; there is one training for all."""

Job = Prompt | Background

Lane = tuple[type[Job], str, str]
"""Type of the request, the lane it was asked in, the network of a run that it is about."""


def lane(job: Job) -> Lane:
    """Of two requests in one lane only the newer one matters.

    The networks of a training are looked at beside the network of the Explore workspace: a
    click there does not make the answers to the others pointless.
    """
    if isinstance(job, LoadModel | Explore) and job.choice.weights == "run":
        return type(job), job.lane, job.choice.run_network
    return type(job), stage_of(job), ""


def stage_of(job: Job) -> str:
    """The live view of a lecture that a request is for; empty for the workspaces."""
    return job.lane if isinstance(job, Staged) else ""
