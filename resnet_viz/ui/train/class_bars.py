"""How many pictures every class has: a bar to learn from, and one that is held out."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from resnet_viz.ui.overview.style import Anchor, Style, draw_text
from resnet_viz.ui.theme import LIGHT, Theme

_NAME_SHARE = 0.36  # of the width, for the longest name

_EVEN = 1.2  # classes that differ by no more than this factor are as good as even


@dataclass(frozen=True)
class Balance:
    """Pictures by class.

    Attributes:
        classes: names by index.
        n_train: to learn from.
        n_held_out: to measure on.
    """

    classes: tuple[str, ...] = ()
    n_train: tuple[int, ...] = ()
    n_held_out: tuple[int, ...] = ()

    @property
    def most(self) -> int:
        """The largest class, both parts together."""
        return max((a + b for a, b in zip(self.n_train, self.n_held_out, strict=True)), default=0)

    def words(self) -> str:
        """How even the classes are, in a sentence."""
        if not self.n_train:
            return ""
        least, most = min(self.n_train), max(self.n_train)
        if least == most:
            return f"Every class has {most:,} pictures to learn from."
        if most <= _EVEN * least:
            return f"Between {least:,} and {most:,} pictures of each class to learn from."
        few, many = self.n_train.index(least), self.n_train.index(most)
        return (
            f"Unbalanced: {least:,} pictures of {self.classes[few]}, "
            f"{most:,} of {self.classes[many]}."
        )


class ClassBars(QScrollArea):
    """The bars with their scroll bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = _Sheet()
        self.setObjectName("page")
        self.setWidgetResizable(True)
        self.setWidget(self.sheet)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Pictures by class")

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.sheet.style_used = Style(theme)
        self.sheet.fit()

    def set_balance(self, balance: Balance) -> None:
        """Show other counts."""
        self.sheet.balance = balance
        parts = zip(balance.classes, balance.n_train, balance.n_held_out, strict=True)
        self.sheet.setAccessibleDescription(
            "; ".join(f"{name}: {a:,} to learn from, {b:,} held out" for name, a, b in parts)
        )
        self.sheet.fit()


class _Sheet(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.balance = Balance()
        self.style_used = Style(LIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def _pitch(self) -> float:
        return self.style_used.row + 6 * self.style_used.scale

    def sizeHint(self) -> QSize:
        return QSize(260, round((1 + len(self.balance.classes)) * self._pitch + 4))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def fit(self) -> None:
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        style, balance = self.style_used, self.balance
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), style.brush("card"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(style.small)
            self._paint_legend(painter)
            for index in range(len(balance.classes)):
                self._paint_class(painter, index, (index + 1.5) * self._pitch)

    def _paint_legend(self, painter: QPainter) -> None:
        style, y, x = self.style_used, self._pitch / 2, 0.0
        for held_out, text in ((False, "to learn from"), (True, "held out")):
            box = QRectF(x, y - 5 * style.scale, 10 * style.scale, 10 * style.scale)
            self._paint_bar(painter, box, held_out=held_out)
            painter.setPen(style.pen("muted"))
            x = box.right() + 5
            draw_text(painter, x, y, text)
            x += style.metrics.horizontalAdvance(text) + 14

    def _paint_class(self, painter: QPainter, index: int, y: float) -> None:
        style, balance = self.style_used, self.balance
        names, numbers = self._name_width(), self._number_width()
        name = style.metrics.elidedText(
            balance.classes[index], Qt.TextElideMode.ElideRight, names - 6
        )
        painter.setPen(style.pen("text"))
        draw_text(painter, 0, y, name)
        room = max(10.0, self.width() - names - numbers)
        unit = room / max(1, balance.most)
        height, x = self._pitch * 0.55, names
        for held_out, count in (
            (False, balance.n_train[index]),
            (True, balance.n_held_out[index]),
        ):
            bar = QRectF(x, y - height / 2, count * unit, height)
            self._paint_bar(painter, bar, held_out=held_out)
            x = bar.right()
        painter.setPen(style.pen("muted"))
        draw_text(painter, self.width() - 2, y, self._numbers(index), Anchor.RIGHT)

    def _paint_bar(self, painter: QPainter, bar: QRectF, *, held_out: bool) -> None:
        """Filled to learn from; an outline with hatching is held out."""
        if bar.width() <= 0:
            return
        style = self.style_used
        if not held_out:
            painter.fillRect(bar, style.brush("branch"))
            return
        hatch = style.brush("branch")
        hatch.setStyle(Qt.BrushStyle.BDiagPattern)
        painter.fillRect(bar, hatch)
        painter.setPen(style.pen("branch", 1.0))
        painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))

    def _numbers(self, index: int) -> str:
        return f"{self.balance.n_train[index]:,} + {self.balance.n_held_out[index]:,}"

    def _number_width(self) -> float:
        texts = (self._numbers(i) for i in range(len(self.balance.classes)))
        advance = self.style_used.metrics.horizontalAdvance
        return max((advance(text) for text in texts), default=0.0) + 12

    def _name_width(self) -> float:
        advance = self.style_used.metrics.horizontalAdvance
        widest = max((advance(name) for name in self.balance.classes), default=0.0) + 8
        return min(widest, self.width() * _NAME_SHARE)
