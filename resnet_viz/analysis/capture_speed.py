"""What measuring costs: `capture` against the bare forward and backward pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from resnet_viz.analysis.timing import Timing, interleaved
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.probe.capturing import capture

# The networks that the speed goal names: capture / bare <= 1.05.
GOAL = 1.05
MODELS = ("resnet18", "resnet50", "resnet152", "resnet110")


@dataclass(frozen=True)
class CaptureSpeed:
    """One network's comparison; `timing.a_ms` is the bare loop, `timing.b_ms` is `capture`."""

    name: str
    n_blocks: int
    timing: Timing

    def row(self) -> dict[str, str | float | int]:
        """As one flat row, for tables and JSON."""
        timing = self.timing
        return {
            "name": self.name,
            "blocks": self.n_blocks,
            "ratio_min": round(timing.ratio_min, 3),
            "ratio_median": round(timing.ratio_median, 3),
            "ratio_cpu": round(timing.ratio_cpu, 3),
            "bare_ms": round(timing.a_ms, 1),
            "capture_ms": round(timing.b_ms, 1),
            "capture_ms_per_block": round(timing.b_ms / self.n_blocks, 3),
        }


def compare(name: str, repeats: int, device: torch.device | str = "cpu") -> CaptureSpeed:
    """Time `capture` of a preset against the loop that anybody would write in plain torch.

    Both run forward and backward on one image of the preset's size; the bare loop computes
    the gradients of all parameters.

    Args:
        name: a preset, `resnet50`.
        repeats: runs of each.
        device: where to compute.
    """
    chosen = spec(name)
    net = build(chosen, device=device)
    side = chosen.input_size
    image = torch.randn(1, chosen.in_channels, side, side, device=device)
    target = torch.tensor([3], device=device)

    def bare() -> None:
        loss = F.cross_entropy(net(image), target)
        loss.backward()  # type: ignore[no-untyped-call]
        loss.item()  # waits for the device
        # At the end: kept gradients would make `capture` fetch new memory from the system,
        # whose page faults take a tenth of a pass, while this loop reuses its own.
        net.zero_grad(set_to_none=True)

    def measured() -> None:
        capture(net, image, target)

    timing = interleaved(bare, measured, repeats)
    return CaptureSpeed(name, chosen.n_blocks, timing)


def measure(
    models: Iterable[str] = MODELS, repeats: int = 20, device: torch.device | str = "cpu"
) -> list[dict[str, str | float | int]]:
    """One row per network.

    Returns:
        Rows with `name`, `blocks`, `ratio_min`, `ratio_median`, `ratio_cpu` (capture over
        bare: wall minima, wall medians, processor time), `bare_ms`, `capture_ms` (minima) and
        `capture_ms_per_block`, which stays the same where capture is linear in depth.
    """
    return [compare(name, repeats, device).row() for name in models]
