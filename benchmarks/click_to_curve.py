"""From a click on an arc to the new curve on screen, against the bare forward and backward pass.

The bare pass is plain torch in a process of its own; it and the window take turns. The goal is
click ≤ 1.1 x bare + 30 ms. Run: python benchmarks/click_to_curve.py [--json] [--repeats N]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace

from PySide6.QtCore import QPointF, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from waiting import run_until

from resnet_viz.models.specs import spec
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.main_window import MainWindow

_BARE = """
import os, sys, time
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the engine does
import torch
from resnet_viz.models import build, spec
nets = {}
for line in sys.stdin:
    name = line.strip()
    if name not in nets:
        net = build(spec(name)).train()
        side = net.spec.input_size
        nets[name] = net, torch.randn(1, 3, side, side)
    net, image = nets[name]
    begin = time.perf_counter()
    loss = torch.nn.functional.cross_entropy(net(image), torch.tensor([3]))
    loss.backward()
    print(time.perf_counter() - begin, flush=True)
    net.zero_grad()
"""


def click(window: MainWindow, index: int) -> float:
    """Seconds from a click on the arc of a block to the painted curve."""
    session, canvas = window.session, window.explore.overview.canvas
    chain = canvas.scene.chain
    at = QPointF(canvas.scene.axis.centre(index), chain.arc_base - chain.arc_height)
    before = session.snapshot
    begin = time.perf_counter()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at.toPoint())
    run_until(lambda: session.snapshot is not before and not session.stale)
    canvas.repaint()
    return time.perf_counter() - begin


def measure(
    name: str, window: MainWindow, bare: subprocess.Popen[str], repeats: int
) -> dict[str, object]:
    """Times of one network."""
    session = window.session
    choice = replace(session.choice, spec=spec(name), weights="none", training_mode=True)
    session.choose(choice)
    run_until(
        lambda: session.spec.name == name and session.snapshot is not None and not session.stale
    )
    assert bare.stdin is not None
    assert bare.stdout is not None
    bare_s, click_s = [], []
    for turn in range(repeats + 1):
        bare.stdin.write(f"{name}\n")
        bare.stdin.flush()
        b = float(bare.stdout.readline())
        c = click(window, turn % session.spec.n_blocks)
        if turn:  # the first turn warms up
            bare_s.append(b)
            click_s.append(c)
    return {
        "name": name,
        "bare_min_ms": 1000 * min(bare_s),
        "click_min_ms": 1000 * min(click_s),
        "over_goal_ms": 1000 * (min(click_s) - 1.1 * min(bare_s)) - 30,
        "bare_median_ms": 1000 * statistics.median(bare_s),
        "click_median_ms": 1000 * statistics.median(click_s),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=12)
    parser.add_argument("--models", default="resnet20,resnet56,resnet18,resnet50")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    bare = subprocess.Popen(
        [sys.executable, "-c", _BARE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(f"{folder}/window.ini", QSettings.Format.IniFormat)
        window = MainWindow(settings, EngineClient())
        window.resize(1280, 720)
        window.show()
        alive = QTimer()
        alive.start(20)
        run_until(lambda: window.session.snapshot is not None)
        rows = [measure(n, window, bare, options.repeats) for n in options.models.split(",")]
        window.close()
    assert bare.stdin is not None
    bare.stdin.close()
    bare.wait(20)
    if options.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(
            "  ".join(f"{k} {v:.1f}" if isinstance(v, float) else f"{v:10}" for k, v in row.items())
        )


if __name__ == "__main__":
    main()
