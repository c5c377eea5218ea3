"""What a run of ours writes down about itself before its first step."""

from __future__ import annotations

import time
from dataclasses import replace

from resnet_viz.data.dataset import LoadedData
from resnet_viz.runs.facts import recipe_facts
from resnet_viz.runs.layout import RunFacts
from resnet_viz.train.environment import environment
from resnet_viz.train.loop import Trainer


def run_facts(trainer: Trainer, loaded: LoadedData) -> RunFacts:
    """Networks, data, length and surroundings of a run."""
    dataset = loaded.dataset
    surroundings = environment(trainer.device, trainer.crew.size)
    return replace(
        recipe_facts(trainer.config),
        classes=dataset.classes,
        n_train=len(dataset.train),
        n_held_out=len(dataset.test),
        n_steps=trainer.n_steps,
        steps_per_epoch=trainer.steps_per_epoch,
        created=time.time(),
        note=f"{loaded.note} {trainer.crew.note}".strip(),
        environment={**surroundings, "recipe": trainer.config.source},
    )
