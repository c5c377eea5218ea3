"""Networks and batches for the laboratory's settings, kept between measurements."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.images import Preprocess
from resnet_viz.lab import batches, folders
from resnet_viz.lab.batches import Batch
from resnet_viz.lab.networks import Networks, network_key
from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.models.labels import usual_labels, usual_preprocess
from resnet_viz.models.network import ResNet

__all__ = ["Batch", "Bench"]

_DTYPES = {"float32": torch.float32, "float64": torch.float64}
_KEPT_BATCHES = 4


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
        self._picture = picture
        self._digest: Hashable = None
        self._cancelled = cancelled
        self._networks = Networks(cancelled)
        self._batches: OrderedDict[Hashable, Batch] = OrderedDict()

    @property
    def picture(self) -> NDArray[np.uint8] | None:
        """The picture on screen, (H, W, 3); not to be changed in place."""
        return self._picture

    @picture.setter
    def picture(self, picture: NDArray[np.uint8] | None) -> None:
        self._picture = picture
        self._digest = None

    def network(self, settings: LabSettings, side: Side) -> ResNet:
        """The network of one side, in evaluation mode, its gates set.

        Both sides may be one object with other gates: finish with one before asking for the
        other. Nothing but `net.gates` may be changed on it. Give `settings.training_mode` to
        `capture`, which sets the mode and puts it back.

        Raises:
            UserError: if it cannot be built, or its weights are not bundled.
        """
        net = self._networks.get(network_key(settings, side)).net
        net.gates.assign(settings.gates(side))
        return net

    def has_network(self, settings: LabSettings, side: Side) -> bool:
        """Whether the network of one side is there already and need not be built.

        Raises:
            UserError: if its weights are not bundled.
        """
        return network_key(settings, side) in self._networks

    def resolved(self, settings: LabSettings) -> LabSettings:
        """The settings with the device that `auto` stands for.

        Raises:
            UserError: if there is no such device.
        """
        return replace(settings, device=network_key(settings, "residual").device)

    def weights_note(self, settings: LabSettings) -> str:
        """Which weights both sides hold, for people: "random, seed 0, the same in both".

        Raises:
            UserError: if a network cannot be built.
        """
        residual = self._networks.get(network_key(settings, "residual")).label
        if settings.same_weights:
            return f"{residual}, the same in both"
        plain = self._networks.get(network_key(settings, "plain")).label
        titles = [settings.spec(side).title() for side in ("residual", "plain")]
        return f"{titles[0]}: {residual}; {titles[1]}: {plain}"

    def preprocess(self, settings: LabSettings) -> Preprocess:
        """How a picture becomes these networks' input."""
        if settings.weights == "random":
            return usual_preprocess(settings.spec("residual"))
        return self._networks.get(network_key(settings, "residual")).preprocess

    def labels(self, settings: LabSettings) -> tuple[str, ...]:
        """Class names."""
        if settings.weights == "random":
            return usual_labels(settings.spec("residual"))
        return self._networks.get(network_key(settings, "residual")).labels

    def batch(self, settings: LabSettings) -> Batch:
        """What both networks are shown; the same settings give the same numbers.

        Raises:
            UserError: if a folder cannot be read, or there is no picture.
        """
        key = self._batch_key(settings)
        if key not in self._batches:
            self._batches[key] = self._on_device(self._make_batch(settings), settings)
            if len(self._batches) > _KEPT_BATCHES:
                self._batches.popitem(last=False)
        self._batches.move_to_end(key)
        return self._batches[key]

    def question(self, settings: LabSettings, side: Side) -> Hashable:
        """Everything that decides the numbers of one side: equal questions, equal answers."""
        return (
            network_key(settings, side),
            frozenset(settings.gates(side).items()),
            settings.training_mode,
            self._batch_key(settings),
        )

    def check(self) -> None:
        """Raise OperationCancelled if the work is no longer wanted."""
        if self._cancelled():
            raise OperationCancelled

    def _batch_key(self, settings: LabSettings) -> Hashable:
        """Everything that decides a batch; what a source does not read is left out."""
        source = settings.batch
        network = network_key(settings, "residual")
        spec = network.spec
        return (
            source,
            settings.n_images,
            settings.folder if source == "folder" else "",
            settings.seed if source != "picture" else 0,
            self._picture_digest() if source == "picture" else None,
            (spec.family, spec.input_size, spec.in_channels, spec.n_classes),
            # Trained networks bring class names and preprocessing of their own.
            spec.name if network.trained else "",
            (network.device, network.dtype),
        )

    def _picture_digest(self) -> Hashable:
        """The picture as a value; taken once, since photographs have many megabytes."""
        if self._digest is None and self._picture is not None:
            pixels = np.ascontiguousarray(self._picture)
            digest = hashlib.blake2b(pixels.data, digest_size=16).digest()
            self._digest = self._picture.shape, digest
        return self._digest

    def _make_batch(self, settings: LabSettings) -> Batch:
        spec = settings.spec("residual")
        pre = self.preprocess(settings)
        match settings.batch:
            case "noise":
                shape = (spec.in_channels, pre.crop, pre.crop)
                n_classes = len(self.labels(settings))
                return batches.noise(settings.n_images, shape, n_classes, settings.seed)
            case "photographs":
                return batches.photographs(settings.n_images, pre, settings.seed, self.check)
            case "picture":
                return batches.one_picture(self.picture, pre)
            case "folder":
                return self._folder_batch(settings, pre)

    def _folder_batch(self, settings: LabSettings, pre: Preprocess) -> Batch:
        if not settings.folder:
            raise UserError("No folder of pictures was chosen.", "Choose one, or another batch.")
        drawing = folders.draw(
            Path(settings.folder),
            self.labels(settings),
            pre,
            settings.n_images,
            settings.seed,
            self.check,
        )
        return batches.from_views(drawing.views, drawing.targets, pre, drawing.note)

    def _on_device(self, batch: Batch, settings: LabSettings) -> Batch:
        network = network_key(settings, "residual")
        images = batch.images.to(network.device, _DTYPES[network.dtype])
        targets = None if batch.targets is None else batch.targets.to(network.device)
        return replace(batch, images=images, targets=targets)
