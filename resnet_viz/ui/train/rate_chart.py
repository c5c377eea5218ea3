"""The search for a learning rate as a chart: loss over rate, with what is suggested."""

from __future__ import annotations

import numpy as np

from resnet_viz.engine.messages import RateFound
from resnet_viz.lab.findings import Chart, Curve
from resnet_viz.ui.train.fields import written

_SPREAD = 8.0  # a loss that grows by more than this is best seen on a log axis


def rounded(rate: float) -> float:
    """A rate with two digits: the search does not know it better."""
    return float(f"{rate:.2g}")


def rate_chart(found: RateFound, rate_now: float) -> Chart:
    """Loss against rate, and lines across at the suggested rate and at the recipe's.

    Args:
        found: at least one step of the search.
        rate_now: of the recipe.
    """
    losses = np.asarray(found.losses, np.float64)
    finite = losses[np.isfinite(losses)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    curves = [Curve("loss of the batch, smoothed", "residual", found.rates, losses)]
    if found.suggestion > 0:
        label = f"suggested: {written(rounded(found.suggestion))}"
        curves.append(_upright(label, "theory", found.suggestion, low, high))
    if len(found.rates) and found.rates[0] <= rate_now <= found.rates[-1]:
        label = f"in the recipe: {written(rate_now)}"
        curves.append(_upright(label, "ghost", rate_now, low, high))
    return Chart(
        key="learning-rate",
        title="Loss while the learning rate rises",
        x_label="learning rate",
        y_label="cross-entropy of the batch in nats, running mean",
        curves=tuple(curves),
        x_log=True,
        y_log=low > 0 and high > _SPREAD * low,
        note=(
            f"{len(found.rates)} of {found.total} steps, each on another batch with a higher "
            "rate; a copy of the network that nothing else sees (Smith 2015, arXiv:1506.01186)."
        ),
    )


def _upright(label: str, role: str, rate: float, low: float, high: float) -> Curve:
    return Curve(label, role, np.array([rate, rate]), np.array([low, high]))  # type: ignore[arg-type]
