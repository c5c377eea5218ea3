"""Time to the first painted window, against a bare PySide6 + pyqtgraph window.

Both are started as fresh processes, in turns, and timed from the parent until they say that
they have painted their main part (the plot; the network overview).
Run: python benchmarks/startup.py [--json] [--repeats N]
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
from pathlib import Path

_PAINTED = """
import sys
from PySide6.QtCore import QObject, QEvent
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print("painted", "torch" in sys.modules, flush=True)
            watched.removeEventFilter(self)
            sys.stdin.readline()
            QApplication.exit()
        return False
watch = Watch()
"""

_BARE = (
    """
from PySide6.QtWidgets import QApplication, QMainWindow
import pyqtgraph
app = QApplication([])
window = QMainWindow()
plot = pyqtgraph.PlotWidget()
window.setCentralWidget(plot)
"""
    + _PAINTED
    + """
plot.viewport().installEventFilter(watch)
window.show()
app.exec()
"""
)

_OURS = (
    """
import os, pathlib
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.main_window import MainWindow
if __name__ == "__main__":
    app = QApplication([])
    app.setStyle("Fusion")
    ini = str(pathlib.Path(os.environ["XDG_CONFIG_HOME"], "w.ini"))
    window = MainWindow(QSettings(ini, QSettings.Format.IniFormat), EngineClient())
"""
    + "\n".join("    " + line for line in _PAINTED.splitlines())
    + """
    window.explore.overview.canvas.installEventFilter(watch)
    window.show()
    app.exec()
    window.close()
"""
)


def once(script: Path) -> tuple[float, bool]:
    """Seconds until a fresh process has painted, and whether it had imported torch by then."""
    begin = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        words = process.stdout.readline().split()
        seconds = time.perf_counter() - begin
        process.stdin.write("\n")
        process.stdin.close()
        process.wait(60)
    if not words:
        raise SystemExit(f"{script} ended without painting")
    return seconds, words[1] == "True"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    times: dict[str, list[float]] = {"bare": [], "ours": []}
    torch_seen = False
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        scripts: dict[str, Path] = {}
        for name, text in (("bare", _BARE), ("ours", _OURS)):
            scripts[name] = Path(folder, f"{name}.py")
            scripts[name].write_text(text)
        for _ in range(options.repeats):
            for name, script in scripts.items():
                seconds, torch_there = once(script)
                times[name].append(seconds)
                torch_seen |= torch_there
    row = {
        "ratio_min": min(times["ours"]) / min(times["bare"]),
        "ratio_median": statistics.median(times["ours"]) / statistics.median(times["bare"]),
        "bare_ms": 1000 * min(times["bare"]),
        "ours_ms": 1000 * min(times["ours"]),
        "torch_before_first_paint": torch_seen,
    }
    if options.json:
        print(json.dumps(row))
    else:
        for key, value in row.items():
            print(f"{key:26} {value:.3f}" if isinstance(value, float) else f"{key:26} {value}")


if __name__ == "__main__":
    main()
