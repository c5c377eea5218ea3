"""Draw how a hidden curve will run; then the measured one is laid over it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from resnet_viz.lecture.prediction import Array, Difference, difference, drawn_over, resample
from resnet_viz.ui.lecture.guess_painting import Guess, clear_place, paint_guess
from resnet_viz.ui.stage.stage_view import Predictable, StageView
from resnet_viz.ui.theme import LIGHT, Theme

_EMPTY: Array = np.empty((0, 2))


class GuessPad(QWidget):
    """Lies over the plot of a live view, whose curve is hidden until it is revealed.

    Mouse, pen and finger draw; drawing again over a part replaces that part. The guess is kept
    in the chart's own units, so it stays where it is when the chart is resized.

    Args:
        stage: whose chart it lies over.
        name: of the curve that is hidden; one of `Predictable.curve_names`.

    Signals:
        drawn: the guess has changed.
        revealed: the measured curve is on screen.
    """

    drawn = Signal()
    revealed = Signal()

    def __init__(self, stage: StageView, name: str) -> None:
        super().__init__(stage)
        self._stage = stage
        self._name = name
        self._theme = LIGHT
        self._line = _EMPTY
        self._before: list[Array] = []  # the lines that undo goes back to
        self._last: tuple[float, float] | None = None  # where the hand is
        self._open = False
        self._difference: Difference | None = None
        self._tools = QWidget(self)
        self._tools.setCursor(Qt.CursorShape.ArrowCursor)
        self.undo_button, self.clear_button = QPushButton("Undo"), QPushButton("Clear")
        self.undo_button.setToolTip("Take the last stroke of the guess back")
        self.clear_button.setToolTip("Take the whole guess away")
        self.undo_button.clicked.connect(self.undo)
        self.clear_button.clicked.connect(self.clear)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._follow)
        self._lay_out()
        self.setCursor(Qt.CursorShape.CrossCursor)
        stage.installEventFilter(self)
        stage.facts_changed.connect(self._follow)
        stage.complete_changed.connect(self._follow)
        self._follow()

    # --- what is known -----------------------------------------------------------------------

    @property
    def line(self) -> Array:
        """The guess: points in the chart's units, ascending in x, (n, 2)."""
        return self._line

    @property
    def difference(self) -> Difference | None:
        """Between guess and measured curve; None before it is revealed and measured."""
        return self._difference

    # --- what happens to it ------------------------------------------------------------------

    def reveal(self) -> None:
        """Show the measured curve over the guess, and how far they are apart."""
        self._open = True
        self._last = None
        self._follow()
        self.revealed.emit()

    def reset(self) -> None:
        """Hide the curve again, without a guess."""
        self._open = False
        self._take(_EMPTY, [])

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._before:
            self._take(self._before[-1], self._before[:-1])

    def clear(self) -> None:
        """Take the whole guess away; undo brings it back."""
        if len(self._line):
            self._take(_EMPTY, [*self._before, self._line])

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self._theme = theme
        self._follow()

    # --- Qt ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._chart() is None:
            event.ignore()
            return
        self._before = [*self._before, self._line]
        self._last = None
        self._draw_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._last is not None:
            self._draw_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None
        self._place_tools()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._follow()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        chart = self._chart()
        if chart is None:
            return
        if chart.plot_area().toAlignedRect() != self.geometry():
            self._later.start()  # the chart has moved its axes since
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(-self.pos())
            paint_guess(painter, self._guess(chart), self._theme)

    # --- inside ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.undo_button)
        row.addWidget(self.clear_button)
        self._tools.hide()

    def _chart(self) -> Predictable | None:
        """The chart, if it has the curve; before it is measured nobody knows."""
        chart = self._stage.predictable()
        if chart is None or not chart.plot_area().isValid():
            return None
        names = chart.curve_names()
        return chart if not names or self._name in names else None

    def _follow(self) -> None:
        """Bring place and curve in line with the chart."""
        chart = self._chart()
        self.setVisible(chart is not None)
        if chart is None:
            return
        chart.hide_curve("" if self._open else self._name)
        self.setGeometry(chart.plot_area().toAlignedRect())
        self.raise_()
        self._difference = self._compared(chart) if self._open else None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, self._open)
        self._refresh()

    def _refresh(self) -> None:
        """Bring buttons and words in line with the guess."""
        self.undo_button.setEnabled(bool(self._before))
        self.clear_button.setEnabled(bool(len(self._line)))
        self._place_tools()
        self.setAccessibleName(f"Guess of {self._name}")
        self.setAccessibleDescription(self._words())
        self.update()

    def _place_tools(self) -> None:
        """Buttons at an edge that no curve needs; not under the hand while it draws."""
        wanted = not self._open and bool(self._before) and self._last is None
        self._tools.setVisible(wanted)
        chart = self._chart()
        if chart is None or not wanted:
            return
        margin = self._theme.small_px / 2
        self._tools.adjustSize()
        room = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        lines = (self._pixels(chart, self._line), *self._curves(chart))
        moved = [line - np.array([self.x(), self.y()]) for line in lines]
        place = clear_place(QSizeF(self._tools.size()), room, moved, edges=True)
        self._tools.move(place.topLeft().toPoint())

    def _compared(self, chart: Predictable) -> Difference | None:
        x, y = chart.measured(self._name)
        if not len(x):
            return None
        guess = resample(self._line, x, logarithmic=chart.logarithmic())
        return difference(guess, y, logarithmic=chart.logarithmic())

    def _words(self) -> str:
        """What stands on the plot."""
        if not self._open:
            return "" if len(self._line) else "Draw your guess here"
        if not len(self._line):
            return ""
        return self._difference.sentence if self._difference is not None else "Not measured yet."

    def _guess(self, chart: Predictable) -> Guess:
        """All that is painted, in pixels of the live view."""
        line = self._pixels(chart, self._line)
        gaps, worst = np.empty((0, 4)), -1
        if self._difference is not None and self._difference.n:
            x, y = chart.measured(self._name)
            guess = resample(self._line, x, logarithmic=chart.logarithmic())
            both = np.isfinite(guess) & np.isfinite(y) & ((y > 0) | (not chart.logarithmic()))
            ends = _points(chart, x[both], guess[both]), _points(chart, x[both], y[both])
            gaps = np.concatenate(ends, axis=1)
            worst = int(both[: self._difference.worst_at].sum())
        return Guess(chart.plot_area(), line, self._curves(chart), gaps, worst, self._words())

    def _curves(self, chart: Predictable) -> tuple[Array, ...]:
        """The curves on screen, in pixels of the live view."""
        shown = [name for name in chart.curve_names() if self._open or name != self._name]
        found = (np.stack(chart.measured(name), axis=1) for name in shown)
        return tuple(self._pixels(chart, curve) for curve in found)

    def _pixels(self, chart: Predictable, curve: Array) -> Array:
        """Points of a curve, (n, 2), as pixels; without those that are nowhere on the axes."""
        usable = np.isfinite(curve).all(axis=1) & ((curve[:, 1] > 0) | (not chart.logarithmic()))
        return _points(chart, curve[usable, 0], curve[usable, 1])

    def _draw_to(self, place: QPointF) -> None:
        chart = self._chart()
        if chart is None:
            return
        area = chart.plot_area()
        at = place + QPointF(self.pos())
        px = min(max(at.x(), area.left()), area.right())
        py = min(max(at.y(), area.top()), area.bottom())
        x, y = chart.to_values(np.array([px]), np.array([py]))
        here = float(x[0]), float(y[0])
        self._line = drawn_over(self._line, self._last or here, here)
        self._last = here
        self._refresh()
        self.drawn.emit()

    def _take(self, line: Array, before: list[Array]) -> None:
        self._line, self._before, self._last = line, before, None
        self._follow()
        self.drawn.emit()


def _points(chart: Predictable, x: Array, y: Array) -> Array:
    """Places of values in pixels, (n, 2)."""
    return np.stack(chart.to_pixels(x, y), axis=1)
