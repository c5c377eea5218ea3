"""What solid and dashed lines are: once for all charts."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.overview.style import draw_text
from resnet_viz.ui.painted import PaintedWidget


class LineKey(PaintedWidget):
    """Samples of solid and dashed lines: `train`, `held-out`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Solid lines: training batches; dashed lines: held-out pictures")
        self.setToolTip(
            "Solid: the batch of each step, as it is learnt from (augmented).\n"
            "Dashed: the held-out pictures."
        )

    def sizeHint(self) -> QSize:
        words = self._style.metrics.horizontalAdvance("train" + "held-out")
        return QSize(round(words + 2 * self._sample_px + 26), round(self._style.row))

    @property
    def _sample_px(self) -> float:
        return 22 * self._style.scale

    def paintEvent(self, event: QPaintEvent) -> None:
        style, y, x = self._style, self.height() / 2, 0.0
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(style.small)
            for words, dashes in (("train", None), ("held-out", [2.5, 1.6])):
                pen = QPen(style.pen("muted", 0.8 * style.theme.line))
                if dashes:
                    pen.setDashPattern(dashes)
                painter.setPen(pen)
                painter.drawLine(round(x), round(y), round(x + self._sample_px), round(y))
                painter.setPen(style.pen("muted"))
                x += self._sample_px + 5
                draw_text(painter, x, y, words)
                x += style.metrics.horizontalAdvance(words) + 14
