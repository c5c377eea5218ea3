"""What only the speaker sees: notes, the next scene, the time, and what does not work."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QTextDocument
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.lecture.facts import fill
from resnet_viz.lecture.scenes import Lecture, Step
from resnet_viz.ui.lecture.presenter_pictures import SlidePicture
from resnet_viz.ui.lecture.presenter_time import PresenterTime
from resnet_viz.ui.lecture.remote import Remote
from resnet_viz.ui.lecture.scene_pool import ScenePool
from resnet_viz.ui.lecture.walk import Position
from resnet_viz.ui.style import style_sheet
from resnet_viz.ui.theme import LIGHT, Theme

_LOOK_MS = 1200  # a picture of the slide costs as much as painting it
_NOTES_PX = (14, 16, 18, 21, 24, 28, 33)
_BUTTONS = (
    ("Back", Remote.BACK, "PgUp"),
    ("Next", Remote.NEXT, "PgDn"),
    ("Black", Remote.BLACK, "B"),
    ("Pointer", Remote.POINTER, "L"),
    ("Lens", Remote.ZOOM, "Z"),
    ("Freeze", Remote.FREEZE, "F"),
    ("Controls", Remote.CONTROLS, "H"),
    ("Swap screens", Remote.SWAP, "X"),
    ("End", Remote.LEAVE, "Esc"),
)


class PresenterView(QWidget):
    """A window for the speaker's own screen.

    Args:
        pool: the scenes.
        parent: owner; the view is a window all the same.

    Signals:
        remote: the `Remote` of a button.
        scene_chosen: index of a scene clicked in the list.
    """

    remote = Signal(object)
    scene_chosen = Signal(int)

    def __init__(self, pool: ScenePool, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Presenter view - ResNet Visualizer")
        self.setObjectName("presenterView")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._pool = pool
        self._theme = LIGHT
        self._lecture = Lecture()
        self._here = Position()
        self._notes_size = 2
        self._warnings: list[str] = []
        self.time = PresenterTime()
        self.now, self.then = SlidePicture("The slide on screen"), SlidePicture("The next scene")
        self.now_words, self.then_words = QLabel(), QLabel()
        self.notes = QTextBrowser()
        self.notes.setAccessibleName("Notes")
        self.scenes = QListWidget()
        self.scenes.setAccessibleName("Scenes")
        self.scenes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scenes.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.scenes.itemClicked.connect(lambda i: self.scene_chosen.emit(self.scenes.row(i)))
        self.warning = QLabel()
        self._look = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._look.timeout.connect(self._take_picture)
        self._lay_out()
        self.setMinimumSize(640, 420)
        self.resize(1180, 680)
        pool.facts_changed.connect(self._on_facts)
        pool.prepared_changed.connect(self._on_prepared)

    # --- what the presentation tells ---------------------------------------------------------

    def set_lecture(self, lecture: Lecture) -> None:
        """Another lecture is shown."""
        self._lecture = lecture
        self.forget_warnings()
        self.scenes.clear()
        self.scenes.addItems([scene.title for scene in lecture.scenes])
        for index in range(len(lecture.scenes)):
            self._on_prepared(index)

    def begin(self) -> None:
        """The talk begins, or goes on."""
        self.time.begin()

    def rest(self) -> None:
        """The presentation is left."""
        self.time.rest()
        self._look.stop()
        self.hide()

    def show_position(self, here: Position) -> None:
        """The script stands here now."""
        self._here = here
        scene = self._lecture.scenes[here.scene]
        self.scenes.setCurrentRow(here.scene)
        self.notes.document().setMarkdown(scene.notes, QTextDocument.MarkdownFeature.MarkdownNoHTML)
        if not scene.notes:
            self.notes.setPlainText("This scene has no notes.")
        self._show_words()
        self._show_next()
        self._look.start(_LOOK_MS // 4)

    def warn(self, text: str) -> None:
        """Something does not work; told once."""
        if text not in self._warnings:
            self._warnings.append(text)
            self._show_warnings()

    def forget_warnings(self) -> None:
        """What was told has been read."""
        self._warnings = []
        self._show_warnings()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes; notes keep theirs."""
        self._theme = theme
        self.setStyleSheet(
            f"{style_sheet(theme)}\n#presenterView {{ background: {theme.window}; }}"
            f"QListWidget {{ background: {theme.card}; border: 1px solid {theme.border};"
            f" border-radius: 6px; }}"
            f"QListWidget::item {{ padding: 4px; }}"
            f"QListWidget::item:selected {{ background: {theme.highlight}; color: {theme.text}; }}"
        )
        for part in (self.now, self.then):
            part.set_theme(theme)
        self.time.set_theme(theme)
        self._size_notes(0)

    # --- inside ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        for label in (self.now_words, self.then_words, self.warning):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.warning.setProperty("role", "problem")
        self.warning.setAccessibleName("Warnings")
        self.dismiss = QPushButton("Dismiss")
        self.dismiss.setToolTip("Take the warnings away")
        self.dismiss.clicked.connect(self.forget_warnings)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.addWidget(self.now_words, 0, 0)
        grid.addWidget(self.then_words, 0, 1)
        grid.addWidget(self.now, 1, 0)
        grid.addWidget(self.then, 1, 1)
        grid.addLayout(self._notes_column(), 2, 0)
        grid.addWidget(self.scenes, 2, 1)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        grid.setRowStretch(1, 5)
        grid.setRowStretch(2, 4)
        column = QVBoxLayout(self)
        # Long notes and warnings must not make the window grow beyond a small screen.
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.time)
        column.addLayout(grid, 1)
        warnings = QHBoxLayout()
        warnings.addWidget(self.warning, 1)
        warnings.addWidget(self.dismiss, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(warnings)
        column.addLayout(self._button_row())

    def _notes_column(self) -> QVBoxLayout:
        head = QHBoxLayout()
        title = QLabel("Notes")
        title.setProperty("role", "title")
        head.addWidget(title, 1)
        for text, by, name in (("A−", -1, "Smaller notes"), ("A+", 1, "Larger notes")):
            button = QPushButton(text)
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.clicked.connect(lambda _=False, by=by: self._size_notes(by))
            head.addWidget(button)
        column = QVBoxLayout()
        column.addLayout(head)
        column.addWidget(self.notes, 1)
        return column

    def _button_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for text, remote, key in _BUTTONS:
            button = QPushButton(text)
            button.setToolTip(f"Key: {key}")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, remote=remote: self.remote.emit(remote))
            row.addWidget(button)
        row.addStretch()
        return row

    def _size_notes(self, by: int) -> None:
        self._notes_size = max(0, min(self._notes_size + by, len(_NOTES_PX) - 1))
        font = QFont(self.notes.font())
        font.setPixelSize(_NOTES_PX[self._notes_size])
        # The style sheet's size for everything would win over the widget's font.
        self.notes.setStyleSheet(f"font-size: {_NOTES_PX[self._notes_size]}px;")
        self.notes.document().setDefaultFont(font)

    def _show_words(self) -> None:
        here, scene = self._here, self._lecture.scenes[self._here.scene]
        view = self._pool.scene(here.scene)
        parts = [f"Now {here.scene + 1} / {len(self._lecture.scenes)}"]
        if scene.steps:
            parts.append(f"step {here.step} of {len(scene.steps)}")
        if not view.complete:
            parts.append("measuring…")
        if view.improvised:
            parts.append("changed by hand, the next key goes on with the script")
        self.now_words.setText(" · ".join(parts))

    def _show_next(self) -> None:
        """What the next key does, and a picture of the next scene."""
        here, scenes = self._here, self._lecture.scenes
        steps = scenes[here.scene].steps
        at = here.scene + 1
        title = scenes[at].title if at < len(scenes) else "the end"
        if here.step < len(steps):
            words = self._step_words(steps[here.step])
            self.then_words.setText(f"Next key: {words}\nThen: {title}")
        else:
            self.then_words.setText(f"Next: {title}")
        picture = self._pool.thumbnail(at) if at < len(scenes) else None
        self.then.show_picture(picture, title if at >= len(scenes) else f"{title}\n(preparing)")

    def _step_words(self, step: Step) -> str:
        said = fill(step.say, self._pool.scene(self._here.scene).facts())
        done = {"train": "starts the training", "pause": "pauses", "reveal": "reveals the curve"}
        words = [done[step.do]] if step.do else []
        if said:
            words.append(f"“{said}”")
        elif step.change:
            words.append(f"changes {', '.join(step.change)}")
        return "; ".join(words) or "goes on"

    def _take_picture(self) -> None:
        """Look at the slide again; a grab paints it once more, so not too often."""
        if not self.isVisible():
            return
        view = self._pool.scene(self._here.scene)
        self.now.show_picture(view.grab(), self._lecture.scenes[self._here.scene].title)
        self._show_words()

    def _on_facts(self, index: int) -> None:
        if index == self._here.scene and not self._look.isActive():
            self._look.start(_LOOK_MS)

    def _on_prepared(self, index: int) -> None:
        """Scenes that would not appear at once are marked."""
        if not 0 <= index < self.scenes.count():
            return
        item = self.scenes.item(index)
        ready = self._pool.prepared(index) or index == self._here.scene
        title = self._lecture.scenes[index].title
        item.setText(f"{index + 1}  {title}" + ("" if ready else "  · preparing"))
        if index == self._here.scene + 1:
            self._show_next()

    def _show_warnings(self) -> None:
        self.warning.setText("\n".join(f"⚠ {text}" for text in self._warnings[-3:]))
        for part in (self.warning, self.dismiss):
            part.setVisible(bool(self._warnings))

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._look.start(_LOOK_MS // 4)
