"""Time from a block's maps to its painted view: `python benchmarks/block_view.py`.

Prints minimum and median over the repetitions, wall and process time. Runs without a display.
"""

from __future__ import annotations

import os
import statistics
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from resnet_viz.models.specs import BlockSpec
from resnet_viz.probe.snapshot import BlockMaps
from resnet_viz.ui.block_view.view import BlockView
from resnet_viz.ui.theme import LIGHT

REPETITIONS = 30
CASES = ((2048, 7), (256, 56), (256, 14), (16, 32))
SIZES = ((950, 260), (1600, 450), (3200, 900))


def maps_of(channels: int, side: int, rng: np.random.Generator) -> BlockMaps:
    shape = (channels, side, side)
    shortcut = np.maximum(rng.normal(size=shape), 0).astype(np.float32)
    branch = rng.normal(size=shape).astype(np.float32)
    gradient = rng.random(channels).astype(np.float32)
    return BlockMaps(
        x=shortcut,
        shortcut=shortcut,
        branch=branch,
        out=np.maximum(shortcut + branch, 0),
        inner={},
        grad_x=gradient,
        grad_branch=gradient,
        grad_out=gradient,
    )


def measure(view: BlockView, channels: int, side: int) -> tuple[list[float], list[float]]:
    """Wall and process milliseconds from `set_block` to the last painted pixel."""
    rng = np.random.default_rng(0)
    block = BlockSpec("layer1.1", 1, "basic", channels, channels, channels, 1, "identity")
    both = [maps_of(channels, side, rng) for _ in range(2)]
    wall, process = [], []
    for i in range(REPETITIONS):
        begun, begun_process = time.perf_counter(), time.process_time()
        view.set_block(block, maps=both[i % 2])
        view.grab()
        wall.append(1000 * (time.perf_counter() - begun))
        process.append(1000 * (time.process_time() - begun_process))
    return wall, process


def main() -> None:
    app = QApplication([])
    print(f"{'maps':>14} {'view':>10} {'wall min':>9} {'median':>7} {'process min':>12} ms")
    for width, height in SIZES:
        view = BlockView()
        view.set_theme(LIGHT)
        view.resize(width, height)
        view.show()
        app.processEvents()
        for channels, side in CASES:
            wall, process = measure(view, channels, side)
            maps = f"{channels}×{side}×{side}"
            print(
                f"{maps:>14} {f'{width}×{height}':>10} {min(wall):>9.1f}"
                f" {statistics.median(wall):>7.1f} {min(process):>12.1f}"
            )
        view.close()


if __name__ == "__main__":
    main()
