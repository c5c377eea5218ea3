"""The ImageNet weights that torchvision publishes: which there are, and getting one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resnet_viz.errors import UserError
from resnet_viz.images import Preprocess
from resnet_viz.models.checkpoints import open_checkpoint
from resnet_viz.models.download import Cancelled, Progress, download, matches
from resnet_viz.models.specs import IMAGENET, ResNetSpec
from resnet_viz.torchvision_compat import ensure_torchvision

_HASH = re.compile(r"-([0-9a-f]{8,})\.pth$")


@dataclass(frozen=True)
class Published:
    """One set of published weights.

    Attributes:
        name: as torchvision calls it: `IMAGENET1K_V2`.
        url: where it is published; the file name ends in the start of its SHA-256.
        labels: 1000 class names.
        preprocess: what the accuracy was measured with.
        accuracy: top-1 on ImageNet's 50,000 validation images, 0 to 1.
    """

    name: str
    url: str
    labels: tuple[str, ...] = field(repr=False)
    preprocess: Preprocess
    accuracy: float

    @property
    def file(self) -> Path:
        """Where torch keeps it: shared with every other program that uses torch.hub."""
        return Path(torch.hub.get_dir()) / "checkpoints" / self.url.rsplit("/", 1)[-1]

    @property
    def sha256(self) -> str:
        """The first hexadecimal digits of the file's SHA-256, from its name; may be empty."""
        match = _HASH.search(self.url)
        return match[1] if match else ""

    def label(self) -> str:
        """For people: `ImageNet (IMAGENET1K_V2), 80.9 % top-1`."""
        return f"ImageNet ({self.name}), {100 * self.accuracy:.1f} % top-1"

    def state(
        self, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> Mapping[str, Tensor]:
        """The tensors, downloaded first if torch's cache does not have them.

        Raises:
            UserError: if they cannot be had; says where to put the file by hand.
            OperationCancelled: if `cancelled()` became true.
        """
        fetch = partial(
            download, self.url, self.file, self.sha256, progress=progress, cancelled=cancelled
        )
        if not self.file.is_file():
            fetch()
        try:
            return open_checkpoint(self.file).state
        except UserError:
            if matches(self.file, self.sha256):
                raise
        fetch()  # another program left half a file in the cache
        return open_checkpoint(self.file).state


def published(name: str) -> dict[str, Published]:
    """The published weights of a network by their names, the default first; may be empty."""
    if name not in IMAGENET:
        return {}
    ensure_torchvision()
    from torchvision.models import get_model_weights

    enum = get_model_weights(name)
    members = sorted(enum, key=lambda weights: weights is not enum.DEFAULT)
    return {weights.name: _describe(weights) for weights in members}


def choose(spec: ResNetSpec, which: str = "") -> Published:
    """The published weights called `which`, or torchvision's default for this network.

    Raises:
        UserError: if there are none for this network or none of that name.
    """
    available = published(spec.name)
    if not available:
        raise UserError(
            f"There are no published ImageNet weights for {spec.title()}.",
            f"They exist for {', '.join(IMAGENET)}.",
        )
    wanted = which.strip().upper() or next(iter(available))
    if wanted == "DEFAULT":
        wanted = next(iter(available))
    if wanted not in available:
        raise UserError(
            f"{spec.title()} has no published weights called {which!r}.",
            f"Choose {' or '.join(available)}.",
        )
    return available[wanted]


def _describe(weights: Any) -> Published:
    transform = weights.transforms()
    return Published(
        name=weights.name,
        url=weights.url,
        labels=tuple(weights.meta["categories"]),
        preprocess=Preprocess(
            transform.resize_size[0],
            transform.crop_size[0],
            tuple(transform.mean),
            tuple(transform.std),
        ),
        accuracy=weights.meta["_metrics"]["ImageNet-1K"]["acc@1"] / 100,
    )
