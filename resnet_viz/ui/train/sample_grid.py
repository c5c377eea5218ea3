"""Pictures of a data set in columns, one column a class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.theme import LIGHT, Theme

_COLUMN_EM = 7.2  # a column: room for most classes' names in one line
_GAP = 6
_RECOGNISED_PX = 96
_TIP_LINES = 2


@dataclass(frozen=True)
class Columns:
    """Where columns and tiles lie, in pixels.

    Attributes:
        n_classes: columns in all.
        deepest: most pictures that a class has.
        width: of the whole grid.
        least: width of the narrowest column.
        side: of the pictures, in their own pixels.
        name_height: of the room for a class's name.
    """

    n_classes: int
    deepest: int
    width: float
    least: float
    side: int
    name_height: float

    @property
    def across(self) -> int:
        """Columns beside each other; the other classes come in further bands below."""
        return max(1, min(self.n_classes, int(self.width // self.least)))

    @property
    def bands(self) -> int:
        """Rows of columns."""
        return -(-self.n_classes // self.across)

    @property
    def column(self) -> float:
        """Width of a column, its gap included; few classes do not fill the width."""
        return min(self.width / self.across, 2.0 * self.least)

    @property
    def tile(self) -> float:
        """Side of a tile: a whole multiple of small pictures, so that pixels stay square."""
        room = self.column - _GAP
        times = int(room // self.side)
        return float(times * self.side) if times else room

    @property
    def band_height(self) -> float:
        """Height of a band: the names, the tiles, and a gap."""
        return self.name_height + self.deepest * (self.tile + _GAP) + 2 * _GAP

    @property
    def height(self) -> float:
        """Of the whole grid."""
        return self.bands * self.band_height

    def corner(self, index: int) -> tuple[float, float]:
        """Left and top of a class's column."""
        band, place = divmod(index, self.across)
        return place * self.column, band * self.band_height


class SampleGrid(QScrollArea):
    """The grid with its scroll bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = _Sheet()
        self.setObjectName("page")
        self.setWidgetResizable(True)
        self.setWidget(self.sheet)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Sample pictures by class")

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.sheet.set_theme(theme)

    def set_samples(
        self, classes: tuple[str, ...], samples: NDArray[np.uint8], labels: NDArray[np.int64]
    ) -> None:
        """Show pictures.

        Args:
            classes: names by index.
            samples: (n, S, S, 3) uint8.
            labels: class of each, (n,).
        """
        self.sheet.set_samples(classes, samples, labels)
        self.verticalScrollBar().setValue(0)


class _Sheet(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._style = Style(LIGHT)
        self._classes: tuple[str, ...] = ()
        self._samples: NDArray[np.uint8] = np.zeros((0, 1, 1, 3), np.uint8)
        self._rows: list[NDArray[np.intp]] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_theme(self, theme: Theme) -> None:
        self._style = Style(theme)
        self._fit()

    def set_samples(
        self, classes: tuple[str, ...], samples: NDArray[np.uint8], labels: NDArray[np.int64]
    ) -> None:
        self._classes = classes
        self._samples = np.ascontiguousarray(samples)
        self._rows = [np.flatnonzero(labels == i) for i in range(len(classes))]
        self.setAccessibleDescription(
            f"{len(samples)} pictures of {len(classes)} classes: {', '.join(classes)}"
        )
        self._fit()

    def columns(self, width: float) -> Columns:
        """The layout at a width."""
        side = int(self._samples.shape[1])
        return Columns(
            n_classes=max(1, len(self._classes)),
            deepest=max((len(rows) for rows in self._rows), default=0),
            width=width,
            least=max(_COLUMN_EM * self._style.theme.font_px, _whole_px(side) + _GAP),
            side=side,
            name_height=_TIP_LINES * self._metrics().lineSpacing() + 4,
        )

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self.columns(width).height)

    def sizeHint(self) -> QSize:
        return QSize(640, self.heightForWidth(640))

    def _metrics(self) -> QFontMetricsF:
        return self._style.bold_metrics

    def _fit(self) -> None:
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        columns = self.columns(self.width())
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), self._style.brush("card"))
            for index in range(len(self._classes)):
                left, top = columns.corner(index)
                column = QRectF(left, top, columns.column, columns.band_height)
                if column.intersects(QRectF(event.rect())):
                    self._paint_name(painter, columns, index)
                    self._paint_tiles(painter, columns, index)

    def _paint_name(self, painter: QPainter, columns: Columns, index: int) -> None:
        left, top = columns.corner(index)
        room = columns.column - _GAP
        painter.setFont(self._style.bold)
        painter.setPen(self._style.pen("text"))
        lines = wrapped(self._classes[index], self._metrics(), room)
        line_height = self._metrics().lineSpacing()
        # The last line stands on the pictures, whatever the number of lines.
        first = top + columns.name_height - 4 - len(lines) * line_height
        for at, line in enumerate(lines):
            box = QRectF(left, first + at * line_height, room, line_height)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)

    def _paint_tiles(self, painter: QPainter, columns: Columns, index: int) -> None:
        left, top = columns.corner(index)
        tile, side = columns.tile, columns.side
        enlarged = tile >= side
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not enlarged)
        for at, sample in enumerate(self._rows[index]):
            y = top + columns.name_height + at * (tile + _GAP)
            pixels = self._samples[sample]
            image = QImage(
                pixels.tobytes(),
                side,
                side,
                3 * side,
                QImage.Format.Format_RGB888,
            )
            painter.drawImage(QRectF(round(left), round(y), tile, tile), image)


def _whole_px(side: int) -> int:
    """Least side of a tile at which pictures are recognised, a multiple of their own."""
    return side * max(1, _RECOGNISED_PX // side)


def wrapped(name: str, metrics: QFontMetricsF, room: float) -> list[str]:
    """A name in at most two lines; what does not fit ends in an ellipsis."""
    if metrics.horizontalAdvance(name) <= room:
        return [name]
    words = name.split()
    first = words.pop(0)
    while words and metrics.horizontalAdvance(f"{first} {words[0]}") <= room:
        first = f"{first} {words.pop(0)}"
    lines = [first, " ".join(words)] if words else [first]
    return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) for line in lines]
