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

from PySide6.QtCore import QEventLoop, QPoint, QRect, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from resnet_viz.lab.experiments import DepthSweep, Experiment, Lesion
from resnet_viz.models.specs import spec
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.gradients.workspace import GradientsWorkspace
from resnet_viz.ui.lecture.guess_pad import GuessPad
from resnet_viz.ui.lecture.presentation import Presentation
from resnet_viz.ui.lecture.workspace import LectureWorkspace
from resnet_viz.ui.main_window import MainWindow
from resnet_viz.ui.theme import Choice
from resnet_viz.ui.train.run_folders import bundled_runs
from resnet_viz.ui.train.workspace import TrainWorkspace

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
    """Open the window, put it into the states worth showing, and save a picture of each."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(f"{folder}/window.ini", QSettings.Format.IniFormat)
        window = MainWindow(settings, EngineClient())
        window.show()
        take_explore(window)
        take_gradients(window)
        take_training(window)
        take_lecture(window)
        window.close()


def save(window: MainWindow, name: str, theme: Choice, width: int, height: int) -> None:
    """A picture of the window in a look and a size."""
    window.set_theme(theme)
    window.resize(width, height)
    wait(lambda: True)
    window.grab().save(str(IMAGES / f"{name}.png"))


def take_explore(window: MainWindow) -> None:
    """The Explore workspace with one skip cut, in three looks, and with 600 blocks."""
    session = window.session

    def measured() -> bool:
        return session.snapshot is not None and not session.stale

    wait(measured)
    names = [b.name for b in session.spec.blocks()]
    session.select(names[len(names) // 3])
    wait(measured)
    session.flip_skip(names[len(names) // 2])
    wait(measured)
    save(window, "explore-light", "light", 1440, 900)
    save(window, "explore-dark", "dark", 1280, 720)
    save(window, "explore-projector", "projector", 1280, 720)

    choice = replace(session.choice, spec=spec("resnet1202"), weights="none", device="auto")
    session.choose(replace(choice, training_mode=choice.usual_mode))
    wait(lambda: session.spec.name == "resnet1202" and measured())
    session.flip_all()
    wait(measured)
    save(window, "resnet1202", "light", 1280, 720)


def take_gradients(window: MainWindow) -> None:
    """The Gradients workspace: the pair with one skip cut, a sweep, a lesion study."""
    window.workspaces.show_titled("Gradients")
    laboratory = window.workspaces.current
    assert isinstance(laboratory, GradientsWorkspace)
    session = laboratory.session

    def measured() -> bool:
        return session.measured is not None and not session.stale

    def found(experiment: Experiment) -> None:
        session.run(experiment)
        wait(lambda: session.running == "" and session.findings[experiment.key].complete, 900.0)

    def show(tab: str) -> None:
        titles = [laboratory.tabs.tabText(i) for i in range(laboratory.tabs.count())]
        laboratory.tabs.setCurrentIndex(titles.index(tab))

    wait(measured)
    session.flip_skip("residual", "layer2.3")
    wait(measured)
    save(window, "gradients-light", "light", 1440, 900)
    save(window, "gradients-dark", "dark", 1280, 720)
    session.undo.undo()
    wait(measured)
    show("Sweeps")
    found(DepthSweep())
    save(window, "gradients-depth", "light", 1280, 720)
    session.change(weights="twins", training_mode=False)
    wait(measured)
    show("Lesion")
    found(Lesion())
    save(window, "gradients-lesion", "light", 1280, 720)


def take_training(window: MainWindow) -> None:
    """The Train workspace: the recorded duel, its blocks, and the pictures of Shapes."""
    window.workspaces.show_titled("Train")
    training = window.workspaces.current
    assert isinstance(training, TrainWorkspace)
    session = training.session

    def show(tab: str) -> None:
        titles = [training.tabs.tabText(i) for i in range(training.tabs.count())]
        training.tabs.setCurrentIndex(titles.index(tab))

    session.open_run(bundled_runs()[0])
    wait(lambda: session.reader is not None and session.reader.last_step > 0)
    show("Live")
    save(window, "train-light", "light", 1440, 900)
    save(window, "train-dark", "dark", 1280, 720)
    show("Blocks")
    session.select("layer2.4")
    window.resize(1440, 1080)  # from this height on, maps are shown below the figures
    wait(lambda: bool(session.explored))
    save(window, "train-blocks", "light", 1440, 1080)
    show("Data")
    session.look_at_data()
    wait(lambda: session.data is not None)
    save(window, "train-data", "light", 1280, 720)


def take_lecture(window: MainWindow) -> None:
    """The Lecture workspace, a slide, a guess that is revealed, and the speaker's screen."""
    window.workspaces.show_titled("Lecture")
    workspace = window.workspaces.current
    assert isinstance(workspace, LectureWorkspace)
    scenes = len(workspace.document.lecture.scenes)
    pool = workspace.preview.pool
    workspace.document.select(2)
    wait(lambda: all(pool.thumbnail(index) is not None for index in range(scenes)), 900.0)
    save(window, "lecture-edit", "light", 1440, 900)
    window.set_theme("light")
    slides, beside = QRect(0, 0, 1280, 720), QRect(1280, 0, 1280, 720)
    workspace.presenting.start(from_start=False, screen=slides, beside=beside)
    shown = workspace.presenting.presentation
    assert shown is not None

    def complete() -> bool:
        return shown.view is not None and shown.view.complete

    wait(complete)
    shown.grab().save(str(IMAGES / "lecture-arcs.png"))
    wait(lambda: shown.pool.prepared(3))
    shown.presenter.grab().save(str(IMAGES / "lecture-presenter.png"))
    shown.go_to(1)
    wait(complete)
    draw_guess(shown)
    shown.next()
    wait(complete)
    shown.grab().save(str(IMAGES / "lecture-guess.png"))
    shown.end()


def draw_guess(shown: Presentation) -> None:
    """Draw a line that falls less steeply than the measured one, from right to left."""
    pad = shown.findChild(GuessPad)
    assert pad is not None
    places = [QPoint(round(pad.width() * x), round(pad.height() * y)) for x, y in _GUESS]
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(pad, place)
        wait(lambda: True, 1.0)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=places[-1])


_GUESS = ((0.95, 0.14), (0.8, 0.2), (0.6, 0.3), (0.4, 0.42), (0.2, 0.5), (0.09, 0.55))
"""Places on the pad, as shares of its size."""


if __name__ == "__main__":
    main()
