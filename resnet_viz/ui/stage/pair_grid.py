"""Where the networks of a pair, their charts and their captions stand on a slide."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from resnet_viz.lab.settings import SIDES, Side
from resnet_viz.lecture.views import PairPart
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Line, Segment, joined
from resnet_viz.ui.gradients.gradient_chart import GradientChart
from resnet_viz.ui.gradients.pair_link import PairLink
from resnet_viz.ui.gradients.pair_state import Series
from resnet_viz.ui.gradients.side_view import SideView
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.stage.pair_captions import SideCaption, caption_segments, title_segment
from resnet_viz.ui.stage.pair_charts import PairCharts
from resnet_viz.ui.theme import LIGHT

_COLUMN_FROM = 42
"""Width, in heights of the type, from which captions stand beside the networks."""
_SHARED_ROW = 1
_SIDE_ROWS: dict[Side, int] = {"residual": 3, "plain": 6}
"""Rows of the chart of both, and of each network's header, canvas and chart."""
_CANVAS_SHARE, _CHART_SHARE = 10, 17
_UNSEEN_PX = 100
_ALONG = "residual block, from the input to the output →"
_WIDEST_FIGURE = "0.00×10⁻⁰⁰"


class PairGrid(QWidget):
    """Captions beside the networks, or over them where it is narrow.

    Args:
        sides: the networks.
        charts: their charts.
        link: what networks and charts share.
        parent: owner.
    """

    def __init__(
        self,
        sides: Mapping[Side, SideView],
        charts: PairCharts,
        link: PairLink,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._sides, self._charts, self._link = sides, charts, link
        self._style = Style(LIGHT)
        self._part: PairPart = "both"
        self.titles = {side: SideCaption() for side in SIDES}
        self.captions = {side: SideCaption() for side in SIDES}
        self.headers = {side: LineLabel(Look(LIGHT), LIGHT.small_px) for side in SIDES}
        self.heading, self.foot = (LineLabel(Look(LIGHT), LIGHT.small_px) for _ in range(2))
        self.foot.set_line((Segment(_ALONG, "muted"),))
        self._grid = QGridLayout(self)
        self._lay_out()
        charts.shared.installEventFilter(self)

    def _lay_out(self) -> None:
        grid, centred = self._grid, Qt.AlignmentFlag.AlignHCenter
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.heading, _SHARED_ROW - 1, 0, 1, 2)
        grid.addWidget(self._charts.shared, _SHARED_ROW, 0, 1, 2)
        grid.addWidget(self.foot, _SHARED_ROW + 1, 0, 1, 2, centred)
        for side, row in _SIDE_ROWS.items():
            grid.addWidget(self.headers[side], row, 0, 1, 2)
            grid.addWidget(self.titles[side], row + 1, 0)
            grid.addWidget(self._sides[side], row + 1, 1)
            grid.addWidget(self.captions[side], row + 2, 0)
            grid.addWidget(self._charts.bars[side], row + 2, 1)

    def set_style(self, style: Style) -> None:
        """Take another look."""
        self._style = style
        theme, look = style.theme, Look(style.theme)
        for side in SIDES:
            self.titles[side].set_look(theme, theme.title_px)
            self.captions[side].set_look(theme, theme.small_px)
            self.headers[side].set_look(look, theme.small_px)
        for label in (self.heading, self.foot):
            label.set_look(look, theme.small_px)
        self._grid.setHorizontalSpacing(round(0.4 * theme.font_px))
        self.arrange()

    def set_part(self, part: PairPart) -> None:
        """Show the whole, the chart alone or the networks alone."""
        self._part = part
        self.arrange()

    def chart_of(self, side: Side) -> GradientChart:
        """The chart that shows a network's figures."""
        return self._charts.shared if self._part == "chart" else self._charts.bars[side]

    def write(self, titles: Mapping[Side, str], now: Mapping[Side, Series]) -> None:
        """Say who the networks are and what their first numbers are.

        Args:
            titles: what each is called.
            now: what is measured of each; none where that is not known yet.
        """
        quantity = self._charts.quantity
        for side in SIDES:
            drawn = {series.kind for series in self._charts.bars[side].scene.drawn()}
            lines = caption_segments(
                quantity,
                now.get(side),
                hidden=side == self._charts.hidden,
                ghost="ghost" in drawn,
                theory="theory" in drawn,
            )
            title: Line = (title_segment(side, titles[side]),)
            self.titles[side].say(title)
            self.captions[side].say(*lines)
            shorter = (joined([title, *lines[:n]], "   ") for n in (len(lines), 3, 2, 1))
            self.headers[side].set_line(*shorter, title)
        words = f"{quantity.title}, log scale", f"{quantity.symbol}, log"
        self.heading.set_line(*((Segment(text, "muted"),) for text in words))

    # --- places ------------------------------------------------------------------------------

    def arrange(self) -> None:
        """Show what belongs to the part, captions where they have room."""
        networks, both = self._part != "chart", self._part == "both"
        beside = self.width() >= _COLUMN_FROM * self._style.theme.small_px
        self._grid.setColumnMinimumWidth(0, self._column_width() if beside and networks else 0)
        for alone in (self.heading, self._charts.shared, self.foot):
            alone.setVisible(not networks)
        for side in SIDES:
            self.headers[side].setVisible(networks and not beside)
            self.titles[side].setVisible(networks and beside)
            self.captions[side].setVisible(both and beside)
            self._sides[side].setVisible(networks)
            self._charts.bars[side].setVisible(both)
        # Rows that are not shown take no height; charts take what networks do not need.
        self._grid.setRowStretch(_SHARED_ROW, 0 if networks else 1)
        for row in _SIDE_ROWS.values():
            self._grid.setRowStretch(row + 1, _CANVAS_SHARE if networks else 0)
            self._grid.setRowStretch(row + 2, _CHART_SHARE if both else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put captions where they have room."""
        self.arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give a chart that stands alone the axis of networks as wide as it is."""
        if event.type() == QEvent.Type.Resize and self._part == "chart":
            width = self._charts.shared.width()
            for view in self._sides.values():
                # Resized as well, for a hidden widget is told its size when it is grabbed.
                view.resize(width, _UNSEEN_PX)
                view.canvas.scene.resize(float(width), float(_UNSEEN_PX))
            self._link.show_axis(self._link.axis)
        return super().eventFilter(watched, event)

    def _column_width(self) -> int:
        style = self._style
        words = style.metrics.horizontalAdvance("first ")
        return round(1.1 * (words + style.bold_metrics.horizontalAdvance(_WIDEST_FIGURE)))
