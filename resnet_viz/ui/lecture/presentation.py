"""A lecture on a screen: its slides stay live, and a presenter's remote walks through them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QStackedWidget, QWidget

from resnet_viz.lecture.scenes import Lecture
from resnet_viz.lecture.script import n_steps
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.lecture.picture_drop import PictureDrop
from resnet_viz.ui.lecture.presenter_view import PresenterView
from resnet_viz.ui.lecture.remote import FOOTER_KEYS
from resnet_viz.ui.lecture.remote_acts import RemoteActs
from resnet_viz.ui.lecture.scene_pool import ScenePool
from resnet_viz.ui.lecture.scene_view import SceneView
from resnet_viz.ui.lecture.screens import Place
from resnet_viz.ui.lecture.slide_sizes import SlideSizes
from resnet_viz.ui.lecture.stage_layers import StageLayers
from resnet_viz.ui.lecture.stage_place import StagePlace, words_of
from resnet_viz.ui.lecture.two_windows import TwoWindows
from resnet_viz.ui.lecture.wakelock import Wakelock
from resnet_viz.ui.lecture.walk import Position, back, clamped, forward
from resnet_viz.ui.lecture.window_input import WindowInput
from resnet_viz.ui.notify import Level, Notice
from resnet_viz.ui.pictures import accepts
from resnet_viz.ui.stage.stage_theme import stage_theme
from resnet_viz.ui.theme import Theme

_RESIZE_MS = 80


class Presentation(QWidget):
    """Shows a lecture, full screen.

    What is shown is a pure function of where the script stands; what is changed by hand, with
    the mouse or by dropping a picture, lasts until the next key.

    Args:
        client: the window's engine.
        theme: colours; sizes follow the screen's height.
        parent: the window that the speaker works in; stays where it is.

    Attributes:
        pool: makes and prepares the scenes.
        presenter: notes and clock; on another screen or in a window.
        chosen_screen: name of the screen that the user wants the slides on; empty for any.

    Signals:
        ended: index of the scene and the step at which it was left.
        position_changed: the new `Position`.
        screen_chosen: the new `chosen_screen`, after the screens were swapped.
    """

    ended = Signal(int, int)
    screen_chosen = Signal(str)
    position_changed = Signal(object)

    def __init__(self, client: EngineClient, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Presentation - ResNet Visualizer")
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme = theme
        self._lecture = Lecture()
        self._here = Position()
        self._running = False
        self.chosen_screen = ""
        self.stack = QStackedWidget(self)
        self.pool = ScenePool(client, self.stack, theme, QSize(1280, 720))
        self.pool.set_controls(False)
        self.layers = StageLayers(self.stack, self)
        self.drops = PictureDrop(self, self._places)
        self.presenter = PresenterView(self.pool, self)
        self._windows = TwoWindows(self, self.presenter)
        self._wakelock = Wakelock(self)
        self._resized = QTimer(self, singleShot=True, interval=_RESIZE_MS)
        self._acts = RemoteActs(self, self._windows)
        self._connect()

    # --- beginning and end -------------------------------------------------------------------

    def start(
        self,
        lecture: Lecture,
        folder: Path,
        *,
        first: int = 0,
        step: int = 0,
        screen: Place | None = None,
        presenter_screen: Place | None = None,
    ) -> None:
        """Show a lecture.

        Args:
            lecture: with at least one scene.
            folder: that files named in it are relative to.
            first: index of the scene to begin with.
            step: of that scene.
            screen: where the slides are shown; None for a screen that the speaker's window is
                not on, if there is one.
            presenter_screen: where the presenter view is shown; None for another screen than
                the slides', and where there is no other the view waits for its key.
        """
        self._windows.settle(screen, presenter_screen, self.chosen_screen)
        self._lecture = lecture
        self._running = True
        self._dress(self._windows.size)
        self.pool.set_lecture(lecture, folder)
        self.pool.set_paused(False)
        self.presenter.set_lecture(lecture)
        self._go(clamped(Position(first, step), self._steps()), acting=False)
        self._windows.show()
        self.activateWindow()
        self.setFocus()
        self.presenter.begin()
        self._wakelock.hold("A lecture is shown")

    def end(self) -> None:
        """Leave the presentation; what is measured stays for the next time."""
        if not self._running:
            return
        self._running = False
        self._wakelock.release()
        self.layers.reset()
        self._acts.forget()
        self.pool.desk.set_frozen(False)
        self.pool.set_paused(True)
        self.presenter.rest()
        self.hide()
        self.ended.emit(self._here.scene, self._here.step)

    def close_down(self) -> None:
        """It will not be shown again."""
        self.end()
        self.drops.close()
        self.pool.close()

    # --- what is shown -----------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether it is on screen."""
        return self._running

    @property
    def position(self) -> Position:
        """Where the script stands."""
        return self._here

    @property
    def n_scenes(self) -> int:
        """How many scenes the lecture has."""
        return len(self._lecture.scenes)

    @property
    def view(self) -> SceneView | None:
        """The slide on screen."""
        shown = self.stack.currentWidget()
        return shown if isinstance(shown, SceneView) else None

    def next(self) -> None:
        """The next step or scene; what hides the slide goes first."""
        if self.layers.lift():
            return
        target = forward(self._here, self._steps())
        if target is None:
            self._go(self._here, acting=False)  # as the script has it, after improvising
            self.layers.notice.say("The end of the lecture. Esc leaves.")
        else:
            self._go(target, acting=True)

    def back(self) -> None:
        """The step before."""
        if self.layers.lift():
            return
        target = back(self._here, self._steps())
        if target is not None:
            self._go(target, acting=False)

    def go_to(self, scene: int) -> None:
        """A scene, by its index, at its start."""
        self.layers.lift()
        self._go(clamped(Position(scene), self._steps()), acting=False)

    def choose_screen(self, name: str) -> None:
        """Remember which screen the user wants the slides on."""
        self.chosen_screen = name
        self.screen_chosen.emit(name)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.pool.set_theme(theme)
        self._dress(self.size())

    def tell(self, notice: Notice) -> None:
        """Something happened outside the lecture: the speaker is told, not the hall."""
        if self._running and notice.level is not Level.INFO:
            self.presenter.warn(f"{notice.message} {notice.hint}".strip())

    # --- window ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._input.take_key(event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.stack.setGeometry(self.rect())
        self.layers.resize(self.rect())
        self._resized.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.end()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if accepts(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.drops.drag_to(event.position().toPoint())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drops.drag_away()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.drops.drop(event.mimeData(), event.position().toPoint())

    # --- inside ------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._input = WindowInput(self, self._acts.take)
        self._input.mouse_moved.connect(self.layers.move_to)
        self._input.mouse_left.connect(self.layers.leave)
        self._presenter_input = WindowInput(self.presenter, self._acts.take)
        self.presenter.remote.connect(self._acts.do)
        self.presenter.scene_chosen.connect(self.go_to)
        self.drops.problem.connect(lambda words: self.layers.notice.say(words, for_ms=5000))
        self.pool.failed.connect(self._on_failed)
        self.pool.desk.frozen_changed.connect(lambda _frozen: self._mark_frozen())
        self._resized.timeout.connect(lambda: self._dress(self.size()))

    def _steps(self) -> list[int]:
        return [n_steps(scene) for scene in self._lecture.scenes]

    def _places(self) -> tuple[StagePlace, ...]:
        return self.view.places if self.view is not None else ()

    def _go(self, target: Position, *, acting: bool) -> None:
        """Show a moment; widgets of another scene are only turned to."""
        view = self.view
        if view is None or target.scene != self._here.scene or not self.isVisible():
            view = self.pool.show(target.scene, target.step)
            # Turning a page focuses something on the new one; a text there would take the keys.
            self.setFocus()
        else:
            view.show_step(target.step, acting=acting)
        self._here = target
        view.footer.set_place(f"{target.scene + 1} / {self.n_scenes}")
        view.footer.set_keys(FOOTER_KEYS)
        self._mark_frozen()
        if self.layers.lens.isVisible():
            self.layers.lens.look_again()
        self.presenter.show_position(target)
        self.position_changed.emit(target)

    def _mark_frozen(self) -> None:
        if self.view is not None:
            self.view.set_remark("numbers frozen" if self.pool.desk.frozen else "")

    def _dress(self, size: QSize) -> None:
        self.pool.set_size(size)
        theme = stage_theme(self._theme, SlideSizes.of(size).height)
        # No style sheet here: it would be worked out again for everything in every slide.
        ground = self.palette()
        ground.setColor(QPalette.ColorRole.Window, QColor(theme.card))
        self.setPalette(ground)
        self.layers.set_theme(theme)
        self.drops.set_theme(theme)
        self.presenter.set_theme(self._theme)

    def _on_failed(self, index: int, problem: object) -> None:
        self.presenter.warn(f"Scene {index + 1}: {' '.join(words_of(problem)).strip()}")
