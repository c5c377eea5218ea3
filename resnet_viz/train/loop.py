"""The training loop as an object that does one optimiser step at a time.

Whoever drives it (`train/session.py`) may stop between any two steps; `state` and `restore`
continue a run bit for bit.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from resnet_viz.data.dataset import Dataset
from resnet_viz.errors import UserError
from resnet_viz.models.gates import Gate
from resnet_viz.train.augment import EpochPlan, augmented, plan_epoch
from resnet_viz.train.config import NetworkKey, TrainConfig
from resnet_viz.train.crew import Crew
from resnet_viz.train.evaluation import Evaluation, Pictures, evaluate, evaluating
from resnet_viz.train.learner import Learner, Observer
from resnet_viz.train.schedule import lr_share
from resnet_viz.train.start import Start, begin, fetch

Tensors = dict[str, dict[str, Tensor]]
Facts = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One optimiser step of every network, on the same pictures.

    Attributes:
        index: 0-based, over the whole run.
        epoch: 0-based.
        lr: learning rate used.
        size: pictures in the batch.
        losses: mean cross-entropy of the batch before the update by network, scalar tensors
            on the device; reading one waits for a GPU. With several processes: of this one's
            part of the batch.
        correct: pictures of the batch named rightly before the update, likewise.
    """

    index: int
    epoch: int
    lr: float
    size: int
    losses: Mapping[NetworkKey, Tensor]
    correct: Mapping[NetworkKey, Tensor]


