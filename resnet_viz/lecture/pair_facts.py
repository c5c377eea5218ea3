"""What a pair of networks and one opened addition have to say, as facts by name.

| name | of | is |
|---|---|---|
| `network` | both | title of the residual network: `ResNet-56` |
| `layers`, `blocks` | both | how many |
| `norm`, `init` | both | `no norm`, `torch's default initialisation`, or which weights |
| `batch` | both | what both were shown |
| `first_residual`, `first_plain` | pair | norm of the gradient at the first block's input |
| `last_residual`, `last_plain` | pair | the same at the last block's input |
| `ratio_residual`, `ratio_plain` | pair | first ÷ last |
| `times_less` | pair | `first_residual` ÷ `first_plain` |
| `verdict_residual`, `verdict_plain` | pair | what the ratio says, in a word or two |
| `block` | add node | the opened block of the residual network |
| `norm_x`, `norm_f`, `norm_y` | add node | norms of shortcut(x), F(x) and y, before the gates |
| `share_x`, `share_f` | add node | of what enters the sum, by norms, gates included |
| `back_share_x`, `back_share_f` | add node | of the gradient, by norms |

A gradient that is 0 because the precision ends is `below 1.4×10⁻⁴⁵`, and what is divided by it
`more than` a number. Imports neither torch nor Qt.
"""

from __future__ import annotations

import math

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES, LabSettings
from resnet_viz.lab.wording import init_words, norm_words
from resnet_viz.lab.zeros import SMALLEST, underflowed_inputs
from resnet_viz.lecture.facts import Fact
from resnet_viz.numerals import figure, percent
from resnet_viz.probe.snapshot import BlockStats, Snapshot
from resnet_viz.report.result import backward_share, forward_share

KEPT = 10.0
"""First and last gradient that differ by at most this factor: the gradient is kept."""
FAR = 1000.0
"""From this factor on it vanishes or explodes; between the two it shrinks or grows."""


def pair_facts(measured: PairMeasured) -> dict[str, Fact]:
    """Facts about both networks."""
    facts = _conditions(measured)
    firsts = []
    for side in SIDES:
        snapshot = measured.residual if side == "residual" else measured.plain
        first, last = (_Gradient.of(snapshot, index) for index in (0, -1))
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
    stats = measured.residual.block(block)
    facts = _conditions(measured)
    facts["block"] = Fact(block)
    facts |= {
        name: Fact(figure(value), value)
        for name, value in (
            ("norm_x", stats.norm_shortcut),
            ("norm_f", stats.norm_branch),
            ("norm_y", stats.norm_out),
        )
    }
    return facts | _shares(stats)


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


class _Gradient:
    """A norm that may be 0 for want of precision.

    Args:
        value: the norm.
        underflow: whether it is 0 for no other reason than the precision.
        dtype: that precision.
    """

    def __init__(self, value: float, underflow: bool, dtype: str) -> None:
        self.value = value
        self.underflow = underflow
        self._smallest = SMALLEST[dtype]

    @classmethod
    def of(cls, snapshot: Snapshot, index: int) -> _Gradient:
        lost = underflowed_inputs(snapshot.blocks, snapshot.dtype)
        return cls(snapshot.blocks[index].grad_in, bool(lost[index]), snapshot.dtype)

    def fact(self) -> Fact:
        if self.underflow:
            return Fact(f"below {figure(self._smallest, 2)}", 0.0)
        return Fact(figure(self.value), self.value)

    def over(self, other: _Gradient) -> Fact:
        """The quotient; a bound where one of the two is an underflow."""
        if self.underflow and other.underflow:
            return Fact("0 ÷ 0: both underflow")
        if other.underflow:
            return Fact(f"more than {_quotient(self.value, self._smallest).text}", math.inf)
        if self.underflow:
            return Fact(f"less than {_quotient(self._smallest, other.value).text}", 0.0)
        return _quotient(self.value, other.value)


def _quotient(above: float, below: float) -> Fact:
    """One number over another; where a double cannot hold it, or it is none, in words."""
    if below == 0 or not (math.isfinite(above) and math.isfinite(below)):
        return Fact(f"{figure(above)} ÷ {figure(below)}")
    if above == 0:
        return Fact("0", 0.0)
    exponent = math.log10(above) - math.log10(below)
    if exponent >= 300:
        return Fact("more than 10³⁰⁰", math.inf)
    if exponent <= -300:
        return Fact("less than 10⁻³⁰⁰", 0.0)
    return Fact(figure(above / below), above / below)


def _conditions(measured: PairMeasured) -> dict[str, Fact]:
    settings: LabSettings = measured.settings
    spec = settings.spec("residual")
    words = init_words(settings) if settings.weights == "random" else measured.weights_note
    return {
        "network": Fact(spec.title()),
        "layers": Fact(str(spec.n_layers), spec.n_layers),
        "blocks": Fact(str(spec.n_blocks), spec.n_blocks),
        "norm": Fact(norm_words(settings)),
        "init": Fact(words),
        "batch": Fact(measured.batch_note),
    }


def _shares(stats: BlockStats) -> dict[str, Fact]:
    """Both paths' shares of the sum and of the gradient; missing where nothing flows."""
    facts = {}
    for prefix, share in (("share", forward_share(stats)), ("back_share", backward_share(stats))):
        if share is not None:
            facts[f"{prefix}_x"] = Fact(percent(share), share)
            facts[f"{prefix}_f"] = Fact(percent(1.0 - share), 1.0 - share)
    return facts
