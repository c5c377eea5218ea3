"""The figures of a lecture's scene: its live views, drawn as they are on screen now.

A live view measures by itself, so that a second one would have nothing to show at first. The one
on screen is dressed for the figure while it is painted, and given its own look again at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPicture, QRegion, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.figures.laid_out import settle
from resnet_viz.ui.lecture.stage_place import StagePlace
from resnet_viz.ui.stage.stage_view import StageView
from resnet_viz.ui.style import style_sheet
from resnet_viz.ui.theme import LIGHT, Theme

_BESIDE_PX = 560  # width from which two views stand side by side
_SHAPE = 0.62
_LEAST_PX: dict[str, float] = {"pair": 390.0, "overview": 340.0}
"""Height at normal type by the kind of view, where that is more than others need."""
_USUAL_PX = 260.0


def scene_figures(title: str, places: Sequence[StagePlace]) -> tuple[Figure, ...]:
    """A figure of all views of a scene, where there are several, and one of each.

    Args:
        title: of the scene.
        places: of its views; those without a view are left out.
    """
    shown = [(place, place.stage) for place in places if place.stage is not None]
    single = [_figure(title, k, place, stage) for k, (place, stage) in enumerate(shown, 1)]
    if len(single) < 2:
        return tuple(single)

    def make() -> QWidget:
        return _Row([Borrowed(place, stage) for place, stage in shown])

    captions = dict.fromkeys(figure.caption for figure in single)
    height = partial(_height_of_all, [stage.view.kind for _, stage in shown])
    both = Figure(title, " ".join(captions), make, height_px=height, name="scene")
    return (both, *single)


def _figure(title: str, number: int, place: StagePlace, stage: StageView) -> Figure:
    return Figure(
        f"{title}: view {number}, {stage.view.kind}",
        f"{stage.caption().rstrip('.')}.",
        lambda: Borrowed(place, stage),
        stage.data,
        partial(_height, stage.view.kind),
        name=f"view-{number}-{stage.view.kind}",
    )


def _height(kind: str, width: float) -> float:
    return max(_LEAST_PX.get(kind, _USUAL_PX), _SHAPE * width)


def _height_of_all(kinds: Sequence[str], width: float) -> float:
    """Of views side by side, or under each other where it is narrow."""
    if width >= _BESIDE_PX:
        return max(_height(kind, width / len(kinds)) for kind in kinds)
    return sum(_height(kind, width) for kind in kinds)


class Borrowed(QWidget):
    """Paints a live view in a figure's size and look, and leaves it as it was.

    Args:
        place: gives the view its own look again.
        stage: the view.
    """

    def __init__(self, place: StagePlace, stage: StageView) -> None:
        super().__init__()
        self._place, self._stage = place, stage
        self._theme: Theme = LIGHT

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 120)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self._theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = self._drawn()
        with QPainter(self) as painter:
            painter.drawPicture(0, 0, picture)

    def _drawn(self) -> QPicture:
        """The view as the strokes and words that it is painted with."""
        picture, stage = QPicture(), self._stage
        own_sheet = stage.styleSheet()
        with _held(stage):
            try:
                # The slide's sheet colours frames and labels; the figure has another theme.
                stage.setStyleSheet(style_sheet(self._theme))
                stage.set_theme(self._theme)
                stage.set_controls(False)
                stage.resize(self.size())
                settle(stage)
                with QPainter(picture) as painter:
                    stage.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
            finally:
                stage.setStyleSheet(own_sheet)
                self._place.redress()
        return picture


@contextmanager
def _held(stage: StageView) -> Iterator[None]:
    """Let a view have another size for a moment, which the layout around it would not."""
    size, parent = stage.size(), stage.parentWidget()
    layout = None if parent is None else parent.layout()
    if layout is not None:
        layout.setEnabled(False)
    try:
        yield
    finally:
        stage.resize(size)
        settle(stage)
        if layout is not None:
            layout.setEnabled(True)


class _Row(QWidget):
    """Views side by side, or under each other where it is narrow."""

    def __init__(self, views: Sequence[Borrowed]) -> None:
        super().__init__()
        self._views = views
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(14)
        for view in views:
            self._box.addWidget(view, 1)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        for view in self._views:
            view.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the views where they have room."""
        way = QBoxLayout.Direction
        self._box.setDirection(way.LeftToRight if self.width() >= _BESIDE_PX else way.TopToBottom)
