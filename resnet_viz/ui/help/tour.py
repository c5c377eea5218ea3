"""A first walk through the window: a few places lit up one after the other, each with a word.

What is lit stays usable: the veil lets the mouse through, so that people try what they read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.ui.theme import Theme

_GAP = 12
_ROUND = 8.0
_VEIL = 130  # of 255
_CARD_EM = 27


@dataclass(frozen=True)
class Stop:
    """One place of the tour.

    Attributes:
        title: a few words.
        text: what it is, and what to try.
        where: the widget that is lit.
    """

    title: str
    text: str
    where: Callable[[], QWidget]


class _Veil(QWidget):
    """Dims the window but for one place; takes no mouse."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme = theme
        self.lit = QRect()

    def paintEvent(self, event: QPaintEvent) -> None:
        hole = QRectF(self.lit).adjusted(-4, -4, 4, 4)
        path = QPainterPath()
        path.addRect(QRectF(self.rect()))
        path.addRoundedRect(hole, _ROUND, _ROUND)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillPath(path, QColor(0, 0, 0, _VEIL))  # odd-even: the hole stays clear
            painter.setPen(QPen(QColor(self._theme.shortcut), 3))
            painter.drawRoundedRect(hole, _ROUND, _ROUND)


class Tour(QObject):
    """Walks through the stops over a window.

    Args:
        window: covered.
        stops: in order.
        theme: colours and sizes.

    Signals:
        ended: it was walked through or skipped.
    """

    ended = Signal()

    def __init__(self, window: QWidget, stops: Sequence[Stop], theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._stops = tuple(stops)
        self._index = 0
        self._veil = _Veil(window, theme)
        self.card = QFrame(window)
        self.card.setObjectName("card")
        self.card.setFixedWidth(_CARD_EM * theme.font_px)
        self.card.setAccessibleName("Tour of the window")
        self.title, self.text, self.count = QLabel(), QLabel(), QLabel()
        self.back, self.next, self.skip = (
            QPushButton("Back"),
            QPushButton("Next"),
            QPushButton("Skip the tour"),
        )
        self._lay_out()
        self.back.clicked.connect(lambda: self.go(self._index - 1))
        self.next.clicked.connect(lambda: self.go(self._index + 1))
        self.skip.clicked.connect(self.end)
        window.installEventFilter(self)
        self.card.installEventFilter(self)
        self.go(0)

    @property
    def index(self) -> int:
        """The stop that is shown, from 0."""
        return self._index

    @property
    def lit(self) -> QRect:
        """The lit place, in the window's coordinates."""
        return self._veil.lit

    def go(self, index: int) -> None:
        """Show a stop; past the last one the tour ends."""
        if index >= len(self._stops):
            self.end()
            return
        self._index = max(0, index)
        stop = self._stops[self._index]
        self.title.setText(stop.title)
        self.text.setText(stop.text)
        self.count.setText(f"{self._index + 1} of {len(self._stops)}")
        last = self._index == len(self._stops) - 1
        self.next.setText("Done" if last else "Next")
        self.back.setEnabled(self._index > 0)
        self._place()
        for part in (self._veil, self.card):
            part.show()
            part.raise_()
        self.next.setFocus()

    def end(self) -> None:
        """Take the veil away."""
        self._window.removeEventFilter(self)
        for part in (self._veil, self.card):
            part.hide()
            part.deleteLater()
        self.ended.emit()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size; Esc skips."""
        kind = event.type()
        if watched is self._window and kind in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place()
        if watched is self.card and isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.end()
                return True
            steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
            if (step := steps.get(Qt.Key(event.key()))) is not None:
                self.go(self._index + step)
                return True
        return super().eventFilter(watched, event)

    # --- inside ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.title.setProperty("role", "title")
        self.count.setProperty("role", "muted")
        self.next.setProperty("role", "primary")
        for label in (self.title, self.text):
            label.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.skip)
        buttons.addStretch(1)
        for part in (self.count, self.back, self.next):
            buttons.addWidget(part)
        self._column = QVBoxLayout(self.card)
        self._column.setContentsMargins(16, 14, 16, 14)
        self._column.setSpacing(10)
        for label in (self.title, self.text):
            self._column.addWidget(label)
        self._column.addLayout(buttons)

    def _place(self) -> None:
        """Light the stop's widget, and put the card where it hides least of it."""
        self._veil.setGeometry(self._window.rect())
        target = self._stops[self._index].where()
        origin = target.mapTo(self._window, QPoint())
        self._veil.lit = QRect(origin, target.size()).intersected(self._window.rect())
        self._veil.update()
        width = self.card.width()
        height = self._column.heightForWidth(width)
        self.card.resize(width, max(height, self.card.sizeHint().height()))
        self.card.move(_beside(self._veil.lit, self.card.size(), self._window.rect()))


def _beside(lit: QRect, card: QSize, room: QRect) -> QPoint:
    """Below, above, right or left of the lit place, else in its lower right corner."""
    width, height = card.width(), card.height()
    x = min(max(lit.left(), _GAP), room.width() - width - _GAP)
    y = min(max(lit.top(), _GAP), room.height() - height - _GAP)
    places = (
        (x, lit.bottom() + _GAP),
        (x, lit.top() - height - _GAP),
        (lit.right() + _GAP, y),
        (lit.left() - width - _GAP, y),
    )
    for left, top in places:
        if room.contains(QRect(left, top, width, height)):
            return QPoint(left, top)
    return QPoint(
        min(lit.right(), room.right()) - width - _GAP,
        min(lit.bottom(), room.bottom()) - height - _GAP,
    )
