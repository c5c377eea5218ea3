"""What the driver tells of the Lecture workspace and of its presentation."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget

from resnet_viz.lecture.script import n_steps
from resnet_viz.ui.gradients.side_view import SideView
from resnet_viz.ui.lecture.presentation import Presentation
from resnet_viz.ui.lecture.scene_view import SceneView
from resnet_viz.ui.lecture.workspace import LectureWorkspace
from resnet_viz.ui.main_window import MainWindow
from resnet_viz.ui.overview.canvas import OverviewCanvas


class LectureAnswers:
    """Answers about lectures; mixed into the driver's."""

    _window: MainWindow

    def ask_lecture(self) -> dict[str, object]:
        """What is edited and what is presented; the workspace must have been opened."""
        workspace = self._lecture()
        lecture, shown = workspace.document.lecture, workspace.presenting.presentation
        return {
            "title": lecture.title,
            "scenes": len(lecture.scenes),
            "steps": [n_steps(scene) for scene in lecture.scenes],
            "selected": workspace.document.selected,
            "unsaved": workspace.document.unsaved,
            "screens": [screen.geometry().getRect() for screen in QGuiApplication.screens()],
            **(_presented(shown) if shown is not None else {"running": False}),
        }

    def ask_lecture_open(self, path: str) -> bool:
        """Open a lecture's file."""
        return self._lecture().open(Path(path))

    def ask_lecture_save(self, path: str) -> bool:
        """Save it as a file."""
        return self._lecture().files.save_to(Path(path))

    def ask_lecture_pack(self, path: str) -> bool:
        """Pack it into one file; done when the file is there."""
        self._lecture().packing.start(Path(path))
        return True

    def ask_lecture_check(self) -> dict[str, object]:
        """What is said of the bundle that is open."""
        check = self._lecture().column.check
        return {
            "shown": check.isVisible(),
            "text": check.text(),
            "differences": check.differences,
        }

    def ask_lecture_arc(self, side: str, name: str) -> list[int]:
        """Where on the screen the arc of a block of the presented pair can be clicked."""
        slide = self._slide()
        canvases = [view.canvas for view in slide.findChildren(SideView) if view.side == side]
        canvases = canvases or slide.findChildren(OverviewCanvas)
        canvas = canvases[0]
        names = [block.name for block in canvas.state.blocks]
        chain, axis = canvas.scene.chain, canvas.scene.axis
        at = QPoint(round(axis.centre(names.index(name))), round(chain.arc_base - chain.arc_height))
        where = canvas.mapToGlobal(at)
        return [where.x(), where.y()]

    def ask_lecture_numbers(self) -> list[object]:
        """What is measured on the slide, by view."""
        return [{k: f.text for k, f in facts.items()} for facts in self._slide().facts()]

    def ask_lecture_least_type(self) -> list[object]:
        """The smallest type of any label on the slide, pixels, and what it says."""
        slide = self._slide()
        shown = [
            (label.fontInfo().pixelSize(), label.text()[:40])
            for label in slide.findChildren(QLabel)
            if label.isVisible() and label.text()
        ]
        return list(min(shown, default=(10**6, "")))

    def ask_lecture_crowded(self) -> list[str]:
        """Widgets on the slide that are smaller than they need to be."""
        slide = self._slide()
        return [
            f"{type(w).__name__} {w.width()}x{w.height()} < {w.minimumSizeHint().toTuple()}"
            for w in slide.findChildren(QWidget)
            if w.isVisible()
            and (
                w.width() < w.minimumSizeHint().width() or w.height() < w.minimumSizeHint().height()
            )
        ]

    def _lecture(self) -> LectureWorkspace:
        workspace = self._window.findChild(LectureWorkspace)
        assert workspace is not None, "the Lecture workspace has not been opened"
        return workspace

    def _slide(self) -> SceneView:
        shown = self._lecture().presenting.presentation
        assert shown is not None
        slide = shown.view
        assert slide is not None, "nothing is presented"
        return slide


def _presented(shown: Presentation) -> dict[str, object]:
    slide = shown.view
    return {
        "running": shown.running,
        "geometry": list(shown.geometry().getRect()),
        "presenter": shown.presenter.isVisible(),
        "presenter_geometry": list(shown.presenter.geometry().getRect()),
        "scene": shown.position.scene,
        "step": shown.position.step,
        "complete": slide is not None and slide.complete,
        "improvised": slide is not None and slide.improvised,
        "problems": [str(p) for p in slide.problems] if slide is not None else [],
        "sentence": slide.headline.sentence if slide is not None else "",
        "prepared": [shown.pool.prepared(i) for i in range(len(shown.pool.numbers()))],
        "black": shown.layers.black.isVisible(),
    }
