"""Sentences about a recipe's pictures, before and after they were looked at. No Qt."""

from __future__ import annotations

from resnet_viz.data.places import seems_on_disk
from resnet_viz.engine.messages import DataSeen, Progress
from resnet_viz.train.config import DataConfig, DataSource
from resnet_viz.ui.train.sources import SOURCES

HOSTS: dict[DataSource, str] = {
    "cifar10": "www.cs.toronto.edu",
    "cifar100": "www.cs.toronto.edu",
    "mnist": "ossci-datasets.s3.amazonaws.com",
    "fashionmnist": "fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    "imagenette": "s3.amazonaws.com/fast-ai-imageclas",
}
"""Where torchvision's classes say that each data set is."""


def invitation(data: DataConfig) -> tuple[str, str, str]:
    """What a look would do: heading, explanation, button."""
    source = SOURCES[data.source]
    where = f" in {data.folder}" if data.folder else ""
    if data.source == "folder":
        return (
            f"Your own pictures{where}",
            "A look reads them, lists those that cannot be read, and shows what is held out for "
            "measuring. Nothing in the folder is changed.",
            "Look at the pictures",
        )
    if not source.download_mb:
        return (
            source.title,
            f"{source.what[:1].upper()}{source.what[1:]}. Look at them before training.",
            "Look at the pictures",
        )
    heading = f"{source.title}: {source.what}"
    if seems_on_disk(data.source, data.folder):
        return heading, "It is on this computer: nothing is downloaded.", "Look at the pictures"
    size = f"{source.download_mb} MB"
    return (
        heading,
        f"It is not on this computer{where}. It is downloaded once, {size} from "
        f"{HOSTS[data.source]}, and checked; you can cancel, and go on later.",
        f"Download {size}",
    )


def progress_words(progress: Progress | None) -> tuple[str, str]:
    """How far a look is: what is done, and how much of it."""
    if progress is None:
        return "Waiting for the engine", ""
    unit = f" {progress.unit}" if progress.unit else ""
    if not progress.total:
        return progress.what, ""
    return progress.what, f"{progress.done:,} of {progress.total:,}{unit}"


def summary(seen: DataSeen, dataset: str) -> str:
    """`Shapes · 10 classes · 4,000 pictures to learn from, 1,000 held out`."""
    classes = f"{len(seen.classes):,} class{'' if len(seen.classes) == 1 else 'es'}"
    counts = f"{sum(seen.n_train):,} pictures to learn from, {sum(seen.n_held_out):,} held out"
    return f"{dataset} · {classes} · {counts}"


def shown_words(seen: DataSeen) -> str:
    """What the sample is: `20 of them, 32×32 pixels as the networks see them`."""
    side = seen.samples.shape[1] if seen.samples.ndim == 4 else 0
    return (
        f"{len(seen.samples):,} of the pictures to learn from, {side}×{side} pixels as the "
        "networks see them, before they are varied."
    )


def broken_text(broken: tuple[tuple[str, str], ...]) -> str:
    """A line for each file that was left out."""
    return "\n".join(f"{path}: {reason}" for path, reason in broken)
