"""The engine's loop: one request after the other, the current network in between."""

from __future__ import annotations

import platform
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import torch

from resnet_viz.analysis.cost import network_cost
from resnet_viz.engine.inbox import Inbox, Job
from resnet_viz.probe.interruption import between_blocks
from resnet_viz.engine.measurements import Measurements
from resnet_viz.engine.messages import (
    EngineReady,
    Explore,
    Explored,
    Failed,
    LoadModel,
    ModelChoice,
    ModelReady,
    Progress,
    Reply,
)
from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.images import normalise
from resnet_viz.models.devices import list_devices, resolve_device
from resnet_viz.models.gates import Gate
from resnet_viz.models.network import ResNet
from resnet_viz.models.weights import LoadedNetwork, load_network
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.torchvision_compat import ensure_torchvision

_PROGRESS_PAUSE_S = 0.1
# A measurement that is over sooner than this needs no progress bar.
_QUIET_S = 0.3
# Maps of a block / what its modules put out: measured at 1.23 to 1.28, ResNet-18, -50 and -56.
_MAPS_PER_ACTIVATION = 1.3


@dataclass(frozen=True)
class Current:
    """The network that requests are answered with.

    Attributes:
        asked: the choice as the window wrote it.
        choice: the same with the specification found and the device resolved.
        loaded: the network and what goes with it.
    """

    asked: ModelChoice
    choice: ModelChoice
    loaded: LoadedNetwork

    def serves(self, choice: ModelChoice) -> bool:
        """Whether `choice` asks for this network; the mode is no property of a network."""
        same_mode = replace(choice, training_mode=self.choice.training_mode)
        if same_mode.weights == "file":
            same_mode = replace(same_mode, spec=self.choice.spec)
        asked = replace(self.asked, training_mode=self.choice.training_mode)
        if asked.weights == "file":
            asked = replace(asked, spec=self.choice.spec)
        return same_mode in (asked, self.choice)


class Worker:
    """Answers requests until the inbox closes.

    Args:
        inbox: where they come from.
        send: sends a reply to the window.
    """

    def __init__(self, inbox: Inbox, send: Callable[[Reply], None]) -> None:
        self._inbox = inbox
        self._send = send
        self._current: Current | None = None
        self._measurements = Measurements()

    def run(self) -> None:
        """Say that the engine is ready, then answer."""
        self._send(_ready())
        while (job := self._inbox.take()) is not None:
            self._inbox.finish(self._answer(job))

    def _answer(self, job: Job) -> Reply | None:
        """The reply to a request; None if the request was withdrawn meanwhile."""
        try:
            if isinstance(job, LoadModel):
                return self._load(job)
            return self._explore(job)
        except OperationCancelled:
            return None
        except Exception as error:  # the engine outlives every failure of a request
            return failure(job, error)

    # --- requests --------------------------------------------------------------------------

    def _load(self, job: LoadModel) -> ModelReady:
        # A checkpoint is read again: people train on and load the same file.
        reread = job.choice.weights == "file"
        current = self._network_for(job.choice, job.request_id, reread=reread)
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

    def _explore(self, job: Explore) -> Explored:
        current = self._network_for(job.choice, job.request_id)
        check_explore(job, current.loaded)
        known = self._measurements.recall(job)
        if known is None:
            keep = self._measurements.worth_keeping(job, _map_bytes(job, current.loaded.net))
            measured = self._measure(job, current, keep)
            known = self._measurements.remember(job, measured)
        return Explored(job.request_id, known, dict(job.gates))

    def _measure(self, job: Explore, current: Current, keep: tuple[str, ...]) -> Snapshot:
        net = current.loaded.net
        net.gates.assign(job.gates)
        array = normalise(np.asarray(job.image), current.loaded.preprocess)
        images = torch.from_numpy(array).to(
            device=current.choice.device, dtype=_DTYPES[current.choice.dtype]
        )
        meter = _Meter(self._send, job.request_id, quiet_s=_QUIET_S)
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
        self, choice: ModelChoice, request_id: int, *, reread: bool = False
    ) -> Current:
        """The current network if it is the one of `choice`, else that one, loaded."""
        if self._current is not None and self._current.serves(choice) and not reread:
            return self._current
        device = resolve_device(choice.device, float64=choice.dtype == "float64")
        loaded = load_network(
            choice.spec,
            choice.weights,
            path=choice.path,
            seed=choice.seed,
            device=str(device),
            dtype=choice.dtype,
            progress=_Meter(self._send, request_id),
            cancelled=self._inbox.stopped,
        )
        self._inbox.check()
        found = replace(choice, spec=loaded.spec, device=str(device))
        self._current = Current(choice, found, loaded)
        self._measurements.clear()
        return self._current


def _map_bytes(job: Explore, net: ResNet) -> dict[str, int]:
    """About how much memory each block's maps take: what its modules put out, and x."""
    height, width, channels = job.image.shape
    costs = network_cost(net, (channels, height, width)).blocks
    return {n: int(_MAPS_PER_ACTIVATION * cost.activation_bytes) for n, cost in costs.items()}


_DTYPES = {"float32": torch.float32, "float64": torch.float64}


class _Meter:
    """Reports progress at most ten times a second, and the last step of a task.

    Args:
        send: sends a reply to the window.
        request_id: of the request whose progress it is.
        quiet_s: how long nothing is reported.
    """

    def __init__(
        self, send: Callable[[Reply], None], request_id: int, *, quiet_s: float = 0.0
    ) -> None:
        self._send = send
        self._request_id = request_id
        self._next_s = time.monotonic() + quiet_s

    def __call__(self, what: str, done: int, total: int, unit: str) -> None:
        now_s = time.monotonic()
        finished = 0 < total <= done
        if now_s < self._next_s and not finished:
            return
        self._next_s = now_s + _PROGRESS_PAUSE_S
        self._send(Progress(self._request_id, what, done, total, unit))


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


def failure(job: Job, error: Exception) -> Failed:
    """What to tell the user about a failed request."""
    if isinstance(error, UserError):
        return Failed(job.request_id, error.message, error.hint)
    doing = "load" if isinstance(job, LoadModel) else "measure"
    what = job.choice.title()
    details = "".join(traceback.format_exception(error))
    if _is_out_of_memory(error):
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return Failed(
            job.request_id,
            f"There is not enough memory to {doing} {what} on {job.choice.device}.",
            "Choose a smaller network, float32, or another device.",
            details,
        )
    return Failed(
        job.request_id,
        f"The engine could not {doing} {what}: {type(error).__name__}: {error}".rstrip(": "),
        "This is a fault of the program; the details say where.",
        details,
    )


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    # torch's allocator for the CPU raises a bare RuntimeError.
    text = str(error)
    return isinstance(error, RuntimeError) and (
        "can't allocate memory" in text or "not enough memory" in text
    )


def _ready() -> EngineReady:
    # torch's version is a class of torch's own: unpickling it would import torch in the window.
    versions = {"python": platform.python_version(), "torch": str(torch.__version__)}
    try:
        versions["torchvision"] = version("torchvision")
    except PackageNotFoundError:
        versions["torchvision"] = "missing"
    note = ensure_torchvision()
    return EngineReady(versions, list_devices(), (note,) if note else ())
