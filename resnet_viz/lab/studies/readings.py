"""What one network says about the gradient at its input, as the sweeps compare it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from resnet_viz.lab.batches import Batch
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.lab.theory_curves import theory_curves
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.interruption import between_blocks
from resnet_viz.probe.snapshot import Snapshot


@dataclass(frozen=True)
class Reading:
    """One network, measured once.

    Attributes:
        first: ‖∂L/∂x‖ at the first block's input.
        last: the same at the last block's.
        loss: mean cross-entropy, nats.
        theory: what theory expects of `first`, given `last`; NaN where there is none.
        source: of that theory.
    """

    first: float
    last: float
    loss: float
    theory: float = math.nan
    source: str = ""

    @property
    def ratio(self) -> float:
        """First over last; NaN where not even the last block has a gradient."""
        return self.first / self.last if self.last != 0.0 else math.nan

    @property
    def theory_ratio(self) -> float:
        """What theory expects of `ratio`."""
        return self.theory / self.last if self.last != 0.0 else math.nan

    @property
    def silent(self) -> bool:
        """Whether no gradient leaves the loss, which is exactly 0.

        A loss that merely rounds to 0 can still have one: of 1e-18, say.
        """
        return self.first == self.last == self.loss == 0.0

    @property
    def underflows(self) -> bool:
        """Whether a gradient leaves the loss and none arrives at the input."""
        return self.first == 0.0 and not self.silent

    @property
    def overflows(self) -> bool:
        """Whether the numbers left the range of their precision."""
        return not (math.isfinite(self.first) and math.isfinite(self.last))


def snapshot_of(bench: Bench, settings: LabSettings, side: Side, batch: Batch) -> Snapshot:
    """One forward and one backward pass of one network on a given batch.

    Raises:
        UserError: if the network cannot be made, or memory runs out.
        OperationCancelled: if the bench was told to stop.
    """
    net = bench.network(settings, side)
    with between_blocks(net, lambda done, total: bench.check()):
        return capture(net, batch.images, batch.targets, training_mode=settings.training_mode)


def reading_of(settings: LabSettings, side: Side, snapshot: Snapshot) -> Reading:
    """What a measurement says about the gradient at the input."""
    theory = theory_curves(settings, side, snapshot)
    return Reading(
        first=snapshot.blocks[0].grad_in,
        last=snapshot.blocks[-1].grad_in,
        loss=snapshot.loss,
        theory=float(theory[0].y[0]) if theory else math.nan,
        source=theory[0].source if theory else "",
    )
