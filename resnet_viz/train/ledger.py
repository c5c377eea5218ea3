"""What a recorder is told, as records; figures wait on their device for one transfer of all."""

from __future__ import annotations

import math
import time
from typing import Any

import torch
from torch import Tensor

from resnet_viz.probe.norms import Figure, to_floats
from resnet_viz.train.probe_steps import as_values
from resnet_viz.train.run_writer import RunWriter


class Ledger:
    """What a recorder was told since it last wrote, as records of a run folder.

    Args:
        writer: of the run folder.
        steps_per_epoch: 0 if unknown: all steps then belong to one epoch.
        batch_size: images in a step; 0 if unknown.
        first_step: steps done before, if the run is continued.
        spent: seconds that these took.
    """

    def __init__(
        self,
        writer: RunWriter,
        *,
        steps_per_epoch: int,
        batch_size: int,
        first_step: int,
        spent: float,
    ) -> None:
        self._writer = writer
        self._steps_per_epoch = steps_per_epoch
        self._batch_size = batch_size
        self._steps: list[dict[str, Any]] = []
        self._figures: list[Figure] = []
        self._blocks: list[tuple[int, float, list[Figure]]] = []
        now = time.monotonic()
        self._began = now - spent
        self._rate_since = now, first_step

    def step(
        self,
        step: int,
        loss: Tensor | float,
        accuracy: Tensor | float | None,
        lr: float | None,
    ) -> None:
        """A step was made."""
        self._figures += [_figure(loss), _figure(accuracy)]  # first, as it may be refused
        record = {
            "kind": "step",
            "network": "network",
            "step": step,
            "epoch": self._epoch(step),
            "lr": math.nan if lr is None else float(lr),
            "seconds": round(time.monotonic() - self._began, 3),
        }
        self._steps.append(record)

    def blocks(self, step: int, figures: list[Figure], loss_scale: float) -> None:
        """All blocks were measured in a step whose loss was multiplied by `loss_scale`."""
        self._blocks.append((step, loss_scale, figures))

    def evaluation(self, step: int, loss: float, accuracy: float, n_images: int) -> None:
        """The network was measured on held-out pictures."""
        self.post()
        record = {
            "kind": "evaluation",
            "network": "network",
            "step": step,
            "epoch": self._epoch(step),
            "loss": loss,
            "accuracy": accuracy,
            "n_images": n_images,
        }
        self._writer.append([record])

    def system(self, step: int, *, memory_bytes: int, probe_share: float) -> None:
        """What the steps since the last time took."""
        (since, first), now = self._rate_since, time.monotonic()
        self._rate_since = now, step
        steps_per_second = (step - first) / (now - since) if now > since else 0.0
        record = {
            "kind": "system",
            "step": step,
            "images_per_second": steps_per_second * self._batch_size,
            "memory_bytes": memory_bytes,
            "probe_share": probe_share,
        }
        self._writer.append([record])

    def _epoch(self, step: int) -> int:
        per_epoch = self._steps_per_epoch
        return 1 + max(0, step - 1) // per_epoch if per_epoch else 1

    def post(self) -> None:
        """Hand everything to the writer; waits for a GPU."""
        steps, self._steps = self._steps, []
        measured, self._blocks = self._blocks, []
        figures, self._figures = self._figures, []
        values = to_floats([*figures, *(f for _, _, of in measured for f in of)])
        for index, record in enumerate(steps):
            record["loss"], record["accuracy"] = values[2 * index : 2 * index + 2]
        self._writer.append(steps)
        place = len(figures)
        for step, loss_scale, own in measured:
            table = as_values(values[place : place + len(own)])
            table[0] /= loss_scale  # `gradient`
            self._writer.blocks("network", step, table)
            place += len(own)


def _figure(value: Tensor | float | None) -> Figure:
    """A number or a scalar on its device, detached from what it was computed with."""
    if value is None:
        return math.nan
    if not isinstance(value, Tensor):
        return float(value)
    if value.device.type == "cpu":
        return value.detach().item()
    wide = torch.float32 if value.device.type == "mps" else torch.float64
    return value.detach().to(wide).reshape(())
