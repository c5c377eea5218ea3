"""Which curve is which: samples of line and marker over the plot, where they cover nothing."""

from __future__ import annotations

from collections.abc import Sequence

from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from resnet_viz.lab.findings import Chart, Kind
from resnet_viz.ui.gradients.charts.flow import FlowLayout
from resnet_viz.ui.gradients.charts.look import Look, looks
from resnet_viz.ui.gradients.charts.readout import named
from resnet_viz.ui.theme import LIGHT, Theme


class Legend(QWidget):
    """One entry per curve, in their order; wraps where the chart is narrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._chart: Chart | None = None
        self._entries: list[_Entry] = []
        self._brief = False
        self._flow = FlowLayout(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def texts(self) -> list[str]:
        """What is written, for tests and screen readers."""
        return [entry.text.text() for entry in self._entries]

    def set_chart(self, chart: Chart | None) -> None:
        """Name the curves of a chart."""
        self._chart = chart
        curves: Sequence[object] = () if chart is None else chart.curves
        while len(self._entries) > len(curves):
            entry = self._entries.pop()
            self._flow.removeWidget(entry)
            entry.setParent(None)
            entry.deleteLater()
        while len(self._entries) < len(curves):
            self._entries.append(_Entry(self))
            self._flow.addWidget(self._entries[-1])
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        self._fill()

    def set_brief(self, brief: bool) -> None:
        """Leave out the sources of theories, where the plot needs the room."""
        if brief != self._brief:
            self._brief = brief
            self._fill()

    def _fill(self) -> None:
        if self._chart is None:
            return
        curves = self._chart.curves
        for entry, curve, look in zip(self._entries, curves, looks(curves), strict=True):
            words = curve.label if self._brief else named(curve)
            entry.show_curve(words, look, self._chart.kind, self._theme)
            entry.text.setToolTip(curve.source)
        self.setVisible(bool(curves))
        self.updateGeometry()


class _Entry(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.sample = _Sample(self)
        self.text = QLabel()
        self.text.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.sample)
        row.addWidget(self.text, 1)

    def sizeHint(self) -> QSize:
        """In one line; a narrower chart wraps the text."""
        words = self.text.fontMetrics().horizontalAdvance(self.text.text()) + 4
        row = max(self.sample.sizeHint().height(), self.text.fontMetrics().height())
        return QSize(self.sample.sizeHint().width() + 6 + words, row)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sample.sizeHint().width() + 60, self.sizeHint().height())

    def show_curve(self, name: str, look: Look, kind: Kind, theme: Theme) -> None:
        if self.text.text() != name:
            self.text.setText(name)
        self.text.setStyleSheet(f"color: {theme.text}; font-size: {theme.small_px + 1}px;")
        self.sample.show_look(look, kind, theme)


class _Sample(QWidget):
    """A short piece of the curve; painted, so that it stays sharp in an SVG."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look("text")
        self._kind: Kind = "line"
        self._theme: Theme = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_look(self, look: Look, kind: Kind, theme: Theme) -> None:
        self._look, self._kind, self._theme = look, kind, theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        scale = self._theme.font_px / 13.0
        bar = self._kind == "bars" and bool(self._look.symbol)
        return QSize(round((16 if bar or self._is_point else 34) * scale), round(14 * scale))

    @property
    def _is_point(self) -> bool:
        return self._kind == "points" and bool(self._look.symbol)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, theme = self._look, self._theme
        middle = self.rect().toRectF().center()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._kind == "bars" and (look.symbol or look.hatched):
                painter.setPen(look.outline(theme))
                painter.setBrush(look.fill(theme))
                painter.drawRect(QRectF(1.5, 1.5, self.width() - 3.0, self.height() - 3.0))
                return
            if not self._is_point:
                painter.setPen(look.pen(theme))
                painter.drawLine(QPointF(0, middle.y()), QPointF(self.width(), middle.y()))
            if look.symbol and self._kind != "bars":
                painter.translate(middle)
                drawSymbol(painter, look.symbol, look.marker_px(theme), *look.marker(theme))
