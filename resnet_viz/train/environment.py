"""What a run is made on, for its run folder."""

from __future__ import annotations

import platform
from typing import Any

import numpy as np
import torch

import resnet_viz


def environment(device: torch.device, processes: int = 1) -> dict[str, Any]:
    """Versions and hardware that the figures of a run depend on.

    Args:
        device: of this process.
        processes: that train together.
    """
    return {
        "resnet_viz": resnet_viz.__version__,
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "device": _title(device),
        "threads": torch.get_num_threads(),
        "processes": processes,
    }


def _title(device: torch.device) -> str:
    if device.type == "cuda":
        return f"{device}, {torch.cuda.get_device_name(device)}"
    return str(device)
