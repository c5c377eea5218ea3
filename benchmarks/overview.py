"""Frame times of the overview: panning and zooming 600 blocks against an empty widget.

    python benchmarks/overview.py [--frames N] [--json]

Paints offscreen into a window-sized image, so no display is needed. Each frame of the overview
is followed by one of a bare widget of the same size, and minima stand beside medians, because
busy machines stall for longer than a frame.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "ui")]  # for the imports below

from frames import BUDGET_MS, Times  # noqa: E402
from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtGui import QImage, QPainter, QPaintEvent  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402
from snapshots import synthetic_snapshot  # noqa: E402

from resnet_viz.models.gates import Gate  # noqa: E402
from resnet_viz.models.specs import spec  # noqa: E402
from resnet_viz.ui.overview.lanes import LANE_NAMES  # noqa: E402
from resnet_viz.ui.overview.widget import OverviewWidget  # noqa: E402

SIZE = (1600, 600)


class Bare(QWidget):
    """What painting costs before anything is drawn."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the widget."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Qt.GlobalColor.white)


def overview(name: str) -> OverviewWidget:
    """The overview of a measured network, every lane shown, some skips cut, with a ghost."""
    network = spec(name)
    cut = {b.name: Gate(skip=0.0) for b in list(network.blocks())[::7]}
    widget = OverviewWidget()
    widget.resize(*SIZE)
    widget.set_network(network)
    widget.set_lanes(set(LANE_NAMES))
    widget.set_gates(cut)
    widget.set_snapshot(synthetic_snapshot(network, cut, first=1e-4))
    widget.set_ghost(synthetic_snapshot(network, seed=1))
    widget.show()
    QApplication.processEvents()
    return widget


def measure(widget: OverviewWidget, frames: int) -> dict[str, Times]:
    """Frame times by kind of movement, each frame interleaved with one of a bare widget."""
    bare = Bare()
    bare.resize(widget.canvas.size())
    bare.show()
    image = QImage(widget.canvas.size(), QImage.Format.Format_ARGB32_Premultiplied)
    canvas, fitted = widget.canvas, widget.canvas.scene.axis.fitted()
    times = {kind: Times() for kind in ("bare", "zoom", "pan", "fitted", "hover")}
    for frame in range(frames):
        # From all blocks to single ones and back, once per 50 frames.
        depth = abs((frame % 50 + 0.5) / 25 - 1)
        zoomed = fitted.zoomed(fitted.max_zoom ** (1 - depth), 800.0)
        panned = fitted.zoomed(4.0, 400.0).panned(-3.0 * frame)
        for kind, axis in (("zoom", zoomed), ("pan", panned), ("fitted", fitted)):
            times[kind].add(lambda axis=axis: (canvas.set_axis(axis), canvas.render(image)))
        canvas.render(image)  # keeps the picture, as the first movement of the pointer does
        canvas.state.hovered = frame % len(canvas.state.blocks)
        times["hover"].add(lambda: canvas.render(image))
        times["bare"].add(lambda: bare.render(image))
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description="Frame times of the overview.")
    parser.add_argument("--network", default="resnet1202")
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    app = QApplication.instance() or QApplication([])
    widget = overview(options.network)
    measure(widget, 5)  # fonts and caches are loaded by the first frames
    times = measure(widget, options.frames)
    rows = {kind: values.summary() for kind, values in times.items()}
    n_blocks = len(widget.state.blocks)
    if options.json:
        result = {"network": options.network, "blocks": n_blocks, "size": SIZE, "frames": rows}
        print(json.dumps(result, indent=2))
    else:
        print(f"{options.network}, {n_blocks} blocks, {SIZE[0]}x{SIZE[1]}, all lanes; ms per frame")
        heads = ("min", "median", "99 %", "cpu min", "median")
        print(" " * 8 + "".join(f"{h:>9}" for h in heads) + f"{f'<= {BUDGET_MS:.0f} ms':>10}")
        for kind, row in rows.items():
            figures = "".join(f"{row[k]:9.2f}" for k in row if k != "within_budget")
            print(f"{kind:8}{figures}{row['within_budget']:10.1%}")
    widget.close()
    app.processEvents()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
