"""Charts and heatmaps of one run, kept up with it while it grows; where they stand is others'."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from resnet_viz.runs.recorded import Recorded
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.chart_card import ChartCard
from resnet_viz.ui.train.happenings import happenings
from resnet_viz.ui.train.heat_card import HeatCard
from resnet_viz.ui.train.run_curves import CHARTS, RunCurves
from resnet_viz.ui.train.timeline import Timeline

_SLICE_S = 0.006  # of every turn of the event loop that catching up may take
_CATCH_UP_MS = 12


class RunBoard(QObject):
    """Fills charts that share one time axis.

    Args:
        parent: owner; the widgets are owned by the layouts that they are put into.

    Attributes:
        timeline: what all charts have in common.
        heat: the heatmaps.
        curves: of the run on screen; None while there is none.
        hidden: key of the network whose curves are not drawn; empty for none.

    Signals:
        settled: everything that the run has recorded is drawn.
    """

    settled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.timeline = Timeline(self)
        self.heat = HeatCard(self.timeline)
        self.curves: RunCurves | None = None
        self.hidden = ""
        self._reader: Recorded | None = None
        self._keys: dict[ChartCard, str] = {}
        self._width = 1
        self._theme: Theme = LIGHT
        self._catching_up = QTimer(self)
        self._catching_up.setInterval(_CATCH_UP_MS)
        self._catching_up.timeout.connect(self.catch_up)
        self.heat.fell_behind.connect(self._catching_up.start)

    # --- what is shown ---------------------------------------------------------------------

    @property
    def cards(self) -> tuple[ChartCard, ...]:
        """All charts, in the order in which they were added."""
        return tuple(self._keys)

    @property
    def behind(self) -> bool:
        """Whether there is something that is not drawn yet."""
        return self._catching_up.isActive()

    def add(self, key: str) -> ChartCard:
        """A further chart, of a key of `CHARTS`."""
        card = ChartCard(self.timeline, CHARTS[key])
        card.set_theme(self._theme)
        card.chart.set_width_of_mean(self._width)
        self._keys[card] = key
        self._fill(card)
        return card

    def remove(self, card: ChartCard) -> None:
        """Take a chart away for good."""
        del self._keys[card]
        card.hide()
        card.deleteLater()

    def show_in(self, card: ChartCard, key: str) -> None:
        """Show something else in a chart."""
        self._keys[card] = key
        card.set_quantity(CHARTS[key])
        self._fill(card)

    def hide_network(self, key: str) -> None:
        """Hide a network's curves of loss and accuracy, see `RunCurves.hidden`; empty for none."""
        self.hidden = key
        if self.curves is not None and self.curves.hidden != key:
            self.curves.hidden = key
            self._mark()
            self._draw()

    def set_width_of_mean(self, width: int) -> None:
        """Take running means over so many steps."""
        self._width = width
        for card in self._keys:
            card.chart.set_width_of_mean(width)

    def pin_scales(self) -> None:
        """Keep all vertical axes, the colours and the room for what happened as they are now."""
        for card in self._keys:
            card.chart.pin_scale(card.chart.picture().scale)
        self.heat.pin.setChecked(bool(self.heat.maps))
        self.heat.strip.setFixedHeight(self.heat.strip.sizeHint().height())

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        for card in self._keys:
            card.set_theme(theme)
        self.heat.set_theme(theme)

    # --- the run ---------------------------------------------------------------------------

    def set_reader(self, reader: Recorded | None) -> None:
        """Show another run, or none."""
        self._reader = reader
        self.curves = None if reader is None else RunCurves(reader)
        if self.curves is not None:
            self.curves.hidden = self.hidden
        self.timeline.fit()
        self.heat.set_run(reader)
        for card in self._keys:
            self._fill(card)
        self._show_growth()

    def follow(self) -> None:
        """Take in what the reader has found."""
        if self.curves is None or self._reader is None:
            return
        if self._reader.facts.networks != tuple(self.curves.networks):
            self.set_reader(self._reader)  # a folder that was replaced
            return
        self.curves.follow()
        self.heat.follow()
        self._show_growth()

    def catch_up(self) -> None:
        """Take in measured blocks, a little at a time, so that no frame is late."""
        more = self.heat.catch_up(_SLICE_S)
        if self.curves is not None and self.curves.has_trends:
            more |= self.curves.catch_up(_SLICE_S)
            self._draw(("update", "dead"))
        if not more:
            self._catching_up.stop()
            self.settled.emit()

    def _show_growth(self) -> None:
        reader = self._reader
        if reader is None or self.curves is None:
            return
        facts = reader.facts
        self.timeline.set_run(reader.last_step, facts.n_steps, facts.steps_per_epoch)
        self._mark()
        self._draw()
        self._catching_up.start()

    def _mark(self) -> None:
        """Mark what happened, unless it tells what is hidden."""
        found = happenings(self._reader) if self._reader is not None and not self.hidden else []
        self.heat.set_happenings(found)
        for card in self._keys:
            card.chart.set_happenings(found)

    def _fill(self, card: ChartCard) -> None:
        if self.curves is not None:
            card.chart.set_guides(self.curves.guides(self._keys[card]))
            card.chart.set_lines(self.curves.lines(self._keys[card]))
            self._catching_up.start()

    def _draw(self, keys: tuple[str, ...] = tuple(CHARTS)) -> None:
        if self.curves is not None:
            for card, key in self._keys.items():
                if key in keys:
                    card.chart.set_lines(self.curves.lines(key))


def shows_blocks(reader: Recorded) -> bool:
    """Whether blocks were measured, or still may be; otherwise the curves take their room."""
    keys = (network.key for network in reader.facts.networks)
    return reader.state in ("running", "paused") or any(len(reader.blocks(k).steps) for k in keys)
