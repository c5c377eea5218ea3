"""One network of a run and its optimiser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from resnet_viz.errors import UserError
from resnet_viz.models.gates import Gate
from resnet_viz.train.config import NetworkKey, TrainConfig
from resnet_viz.train.crew import Crew
from resnet_viz.train.optimisation import (
    make_optimiser,
    optimiser_tensors,
    restore_optimiser,
    set_lr,
)
from resnet_viz.train.start import Start, frozen_modules


class Observer(Protocol):
    """Looks at training steps without changing them."""

    def before_forward(self, learner: Learner, step: int) -> None:
        """Step `step` (0-based) of a network begins."""

    def after_backward(self, learner: Learner) -> None:
        """Its gradients are there; the weights are still the old ones."""

    def after_update(self, learner: Learner) -> None:
        """Its weights are the new ones."""


class Learner:
    """A network that learns.

    Args:
        key: its name in the run.
        start: the network with the weights that it begins with.
        config: of the run.
        device: where to compute.
        crew: the processes that train it.

    Attributes:
        key: its name in the run.
        net: in training mode between steps, but for what is frozen.
        optimiser: of the weights that may change.
        notes: what a user should know about its start, in sentences.

    Raises:
        UserError: if the stage up to which it is to be frozen does not exist.
    """

    def __init__(
        self,
        key: NetworkKey,
        start: Start,
        config: TrainConfig,
        device: torch.device,
        crew: Crew,
    ) -> None:
        self.key = key
        self.notes = start.notes
        self.net = start.net.to(device).train()
        self._layout = torch.channels_last if config.run.channels_last else torch.contiguous_format
        self.net.to(memory_format=self._layout)  # type: ignore[call-overload]
        self._freeze(config.start.freeze)
        self.optimiser = make_optimiser(self.net, config.optimiser, config.start.body_lr)
        self._run = config.run
        self._model = crew.joined(self.net)

    def _freeze(self, up_to: str) -> None:
        for module in frozen_modules(self.net, up_to):
            # Batch norm included: its running statistics are those of the start.
            module.requires_grad_(False).eval()

    def learn(
        self, images: Tensor, labels: Tensor, lr: float, step: int, observers: Iterable[Observer]
    ) -> tuple[Tensor, Tensor]:
        """One update from one batch.

        Args:
            images: normalised, (N, 3, S, S) float32.
            labels: (N,) int64.
            lr: learning rate of the classifier; the body has its share of it.
            step: 0-based.
            observers: told before, in the middle and after.

        Returns:
            Mean loss and how many were named rightly, both before the update, as scalar
            tensors on the device: reading them waits for a GPU.
        """
        for observer in observers:
            observer.before_forward(self, step)
        set_lr(self.optimiser, lr)
        self.optimiser.zero_grad()
        half = self._run.precision == "bfloat16"
        with torch.autocast(images.device.type, torch.bfloat16, enabled=half):
            logits = self._model(images.contiguous(memory_format=self._layout))
        logits = logits.float()
        loss = F.cross_entropy(logits, labels, label_smoothing=self._run.label_smoothing)
        loss.backward()  # type: ignore[no-untyped-call]
        for observer in observers:
            observer.after_backward(self)
        self.optimiser.step()
        for observer in observers:
            observer.after_update(self)
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()

    def set_gates(self, gates: Mapping[str, Gate]) -> None:
        """Set every block's gates: those in `gates` as given, all others open.

        Raises:
            UserError: if the network has no such block.
        """
        if unknown := sorted(set(gates) - set(self.net.gates)):
            raise UserError(f"{self.net.spec.title()} has no block {unknown[0]!r}.")
        self.net.gates.assign(gates)

    def finite(self) -> bool:
        """Whether every weight and running statistic is a number; waits for a GPU."""
        numbers = [t for t in self.net.state_dict().values() if t.is_floating_point()]
        return bool(torch.stack([torch.isfinite(t).all() for t in numbers]).all())

    def tensors(self) -> dict[str, dict[str, Tensor]]:
        """Weights and the optimiser's memory, by the names they have in a checkpoint."""
        return {
            self.key: self.net.state_dict(),
            f"{self.key}-optimiser": optimiser_tensors(self.optimiser),
        }

    def facts(self) -> dict[str, Any]:
        """What belongs to it besides `tensors`, as JSON."""
        return {"gates": {name: [gate.skip, gate.main] for name, gate in self.net.gates.items()}}

    def restore(
        self, tensors: Mapping[str, Mapping[str, Tensor]], facts: Mapping[str, Any]
    ) -> None:
        """Continue from what `tensors` and `facts` returned."""
        self.net.load_state_dict(dict(tensors[self.key]))
        restore_optimiser(self.optimiser, tensors[f"{self.key}-optimiser"])
        self.set_gates({name: Gate(*gate) for name, gate in facts["gates"].items()})
