"""From an input in the Gradients workspace to the repainted pair, against the bare computation.

The real window and its engine; the bare computation is plain torch in a process of its own: the
same forward and backward pass of both networks on a batch of 16. Window and bare process take
turns. Every input asks for numbers that were not measured before.

    python benchmarks/laboratory.py [--repeats N] [--models NAME,...] [--json]

Needs no display: without one it draws offscreen. What is timed:

- alpha: the slider moves by one step, until both overviews and the chart show the new pair.
- cut: a click on the arc of one skip.
- depth: from 20 to 110 layers with weights that were never built; the bare process builds both
  networks too.
- drag: the slider moves 20 times a second; pairs per second that reach the screen.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import psutil
from PySide6.QtCore import QPoint, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from waiting import run_until

from resnet_viz.lab.settings import LabSettings
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.gradients.workspace import GradientsWorkspace
from resnet_viz.ui.main_window import MainWindow

SETTINGS = LabSettings(norm="none", init="torch", batch="noise", batch_size=16, device="cpu")
TICK_S = 1 / 20

_BARE = """
import json, os, sys, time
# As the engine does: it yields to the window, and its threads sleep while they wait.
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
if hasattr(os, "nice"):
    os.nice(int(sys.argv[1]))
import torch
from resnet_viz.models import build, spec
from resnet_viz.models.gates import Gate
nets = {}
images, targets = torch.randn(16, 3, 32, 32), torch.randint(0, 10, (16,))
def passes(net):
    loss = torch.nn.functional.cross_entropy(net(images), targets)
    loss.backward()
    net.zero_grad()
for line in sys.stdin:
    ask = json.loads(line)
    begin, cpu = time.perf_counter(), time.process_time()
    if ask["build"] or ask["name"] not in nets:
        options = dict(norm="none", init="torch")
        specs = [spec(ask["name"], plain=plain, **options) for plain in (False, True)]
        nets[ask["name"]] = [build(each, seed=ask["seed"]).train() for each in specs]
        if not ask["build"]:
            begin, cpu = time.perf_counter(), time.process_time()
    for net in nets[ask["name"]]:
        passes(net)
    print(time.perf_counter() - begin, time.process_time() - cpu, flush=True)
"""


class Spent(NamedTuple):
    """What one answer cost, seconds; processor time by process."""

    wall_s: float
    cpu_s: float
    engine_cpu_s: float = 0.0


class Bare:
    """The bare computation in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BARE, "5"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def spent(self, name: str, *, build: bool = False, seed: int = 0) -> Spent:
        """For both networks' passes, and for building them if asked."""
        pipes = self._process.stdin, self._process.stdout
        assert pipes[0] is not None
        assert pipes[1] is not None
        pipes[0].write(json.dumps({"name": name, "build": build, "seed": seed}) + "\n")
        pipes[0].flush()
        wall, cpu = map(float, pipes[1].readline().split())
        return Spent(wall, cpu)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)


class Laboratory:
    """The window with its Gradients workspace, driven like a person drives it."""

    def __init__(self, window: MainWindow) -> None:
        window.workspaces.show_titled("Gradients")
        workspace = window.workspace
        assert isinstance(workspace, GradientsWorkspace)
        self.workspace = workspace
        self.session = workspace.session
        self._cuts = 0
        self._alpha = 100
        self._seed = 0

    def cpu_s(self) -> tuple[float, float]:
        """Processor time of window and engine so far."""
        here = psutil.Process()
        engine = next(p for p in here.children() if "spawn_main" in " ".join(p.cmdline()))
        window, other = (process.cpu_times() for process in (here, engine))
        return window.user + window.system, other.user + other.system

    def begin(self, name: str, seed: int) -> None:
        """Show a network with all its skips; other weights for every seed."""
        self._cuts, self._alpha, self._seed = 0, 100, seed
        values = {field: getattr(SETTINGS, field) for field in SETTINGS.__dataclass_fields__}
        self.session.set_settings(LabSettings(**{**values, "network": name, "seed": seed}))
        self.settle()

    def settle(self) -> None:
        """Until the pair on screen is the one asked for."""
        session = self.session
        run_until(lambda: session.measured is not None and not session.stale)

    def painted(self) -> None:
        """Until that pair is painted: overviews, chart, sentence."""
        self.settle()
        self.workspace.page.repaint()

    def move_alpha(self) -> None:
        """One step of the slider, as under a finger."""
        slider = self.workspace.causes.skips.alpha
        self._alpha -= 1
        slider.setValue(self._alpha)

    @contextmanager
    def dragging(self) -> Iterator[None]:
        """The slider is held."""
        slider = self.workspace.causes.skips.alpha
        slider.setSliderDown(True)
        yield
        slider.setSliderDown(False)
        self.painted()

    def click_skip(self) -> None:
        """A click on an arc, so that every set of cut skips comes once (a Gray code)."""
        self._cuts += 1
        index = (self._cuts & -self._cuts).bit_length() - 1
        canvas = self.workspace.page.pair.sides["residual"].canvas
        chain = canvas.scene.chain
        at = QPoint(round(chain.axis.centre(index)), round(chain.arc_base - chain.arc_height))
        before = self.session.settings
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
        if self.session.settings == before:
            raise SystemExit(f"the click missed the arc of block {index}")

    def choose_depth(self, depth: int) -> None:
        """As the list of depths does."""
        layers = self.workspace.causes.network.layers
        layers.activated.emit(layers.findData(depth))


