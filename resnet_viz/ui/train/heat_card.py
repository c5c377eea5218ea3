"""Heatmaps of all networks under each other, with one scale, one time axis and what happened."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from resnet_viz.runs.recorded import Recorded
from resnet_viz.ui.fitted_line import FittedLine
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.chart_values import Happening
from resnet_viz.ui.train.heat_field import HeatField
from resnet_viz.ui.train.heat_legend import HeatLegend
from resnet_viz.ui.train.heat_quantities import HEAT_QUANTITIES, HeatQuantity, offered
from resnet_viz.ui.train.heat_scale import HeatScale, heat_scale
from resnet_viz.ui.train.heatmap import Heatmap
from resnet_viz.ui.train.run_curves import COLOURS, MARKS
from resnet_viz.ui.train.time_strip import TimeStrip
from resnet_viz.ui.train.timeline import Timeline


class HeatCard(QFrame):
    """What blocks did over time.

    Args:
        timeline: shared with the charts above.

    Attributes:
        maps: one for each network.
        strip: the time axis.

    Signals:
        block_clicked(str): a row was chosen.
        fell_behind: there is something to catch up with.
    """

    block_clicked = Signal(str)
    fell_behind = Signal()

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self.setObjectName("card")
        self._timeline = timeline
        self._reader: Recorded | None = None
        self._theme: Theme | None = None
        self._pinned: HeatScale | None = None
        self._selected = ""
        self._controls = True
        self.maps: list[Heatmap] = []
        self.strip = TimeStrip(timeline)
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("What the heatmaps show")
        self.chooser.currentIndexChanged.connect(self._on_chosen)
        self.title = FittedLine()
        self.title.setProperty("role", "title")
        self.legend = HeatLegend()
        self.pin = QToolButton()
        self.pin.setText("Pin")
        self.pin.setCheckable(True)
        self.pin.setAccessibleName("Pin the colour scale")
        self.pin.setToolTip("Keep these colours while numbers change, so that a change is seen")
        self.pin.toggled.connect(self._on_pinned)
        self.empty = QLabel()
        self.empty.setProperty("role", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.chooser)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.legend)
        head.addWidget(self.pin)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 6, 8, 4)
        self._column.setSpacing(4)
        self._column.addLayout(head)
        self._column.addWidget(self.empty, 1)
        self._column.addWidget(self.strip)

    def sizeHint(self) -> QSize:
        return QSize(800, 300)

    # --- what is shown ---------------------------------------------------------------------

    def set_controls(self, shown: bool) -> None:
        """Offer other quantities and the pin, or only say what is shown."""
        self._controls = shown
        self._show_head()

    @property
    def quantity(self) -> HeatQuantity:
        """What the heatmaps show."""
        return HEAT_QUANTITIES[self.chooser.currentData() or "gradient"]

    def choose(self, key: str) -> None:
        """Show another quantity, if the run has it."""
        self.chooser.setCurrentIndex(max(0, self.chooser.findData(key)))

    def show_like(self, other: HeatCard) -> None:
        """Show what another card shows, drawn from the figures that it has taken in."""
        self.set_run(other._reader)
        self.choose(other.quantity.key)
        for mine, its in zip(self.maps, other.maps, strict=True):
            mine.set_field(its.field, its.stages)
        self._pinned = other._pinned
        self.set_happenings(list(other.strip.happenings))
        self._colour()

    def set_run(self, reader: Recorded | None) -> None:
        """Show another run, or none."""
        self._reader = reader
        self.pin.setChecked(False)
        networks = [] if reader is None else [n for n in reader.facts.networks if n.blocks]
        for old in self.maps:
            self._column.removeWidget(old)
            old.deleteLater()
        self.maps = []
        for place, network in enumerate(networks):
            heatmap = Heatmap(self._timeline, network.title, self)
            heatmap.colour = COLOURS.get(network.key, "branch")
            heatmap.mark = MARKS.get(network.key, "▲")
            heatmap.block_clicked.connect(self.block_clicked)
            heatmap.set_selected(self._selected)
            if self._theme is not None:
                heatmap.set_theme(self._theme)
            self._column.insertWidget(1 + place, heatmap, 1)
            self.maps.append(heatmap)
        self._offer()
        self._on_chosen()

    def _offer(self) -> None:
        """Offer what the run has recorded; what was chosen stays if it can."""
        before = self.chooser.currentData()
        quantities = offered(self._reader.facts.quantities) if self._reader else []
        self.chooser.blockSignals(True)
        self.chooser.clear()
        for quantity in quantities:
            self.chooser.addItem(quantity.title, quantity.key)
            last = self.chooser.count() - 1
            self.chooser.setItemData(last, quantity.tip, Qt.ItemDataRole.ToolTipRole)
        self.chooser.setCurrentIndex(max(0, self.chooser.findData(before)))
        self.chooser.blockSignals(False)

    def _on_chosen(self) -> None:
        reader, quantity = self._reader, self.quantity
        self._show_head()
        self.empty.setText("This run has no figures of blocks." if reader else "")
        if reader is None or not self._there:
            return
        self.pin.setChecked(False)  # a scale of something else says nothing here
        self.chooser.setToolTip(quantity.tip)
        networks = [n for n in reader.facts.networks if n.blocks]
        for heatmap, network in zip(self.maps, networks, strict=True):
            field = HeatField(quantity, reader.facts.quantities, network.blocks)
            field.follow(reader.blocks(network.key))
            heatmap.set_field(field, network.stages)
        self.fell_behind.emit()

    @property
    def _there(self) -> bool:
        """Whether there is a quantity to show."""
        return bool(self.maps) and self.chooser.count() > 0

    def _show_head(self) -> None:
        there = self._there
        self.legend.setVisible(there)
        self.chooser.setVisible(there and self._controls)
        self.pin.setVisible(there and self._controls)
        self.title.setVisible(there and not self._controls)
        title = self.quantity.title
        self.title.say(title, title.partition(" ‖")[0])
        self.empty.setVisible(not there)

    def follow(self) -> None:
        """Take in what the reader has found."""
        if self._reader is None:
            return
        for heatmap, network in zip(
            self.maps, [n for n in self._reader.facts.networks if n.blocks], strict=True
        ):
            if heatmap.field is not None:
                heatmap.field.follow(self._reader.blocks(network.key))

    def catch_up(self, seconds: float) -> bool:
        """Take in what is new, for so long; whether there is more."""
        fields = [m.field for m in self.maps if m.field is not None]
        before = [field.n_taken for field in fields]
        n_behind = sum(field.catch_up(seconds / len(fields)) for field in fields)
        if before != [field.n_taken for field in fields] or not any(before):
            self._colour()
            for heatmap in self.maps:
                heatmap.refresh()
        return n_behind > 0

    def _colour(self) -> None:
        """Give all maps one scale."""
        pyramids = [m.field.pyramid for m in self.maps if m.field is not None]
        scale = self._pinned or heat_scale(pyramids, share=self.quantity.share)
        for heatmap in self.maps:
            heatmap.set_scale(scale)
        zero = "" if self.quantity.share else self.quantity.zero
        self.legend.show_scale(scale, zero=zero, bad=any(p.n_bad for p in pyramids))

    def _on_pinned(self, pinned: bool) -> None:
        self._pinned = self.maps[0].scale if pinned and self.maps else None
        if not pinned:
            self._colour()

    def set_happenings(self, happenings: list[Happening]) -> None:
        """Mark what happened."""
        self.strip.set_happenings(happenings)

    def set_selected(self, block: str) -> None:
        """Frame a block's row in every map."""
        self._selected = block
        for heatmap in self.maps:
            heatmap.set_selected(block)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        for heatmap in self.maps:
            heatmap.set_theme(theme)
        self.strip.set_theme(theme)
        self.legend.set_theme(theme)
