"""The pair on screen: the gradient at every block, with skips and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import Pair
from resnet_viz.lab.findings import Chart, Curve, Finding, Floats, Table
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.lab.theory_curves import stream_square, theory_curves
from resnet_viz.lab.wording import conditions, pair_sentence
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.interruption import between_blocks
from resnet_viz.probe.snapshot import BlockStats, Snapshot

# Smallest positive number of each precision, subnormal ones included.
FLOOR = {"float32": 2.0**-149, "float64": 2.0**-1074}

LABELS: dict[Side, str] = {"residual": "with skips", "plain": "plain twin"}

_Step = Callable[[int, int], None]

# Columns of the table: name with unit, and the figure of a block.
_COLUMNS: tuple[tuple[str, Callable[[BlockStats], float | str]], ...] = (
    ("skip gate", lambda b: b.skip),
    ("branch gate", lambda b: b.main),
    ("‖∂L/∂x‖", lambda b: b.grad_in),
    ("‖∂L/∂y‖", lambda b: b.grad_out),
    ("‖∂L/∂x‖ via skip", lambda b: b.grad_via_shortcut),
    ("‖∂L/∂x‖ via branch", lambda b: b.grad_via_branch),
    ("‖∂L/∂θ‖", lambda b: b.grad_params),
    ("‖x‖", lambda b: b.norm_in),
    ("‖shortcut(x)‖", lambda b: b.norm_shortcut),
    ("‖F(x)‖", lambda b: b.norm_branch),
    ("‖y‖", lambda b: b.norm_out),
    ("cos(shortcut(x), F(x))", lambda b: b.cosine),
    ("share of zeros in y", lambda b: b.zero_share),
)


class Measured(NamedTuple):
    """Both networks, measured on one batch, and what people should know about it."""

    residual: Snapshot
    plain: Snapshot
    notes: tuple[str, ...]


def measure_side(
    bench: Bench,
    settings: LabSettings,
    side: Side,
    keep: tuple[str, ...] = (),
    step: _Step = lambda done, total: None,
) -> Snapshot:
    """One forward and one backward pass of one network.

    Args:
        bench: builds the network and the batch.
        settings: which ones.
        side: which of both networks.
        keep: blocks whose maps are wanted.
        step: called before each block, forward and backward, as in `between_blocks`.

    Raises:
        UserError: if the network or the batch cannot be made, or memory runs out.
        OperationCancelled: if the bench was told to stop.
    """
    batch = bench.batch(settings)
    net = bench.network(settings, side)

    def watched(done: int, total: int) -> None:
        bench.check()
        step(done, total)

    with between_blocks(net, watched):
        return capture(
            net, batch.images, batch.targets, keep=keep, training_mode=settings.training_mode
        )


def measure(bench: Bench, settings: LabSettings, keep: tuple[str, ...] = ()) -> Measured:
    """Both networks on the same batch; arguments and errors are those of `measure_side`."""
    residual, plain = (measure_side(bench, settings, side, keep) for side in SIDES)
    return Measured(residual, plain, notes(bench, settings))


def notes(bench: Bench, settings: LabSettings) -> tuple[str, ...]:
    """What both were shown and which weights they hold, a sentence each."""
    return (
        f"Shown: {bench.batch(settings).note}.",
        f"Weights: {bench.weights_note(settings)}.",
    )


def run(bench: Bench, settings: LabSettings, experiment: Pair) -> Iterator[Finding]:
    """Measure one network, then the other.

    Args:
        bench: builds the networks and the batch.
        settings: which ones.
        experiment: has no options.

    Yields:
        The gradient's chart and every block's figures, of one network and then of both.

    Raises:
        UserError: if a network or the batch cannot be made, or memory runs out.
        OperationCancelled: if the bench was told to stop.
    """
    snapshots: dict[Side, Snapshot] = {}
    for side in SIDES:
        snapshots[side] = measure_side(bench, settings, side)
        both = len(snapshots) == len(SIDES)
        batch_note = bench.batch(settings).note
        yield Finding(
            experiment,
            settings,
            charts=(
                gradient_chart(settings, snapshots, batch_note),
                stream_chart(settings, snapshots, batch_note),
            ),
            tables=(block_table(snapshots),),
            sentence=pair_sentence(settings, **snapshots) if both else "",
            done=len(snapshots),
            total=len(SIDES),
            notes=notes(bench, settings),
        )


def gradient_chart(
    settings: LabSettings, snapshots: Mapping[Side, Snapshot], batch_note: str
) -> Chart:
    """‖∂L/∂x‖ at the input of every block, and what theory expects from the last one backwards.

    Args:
        settings: the networks were measured with.
        snapshots: one or both.
        batch_note: what they were shown, for people.
    """
    return _chart(
        settings,
        key="gradient-by-block",
        title="Gradient at every block",
        y_label="‖∂L/∂x‖ at the block's input, L2 norm over the whole batch",
        curves=[
            _curve(side, [block.grad_in for block in snapshot.blocks])
            for side, snapshot in snapshots.items()
        ],
        theory=[theory_curves(settings, side, s, "grad_in") for side, s in snapshots.items()],
        note=f"L: mean cross-entropy; {conditions(settings)}; {batch_note}; {settings.dtype}",
    )


def stream_chart(
    settings: LabSettings, snapshots: Mapping[Side, Snapshot], batch_note: str
) -> Chart:
    """The mean square of y at every block; arguments are those of `gradient_chart`."""
    return _chart(
        settings,
        key="stream-by-block",
        title="Signal at every block",
        y_label="mean square of an element of the block's output y",
        curves=[_curve(side, stream_square(snapshot)) for side, snapshot in snapshots.items()],
        theory=[theory_curves(settings, side, s, "stream") for side, s in snapshots.items()],
        note=f"forward pass; {conditions(settings)}; {batch_note}; {settings.dtype}",
    )


def _curve(side: Side, values: Sequence[float] | Floats) -> Curve:
    y = np.asarray(values, np.float64)
    return Curve(LABELS[side], side, np.arange(len(y), dtype=np.float64), y)


def _chart(
    settings: LabSettings,
    *,
    key: str,
    title: str,
    y_label: str,
    curves: Sequence[Curve],
    theory: Sequence[tuple[Curve, ...]],
    note: str,
) -> Chart:
    """A chart with the blocks on x; measurements come before theory."""
    return Chart(
        key=key,
        title=title,
        x_label="residual block, forward order",
        y_label=y_label,
        curves=(*curves, *chain.from_iterable(theory)),
        y_log=True,
        floor=FLOOR[settings.dtype],
        ticks=tuple(block.name for block in settings.spec("residual").blocks()),
        note=note,
    )


def block_table(snapshots: Mapping[Side, Snapshot]) -> Table:
    """Every figure of every block, one row per network and block."""
    rows = [
        (LABELS[side], block.name, *(figure(block) for _, figure in _COLUMNS))
        for side, snapshot in snapshots.items()
        for block in snapshot.blocks
    ]
    columns = ("network", "block", *(name for name, _ in _COLUMNS))
    return Table("blocks", "Every block; norms are L2 over the whole batch", columns, tuple(rows))
