"""The charts of shattered gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from resnet_viz.analysis import shattering_theory as theory
from resnet_viz.analysis.shattering import LineCorrelation
from resnet_viz.analysis.theory import branch_gain
from resnet_viz.lab.findings import Chart, Curve, Floats, Table
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.lab.studies.families import without_cuts
from resnet_viz.lab.studies.pair import LABELS
from resnet_viz.lab.wording import conditions
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.numerals import figure

_Found = Mapping[tuple[LabSettings, Side], LineCorrelation]
_Theory = Callable[[LabSettings, Side, float], float | None]


@dataclass(frozen=True)
class Line:
    """The inputs, evenly spaced on a line between two pictures.

    Attributes:
        points: (N, C, H, W).
        target: the class whose logit is differentiated.
        alike: (N,) mean cosine between inputs that lie 0 to N - 1 steps apart.
        length: L2 distance of both ends.
        relative: the same, divided by the norm of the first end.
        note: for people.
    """

    points: Tensor
    target: int
    alike: Floats
    length: float
    relative: float
    note: str


@dataclass(frozen=True)
class Lines:
    """Everything measured so far.

    Attributes:
        settings: of the networks on screen.
        places: of the networks to compare over depth, shallow first.
        line: the inputs.
        found: what was measured.
    """

    settings: LabSettings
    places: tuple[LabSettings, ...]
    line: Line
    found: _Found

    @property
    def n_points(self) -> int:
        """Inputs on the line."""
        return len(self.line.points)

    @property
    def far_lags(self) -> range:
        """Distances of pairs at least half the line apart, in steps."""
        return range(self.n_points // 2, self.n_points)


def charts(lines: Lines) -> tuple[Chart, ...]:
    """Against depth at neighbouring points; at every depth along the line; far apart.

    Charts of one kind at several depths have keys that end in the depth: the window shows one
    of them at a time, with a slider for the depth.
    """
    shown = _every_depth(lines)
    return (
        _by_depth(lines),
        *(_by_distance(lines, own) for own in shown),
        *(_along(lines, own) for own in shown),
        _far_by_depth(lines),
    )


def n_layers(settings: LabSettings) -> int:
    """Depth of both networks."""
    return settings.spec("residual").n_layers


def _every_depth(lines: Lines) -> tuple[LabSettings, ...]:
    """Networks of every depth, shallow first; at its own depth the one on screen."""
    by_depth = {n_layers(own): own for own in (*lines.places, lines.settings)}
    return tuple(by_depth[depth] for depth in sorted(by_depth))


def _by_depth(lines: Lines) -> Chart:
    return Chart(
        key="shattering-by-depth",
        title="Gradients at neighbouring inputs, against depth",
        x_label="depth (weighted layers)",
        y_label="cosine of ∂z/∂x at neighbouring points, z: one logit",
        curves=(
            *(_measured(lines, side, lambda c: c.pairs(1)) for side in SIDES),
            *_expected(lines, lambda s, side: _wide(s, side, float(lines.line.alike[1]))),
        ),
        references={"the same": 1.0, "unrelated": 0.0},
        note=f"mean and quartiles of {lines.n_points - 1} pairs, {step_words(lines)}; "
        f"{_said(lines)}",
    )


def _far_by_depth(lines: Lines) -> Chart:
    def far(own: LabSettings, side: Side) -> _Prediction | None:
        if _gates_independent(own, side):
            n_relus = theory.n_plain_relus(own.spec(side))
            said = "theory: independent gates, 1 / 2 per ReLU"
            return _Prediction(said, theory.independent_gates(n_relus), theory.INDEPENDENT)
        each = [_wide(own, side, float(lines.line.alike[lag])) for lag in lines.far_lags]
        values = [p.value for p in each if p is not None]
        weights = [lines.n_points - lag for lag in lines.far_lags]
        return each[0] and replace(each[0], value=float(np.average(values, weights=weights)))

    return replace(
        _by_depth(lines),
        key="shattering-far-by-depth",
        title="Gradients at inputs far apart, against depth",
        y_label="cosine of ∂z/∂x at points at least half the line apart",
        curves=(
            *(_measured(lines, side, LineCorrelation.far) for side in SIDES),
            *_expected(lines, far),
        ),
        note=f"mean and quartiles over all such pairs; {_said(lines)}",
    )


def _by_distance(lines: Lines, own: LabSettings) -> Chart:
    share = np.arange(lines.n_points) / (lines.n_points - 1)
    empty = np.full(lines.n_points, math.nan)
    curves = []
    for side in SIDES:
        found = lines.found.get((own, side))
        curves.append(Curve(LABELS[side], side, share, empty if found is None else found.by_lag()))
    for side in SIDES if without_cuts(own) == own else ():
        each = [_wide(own, side, float(c)) for c in lines.line.alike]
        if each[0] is not None:
            values = np.array([p.value for p in each if p is not None])
            curves.append(Curve(each[0].label, "theory", share, values, source=each[0].source))
    return Chart(
        key=f"shattering-by-distance-{n_layers(own)}",
        title=f"Gradients against the distance of the inputs, {_title(own)}",
        x_label="distance of two inputs (share of the line)",
        y_label="mean cosine of ∂z/∂x at both",
        curves=tuple(curves),
        references={"the same": 1.0, "unrelated": 0.0},
        note=f"mean over all pairs at that distance; the line is {figure(lines.line.length)} long, "
        f"{figure(lines.line.relative)} times ‖x‖ at its beginning; {_said(lines)}",
    )


def _along(lines: Lines, own: LabSettings) -> Chart:
    share = np.arange(lines.n_points) / (lines.n_points - 1)
    curves = []
    for side in SIDES:
        found = lines.found.get((own, side))
        curves.append(Curve(LABELS[side], side, share, _scaled(lines, found)))
    return Chart(
        key=f"shattering-slope-{n_layers(own)}",
        title=f"The gradient along the line, {_title(own)}",
        x_label="position on the line (share of its length)",
        y_label="∂z/∂x along the line ÷ its root mean square",
        curves=tuple(curves),
        references={"zero": 0.0},
        note="each curve is divided by its own root mean square, "
        f"{_own_scales(lines, own)}; {_said(lines)}",
    )


def _scaled(lines: Lines, found: LineCorrelation | None) -> Floats:
    if found is None:
        return np.full(lines.n_points, math.nan)
    scale = _rms(found.slope)
    return found.slope / scale if scale else found.slope


def _own_scales(lines: Lines, own: LabSettings) -> str:
    said = [
        f"{LABELS[side]}: {figure(_rms(found.slope))}"
        for side in SIDES
        if (found := lines.found.get((own, side))) is not None
    ]
    return ", ".join(said) or "which is not known yet"


def _rms(values: Floats) -> float:
    peak = float(np.abs(values).max(initial=0.0))
    return peak * float(np.sqrt(np.mean((values / peak) ** 2))) if peak else 0.0


def _measured(lines: Lines, side: Side, pairs: Callable[[LineCorrelation], Floats]) -> Curve:
    """Mean and quartiles at every depth."""
    rows = []
    for place in lines.places:
        found = lines.found.get((place, side))
        known = np.empty(0) if found is None else pairs(found)
        known = known[np.isfinite(known)]
        if len(known):
            rows.append((float(known.mean()), *np.quantile(known, (0.25, 0.75)).tolist()))
        else:
            rows.append((math.nan,) * 3)
    mean, low, high = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return Curve(LABELS[side], side, _depths(lines), mean, low, high)


@dataclass(frozen=True)
class _Prediction:
    """What theory says, how it is called and who says so."""

    label: str
    value: float
    source: str


def _expected(
    lines: Lines, predict: Callable[[LabSettings, Side], _Prediction | None]
) -> Iterator[Curve]:
    for side in SIDES:
        each = [predict(place, side) for place in lines.places]
        known = [p for p in each if p is not None]
        if known:
            values = np.array([math.nan if p is None else p.value for p in each])
            label, source = known[0].label, known[0].source
            yield Curve(label, "theory", _depths(lines), values, source=source)


def _gates_independent(settings: LabSettings, side: Side) -> bool:
    """Whether each of two inputs far apart opens ReLUs as if it did not know of the other."""
    spec = settings.spec(side)
    batch_norm = spec.norm == "batch" and settings.training_mode
    return side == "plain" and batch_norm and usual(settings, spec)


def usual(settings: LabSettings, spec: ResNetSpec) -> bool:
    """Random weights and ReLUs alone: no max-pooling either."""
    return settings.weights == "random" and spec.activation == "relu" and spec.family == "cifar"


def _wide(settings: LabSettings, side: Side, alike: float) -> _Prediction | None:
    """Wide networks of random weights without norm; None where nothing is known."""
    spec = settings.spec(side)
    if not usual(settings, spec) or spec.norm != "none" or (spec.zero_init and side == "plain"):
        return None
    label = f"theory: wide net, {LABELS[side]}"
    if side == "plain":
        value = theory.wide_plain(alike, theory.n_plain_relus(spec))
        return _Prediction(label, value, theory.WIDE)
    if spec.order == "post" or settings.alpha != 1.0:
        return None
    gains = [0.0 if spec.zero_init else branch_gain(spec, b, settings.gain) for b in spec.blocks()]
    per_branch = 2 if spec.block == "basic" else 3
    value = theory.wide_preactivation(alike, [g or 0.0 for g in gains], per_branch)
    return _Prediction(label, value, theory.WIDE)


def _depths(lines: Lines) -> Floats:
    return np.array([float(n_layers(place)) for place in lines.places])


def _title(settings: LabSettings) -> str:
    return settings.spec("residual").title()


def step_words(lines: Lines) -> str:
    """How far neighbours lie apart."""
    return f"1/{lines.n_points - 1} of the line apart"


def _said(lines: Lines) -> str:
    said = conditions(lines.settings).partition(", ")[2]
    return f"{said}; {lines.settings.dtype}"


def table(lines: Lines) -> Table:
    """The correlations of every network measured."""
    rows = []
    for (own, side), found in lines.found.items():
        near, far = mean_of(found.pairs(1)), mean_of(found.far())
        rows.append((n_layers(own), LABELS[side], near, far, found.defined, _rms(found.slope)))
    columns = (
        "depth (layers)",
        "network",
        "cosine, neighbours",
        "cosine, far apart",
        "points with a gradient (share)",
        "∂z/∂x along the line, root mean square",
    )
    return Table("shattering", "Gradients along the line", columns, tuple(rows))


def mean_of(values: Floats) -> float | None:
    """Mean of the values that there are; None if there are none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
