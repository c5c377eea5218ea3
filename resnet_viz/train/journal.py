"""What a training writes into its run folder: steps, measurements, events."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import torch

from resnet_viz.errors import UserError
from resnet_viz.numerals import figure
from resnet_viz.runs.layout import EventKind, RunPaths, step_name, steps_in
from resnet_viz.train.config import NetworkKey
from resnet_viz.train.evaluation import Evaluation
from resnet_viz.train.loop import Step, Trainer
from resnet_viz.train.pace import Pace, memory_bytes
from resnet_viz.train.probe_steps import BlockProbe
from resnet_viz.train.run_writer import RunWriter

# Losses stay on a GPU between reads, because reading one waits for it.
_READ_EVERY = 20
_FLUSH_S = 0.25
_SYSTEM_S = 2.0


class Journal:
    """Turns what a trainer does into records.

    Args:
        trainer: whose steps they are.
        writer: of the run folder.
        probe: its measurements of blocks are written too.
        pace: of the training.

    Attributes:
        recent: the step records written last, for progress on a terminal.
    """

    def __init__(
        self, trainer: Trainer, writer: RunWriter, probe: BlockProbe | None, pace: Pace
    ) -> None:
        self._trainer = trainer
        self._writer = writer
        self._probe = probe
        self._pace = pace
        self._pending: list[tuple[Step, float]] = []
        self._read_every = 1 if trainer.device.type == "cpu" else _READ_EVERY
        self._next_flush = self._next_system = 0.0
        self.recent: list[dict[str, Any]] = []

    def step(self, step: Step) -> None:
        """A step was made; it is on its way to the disk within a moment.

        Raises:
            UserError: if a loss has turned out not to be finite, or the disk is full.
        """
        self._pending.append((step, self._pace.seconds))
        if len(self._pending) >= self._read_every:
            self.read()
        if time.monotonic() >= self._next_flush:
            self._flush()

    def flush(self) -> None:
        """Hand over all that is known, so that others can read it.

        Raises:
            UserError: see `step`.
        """
        self.read()
        self._flush()

    def _flush(self) -> None:
        now = time.monotonic()
        self._next_flush = now + _FLUSH_S
        if now >= self._next_system and self._pace.steps_per_second():
            self._next_system = now + _SYSTEM_S
            self._writer.append([self._system()])
        if self._probe is not None:
            for record in self._probe.take():
                self._writer.blocks(record.key, record.step, record.values)
        self._writer.flush()

    def _system(self) -> dict[str, Any]:
        trainer = self._trainer
        rate = self._pace.steps_per_second() * trainer.config.run.batch_size
        return {
            "kind": "system",
            "step": trainer.step_index,
            "images_per_second": rate,
            "memory_bytes": memory_bytes(trainer.device),
            "probe_share": self.probe_share,
        }

    @property
    def probe_share(self) -> float:
        """Of the training time lately that measuring blocks took."""
        return 0.0 if self._probe is None else self._probe.share

    def read(self) -> None:
        """Turn the steps made since the last time into records; waits for a GPU.

        Raises:
            UserError: if a loss is not finite; the step is recorded.
        """
        steps, self._pending = self._pending, []
        if not steps:
            return
        losses = self._fetched([step.losses for step, _ in steps], average=True)
        correct = self._fetched([step.correct for step, _ in steps])
        records: list[dict[str, Any]] = []
        for (step, seconds), of_loss, right in zip(steps, losses, correct, strict=True):
            records += [
                {
                    "kind": "step",
                    "network": key,
                    "step": step.index + 1,
                    "epoch": step.epoch + 1,
                    "lr": step.lr,
                    "loss": of_loss[key],
                    "accuracy": right[key] / step.size,
                    "seconds": round(seconds, 3),
                }
                for key in step.losses
            ]
            if not all(map(math.isfinite, of_loss.values())):
                self._writer.append(records)
                raise UserError(*self._diverged(step, of_loss))
        self._writer.append(records)
        self.recent = records

    def _fetched(
        self, values: list[Mapping[NetworkKey, torch.Tensor]], *, average: bool = False
    ) -> list[dict[NetworkKey, float]]:
        """Numbers on the device, of all processes together, as numbers here."""
        keys = list(self._trainer.learners)
        crew = self._trainer.crew
        # Not on the device: Apple's GPU knows no float64.
        total = crew.total(torch.stack([of[key] for of in values for key in keys]).cpu().double())
        numbers = iter((total / crew.size if average else total).tolist())
        return [{key: next(numbers) for key in keys} for _ in values]

    def _diverged(self, step: Step, losses: Mapping[NetworkKey, float]) -> tuple[str, str]:
        titles = self._titles()
        bad = [key for key, loss in losses.items() if not math.isfinite(loss)]
        became = " and ".join(f"the loss of {titles[key]} became {losses[key]}" for key in bad)
        others = "".join(
            f" {titles[key]} was well, with a loss of {figure(loss)}; both end here."
            for key, loss in losses.items()
            if key not in bad
        )
        where = f"in step {step.index + 1}, epoch {step.epoch + 1}"
        message = f"{became[0].upper()}{became[1:]} {where}; {self.last_good()}.{others}"
        return message, DIVERGED_HINT

    def _titles(self) -> dict[NetworkKey, str]:
        return titles(self._trainer)

    def last_good(self) -> str:
        """Which checkpoint there is, for people."""
        saved = steps_in(RunPaths(self._writer.path).checkpoints)
        if not saved:
            return "there is no checkpoint yet"
        path = RunPaths(self._writer.path).checkpoints / step_name(saved[-1])
        return f"the last good checkpoint is {str(path)!r}"

    def evaluated(self, epoch: int, measured: Mapping[NetworkKey, Evaluation]) -> None:
        """The held-out pictures were measured."""
        self._writer.append(
            {
                "kind": "evaluation",
                "network": key,
                "step": self._trainer.step_index,
                "epoch": epoch,
                "loss": of.loss,
                "accuracy": of.accuracy,
                "n_images": of.n_images,
            }
            for key, of in measured.items()
        )

    def event(self, what: EventKind, **more: Any) -> None:
        """Something happened between two steps; on the disk at once.

        Raises:
            UserError: if it cannot be written.
        """
        self._flush()
        self._writer.event(self._trainer.step_index, what, **more)


DIVERGED_HINT = (
    "Lower the learning rate or lengthen its warm-up, and start a new run; resuming this one "
    "repeats the same steps unless its learning rate is lowered first."
)


def titles(trainer: Trainer) -> dict[NetworkKey, str]:
    """What people call each network; two of one name are told apart by their place."""
    named = {key: learner.net.spec.title() for key, learner in trainer.learners.items()}
    if len(set(named.values())) < len(named):
        return {key: f"{title} ({key})" for key, title in named.items()}
    return named
