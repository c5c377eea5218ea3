"""Networks to look at: loaded, kept, measured on one picture at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import torch

from resnet_viz.analysis.cost import network_cost
from resnet_viz.engine.current import DTYPES, Current
from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.measurements import question
from resnet_viz.engine.messages import (
    Explore,
    Explored,
    LoadModel,
    ModelChoice,
    ModelReady,
    Reply,
)
from resnet_viz.engine.meter import QUIET_S, Meter
from resnet_viz.engine.places import Place, Places
from resnet_viz.engine.run_networks import LiveOf, network_of_run
from resnet_viz.errors import UserError
from resnet_viz.images import normalise
from resnet_viz.models.devices import resolve_device
from resnet_viz.models.gates import Gate
from resnet_viz.models.network import ResNet
from resnet_viz.models.weights import LoadedNetwork, load_network
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.interruption import between_blocks
from resnet_viz.probe.snapshot import Snapshot

# Maps of a block / what its modules put out: measured at 1.23 to 1.28, ResNet-18, -50 and -56.
_MAPS_PER_ACTIVATION = 1.3


class Explorer:
    """Answers `LoadModel` and `Explore`.

    Args:
        inbox: says whether the running request is still wanted.
        send: sends a reply to the window.
        live_of: tells of the training under way.
    """

    def __init__(self, inbox: Inbox, send: Callable[[Reply], None], live_of: LiveOf) -> None:
        self._inbox = inbox
        self._send = send
        self._live_of = live_of
        self._places = Places()

    def load(self, job: LoadModel) -> ModelReady:
        """Make a network the current one; if that fails, the former one stays."""
        # A checkpoint is read again: people train on and load the same file.
        reread = job.choice.weights == "file"
        current = self._network_for(job, self._places.of(job), reread=reread)
        loaded = current.loaded
        spec = loaded.spec
        shape = (spec.in_channels, spec.input_size, spec.input_size)
        total = network_cost(loaded.net, shape).total
        return ModelReady(
            request_id=job.request_id,
            choice=replace(current.choice, training_mode=job.choice.training_mode),
            labels=tuple(loaded.labels),
            preprocess=loaded.preprocess,
            weights_label=loaded.label,
            parameters=total.parameters,
            macs=total.macs,
            notes=tuple(loaded.notes),
        )

    def explore(self, job: Explore) -> Explored:
        """Measure the network, unless the same question was answered before."""
        place = self._places.of(job)
        current = self._network_for(job, place)
        check_explore(job, current.loaded)
        measurements = place.measurements
        asked = question(job)
        known = measurements.recall(asked, job.keep)
        if known is None:
            sizes = map_bytes(current.loaded.net, job.image.shape)
            keep = measurements.worth_keeping(asked, job.keep, sizes)
            measured = self._measure(job, current, keep)
            known = measurements.remember(asked, job.keep, measured)
        return Explored(job.request_id, known, dict(job.gates))

    def _measure(self, job: Explore, current: Current, keep: tuple[str, ...]) -> Snapshot:
        net = current.loaded.net
        net.gates.assign(job.gates)
        array = normalise(np.asarray(job.image), current.loaded.preprocess)
        images = torch.from_numpy(array).to(
            device=current.choice.device, dtype=DTYPES[current.choice.dtype]
        )
        meter = Meter(self._send, job.request_id, quiet_s=QUIET_S)
        what = f"Measuring {job.choice.title()}"

        def step(done: int, total: int) -> None:
            self._inbox.check()
            meter(what, done // 2, total // 2, "blocks")

        with between_blocks(net, step):
            return capture(
                net,
                images,
                None if job.target is None else [job.target],
                keep=keep,
                training_mode=job.choice.training_mode,
            )

    def _network_for(
        self, job: LoadModel | Explore, place: Place, *, reread: bool = False
    ) -> Current:
        """The network in its place if it is the one that is meant, else that one, loaded."""
        choice, found = job.choice, place.current
        if choice.weights == "run":
            found = network_of_run(choice, found, self._live_of)
        elif found is None or reread or not found.serves(choice):
            found = self._load(choice, job.request_id)
        if found is not place.current:  # other weights, of which nothing was measured
            place.current = found
            place.measurements.clear()
        self._places.used(place)
        return found

    def _load(self, choice: ModelChoice, request_id: int) -> Current:
        device = resolve_device(choice.device, float64=choice.dtype == "float64")
        loaded = load_network(
            choice.spec,
            choice.weights,
            path=choice.path,
            seed=choice.seed,
            device=str(device),
            dtype=choice.dtype,
            progress=Meter(self._send, request_id),
            cancelled=self._inbox.stopped,
        )
        self._inbox.check()
        return Current(choice, replace(choice, spec=loaded.spec, device=str(device)), loaded)


def map_bytes(net: ResNet, image_shape: tuple[int, ...]) -> dict[str, int]:
    """About how much memory each block's maps take: what its modules put out, and x.

    Args:
        net: the network.
        image_shape: (H, W, C) of the image.
    """
    height, width, channels = image_shape
    costs = network_cost(net, (channels, height, width)).blocks
    return {n: int(_MAPS_PER_ACTIVATION * cost.activation_bytes) for n, cost in costs.items()}


def check_explore(job: Explore, loaded: LoadedNetwork) -> None:
    """Refuse a request that the network cannot answer.

    Raises:
        UserError: naming what does not fit.
    """
    spec, image = loaded.spec, job.image
    title = spec.title()
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise UserError(
            f"{title} cannot read an image of shape {image.shape} and type {image.dtype}.",
            "It takes height x width x 3 bytes (RGB).",
        )
    if job.target is not None and not 0 <= job.target < spec.n_classes:
        raise UserError(
            f"{title} has no class {job.target}.", f"Its classes are 0 to {spec.n_classes - 1}."
        )
    _check_names("Gates were given", job.gates, loaded)
    _check_names("Maps were asked", dict.fromkeys(job.keep), loaded)


def _check_names(what: str, names: Mapping[str, Gate | None], loaded: LoadedNetwork) -> None:
    known = list(loaded.net.gates)
    unknown = [name for name in names if name not in loaded.net.gates]
    if unknown:
        raise UserError(
            f"{what} for {unknown[0]!r}, a block that {loaded.spec.title()} does not have.",
            f"Its blocks run from {known[0]} to {known[-1]}.",
        )
