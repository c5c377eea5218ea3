"""The training loop as an object that does one optimiser step at a time.

Whoever drives it (the command line, the engine) may stop between any two steps; `state` and
`restore` continue a run bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from resnet_viz.errors import UserError
from resnet_viz.images import Preprocess
from resnet_viz.models.network import ResNet, build
from resnet_viz.train.augment import EpochPlan, augmented, plan_epoch
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.data import Dataset, Split
from resnet_viz.train.optimisation import lr_share, make_optimiser, set_lr


@dataclass(frozen=True)
class Step:
    """One optimiser step.

    Attributes:
        index: 0-based, over the whole run.
        epoch: 0-based.
        lr: learning rate used.
        loss: mean cross-entropy of the batch before the update, a scalar tensor on the
            device; reading it waits for a GPU.
        correct: pictures of the batch named rightly before the update, likewise.
        size: pictures in the batch.
    """

    index: int
    epoch: int
    lr: float
    loss: Tensor
    correct: Tensor
    size: int


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

    def normalised(self, images: Tensor) -> Tensor:
        """Network input from uint8 pictures, (N, 3, H, W) float32."""
        return (images.float() / 255 - self._mean) / self._std


class Trainer:
    """A run in progress.

    Args:
        config: of the run.
        data: its pictures; must have as many classes as the network.
        device: where to compute.

    Attributes:
        net: the network, in training mode between steps.
        step_index: steps done.
        n_steps: of the whole run.
        steps_per_epoch: full batches in an epoch.

    Raises:
        UserError: if data and network do not fit.
    """

    def __init__(self, config: TrainConfig, data: Dataset, device: torch.device) -> None:
        _check_fit(config, data)
        self.config = config
        self.device = device
        self.train = Pictures(data.train, config.preprocess, device)
        self.test = Pictures(data.test, config.preprocess, device)
        layout = torch.channels_last if config.run.channels_last else torch.contiguous_format
        self._layout = layout
        self.net = build(config.network, config.run.seed, device=device).train()
        self.net.to(memory_format=layout)  # type: ignore[call-overload]
        self.optimiser = make_optimiser(self.net, config.optimiser)
        self.step_index = 0
        self.steps_per_epoch = len(self.train) // config.run.batch_size
        self.n_steps = self.steps_per_epoch * config.run.epochs
        self._plan: tuple[int, EpochPlan] | None = None

    @property
    def epoch(self) -> int:
        """Epoch of the next step, 0-based."""
        return self.step_index // self.steps_per_epoch

    @property
    def finished(self) -> bool:
        """Whether all steps are done."""
        return self.step_index >= self.n_steps

    def step(self) -> Step:
        """Do one optimiser step; nothing in it waits for a GPU."""
        run = self.config.run
        epoch, place = divmod(self.step_index, self.steps_per_epoch)
        plan = self._plan_of(epoch)
        start = place * run.batch_size
        stop = start + run.batch_size
        images = self.train.normalised(augmented(self.train.images, plan, start, stop))
        labels = self.train.labels[plan.order[start:stop].to(self.device)]
        share = lr_share(self.config.schedule, self.step_index, self.n_steps, self.steps_per_epoch)
        lr = self.config.optimiser.lr * share
        set_lr(self.optimiser, lr)
        loss, logits = self._update(images, labels)
        correct = (logits.argmax(1) == labels).sum()
        done = Step(self.step_index, epoch, lr, loss, correct, run.batch_size)
        self.step_index += 1
        return done

    def _update(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        run = self.config.run
        self.optimiser.zero_grad()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=run.precision == "bfloat16"):
            logits = self.net(images.contiguous(memory_format=self._layout))
        logits = logits.float()
        loss = F.cross_entropy(logits, labels, label_smoothing=run.label_smoothing)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return loss.detach(), logits.detach()

    def _plan_of(self, epoch: int) -> EpochPlan:
        if self._plan is None or self._plan[0] != epoch:
            data = self.config.data
            plan = plan_epoch(
                len(self.train),
                self.config.network.input_size,
                seed=self.config.run.seed,
                epoch=epoch,
                side=self.config.crop_at(epoch),
                padding=data.padding,
                flip=data.flip,
                scale=data.scale,
            )
            self._plan = epoch, plan
        return self._plan[1]

    def evaluate(self) -> Evaluation:
        """Measure on the test pictures; the network stays as it was."""
        self.net.eval()
        try:
            return evaluate(self.net, self.test)
        finally:
            self.net.train()

    def state(self) -> dict[str, Any]:
        """All that the run depends on besides its configuration; tensors are not copied."""
        return {
            "step": self.step_index,
            "net": self.net.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from what `state` returned."""
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step_index = state["step"]


def _check_fit(config: TrainConfig, data: Dataset) -> None:
    if len(data.classes) != config.network.n_classes:
        raise UserError(
            f"The data has {len(data.classes)} classes, the network {config.network.n_classes}.",
            f"Write n_classes = {len(data.classes)} in the recipe's [network] section.",
        )
    if len(data.train) < config.run.batch_size:
        raise UserError(
            f"A batch of {config.run.batch_size} is larger than the training set of "
            f"{len(data.train)} pictures.",
            "Choose a smaller batch_size.",
        )


@torch.no_grad()
def evaluate(net: nn.Module | ResNet, pictures: Pictures, batch_size: int = 250) -> Evaluation:
    """Accuracy and loss of a network in evaluation mode, in float32."""
    losses: list[Tensor] = []  # read at the end: each read waits for a GPU
    hits: list[Tensor] = []
    for start in range(0, len(pictures), batch_size):
        images = pictures.normalised(pictures.images[start : start + batch_size])
        labels = pictures.labels[start : start + batch_size]
        logits = net(images)
        losses.append(F.cross_entropy(logits, labels, reduction="sum"))
        hits.append((logits.argmax(1) == labels).sum())
    n_images = len(pictures)
    loss, right = sum(torch.stack(losses).tolist()), sum(torch.stack(hits).tolist())
    return Evaluation(loss / n_images, right / n_images, n_images)
