"""Goes through a lecture scene by scene, out of sight, and keeps what was measured."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QRect, QSize, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStackedWidget, QWidget

from resnet_viz.lecture.facts import PENDING, fill
from resnet_viz.lecture.handout import Handout, HandoutScene, Shown
from resnet_viz.lecture.scenes import Lecture, Scene
from resnet_viz.lecture.script import n_steps
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.figures.drawing import png_bytes
from resnet_viz.ui.figures.paper import paper_theme
from resnet_viz.ui.lecture.scene_pool import ScenePool
from resnet_viz.ui.lecture.scene_view import SceneView

SLIDE = QSize(1280, 720)
SHARPNESS = 2.0
"""Pixels of a picture per logical pixel of the slide."""
_LOOK_MS = 60
_SETTLED_LOOKS = 3
_PATIENCE_S = 240.0
_LATE = "Not everything was measured in time."
_TRAINS = "This step trains: its figures are those of the lecture itself."


class HandoutMaker(QObject):
    """Makes a handout with an engine that others use too.

    A scene that cannot be shown, or takes longer than four minutes, is kept as it is, with a
    remark; steps that train are not carried out.

    Args:
        client: the engine.
        lecture: what is handed out.
        folder: that files named in it are relative to.
        versions: of the libraries that measure, for the front page.
        parent: owner.

    Signals:
        progressed: moments done, and how many there are.
        finished: the `Handout`.
    """

    progressed = Signal(int, int)
    finished = Signal(object)

    def __init__(
        self,
        client: EngineClient,
        lecture: Lecture,
        folder: Path,
        versions: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._lecture = lecture
        self._versions = dict(versions)
        self._stack = QStackedWidget()
        self._stack.resize(SLIDE)
        theme = paper_theme("light", SHARPNESS)
        self._pool = ScenePool(client, self._stack, theme, SLIDE)
        self._pool.set_lecture(lecture, folder)
        self._pool.set_controls(False)
        self._todo = [(i, step) for i, s in enumerate(lecture.scenes) for step in moments(s)]
        self._n_moments = len(self._todo)
        self._done: list[HandoutScene] = []
        self._view: SceneView | None = None
        self._since_s = 0.0
        self._settled = 0
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._on_look)

    def start(self) -> None:
        """Begin; `finished` follows."""
        self._look.start()
        self._next()

    def cancel(self) -> None:
        """Stop; nothing follows."""
        self._look.stop()
        self._pool.close()
        self._stack.deleteLater()

    # --- inside ------------------------------------------------------------------------------

    def _next(self) -> None:
        self.progressed.emit(self._n_moments - len(self._todo), self._n_moments)
        if not self._todo:
            self._finish()
            return
        index, step = self._todo[0]
        self._view = self._pool.show(index, step)
        self._since_s, self._settled = time.monotonic(), 0

    def _on_look(self) -> None:
        """Keep the moment once nothing more is awaited, and a little later, for what follows."""
        view = self._view
        if view is None:
            return
        self._settled = self._settled + 1 if view.complete else 0
        late = time.monotonic() - self._since_s > _PATIENCE_S
        if self._settled < _SETTLED_LOOKS and not late:
            return
        index, step = self._todo.pop(0)
        scene = self._lecture.scenes[index]
        if step == 0:
            self._done.append(HandoutScene(fill(scene.title, view.facts()), (), scene.notes))
        self._keep(scene, step, view, late=late)
        self._next()

    def _keep(self, scene: Scene, step: int, view: SceneView, *, late: bool) -> None:
        facts = view.facts()
        template = scene.sentence
        for made in scene.steps[:step]:
            template = made.say or template
        trains = any(made.do == "train" for made in scene.steps[step:])
        remarks = [_LATE] * late + [_TRAINS] * (trains and step == _last(scene))
        captions = dict.fromkeys(stage.caption() for stage in view.stages)
        caption = " | ".join(text for text in captions if text)
        before = self._done[-1]
        picture = _png(view, before.title, caption)
        shown = Shown(fill(template, facts), picture, caption, " ".join(remarks))
        questions = before.questions
        if step == 0:
            notes = fill(scene.notes, facts)
            questions = tuple((q.ask, fill(q.answer, facts)) for q in scene.questions)
            before = replace(before, notes=notes)
        self._done[-1] = replace(before, shown=(*before.shown, shown), questions=questions)

    def _finish(self) -> None:
        self.cancel()
        used = ", ".join(f"{name} {number}" for name, number in self._versions.items())
        measured = f"Measured on {time.strftime('%Y-%m-%d')}{' with ' + used if used else ''}."
        self.finished.emit(
            Handout(self._lecture.title, self._lecture.author, measured, tuple(self._done))
        )


def moments(scene: Scene) -> tuple[int, ...]:
    """The steps of a scene that a handout shows, from 0: up to the first that trains."""
    return tuple(range(_last(scene) + 1))


def _last(scene: Scene) -> int:
    trains = (number for number, step in enumerate(scene.steps) if step.do == "train")
    return next(trains, n_steps(scene))


def unknown(handout: Handout) -> int:
    """How many sentences and answers lack a figure."""
    texts = [shown.sentence for scene in handout.scenes for shown in scene.shown]
    texts += [answer for scene in handout.scenes for _, answer in scene.questions]
    return sum(PENDING in text for text in texts)


def _png(view: SceneView, title: str, caption: str) -> bytes:
    """The live views, without the headline and the footer: those are on the page as text."""
    area = QRect()
    for place in view.places:
        area |= place.geometry()
    image = QImage(area.size() * SHARPNESS, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SHARPNESS)
    image.fill("#FFFFFF")
    with QPainter(image) as painter:
        view.render(painter, QPoint(), area)
    return png_bytes(image, title, caption)