class Trainer:
    """A run in progress.

    Args:
        config: of the run.
        data: its pictures; must have as many classes as the networks.
        device: where to compute.
        begun: the networks with the weights that they begin with, in the order of
            `config.networks`; by default made from the recipe.
        crew: the processes that train them.

    Attributes:
        learners: the networks by name; they take their steps in lock-step.
        train: the pictures to learn from.
        test: the pictures to measure on.
        sample: those of them that are measured on while the run goes on.
        observers: told of every network's every step.
        lr_factor: the schedule's learning rate is multiplied by it.
        step_index: steps done.
        n_steps: of the whole run.
        steps_per_epoch: full batches in an epoch.

    Raises:
        UserError: if data and networks do not fit, or the starting weights cannot be had.
    """

    def __init__(
        self,
        config: TrainConfig,
        data: Dataset,
        device: torch.device,
        *,
        begun: Iterable[Start] | None = None,
        crew: Crew | None = None,
    ) -> None:
        check_fit(config, data)
        self.config = config
        self.device = device
        self.crew = crew or Crew()
        if begun is None:
            begun = begin(config, data.classes, fetch(config))
        self.learners: dict[NetworkKey, Learner] = {
            key: Learner(key, start, config, device, self.crew)
            for key, start in zip(config.networks, begun, strict=True)
        }
        self.train = Pictures(data.train, config.preprocess, device)
        self.test = Pictures(data.test, config.preprocess, device)
        self.sample = self.test.part(config.run.evaluate_images)
        self.observers: list[Observer] = []
        self.lr_factor = 1.0
        self.step_index = 0
        self.steps_per_epoch = len(self.train) // config.run.batch_size
        self.n_steps = self.steps_per_epoch * config.run.epochs
        self._plan: tuple[int, EpochPlan] | None = None

    @property
    def epoch(self) -> int:
        """Epoch of the next step, 0-based."""
        return self.step_index // self.steps_per_epoch

    @property
    def finished(self) -> bool:
        """Whether all steps are done."""
        return self.step_index >= self.n_steps

    def lr_at(self, index: int) -> float:
        """Learning rate of a step (0-based), as things stand now."""
        share = lr_share(self.config.schedule, index, self.n_steps, self.steps_per_epoch)
        return self.config.optimiser.lr * share * self.lr_factor

    def step(self) -> Step:
        """Do one optimiser step of every network; nothing in it waits for a GPU."""
        index, lr = self.step_index, self.lr_at(self.step_index)
        images, labels = self._batch(index)
        losses: dict[NetworkKey, Tensor] = {}
        correct: dict[NetworkKey, Tensor] = {}
        for key, learner in self.learners.items():
            losses[key], correct[key] = learner.learn(images, labels, lr, index, self.observers)
        epoch = index // self.steps_per_epoch
        self.step_index += 1
        return Step(index, epoch, lr, self.config.run.batch_size, losses, correct)

    def _batch(self, index: int) -> tuple[Tensor, Tensor]:
        """What this process learns from in a step: normalised pictures and their classes."""
        epoch, place = divmod(index, self.steps_per_epoch)
        plan = self._plan_of(epoch)
        size = self.config.run.batch_size
        start, stop = self.crew.rows(place * size, (place + 1) * size)
        images = self.train.normalised(augmented(self.train.images, plan, start, stop))
        return images, self.train.labels[plan.order[start:stop].to(self.device)]

    def _plan_of(self, epoch: int) -> EpochPlan:
        if self._plan is None or self._plan[0] != epoch:
            data = self.config.data
            plan = plan_epoch(
                len(self.train),
                self.config.network.input_size,
                seed=self.config.run.seed,
                epoch=epoch,
                side=self.config.crop_at(epoch),
                padding=data.padding,
                flip=data.flip,
                scale=data.scale,
            )
            self._plan = epoch, plan
        return self._plan[1]

    def evaluate(self) -> dict[NetworkKey, Evaluation]:
        """Measure every network on the sample; they stay as they were."""
        return {key: evaluate(learner.net, self.sample) for key, learner in self.learners.items()}

    def evaluating(self) -> Generator[int, None, dict[NetworkKey, Evaluation]]:
        """As `evaluate`, one batch of one network at a time; see `evaluation.evaluating`.

        Yields:
            How many pictures have been measured, all networks together.
        """
        measured: dict[NetworkKey, Evaluation] = {}
        for key, learner in self.learners.items():
            before = len(measured) * len(self.sample)
            batches = evaluating(learner.net, self.sample, self.crew)
            while True:
                try:
                    yield before + next(batches)
                except StopIteration as end:
                    measured[key] = end.value
                    break
        return measured

    def set_gates(self, key: NetworkKey, gates: Mapping[str, Gate]) -> None:
        """Set the gates of all blocks of a network; those that are not named are opened.

        Raises:
            UserError: if there is no such network or block.
        """
        if key not in self.learners:
            raise UserError(f"This training has no {key}.")
        self.learners[key].set_gates(gates)

    def state(self) -> tuple[Tensors, Facts]:
        """All that the run depends on besides its recipe; the tensors are not copied."""
        tensors: Tensors = {}
        for learner in self.learners.values():
            tensors |= learner.tensors()
        facts = {key: learner.facts() for key, learner in self.learners.items()}
        return tensors, {"step": self.step_index, "lr_factor": self.lr_factor, "networks": facts}

    def restore(self, tensors: Mapping[str, Mapping[str, Tensor]], facts: Facts) -> None:
        """Continue from what `state` returned."""
        for key, learner in self.learners.items():
            learner.restore(tensors, facts["networks"][key])
        self.lr_factor = facts["lr_factor"]
        self.step_index = facts["step"]


def check_fit(config: TrainConfig, data: Dataset) -> None:
    """Check that a recipe's networks and batches go with its pictures.

    Raises:
        UserError: if they do not.
    """
    if len(data.classes) != config.network.n_classes:
        raise UserError(
            f"The data has {len(data.classes)} classes, the network {config.network.n_classes}.",
            f"Write n_classes = {len(data.classes)} in the recipe's [network] section.",
        )
    if len(data.train) < config.run.batch_size:
        raise UserError(
            f"A batch of {config.run.batch_size} is larger than the training set of "
            f"{len(data.train)} pictures.",
            "Choose a smaller batch_size.",
        )
