"""What a study of path lengths found, made from its numbers alone."""

from __future__ import annotations

import math

import numpy as np

from resnet_viz.lab.batches import counted
from resnet_viz.lab.studies.path_charts import PathNumbers
from resnet_viz.lab.wording import conditions
from resnet_viz.numerals import figure

_MOST = 0.9


def sentence(numbers: PathNumbers) -> str:
    """Mean length, what short paths hold, and what one more branch does to a path.

    Examples:
        "The average length of the gradient's paths is 8.1 of 27 branches, against 13.5 of all
        paths; 91 % of the gradient comes from paths of at most 11; each further branch
        multiplies a path's gradient by 0.43: 56 layers, ...".
    """
    found = numbers.residual
    title = numbers.settings.spec("residual").title()
    if np.isnan(found.shares).any():
        why = ""
        if numbers.loss == 0.0:
            why = f": the loss is exactly 0 in {numbers.settings.dtype}, so there is no gradient"
        return f"No gradient reaches the first block of {title} along any path{why}."
    m, held = found.shortest_holding(_MOST)
    longest = int(np.flatnonzero(np.isfinite(found.log_counts)).max())
    paths = float(np.dot(found.path_shares, numbers.lengths))
    said = [
        f"In {title} the gradient's paths take {figure(found.mean_length)} of {longest} branches "
        f"on average, weighted by their share of it, and all paths {figure(paths)}",
        f"{_percent(held)} of the gradient comes from paths of at most {counted_branches(m)}",
    ]
    theory = found.theory()
    if theory is not None:
        factor = figure(theory.factor, 2)
        said.append(f"each further branch multiplies a path's gradient by {factor} in the mean")
    return f"{'; '.join(said)}: {conditions(numbers.settings)}."


def counted_branches(m: int) -> str:
    """`1 branch`, `7 branches`."""
    return "1 branch" if m == 1 else f"{m} branches"


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %" if share < 0.995 else "over 99 %"


def notes(numbers: PathNumbers, samples: int) -> tuple[str, ...]:
    """How it was measured, and what limits it."""
    found = numbers.residual
    spec = numbers.settings.spec("residual")
    said = [
        f"Up to {counted(samples, 'path')} of each length, all on one batch; going forward "
        "nothing is cut.",
        "Shares are of the sum of the paths' norms, as in the paper (Veit et al. 2016, "
        "arXiv:1605.06431, section 4.3); the gradient itself is the sum of the paths as vectors, "
        "in which they can cancel.",
    ]
    if spec.order == "post":
        said.append(
            "The activation after a block's sum belongs to both its paths: its derivative stays "
            "in every path."
        )
    lengths = np.flatnonzero(found.n_sampled)
    if lengths.size:
        said += _lengths_notes(numbers, int(lengths[-1]))
    if numbers.sums is not None:
        said += _exact_notes(numbers)
    return tuple(said)


def _lengths_notes(numbers: PathNumbers, last: int) -> list[str]:
    found = numbers.residual
    said = []
    open_lengths = np.flatnonzero(np.isfinite(found.log_counts))
    if np.isnan(found.shares).any():
        return []
    if last < open_lengths[-1] and math.isfinite(found.tail):
        said.append(
            f"Paths of more than {counted_branches(last)} were left out: together they would add "
            f"about {figure(100.0 * found.tail, 1)} %."
        )
    between = open_lengths[open_lengths <= last]
    if (found.n_sampled[between] == 0).any():
        said.append("Of the longer lengths some were measured, those between are interpolated.")
    return said


def _exact_notes(numbers: PathNumbers) -> list[str]:
    exact = numbers.exact_shares()
    assert exact is not None
    if np.isnan(exact).all():
        return []
    mean = float(np.nansum(exact * numbers.lengths))
    return [
        "Added up as vectors, all paths of each length exactly, the average length is "
        f"{figure(mean)} branches."
    ]
