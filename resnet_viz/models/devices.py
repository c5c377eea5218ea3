"""Where a network can be computed: the devices of this machine, by name."""

from __future__ import annotations

import warnings

import torch

from resnet_viz.engine.messages import DeviceInfo
from resnet_viz.errors import UserError

_GIB = 2**30


def list_devices() -> tuple[DeviceInfo, ...]:
    """The devices that torch can use here, the fastest kind first; `cpu` is always the last."""
    devices = [_cuda_info(index) for index in range(_n_cuda())]
    if torch.backends.mps.is_available():
        devices.append(DeviceInfo("mps", "Apple GPU (mps)"))
    devices.append(DeviceInfo("cpu", f"CPU, {torch.get_num_threads()} threads"))
    return tuple(devices)


def resolve_device(name: str = "auto", *, float64: bool = False) -> torch.device:
    """The torch device of the given name.

    Args:
        name: `auto` (the first of `list_devices()`), `cpu`, `cuda`, `cuda:1`, `mps`.
        float64: whether the device must compute in double precision; Apple's GPUs cannot.

    Raises:
        UserError: if this machine has no such device, or not in that precision.
    """
    usable = [device.name for device in list_devices()]
    wanted = name.strip().lower()
    if wanted == "auto":
        return torch.device(next(d for d in usable if d != "mps" or not float64))
    if wanted == "cuda":
        wanted = "cuda:0"
    if wanted not in usable:
        raise UserError(
            f"This machine has no device {name!r} that torch can use.",
            f"Choose {', '.join(['auto', *usable])}.",
        )
    if wanted == "mps" and float64:
        raise UserError("Apple's GPU (mps) cannot compute in float64.", "Choose the CPU.")
    return torch.device(wanted)


def _n_cuda() -> int:
    with warnings.catch_warnings():
        # A driver that does not fit torch is a warning to torch; here it is "no such device".
        warnings.simplefilter("ignore")
        return torch.cuda.device_count() if torch.cuda.is_available() else 0


def _cuda_info(index: int) -> DeviceInfo:
    properties = torch.cuda.get_device_properties(index)
    name = f"cuda:{index}"
    memory_gib = properties.total_memory / _GIB
    return DeviceInfo(name, f"{properties.name}, {memory_gib:.0f} GiB ({name})")
