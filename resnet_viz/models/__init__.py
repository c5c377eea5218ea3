"""Networks with gates: specifications, construction, weights.

The public names are resolved on first use: `specs` and `gates` are also read by the window
process, which must never import torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resnet_viz.models.gates import Gate as Gate
    from resnet_viz.models.network import ResNet as ResNet
    from resnet_viz.models.network import build as build
    from resnet_viz.models.specs import ResNetSpec as ResNetSpec
    from resnet_viz.models.specs import spec as spec
    from resnet_viz.models.weights import load_weights as load_weights

_HOMES = {
    "Gate": "gates",
    "ResNet": "network",
    "ResNetSpec": "specs",
    "build": "network",
    "load_weights": "weights",
    "spec": "specs",
}

__all__ = ["Gate", "ResNet", "ResNetSpec", "build", "load_weights", "spec"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
