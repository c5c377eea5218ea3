"""A label for lines of segments that shows the fullest variant that fits."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Line, plain


def line_width(line: Line, look: Look, size_px: int) -> float:
    """Logical pixels that a line takes."""
    return sum(
        QFontMetricsF(look.font(size_px, bold=s.bold)).horizontalAdvance(s.text) for s in line
    )


def draw_line(painter: QPainter, line: Line, rect: QRectF, look: Look, size_px: int) -> None:
    """Draw a line from the left of `rect`, vertically centred; what does not fit ends in `…`."""
    x = rect.left()
    for segment in line:
        font = look.font(size_px, bold=segment.bold, struck=segment.struck)
        metrics = QFontMetricsF(font)
        room = rect.right() - x
        text = segment.text
        width = metrics.horizontalAdvance(text)
        if width > room + 0.5:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.setFont(font)
        painter.setPen(look.ink(segment.role))
        baseline = rect.center().y() + (metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(x, baseline), text)
        x += width
        if x > rect.right():
            return


class LineLabel(QWidget):
    """One line of segments.

    Args:
        look: of the window.
        size_px: of the type.
        parent: owner.
    """

    def __init__(self, look: Look, size_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._size_px = size_px
        self._variants: tuple[Line, ...] = ((),)
        self._right = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_look(self, look: Look, size_px: int) -> None:
        """Change colours and size."""
        self._look, self._size_px = look, size_px
        self.updateGeometry()
        self.update()

    def align_right(self) -> None:
        """Put the text at the right edge."""
        self._right = True

    def set_line(self, *variants: Line) -> None:
        """Say the same thing in several lengths, the longest first."""
        if variants == self._variants:
            return
        self._variants = variants
        self.setAccessibleName(plain(variants[0]))
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The fullest variant as plain text."""
        return plain(self._variants[0])

    def shown(self) -> Line:
        """The variant that fits the present width."""
        for line in self._variants:
            if line_width(line, self._look, self._size_px) <= self.width() + 0.5:
                return line
        return self._variants[-1]

    def natural_width(self, variants: Sequence[Line] | None = None) -> int:
        """Width of the fullest variant."""
        line = (variants or self._variants)[0]
        return int(line_width(line, self._look, self._size_px)) + 2

    def sizeHint(self) -> QSize:
        height = QFontMetricsF(self._look.font(self._size_px, bold=True)).height()
        return QSize(self.natural_width(), int(height) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        line = self.shown()
        rect = QRectF(self.rect())
        free = rect.width() - line_width(line, self._look, self._size_px)
        if self._right and free > 0:
            rect.setLeft(rect.left() + free)
        painter = QPainter(self)
        draw_line(painter, line, rect, self._look, self._size_px)
        painter.end()
