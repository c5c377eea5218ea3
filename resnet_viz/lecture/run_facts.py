"""Figures of a recorded or a growing training, by the names that slides use.

What is not recorded, or not finite, has no name. Imports neither torch nor Qt.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from resnet_viz.lecture.facts import Fact, Facts, Names
from resnet_viz.numerals import accuracy, figure
from resnet_viz.runs.layout import NetworkFacts, RunFacts
from resnet_viz.runs.reader import RunReader
from resnet_viz.runs.series import EvaluationSeries
from resnet_viz.train.config import TrainConfig

Named = tuple[str, Fact]

_WHOSE = {"network": "the first network", "rival": "the second network"}

NAMES: Names = {
    "run_title": "name of the run",
    "data": "the pictures it learns from",
    "n_train": "how many pictures it learns from",
    "n_held_out": "how many pictures it is measured on",
    "step": "step that is looked at",
    "epoch": "epochs done by that step",
    "steps": "steps of the whole run",
    "epochs": "epochs of the whole run",
    "chance": "accuracy of guessing",
    # Means are taken over as many steps as in the charts' thick lines.
    **{
        f"{name}_{key}": f"{words}: {whose}"
        for key, whose in _WHOSE.items()
        for name, words in {
            "title": "title",
            "loss": "last loss on the held-out pictures until then",
            "accuracy": "last accuracy on the held-out pictures until then",
            "train_loss": "mean training loss around the step",
            "train_accuracy": "mean training accuracy around the step",
            "gap": "training − held-out accuracy, in points",
            "best_accuracy": "highest held-out accuracy until then",
            "best_epoch": "epoch of the highest held-out accuracy",
            "lowest_loss": "lowest held-out loss until then",
            "lowest_epoch": "epoch of the lowest held-out loss",
        }.items()
    },
}
"""Figures of a run at the step that is looked at; those of the second network where it has one."""


def run_facts(reader: RunReader, step: int | None = None, width_of_mean: int = 1) -> Facts:
    """What is known of a run at a step.

    Args:
        reader: the run.
        step: looked at; None for the newest.
        width_of_mean: steps that the training's means take in, around `step`.
    """
    at = reader.last_step if step is None else min(step, reader.last_step)
    found = dict(_of_run(reader, at))
    for network in reader.facts.networks:
        for name, fact in _of_network(reader, network, at, width_of_mean):
            found[f"{name}_{network.key}"] = fact
    return found


def recipe_facts(config: TrainConfig) -> Facts:
    """What is known of a training before it begins: titles, data, how much of it."""
    found = {"data": Fact(config.data.dataset)}
    found["epochs"] = Fact(f"{config.run.epochs:,}", config.run.epochs)
    if config.data.train_images:
        found["n_train"] = Fact(f"{config.data.train_images:,}", config.data.train_images)
    for key, network in config.networks.items():
        found[f"title_{key}"] = Fact(network.title())
    return found


def _of_run(reader: RunReader, step: int) -> Iterator[Named]:
    facts, per_epoch = reader.facts, reader.facts.steps_per_epoch
    yield "run_title", Fact(reader.title)
    yield "step", Fact(f"{step:,}", step)
    if facts.dataset:
        yield "data", Fact(facts.dataset)
    for name, number in (
        ("n_train", facts.n_train),
        ("n_held_out", facts.n_held_out),
        ("steps", facts.n_steps or reader.last_step),
    ):
        if number:
            yield name, Fact(f"{number:,}", number)
    if per_epoch:
        yield "epoch", _epoch(step, facts)
        if facts.n_steps:
            yield "epochs", _epoch(facts.n_steps, facts)
    if len(facts.classes) > 1:
        chance = 1 / len(facts.classes)
        yield "chance", Fact(accuracy(chance), chance)


def _of_network(reader: RunReader, network: NetworkFacts, step: int, width: int) -> Iterator[Named]:
    yield "title", Fact(network.title)
    train_loss = train_accuracy = math.nan
    steps = reader.steps(network.key)
    index = int(np.searchsorted(steps.step, step, "right")) - 1
    if index >= 0:
        train_loss = _mean(steps.loss, index, width)
        train_accuracy = _mean(steps.accuracy, index, width)
    yield from _finite("train_loss", train_loss)
    yield from _finite("train_accuracy", train_accuracy, share=True)
    held_out = reader.evaluations(network.key)
    n = int(np.searchsorted(held_out.step, step, "right"))
    if n:
        yield from _of_held_out(held_out, n, reader.facts)
        gap = train_accuracy - float(held_out.accuracy[n - 1])
        if math.isfinite(gap):
            yield "gap", Fact(f"{100 * gap:.1f} points".replace("-", "−"), gap)


def _of_held_out(held_out: EvaluationSeries, n: int, facts: RunFacts) -> Iterator[Named]:
    """Figures of the first `n` measurements."""
    losses, shares = held_out.loss[:n], held_out.accuracy[:n]
    yield from _finite("loss", float(losses[-1]))
    yield from _finite("accuracy", float(shares[-1]), share=True)
    if np.isfinite(shares).any():
        best = int(np.nanargmax(shares))
        yield from _finite("best_accuracy", float(shares[best]), share=True)
        if facts.steps_per_epoch:
            yield "best_epoch", _epoch(int(held_out.step[best]), facts)
    if np.isfinite(losses).any():
        best = int(np.nanargmin(losses))
        yield from _finite("lowest_loss", float(losses[best]))
        if facts.steps_per_epoch:
            yield "lowest_epoch", _epoch(int(held_out.step[best]), facts)


def _mean(values: NDArray[np.float64], index: int, width: int) -> float:
    """The mean of the values around one, without those that are not finite."""
    half = width // 2
    around = values[max(0, index - half) : index + half + 1]
    around = around[np.isfinite(around)]
    return float(around.mean()) if around.size else math.nan


def _finite(name: str, value: float, *, share: bool = False) -> Iterator[Named]:
    if math.isfinite(value):
        yield name, Fact(accuracy(value) if share else figure(value), value)


def _epoch(step: int, facts: RunFacts) -> Fact:
    """Epochs done by then: `4`, `0.6`."""
    epochs = step / facts.steps_per_epoch
    return Fact(f"{round(epochs, 1):,.10g}", epochs)
