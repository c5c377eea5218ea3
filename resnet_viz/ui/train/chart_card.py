"""A chart over time with its title, what its lines are, and a switch for the log axis."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.ui.overview.style import Style, draw_text
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.chart_values import Quantity
from resnet_viz.ui.train.curve_chart import CurveChart
from resnet_viz.ui.train.timeline import Timeline


class ChartCard(QFrame):
    """One chart.

    Args:
        timeline: shared with other charts.
        quantity: on the y axis.

    Attributes:
        chart: the lines.
        log: the switch.
    """

    def __init__(self, timeline: Timeline, quantity: Quantity) -> None:
        super().__init__()
        self.setObjectName("card")
        self.chart = CurveChart(timeline, quantity)
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.key = LineKey()
        self.log = QToolButton()
        self.log.setText("log")
        self.log.setCheckable(True)
        self.log.setToolTip("Logarithmic axis")
        self.log.toggled.connect(self.chart.set_log)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.key)
        head.addWidget(self.log)
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 6, 8, 4)
        box.setSpacing(2)
        box.addLayout(head)
        box.addWidget(self.chart, 1)
        self.set_quantity(quantity)

    def set_quantity(self, quantity: Quantity) -> None:
        """Show something else on the y axis."""
        self.title.setText(quantity.title)
        self.log.setVisible(quantity.log_offered)
        self.log.setAccessibleName(f"Logarithmic axis: {quantity.title}")
        if not quantity.log_offered:
            self.log.setChecked(False)
        self.chart.set_quantity(quantity)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.key.set_theme(theme)
        self.chart.set_theme(theme)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In narrow cards the title has no room for the key beside it."""
        words = self.title.fontMetrics().horizontalAdvance(self.title.text())
        self.key.setVisible(
            any(line.dashed for line in self.chart.lines)
            and words + self.key.sizeHint().width() + 90 < self.width()
        )


class LineKey(QWidget):
    """Samples of solid and dashed lines: `train`, `held-out`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = Style(LIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Solid lines: training batches; dashed lines: held-out pictures")
        self.setToolTip(
            "Solid: the batch of each step, as it is learnt from (augmented).\n"
            "Dashed: the held-out pictures."
        )

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._style = Style(theme)
        self.updateGeometry()
        self.update()

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
