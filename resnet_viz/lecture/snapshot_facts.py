"""What one network on one picture, and the inside of one block, have to say, as facts by name.

A gradient that is 0 because the precision ends is `below 1.4×10⁻⁴⁵`. Imports neither torch nor
Qt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from resnet_viz.analysis.block_layers import BlockLayers
from resnet_viz.engine.messages import ModelChoice, ModelReady
from resnet_viz.lecture.facts import Fact, Names
from resnet_viz.lecture.gradient_norm import GradientNorm, shares
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import Init, ResNetSpec
from resnet_viz.numerals import count, counted, figure, percent
from resnet_viz.probe.snapshot import BlockStats, Snapshot

_INITS: dict[Init, str] = {
    "he": "He",
    "xavier": "Xavier",
    "torch": "torch's default",
    "normal": "small normal",
}

SPEC_NAMES: Names = {
    "network": "title of the network",
    "layers": "how many layers it has",
    "blocks": "how many residual blocks it has",
}
"""What `spec_facts` tells."""

BLOCK_NAMES: Names = {
    "block": "name of the selected block",
    "channels": "channels of y",
    "norm_x": "norm of shortcut(x), before its gate",
    "norm_f": "norm of F(x), before its gate",
    "norm_y": "norm of y",
    "share_x": "share of the shortcut in the sum, by norms, gates included",
    "share_f": "share of F(x) in the sum, by norms, gates included",
    "back_share_x": "share of the gradient that came through the shortcut, by norms",
    "back_share_f": "share of the gradient that came through F, by norms",
    "zero_share": "share of exact zeros in y",
}
"""What `block_facts` tells."""

NAMES: Names = {
    **SPEC_NAMES,
    "params": "how many numbers the network learns",
    "macs": "multiply-accumulates for one image",
    "weights": "which weights, and their seed",
    "top1": "most probable class",
    "top1_share": "probability of the most probable class",
    "loss": "cross-entropy of the class that is differentiated, in nats",
    "first_gradient": "norm of the gradient at the first block's input",
    "last_gradient": "norm of the gradient at the last block's input",
    "ratio": "first gradient ÷ last gradient",
    "n_cut": "how many skip connections are cut",
    **BLOCK_NAMES,
}
"""Figures of one network on one picture, and of its selected block."""

ANATOMY_NAMES: Names = {
    "network": "title of the network",
    "block": "name of the opened block",
    "channels": "channels of y",
    "convs": "convolutions of F",
    "params": "how many numbers the block learns",
    "macs": "multiply-accumulates of the block for one image",
}
"""Figures of the inside of one block."""


def network_facts(ready: ModelReady) -> dict[str, Fact]:
    """Facts about a network that need no picture."""
    return spec_facts(ready.choice.spec) | {
        "params": Fact(count(ready.parameters), ready.parameters),
        "macs": Fact(count(ready.macs), ready.macs),
        "weights": Fact(ready.weights_label),
    }


def spec_facts(spec: ResNetSpec) -> dict[str, Fact]:
    """Facts that a specification alone tells."""
    return {
        "network": Fact(spec.title()),
        "layers": Fact(str(spec.n_layers), spec.n_layers),
        "blocks": Fact(str(spec.n_blocks), spec.n_blocks),
    }


def snapshot_facts(snapshot: Snapshot, labels: tuple[str, ...]) -> dict[str, Fact]:
    """Facts about a network on its picture.

    Args:
        snapshot: the measurement.
        labels: class names, n_classes of them.
    """
    first, last = (GradientNorm.of(snapshot, index) for index in (0, -1))
    n_cut = sum(block.skip == 0 for block in snapshot.blocks)
    return _best(snapshot, labels) | {
        "loss": Fact(figure(snapshot.loss), snapshot.loss),
        "first_gradient": first.fact(),
        "last_gradient": last.fact(),
        "ratio": first.over(last),
        "n_cut": Fact(str(n_cut), n_cut),
    }


def block_facts(stats: BlockStats) -> dict[str, Fact]:
    """Facts about one block on its picture; shares are missing where nothing flows."""
    norms = {
        "norm_x": stats.norm_shortcut,
        "norm_f": stats.norm_branch,
        "norm_y": stats.norm_out,
    }
    portions = {**shares(stats), "zero_share": stats.zero_share}
    return {
        "block": Fact(stats.name),
        "channels": Fact(str(stats.out_shape[0]), stats.out_shape[0]),
        **{name: Fact(figure(value), value) for name, value in norms.items()},
        **{name: Fact(percent(value), value) for name, value in portions.items()},
    }


def _best(snapshot: Snapshot, labels: tuple[str, ...]) -> dict[str, Fact]:
    """The most probable class; missing where the network's answer is not a number."""
    probabilities = snapshot.probabilities()[0]
    if not np.isfinite(probabilities).all():
        return {}
    best = int(probabilities.argmax())
    share = float(probabilities[best])
    label = labels[best] if best < len(labels) else f"class {best}"
    return {"top1": Fact(label), "top1_share": Fact(percent(share), share)}


def anatomy_facts(spec: ResNetSpec, layers: BlockLayers) -> dict[str, Fact]:
    """Facts about the inside of one block of a network."""
    convs = sum(layer.kind == "conv" for layer in layers.branch)
    channels = layers.out_shape[0]
    return {
        "network": Fact(spec.title()),
        "block": Fact(layers.block.name),
        "channels": Fact(str(channels), channels),
        "convs": Fact(str(convs), convs),
        "params": Fact(count(layers.parameters), layers.parameters),
        "macs": Fact(count(layers.macs), layers.macs),
    }


def snapshot_caption(
    choice: ModelChoice, weights: str, picture: str, gates: Mapping[str, Gate]
) -> str:
    """Under which conditions a network was measured, in one line for under a figure.

    Args:
        choice: the network.
        weights: for people: `random, seed 0`.
        picture: its name.
        gates: of the blocks that are not fully open.
    """
    parts = [choice.title(), weights, *_free_choices(choice), *_closed(choice, gates)]
    return " · ".join((*parts, picture))


def _free_choices(choice: ModelChoice) -> Iterator[str]:
    spec = choice.spec
    if choice.weights == "none":
        yield f"{_INITS[spec.init]} initialisation"
    if spec.norm == "none":
        yield "no norm"
    elif spec.norm == "group":
        yield "group norm"
    else:
        yield f"batch norm in {'training' if choice.training_mode else 'evaluation'} mode"
    if choice.dtype != "float32":
        yield choice.dtype


def _closed(choice: ModelChoice, gates: Mapping[str, Gate]) -> Iterator[str]:
    """What is not fully open; every skip of a plain twin is cut by its nature."""
    n_blocks = choice.spec.n_blocks
    cut = sum(gate.skip == 0 for gate in gates.values())
    weak = {gate.skip for gate in gates.values()} - {0.0, 1.0}
    dropped = sum(gate.main == 0 for gate in gates.values())
    if cut and not choice.spec.plain:
        yield "all skips cut" if cut == n_blocks else f"{counted(cut, 'skip')} cut"
    if weak:
        yield f"skips at {min(weak):.2f}"
    if dropped:
        yield f"{counted(dropped, 'branch')} dropped"
