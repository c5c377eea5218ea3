"""Measuring all blocks in some of a training's steps, without any effect on the training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from resnet_viz.probe.norms import Figure, to_floats
from resnet_viz.runs.layout import QUANTITIES
from resnet_viz.train.config import NetworkKey, RecordingConfig
from resnet_viz.train.probe_budget import ProbeBudget
from resnet_viz.train.step_clock import StepClock
from resnet_viz.train.step_meter import StepMeter


class Learning(Protocol):
    """What a probe has to know of a network in training."""

    @property
    def key(self) -> NetworkKey:
        """Its name in the run folder."""


@dataclass(frozen=True)
class BlockRecord:
    """One record of a block file.

    Attributes:
        key: of the network.
        step: 1-based.
        values: `QUANTITIES` x blocks; NaN where the step does not compute it, such as the
            gradient in a part that is frozen.
    """

    key: NetworkKey
    step: int
    values: NDArray[np.float32]


class BlockProbe:
    """An observer of a `Trainer` that measures all networks of a run in the same steps.

    Weights come out the same to the last bit as without it.

    Args:
        nets: in the order in which each step trains them.
        config: how often.
        device: of the training.

    Raises:
        UserError: if a network has no residual block.
    """

    def __init__(
        self, nets: Mapping[NetworkKey, nn.Module], config: RecordingConfig, device: torch.device
    ) -> None:
        self._meters = {key: StepMeter(net) for key, net in nets.items()}
        self._first, *_, self._last = [next(iter(nets)), *nets]
        self._budget = ProbeBudget(config)
        self._clock = StepClock(device)
        self._measuring = False
        self._step = 0
        self._pending: list[tuple[NetworkKey, int, list[Figure]]] = []

    @property
    def share(self) -> float:
        """Of the training time lately that measuring took, 0 to 1."""
        return self._budget.share

    def before_forward(self, learner: Learning, step: int) -> None:
        """A network begins a step (0-based)."""
        if learner.key == self._first:
            self._step = step + 1
            self._measuring = self._budget.due(self._step)
            self._clock.begin(measured=self._measuring)
        if self._measuring:
            self._meters[learner.key].begin()

    def after_backward(self, learner: Learning) -> None:
        """Its gradients are there."""
        self._meters[learner.key].look_away()

    def after_update(self, learner: Learning) -> None:
        """Its weights have been changed."""
        meter = self._meters[learner.key]
        if self._measuring:
            self._pending.append((learner.key, self._step, meter.end()))
        if learner.key == self._last:
            own = sum(meter.seconds for meter in self._meters.values())
            self._budget.took(*self._clock.end(own if self._measuring else None))

    def take(self) -> list[BlockRecord]:
        """What was measured since the last time; waits for a GPU, once for all of it."""
        pending, self._pending = self._pending, []
        values = to_floats([figure for _, _, figures in pending for figure in figures])
        records: list[BlockRecord] = []
        for key, step, figures in pending:
            own, values = values[: len(figures)], values[len(figures) :]
            records.append(BlockRecord(key, step, as_values(own)))
        return records

    def close(self) -> None:
        """Leave no hook behind, wherever the training was broken off."""
        for meter in self._meters.values():
            meter.cancel()


def as_values(figures: list[float]) -> NDArray[np.float32]:
    """Blocks x quantities, flat, as a block file wants them: quantities x blocks."""
    with np.errstate(over="ignore"):  # beyond float32 is infinite
        flat = np.asarray(figures, np.float64).astype(np.float32)
    return np.ascontiguousarray(flat.reshape(-1, len(QUANTITIES)).T)
