"""What a run of ours writes down about itself before its first step."""

from __future__ import annotations

import platform
import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch

import resnet_viz
from resnet_viz.runs.facts import recipe_facts
from resnet_viz.runs.layout import RunFacts
from resnet_viz.train.data import LoadedData
from resnet_viz.train.loop import Trainer


def run_facts(trainer: Trainer, loaded: LoadedData) -> RunFacts:
    """Networks, data, length and surroundings of a run."""
    dataset = loaded.dataset
    return replace(
        recipe_facts(trainer.config),
        classes=dataset.classes,
        n_train=len(dataset.train),
        n_held_out=len(dataset.test),
        n_steps=trainer.n_steps,
        steps_per_epoch=trainer.steps_per_epoch,
        created=time.time(),
        note=loaded.note,
        environment=_environment(trainer),
    )


def _environment(trainer: Trainer) -> dict[str, Any]:
    return {
        "resnet_viz": resnet_viz.__version__,
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "device": _device(trainer.device),
        "threads": torch.get_num_threads(),
        "processes": trainer.crew.size,
    }


def _device(device: torch.device) -> str:
    if device.type == "cuda":
        return f"{device}, {torch.cuda.get_device_name(device)}"
    return str(device)
