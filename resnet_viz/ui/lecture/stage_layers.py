"""What lies over the slides: key sheet, lens, pointer, black screen, notices."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRect
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.lecture.black_screen import BlackScreen
from resnet_viz.ui.lecture.cursor_guard import CursorGuard
from resnet_viz.ui.lecture.pointer_layer import PointerKind, PointerLayer
from resnet_viz.ui.lecture.remote import KEY_SHEET
from resnet_viz.ui.lecture.stage_notice import StageNotice
from resnet_viz.ui.lecture.zoom_lens import ZoomLens
from resnet_viz.ui.overlays import KeysOverlay
from resnet_viz.ui.style import style_sheet
from resnet_viz.ui.theme import Theme


class StageLayers(QObject):
    """Keeps the layers in their order and closes them one by one.

    Args:
        slides: what lies below; the lens looks at it.
        window: parent of the slides and the layers.
    """

    def __init__(self, slides: QWidget, window: QWidget) -> None:
        super().__init__(window)
        self.lens = ZoomLens(slides, window)
        self.pointer = PointerLayer(window)
        self.keys = _StageKeys(window)
        self.keys.set_keys(KEY_SHEET)
        self.black = BlackScreen(window)
        self.black.clicked.connect(self.lift)
        self.notice = StageNotice(window)
        self.cursor = CursorGuard(self)

    def resize(self, area: QRect) -> None:
        """Cover another area."""
        for layer in (self.lens, self.pointer, self.black):
            layer.setGeometry(area)
        if self.lens.isVisible():
            self.lens.look_again()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours and sizes of the slides."""
        self.lens.set_theme(theme)
        self.notice.set_theme(theme)
        self.keys.setStyleSheet(style_sheet(theme))

    def move_to(self, at: QPointF) -> None:
        """The mouse is here."""
        self.cursor.moved()
        self.lens.move_to(at)
        self.pointer.move_to(at)

    def leave(self) -> None:
        """The mouse is elsewhere."""
        self.cursor.left()
        self.pointer.move_to(None)

    def next_pointer(self) -> None:
        """Pointer, spotlight, neither, in turn."""
        self._point(self.pointer.next_kind())

    def flip_lens(self) -> None:
        """Show the lens or take it away."""
        self.lens.setVisible(not self.lens.isVisible())

    def flip_black(self) -> None:
        """Make the screen black, or show the slide again."""
        self.black.setVisible(not self.black.isVisible())
        self.black.raise_()

    def lift(self) -> bool:
        """Take away what hides the slide; False where nothing did."""
        hiding = self.keys.isVisible() or self.black.isVisible()
        self.keys.hide()
        self.black.hide()
        return hiding

    def close_top(self) -> bool:
        """Take away what lies on top; False where nothing did."""
        if self.keys.isVisible():
            self.keys.hide()
        elif self.lens.isVisible():
            self.lens.hide()
        elif self.pointer.kind is not PointerKind.OFF:
            self._point(PointerKind.OFF)
        elif self.black.isVisible():
            self.black.hide()
        else:
            return False
        return True

    def reset(self) -> None:
        """Take everything away."""
        while self.close_top():
            pass
        self.notice.hide()
        self.leave()

    def _point(self, kind: PointerKind) -> None:
        self.pointer.set_kind(kind)
        self.cursor.set_replaced(kind is PointerKind.DOT)


class _StageKeys(KeysOverlay):
    """The sheet in the large type of a slide: fewer rows to a column, over all of it."""

    ROWS = 6
    MARGIN = 0
