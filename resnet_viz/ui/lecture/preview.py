"""The chosen scene, live, as the audience will see it; its words are edited where they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from resnet_viz.errors import UserError
from resnet_viz.lecture.improvising import Changes, kept_as_steps, kept_in_script
from resnet_viz.lecture.scenes import Lecture, Scene
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.hint_card import HintCard
from resnet_viz.ui.lecture.by_hand import ByHand
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.preview_bar import PreviewBar
from resnet_viz.ui.lecture.scene_pool import ScenePool
from resnet_viz.ui.lecture.scene_view import SceneView
from resnet_viz.ui.lecture.words_in_place import WordsInPlace
from resnet_viz.ui.theme import LIGHT, Theme

ASPECT = 16 / 9
"""Of the slide, until the screen of the presentation is known."""
_RESIZE_MS = 80
_PICTURE_MS = 500
_THUMBNAIL_PX = 480
_LEAST = QSize(480, 270)


class Preview(QWidget):
    """Shows the chosen scene of a document with its steps, and changes the document.

    Args:
        client: the engine.
        document: what is edited.
        parent: owner.

    Attributes:
        pool: makes the scenes and measures them.
        bar: steps, and what to do with changes made by hand.
        words: edits title and sentence where they stand.
        by_hand: what was changed on the live views.

    Signals:
        scene_shown: the `SceneView` on screen; None where there is no scene.
        thumbnail_ready: index of a scene, and how it looks.
        add_wanted: the button on an empty lecture.
        refused: the `UserError` of a change that cannot be kept.
    """

    scene_shown = Signal(object)
    thumbnail_ready = Signal(int, QPixmap)
    add_wanted = Signal()
    refused = Signal(object)

    def __init__(
        self, client: EngineClient, document: LectureDocument, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._aspect = ASPECT
        self._on_screen: SceneView | None = None
        self._known: WeakSet[SceneView] = WeakSet()
        self.frame = QWidget()
        self.edge = QFrame(self.frame)
        self.edge.setObjectName("slideEdge")
        self.stack = QStackedWidget(self.frame)
        self.invitation = HintCard("Add a scene", self.frame)
        self.invitation.say("An empty lecture", _INVITATION, "Add a scene")
        self.pool = ScenePool(client, self.stack, LIGHT, _LEAST)
        self.pool.set_controls(False)
        self.bar = PreviewBar()
        self.words = WordsInPlace(document, self.frame, lambda: self.view)
        self.by_hand = ByHand(lambda: self.view, self)
        self._picture = QTimer(self, singleShot=True, interval=_PICTURE_MS)
        self._picture.timeout.connect(self._take_picture)
        self._resized = QTimer(self, singleShot=True, interval=_RESIZE_MS)
        self._resized.timeout.connect(lambda: self.pool.set_size(self.stack.size()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.frame, 1)
        column.addWidget(self.bar)
        self.setMinimumWidth(_LEAST.width())
        self._connect()
        self._on_lecture(document.lecture)

    def _connect(self) -> None:
        document, bar = self._document, self.bar
        document.lecture_changed.connect(self._on_lecture)
        document.selected_changed.connect(lambda _index: self._show())
        document.place_changed.connect(lambda: self._on_lecture(document.lecture))
        self.pool.prepared_changed.connect(self._on_prepared)
        self.frame.installEventFilter(self)
        self.invitation.run_clicked.connect(self.add_wanted)
        bar.stepped.connect(self.step_by)
        bar.reset.connect(self.back_to_script)
        bar.keep_in_script.connect(lambda: self._keep(kept_in_script, forward=False))
        bar.keep_as_step.connect(lambda: self._keep(kept_as_steps, forward=True))
        bar.controls_toggled.connect(self.pool.set_controls)

    # --- what is shown -----------------------------------------------------------------------

    @property
    def view(self) -> SceneView | None:
        """The scene on screen."""
        return self._on_screen if self._document.selected >= 0 else None

    @property
    def step(self) -> int:
        """The step on screen."""
        return 0 if self.view is None else self.view.step

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.edge.setStyleSheet(f"#slideEdge {{ border: 1px solid {theme.border}; }}")
        self.pool.set_theme(theme)
        self.invitation.set_theme(theme)
        self.words.editor.set_theme(theme)
        self.bar.set_theme(theme)

    def set_aspect(self, aspect: float) -> None:
        """Take the shape of the presentation's screen, width over height."""
        self._aspect = min(max(aspect, 1.2), 2.6)
        self._fit()

    def step_by(self, by: int) -> None:
        """Show another step of the scene, as the keys of a presentation do."""
        if self.view is not None:
            self.show_step(self.view.step + by, acting=by > 0)

    def show_step(self, step: int, *, acting: bool = False) -> None:
        """Show a step of the scene as the script has it; beyond the ends nothing happens."""
        view = self.view
        if view is not None and 0 <= step <= view.n_steps:
            view.show_step(step, acting=acting)
            self.by_hand.remember_script()
            self._show_bar()

    def back_to_script(self) -> None:
        """Forget what was changed by hand."""
        self.show_step(self.step)

    def close_down(self) -> None:
        """The window closes."""
        self.words.editor.give_up()
        self._picture.stop()
        self._resized.stop()
        self._on_screen = None
        self.pool.close()

    # --- what was changed by hand ------------------------------------------------------------

    def _keep(self, keep: Callable[[Scene, int, Changes], Scene], *, forward: bool) -> None:
        scene, changes, step = self._document.scene, self.by_hand.changes(), self.step
        if scene is None or not changes:
            self.back_to_script()
            return
        try:
            made = keep(scene, step, changes)
        except UserError as error:
            self.refused.emit(error)
            return
        new = len(made.steps) - len(scene.steps) if forward else 0
        kept: dict[str, Any] = {"views": made.views, "steps": made.steps}
        self._document.change_scene("Keep what was changed by hand", **kept)
        self.show_step(step + new)

    # --- what others tell --------------------------------------------------------------------

    def _on_lecture(self, lecture: Lecture) -> None:
        self.words.editor.give_up()
        self.pool.set_lecture(lecture, self._document.place.folder)
        self._show()

    def _show(self) -> None:
        """Show the chosen scene; one that is on screen already keeps its step."""
        index = self._document.selected
        self.invitation.setVisible(index < 0)
        self.stack.setVisible(index >= 0)
        if index < 0:
            self.scene_shown.emit(None)
        elif self.pool.scene(index) is not self._on_screen:
            self._turn_to(index)
        else:
            if not self.pool.scene(index).improvised:
                self.by_hand.remember_script()
            self.scene_shown.emit(self.view)
        self._show_place()
        self._show_bar()

    def _turn_to(self, index: int) -> None:
        self.words.editor.give_up()
        view = self.pool.show(index, 0)
        self._on_screen = view
        self.by_hand.turn_page()
        self._picture.start()
        if view not in self._known:
            self._known.add(view)
            view.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            self.words.watch(view.headline)
            view.improvised_changed.connect(self._show_bar)
            view.complete_changed.connect(lambda _complete: self._picture.start())
        self.by_hand.remember_script()
        self.scene_shown.emit(view)

    def _show_place(self) -> None:
        if self.view is not None:
            count = len(self._document.lecture.scenes)
            self.view.footer.set_place(f"{self._document.selected + 1} / {count}")

    def _show_bar(self) -> None:
        view = self.view
        if view is None:
            self.bar.show_nothing()
        else:
            self.bar.show_step(view.step, view.n_steps, improvised=view.improvised)

    def _on_prepared(self, index: int) -> None:
        picture = self.pool.thumbnail(index) if self.pool.prepared(index) else None
        if picture is not None:
            self.thumbnail_ready.emit(index, picture)

    def _take_picture(self) -> None:
        """A thumbnail of the scene on screen, which the pool paints last."""
        view = self.view
        if view is not None and view.complete and view.step == 0 and not view.improvised:
            whole = view.grab()
            small = whole.scaledToWidth(_THUMBNAIL_PX, Qt.TransformationMode.SmoothTransformation)
            self.thumbnail_ready.emit(self._document.selected, small)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.frame and event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of a presenter's remote that nobody else has use for."""
        by = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()), 0)
        if by:
            self.step_by(by)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The slide as large as it fits, in the middle."""
        room = self.frame.size()
        width = min(room.width() - 2, round((room.height() - 2) * self._aspect))
        height = round(width / self._aspect)
        place = QRect((room.width() - width) // 2, (room.height() - height) // 2, width, height)
        self.edge.setGeometry(place.adjusted(-1, -1, 1, 1))
        self.stack.setGeometry(place)
        self.invitation.setGeometry(place)
        self._resized.start()


_INVITATION = (
    "A lecture is a list of scenes. Each shows one or two live views under a title: they stay "
    "live when you present.\n\n"
    "Go to Explore, Gradients or Train, set up what you want to show, and press Ctrl+Shift+L: "
    "what you see becomes a scene. Or add an empty scene here and choose its views on the right."
)
