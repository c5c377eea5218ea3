"""A chart over time with its title, what its lines are, and a switch for the log axis."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.chart_values import Quantity
from resnet_viz.ui.train.curve_chart import CurveChart
from resnet_viz.ui.train.timeline import Timeline
from resnet_viz.ui.train.value_row import ValueRow


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
        self.values = ValueRow(self.chart)
        self.log = QToolButton()
        self.log.setText("log")
        self.log.setCheckable(True)
        self.log.setToolTip("Logarithmic axis")
        self.log.toggled.connect(self.chart.set_log)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title)
        head.addWidget(self.values, 1)
        head.addWidget(self.log)
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 6, 8, 4)
        box.setSpacing(2)
        box.addLayout(head)
        box.addWidget(self.chart, 1)
        self._controls = True
        self.set_quantity(quantity)

    def set_controls(self, shown: bool) -> None:
        """Offer the log axis, or only draw."""
        self._controls = self.chart.log_offered = shown
        self.chart.refresh()
        self.log.setVisible(shown and self.chart.quantity.log_offered)

    def show_like(self, other: ChartCard) -> None:
        """Draw the same lines on the same axis as another card."""
        mine, its = self.chart, other.chart
        self.set_quantity(its.quantity)
        mine.set_guides(its.guides)
        mine.set_happenings(its.happenings)
        mine.set_log(its.log)
        mine.set_width_of_mean(its.width_of_mean)
        mine.set_lines(its.lines)

    def set_quantity(self, quantity: Quantity) -> None:
        """Show something else on the y axis."""
        self.title.setText(quantity.title)
        self.log.setVisible(self._controls and quantity.log_offered)
        self.log.setAccessibleName(f"Logarithmic axis: {quantity.title}")
        if not quantity.log_offered:
            self.log.setChecked(False)
        self.title.setToolTip(quantity.detail)
        self.chart.set_quantity(quantity)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.values.set_theme(theme)
        self.chart.set_theme(theme)
        # Titles stand at one height, whether or not there is a switch beside them.
        self.values.setFixedHeight(round(theme.font_px * 2.1))
