"""Curves over time: raw values faint, running means thick, held-out values dashed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.lab.figures.scales import Scale
from resnet_viz.ui.train.chart_values import Guide, Happening, Line, Quantity
from resnet_viz.ui.train.curve_picture import CurvePicture, Seen, seen, value_at
from resnet_viz.ui.train.pyramid import Values
from resnet_viz.ui.train.readout import Row, box_height, paint_readout
from resnet_viz.ui.train.time_widget import TimeWidget
from resnet_viz.ui.train.timeline import Timeline
from resnet_viz.ui.train.y_scale import Span, y_scale

_BOX_SHARE = 0.6  # of the plot's height that a box of values may hide


class CurveChart(TimeWidget):
    """Lines over time.

    Args:
        timeline: what is in view; shared with other charts, or one of its own.
        quantity: on the y axis.

    Attributes:
        lines: what is drawn, the last on top.
        guides: lines to compare with.
        happenings: what happened when.
        log: whether the y axis is logarithmic.
        log_offered: whether the user can make it so, where that makes sense.
        width_of_mean: values that a running mean takes in; 1 for none.
        pinned: the vertical axis that holds whatever is in view; None for one that suits it.

    Signals:
        lines_changed: their values are others.
    """

    lines_changed = Signal()

    def __init__(
        self, timeline: Timeline, quantity: Quantity, parent: QWidget | None = None
    ) -> None:
        super().__init__(timeline, parent)
        self.quantity = quantity
        self.lines: Sequence[Line] = ()
        self.guides: Sequence[Guide] = ()
        self.happenings: Sequence[Happening] = ()
        self.log = False
        self.log_offered = True
        self.width_of_mean = 1
        self.pinned: Scale | None = None
        self._shown: CurvePicture | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(quantity.title)

    # --- what is shown ---------------------------------------------------------------------

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Draw these."""
        self.lines = lines
        self.setAccessibleDescription("; ".join(line.name for line in lines))
        self.refresh()
        self.lines_changed.emit()

    def set_guides(self, guides: Sequence[Guide]) -> None:
        """Draw lines to compare with."""
        self.guides = guides
        self.refresh()

    def set_happenings(self, happenings: Sequence[Happening]) -> None:
        """Mark what happened."""
        self.happenings = happenings
        self.refresh()

    def set_quantity(self, quantity: Quantity) -> None:
        """Count something else."""
        self.quantity = quantity
        self.setAccessibleName(quantity.title)
        self.refresh()

    def set_log(self, log: bool) -> None:
        """Make the y axis logarithmic, or linear."""
        self.log = log
        self.refresh()

    def set_width_of_mean(self, width: int) -> None:
        """Take running means over so many values."""
        self.width_of_mean = width
        self.refresh()
        self.lines_changed.emit()

    def pin_scale(self, scale: Scale | None) -> None:
        """Keep a vertical axis, or let it suit what is in view."""
        self.pinned = scale
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(420, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, round(90 * self.style_.scale))

    # --- layout ----------------------------------------------------------------------------

    def place_plot(self) -> QRectF:
        """Where the lines are."""
        style = self.style_
        advance = style.bold_metrics.horizontalAdvance
        widest = max((advance(line.label) for line in self.lines if line.label), default=0.0)
        left = style.metrics.horizontalAdvance("0.0005") + 10
        right = self.width() - (min(widest + 12, 0.34 * self.width()) if widest else 10)
        top = 0.5 * style.row
        return QRectF(left, top, right - left, self.height() - top - 1.35 * style.row)

    def scale(self, lines: Sequence[Seen]) -> Scale:
        """The vertical axis of what is in view."""
        steady: list[Values] = []
        raw: list[Values] = []
        for one in lines:
            (raw if one.line.smoothed else steady).extend((one.trace.low, one.trace.high))
            if one.line.smoothed:
                steady.append(one.y)
        guides = [guide.value for guide in self.guides]
        return y_scale(Span(steady, raw), log=self.log, share=self.quantity.share, guides=guides)

    def picture(self) -> CurvePicture:
        """What is in view."""
        axis, width = self.axis, self.width_of_mean
        lines = [seen(line, axis, width) for line in self.lines]
        scale = self.pinned or self.scale(lines)
        drawn = [one for one in lines if not one.line.hidden]
        return CurvePicture(self.style_, self.plot, self.width(), axis, scale, drawn, width)

    # --- painting --------------------------------------------------------------------------

    def paint_picture(self, painter: QPainter) -> None:
        """Paint axes, lines and guides."""
        self._shown = self.picture()
        self._shown.paint_values(painter, self.quantity)
        self._shown.paint_times(painter, self.timeline)
        self._shown.paint_lines(painter, self.happenings)
        self._shown.paint_guides(painter, self.guides)
        self._shown.paint_beyond(painter, log_offered=self.log_offered)

    def paint_moment(self, painter: QPainter) -> None:
        """Paint the step under the pointer and its values."""
        self.paint_position(painter)
        if self._shown is not None:
            self._shown.paint_labels(painter)
        hovered = self.timeline.hovered
        if hovered is None or not self.underMouse() or not (rows := self.readings(hovered)):
            return
        if box_height(self.style_, len(rows)) < _BOX_SHARE * self.plot.height():
            heading = self.timeline.words(hovered)
            paint_readout(painter, self.style_, self.plot, self.axis.x(hovered), heading, rows)

    def readings(self, moment: float) -> list[Row]:
        """What every line was at a step: of each the last value until then."""
        rows = []
        for line in self.lines:
            index = line.curve.index_at(moment)
            if index is not None and not line.hidden:
                value = value_at(line, index, self.width_of_mean)
                words = "not finite" if np.isnan(value) else self.quantity.said(value)
                rows.append(Row(line, words))
        return rows
