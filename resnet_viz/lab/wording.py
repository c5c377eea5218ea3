"""What the numbers of a pair say, in one sentence made from nothing else.

Imports neither torch nor Qt: window, report and headless command say the same.
"""

from __future__ import annotations

import math

from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.numerals import figure
from resnet_viz.probe.snapshot import Snapshot

# Gradients that differ by less than this are called about the same.
_ABOUT = 1.1
_SMALLEST = {"float32": "1.4×10⁻⁴⁵", "float64": "4.9×10⁻³²⁴"}

_NORMS = {"batch": "batch norm", "group": "group norm", "none": "no norm"}
_INITS = {
    "he": "He initialisation",
    "xavier": "Xavier initialisation",
    "torch": "torch's default initialisation",
}


def pair_sentence(settings: LabSettings, residual: Snapshot, plain: Snapshot) -> str:
    """How the first block's gradient compares with the last's, with skips and without.

    Args:
        settings: that both were measured with.
        residual: of the network with skips.
        plain: of its plain twin.

    Returns:
        One sentence, such as "With skips the first block's gradient is 1.7 times smaller than
        the last's, without them 1.6×10²⁰ times smaller: 56 layers, no norm, ...".
    """
    first = f"{_subject(settings, 'residual')} {compared(residual)}"
    second = f"{_subject(settings, 'plain')} {compared(plain)}"
    return f"{_capital(first)}; {second}: {conditions(settings)}."


def compared(snapshot: Snapshot) -> str:
    """The gradient at the first block's input against that at the last one's, in words."""
    first, last = (snapshot.blocks[i].grad_in for i in (0, -1))
    if math.isnan(first) or math.isnan(last) or math.isnan(snapshot.loss):
        return "the numbers overflow, and no gradient can be given"
    if math.isinf(first) or math.isinf(last):
        return f"the gradient overflows {snapshot.dtype}"
    if first == last == 0.0 and snapshot.loss == 0.0:
        return f"the loss is exactly 0 in {snapshot.dtype}, so there is no gradient"
    below = f"below {_SMALLEST[snapshot.dtype]}"
    if last == 0.0:
        return f"even the last block's gradient underflows {snapshot.dtype} ({below})"
    if first == 0.0:
        return (
            f"the first block's gradient underflows {snapshot.dtype} "
            f"({below}; the last's is {figure(last)})"
        )
    return f"the first block's gradient is {_times(first / last)}"


def _times(ratio: float) -> str:
    """`1.7 times smaller than the last's`, or that both are about equal."""
    if 1 / _ABOUT < ratio < _ABOUT:
        return "about as large as the last's"
    which = "smaller" if ratio < 1 else "larger"
    return f"{figure(max(ratio, 1 / ratio), 2)} times {which} than the last's"


def conditions(settings: LabSettings, *, depth: bool = True) -> str:
    """What the numbers depend on: `56 layers, no norm, Xavier initialisation`.

    Args:
        settings: of both networks.
        depth: whether the number of layers is said, which a network's title says too.
    """
    spec = settings.spec("residual")
    said = [f"{spec.n_layers} layers"] * depth + [norm_words(settings)]
    if settings.weights == "random":
        said.append(init_words(settings))
        if spec.activation != "relu":
            said.append(spec.activation)
        if spec.order == "pre":
            said.append("pre-activation")
    elif settings.weights == "trained":
        said.append("trained with skips")
    else:
        said.append("each trained on its own")
    if settings.gain != 1.0:
        said.append(f"branches' weights × {settings.gain:g}")
    return ", ".join(said)


def norm_words(settings: LabSettings) -> str:
    """Normalisation of both networks, with its mode: `batch norm in training mode`."""
    spec = settings.spec("residual")
    words = _NORMS[spec.norm]
    if spec.norm != "batch":
        return words
    return f"{words} in {'training' if settings.training_mode else 'evaluation'} mode"


def init_words(settings: LabSettings) -> str:
    """How random weights are drawn: `Xavier initialisation`."""
    words = _INITS.get(settings.init, f"normal initialisation with σ = {settings.init_std:g}")
    return f"{words}, branches start at zero" if settings.zero_init else words


def _subject(settings: LabSettings, side: Side) -> str:
    """Which network, by what is true of its gates: `with skips`, `with 3 of 27 skips cut`."""
    total = settings.spec(side).n_blocks
    if side == "residual":
        words = _residual_skips(settings, total)
        dropped = len(settings.dropped)
    else:
        kept = len(settings.plain_restored)
        words = f"with {kept} of {total} skips in the plain twin" if kept else "without skips"
        dropped = len(settings.plain_dropped)
    if dropped:
        words += f" and {dropped} of {total} branches dropped"
    return words


def _residual_skips(settings: LabSettings, total: int) -> str:
    cut = len(settings.cut)
    strength = f" at α = {settings.alpha:g}" if settings.alpha != 1.0 else ""
    if cut == total or settings.alpha == 0.0:
        return "with every skip cut"
    if cut:
        return f"with {cut} of {total} skips cut" + (f", the others{strength}" if strength else "")
    return "with skips" + strength


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
