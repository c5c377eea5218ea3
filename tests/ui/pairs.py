"""Measurements of a residual network and its plain twin, as the window gets them."""

from __future__ import annotations

from dataclasses import replace

from snapshots import synthetic_snapshot

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import LabSettings
from resnet_viz.probe.snapshot import BlockStats, Snapshot


def pair(
    settings: LabSettings | None = None,
    *,
    residual_first: float = 0.02,
    plain_first: float = 1e-9,
    last: float = 0.3,
    seed: int = 0,
) -> PairMeasured:
    """Both networks of the settings; gradients at the first and the last block as given."""
    settings = settings or LabSettings(network="resnet20", batch="noise")
    snapshots = [
        synthetic_snapshot(
            settings.spec(side),
            settings.gates(side),
            first=first,
            last=last,
            seed=seed,
            dtype=settings.dtype,
        )
        for side, first in (("residual", residual_first), ("plain", plain_first))  # type: ignore[arg-type]
    ]
    return PairMeasured(
        request_id=1,
        settings=settings,
        residual=snapshots[0],
        plain=snapshots[1],
        batch_note="16 images of noise, random classes, seed 0",
        weights_note="random, seed 0",
        labels=tuple(f"class {i}" for i in range(settings.spec("residual").n_classes)),
    )


def changed(snapshot: Snapshot, index: int, **figures: float) -> Snapshot:
    """A snapshot with other figures at one block."""
    blocks: list[BlockStats] = list(snapshot.blocks)
    blocks[index] = replace(blocks[index], **figures)  # type: ignore[arg-type]
    return replace(snapshot, blocks=tuple(blocks))
