"""Snapshots made from a specification and a seed: what the window's tests show.

The numbers are invented but obey the snapshot's own rules (shapes, gates, path sums), so a
view that takes them takes measured ones. Needs neither torch nor Qt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from resnet_viz.models.gates import OPEN, PLAIN, Gate
from resnet_viz.models.specs import BlockSpec, ResNetSpec
from resnet_viz.probe.snapshot import BlockMaps, BlockStats, Snapshot, Totals

SMALLEST_FLOAT32 = 1.4e-45


def synthetic_snapshot(
    spec: ResNetSpec,
    gates: Mapping[str, Gate] | None = None,
    *,
    first: float = 0.02,
    last: float = 0.3,
    seed: int = 0,
    keep: Sequence[str] = (),
    dtype: str = "float32",
    wobble: float = 0.06,
) -> Snapshot:
    """A snapshot of `spec` with the given gates.

    Args:
        spec: the network.
        gates: of the blocks that are not open; a plain spec starts with all skips cut.
        first: gradient norm at the first block's input.
        last: at the last block's input; the blocks between lie on a line in log space.
        seed: of everything that varies from block to block.
        keep: blocks whose maps are made.
        dtype: `float32` turns gradients below its smallest number into 0.
        wobble: standard deviation of log10 of each gradient around that line.
    """
    rng = np.random.default_rng(seed)
    blocks = list(spec.blocks())
    gates = gates or {}
    default = PLAIN if spec.plain else OPEN
    exponents = np.linspace(np.log10(first), np.log10(last), len(blocks) + 1)
    exponents += rng.normal(0.0, wobble, len(blocks) + 1)
    grads = 10.0**exponents
    if dtype == "float32":
        grads[grads < SMALLEST_FLOAT32] = 0.0
    side = stem_side(spec)
    stats = []
    for i, block in enumerate(blocks):
        gate = gates.get(block.name, default)
        in_shape = (block.in_channels, side, side)
        side = (side - 1) // block.stride + 1
        stats.append(_stats(block, gate, in_shape, side, float(grads[i]), float(grads[i + 1]), rng))
    logits = rng.normal(0.0, 2.0, (1, spec.n_classes)).astype(np.float32)
    return Snapshot(
        blocks=tuple(stats),
        maps={s.name: synthetic_maps(s, rng) for s in stats if s.name in keep},
        logits=logits,
        targets=(int(logits.argmax()),),
        loss=1.25,
        totals=Totals(
            sum(s.parameters for s in stats),
            sum(s.macs for s in stats),
            sum(s.activation_bytes for s in stats),
        ),
        input_shape=(1, spec.in_channels, spec.input_size, spec.input_size),
        training_mode=False,
        dtype=dtype,
        device="cpu",
        elapsed_ms=40.0,
    )


def stem_side(spec: ResNetSpec) -> int:
    """Side of what enters the first block, pixels."""
    halvings = 2 if spec.family == "imagenet" else 0
    side = spec.input_size
    for _ in range(halvings):
        side = (side - 1) // 2 + 1
    return side


def synthetic_maps(stats: BlockStats, rng: np.random.Generator) -> BlockMaps:
    """Maps of one block that obey its own sum (ReLU after it)."""
    x = np.abs(rng.normal(size=stats.in_shape)).astype(np.float32)
    shortcut = np.abs(rng.normal(size=stats.out_shape)).astype(np.float32)
    branch = rng.normal(size=stats.out_shape).astype(np.float32)
    out = np.maximum(stats.skip * shortcut + stats.main * branch, 0).astype(np.float32)
    channels = stats.out_shape[0]
    return BlockMaps(
        x=x,
        shortcut=shortcut,
        branch=branch,
        out=out,
        inner={
            "conv1": rng.normal(size=stats.out_shape).astype(np.float32),
            "bn1": rng.normal(size=stats.out_shape).astype(np.float32),
        },
        grad_x=np.abs(rng.normal(size=stats.in_shape[0])).astype(np.float32),
        grad_branch=np.abs(rng.normal(size=channels)).astype(np.float32),
        grad_out=np.abs(rng.normal(size=channels)).astype(np.float32),
    )


def _stats(
    block: BlockSpec,
    gate: Gate,
    in_shape: tuple[int, int, int],
    side: int,
    grad_in: float,
    grad_out: float,
    rng: np.random.Generator,
) -> BlockStats:
    out_shape = (block.out_channels, side, side)
    shortcut = float(rng.uniform(15, 40))
    branch = float(rng.uniform(8, 30))
    cosine = float(rng.uniform(-0.3, 0.3))
    a, b = gate.skip * shortcut, gate.main * branch
    norm_out = float(np.sqrt(max(a * a + b * b + 2 * a * b * cosine, 0.0)) * 0.8)
    via_shortcut = grad_in * gate.skip * float(rng.uniform(0.6, 1.0))
    via_branch = grad_in * gate.main * float(rng.uniform(0.3, 0.7))
    if gate.skip == 0.0:
        via_branch = grad_in
    parameters, macs = _cost(block, side)
    return BlockStats(
        name=block.name,
        stage=block.stage,
        kind=block.kind,
        shortcut=block.shortcut,
        skip=gate.skip,
        main=gate.main,
        in_shape=in_shape,
        out_shape=out_shape,
        parameters=parameters,
        macs=macs,
        activation_bytes=4 * 8 * int(np.prod(out_shape)),
        norm_in=float(rng.uniform(15, 40)),
        norm_shortcut=shortcut,
        norm_branch=branch,
        norm_out=norm_out,
        cosine=cosine,
        mean_out=float(rng.uniform(0.1, 0.6)),
        std_out=float(rng.uniform(0.2, 0.9)),
        zero_share=float(rng.uniform(0.2, 0.6)),
        grad_in=grad_in,
        grad_out=grad_out,
        grad_via_shortcut=via_shortcut,
        grad_via_branch=via_branch,
        grad_params=grad_in * float(rng.uniform(0.5, 2.0)),
    )


def _cost(block: BlockSpec, side: int) -> tuple[int, int]:
    """Parameters of convolutions and norms, multiply-accumulates of the convolutions."""
    c_in, width, c_out = block.in_channels, block.width, block.out_channels
    if block.kind == "basic":
        convs = (9 * c_in * width, 9 * width * c_out)
        norms = 2 * (width + c_out)
    else:
        convs = (c_in * width, 9 * width * width, width * c_out)
        norms = 2 * (2 * width + c_out)
    weights = sum(convs)
    if block.shortcut == "projection":
        weights += c_in * c_out
        norms += 2 * c_out
    return weights + norms, weights * side * side
