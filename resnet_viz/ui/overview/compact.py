"""The chain of blocks alone, low enough that two networks and a chart fit on one screen."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.overview.canvas import OverviewCanvas
from resnet_viz.ui.overview.geometry import Chain
from resnet_viz.ui.overview.layout import Detail
from resnet_viz.ui.overview.scene import Scene
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Style

_SQUARE_SHARE = 0.42  # of the height between header and label that a square takes
_WIDEST_TICK = "10⁻³²³"  # the axis of a chart below, in double precision


class CompactScene(Scene):
    """Stage headers, arcs and squares in the height there is; no lanes below.

    Args:
        state: what is shown.
        style: how.
        labelled: whether the names of the blocks stand under them.
    """

    def __init__(self, state: OverviewState, style: Style, *, labelled: bool) -> None:
        super().__init__(state, style)
        self.shown = frozenset()
        self._labelled = labelled

    def _gutter(self) -> float:
        return self.style.metrics.horizontalAdvance(_WIDEST_TICK) + 10.0

    @property
    def chain(self) -> Chain:
        """The chain of blocks, as high as the canvas allows."""
        style, scale = self.style, self.style.scale
        header_height = style.row + 3
        top = 1 + header_height + 7 * scale
        foot = style.row + 4 if self._labelled else 4.0
        room = max(20.0, self._height - top - foot)
        square = min(max(room * _SQUARE_SHARE, 12.0 * scale), 30.0 * scale)
        arc = max(10.0, min(room - square / 2, self._arc_need(square)))
        line_y = top + arc + max(0.0, (room - square / 2 - arc) / 2)
        return Chain(
            axis=self.axis,
            header_top=1.0,
            header_height=header_height,
            line_y=line_y,
            square_max=square,
            arc_max=arc,
            label_y=line_y + square / 2 + 3,
            labelled=self._labelled,
        )

    def _arc_need(self, square: float) -> float:
        """Height that the arcs of so narrow or wide blocks take, their base included."""
        axis, scale = self.axis, self.style.scale
        base = 0.0 if axis.detail is Detail.BLOCKS else square * 0.39 + 1
        return min(12.0 + 1.1 * axis.pitch * axis.blocks_per_arc + base, 64.0 * scale)

    def least_height(self) -> float:
        """Height under which arcs and squares are hard to hit."""
        labels = self.style.row if self._labelled else 0.0
        return self.style.row + 3 + 50 * self.style.scale + labels

    def most_height(self) -> float:
        """Height that a larger one would only leave empty."""
        return self.least_height() + 34 * self.style.scale


class CompactCanvas(OverviewCanvas):
    """A canvas without lanes.

    Args:
        state: what is shown.
        style: how.
        labelled: whether the names of the blocks stand under them.
        parent: owner.
        scene: what is painted, where it is not a plain compact one.
    """

    def __init__(
        self,
        state: OverviewState,
        style: Style,
        *,
        labelled: bool,
        parent: QWidget | None = None,
        scene: CompactScene | None = None,
    ) -> None:
        self._compact = scene or CompactScene(state, style, labelled=labelled)
        super().__init__(state, style, parent, self._compact)
        self.fit_height()

    def fit_height(self) -> None:
        """Take the limits of the scene's style."""
        self.setMinimumSize(320, round(self._compact.least_height()))
        self.setMaximumHeight(round(self._compact.most_height()))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """A height at which arcs are well seen."""
        least, most = self._compact.least_height(), self._compact.most_height()
        return QSize(920, round((least + most) / 2))
