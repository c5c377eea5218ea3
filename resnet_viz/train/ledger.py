"""Figures that wait on their device until all of them are read with one transfer."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from resnet_viz.probe.norms import Figure, to_floats
from resnet_viz.train.probe_steps import as_values
from resnet_viz.train.run_writer import RunWriter


class Ledger:
    """What a recorder was told since it last wrote.

    Args:
        writer: of the run folder.
    """

    def __init__(self, writer: RunWriter) -> None:
        self._writer = writer
        self._steps: list[dict[str, Any]] = []
        self._figures: list[Figure] = []
        self._blocks: list[tuple[int, float, list[Figure]]] = []

    def step(
        self,
        record: dict[str, Any],
        loss: Tensor | float,
        accuracy: Tensor | float | None,
    ) -> None:
        """A step was made; `record` lacks only loss and accuracy."""
        self._figures += [_figure(loss), _figure(accuracy)]  # first, as it may be refused
        self._steps.append(record)

    def blocks(self, step: int, figures: list[Figure], loss_scale: float) -> None:
        """All blocks were measured in a step whose loss was multiplied by `loss_scale`."""
        self._blocks.append((step, loss_scale, figures))

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
        return float("nan")
    if not isinstance(value, Tensor):
        return float(value)
    if value.device.type == "cpu":
        return value.detach().item()
    wide = torch.float32 if value.device.type == "mps" else torch.float64
    return value.detach().to(wide).reshape(())
