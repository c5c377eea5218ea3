"""Title and sentence of the scene on the preview, edited where they stand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from resnet_viz.lecture.improvising import saying_step, with_sentence
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.headline import Headline
from resnet_viz.ui.lecture.in_place import InPlaceEditor
from resnet_viz.ui.lecture.scene_view import SceneView


class WordsInPlace(QObject):
    """Opens an editor over the words of a slide, and changes the document by what is typed.

    Args:
        document: whose chosen scene is edited.
        frame: that the slide lies on.
        view: the slide on screen; None where there is none.
    """

    def __init__(
        self, document: LectureDocument, frame: QWidget, view: Callable[[], SceneView | None]
    ) -> None:
        super().__init__(frame)
        self._document, self._frame, self._view = document, frame, view
        self.editor = InPlaceEditor(frame)
        self.editor.taken.connect(lambda text: self._finish(text))
        self._finish: Callable[[str], None] = lambda _text: None

    def watch(self, headline: Headline) -> None:
        """Let a double-click on a slide's words begin."""
        headline.installEventFilter(self)
        headline.setCursor(Qt.CursorShape.IBeamCursor)
        headline.setToolTip("Double-click to edit")

    def edit_title(self) -> None:
        """Edit the title."""
        view, scene = self._view(), self._document.scene
        if view is None or scene is None:
            return
        self._finish = self._take_title
        place, px = view.headline.places()[0], view.headline.type_px[0]
        self._open("Title of the scene", scene.title, view, place, px=px, bold=True)

    def edit_sentence(self) -> None:
        """Edit the sentence of the step on screen."""
        view, scene = self._view(), self._document.scene
        if view is None or scene is None:
            return
        index = saying_step(scene, view.step)
        text = scene.sentence if index is None else scene.steps[index].say
        self._finish = self._take_sentence
        place, px = view.headline.places()[1], view.headline.type_px[1]
        self._open("Sentence of the scene", text, view, place, px=px, bold=False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        double = event.type() == QEvent.Type.MouseButtonDblClick
        if not double or not isinstance(watched, Headline) or not isinstance(event, QMouseEvent):
            return super().eventFilter(watched, event)
        title, _ = watched.places()
        if title.contains(event.position().toPoint()):
            self.edit_title()
        else:
            self.edit_sentence()
        return True

    # --- inside ------------------------------------------------------------------------------

    def _open(
        self, name: str, text: str, view: SceneView, place: QRect, *, px: int, bold: bool
    ) -> None:
        corner = view.headline.mapTo(self._frame, place.topLeft())
        self.editor.edit(name, text, QRect(corner, place.size()), px=px, bold=bold)

    def _take_title(self, text: str) -> None:
        self._document.change_scene("Edit the title", title=text)

    def _take_sentence(self, text: str) -> None:
        view, scene = self._view(), self._document.scene
        if scene is not None:
            made = with_sentence(scene, 0 if view is None else view.step, text)
            self._document.change_scene(
                "Edit the sentence", sentence=made.sentence, steps=made.steps
            )
