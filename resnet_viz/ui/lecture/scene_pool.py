"""The scenes of a lecture as widgets, made and measured before they are needed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QStackedWidget

from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.scenes import Lecture
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.lecture.engine_desk import EngineDesk
from resnet_viz.ui.lecture.scene_slots import Slot, by_need, slots_of
from resnet_viz.ui.lecture.scene_view import SceneView
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.theme import Theme

# Making a scene holds the window up for a moment: not right after a key, nor while a mouse
# button is down.
_PAUSE_MS = 30
_AFTER_KEY_MS = 300
_THUMBNAIL_PX = 480


class ScenePool(QObject):
    """Makes scenes, shows one, and prepares the others meanwhile.

    A scene is prepared when its widget is there, all that it shows is measured, and it has been
    painted once at the stage's size: showing it is turning a page. Neighbours come first, the
    others follow one by one whenever neither user nor engine has anything better to do.

    Args:
        client: the window's engine.
        stack: whose pages the scenes become.
        theme: their colours; sizes follow the stage's height.
        size: of the stage, logical pixels.

    Attributes:
        desk: decides whose questions are sent when; freezes numbers.

    Signals:
        prepared_changed: index of a scene that became prepared, or no longer is.
        facts_changed: index of a scene whose figures came or changed.
        failed: index of a scene, and what went wrong in it.
    """

    prepared_changed = Signal(int)
    facts_changed = Signal(int)
    failed = Signal(int, object)

    def __init__(
        self, client: EngineClient, stack: QStackedWidget, theme: Theme, size: QSize
    ) -> None:
        super().__init__(stack)
        self.desk = EngineDesk(client, self)
        self._stack = stack
        self._theme = theme
        self._size = QSize(size)
        self._controls = True
        self._paused = False
        self._folder = Path()
        self._slots: list[Slot] = []
        self._current: Slot | None = None
        self._shown = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._prepare)
        self.desk.idle_changed.connect(self._later)

    # --- what is shown -----------------------------------------------------------------------

    def set_lecture(self, lecture: Lecture, folder: Path) -> None:
        """Take a lecture; scenes that it has in common with the one before stay as they are.

        Args:
            lecture: whose scenes are shown.
            folder: that files named in it are relative to.
        """
        old = self._slots if folder == self._folder else []
        gone = [slot for slot in self._slots if slot not in old]
        self._folder = folder
        self._slots = []  # what a scene tells while it is edited has no index yet
        self._slots, left = slots_of(lecture.scenes, old)
        for slot in (*gone, *left):
            self._drop(slot)
        self._later()

    def set_paused(self, paused: bool) -> None:
        """Prepare nothing and ask nothing while the scenes are out of sight."""
        if paused == self._paused:
            return
        self._paused = paused
        if paused:
            self._timer.stop()
            self.desk.set_stage(())
        elif self._current is not None:
            self._tell_desk()
        self._later()

    def scene(self, index: int) -> SceneView:
        """The widget of a scene, made if it is not there; counts from 0."""
        return self._made(self._slots[index])

    def show(self, index: int, step: int) -> SceneView:
        """Put a scene on the stage, as its script says at a step."""
        slot = self._slots[index]
        view = self._dressed(slot)
        self._current = slot
        self._shown.restart()
        self._tell_desk()
        view.show_step(step, acting=False)
        self._stack.setCurrentWidget(view)
        self._later()
        return view

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._redress()

    def set_size(self, size: QSize) -> None:
        """The stage has another size, in logical pixels."""
        self._size = QSize(size)
        self._redress()

    def set_controls(self, shown: bool) -> None:
        """Show or hide what only the speaker needs, in all scenes."""
        self._controls = shown
        for slot in self._slots:
            if slot.view is not None:
                slot.view.set_controls(shown)

    def close(self) -> None:
        """The lecture will not be shown again."""
        self._timer.stop()
        slots, self._slots, self._current = self._slots, [], None
        for slot in slots:
            self._drop(slot)
        self.desk.close()

    # --- what is known -----------------------------------------------------------------------

    def prepared(self, index: int) -> bool:
        """Whether a scene would appear at once."""
        return self._is_prepared(self._slots[index])

    def thumbnail(self, index: int) -> QPixmap | None:
        """A small picture of a scene at its beginning; None before it was painted."""
        return self._slots[index].thumbnail

    def numbers(self) -> tuple[tuple[Facts, ...], ...]:
        """What is measured so far, by scene and view."""
        return tuple(() if slot.view is None else slot.view.facts() for slot in self._slots)

    # --- widgets -----------------------------------------------------------------------------

    def _made(self, slot: Slot) -> SceneView:
        if slot.view is None:
            view = SceneView(slot.scene, lambda index: self._engine(slot, index), self._folder)
            slot.view = view
            view.set_controls(self._controls)
            view.complete_changed.connect(lambda _complete: self._on_complete(slot))
            view.facts_changed.connect(lambda: self._tell(self.facts_changed, slot))
            view.failed.connect(lambda problem: self._tell(self.failed, slot, problem))
            self._stack.addWidget(view)
            self._tell_desk()
        return slot.view

    def _engine(self, slot: Slot, index: int) -> StageEngine:
        slot.engines[index] = self.desk.engine((slot, index))
        return slot.engines[index]

    def _dressed(self, slot: Slot) -> SceneView:
        """The widget with the theme and the size of the stage."""
        view = self._made(slot)
        if not slot.wears(self._theme, self._size):
            view.set_theme(self._theme)
            view.set_size_px(self._size)
            slot.theme, slot.size, slot.painted = self._theme, QSize(self._size), False
            self._tell_prepared(slot)
        return view

    def _redress(self) -> None:
        """Dress what is on screen now, the others before they are."""
        if self._current is not None:
            self._dressed(self._current)
        for slot in self._slots:
            self._tell_prepared(slot)
        self._later()

    def _drop(self, slot: Slot) -> None:
        view, slot.view = slot.view, None
        if slot is self._current:
            self._current = None
        if view is None:
            return
        view.blockSignals(True)
        view.close_down()
        for engine in slot.engines.values():
            self.desk.release(engine)
        self._stack.removeWidget(view)
        view.deleteLater()

    # --- preparing ---------------------------------------------------------------------------

    def _later(self) -> None:
        if self._slots and not self._paused and not self._timer.isActive():
            self._timer.start(_PAUSE_MS)

    def _prepare(self) -> None:
        """Do one thing for one scene that is not on screen; more follows in a moment."""
        pressed = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if pressed or (self._shown.isValid() and self._shown.elapsed() < _AFTER_KEY_MS):
            self._timer.start(_AFTER_KEY_MS)
            return
        if not self.desk.idle:
            return  # it says when
        for slot in by_need(self._slots, self._current):
            if self._go_on_with(slot):
                self._later()
                return

    def _go_on_with(self, slot: Slot) -> bool:
        """Make or paint a scene; False if there is nothing to do now."""
        if slot.view is None or not slot.wears(self._theme, self._size):
            self._dressed(slot)
            return True
        if self._is_next(slot) and (slot.view.step != 0 or slot.view.improvised):
            slot.view.show_step(0)  # it was seen before, and will begin again
            slot.painted = False
            return True
        if slot.painted or not slot.view.complete:
            return False
        self._paint(slot, slot.view)
        return True

    def _is_next(self, slot: Slot) -> bool:
        here = -1 if self._current is None else self._slots.index(self._current)
        return here >= 0 and slot in self._slots[here + 1 : here + 2]

    def _paint(self, slot: Slot, view: SceneView) -> None:
        """Paint a scene where nobody sees it: what is made at a first painting is there then."""
        picture = view.grab()
        if view.step == 0:
            smooth = Qt.TransformationMode.SmoothTransformation
            slot.thumbnail = picture.scaledToWidth(_THUMBNAIL_PX, smooth)
        slot.painted = True
        self._tell_prepared(slot)

    def _tell_desk(self) -> None:
        if self._paused:
            return
        current = self._current.engines.values() if self._current is not None else ()
        others = [slot for slot in by_need(self._slots, self._current) if slot is not self._current]
        self.desk.set_stage(current, [e for slot in others for e in slot.engines.values()])

    def _on_complete(self, slot: Slot) -> None:
        slot.painted = False
        self._tell_prepared(slot)
        self._later()

    def _is_prepared(self, slot: Slot) -> bool:
        dressed = slot.wears(self._theme, self._size)
        return dressed and slot.view is not None and slot.view.complete and slot.painted

    def _tell_prepared(self, slot: Slot) -> None:
        prepared = self._is_prepared(slot)
        if prepared != slot.prepared:
            slot.prepared = prepared
            self._tell(self.prepared_changed, slot)

    def _tell(self, signal: object, slot: Slot, *more: object) -> None:
        if slot in self._slots:
            signal.emit(self._slots.index(slot), *more)  # type: ignore[attr-defined]
