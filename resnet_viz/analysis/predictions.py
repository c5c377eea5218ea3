"""Theory as curves over the blocks of one network, to be drawn beside what was measured.

Every curve starts from one measured number: theory speaks of growth, not of where it starts.
Imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnet_viz.analysis import theory
from resnet_viz.analysis.wide_limit import WideLimit, wide_limit
from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.specs import ResNetSpec

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Conditions:
    """What theory must know about a network with random weights.

    Attributes:
        spec: the network; `spec.plain` is not looked at, the gates say it.
        gates: of the blocks that are not fully open.
        batch_statistics: whether batch norm uses those of the batch.
        size: (H, W) of the first block's input.
        gain: factor on the branches' weights after drawing.
        in_square: measured mean square of an element of the first block's input; it matters
            only where the activation or batch norm has a scale of its own.
    """

    spec: ResNetSpec
    gates: Mapping[str, Gate]
    batch_statistics: bool
    size: tuple[int, int]
    gain: float = 1.0
    in_square: float = 1.0

    @property
    def normalised(self) -> bool:
        """Whether batch norm does anything: untrained running statistics change nothing."""
        return self.batch_statistics and self.spec.norm == "batch"

    @property
    def plain(self) -> bool:
        """Whether no skip is left."""
        return all(self.gates.get(b.name, OPEN).skip == 0.0 for b in self.spec.blocks())

    def limit(self) -> WideLimit | None:
        """The infinitely wide network."""
        return wide_limit(
            self.spec,
            self.gates,
            batch_statistics=self.batch_statistics,
            size=self.size,
            gain=self.gain,
            in_square=self.in_square,
        )


@dataclass(frozen=True)
class Prediction:
    """One theoretical curve.

    Attributes:
        label: for the legend.
        source: where it is derived.
        values: one per block.
    """

    label: str
    source: str
    values: Floats


def gradient_curve(conditions: Conditions, anchor: float) -> Prediction | None:
    """‖∂L/∂x‖ at every block's input, as theory expects it from the last block's.

    Args:
        conditions: which network.
        anchor: measured ‖∂L/∂x‖ at the last block's input.

    Returns:
        (n_blocks,) values; None where no theory holds, the anchor is no positive number, or
        theory expects none either (a closed last block, an overflow).
    """
    limit = conditions.limit()
    if limit is None or not 0.0 < anchor < np.inf:
        return None
    logs = limit.log_grad[:-1]
    if not np.isfinite(logs[-1]):
        return None
    return _prediction(conditions, _grown(logs - logs[-1], anchor))


def stream_curve(conditions: Conditions) -> Prediction | None:
    """Mean square of an element of every block's output, from the first block's input on.

    Returns:
        (n_blocks,) values; None where no theory holds.
    """
    limit = conditions.limit()
    if limit is None or not 0.0 < conditions.in_square < np.inf:
        return None
    logs = limit.log_square - limit.log_square[0]
    return _prediction(conditions, _grown(logs[1:], conditions.in_square))


def _grown(logs: Floats, start: float) -> Floats:
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        values: Floats = np.exp(logs + np.log(start))
    return values


def _prediction(conditions: Conditions, values: Floats) -> Prediction:
    label, source = _described(conditions)
    return Prediction(f"theory: {label}", source, values)


def _described(conditions: Conditions) -> tuple[str, str]:
    """What a curve is called and whose theory it is."""
    relu = conditions.spec.activation == "relu"
    if conditions.normalised and conditions.plain:
        factor = " (ReLU: ×1.21 per layer)" if relu else ""
        return f"wide plain net with batch norm{factor}", theory.BATCH_NORM
    if conditions.normalised:
        return "wide net with batch norm and skips", theory.RESIDUAL_BATCH_NORM
    if conditions.plain and relu:
        return "wide plain net, n k² Var(w) / 2 per layer", theory.HE
    if conditions.plain:
        return "wide plain net, n k² Var(w) E[act′²] per layer", theory.MEAN_FIELD
    return "wide net with skips, 1 + branch per block", theory.RESIDUAL
