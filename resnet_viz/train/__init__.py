"""Training: data, loop and run folders; `Recorder` writes these from scripts of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resnet_viz.train.recorder import Recorder as Recorder

__all__ = ["Recorder"]


def __getattr__(name: str) -> Any:
    # Not before it is asked for: the window imports recipes from here, and no torch.
    if name != "Recorder":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from resnet_viz.train.recorder import Recorder

    return Recorder
