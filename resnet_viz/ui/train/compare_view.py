"""Up to six runs in one chart, and their final numbers below it."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Segment
from resnet_viz.ui.gradients.charts.table_view import TableView
from resnet_viz.ui.gradients.segments import Segments
from resnet_viz.ui.labels import muted
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.compared_curves import (
    PER_EPOCH,
    TABLE_NOTE,
    By,
    ComparedCurves,
    Measure,
    Part,
    final_table,
)
from resnet_viz.ui.train.curve_chart import CurveChart
from resnet_viz.ui.train.run_curves import ACCURACY, LOSS
from resnet_viz.ui.train.session import TrainSession
from resnet_viz.ui.train.timeline import Timeline

_SECONDS_UP_TO = 300
"""Longer runs are numbered in minutes."""
_MEAN = 25
_QUANTITIES = {"loss": LOSS, "accuracy": ACCURACY}


class CompareTimeline(Timeline):
    """An axis that counts steps, epochs or the time of training.

    Attributes:
        by: which.
    """

    def __init__(self) -> None:
        super().__init__()
        self.by: By = "step"

    def show_by(self, by: By, last: float) -> None:
        """Count something else; `last` is where the longest line ends."""
        self.by = by
        per = {"step": 0, "epoch": PER_EPOCH, "time": 60 if last > _SECONDS_UP_TO else 0}[by]
        self.unit = "epoch" if per else "step"
        self.set_run(round(last + 0.5), 0, per)
        self.fit()

    @property
    def unit_word(self) -> str:
        """What the numbers of the axis count."""
        if self.by == "time":
            return "min" if self.steps_per_epoch else "s"
        return self.by

    def words(self, step: float) -> str:
        """A place on the axis."""
        if self.by == "epoch":
            return f"epoch {step / PER_EPOCH:.2f}"
        if self.by == "time":
            minutes, seconds = divmod(round(step), 60)
            return f"after {minutes} min {seconds} s" if minutes else f"after {seconds} s"
        return f"step {round(step):,}"


class CompareView(QFrame):
    """Shows the runs that a session compares."""

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("card")
        self.curves = ComparedCurves()
        self.timeline = CompareTimeline()
        self.note = LineLabel(Look(LIGHT), LIGHT.title_px)
        self.table_note = muted(TABLE_NOTE)
        self.measure, self.part, self.by = Segments("Quantity"), Segments("On"), Segments("By")
        self.chart = CurveChart(self.timeline, ACCURACY)
        self.chart.set_width_of_mean(_MEAN)
        self.table = TableView()
        self._lay_out()
        for segments in (self.measure, self.part, self.by):
            segments.chosen.connect(lambda _: self._draw())
        session.compared_changed.connect(self.refresh)
        session.run_grew.connect(self._on_grew)
        self.set_theme(LIGHT)

    def _lay_out(self) -> None:
        self.measure.set_choices(
            [
                ("accuracy", "Accuracy", "Share of the pictures named rightly"),
                ("loss", "Loss", "Mean cross-entropy, nats"),
            ]
        )
        self.part.set_choices(
            [
                ("held-out", "Held-out", "Measured on pictures that nothing was learned from"),
                ("train", "Train", f"Running mean over {_MEAN} training batches"),
            ]
        )
        self.by.set_choices(
            [
                ("step", "Step", "Against optimiser steps"),
                ("epoch", "Epoch", "Against passes over the training pictures"),
                ("time", "Time", "Against seconds of training, pauses left out"),
            ]
        )
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.note, 1)
        for segments in (self.measure, self.part, self.by):
            row.addWidget(segments)
        self.table_note.setWordWrap(True)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.chart)
        self.splitter.addWidget(self.table)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.table_note)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        for segments in (self.measure, self.part, self.by):
            segments.set_theme(theme)
        self.note.set_look(Look(theme), theme.font_px)
        self.chart.set_theme(theme)
        self.table.set_theme(theme)
        self.table.setMinimumHeight(round(7.5 * theme.font_px))
        self.table.verticalHeader().setDefaultSectionSize(round(1.9 * theme.font_px))

    def refresh(self) -> None:
        """Show the runs of now."""
        self.curves.set_readers(self._session.compared)
        self._draw()
        self.table.set_table(final_table(self.curves.contenders))

    def _on_grew(self) -> None:
        if self.isVisible():
            self._draw()
            self.table.set_table(final_table(self.curves.contenders))

    def _draw(self) -> None:
        """Draw what is chosen; a view that was zoomed to stays while lines only grow."""
        measure, part = cast(Measure, self.measure.value), cast(Part, self.part.value)
        by = cast(By, self.by.value)
        lines = self.curves.lines(measure, part, by)
        last = max((float(line.curve.x[-1]) for line in lines), default=0.0)
        if by != self.timeline.by or not self.timeline.zoomed:
            self.timeline.show_by(by, last)
        self.chart.set_quantity(_QUANTITIES[measure])
        self.chart.set_lines(lines)
        left_out = len(self.curves.contenders) - len(lines)
        words = "on the held-out pictures" if part == "held-out" else "of the training batches"
        name = Segment(f"{_QUANTITIES[measure].title} {words}", bold=True)
        missing = Segment(f"  {left_out} without such figures" if left_out else "", "muted")
        short = (Segment(_QUANTITIES[measure].title, bold=True),)
        self.note.set_line((name, missing), (name,), short)
