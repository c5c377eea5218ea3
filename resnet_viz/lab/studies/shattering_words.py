"""What shattered gradients say, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_viz.lab.settings import SIDES, LabSettings
from resnet_viz.lab.studies.pair import LABELS
from resnet_viz.lab.studies.shattering_charts import (
    Lines,
    mean_of,
    n_layers,
    step_words,
    usual,
)
from resnet_viz.lab.wording import conditions
from resnet_viz.numerals import percent


def sentence(lines: Lines) -> str:
    """What the networks on screen, and the shallowest, do; empty until both sides are known."""
    own = _compared(lines, lines.settings)
    if not own:
        return ""
    layers = n_layers(lines.settings)
    said = f"Gradients at inputs {step_words(lines)}: at {layers} layers {own}"
    first = lines.places[0] if lines.places else lines.settings
    if n_layers(first) < layers and (shallow := _compared(lines, first)):
        said += f"; at {n_layers(first)} layers {shallow}"
    return f"{said} ({conditions(lines.settings).partition(', ')[2]})."


def _compared(lines: Lines, own: LabSettings) -> str:
    """`their cosine is 0.79 with skips and 0.09 without`."""
    values = []
    for side in SIDES:
        if (found := lines.found.get((own, side))) is None:
            return ""
        values.append(mean_of(found.pairs(1)))
    residual, plain = ("not defined" if v is None else f"{v:.2f}" for v in values)
    return f"their cosine is {residual} with skips and {plain} without"


def notes(lines: Lines) -> Iterator[str]:
    """What limits the numbers."""
    yield (
        "Correlation is the cosine between two gradients over all channels and pixels, no mean "
        "subtracted (Balduzzi et al. 2017, arXiv:1702.08591)."
    )
    spec = lines.settings.spec("residual")
    if spec.norm == "batch" and lines.settings.training_mode:
        yield (
            "Batch norm takes its statistics from all points of the line together and holds them "
            "fixed, so that each gradient is that of one and the same function."
        )
    if usual(lines.settings, spec):
        if spec.norm == "batch":
            yield (
                "For residual networks with batch norm the paper expects 1/√L for L blocks of one "
                "layer; these blocks have more, so no theory is drawn for them."
            )
        elif spec.norm == "none" and spec.order == "post":
            yield "No theory is drawn with skips: the ReLU after the sum has none in closed form."
    for (own, side), found in lines.found.items():
        if found.defined < 1.0:
            where = f"{n_layers(own)} layers, {LABELS[side]}"
            yield (
                f"{where}: at {percent(1.0 - found.defined)} of the points the gradient is exactly "
                f"0 or overflows {lines.settings.dtype}, and has no direction."
            )
