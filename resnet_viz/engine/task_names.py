"""Requests in words: what a progress bar or a failure says about them."""

from __future__ import annotations

from resnet_viz.engine.lanes import Job
from resnet_viz.engine.messages import (
    Explore,
    FindRate,
    LoadModel,
    LookAtData,
    RunExperiment,
    Train,
)
from resnet_viz.errors import UserError
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.settings import LabSettings
from resnet_viz.runs.layout import RunPaths
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import parse_config


def title(job: Job) -> str:
    """What a request is about: `ResNet-50`, `ResNet-56 and plain-56`, `CIFAR-10`."""
    if isinstance(job, LoadModel | Explore):
        return job.choice.title()
    if isinstance(job, LookAtData | Train | FindRate):
        return _title_of_recipe(job)
    residual = job.settings.spec("residual").title()
    plain = job.settings.spec("plain").title()
    return residual if isinstance(job, RunExperiment) else f"{residual} and {plain}"


def doing(job: Job) -> str:
    """What the engine does about a request: "Loading ResNet-50", "Lesion study of ResNet-56"."""
    match job:
        case RunExperiment():
            return describe(job.experiment, job.settings)
        case LoadModel():
            return f"Loading {title(job)}"
        case LookAtData():
            return f"Reading {title(job)}"
        case Train():
            return f"Training {title(job)}"
        case FindRate():
            return f"Finding a learning rate for {title(job)}"
        case _:
            return f"Measuring {title(job)}"


def describe(experiment: Experiment, settings: LabSettings) -> str:
    """An experiment by its title and its network: "Lesion study of ResNet-56"."""
    return f"{experiment.title} of {settings.spec('residual').title()}"


def _title_of_recipe(job: LookAtData | Train | FindRate) -> str:
    config = _config(job)
    if config is None:
        return f"`{job.folder.name}`" if isinstance(job, Train) else "the recipe"
    if isinstance(job, LookAtData):
        return config.data.dataset
    names = [spec.title() for spec in config.networks.values()]
    return " and ".join(names[:1] if isinstance(job, FindRate) else names)


def _config(job: LookAtData | Train | FindRate) -> TrainConfig | None:
    """The recipe that counts; None if it cannot be read, which the engine will say better."""
    try:
        text = _own_recipe(job) if isinstance(job, Train) and job.resume else job.recipe
        return parse_config(text)
    except UserError:
        return None


def _own_recipe(job: Train) -> str:
    """That of the run to resume; the one that came along if there is no run."""
    try:
        return RunPaths(job.folder).config.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return job.recipe
