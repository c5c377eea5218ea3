"""The charts, tables and sentences of what depth costs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from resnet_viz.analysis.depth_cost import Pass, Summary, summary
from resnet_viz.analysis.kept_memory import kept
from resnet_viz.analysis.spec_cost import FLOAT32_BYTES, spec_cost
from resnet_viz.lab.findings import Chart, Curve, Floats, Role, Table
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.wording import conditions
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.numerals import count, figure

_MIB = 2**20
_NUMBER_BYTES = {"float32": 4, "float64": 8}
_ALIKE = "with skips and plain twin alike"


@dataclass(frozen=True)
class Costs:
    """Everything counted and measured so far.

    Attributes:
        settings: of the networks on screen.
        places: of the networks to compare, shallow first.
        timed: of those among them whose time is measured.
        own: of the network whose parts are timed; None if none is.
        devices: where time is measured.
        batch_note: what the networks are timed on, for people.
        whole: passes by device and network.
        parts: passes by device and part of `own`.
    """

    settings: LabSettings
    places: tuple[LabSettings, ...]
    timed: tuple[LabSettings, ...]
    own: LabSettings | None
    devices: tuple[str, ...]
    batch_note: str
    whole: defaultdict[tuple[str, LabSettings], list[Pass]] = field(
        default_factory=lambda: defaultdict(list)
    )
    parts: defaultdict[str, defaultdict[str, list[Pass]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def times(self, device: str, place: LabSettings) -> Summary | None:
        """Of the passes that count; None before the first."""
        passes = self.whole.get((device, place))
        return summary(passes) if passes else None


def charts(costs: Costs) -> tuple[Chart, ...]:
    """What is counted, then what is timed, against depth; then the time of every block."""
    timed = [_time_chart(costs, device) for device in costs.devices if _is_timed(costs, device)]
    blocks = [_block_chart(costs, device) for device in costs.devices if costs.parts.get(device)]
    return (*_counted(costs), *timed, *blocks)


def _is_timed(costs: Costs, device: str) -> bool:
    return any(where == device for where, _ in costs.whole)


def _counted(costs: Costs) -> tuple[Chart, ...]:
    def curve(label: str, role: Role, value: Callable[[ResNetSpec], float]) -> Curve:
        values = [value(place.spec("residual")) for place in costs.places]
        return Curve(label, role, _depths(costs.places), np.array(values, np.float64))

    spec = costs.settings.spec("residual")
    size = f"{spec.input_size} × {spec.input_size}"
    common = Chart(
        key="cost-parameters",
        title="Parameters against depth",
        x_label="depth (weighted layers)",
        y_label="learnable numbers",
        curves=(curve(_ALIKE, "residual", lambda s: spec_cost(s).total.parameters),),
        x_log=True,
        y_log=True,
        note=f"counted; {_written_norm(costs)}",
    )
    macs = replace(
        common,
        key="cost-macs",
        title="Multiply-accumulates against depth",
        y_label="multiply-accumulates of a forward pass, one image",
        curves=(curve(_ALIKE, "residual", lambda s: spec_cost(s).total.macs),),
        note=f"counted, convolutions and classifier, {size} pixels",
    )
    number = _NUMBER_BYTES[costs.settings.dtype]
    memory = replace(
        common,
        key="cost-memory",
        title="Activation memory against depth",
        y_label="memory of activations, one image (MiB)",
        curves=(
            curve("all that modules put out", "output", lambda s: _put_out(s, number) / _MIB),
            curve("kept for the backward pass", "gradient", lambda s: _kept(s, number) / _MIB),
        ),
        note=f"counted, {costs.settings.dtype}, {size} pixels; {_written_norm(costs)}",
    )
    return common, macs, memory


def _put_out(spec: ResNetSpec, number_bytes: int) -> float:
    return spec_cost(spec).total.activation_bytes / FLOAT32_BYTES * number_bytes


def _kept(spec: ResNetSpec, number_bytes: int) -> float:
    own = kept(spec)
    return own.elements * number_bytes + own.index_bytes


def _time_chart(costs: Costs, device: str) -> Chart:
    def curve(label: str, role: Role, value: Callable[[Pass], float]) -> Curve:
        each = [costs.times(device, place) for place in costs.timed]
        low = np.array([math.nan if s is None else value(s.fastest) for s in each])
        high = np.array([math.nan if s is None else value(s.median) for s in each])
        # Curve and band share the fastest pass: what lies above it is disturbance.
        return Curve(label, role, _depths(costs.timed), low, low, high)

    return Chart(
        key=f"cost-time-{_file(device)}",
        title=f"Time of a pass against depth, {_written(device)}",
        x_label="depth (weighted layers)",
        y_label="wall time, whole batch (ms)",
        curves=(
            curve("forward", "output", lambda p: p.forward_ms),
            curve("backward", "gradient", lambda p: p.backward_ms),
        ),
        x_log=True,
        y_log=True,
        note=f"fastest of {_repeats(costs, device)}, band up to the median; {_said(costs)}",
    )


def _block_chart(costs: Costs, device: str) -> Chart:
    assert costs.own is not None
    by_part = {name: summary(passes) for name, passes in costs.parts[device].items()}
    position = np.arange(len(by_part), dtype=np.float64)

    def curve(label: str, role: Role, value: Callable[[Pass], float]) -> Curve:
        return Curve(label, role, position, np.array([value(s.fastest) for s in by_part.values()]))

    title = costs.own.spec("residual").title()
    return Chart(
        key=f"cost-blocks-{_file(device)}",
        title=f"Time of every block, {title}, {_written(device)}",
        x_label="part of the network, forward order",
        y_label="wall time, whole batch (ms)",
        curves=(
            curve("forward", "output", lambda p: p.forward_ms),
            curve("backward", "gradient", lambda p: p.backward_ms),
        ),
        kind="bars",
        ticks=tuple(by_part),
        note=f"each part on its own, fastest of {_repeats(costs, device)}; {_said(costs)}",
    )


def _repeats(costs: Costs, device: str) -> str:
    numbers = [len(p) for (where, _), p in costs.whole.items() if where == device]
    number = max(numbers, default=0)
    return f"{number} pass{'' if number == 1 else 'es'}"


def _said(costs: Costs) -> str:
    said = conditions(costs.places[0]).partition(", ")[2]
    return f"{said}; {costs.batch_note}; {costs.settings.dtype}"


def _written_norm(costs: Costs) -> str:
    norm = costs.places[0].spec("residual").norm
    return "no norm" if norm == "none" else f"{norm} norm"


def _depths(places: Sequence[LabSettings]) -> Floats:
    return np.array([float(place.spec("residual").n_layers) for place in places])


def _file(device: str) -> str:
    return device.replace(":", "")


def tables(costs: Costs) -> tuple[Table, ...]:
    """One row per network; one per part of the network on screen."""
    found = [_network_table(costs)]
    for device in costs.devices:
        if costs.parts.get(device):
            found.append(_part_table(costs, device))
    return tuple(found)


def _network_table(costs: Costs) -> Table:
    number = _NUMBER_BYTES[costs.settings.dtype]
    rows = []
    for place in costs.places:
        spec = place.spec("residual")
        total = spec_cost(spec).total
        row: list[float | int | str | None] = [
            spec.title(),
            spec.n_layers,
            total.parameters,
            total.macs,
            _put_out(spec, number) / _MIB,
            _kept(spec, number) / _MIB,
        ]
        for device in costs.devices:
            row += _times_row(costs.times(device, place))
        rows.append(tuple(row))
    columns = (
        "network",
        "layers",
        "parameters",
        "multiply-accumulates per image",
        "activations per image (MiB)",
        "kept for the backward pass per image (MiB)",
        *(
            f"{which} {way}, {device} (ms)"
            for device in costs.devices
            for which in ("fastest", "median")
            for way in ("forward", "backward")
        ),
    )
    return Table("cost", "Cost of depth", columns, tuple(rows))


def _times_row(times: Summary | None) -> list[float | None]:
    if times is None:
        return [None] * 4
    fastest, median = times.fastest, times.median
    return [fastest.forward_ms, fastest.backward_ms, median.forward_ms, median.backward_ms]


def _part_table(costs: Costs, device: str) -> Table:
    assert costs.own is not None
    rows = [(name, *_times_row(summary(p))) for name, p in costs.parts[device].items()]
    columns = (
        "part",
        "fastest forward (ms)",
        "fastest backward (ms)",
        "median forward (ms)",
        "median backward (ms)",
    )
    title = f"Time of every part, {costs.own.spec('residual').title()}, {_written(device)}"
    return Table(f"cost-parts-{_file(device)}", title, columns, tuple(rows))


def sentence(costs: Costs) -> str:
    """How counts and times grow from the shallowest network to the deepest."""
    ends = [costs.places[i].spec("residual") for i in (0, -1)]
    totals = [spec_cost(spec).total for spec in ends]
    said = (
        f"From {ends[0].n_layers} to {ends[1].n_layers} layers parameters grow from "
        f"{count(totals[0].parameters)} to {count(totals[1].parameters)} and multiply-accumulates "
        f"from {count(totals[0].macs)} to {count(totals[1].macs)}"
    )
    for device in costs.devices:
        said += _time_words(costs, device)
    return said + "."


def _time_words(costs: Costs, device: str) -> str:
    known = [(p, t) for p in costs.places if (t := costs.times(device, p)) is not None]
    if len(known) < 2:
        return ""
    (first, a), (last, b) = known[0], known[-1]
    layers = [place.spec("residual").n_layers for place in (first, last)]
    work = [spec_cost(place.spec("residual")).total.macs for place in (first, last)]
    where = "the CPU" if device == "cpu" else device
    return (
        f"; on {where} a forward and backward pass takes {_duration(a.fastest.both_ms)} at "
        f"{layers[0]} layers and {_duration(b.fastest.both_ms)} at {layers[1]}, "
        f"{figure(b.fastest.both_ms / a.fastest.both_ms, 2)} times as long for "
        f"{figure(work[1] / work[0], 2)} times the work"
    )


def _duration(milliseconds: float) -> str:
    if milliseconds < 1000:
        return f"{figure(milliseconds, 2)} ms"
    return f"{figure(milliseconds / 1000, 2)} s"


def notes(costs: Costs) -> Iterator[str]:
    """How time is measured, and what the parts add up to."""
    if not costs.whole:
        return
    yield (
        "Time is wall time of passes that take turns, after one that does not count: forward "
        "with the loss, backward with the gradients of all parameters. Other programs on this "
        "machine make it longer."
    )
    for device in costs.devices:
        whole = costs.own and costs.times(device, costs.own)
        by_part = costs.parts.get(device)
        if not whole or not by_part:
            continue
        total = sum(summary(passes).fastest.both_ms for passes in by_part.values())
        yield (
            f"On {device} the parts, each with a graph of its own and waited for, add up to "
            f"{figure(total / whole.fastest.both_ms, 2)} times the whole."
        )


def _written(device: str) -> str:
    return "CPU" if device == "cpu" else device
