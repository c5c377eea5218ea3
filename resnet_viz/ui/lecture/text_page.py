"""What is said in a scene: title, sentence, notes, and the curve that is guessed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from resnet_viz.lecture.scenes import Scene
from resnet_viz.ui.gradients.controls import Choice
from resnet_viz.ui.labels import muted
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.text_box import TextBox
from resnet_viz.ui.theme import Theme

_NOTHING = "nothing is guessed"


class TextPage(QWidget):
    """Shows the chosen scene of a document and changes it.

    Args:
        document: what is edited.
    """

    def __init__(self, document: LectureDocument) -> None:
        super().__init__()
        self._document = document
        self.title = QLineEdit()
        self.title.setAccessibleName("Title of the scene")
        self.title.setPlaceholderText("Says what is to be seen")
        self.title.textEdited.connect(lambda text: self._type("title", text))
        self.title.editingFinished.connect(document.end_typing)
        self.sentence = self._box("sentence", "Sentence under the title", 4)
        self.notes = self._box("notes", "Notes for the speaker alone", 4)
        self.predict = Choice("Curve to be guessed", {"": _NOTHING}, _PREDICT)
        self.predict.activated.connect(lambda _i: self._choose())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(4)
        for words, widget in (
            ("Title", self.title),
            ("Sentence", self.sentence),
            ("Predict, then reveal: hide this curve", self.predict),
            ("Notes, for the speaker alone", self.notes),
        ):
            label = muted(words)
            label.setBuddy(widget)
            column.addWidget(label)
            column.addWidget(widget, 1 if widget is self.notes else 0)

    def show_scene(self, scene: Scene, curves: Sequence[str]) -> None:
        """Show a scene, without a signal.

        Args:
            scene: the chosen one.
            curves: of its first view that can be hidden.
        """
        if self.title.text() != scene.title:
            self.title.setText(scene.title)
            self.title.setCursorPosition(0)
        self.sentence.show_text(scene.sentence)
        self.notes.show_text(scene.notes)
        offered = ["", *curves, *([scene.predict] if scene.predict not in curves else [])]
        offered = list(dict.fromkeys(offered))
        if offered != [self.predict.itemData(i) for i in range(self.predict.count())]:
            self.predict.clear()
            for name in offered:
                self.predict.addItem(name or _NOTHING, name)
        self.predict.show_data(scene.predict)
        self.predict.setEnabled(len(offered) > 1)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.sentence.fit_lines()

    def _box(self, field: str, name: str, lines: int) -> TextBox:
        box = TextBox(name, lines)
        box.typed.connect(lambda text: self._type(field, text))
        box.left.connect(self._document.end_typing)
        return box

    def _type(self, field: str, text: str) -> None:
        self._document.change_scene(f"Edit the {field}", typed=field, **{field: text})

    def _choose(self) -> None:
        name = self.predict.currentData()
        self._document.change_scene("Choose the curve to be guessed", predict=name)


_PREDICT = (
    "The audience's guess is drawn with the mouse; a step that reveals lays the curve over it"
)
