"""Measuring a network: one forward and one backward pass, every block's figures."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resnet_viz.probe.capturing import capture as capture
    from resnet_viz.probe.snapshot import Snapshot as Snapshot

# `capture` would name both this function and its module once the module is imported, so the
# module is called `capturing`.
_HOMES = {"Snapshot": "snapshot", "capture": "capturing"}

__all__ = ["Snapshot", "capture"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
