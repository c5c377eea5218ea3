"""What a pair of networks and one opened addition have to say, as facts by name.

A gradient that is 0 because the precision ends is `below 1.4×10⁻⁴⁵`, and what is divided by it
`more than` a number. The names of a block's facts are those of `snapshot_facts`.
Imports neither torch nor Qt.
"""

from __future__ import annotations

import math

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES, LabSettings
from resnet_viz.lab.wording import init_words, norm_words
from resnet_viz.lecture.facts import Fact, Names
from resnet_viz.lecture.gradient_norm import GradientNorm
from resnet_viz.lecture.snapshot_facts import BLOCK_NAMES, SPEC_NAMES, block_facts, spec_facts

KEPT = 10.0
"""First and last gradient that differ by at most this factor: the gradient is kept."""
FAR = 1000.0
"""From this factor on it vanishes or explodes; between the two it shrinks or grows."""

_CONDITIONS: Names = {
    **SPEC_NAMES,
    "norm": "which normalisation",
    "init": "which initialisation, or which weights",
    "batch": "what the networks were shown",
}
_SIDES = {"residual": "with skips", "plain": "without skips"}

NAMES: Names = {
    **_CONDITIONS,
    **{
        f"{name}_{side}": f"{words}, {whose}"
        for side, whose in _SIDES.items()
        for name, words in {
            "first": "norm of the gradient at the first block's input",
            "last": "norm of the gradient at the last block's input",
            "ratio": "gradient at the first block ÷ at the last",
            "verdict": "what the gradient does, in a word",
        }.items()
    },
    "times_less": "gradient at the first block with skips ÷ without",
}
"""Figures of a pair of networks."""

NODE_NAMES: Names = {**_CONDITIONS, **BLOCK_NAMES}
"""Figures of an opened addition, of the residual network."""


def pair_facts(measured: PairMeasured) -> dict[str, Fact]:
    """Facts about both networks."""
    facts = _conditions(measured)
    firsts = []
    for side in SIDES:
        snapshot = measured.residual if side == "residual" else measured.plain
        first, last = (GradientNorm.of(snapshot, index) for index in (0, -1))
        facts[f"first_{side}"], facts[f"last_{side}"] = first.fact(), last.fact()
        facts[f"ratio_{side}"] = first.over(last)
        word = verdict(first.value, last.value, blocked=not first.underflow)
        facts[f"verdict_{side}"] = Fact(word)
        firsts.append(first)
    facts["times_less"] = firsts[0].over(firsts[1])
    return facts


def node_facts(measured: PairMeasured, block: str) -> dict[str, Fact]:
    """Facts about one addition of the residual network.

    Raises:
        KeyError: if it has no such block.
    """
    return _conditions(measured) | block_facts(measured.residual.block(block))


def verdict(first: float, last: float, *, blocked: bool = False) -> str:
    """What a gradient does on its way back from the last block to the first.

    Args:
        first: norm at the first block's input.
        last: norm at the last block's input.
        blocked: whether nothing could reach the first block, in any precision.

    Returns:
        `is kept` up to a factor of `KEPT`, `shrinks` or `grows` up to `FAR`, `vanishes` or
        `explodes` from there on; `is blocked`, or `overflows` where a number is not finite.
    """
    if not (math.isfinite(first) and math.isfinite(last)):
        return "overflows"
    if first == 0:
        return "is blocked" if blocked else "vanishes"
    ratio = first / last if last else math.inf
    if ratio > KEPT:
        return "explodes" if ratio >= FAR else "grows"
    if ratio < 1 / KEPT:
        return "vanishes" if ratio <= 1 / FAR else "shrinks"
    return "is kept"


def _conditions(measured: PairMeasured) -> dict[str, Fact]:
    settings: LabSettings = measured.settings
    words = init_words(settings) if settings.weights == "random" else measured.weights_note
    return {
        **spec_facts(settings.spec("residual")),
        "norm": Fact(norm_words(settings)),
        "init": Fact(words),
        "batch": Fact(measured.batch_note),
    }
