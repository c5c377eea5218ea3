"""A chart without one of its curves, for those who are to guess it. No Qt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from resnet_viz.lab.findings import Chart, Curve


def veiled(chart: Chart, index: int) -> Chart:
    """A chart whose curve of this place, and whose theories, have no numbers left."""
    curves = tuple(
        _emptied(curve) if i == index or curve.role == "theory" else curve
        for i, curve in enumerate(chart.curves)
    )
    return replace(chart, curves=curves)


def same_curves(one: Chart | None, other: Chart | None) -> bool:
    """Whether two charts are versions of one: their curves have the same names."""
    if one is None or other is None:
        return False
    return [curve.label for curve in one.curves] == [curve.label for curve in other.curves]


def _emptied(curve: Curve) -> Curve:
    return replace(curve, y=np.full(len(curve.y), np.nan), low=None, high=None)
