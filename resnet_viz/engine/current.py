"""A network that requests are answered with, and which requests those are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from resnet_viz.engine.messages import ModelChoice
from resnet_viz.models.weights import LoadedNetwork

DTYPES = {"float32": torch.float32, "float64": torch.float64}


@dataclass(frozen=True)
class Current:
    """The network that requests are answered with.

    Attributes:
        asked: the choice as the window wrote it.
        choice: the same with the specification found and the device resolved.
        loaded: the network and what goes with it.
        version: of weights that change: the step of the training that they are from; else -1.
    """

    asked: ModelChoice
    choice: ModelChoice
    loaded: LoadedNetwork
    version: int = -1

    def serves(self, choice: ModelChoice) -> bool:
        """Whether `choice` asks for this network; the mode is no property of a network."""
        same_mode = self._comparable(choice)
        return same_mode in (self._comparable(self.asked), self.choice)

    def _comparable(self, choice: ModelChoice) -> ModelChoice:
        """Without what does not tell networks apart: of a file the tensors say what it is."""
        same_mode = replace(choice, training_mode=self.choice.training_mode)
        if same_mode.weights in ("file", "run"):
            return replace(same_mode, spec=self.choice.spec)
        return same_mode
