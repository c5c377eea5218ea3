"""One scene in the column of scenes: its number, how it looks, its title."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from resnet_viz.ui.lecture.scene_model import KINDS, THUMBNAIL
from resnet_viz.ui.theme import LIGHT

ASPECT = 16 / 9
_MARGIN, _GAP = 8, 4
_TITLE_LINES = 2
_BROKEN = 0.45
"""Of a line that words may leave empty where they do not fit any more."""


class SceneCard(QStyledItemDelegate):
    """Paints a row of `SceneModel`.

    Attributes:
        theme: in which it is painted.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = LIGHT

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        widget: QWidget | None = option.widget
        viewport = widget.viewport() if widget is not None else None  # type: ignore[attr-defined]
        width = viewport.width() if viewport is not None else 180
        titles = _TITLE_LINES * QFontMetrics(self._font()).lineSpacing()
        return QSize(width, round(self._picture_width(width) / ASPECT) + titles + 3 * _MARGIN)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect = QRectF(option.rect)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        focused = chosen and bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            self._paint_ground(painter, rect, chosen=chosen, focused=focused)
        left = rect.left() + self._number_width() + _MARGIN
        picture = QRectF(left, rect.top() + _MARGIN, self._picture_width(rect.width()), 0)
        picture.setHeight(picture.width() / ASPECT)
        self._paint_number(painter, rect, index.row() + 1, chosen=chosen)
        self._paint_picture(painter, picture, index)
        words = QRectF(left, picture.bottom() + _GAP, picture.width(), 0)
        words.setBottom(rect.bottom() - _GAP)
        self._paint_title(painter, words, str(index.data()), chosen=chosen)
        painter.restore()

    # --- inside ------------------------------------------------------------------------------

    def _font(self, *, bold: bool = False) -> QFont:
        font = QFont()
        font.setPixelSize(self.theme.small_px)
        font.setBold(bold)
        return font

    def _number_width(self) -> int:
        return QFontMetrics(self._font(bold=True)).horizontalAdvance("00") + _MARGIN

    def _picture_width(self, width: float) -> float:
        return max(40.0, width - self._number_width() - 2 * _MARGIN)

    def _paint_ground(
        self, painter: QPainter, rect: QRectF, *, chosen: bool, focused: bool
    ) -> None:
        theme = self.theme
        painter.setPen(QPen(QColor(theme.branch), 1.5) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.highlight if chosen else theme.raised))
        painter.drawRoundedRect(rect.adjusted(3, 2, -3, -2), 6, 6)

    def _paint_number(self, painter: QPainter, rect: QRectF, number: int, *, chosen: bool) -> None:
        painter.setFont(self._font(bold=chosen))
        painter.setPen(QColor(self.theme.text if chosen else self.theme.muted))
        place = QRectF(rect.left() + 2, rect.top() + _MARGIN, self._number_width(), 20)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(place, flags, str(number))

    def _paint_picture(
        self, painter: QPainter, place: QRectF, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        picture = index.data(THUMBNAIL)
        painter.setPen(QPen(QColor(self.theme.border), 1))
        if isinstance(picture, QPixmap) and not picture.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, picture, QRectF(picture.rect()))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setBrush(QColor(self.theme.card))
        painter.drawRect(place)
        if not isinstance(picture, QPixmap):
            painter.setFont(self._font())
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(index.data(KINDS)))

    def _paint_title(self, painter: QPainter, place: QRectF, title: str, *, chosen: bool) -> None:
        font = self._font(bold=chosen)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.text))
        # Two lines, the second cut with dots: a title says in its first words what it is.
        room = round(place.width() * (_TITLE_LINES - _BROKEN))
        words = metrics.elidedText(title or "Untitled", Qt.TextElideMode.ElideRight, room)
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.drawText(place, flags, words)
