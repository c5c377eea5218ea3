"""What one measurement of a network holds: plain values and numpy arrays only.

Imports no torch, so that the window can read what the engine sends.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class BlockStats:
    """The figures of one residual block y = act(skip * shortcut(x) + main * F(x)).

    Norms are L2 over the whole tensor: all channels, positions and images of the batch.

    Attributes:
        name: module path, `layer1.0`.
        stage: 1-based stage.
        kind: `basic` or `bottleneck`.
        shortcut: `identity`, `projection` or `pad`.
        skip: gate of the shortcut, 0 to 1.
        main: gate of the branch, 0 to 1.
        in_shape: (C, H, W) of x.
        out_shape: (C, H, W) of y.
        parameters: learnable numbers in the block.
        macs: multiply-accumulates of the block for one image.
        activation_bytes: memory of the tensors that the block's modules put out, one image.
        norm_in: of x.
        norm_shortcut: of shortcut(x), before its gate.
        norm_branch: of F(x), before its gate.
        norm_out: of y.
        cosine: between shortcut(x) and F(x) flattened, -1 to 1; 0 where either is zero.
        mean_out: mean of y.
        std_out: standard deviation of y.
        zero_share: share of exact zeros in y, 0 to 1.
        grad_in: norm of dL/dx, the sum of both paths.
        grad_out: norm of dL/dy.
        grad_via_shortcut: norm of the part of dL/dx that came through the shortcut.
        grad_via_branch: norm of the part of dL/dx that came through the branch.
        grad_params: norm of dL/dtheta over the block's parameters.
    """

    name: str
    stage: int
    kind: str
    shortcut: str
    skip: float
    main: float
    in_shape: tuple[int, int, int]
    out_shape: tuple[int, int, int]
    parameters: int
    macs: int
    activation_bytes: int
    norm_in: float
    norm_shortcut: float
    norm_branch: float
    norm_out: float
    cosine: float
    mean_out: float
    std_out: float
    zero_share: float
    grad_in: float
    grad_out: float
    grad_via_shortcut: float
    grad_via_branch: float
    grad_params: float


@dataclass(frozen=True)
class BlockMaps:
    """The tensors of one block for the first image of the batch.

    Attributes:
        x: input, (C_in, H, W) float32.
        shortcut: shortcut(x) before its gate, (C, H', W').
        branch: F(x) before its gate, (C, H', W').
        out: y, (C, H', W').
        inner: outputs of the branch's modules by name (`conv1`, `bn1`, ...), (C', H'', W'').
        grad_x: L2 norm of dL/dx per channel, (C_in,).
        grad_branch: L2 norm of dL/d(branch) per channel, (C,): gate included.
        grad_out: L2 norm of dL/dy per channel, (C,).
    """

    x: FloatArray
    shortcut: FloatArray
    branch: FloatArray
    out: FloatArray
    inner: dict[str, FloatArray]
    grad_x: FloatArray
    grad_branch: FloatArray
    grad_out: FloatArray

    @property
    def nbytes(self) -> int:
        """Memory of all arrays."""
        arrays = (self.x, self.shortcut, self.branch, self.out, *self.inner.values())
        return sum(a.nbytes for a in arrays)


@dataclass(frozen=True)
class Totals:
    """Sums over the whole network, stem and head included, for one image."""

    parameters: int
    macs: int
    activation_bytes: int


@dataclass(frozen=True)
class Snapshot:
    """One forward and one backward pass.

    Attributes:
        blocks: figures of every residual block in forward order.
        maps: tensors of the blocks that were asked for.
        logits: (N, n_classes) float32.
        targets: class index per image whose cross-entropy was differentiated.
        loss: mean cross-entropy over the batch, nats.
        totals: of the network.
        input_shape: (N, C, H, W).
        training_mode: whether norms used the batch's statistics.
        dtype: of the computation, `float32` or `float64`.
        device: as torch writes it, `cpu` or `cuda:0`.
        elapsed_ms: wall time of both passes.
    """

    blocks: tuple[BlockStats, ...]
    maps: dict[str, BlockMaps] = field(repr=False)
    logits: FloatArray = field(repr=False)
    targets: tuple[int, ...]
    loss: float
    totals: Totals
    input_shape: tuple[int, int, int, int]
    training_mode: bool
    dtype: str
    device: str
    elapsed_ms: float

    def block(self, name: str) -> BlockStats:
        """The figures of one block; KeyError if there is none of that name."""
        for block in self.blocks:
            if block.name == name:
                return block
        raise KeyError(name)

    def probabilities(self) -> FloatArray:
        """Softmax of the logits, (N, n_classes) float32."""
        shifted = self.logits - self.logits.max(axis=1, keepdims=True)
        exp = np.exp(shifted)
        return np.asarray(exp / exp.sum(axis=1, keepdims=True), dtype=np.float32)
