"""Training batches a second: pictures in memory and whole batches varied at once, against files.

The other side is what most scripts do: torchvision's `ImageFolder`, its transforms picture by
picture, and a `DataLoader`. Both make the same kind of batches (random crop and flip or random
zoomed crop and flip, normalised float32) from the same generated JPEG files and take turns,
epoch by epoch, in one process; nothing is trained. Torch has one thread everywhere, as in a
loader's workers: on a busy machine several wait for each other at every operation. Our pictures
are decoded once before the first epoch: that time is stated, with the epochs after which it is
repaid.

Run: python benchmarks/data_path.py [--pictures N] [--repeats N] [--json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from PIL import Image

from resnet_viz.bench import environment
from resnet_viz.data.class_folders import list_pictures
from resnet_viz.data.dataset import Split
from resnet_viz.data.decoding import decode
from resnet_viz.data.shapes import CLASSES, shapes
from resnet_viz.data.watch import Watch
from resnet_viz.images import CIFAR10
from resnet_viz.torchvision_compat import ensure_torchvision
from resnet_viz.train.augment import augmented, plan_epoch
from resnet_viz.train.evaluation import Pictures

ensure_torchvision()

from torch.utils.data import DataLoader  # noqa: E402 - torchvision must be made to work first
from torchvision import transforms  # noqa: E402
from torchvision.datasets import ImageFolder  # noqa: E402

BATCH = 64
WORKERS = (0, 2)


@dataclass(frozen=True)
class Case:
    """One kind of training data.

    Attributes:
        name: for people.
        stored: side of the files, pixels.
        side: of the network's input, pixels.
        scale: of zoomed crops; empty for crops from a border of 4 pixels.
        share: of the pictures asked for; larger ones are fewer.
    """

    name: str
    stored: int
    side: int
    scale: tuple[float, ...]
    share: float


CASES = (
    Case("32 px, crop from a border, flip", 32, 32, (), 1.0),
    Case("160 px to 112 px, zoomed crop, flip", 160, 112, (0.35, 1.0), 0.25),
)

Epoch = Callable[[], Iterator[tuple[torch.Tensor, torch.Tensor]]]


def write_pictures(folder: Path, case: Case, n_pictures: int) -> None:
    """A folder of JPEG files in class folders: drawn pictures with noise, as fine as the files."""
    drawn = shapes(n_pictures, len(CLASSES)).train
    rng = np.random.default_rng(0)
    for name in CLASSES:
        (folder / name).mkdir()
    for index, (picture, label) in enumerate(zip(drawn.images, drawn.labels, strict=True)):
        size = (case.stored, case.stored)
        large = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))
        noisy = np.clip(large + rng.normal(0, 12, large.shape), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(folder / CLASSES[label] / f"{index:06d}.jpg", quality=90)


def ours(case: Case, folder: Path) -> tuple[Epoch, float]:
    """Our epochs, and the seconds that decoding took beforehand."""
    pre = replace(CIFAR10, resize=case.side, crop=case.side)
    begin = time.perf_counter()
    listing = list_pictures(folder, Watch())
    decoded = decode(folder, [picture.path for picture in listing.train], pre, Watch())
    decoding_s = time.perf_counter() - begin
    labels = np.array([picture.label for picture in listing.train], np.int64)
    pictures = Pictures(Split(decoded.images, labels), pre, torch.device("cpu"))
    epochs = iter(range(10**9))

    def epoch() -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        plan = plan_epoch(
            len(labels),
            case.side,
            seed=0,
            epoch=next(epochs),
            side=case.side,
            padding=0 if case.scale else 4,
            flip=True,
            scale=case.scale,
        )
        for start in range(0, len(labels), BATCH):
            images = augmented(pictures.images, plan, start, start + BATCH)
            chosen = pictures.labels[plan.order[start : start + BATCH]]
            yield pictures.normalised(images), chosen

    return epoch, decoding_s


def theirs(case: Case, folder: Path, workers: int) -> Epoch:
    """The epochs of torchvision's classes, from the same files."""
    crop = (
        transforms.RandomResizedCrop(case.side, scale=case.scale)
        if case.scale
        else transforms.RandomCrop(case.side, padding=4, padding_mode="reflect")
    )
    varied = transforms.Compose(
        [
            crop,
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize(CIFAR10.mean, CIFAR10.std),
        ]
    )
    loader = DataLoader(
        ImageFolder(str(folder), varied),
        batch_size=BATCH,
        shuffle=True,
        num_workers=workers,
        persistent_workers=workers > 0,
    )
    return lambda: iter(loader)


