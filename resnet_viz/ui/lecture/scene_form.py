"""The right column: words, views, steps and questions of the chosen scene."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from resnet_viz.lecture.checks import faults
from resnet_viz.lecture.scenes import Scene
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.figures_menu import fill_menu
from resnet_viz.ui.lecture.preview import Preview
from resnet_viz.ui.lecture.questions_page import QuestionsPage
from resnet_viz.ui.lecture.scene_view import SceneView
from resnet_viz.ui.lecture.steps_page import StepsPage
from resnet_viz.ui.lecture.text_page import TextPage
from resnet_viz.ui.lecture.views_page import ViewsPage
from resnet_viz.ui.theme import Theme

_WIDTH_EM = 23
_TAB_PAD_PX = 9


class SceneForm(QFrame):
    """Shows the chosen scene of a document and changes it.

    Args:
        document: what is edited.
        preview: shows the scene; knows which figures are measured.
        parent: owner.

    Signals:
        refused: a `UserError` of a change that cannot be made.
    """

    refused = Signal(object)

    def __init__(
        self, document: LectureDocument, preview: Preview, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._document, self._preview = document, preview
        self._text_used: QLineEdit | QPlainTextEdit | None = None
        self.text = TextPage(document)
        self.views = ViewsPage(document)
        self.steps = StepsPage(document)
        self.questions = QuestionsPage(document)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("The chosen scene")
        for title, page in (
            ("Text", self.text),
            ("Views", self.views),
            ("Steps", self.steps),
            ("Questions", self.questions),
        ):
            self.tabs.addTab(page, title)
        self.faults = QLabel()
        self.faults.setWordWrap(True)
        self.faults.setProperty("role", "problem")
        self.faults.setAccessibleName("What in the scene does not work")
        self.figures = QPushButton("Insert a measured figure")
        self.figures.setToolTip("Its name in braces: the number is filled in when it is shown")
        self._menu = QMenu(self.figures)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.figures.setMenu(self._menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.faults)
        column.addWidget(self.figures)
        self._connect()
        self._show()

    def _connect(self) -> None:
        self._document.lecture_changed.connect(lambda _lecture: self._show())
        self._document.selected_changed.connect(lambda _index: self._show())
        self._preview.scene_shown.connect(self._on_scene_shown)
        self.steps.step_wanted.connect(self._preview.show_step)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.setMinimumWidth(round(_WIDTH_EM * theme.font_px))
        self.tabs.tabBar().setStyleSheet(f"QTabBar::tab {{ padding: 5px {_TAB_PAD_PX}px; }}")
        for page in (self.text, self.views, self.steps, self.questions):
            page.set_theme(theme)

    # --- inside ------------------------------------------------------------------------------

    def _show(self) -> None:
        scene = self._document.scene
        self.setEnabled(scene is not None)
        scene = scene or Scene("")
        self.text.show_scene(scene, self._curves())
        self.views.show_scene(scene)
        self.steps.show_scene(scene)
        self.questions.show_scene(scene)
        found = faults(scene)
        self.faults.setText("\n".join(f"{f.message} {f.hint}".strip() for f in found[:3]))
        self.faults.setVisible(bool(found))

    def _curves(self) -> tuple[str, ...]:
        """Curves of the first view that can be hidden."""
        view = self._preview.view
        stages = () if view is None else view.stages
        predictable = stages[0].predictable() if stages else None
        return () if predictable is None else predictable.curve_names()

    def _on_scene_shown(self, view: SceneView | None) -> None:
        scene = self._document.scene
        if scene is not None:
            self.text.show_scene(scene, self._curves())

    def _fill_menu(self) -> None:
        view, scene = self._preview.view, self._document.scene or Scene("")
        facts = () if view is None else view.facts()
        fill_menu(self._menu, scene.views, facts, self.insert)

    def insert(self, text: str) -> None:
        """Write at the cursor of the text that was used last, or behind the sentence."""
        used = self._text_used
        if used is not None and not isValid(used):
            used = None  # its step or question is gone
        if isinstance(used, QLineEdit):
            used.insert(text)
            used.textEdited.emit(used.text())  # the program's letters count as the user's
        else:
            (used or self.text.sentence).insertPlainText(text)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, QLineEdit | QPlainTextEdit) and self.isAncestorOf(now):
            self._text_used = now
