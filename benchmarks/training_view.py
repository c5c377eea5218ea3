"""Frame times of the Live page: a million steps, and 600 blocks measured 100,000 times.

    python benchmarks/training_view.py [--frames N] [--steps N] [--measured N] [--json]

Two networks with curves of `--steps` points each (loss, accuracy, held-out) over two heatmaps of
`--measured` steps x 600 blocks (240 MB float32 of the shown quantity). Paints what changed, as a
window does, on Qt's offscreen platform, so no display is needed; every frame is followed by one of
an empty widget of that size, and minima stand beside medians, for busy machines stall for longer
than a frame. `grow` is what a poll of a running training costs: a few new steps are taken in and
painted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

import numpy as np  # noqa: E402
from frames import BUDGET_MS, Times  # noqa: E402
from PySide6.QtCore import QObject, Qt, Signal  # noqa: E402
from PySide6.QtGui import QPainter, QPaintEvent  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from resnet_viz.runs.layout import NetworkFacts, RunFacts  # noqa: E402
from resnet_viz.runs.series import (  # noqa: E402
    BlockSeries,
    EvaluationSeries,
    StepSeries,
    SystemSeries,
)
from resnet_viz.ui.style import style_sheet  # noqa: E402
from resnet_viz.ui.theme import LIGHT  # noqa: E402
from resnet_viz.ui.train.live_page import LivePage  # noqa: E402

SIZES = ((960, 600), (1600, 940))
N_BLOCKS = 600
KEYS = ("network", "rival")


class InventedRun:
    """A run that was never written: the reader's interface over arrays in memory."""

    title = "invented"
    state = "running"
    events: tuple[dict[str, Any], ...] = ()

    def __init__(self, n_steps: int, n_measured: int) -> None:
        rng = np.random.default_rng(0)
        names = tuple(f"layer{1 + i // 200}.{i % 200}" for i in range(N_BLOCKS))
        stages = tuple(1 + i // 200 for i in range(N_BLOCKS))
        self.facts = RunFacts(
            networks=tuple(NetworkFacts(k, k, k, None, names, stages, 1) for k in KEYS),
            classes=tuple("0123456789"),
            n_steps=n_steps,
            steps_per_epoch=1000,
            quantities=("gradient",),
        )
        self.n = n_steps - 1000
        self._step = np.arange(1, n_steps + 1)
        decay = np.exp(-self._step / (0.2 * n_steps))
        self._loss = {k: 2 * decay + 0.4 + rng.normal(0, 0.15, n_steps) for k in KEYS}
        self._accuracy = {k: np.clip(1 - v / 2.5, 0, 1) for k, v in self._loss.items()}
        every = max(1, n_steps // n_measured)
        self._measured = np.arange(every, every * n_measured + 1, every)
        slopes = {"network": 0.0, "rival": 8.0}
        self._values = {k: _field(rng, n_measured, slope) for k, slope in slopes.items()}

    @property
    def last_step(self) -> int:
        """The newest step."""
        return self.n

    def steps(self, key: str) -> StepSeries:
        """Training steps."""
        step, zeros = self._step[: self.n], np.zeros(0)
        loss, accuracy = self._loss[key][: self.n], self._accuracy[key][: self.n]
        return StepSeries(step, step, loss, loss, accuracy, zeros)

    def evaluations(self, key: str) -> EvaluationSeries:
        """One for every thousand steps."""
        step = self._step[999 : self.n : 1000]
        loss = 2 * np.exp(-step / (0.2 * len(self._step))) + 0.5 + 0.01 * np.sin(step)
        return EvaluationSeries(step, step, loss, np.clip(1 - loss / 2.5, 0, 1), step)

    @property
    def system(self) -> SystemSeries:
        """Nothing."""
        return SystemSeries(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0))

    def blocks(self, key: str) -> BlockSeries:
        """Measured blocks until now."""
        n = int(np.searchsorted(self._measured, self.n, "right"))
        return BlockSeries(self._measured[:n], self._values[key][:n])


def _field(rng: np.random.Generator, n_measured: int, slope: float) -> np.ndarray:
    """(n, 1, blocks) float32 figures, made of few random ones: they are only to be looked at."""
    noise = np.exp(rng.normal(0, 0.5, (997, N_BLOCKS))).astype(np.float32)
    depth = np.linspace(-slope, 0, N_BLOCKS, dtype=np.float32)
    values = np.empty((n_measured, 1, N_BLOCKS), np.float32)
    for start in range(0, n_measured, len(noise)):
        rows = values[start : start + len(noise), 0]
        rows[:] = noise[: len(rows)] * 10**depth
    return values


class InventedSession(QObject):
    """What the page asks of a session."""

    run_changed = Signal()
    run_grew = Signal()
    state_changed = Signal()
    position_changed = Signal(object)
    selected_changed = Signal(str)

    def __init__(self, reader: InventedRun) -> None:
        super().__init__()
        self.reader = reader
        self.position: int | None = None
        self.selected = "layer2.7"
        self.phase = "running"

    def scrub(self, step: int | None) -> None:
        """Look back."""
        self.position = step
        self.position_changed.emit(step)

    def select(self, block: str) -> None:
        """Select a block."""
        self.selected = block
        self.selected_changed.emit(block)


class Bare(QWidget):
    """What painting costs before anything is drawn."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the widget."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Qt.GlobalColor.white)


def measure(page: LivePage, run: InventedRun, frames: int) -> dict[str, Times]:
    """Frame times by kind of movement."""
    session, timeline = page._session, page.timeline
    bare = Bare()
    bare.resize(page.size())
    bare.show()
    times = {kind: Times() for kind in ("bare", "zoom", "pan", "scrub", "hover", "grow")}
    end = timeline.full[1]
    for frame in range(frames):
        depth = abs((frame % 50 + 0.5) / 25 - 1)  # from everything to few steps and back
        half = 0.5 * end * (200 / end) ** (1 - depth)
        times["zoom"].add(lambda h=half: _frame(timeline.show(0.4 * end - h, 0.4 * end + h)))
        left = 0.1 * end + 0.001 * frame * end
        times["pan"].add(lambda s=left: _frame(timeline.show(s, s + 0.2 * end)))
        _frame(timeline.fit())
        step = (frame * 7919) % run.n
        times["scrub"].add(lambda s=step: _frame(session.scrub(s)))
        _frame(session.scrub(None))
        times["hover"].add(lambda s=step: _frame(timeline.hover(float(s))))
        _frame(timeline.hover(None))
        run.n += 3
        times["grow"].add(lambda: (session.run_grew.emit(), _frame(page.board.catch_up())))
        times["bare"].add(lambda: _frame(bare.update()))
    run.n -= 3 * frames
    session.run_grew.emit()
    bare.close()
    return times


def _frame(_: object) -> None:
    """Paint what an action has changed."""
    QApplication.processEvents()


def opened(run: InventedRun) -> tuple[LivePage, SimpleNamespace]:
    """The page with the whole run taken in, and what that cost."""
    began = time.perf_counter()
    page = LivePage(InventedSession(run))  # type: ignore[arg-type]
    page.setStyleSheet(style_sheet(LIGHT))
    page.set_theme(LIGHT)
    first = time.perf_counter() - began
    slices = Times()
    while page.board.behind:
        slices.add(page.board.catch_up)
    whole = time.perf_counter() - began
    return page, SimpleNamespace(first_s=first, whole_s=whole, slices=slices)


def main() -> int:
    parser = argparse.ArgumentParser(description="Frame times of the Live page.")
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--measured", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    app = QApplication.instance() or QApplication([])
    run = InventedRun(options.steps, options.measured)
    page, cost = opened(run)
    slowest = float(np.percentile(cost.slices.wall, 99))
    result: dict[str, Any] = {
        "steps": options.steps,
        "measured": options.measured,
        "blocks": N_BLOCKS,
        "first_s": cost.first_s,
        "whole_s": cost.whole_s,
        "slice_p99_ms": slowest,
        "sizes": {},
    }
    for size in SIZES:
        page.resize(*size)
        page.show()
        app.processEvents()
        measure(page, run, 3)  # fonts and caches are loaded by the first frames
        times = measure(page, run, options.frames)
        result["sizes"]["x".join(map(str, size))] = {k: t.summary() for k, t in times.items()}
    print(json.dumps(result, indent=2) if options.json else _table(result))
    page.close()
    return 0


def _table(result: dict[str, Any]) -> str:
    lines = [
        f"2 networks, {result['steps']:,} steps, {result['measured']:,} x {N_BLOCKS} figures",
        f"opened in {result['first_s']:.2f} s, all taken in after {result['whole_s']:.2f} s"
        f" in slices of at most {result['slice_p99_ms']:.1f} ms (99 %)",
    ]
    heads = ("min", "median", "99 %", "cpu min", "median")
    for size, rows in result["sizes"].items():
        head = "".join(f"{h:>9}" for h in heads)
        lines.append(f"{size:9}{head}{f'<= {BUDGET_MS:.0f} ms':>10}  (ms a frame)")
        for kind, row in rows.items():
            figures = "".join(f"{row[k]:9.2f}" for k in row if k != "within_budget")
            lines.append(f"{kind:9}{figures}{row['within_budget']:10.1%}")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
