"""`resnet-viz train`: a recipe in, a run folder and exported weights out."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from resnet_viz.errors import UserError
from resnet_viz.models.devices import resolve_device
from resnet_viz.train.cache import load_cached
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.data import Dataset
from resnet_viz.train.export import export
from resnet_viz.train.folder import RunFolder
from resnet_viz.train.interrupts import stop_requests
from resnet_viz.train.loop import Step, Trainer
from resnet_viz.train.progress import Progress
from resnet_viz.train.recipe import read_config
from resnet_viz.train.shapes import SIDE, shapes

# Losses stay on the device between reads, because reading one waits for a GPU.
_READ_EVERY = 20


def run(config: Path, out: Path, resume: bool) -> int:
    """Train what a recipe asks for.

    Args:
        config: the recipe, TOML.
        out: run folder; the exported weights are in it at the end.
        resume: continue the run in `out` from its last checkpoint.

    Returns:
        Exit code: 0 when the run is finished, 130 when it was interrupted.

    Raises:
        UserError: for everything that the user can put right.
    """
    recipe = read_config(config)
    device = resolve_device(recipe.run.device)
    folder = RunFolder(out)
    if not resume:
        folder.require_new()
    state = folder.resume(recipe) if resume else None
    with _threads(recipe.run.threads), _enough_memory(device), Progress(recipe) as progress:
        data = _dataset(recipe, progress)
        trainer = Trainer(recipe, data, device)
        if not resume:
            folder.create(recipe)  # only now: a recipe that cannot run leaves nothing behind
        if state is not None:
            trainer.restore(state)
        progress.begin(trainer)
        with stop_requests() as stopping:
            _train(trainer, folder, progress, stopping)
        if not trainer.finished:
            progress.say(f"stopped at step {trainer.step_index}; --resume continues exactly there")
            return 130
        weights, measured = export(trainer.net, recipe, data.classes, trainer.test, out)
        progress.say(
            f"{weights}: {100 * measured.accuracy:.2f} % of {measured.n_images} test images"
        )
    return 0


def _dataset(recipe: TrainConfig, progress: Progress) -> Dataset:
    if recipe.data.source == "shapes":
        if recipe.network.input_size != SIDE:
            raise UserError(
                f"Shapes are {SIDE} pixels wide, and {recipe.network.title()} takes "
                f"{recipe.network.input_size}.",
                f"Write input_size = {SIDE} in the recipe's [network] section.",
            )
        progress.say("drawing the data set")
        return shapes()
    progress.say(f"reading {recipe.data.folder}")
    return load_cached(Path(recipe.data.folder), recipe.preprocess)


def _train(
    trainer: Trainer, folder: RunFolder, progress: Progress, stopping: Callable[[], bool]
) -> None:
    run = trainer.config.run
    pending: list[Step] = []
    stop = False
    while not trainer.finished and not stop:
        pending.append(trainer.step())
        done = trainer.step_index
        epoch_ends = done % trainer.steps_per_epoch == 0
        stop = stopping()
        save = stop or epoch_ends or done % run.checkpoint_every == 0
        if save or len(pending) >= _READ_EVERY:
            records = _read(pending, folder)
            folder.append(records)
            progress.steps(records)
            pending.clear()
        if epoch_ends:
            epoch = done // trainer.steps_per_epoch
            if epoch % run.evaluate_every == 0 or trainer.finished:
                _evaluate(trainer, epoch, folder, progress)
        if save:
            # After the metrics: what a checkpoint stands for has been written down.
            folder.save(trainer.state())


def _read(steps: list[Step], folder: RunFolder) -> list[dict[str, Any]]:
    """Steps as metrics.

    Raises:
        UserError: if a loss is not finite.
    """
    losses = torch.stack([step.loss for step in steps]).tolist()
    correct = torch.stack([step.correct for step in steps]).tolist()
    for step, loss in zip(steps, losses, strict=True):
        if not math.isfinite(loss):
            kept = f"the last good checkpoint is {str(folder.checkpoint)!r}"
            if not folder.checkpoint.exists():
                kept = "there is no checkpoint yet"
            raise UserError(
                f"The loss became {loss} in step {step.index + 1}, epoch {step.epoch + 1}; {kept}.",
                "Lower the learning rate or lengthen its warm-up, and start a new run.",
            )
    return [
        {
            "kind": "step",
            "step": step.index + 1,
            "epoch": step.epoch + 1,
            "lr": step.lr,
            "loss": loss,
            "accuracy": right / step.size,
        }
        for step, loss, right in zip(steps, losses, correct, strict=True)
    ]


def _evaluate(trainer: Trainer, epoch: int, folder: RunFolder, progress: Progress) -> None:
    measured = trainer.evaluate()
    record = {
        "kind": "evaluation",
        "step": trainer.step_index,
        "epoch": epoch,
        "loss": measured.loss,
        "accuracy": measured.accuracy,
        "n_images": measured.n_images,
    }
    folder.append([record])
    progress.evaluated(record)


@contextlib.contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    if count:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def _enough_memory(device: torch.device) -> Iterator[None]:
    """Turn a full memory into a sentence; everything else passes."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        # The CPU's allocator raises a bare RuntimeError.
        full = isinstance(error, torch.OutOfMemoryError | MemoryError)
        if full or "allocate memory" in str(error):
            raise UserError(
                f"The memory of {device} is full.",
                "Choose a smaller batch_size or network, or close other programs.",
            ) from error
        raise