@dataclass(frozen=True)
class Spent:
    """What one epoch took, seconds: on the clock, and of all cores by this process and its own."""

    wall: float
    cpu: float


def spend(epoch: Epoch) -> Spent:
    """Make one epoch's batches and throw them away."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    for images, _labels in epoch():
        assert images.dtype == torch.float32
    return Spent(time.perf_counter() - wall, cpu_seconds() - cpu)


def cpu_seconds() -> float:
    """Processor time of this process and of the loaders' workers so far."""
    this = psutil.Process()
    times = [process.cpu_times() for process in (this, *this.children())]
    return sum(spent.user + spent.system for spent in times)


def measure(case: Case, n_pictures: int, repeats: int) -> dict[str, Any]:
    """Both sides in turns; the first turn of each warms up and is not counted."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_pictures(folder, case, n_pictures)
        mine, decoding_s = ours(case, folder)
        sides = {"ours": mine} | {f"loader_{w}": theirs(case, folder, w) for w in WORKERS}
        spent: dict[str, list[Spent]] = {name: [] for name in sides}
        for turn in range(repeats + 1):
            for name, epoch in sides.items():
                measured = spend(epoch)
                if turn:
                    spent[name].append(measured)
    wall = {name: statistics.median(s.wall for s in each) for name, each in spent.items()}
    cpu = {name: statistics.median(s.cpu for s in each) for name, each in spent.items()}
    row: dict[str, Any] = {"case": case.name, "pictures": n_pictures}
    for name in sides:
        row[f"{name}_images_per_s"] = round(n_pictures / wall[name])
        row[f"{name}_cpu_ms_per_image"] = round(1000 * cpu[name] / n_pictures, 3)
    for workers in WORKERS:
        other = f"loader_{workers}"
        row[f"ratio_{workers}_workers"] = round(wall[other] / wall["ours"], 1)
        row[f"ratio_{workers}_workers_cpu"] = round(cpu[other] / cpu["ours"], 1)
    row["decoding_s"] = round(decoding_s, 2)
    saved = min(wall[f"loader_{w}"] for w in WORKERS) - wall["ours"]
    row["repaid_after_epochs"] = round(decoding_s / saved, 2) if saved > 0 else None
    return row


def print_row(row: dict[str, Any]) -> None:
    print(f"\n{row['case']}, {row['pictures']:,} JPEG files")
    for name, title in (
        ("ours", "in memory, by batch"),
        *((f"loader_{workers}", f"ImageFolder, {workers} workers") for workers in WORKERS),
    ):
        print(
            f"  {title:<24}{row[f'{name}_images_per_s']:>9,} images/s"
            f"{row[f'{name}_cpu_ms_per_image']:>9.3f} ms of processor time each"
        )
    for workers in WORKERS:
        print(
            f"  {workers} workers: {row[f'ratio_{workers}_workers']} times slower, "
            f"{row[f'ratio_{workers}_workers_cpu']} times the processor time"
        )
    print(
        f"  decoding once {row['decoding_s']} s, repaid after {row['repaid_after_epochs']} "
        "epochs of the faster loader"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--pictures", type=int, default=4000, help="of 32 px; a quarter of 160 px")
    parser.add_argument("--repeats", type=int, default=5, help="epochs of each (default 5)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = [
        measure(case, max(BATCH, int(options.pictures * case.share)), options.repeats)
        for case in CASES
    ]
    if options.json:
        json.dump({"environment": environment(), "rows": rows}, sys.stdout, indent=1)
        print()
        return 0
    print(", ".join(f"{name} {value}" for name, value in environment().items()))
    print(f"batches of {BATCH}; medians of {options.repeats} epochs in turns")
    for row in rows:
        print_row(row)
    return 0


if __name__ == "__main__":
    sys.exit(main())
