"""Does the window stutter while the engine works? Measures gaps in the event loop.

    python benchmarks/event_loop.py [--model resnet50] [--seconds 5] [--rounds 4] [--json]

A 5 ms timer ticks in a shown (offscreen) window that repaints itself 30 times a second; the
time between two ticks is how long an event had to wait. It is compared, in one run, between
the bare loop, the loop while an engine imports torch, and the loop while the engine measures
without a pause and sends the largest maps of the network with every answer. Bare and busy
phases take turns, because the machine itself may stall: what the busy phases have beyond the
bare ones is the engine's.

Aim: 99 % of the gaps below 17 ms (one frame), none above 50 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from itertools import count

import numpy as np

TICK_MS = 5
FRAME_MS = 33
PHASES = ("bare", "starting", "measuring")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="resnet50")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a phase")
    parser.add_argument("--rounds", type=int, default=4, help="busy phases, a bare one before each")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    gaps_ms, n_answers = measure(arguments.model, arguments.seconds, arguments.rounds)
    rows = {phase: summary(gaps_ms[phase]) for phase in PHASES}
    if arguments.json:
        print(json.dumps({"model": arguments.model, "answers": n_answers, "gaps_ms": rows}))
        return
    print(f"{arguments.model}: {n_answers} measurements; gaps of the event loop in ms")
    print(f"{'phase':10} {'ticks':>7} {'median':>7} {'99 %':>7} {'max':>7} {'> 17':>6} {'> 50':>6}")
    for phase, row in rows.items():
        print(
            f"{phase:10} {row['ticks']:7} {row['median']:7.1f} {row['p99']:7.1f} "
            f"{row['max']:7.1f} {row['over_17']:6} {row['over_50']:6}"
        )


def measure(model: str, seconds: float, rounds: int) -> tuple[dict[str, list[float]], int]:
    """Gaps of the event loop by phase, and the number of measurements the engine made."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer
    from PySide6.QtWidgets import QApplication, QLabel

    from resnet_viz.engine.messages import ModelChoice
    from resnet_viz.models.gates import Gate
    from resnet_viz.models.specs import spec
    from resnet_viz.ui.engine_client import EngineClient, EngineState

    _app = QApplication([])
    window = QLabel()
    window.resize(1280, 720)
    window.show()
    frame = count()
    painter = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=FRAME_MS)
    painter.timeout.connect(lambda: window.setText(str(next(frame))))
    painter.start()

    gaps_ms: dict[str, list[float]] = {phase: [] for phase in PHASES}

    def watch(phase: str, over: Callable[[], bool]) -> None:
        loop = QEventLoop()
        last_s = time.perf_counter()

        def tick() -> None:
            nonlocal last_s
            now_s = time.perf_counter()
            gaps_ms[phase].append((now_s - last_s) * 1e3)
            last_s = now_s
            if over():
                loop.quit()

        timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=TICK_MS)
        timer.timeout.connect(tick)
        timer.start()
        loop.exec()
        timer.stop()

    def after(length_s: float) -> Callable[[], bool]:
        end_s = time.perf_counter() + length_s
        return lambda: time.perf_counter() > end_s

    client = EngineClient()
    client.failed.connect(lambda failed: print(failed.message, failed.hint))
    choice = ModelChoice(spec(model), device="cpu")
    side = choice.spec.input_size
    image = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    first = next(choice.spec.blocks()).name
    n_answers = 0
    working = False

    def ask() -> None:
        # Another gate each time: a question that was asked before would cost nothing.
        gates = {first: Gate(skip=1 / (2 + n_answers))}
        client.explore(choice, image, gates, None, (first,))

    def on_explored(_explored: object) -> None:
        nonlocal n_answers
        n_answers += 1
        if working:
            ask()

    client.explored.connect(on_explored)
    try:
        watch("bare", after(seconds))
        client.start()
        watch("starting", lambda: client.state is EngineState.READY)
        client.load(choice)
        watch("starting", lambda: client.state is EngineState.READY)
        for _ in range(rounds):
            watch("bare", after(seconds))
            working = True
            ask()
            watch("measuring", after(seconds))
            working = False
            watch("measuring", lambda: client.state is EngineState.READY)
    finally:
        client.close()
    return gaps_ms, n_answers


def summary(gaps_ms: list[float]) -> dict[str, float]:
    """What the table prints of one phase."""
    gaps = np.array(gaps_ms)
    return {
        "ticks": len(gaps),
        "median": float(np.median(gaps)),
        "p99": float(np.percentile(gaps, 99)),
        "max": float(gaps.max()),
        "over_17": int((gaps > 17).sum()),
        "over_50": int((gaps > 50).sum()),
    }


if __name__ == "__main__":
    main()
