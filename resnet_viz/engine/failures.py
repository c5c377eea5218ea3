"""What the user reads about a request that failed."""

from __future__ import annotations

import traceback

import torch

from resnet_viz.engine.lanes import Job
from resnet_viz.engine.messages import (
    Explore,
    Failed,
    FindRate,
    LoadModel,
    LookAtData,
    RunExperiment,
    Train,
)
from resnet_viz.engine.task_names import title
from resnet_viz.errors import UserError

# What to do where memory ran out: for a measurement, and for a training.
_SMALLER = (
    "Choose a smaller network, float32, or another device.",
    "Choose a smaller batch or network, fewer or smaller pictures, or another device.",
)


def failure(job: Job, error: Exception) -> Failed:
    """What to tell the user about a failed request."""
    if isinstance(error, UserError):
        return Failed(job.request_id, error.message, error.hint)
    task = _task(job)
    details = "".join(traceback.format_exception(error))
    if is_out_of_memory(error):
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return Failed(
            job.request_id,
            f"There is not enough memory to {task} on {_device(job)}.",
            _SMALLER[isinstance(job, LookAtData | Train | FindRate)],
            details,
        )
    return Failed(
        job.request_id,
        f"The engine could not {task}: {type(error).__name__}: {error}".rstrip(": "),
        "This is a fault of the program; the details say where.",
        details,
    )


def _task(job: Job) -> str:
    """`measure ResNet-56 and plain-56`, `compute the experiment "Lesion study" of ResNet-56`."""
    match job:
        case RunExperiment():
            return f"compute the experiment “{job.experiment.title}” of {title(job)}"
        case LookAtData():
            return f"read the pictures of {title(job)}"
        case Train():
            return f"train {title(job)}"
        case FindRate():
            return f"find a learning rate for {title(job)}"
        case LoadModel():
            return f"load {title(job)}"
        case _:
            return f"measure {title(job)}"


def _device(job: Job) -> str:
    if isinstance(job, LookAtData | Train | FindRate):
        return "the chosen device"
    asked = job.choice if isinstance(job, LoadModel | Explore) else job.settings
    return "the chosen device" if asked.device == "auto" else asked.device


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory ran out, by whatever name the allocator calls it."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    # torch's allocator for the CPU raises a bare RuntimeError.
    text = str(error)
    return isinstance(error, RuntimeError) and (
        "can't allocate memory" in text or "not enough memory" in text
    )
