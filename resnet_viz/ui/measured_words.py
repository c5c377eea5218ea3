"""Under which conditions numbers were measured, in one line for the bar at the bottom."""

from __future__ import annotations

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.probe.snapshot import Snapshot


def snapshot_words(snapshot: Snapshot) -> str:
    """`loss 0.0312 · float32 · evaluation mode · cpu · 24 ms forward and backward`."""
    time = f"{snapshot.elapsed_ms:.0f} ms forward and backward"
    return " · ".join((f"loss {snapshot.loss:.4g}", *_conditions(snapshot), time))


def pair_words(measured: PairMeasured) -> str:
    """`loss 2.31 with skips, 2.3 without · 16 images · float32 · … · 41 + 38 ms`.

    The times are of both passes through the one network and through the other.
    """
    residual, plain = measured.residual, measured.plain
    loss = f"loss {residual.loss:.4g} with skips, {plain.loss:.4g} without"
    n_images = residual.input_shape[0]
    images = f"{n_images} image{'' if n_images == 1 else 's'}"
    time = f"{residual.elapsed_ms:.0f} + {plain.elapsed_ms:.0f} ms"
    return " · ".join((loss, images, *_conditions(residual), time))


def _conditions(snapshot: Snapshot) -> tuple[str, str, str]:
    mode = "training" if snapshot.training_mode else "evaluation"
    return snapshot.dtype, f"{mode} mode", snapshot.device
