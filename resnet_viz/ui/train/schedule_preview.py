"""A small drawing of the learning rate over the run."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.train.config import TrainConfig
from resnet_viz.train.schedule import lr_share
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.fields import written

_STEPS_PER_EPOCH = 40
"""Enough for a drawing: the schedule's shape does not depend on it."""


def shares(config: TrainConfig) -> list[float]:
    """The rate over the run as shares of its peak, evenly spaced, for a drawing."""
    per_epoch = max(2, min(_STEPS_PER_EPOCH, 2000 // config.run.epochs))
    n_steps = config.run.epochs * per_epoch
    return [lr_share(config.schedule, step, n_steps, per_epoch) for step in range(n_steps)]


class SchedulePreview(QWidget):
    """The rate over the run, with its peak and the run's length in figures.

    Args:
        parent: owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._shares: list[float] = []
        self._peak, self._epochs = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Learning rate over the run")

    def show_config(self, config: TrainConfig) -> None:
        """Draw a recipe's schedule."""
        self._shares = shares(config)
        self._peak = f"η {written(config.optimiser.lr)}"
        epochs = config.run.epochs
        self._epochs = "1 epoch" if epochs == 1 else f"{epochs} epochs"
        self.setAccessibleDescription(
            f"{config.schedule.name}: peak {self._peak}, over {self._epochs}"
        )
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 5 * self._theme.font_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.font()
        font.setPixelSize(t.small_px)
        painter.setFont(font)
        line = painter.fontMetrics().height()
        plot = QRectF(self.rect()).adjusted(2, 3, -2, -line - 3)
        painter.setPen(QPen(QColor(t.grid), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.setPen(QPen(QColor(t.muted)))
        below = QRectF(plot.left(), plot.bottom() + 2, plot.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, f"peak {self._peak}")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, self._epochs)
        pen = QPen(QColor(t.gradient), t.line * 0.8)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline(self._line(plot))
        painter.end()

    def _line(self, plot: QRectF) -> QPolygonF:
        last = max(1, len(self._shares) - 1)
        return QPolygonF(
            [
                QPointF(plot.left() + plot.width() * i / last, plot.bottom() - plot.height() * s)
                for i, s in enumerate(self._shares)
            ]
        )