def timed(action: Callable[[], None], lab: Laboratory) -> Spent:
    """From an input to the repaint."""
    before, begin = lab.cpu_s(), time.perf_counter()
    action()
    lab.painted()
    wall = time.perf_counter() - begin
    window, engine = (now - then for now, then in zip(lab.cpu_s(), before, strict=True))
    return Spent(wall, window, engine)


def measure(name: str, lab: Laboratory, bare: Bare, repeats: int) -> list[dict[str, object]]:
    """α, cuts and a drag of one network."""
    rows = []
    for what, action in (("alpha", lab.move_alpha), ("cut", lab.click_skip)):
        lab.begin(name, seed=0)
        turns = [(bare.spent(name), timed(action, lab)) for _ in range(repeats + 1)]
        rows.append(row(f"{name} {what}", turns[1:]))  # the first turn warms up
    rows.append(drag(name, lab, bare))
    return rows


def measure_depth(lab: Laboratory, bare: Bare, repeats: int) -> dict[str, object]:
    """From 20 to 110 layers, other weights every time."""
    turns = []
    for seed in range(100, 100 + repeats):
        lab.begin("resnet20", seed)
        alone = bare.spent("resnet110", build=True, seed=seed)
        turns.append((alone, timed(lambda: lab.choose_depth(110), lab)))
    return row("depth 20 → 110", turns)


def row(what: str, turns: Sequence[tuple[Spent, Spent]]) -> dict[str, object]:
    """Both in milliseconds, and the window as a multiple of the bare computation."""
    bare, window = zip(*turns, strict=True)
    values: dict[str, object] = {"what": what}
    for label, of in (("min", min), ("median", statistics.median)):
        b, w = (1000 * of([spent.wall_s for spent in side]) for side in (bare, window))
        values |= {f"bare_{label}_ms": b, f"window_{label}_ms": w, f"ratio_{label}": w / b}
    # The processor's time hardly depends on what else the machine does.
    b, w = (1000 * statistics.fmean(spent.cpu_s for spent in side) for side in (bare, window))
    e = 1000 * statistics.fmean(spent.engine_cpu_s for spent in window)
    cpu = {"bare_cpu_ms": b, "engine_cpu_ms": e, "window_cpu_ms": w, "ratio_cpu": (w + e) / b}
    return values | cpu


def drag(name: str, lab: Laboratory, bare: Bare) -> dict[str, object]:
    """Pairs per second that reach the screen while α moves at 20 Hz."""
    lab.begin(name, seed=1)
    shown = 0

    def count() -> None:
        nonlocal shown
        shown += 1

    lab.session.measured_changed.connect(count)
    begin = time.perf_counter()
    with lab.dragging():
        for step in range(1, 91):
            lab.move_alpha()
            run_until(lambda due=begin + step * TICK_S: time.perf_counter() >= due)
        seconds = time.perf_counter() - begin
        pairs = shown
    lab.session.measured_changed.disconnect(count)
    possible = 1 / min(bare.spent(name).wall_s for _ in range(5))
    return {
        "what": f"{name} drag",
        "pairs_per_s": pairs / seconds,
        "bare_pairs_per_s": possible,
        "ratio": pairs / seconds / possible,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=12)
    parser.add_argument("--models", default="resnet20,resnet56")
    options = parser.parse_args()
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    bare = Bare()
    with tempfile.TemporaryDirectory() as folder:
        stored = QSettings(f"{folder}/window.ini", QSettings.Format.IniFormat)
        window = MainWindow(stored, EngineClient())
        window.resize(1280, 720)
        window.show()
        alive = QTimer()
        alive.start(20)
        run_until(lambda: window.session.snapshot is not None)
        lab = Laboratory(window)
        lab.settle()
        rows = [
            r
            for name in options.models.split(",")
            for r in measure(name, lab, bare, options.repeats)
        ]
        rows.append(measure_depth(lab, bare, max(3, options.repeats // 3)))
        window.close()
    bare.close()
    if options.json:
        print(json.dumps(rows))
        return
    for values in rows:
        print(
            "  ".join(
                f"{k} {v:.2f}" if isinstance(v, float) else f"{v:16}" for k, v in values.items()
            )
        )


if __name__ == "__main__":
    main()
