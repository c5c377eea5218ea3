"""What is predicted for the correlation of input gradients at initialisation.

Two predictions, for two situations:

- *Independent gates* (Balduzzi et al. 2017, arXiv:1702.08591, theorem 1): two inputs that open
  the ReLUs of a plain network independently of each other, each half of them. A quarter of the
  units is open for both, and each ReLU halves the correlation: 1 / 2^L. Batch norm brings
  inputs that lie far apart into this situation in every layer. For residual networks the paper
  has (3/4)^L without batch norm and 1 / sqrt(L) with it, for blocks of a single layer and no
  activation after the sum; the blocks of the networks here have two or three layers.
- *Wide networks without norm*: without norm the inputs themselves become more and more alike
  on their way up, so that gates open together ever more. Their correlation c follows the
  arc-cosine kernels (Cho & Saul 2009), and each ReLU multiplies the gradients' correlation by
  the share of units open for both, 1 - arccos(c) / pi (Poole et al. 2016, arXiv:1606.05340;
  Schoenholz et al. 2017, arXiv:1611.01232). For c = 0 in every layer this is 1 / 2^L again.

Both treat layers as fully connected and wide. Imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from resnet_viz.models.specs import ResNetSpec

INDEPENDENT = "Balduzzi et al. 2017, arXiv:1702.08591, theorem 1"
WIDE = "Cho & Saul 2009; Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017, 1611.01232"


def n_plain_relus(spec: ResNetSpec) -> int:
    """ReLUs in a row between input and classifier of a network without skips.

    One behind every convolution, in either order: the stem's and all of the branches'.
    """
    return spec.n_layers - 1


def independent_gates(n_relus: int) -> float:
    """Correlation of the gradients of a plain network for two unrelated inputs: 1 / 2^n.

    Source: Balduzzi et al. 2017, arXiv:1702.08591, theorem 1.
    """
    return 0.5**n_relus


def relu_correlation(c: float) -> float:
    """E[relu(u) relu(v)] / E[relu(u)^2] of standard normal u, v with correlation c.

    Source: Cho & Saul 2009, the arc-cosine kernel of degree 1.
    """
    c = min(max(c, -1.0), 1.0)
    return (math.sqrt(1.0 - c * c) + c * (math.pi - math.acos(c))) / math.pi


def slope_correlation(c: float) -> float:
    """Share of the open ReLUs that are open for both inputs, 1 - arccos(c) / pi.

    Source: Cho & Saul 2009, the arc-cosine kernel of degree 0.
    """
    return 1.0 - math.acos(min(max(c, -1.0), 1.0)) / math.pi


def wide_plain(c: float, n_relus: int) -> float:
    """Correlation of the gradients of a wide plain ReLU network without norm or biases.

    It does not depend on the weights' variance.

    Args:
        c: cosine between the two inputs.
        n_relus: ReLUs in a row.

    Source: as the head of this module.
    """
    product = 1.0
    for _ in range(n_relus):
        product *= slope_correlation(c)
        c = relu_correlation(c)
    return product


def wide_preactivation(c: float, gains: Iterable[float], relus_per_branch: int) -> float:
    """The same for a pre-activation residual network: y = x + F(x) without norm.

    The stream of a wide one stays Gaussian, so the recursion closes: with the branch's gain g
    (its mean square over the stream's) stream and gradient both mix shortcut and branch as
    1 : g. The ReLU before the classifier counts once more.

    Args:
        c: cosine between the two inputs.
        gains: of every block's branch; 1 for He initialisation.
        relus_per_branch: 2 for basic blocks, 3 for bottlenecks.

    Source: as the head of this module, with the paths added as in Yang & Schoenholz 2017,
    arXiv:1712.08969.
    """
    product = 1.0
    for gain in gains:
        slopes, branch = 1.0, c
        for _ in range(relus_per_branch):
            slopes *= slope_correlation(branch)
            branch = relu_correlation(branch)
        product *= (1.0 + gain * slopes) / (1.0 + gain)
        c = (c + gain * branch) / (1.0 + gain)
    return product * slope_correlation(c)
