"""From the key to the complete, painted scene, prepared ahead and not.

Every scene of a lecture is shown twice: first by a presentation that has just begun and has
prepared nothing, then once it was prepared ahead, which is the case that counts: the goal is
100 ms. The engine is a real one. Also told is for how long preparing holds the window up.

Run: python benchmarks/scene_change.py [LECTURE] [--json] [--repeats N] [--height 720|1080]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from waiting import run_until

from resnet_viz.assets import assets_dir
from resnet_viz.lecture.scenes import Lecture, Scene
from resnet_viz.lecture.text import read_lecture
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.lecture.presentation import Presentation
from resnet_viz.ui.theme import PROJECTOR

GOAL_MS = 100.0
_BEAT_MS = 5
_PREPARED_S = 600.0


@dataclass
class Row:
    """Times of one scene, milliseconds; `first` includes the measurements."""

    scene: int
    kinds: str
    first: float = 0.0
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def table(self) -> dict[str, object]:
        """The figures that are printed."""
        return {
            "scene": self.scene,
            "views": self.kinds,
            "first_ms": self.first,
            "prepared_min_ms": min(self.wall),
            "prepared_median_ms": statistics.median(self.wall),
            "prepared_max_ms": max(self.wall),
            "prepared_cpu_ms": statistics.median(self.cpu),
        }


class Beat:
    """The longest time that the event loop was held up."""

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._on_beat)
        self._timer.start(_BEAT_MS)

    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, 1000 * (now - self._last) - _BEAT_MS)
        self._last = now

    def again(self) -> None:
        """Forget what was."""
        self.longest_ms, self._last = 0.0, time.perf_counter()


def first_show(show: Presentation, lecture: Lecture, folder: Path, index: int) -> float:
    """Milliseconds from F5 on a scene of which nothing is there to its complete picture."""
    begin = time.perf_counter()
    show.start(lecture, folder, first=index)
    run_until(lambda: show.view is not None and show.view.complete)
    show.repaint()
    taken = 1000 * (time.perf_counter() - begin)
    show.end()
    return taken


def change(show: Presentation, index: int) -> tuple[float, float]:
    """Wall and CPU milliseconds from the key to the complete picture of a prepared scene."""
    QTest.keyClicks(show, str(index + 1))
    run_until(lambda: show.pool.prepared(index), _PREPARED_S)
    wall, cpu = time.perf_counter(), time.thread_time()
    QTest.keyClick(show, Qt.Key.Key_Return)
    run_until(lambda: show.view is not None and show.view.complete and show.position.scene == index)
    show.repaint()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.thread_time() - cpu)


def measure(lecture: Lecture, folder: Path, repeats: int) -> tuple[list[Row], float]:
    """Times of all scenes, and the longest stall while they were prepared."""
    client = EngineClient()
    client.start()
    rows = [Row(number, _kinds(scene)) for number, scene in enumerate(lecture.scenes, 1)]
    for index, row in enumerate(rows):
        alone = Presentation(client, PROJECTOR)
        row.first = first_show(alone, lecture, folder, index)
        alone.close_down()
        alone.deleteLater()
    show = Presentation(client, PROJECTOR)
    beat = Beat()
    show.start(lecture, folder)
    run_until(lambda: all(map(show.pool.prepared, range(len(rows)))), _PREPARED_S)
    stall_ms = beat.longest_ms
    for _ in range(repeats):
        for index in (*range(1, len(rows)), 0):
            wall, cpu = change(show, index)
            rows[index].wall.append(wall)
            rows[index].cpu.append(cpu)
    show.close_down()
    client.close()
    return rows, stall_ms


def _kinds(scene: Scene) -> str:
    return "+".join(view.kind for view in scene.views) or "words"


def application_on_screen(height: int) -> QApplication:
    """An application that believes in one screen of 16:9, unless the platform is chosen."""
    screen = {"name": "hall", "x": 0, "y": 0, "width": height * 16 // 9, "height": height}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "screens.json"
        file.write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
        os.environ.setdefault("QT_QPA_PLATFORM", f"offscreen:configfile={file}")
        return QApplication(sys.argv[:1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    usual = assets_dir() / "lectures" / "residual-networks.toml"
    parser.add_argument("lecture", nargs="?", type=Path, default=usual)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--scenes", type=int, default=0, help="only the first so many")
    options = parser.parse_args()
    application = application_on_screen(options.height)
    application.setStyle("Fusion")
    alive = QTimer()
    alive.start(20)
    lecture = read_lecture(options.lecture)
    if options.scenes:
        lecture = Lecture(lecture.title, lecture.author, lecture.scenes[: options.scenes])
    rows, stall_ms = measure(lecture, options.lecture.parent, options.repeats)
    worst = max(max(row.wall) for row in rows)
    screen = application.primaryScreen().size()
    summary = {
        "screen": f"{screen.width()}x{screen.height()}",
        "worst_prepared_ms": worst,
        "goal_ms": GOAL_MS,
        "longest_stall_ms": stall_ms,
    }
    if options.json:
        print(json.dumps({"scenes": [row.table() for row in rows], **summary}))
        return
    for made in (*(row.table() for row in rows), summary):
        print(
            "  ".join(
                f"{k} {v:.1f}" if isinstance(v, float) else f"{v!s:>8}" for k, v in made.items()
            )
        )


if __name__ == "__main__":
    main()
