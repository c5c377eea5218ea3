"""`resnet-viz models`: what can be built, what it costs, and which weights there are."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from resnet_viz.models import specs
from resnet_viz.models.bundled import Card, bundled
from resnet_viz.models.counting import count
from resnet_viz.models.specs import IMAGENET, ResNetSpec, plain_name
from resnet_viz.report.wording import large


@dataclass(frozen=True)
class Row:
    """One network.

    Attributes:
        name: as in `--model`.
        title: for people.
        family: `imagenet` or `cifar`.
        layers: weighted layers.
        blocks: residual blocks.
        parameters: learnable numbers.
        macs: multiply-accumulates for one image of `input_size`.
        input_size: side of the input, pixels.
        classes: size of the output.
        weights: kinds of weights besides random ones: `bundled`, `imagenet`.
        accuracy: of the bundled weights on their test images, 0 to 1; None without.
    """

    name: str
    title: str
    family: str
    layers: int
    blocks: int
    parameters: int
    macs: int
    input_size: int
    classes: int
    weights: tuple[str, ...]
    accuracy: float | None


def rows() -> list[Row]:
    """Every named network, and the plain twins that have bundled weights."""
    cards = bundled()
    names = specs.names()
    for name in sorted(set(cards) - set(names)):
        twin = name.replace("plain", "resnet")
        names.insert(names.index(twin) + 1 if twin in names else len(names), name)
    return [_row(name, cards.get(name)) for name in names]


def _row(name: str, card: Card | None) -> Row:
    spec = card.spec() if card is not None else specs.spec(name)
    total = count(spec)
    return Row(
        name=plain_name(spec.name) if spec.plain else spec.name,
        title=spec.title(),
        family=spec.family,
        layers=spec.n_layers,
        blocks=spec.n_blocks,
        parameters=total.parameters,
        macs=total.macs,
        input_size=spec.input_size,
        classes=spec.n_classes,
        weights=_weights(spec, card),
        accuracy=None if card is None else card.test_accuracy,
    )


def _weights(spec: ResNetSpec, card: Card | None) -> tuple[str, ...]:
    kinds = ("bundled",) if card is not None else ()
    return (*kinds, "imagenet") if spec.name in IMAGENET and not spec.plain else kinds


def run(as_json: bool) -> int:
    """Print the table, or JSON; returns the exit code."""
    found = rows()
    if as_json:
        print(json.dumps([asdict(row) for row in found], indent=1))
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("model", no_wrap=True)
    for heading in ("layers", "blocks", "parameters", "MACs", "input"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("trained weights")
    for row in found:
        weights = ", ".join(row.weights)
        if row.accuracy is not None:
            weights = weights.replace("bundled", f"bundled ({100 * row.accuracy:.1f}\u00a0%)")
        table.add_row(
            row.name,
            f"{row.layers}",
            f"{row.blocks}",
            large(row.parameters),
            large(row.macs),
            f"{row.input_size}×{row.input_size}",
            weights or "–",
        )
    console = Console(highlight=False)
    console.print(table)
    console.print(
        "\nEvery CIFAR depth of 6n + 2 layers works too (resnet26, preresnet74), and plain twins "
        "(plain56). MACs are multiply-accumulates for one image; percentages are test accuracies.",
        soft_wrap=True,
    )
    return 0
