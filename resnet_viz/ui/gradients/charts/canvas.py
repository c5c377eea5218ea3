"""The plot itself: curves between axes, drawn by pyqtgraph."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from resnet_viz.lab.figures.scales import Scale
from resnet_viz.lab.findings import Chart
from resnet_viz.ui.gradients.charts import axes
from resnet_viz.ui.gradients.charts.backdrop import Backdrop
from resnet_viz.ui.gradients.charts.hover import Hover
from resnet_viz.ui.gradients.charts.items import CurveItems, Setting, bar_setting
from resnet_viz.ui.gradients.charts.look import looks
from resnet_viz.ui.gradients.charts.readout import edge_labels, reading_at
from resnet_viz.ui.theme import LIGHT, Theme

# Images are rows of pixels everywhere in this program; pyqtgraph must know before its first one.
pg.setConfigOption("imageAxisOrder", "row-major")

_LABEL_LETTERS, _LEAST_LETTERS = 17, 11
_LABEL_SHARE = 0.22  # of the width, for labels at the right, where fewer letters will do
_ZOOM_FROM = 40  # named positions; fewer are seen well enough at once
_CLICK_PX = 4.0


class Canvas(QWidget):
    """Draws a chart's curves, axes and lines across; everything else of a chart is around it.

    Signals:
        picked(int): a named position was clicked.
        menu_wanted(QPoint): the right button was pressed, global position.
    """

    picked = Signal(int)
    menu_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.chart: Chart | None = None
        self.x_axis = self.y_axis = Scale(False, 0.0, 1.0)
        self._selected: int | None = None
        self._pressed: QPointF | None = None
        self._veiled = False
        self._curves: dict[tuple[str, int], CurveItems] = {}
        self.graphics = pg.GraphicsView(self)
        self.view = pg.ViewBox(enableMenu=False)
        self.left, self.right, self.bottom = (
            pg.AxisItem(side, maxTickLength=0) for side in ("left", "right", "bottom")
        )
        self._build()
        self.backdrop = Backdrop(self.view)
        self.hover = Hover(self.view)
        self.graphics.viewport().installEventFilter(self)
        self.view.sigResized.connect(self._on_resized)
        self.view.sigXRangeChanged.connect(self._on_x_range)
        self.set_theme(LIGHT)

    def _build(self) -> None:
        layout = pg.GraphicsLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addItem(self.left, 0, 0)
        layout.addItem(self.view, 0, 1)
        layout.addItem(self.right, 0, 2)
        layout.addItem(self.bottom, 1, 1)
        self.graphics.setCentralItem(layout)
        self._layout = layout
        self.view.setDefaultPadding(0)
        self.view.disableAutoRange()
        self.view.setMouseEnabled(x=False, y=False)
        for axis in (self.left, self.right, self.bottom):
            axis.linkToView(self.view)
            axis.setStyle(tickAlpha=255, autoExpandTextSpace=False)
            axis.setZValue(-1000)  # the grid lies under the curves
            axis.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.left.setGrid(255)
        self.bottom.setStyle(hideOverlappingLabels=200)  # the outer names may pass the corners
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.graphics)

    # --- what is shown ---------------------------------------------------------------------

    def set_chart(
        self, chart: Chart | None, y: Scale | None = None, *, veiled: bool = False
    ) -> None:
        """Draw a chart in place of the last one; items of the same curves are kept.

        Args:
            chart: None for an empty plot.
            y: its vertical axis; None to fit the numbers.
            veiled: whether numbers are kept from the viewer, so that a plot without any is
                not said to wait for them.
        """
        self._veiled = veiled
        before, self.chart = self.chart, chart
        self.hover.hide()
        if chart is None:
            self._keep_curves(set())
            self.setVisible(False)
            return
        self.setVisible(True)
        x, self.y_axis = axes.x_scale(chart), axes.y_scale(chart) if y is None else y
        # A zoom stays while the same blocks come with newer numbers.
        whole = before is None or before.ticks != chart.ticks or not self.zoomed
        self.x_axis = x
        self._set_range(whole=whole)
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.theme = theme
        self.font_used = QFont()
        self.font_used.setPixelSize(theme.small_px + 1)
        if theme.printed:
            self.font_used.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        self.metrics = QFontMetricsF(self.font_used)
        self.graphics.setBackground(theme.card)
        self._print(theme.printed)
        for axis in (self.left, self.right, self.bottom):
            axis.setTickFont(self.font_used)
            axis.setTextPen(QColor(theme.text if axis is not self.right else theme.muted))
            axis.setTickPen(QPen(QColor(theme.grid), 1.0))
            axis.setPen(QPen(QColor(theme.ghost if axis is self.bottom else theme.card), 1.0))
        self.hover.set_theme(theme)
        if self.chart is not None:
            self._draw()

    def _print(self, printed: bool) -> None:
        """Draw everything anew at every painting, for a figure; on screen pictures are kept."""
        mode = pg.GraphicsView.CacheModeFlag
        self.graphics.setCacheMode(mode.CacheNone if printed else mode.CacheBackground)
        for items in self._curves.values():
            items.set_printed(printed)

    def set_selected(self, index: int | None) -> None:
        """Light up a named position."""
        self._selected = index
        self.backdrop.show_selected(self._selected, self.theme, self._px())

    @property
    def zoomed(self) -> bool:
        """Whether only a part of the axis is in view."""
        low, high = self.view.viewRange()[0]
        return bool(high - low < 0.999 * (self.x_axis.high - self.x_axis.low))

    def show_all(self) -> None:
        """Undo a zoom."""
        self._set_range(whole=True)

    def _set_range(self, *, whole: bool) -> None:
        many = self.chart is not None and len(self.chart.ticks) >= _ZOOM_FROM
        self.view.setMouseEnabled(x=many, y=False)
        span = self.x_axis.high - self.x_axis.low
        self.view.setLimits(xMin=self.x_axis.low, xMax=self.x_axis.high, minXRange=min(4.0, span))
        self.view.setYRange(self.y_axis.low, self.y_axis.high, padding=0)
        if whole or not many:
            self.view.setXRange(self.x_axis.low, self.x_axis.high, padding=0)

    def _draw(self) -> None:
        self._draw_edges()
        self._draw_curves()
        self._draw_ticks()
        assert self.chart is not None
        self.backdrop.show(self.chart, self.y_axis, self.theme, waits=not self._veiled)
        self.backdrop.show_selected(self._selected, self.theme, self._px())

    def _draw_curves(self) -> None:
        """Curves of a role are recognised by their order: partial findings fill the same ones."""
        chart = self.chart
        assert chart is not None
        sides = {i: c for i, c in enumerate(chart.curves) if c.role != "theory"}
        n_bars, bar = bar_setting(sides, self.x_axis)
        setting = Setting(chart.kind, self.x_axis, self.y_axis, self.theme, self._px(), n_bars, bar)
        seen: dict[str, int] = {}
        wanted = []
        for curve in chart.curves:
            seen[curve.role] = seen.get(curve.role, -1) + 1
            wanted.append((curve.role, seen[curve.role]))
        self._keep_curves(set(wanted))
        columns = {i: k for k, i in enumerate(sides)}
        for i, (key, look) in enumerate(zip(wanted, looks(chart.curves), strict=True)):
            items = self._curves.get(key) or CurveItems(self.view)
            items.set_printed(self.theme.printed)
            self._curves[key] = items
            items.show(chart.curves[i], look, setting, order=i, bar=columns.get(i, 0))

    def _keep_curves(self, wanted: set[Any]) -> None:
        for key in set(self._curves) - wanted:
            self._curves.pop(key).remove()

    def _px(self) -> float:
        """Pixels of one unit of x."""
        low, high = self.view.viewRange()[0]
        return max(1e-9, float(self.view.width()) / float(high - low))

    # --- axes ------------------------------------------------------------------------------

    def _draw_edges(self) -> None:
        """Words beside the lines across, in the margin at the right where no number is."""
        assert self.chart is not None
        labels = [(at, self._wrapped(text)) for at, text in edge_labels(self.chart, self.y_axis)]
        labels = [(at, text) for at, text in labels if self.y_axis.low <= at <= self.y_axis.high]
        lines = [line for _, text in labels for line in text.split("\n")]
        width = max((self.metrics.horizontalAdvance(line) for line in lines), default=0.0)
        self.right.setWidth(round(width + 12) if labels else 14)
        height = max(1.0, float(self.view.height()))
        unit = height / (self.y_axis.high - self.y_axis.low)
        heights = [self.metrics.height() * (text.count("\n") + 1) + 4 for _, text in labels]
        middles = axes.spread([(self.y_axis.high - at) * unit for at, _ in labels], heights, height)
        spots = [
            (self.y_axis.high - middle / unit, text)
            for middle, (_, text) in zip(middles, labels, strict=True)
        ]
        self.right.setTicks([spots])

    def _wrapped(self, text: str) -> str:
        letters = int(_LABEL_SHARE * self.width() / self.metrics.averageCharWidth())
        letters = min(max(letters, _LEAST_LETTERS), _LABEL_LETTERS)
        return "\n".join(textwrap.wrap(text, letters)[:4])

    def _draw_ticks(self) -> None:
        chart, measure = self.chart, self.metrics.horizontalAdvance
        if chart is None:
            return
        row = self.metrics.height()
        ticks = axes.y_ticks(self.y_axis, max(1.0, float(self.view.height())), row)
        self.left.setWidth(round(max((measure(text) for _, text in ticks), default=0.0) + 16))
        self.left.setTicks([ticks])
        low, high = self.view.viewRange()[0]
        width = max(1.0, float(self.view.width()))
        self.x_ticks = axes.x_ticks(chart, self.x_axis, low, high, width, measure)
        self.bottom.setHeight(round(row + 8))
        self.bottom.setTicks([self.x_ticks])

    def _on_resized(self, *_: object) -> None:
        if self.chart is not None:
            self._draw_edges()
            self._draw_curves()
            self._draw_ticks()

    def _on_x_range(self, *_: object) -> None:
        if self.chart is not None and self.view.width() > 0:
            self._draw_curves()
            self._draw_ticks()

    # --- mouse -----------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pointer over the plot: numbers; click: the block; right click: the menu."""
        kind = event.type()
        if kind == QEvent.Type.Leave:
            self.hover.hide()
        elif isinstance(event, QMouseEvent):
            if kind == QEvent.Type.MouseMove:
                self._on_move(event.position())
            elif kind == QEvent.Type.MouseButtonPress:
                self._pressed = event.position()
                if event.button() == Qt.MouseButton.RightButton:
                    self.menu_wanted.emit(event.globalPosition().toPoint())
                    return True
            elif kind == QEvent.Type.MouseButtonRelease:
                self._on_release(event)
            elif kind == QEvent.Type.MouseButtonDblClick:
                self.show_all()
        return super().eventFilter(watched, event)

    def place_of(self, position: QPointF) -> float | None:
        """Where on x a position of the graphics view is; None outside the plot."""
        scene = self.graphics.mapToScene(position.toPoint())
        if not self.view.sceneBoundingRect().contains(scene):
            return None
        return float(self.view.mapSceneToView(scene).x())

    def position_of(self, x: float, y: float) -> QPointF:
        """Where a place of the axes is on the graphics view, pixels."""
        return QPointF(self.graphics.mapFromScene(self.view.mapViewToScene(QPointF(x, y))))

    def _on_move(self, position: QPointF) -> None:
        place = self.place_of(position)
        if self.chart is None or place is None:
            self.hover.hide()
            return
        reading = reading_at(self.chart, self.x_axis, place, 0.6 if self.chart.ticks else np.inf)
        if reading is None:
            self.hover.hide()
            return
        self.hover.show(self.chart, reading, self.view.viewRange(), named=bool(self.chart.ticks))

    def _on_release(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        place = self.place_of(event.position())
        moved = pressed is None or (event.position() - pressed).manhattanLength() > _CLICK_PX
        if moved or place is None or event.button() != Qt.MouseButton.LeftButton:
            return
        assert self.chart is not None
        index = round(place)
        if 0 <= index < len(self.chart.ticks):
            self.picked.emit(index)
