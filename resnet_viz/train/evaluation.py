"""Pictures on the device, and how well a network names them."""

from __future__ import annotations

import copy
from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from resnet_viz.data.dataset import Split
from resnet_viz.images import Preprocess
from resnet_viz.train.crew import Crew

BATCH = 250


@dataclass(frozen=True)
class Evaluation:
    """Measured on a whole split in evaluation mode, uncropped and unflipped.

    Attributes:
        loss: mean cross-entropy without label smoothing.
        accuracy: share named rightly, 0 to 1.
        n_images: how many were measured.
    """

    loss: float
    accuracy: float
    n_images: int


class Pictures:
    """A split on the device, and its normalisation.

    Args:
        split: the pictures.
        preprocess: its mean and std are used.
        device: where they are kept, as uint8.
    """

    def __init__(self, split: Split, preprocess: Preprocess, device: torch.device) -> None:
        images = torch.from_numpy(split.images).permute(0, 3, 1, 2)
        self.images = images.contiguous().to(device)  # (N, 3, S, S) uint8
        self.labels = torch.from_numpy(split.labels).to(device)
        self._mean = torch.tensor(preprocess.mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(preprocess.std, device=device).view(1, 3, 1, 1)

    def __len__(self) -> int:
        return len(self.labels)

    def part(self, count: int) -> Pictures:
        """So many of them, always the same ones in no order of class; all if `count` is 0."""
        if not 0 < count < len(self):
            return self
        chosen = torch.randperm(len(self), generator=torch.Generator().manual_seed(0))[:count]
        part = copy.copy(self)
        chosen = chosen.to(self.labels.device)
        part.images, part.labels = self.images[chosen], self.labels[chosen]
        return part

    def normalised(self, images: Tensor) -> Tensor:
        """Network input from uint8 pictures, (N, 3, H, W) float32."""
        return (images.float() / 255 - self._mean) / self._std


def evaluating(
    net: nn.Module, pictures: Pictures, crew: Crew | None = None
) -> Generator[int, None, Evaluation]:
    """Measure a network one batch at a time.

    Between two batches every module is in the mode that it was in before, so others may use
    the network then; if they change it, the measurement is of no network at all.

    Args:
        net: the network.
        pictures: to measure it on.
        crew: the processes that share the pictures; all must do so at the same step.

    Yields:
        How many pictures have been measured; as often in every process.

    Returns:
        Accuracy and loss, in float32.
    """
    losses: list[Tensor] = []  # read at the end: each read waits for a GPU
    hits: list[Tensor] = []
    crew = crew or Crew()
    crew.align(net)
    n_images, together = len(pictures), BATCH * crew.size
    for first in range(0, n_images, together):
        start = first + BATCH * crew.rank
        images = pictures.normalised(pictures.images[start : start + BATCH])
        labels = pictures.labels[start : start + BATCH]
        logits = _logits(net, images)  # of none, where others have the last pictures
        losses.append(F.cross_entropy(logits, labels, reduction="sum"))
        hits.append((logits.argmax(1) == labels).sum())
        yield min(first + together, n_images)
    own = [sum(torch.stack(losses).tolist()), sum(torch.stack(hits).tolist())]
    loss, right = crew.total(torch.tensor(own, dtype=torch.float64)).tolist()
    return Evaluation(loss / n_images, right / n_images, n_images)


@torch.no_grad()
def _logits(net: nn.Module, images: Tensor) -> Tensor:
    modes = [(module, module.training) for module in net.modules() if module.training]
    net.eval()
    try:
        logits: Tensor = net(images)
    finally:
        for module, training in modes:
            module.training = training
    return logits


def evaluate(net: nn.Module, pictures: Pictures) -> Evaluation:
    """Accuracy and loss of a network in evaluation mode; its modes stay as they were."""
    batches = evaluating(net, pictures)
    while True:
        try:
            next(batches)
        except StopIteration as end:
            measured: Evaluation = end.value
            return measured
