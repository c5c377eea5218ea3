"""Take the README's pictures from the running program.

Run from a checkout: .venv/bin/python docs/screenshots.py
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from resnet_viz.models.specs import spec
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.main_window import MainWindow

IMAGES = Path(__file__).parent / "images"


def wait(condition: Callable[[], bool], seconds: float = 300.0) -> None:
    """Run the event loop until the condition holds, and a little longer for the painting."""
    loop = QEventLoop()
    check = QTimer()
    check.timeout.connect(lambda: loop.quit() if condition() else None)
    check.start(50)
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()
    if not condition():
        raise SystemExit("the engine did not answer in time")
    settle = QEventLoop()
    QTimer.singleShot(400, settle.quit)
    settle.exec()


def main() -> None:
    """Open the window, put it into four states, and save a picture of each."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(f"{folder}/window.ini", QSettings.Format.IniFormat)
        window = MainWindow(settings, EngineClient())
        session = window.session

        def measured() -> bool:
            return session.snapshot is not None and not session.stale

        def take(name: str, theme: str, width: int, height: int) -> None:
            window.set_theme(theme)  # type: ignore[arg-type]
            window.resize(width, height)
            wait(measured)
            window.grab().save(str(IMAGES / f"{name}.png"))

        window.show()
        wait(measured)
        names = [b.name for b in session.spec.blocks()]
        session.select(names[len(names) // 3])
        wait(measured)
        session.flip_skip(names[len(names) // 2])
        wait(measured)
        take("explore-light", "light", 1440, 900)
        take("explore-dark", "dark", 1280, 720)
        take("explore-projector", "projector", 1280, 720)

        choice = replace(session.choice, spec=spec("resnet1202"), weights="none", device="auto")
        session.choose(replace(choice, training_mode=choice.usual_mode))
        wait(lambda: session.spec.name == "resnet1202" and measured())
        session.flip_all()
        take("resnet1202", "light", 1280, 720)
        window.close()


if __name__ == "__main__":
    main()
