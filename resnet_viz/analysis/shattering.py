"""How much the gradients at neighbouring inputs have in common (Balduzzi et al. 2017).

The gradient of one class's logit with respect to the input is taken at points on a straight
line between two pictures. Where gradients of close points agree, the function is smooth there;
where they do not, they look like noise, and a step downhill for one picture says nothing about
the next: they are shattered.

"Correlation" of two gradients is here the cosine between them, over all channels and pixels of
the input and without subtracting a mean, which is 0 over random weights: that is the
correlation of the paper's theorems.

Source: Balduzzi et al. 2017, arXiv:1702.08591.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from resnet_viz.analysis.stepwise import Stepwise
from resnet_viz.models.counting import count
from resnet_viz.models.network import ResNet

Floats = NDArray[np.float64]
Statistics = dict[nn.BatchNorm2d, tuple[Tensor, Tensor]]

# Multiply-accumulates of a forward pass after which somebody else may be served.
_MACS_PER_SLICE = 4e8

# What the logit is multiplied by before it is differentiated, until no gradient is close to
# underflow. The gradient is divided by it again, in float64; correlations do not feel it.
_SCALES = (1.0, 2.0**60, 2.0**110)
_FAINT = 1e-30


@dataclass(frozen=True)
class LineCorrelation:
    """Input gradients at n points on a line, compared with each other.

    Attributes:
        matrix: (n, n) cosine of every pair; NaN where one of the gradients is exactly 0 or
            not finite.
        slope: (n,) derivative of the logit along the line, per unit of distance.
        step: L2 distance of neighbouring points.
    """

    matrix: Floats
    slope: Floats
    step: float

    def pairs(self, lag: int) -> Floats:
        """Correlations of all pairs that are `lag` steps apart, (n - lag,)."""
        return np.diagonal(self.matrix, lag)

    def by_lag(self) -> Floats:
        """Mean correlation of all pairs at each distance of 0 to n - 1 steps, (n,)."""
        return np.array([_mean(self.pairs(lag)) for lag in range(len(self.matrix))])

    def far(self) -> Floats:
        """Correlations of all pairs at least half the line apart."""
        n_points = len(self.matrix)
        return np.concatenate([self.pairs(lag) for lag in range(n_points // 2, n_points)])

    @property
    def defined(self) -> float:
        """Share of the points whose gradient has a direction."""
        return float(np.isfinite(np.diagonal(self.matrix)).mean())


def segment(start: Tensor, end: Tensor, n_points: int) -> Tensor:
    """Evenly spaced points of the line from `start` to `end`, both (C, H, W) and included.

    Returns:
        (n_points, C, H, W).

    Raises:
        ValueError: if there are fewer than two points.
    """
    if n_points < 2:
        raise ValueError(f"a line needs at least 2 points, got {n_points}")
    share = torch.linspace(0.0, 1.0, n_points, dtype=start.dtype, device=start.device)
    return torch.lerp(start, end, share.view(-1, 1, 1, 1))


def input_gradients(
    net: ResNet, points: Tensor, target: int, *, training_mode: bool
) -> Generator[int, None, Tensor]:
    """Differentiate the logit of one class at every point.

    Batch norm in training mode takes its statistics from all points together, as in the
    paper, but they are then held fixed: the network is one function, the same for all points,
    and each gradient is the derivative of that function. Differentiating through the
    statistics would instead mix all points: what a norm adds up to over its batch is constant,
    so every gradient would be pushed away from the others, and those of a linear network would
    vanish.

    Args:
        net: with its gates; it is, and stays, as it was.
        points: (N, C, H, W).
        target: the class.
        training_mode: batch norm uses statistics of the points instead of its running ones.

    Yields:
        The number of points done, whenever somebody else may be served.

    Returns:
        (N, C * H * W) float64 gradients on the network's device.
    """
    fixed = Stepwise(net, training_mode=False)
    points = fixed.place(points)
    statistics: Statistics = {}
    if training_mode and any(isinstance(m, nn.BatchNorm2d) for m in net.modules()):
        statistics = yield from _statistics(net, points)
    rows: list[Tensor] = []
    n_done = 0
    for chunk in torch.split(points, max(1, round(_MACS_PER_SLICE / count(net.spec).macs))):
        with fixed.whole(recording=True), _statistics_set(statistics):
            rows.append(_gradients(fixed, chunk, target))
        n_done += len(chunk)
        yield n_done
    return torch.cat(rows)


def correlate(gradients: Tensor, points: Tensor) -> LineCorrelation:
    """Compare the gradients at the points of a line.

    Args:
        gradients: (N, D) float64, from `input_gradients`.
        points: (N, C, H, W), from `segment`.
    """
    direction = (points[1] - points[0]).flatten().to(gradients)
    step = float(torch.linalg.vector_norm(direction))
    slope = gradients @ direction / step if step else torch.zeros_like(gradients[:, 0])
    return LineCorrelation(cosines(gradients), slope.cpu().numpy(), step)


def cosines(rows: Tensor) -> Floats:
    """Cosine between every two rows of (N, D), (N, N); NaN where one is zero or not finite."""
    rows = rows.double()
    # First by the largest element: a square of 1e-200 is 0 even in float64.
    scaled = rows / rows.abs().amax(dim=1, keepdim=True)
    unit = scaled / torch.linalg.vector_norm(scaled, dim=1, keepdim=True)
    found: Floats = (unit @ unit.T).clamp(-1.0, 1.0).cpu().numpy()
    return found


def predicted_class(net: ResNet, images: Tensor, *, training_mode: bool) -> int:
    """The class with the highest logit for the first image of (N, C, H, W)."""
    walk = Stepwise(net, training_mode=training_mode)
    with walk.whole():
        logits = walk.logits(walk.place(images))
    return int(logits[0].argmax())


def _statistics(net: ResNet, points: Tensor) -> Generator[int, None, Statistics]:
    """Mean and variance over all points at every batch norm, block by block."""
    walk = Stepwise(net, training_mode=True)
    found: Statistics = {}
    x = points
    for part in range(-1, len(walk) + 1):
        with _recorded(net, found):
            if part == -1:
                x = walk.stem(x)
            elif part < len(walk):
                x = walk.block(part, x)
            else:
                walk.head(x)
        yield 0
    return found


@contextmanager
def _recorded(net: ResNet, found: Statistics) -> Iterator[None]:
    """Note the statistics of whatever enters a batch norm."""

    def look(module: nn.Module, args: tuple[Tensor, ...]) -> None:
        assert isinstance(module, nn.BatchNorm2d)
        # The biased variance, with which batch norm divides.
        variance, mean = torch.var_mean(args[0], dim=(0, 2, 3), correction=0)
        found[module] = (mean, variance)

    norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    with ExitStack() as stack:
        for norm in norms:
            stack.callback(norm.register_forward_pre_hook(look).remove)
        yield


@contextmanager
def _statistics_set(statistics: Statistics) -> Iterator[None]:
    """Lend batch norms other running statistics; inside `prepared`, in evaluation mode."""
    before = [(norm, norm.running_mean, norm.running_var) for norm in statistics]
    try:
        for norm, (mean, variance) in statistics.items():
            # Copies: what was found in inference mode cannot take part in differentiation.
            norm.running_mean, norm.running_var = mean.clone(), variance.clone()
        yield
    finally:
        for norm, mean_before, variance_before in before:
            norm.running_mean, norm.running_var = mean_before, variance_before


def _gradients(walk: Stepwise, points: Tensor, target: int) -> Tensor:
    """(n, C * H * W) float64 gradients of the logit at the points, safe from underflow."""
    leaf = points.detach().clone().requires_grad_()
    score = walk.logits(leaf)[:, target].sum()
    kept = torch.zeros(len(points), leaf[0].numel(), dtype=torch.float64, device=leaf.device)
    if not score.requires_grad:  # all paths of some block are closed
        return kept
    for scale in _SCALES:
        (grad,) = torch.autograd.grad(score * scale, leaf, retain_graph=scale != _SCALES[-1])
        rows = grad.flatten(1).double()
        if not torch.isfinite(rows).all() and scale != 1.0:
            break
        kept = rows / scale
        # It waits for the device.
        if float(rows.abs().amax(dim=1).min()) > _FAINT:
            break
    return kept


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
