"""The crosshair: a line at the position under the pointer, and the numbers of all curves there."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor

from resnet_viz.lab.findings import Chart
from resnet_viz.ui.gradients.charts.look import looks, pixel_pen
from resnet_viz.ui.gradients.charts.readout import Reading
from resnet_viz.ui.theme import LIGHT, Theme

_GLYPHS = {"o": "●○", "s": "■□", "d": "◆◇", "t1": "▲△", "t": "▼▽", "p": "⬟⬠"}


class Hover:
    """Shows one reading, on the side of the plot where the pointer is not.

    Args:
        view: the `pyqtgraph.ViewBox` it is drawn in.
    """

    def __init__(self, view: Any) -> None:
        self._theme: Theme = LIGHT
        self.line = pg.InfiniteLine(angle=90, movable=False)
        self.text = pg.TextItem()
        self.said = ""
        for level, item in enumerate((self.line, self.text)):
            item.setZValue(500.0 + level)
            item.setVisible(False)
            item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            view.addItem(item, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        self.line.setPen(pixel_pen(theme.muted, 1.0))
        card = QColor(theme.card)
        card.setAlphaF(0.93)
        self.text.fill = QBrush(card)
        self.text.border = pixel_pen(theme.border, 1.0)

    def show(
        self, chart: Chart, reading: Reading, ranges: Sequence[Sequence[float]], *, named: bool
    ) -> None:
        """Show the numbers of one position.

        Args:
            chart: the curves.
            reading: their values there.
            ranges: of x and y in view.
            named: whether the position is a block, which a click selects.
        """
        (low, high), (_, top) = ranges
        at_right = reading.place < (low + high) / 2
        self.line.setValue(reading.place)
        self.text.setHtml(self._html(chart, reading, named=named))
        self.text.setAnchor((1.0, 0.0) if at_right else (0.0, 0.0))
        self.text.setPos(high if at_right else low, top)
        self.line.setVisible(True)
        self.text.setVisible(True)

    def hide(self) -> None:
        """The pointer left."""
        self.said = ""
        self.line.setVisible(False)
        self.text.setVisible(False)

    def _html(self, chart: Chart, reading: Reading, *, named: bool) -> str:
        theme = self._theme
        rows, said = [], [reading.heading]
        for curve, look, value in zip(
            chart.curves, looks(chart.curves), reading.values, strict=True
        ):
            if value:
                glyph = _GLYPHS.get(look.symbol, "┈┈")[look.hollow]
                colour = look.ink(theme).name()
                rows.append(
                    f'<tr><td style="color:{colour}">{glyph}&nbsp;</td>'
                    f"<td>{escape(curve.label)}&nbsp;&nbsp;</td>"
                    f'<td align="right"><b>{escape(value)}</b></td></tr>'
                )
                said.append(f"{curve.label} {value}")
        self.said = "; ".join(said)
        hint = f'<br><span style="color:{theme.muted}">click to select</span>' if named else ""
        return (
            f'<div style="color:{theme.text};font-size:{theme.small_px + 1}px">'
            f"<b>{escape(reading.heading)}</b><table>{''.join(rows)}</table>{hint}</div>"
        )
