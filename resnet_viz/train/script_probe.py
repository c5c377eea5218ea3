"""Measuring the blocks in steps that a script of its own makes."""

from __future__ import annotations

from torch import nn

from resnet_viz.errors import UserError
from resnet_viz.probe.norms import Figure
from resnet_viz.train.config import RecordingConfig
from resnet_viz.train.probe_budget import ProbeBudget
from resnet_viz.train.recorded_network import device_of
from resnet_viz.train.step_clock import StepClock
from resnet_viz.train.step_meter import StepMeter


class ScriptProbe:
    """Decides which steps to measure, and measures them; told only where steps end.

    The time of a step is that between two ends, so whatever else the script does in between
    counts as training.

    Args:
        net: what is trained.
        config: how often to measure.

    Attributes:
        meter: of the network's blocks.

    Raises:
        UserError: if the network has no residual blocks.
    """

    def __init__(self, net: nn.Module, config: RecordingConfig) -> None:
        self.meter = StepMeter(net)
        self._title = type(net).__name__
        self._budget = ProbeBudget(config)
        self._clock = StepClock(device_of(net))
        self._measuring = False
        self._seen = False

    @property
    def share(self) -> float:
        """Of the time lately that measuring took, 0 to 1."""
        return self._budget.share

    def await_step(self, step: int) -> None:
        """Whatever happens from now on belongs to `step` (1-based)."""
        self._measuring = self._budget.due(step)
        if self._measuring:
            self.meter.begin()
        self._clock.begin(measured=self._measuring)

    def end_step(self) -> list[Figure] | None:
        """The weights have been updated.

        Returns:
            As `StepMeter.end`; None if the step was not measured.

        Raises:
            UserError: if no block has ever run.
        """
        figures = self._figures() if self._measuring else None
        own = self.meter.seconds if figures is not None else None
        self._budget.took(*self._clock.end(own))
        return figures

    def _figures(self) -> list[Figure] | None:
        if self.meter.saw_forward:
            self._seen = True
            return self.meter.end()
        self.meter.cancel()
        if self._seen:
            return None  # a step of something else
        raise UserError(
            f"No forward pass went through the blocks of {self._title} before step().",
            "Record the very network that is trained, as it was before torch.compile.",
        )

    def close(self) -> None:
        """Leave no hook behind."""
        self.meter.cancel()
