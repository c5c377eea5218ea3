"""The charts and the table of a study of path lengths."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from resnet_viz.analysis.path_lengths import Floats, PathShares, normalised
from resnet_viz.lab.findings import Chart, Curve, Table
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.wording import conditions

VEIT = "Veit et al. 2016, arXiv:1605.06431"

# Smallest positive number of float64, in which charts are drawn.
_FLOOR = 2.0**-1074
_ONE_PATH = "‖∂L/∂x‖ at the first block's input along one path, L2 norm over the whole batch"


@dataclass(frozen=True)
class PathNumbers:
    """What is known so far.

    Attributes:
        settings: of the networks and the batch.
        batch_note: what they were shown, for people.
        residual: the residual network by sampled paths.
        plain: its plain twin.
        loss: of the residual network; NaN before it is known.
        sums: natural logarithm of the norm of the exact sum over all paths of each length, of
            the residual network; None where it is not computed, or not yet.
    """

    settings: LabSettings
    batch_note: str
    residual: PathShares
    plain: PathShares
    loss: float = math.nan
    sums: Floats | None = None

    @property
    def lengths(self) -> Floats:
        """0, 1, ..., n."""
        return np.arange(len(self.residual.log_counts), dtype=np.float64)

    def exact_shares(self) -> Floats | None:
        """Norm of each length's exact sum over the sum of these norms."""
        if self.sums is None:
            return None
        shares = np.full(len(self.lengths), np.nan)
        shares[: len(self.sums)] = normalised(self.sums)
        return shares


def charts(numbers: PathNumbers) -> tuple[Chart, ...]:
    """Share of the gradient, norm along one path, number of paths, and exact sums."""
    drawn = [_shares(numbers), _norms(numbers), _counts(numbers)]
    if numbers.sums is not None:
        drawn.append(_sums(numbers))
    return tuple(drawn)


def _shares(numbers: PathNumbers) -> Chart:
    found = numbers.residual
    shares, errors = 100.0 * found.shares, np.nan_to_num(found.errors)
    curves = [
        Curve(
            "with skips, sampled paths",
            "residual",
            numbers.lengths,
            shares,
            low=np.maximum(shares * (1.0 - errors), 0.0),
            high=shares * (1.0 + errors),
        )
    ]
    exact = numbers.exact_shares()
    if exact is not None:
        label = "with skips, exact sums of all paths of a length"
        curves.append(Curve(label, "gradient", numbers.lengths, 100.0 * exact))
    curves.append(
        Curve(
            "paths: share of their number",
            "theory",
            numbers.lengths,
            100.0 * found.path_shares,
            source=f"{VEIT}, section 4.2: binomial distribution",
        )
    )
    theory = found.theory()
    if theory is not None:
        curves.append(
            Curve(
                f"theory: every branch × {theory.factor:.2g}",
                "theory",
                numbers.lengths,
                100.0 * theory.shares,
                source="binomial theorem: C(n, k) r^k / (1 + r)^n, r fitted to the norms",
            )
        )
    return Chart(
        key="path-share",
        title="Share of the gradient by path length",
        x_label=_X,
        y_label="share of the gradient's norm, summed over all lengths 100 [%]",
        curves=tuple(curves),
        note="mean norm of a path × number of paths of its length, normalised; band: one standard "
        f"error of the mean norm; {_note(numbers)}",
    )


_X = "length of the path: branches that it takes"


def _norms(numbers: PathNumbers) -> Chart:
    found = numbers.residual
    curves = [
        Curve(
            "with skips, mean of the sampled paths",
            "residual",
            numbers.lengths,
            np.exp(found.log_norms),
            # Interpolated lengths have no range of their own.
            low=np.exp(np.where(np.isnan(found.low), found.log_norms, found.low)),
            high=np.exp(np.where(np.isnan(found.high), found.log_norms, found.high)),
        )
    ]
    there = np.flatnonzero(numbers.plain.n_sampled)
    if there.size:
        curves.append(
            Curve(
                "plain twin",
                "plain",
                numbers.lengths[there],
                np.exp(numbers.plain.log_norms[there]),
            )
        )
    return Chart(
        key="path-norm",
        title="Gradient along one path",
        x_label=_X,
        y_label=_ONE_PATH,
        curves=tuple(curves),
        y_log=True,
        floor=_FLOOR,
        note=f"mean and range of the sampled paths; {_note(numbers)}",
    )


def _counts(numbers: PathNumbers) -> Chart:
    with np.errstate(over="ignore"):
        counts = np.exp(numbers.residual.log_counts)
    counts[~np.isfinite(counts) | (counts == 0.0)] = np.nan  # beyond float64; no such path
    curve = Curve(
        "number of paths",
        "theory",
        numbers.lengths,
        np.rint(counts),
        source=f"{VEIT}, section 4.2: C(n, k)",
    )
    return Chart(
        key="path-count",
        title="Number of paths by length",
        x_label=_X,
        y_label="paths of this length that no gate closes",
        curves=(curve,),
        y_log=True,
        note="of n blocks with an open skip every path takes k branches in one of C(n, k) ways",
    )


def _sums(numbers: PathNumbers) -> Chart:
    assert numbers.sums is not None
    found = numbers.residual
    exact = np.full(len(numbers.lengths), np.nan)
    exact[: len(numbers.sums)] = numbers.sums
    with np.errstate(over="ignore"):
        bound = np.exp(found.log_counts + found.log_norms)
    bound[np.isinf(bound)] = np.nan
    return Chart(
        key="path-sum",
        title="Gradient of all paths of one length together",
        x_label=_X,
        y_label="‖∂L/∂x‖ at the first block's input, L2 norm over the whole batch",
        curves=(
            Curve("norm of the sum, exact", "gradient", numbers.lengths, np.exp(exact)),
            Curve("sum of the norms, from sampled paths", "residual", numbers.lengths, bound),
        ),
        y_log=True,
        floor=_FLOOR,
        note="paths that point in different directions cancel in the sum, not in the norms; "
        + _note(numbers),
    )


def _note(numbers: PathNumbers) -> str:
    return f"L: mean cross-entropy; {conditions(numbers.settings)}; {numbers.batch_note}"


def table(numbers: PathNumbers) -> Table:
    """Every length; norms also as logarithms, since they may lie outside any range."""
    found = numbers.residual
    exact = numbers.exact_shares()
    columns: list[tuple[str, Iterable[float | int]]] = [
        ("length", [int(k) for k in numbers.lengths]),
        ("log10 number of paths", found.log_counts / np.log(10.0)),
        ("paths measured", [int(n) for n in found.n_sampled]),
        ("log10 mean norm along one path", found.log_norms / np.log(10.0)),
        ("log10 smallest", found.low / np.log(10.0)),
        ("log10 largest", found.high / np.log(10.0)),
        ("share of the paths [%]", 100.0 * found.path_shares),
        ("share of the gradient [%]", 100.0 * found.shares),
    ]
    if exact is not None:
        columns.append(("exact share of the sums' norms [%]", 100.0 * exact))
    rows = zip(*(values for _, values in columns), strict=True)
    return Table(
        key="paths",
        title="Paths of the residual network by length",
        columns=tuple(name for name, _ in columns),
        rows=tuple(tuple(_cell(value) for value in row) for row in rows),
    )


def _cell(value: float | int) -> float | int | None:
    if isinstance(value, int):
        return value
    return float(value) if np.isfinite(value) else None
