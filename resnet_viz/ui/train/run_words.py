"""Sentences about the run on screen. No Qt."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING

from resnet_viz.errors import UserError
from resnet_viz.numerals import counted, figure
from resnet_viz.runs.layout import RunPaths
from resnet_viz.runs.recorded import Recorded
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import read_config
from resnet_viz.ui.train.setup_words import OPTIMISERS

if TYPE_CHECKING:
    from resnet_viz.ui.train.session import TrainSession


def headline_words(session: TrainSession) -> str:
    """`ResNet-20 and plain-20 · Shapes`: of the run on screen, else of the recipe."""
    reader = session.reader
    if reader is None or (session.training and not session.own):
        return recipe_words(session.config)
    return " · ".join(_who_on_what(reader))


def recipe_words(config: TrainConfig) -> str:
    """The networks and the data of a recipe."""
    names = " and ".join(spec.title() for spec in config.networks.values())
    return f"{names} · {config.data.dataset}"


def invitation_words(config: TrainConfig) -> str:
    """What Play does with the recipe of now."""
    spec, rival = config.network, config.rival
    who = spec.title() if rival is None else f"{spec.title()} and {rival.title()}"
    data = config.data.dataset
    how = "on" if rival is None else "side by side on the same batches of"
    return (
        f"Play trains {who} {how} {data}. Loss, accuracy and the gradients of every block are "
        "drawn as they are measured."
    )


def preparing_words(session: TrainSession) -> str:
    """What happens before the first step."""
    progress = session.train_progress
    if progress is None:
        return "The engine loads the pictures and builds the networks."
    unit = f" {progress.unit}" if progress.unit else ""
    count = f": {progress.done:,} of {progress.total:,}{unit}" if progress.total else ""
    return f"{progress.what}{count}"


def status_words(session: TrainSession) -> str:
    """How far the run on screen is, on how many pictures it is measured, and where it runs."""
    reader = session.reader
    if reader is None:
        return ""
    facts = reader.facts
    steps = f"step {reader.last_step:,}"
    if facts.n_steps:
        steps += f" of {facts.n_steps:,}"
    parts = [reader.title, steps]
    if facts.n_held_out:
        parts.append(f"{facts.n_held_out:,} held-out pictures")
    if device := facts.environment.get("device"):
        parts.append(str(device))
    return " · ".join(parts)


def place_in_run(reader: Recorded, position: int | None) -> list[str]:
    """`ResNet-56 and plain-56`, `CIFAR-10`, `step 500 of 1,560`: what is on screen of a run."""
    step = reader.last_step if position is None else position
    planned = f" of {reader.facts.n_steps:,}" if reader.facts.n_steps else ""
    return [*_who_on_what(reader), f"step {step:,}{planned}"]


def caption_words(reader: Recorded, position: int | None) -> str:
    """`place_in_run`, and all that decides the numbers: pictures, batch, optimiser, seed."""
    parts = place_in_run(reader, position)
    if reader.facts.n_train:
        parts.append(f"{reader.facts.n_train:,} pictures")
    with contextlib.suppress(UserError):  # a script of the user's own has no recipe
        config = read_config(RunPaths(reader.path).config)
        parts.append(f"batches of {config.run.batch_size}")
        parts.append(f"{OPTIMISERS[config.optimiser.name]}, rate {config.optimiser.lr:g}")
        parts.append(f"seed {config.run.seed}")
    return " · ".join(parts)


def _who_on_what(reader: Recorded) -> list[str]:
    names = " and ".join(network.title for network in reader.facts.networks)
    return [names, reader.facts.dataset] if reader.facts.dataset else [names]


def broken_words(broken: tuple[tuple[str, str], ...]) -> str:
    """Which files could not be read: the first three by name."""
    names = [f"`{path.replace(chr(92), '/').rpartition('/')[2]}`" for path, _ in broken[:3]]
    more = f" and {len(broken) - len(names)} more" if len(broken) > len(names) else ""
    files = "1 file" if len(broken) == 1 else counted(len(broken), "file")
    verb = "is" if len(broken) == 1 else "are"
    return f"{files} could not be read and {verb} left out: {', '.join(names)}{more}."


def chance_words(n_classes: int) -> str:
    """What guessing gives: `guessing among 10 classes: loss 2.30, accuracy 10 %`."""
    loss = figure(math.log(n_classes))
    share = 100 / n_classes
    percent = f"{share:.0f}" if share >= 1 else f"{share:.2g}"
    return f"Guessing among {n_classes} classes: loss ln({n_classes}) = {loss}, {percent} % right"


def duration_words(seconds: float) -> str:
    """`12 s`, `3 min`, `1 h 20 min`, `2 d 3 h`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
