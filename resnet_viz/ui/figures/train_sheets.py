"""Charts and heatmaps of a run as they stand in a figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.chart_card import ChartCard
from resnet_viz.ui.train.heat_card import HeatCard
from resnet_viz.ui.train.line_key import LineKey
from resnet_viz.ui.train.timeline import Timeline

_BESIDE_PX = 300.0  # width of a chart from which two stand side by side
_CARD_PX, _HEAT_PX, _MAP_PX, _KEY_PX = 190.0, 76.0, 105.0, 22.0


class RunSheet(QWidget):
    """Charts over heatmaps, with a key of their lines.

    Args:
        timeline: on screen; the figure's shows the same stretch.
        cards: on screen.
        heat: on screen; None for none.
    """

    def __init__(
        self, timeline: Timeline, cards: Sequence[ChartCard], heat: HeatCard | None
    ) -> None:
        super().__init__()
        self._timeline = Timeline(self)
        self._timeline.show_like(timeline)
        self._cards = [self._card(card) for card in cards]
        self._heat = None if heat is None else self._heatmaps(heat)
        self._key = LineKey()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(10)
        for card in self._cards:
            self._row.addWidget(card, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        if cards:
            column.addLayout(self._row, 4)
            column.addWidget(self._key, 0, Qt.AlignmentFlag.AlignRight)
        if self._heat is not None:
            column.addWidget(self._heat, 5)

    @staticmethod
    def height_of(n_cards: int, n_maps: int) -> Callable[[float], float]:
        """A good height of so many charts and heatmaps, by the width."""

        def height(width: float) -> float:
            beside = n_cards * _BESIDE_PX <= width
            rows = min(n_cards, 1) if beside else n_cards
            row = max(_CARD_PX, (0.62 if beside else 0.4) * width / max(1, n_cards * beside))
            heat = _HEAT_PX + _MAP_PX * n_maps if n_maps else 0.0
            return rows * row + _KEY_PX * min(n_cards, 1) + heat

        return height

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        for card in self._cards:
            card.set_theme(theme)
        self._key.set_theme(theme)
        if self._heat is not None:
            self._heat.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put charts side by side where they have room."""
        beside = len(self._cards) * _BESIDE_PX <= self.width()
        way = QBoxLayout.Direction
        self._row.setDirection(way.LeftToRight if beside else way.TopToBottom)

    def _card(self, shown: ChartCard) -> ChartCard:
        card = ChartCard(self._timeline, shown.chart.quantity)
        card.set_controls(False)
        card.show_like(shown)
        _bare(card)
        return card

    def _heatmaps(self, shown: HeatCard) -> HeatCard:
        heat = HeatCard(self._timeline)
        heat.set_controls(False)
        heat.show_like(shown)
        heat.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        _bare(heat)
        return heat


def _bare(card: QWidget) -> None:
    """Without the room that a frame needs."""
    if (layout := card.layout()) is not None:
        layout.setContentsMargins(0, 0, 0, 0)
