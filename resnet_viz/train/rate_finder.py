"""A good learning rate from one short run in which the rate rises until the loss blows up.

Source: Smith 2015, arXiv:1506.01186, section 3.3 (the "LR range test"); the exponential rise,
the smoothing and the end at four times the best loss are customary since.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from resnet_viz.data.dataset import Dataset
from resnet_viz.numerals import figure
from resnet_viz.train.config import ScheduleConfig, TrainConfig
from resnet_viz.train.loop import Trainer
from resnet_viz.train.start import Start

N_STEPS = 100
_MEMORY = 0.9  # of the running mean: about ten steps, a good half of a decade of rates
_BLOWN_UP = 4.0
# Steps on either side whose losses a slope is fitted through.
_REACH = 4
# Below this share of its start a fall of the loss is noise.
_FALL = 0.02
# Rates between which the search runs; adaptive optimisers divide by the gradient's size.
_RANGES = {"sgd": (1e-4, 10.0)}
_ADAPTIVE = (1e-6, 1.0)


@dataclass(frozen=True)
class Sweep:
    """What a range test has seen so far.

    Attributes:
        rates: tried so far, ascending, (n,).
        losses: before the step at each rate, smoothed, (n,).
        total: steps of the whole test.
        complete: whether it is over: at the last rate, or because the loss blew up.
        suggestion: a good peak rate; 0 before the end, or if there is none.
        sentence: what was found, in words; empty before the end.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    total: int
    complete: bool = False
    suggestion: float = 0.0
    sentence: str = ""


class RangeTest:
    """Takes steps at exponentially rising rates.

    Args:
        step: takes one step at a rate and returns the loss before it.
        lowest: first rate.
        highest: last rate.
        n_steps: from the first to the last.
    """

    def __init__(
        self,
        step: Callable[[float], float],
        lowest: float,
        highest: float,
        n_steps: int = N_STEPS,
    ) -> None:
        self._step = step
        self._all_rates = np.geomspace(lowest, highest, n_steps)
        self._losses: list[float] = []
        self._mean = 0.0

    def advance(self) -> Sweep:
        """Take the next step; what is known then."""
        done = len(self._losses)
        loss = self._step(float(self._all_rates[done]))
        self._mean = _MEMORY * self._mean + (1 - _MEMORY) * loss
        # The mean starts at 0, which weighs _MEMORY ** n after n steps (Kingma & Ba 2014).
        smoothed = self._mean / (1 - _MEMORY ** (done + 1))
        blown_up = not math.isfinite(smoothed)
        if not blown_up:
            self._losses.append(smoothed)
            blown_up = smoothed > _BLOWN_UP * min(self._losses)
        return self._sweep(blown_up)

    def _sweep(self, blown_up: bool) -> Sweep:
        total = len(self._all_rates)
        losses = np.array(self._losses)
        rates = self._all_rates[: len(losses)]
        if not blown_up and len(losses) < total:
            return Sweep(rates, losses, total)
        suggestion, sentence = advise(rates, losses)
        return Sweep(rates, losses, total, True, suggestion, sentence)


def advise(rates: NDArray[np.float64], losses: NDArray[np.float64]) -> tuple[float, str]:
    """A good peak rate, and why, in a sentence.

    Where the loss falls fastest, or a tenth of where it is lowest if that is more: on a long
    flat way down the fastest fall is often the first, while the network learns how frequent
    the classes are. Where it is lowest itself would be too much: the next step is for the worse.

    Args:
        rates: ascending, evenly spaced in their logarithm, (n,).
        losses: smoothed loss at each, (n,).

    Returns:
        The rate, 0 if the losses tell nothing, and the sentence.
    """
    if len(losses) <= 2 * _REACH:
        return 0.0, "The loss blew up at once: the network cannot be trained as it is set up."
    best = int(losses.argmin())
    start = float(np.median(losses[: _REACH + 1]))
    if start - losses[best] < _FALL * start:
        low, high = figure(float(rates[0])), figure(float(rates[-1]))
        return 0.0, f"The loss did not fall at any learning rate from {low} to {high}."
    fastest, lowest = float(rates[_steepest(rates, losses, best)]), float(rates[best])
    found = (
        f"The loss falls fastest at a learning rate of {figure(fastest, 2)} and is lowest at "
        f"{figure(lowest, 2)}"
    )
    if fastest >= lowest / 10:
        return fastest, f"{found}; the former is a good peak."
    return lowest / 10, f"{found}; a tenth of the latter, {figure(lowest / 10, 2)}, is a good peak."


def _steepest(rates: NDArray[np.float64], losses: NDArray[np.float64], best: int) -> int:
    """Where a line through the neighbours falls fastest per decade, on the way to the lowest."""
    logs = np.log10(rates)
    places = range(_REACH, min(best, len(losses) - 1 - _REACH) + 1)
    slopes = [
        np.polyfit(logs[i - _REACH : i + _REACH + 1], losses[i - _REACH : i + _REACH + 1], 1)[0]
        for i in places
    ]
    return min(best, _REACH + int(np.argmin(slopes))) if slopes else best


def rate_search(
    config: TrainConfig,
    data: Dataset,
    device: torch.device,
    begun: Iterable[Start] | None = None,
    n_steps: int = N_STEPS,
) -> RangeTest:
    """A range test of a recipe's first network, on a copy that nothing else sees.

    Args:
        config: the recipe; its schedule, rival and number of epochs play no part.
        data: its pictures.
        device: where to compute.
        begun: the networks as they begin; made from the recipe by default.
        n_steps: of the test.

    Raises:
        UserError: if data and network do not fit.
    """
    steps_per_epoch = max(1, len(data.train) // config.run.batch_size)
    scratch = replace(
        config,
        rival=None,
        schedule=ScheduleConfig("constant", warm_up=0.0),
        run=replace(config.run, epochs=math.ceil(n_steps / steps_per_epoch)),
    )
    first = None if begun is None else list(begun)[:1]
    trainer = Trainer(scratch, data, device, begun=first)

    def step(rate: float) -> float:
        trainer.lr_factor = rate / config.optimiser.lr
        return float(trainer.step().losses["network"])

    lowest, highest = _RANGES.get(config.optimiser.name, _ADAPTIVE)
    return RangeTest(step, lowest, highest, n_steps)
