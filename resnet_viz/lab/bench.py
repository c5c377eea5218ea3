"""Networks and batches for the laboratory's settings, kept between measurements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from resnet_viz.images import Preprocess
from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.models.network import ResNet


@dataclass(frozen=True)
class Batch:
    """What both networks are shown.

    Attributes:
        images: (N, C, H, W) normalised, on the settings' device and in their precision.
        targets: (N,) int64 class per image; None where the predicted class of each is meant.
        labelled: whether the targets are true labels, so that an accuracy means something.
        note: for people: "16 images of noise, random classes, seed 0".
    """

    images: Tensor
    targets: Tensor | None
    labelled: bool
    note: str


class Bench:
    """Builds what settings ask for.

    Args:
        picture: (H, W, 3) uint8, the picture on screen, for settings whose batch is it.
        cancelled: asked between the parts of longer work.
    """

    def __init__(
        self,
        picture: NDArray[np.uint8] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.picture = picture
        self._cancelled = cancelled

    def network(self, settings: LabSettings, side: Side) -> ResNet:
        """The network of one side, in the settings' mode, its gates set.

        Both sides may be one object with other gates: finish with one before asking for the
        other. Nothing but `net.gates` may be changed on it.

        Raises:
            UserError: if it cannot be built, or its weights are not bundled.
        """
        raise NotImplementedError

    def preprocess(self, settings: LabSettings) -> Preprocess:
        """How a picture becomes these networks' input."""
        raise NotImplementedError

    def labels(self, settings: LabSettings) -> tuple[str, ...]:
        """Class names."""
        raise NotImplementedError

    def batch(self, settings: LabSettings) -> Batch:
        """What both networks are shown; the same settings give the same numbers.

        Raises:
            UserError: if a folder cannot be read, or there is no picture.
        """
        raise NotImplementedError

    def check(self) -> None:
        """Raise OperationCancelled if the work is no longer wanted."""
        raise NotImplementedError
