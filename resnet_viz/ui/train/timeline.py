"""What all charts of a run have in common: the time in view, under the pointer, looked back at."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from resnet_viz.ui.train.time_axis import TimeAxis, Unit, place_words, round_end

_LEAST_SPAN = 4.0  # steps


class Timeline(QObject):
    """One stretch of time for several charts.

    Attributes:
        last: newest step of what is shown.
        planned: steps of the whole run; 0 if unknown.
        steps_per_epoch: 0 if unknown.
        unit: what axes are numbered in.
        whole: whether all planned steps are in view, else those done so far.
        position: step that is looked back at; None for now.
        hovered: step under the pointer; None if it is elsewhere.

    Signals:
        changed: another stretch, or another unit.
        hovered_changed: the pointer is over another step.
        position_changed: another step is looked back at.
        scrubbed(object): the user wants to look back at a step, or at now (None).
    """

    changed = Signal()
    hovered_changed = Signal()
    position_changed = Signal()
    scrubbed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.last = 0
        self.planned = 0
        self.steps_per_epoch = 0
        self.unit: Unit = "step"
        self.whole = False
        self.position: int | None = None
        self.hovered: float | None = None
        self._zoomed: tuple[float, float] | None = None

    # --- the stretch in view ---------------------------------------------------------------

    @property
    def full(self) -> tuple[float, float]:
        """All that there is to see."""
        end = float(max(self.last, self.planned)) if self.whole else 0.0
        return 0.0, end or round_end(self.last, self.planned)

    @property
    def shown(self) -> tuple[float, float]:
        """First and last step in view."""
        return self._zoomed or self.full

    @property
    def zoomed(self) -> bool:
        """Whether a part is in view."""
        return self._zoomed is not None

    @property
    def unit_word(self) -> str:
        """What the numbers of an axis count."""
        return "epoch" if self.unit == "epoch" and self.steps_per_epoch else "step"

    def words(self, step: float) -> str:
        """A place in time, for the heading of its values."""
        return place_words(round(step), self.steps_per_epoch)

    def axis(self, left: float, right: float) -> TimeAxis:
        """The stretch between two pixels."""
        return TimeAxis(left, max(right, left + 1.0), *self.shown)

    def set_run(self, last: int, planned: int, steps_per_epoch: int) -> None:
        """How long the run is by now; a part that was zoomed to stays."""
        before = self.shown
        self.last, self.planned = last, planned
        if steps_per_epoch != self.steps_per_epoch or self.shown != before:
            self.steps_per_epoch = steps_per_epoch
            self.changed.emit()

    def show_like(self, other: Timeline) -> None:
        """Show the same stretch of the same run, numbered alike; no step is looked back at."""
        self.set_run(other.last, other.planned, other.steps_per_epoch)
        self.unit, self.whole = other.unit, other.whole
        self._zoomed = other._zoomed
        self.changed.emit()

    def set_unit(self, unit: Unit) -> None:
        """Number the axes in steps or in epochs."""
        if unit != self.unit:
            self.unit = unit
            self.changed.emit()

    def set_whole(self, whole: bool) -> None:
        """Show all planned steps, or those done so far."""
        self.whole = whole
        self.fit()

    def fit(self) -> None:
        """Show everything again."""
        self._zoomed = None
        self.changed.emit()

    def zoom(self, factor: float, at: float) -> None:
        """Show less (factor above 1) or more; the step `at` keeps its place."""
        start, stop = self.shown
        self.show(at - (at - start) / factor, at + (stop - at) / factor)

    def pan(self, steps: float) -> None:
        """Move on in time."""
        start, stop = self.shown
        low, high = self.full
        steps = min(max(steps, low - start), max(high, self.last) - stop)
        self.show(start + steps, stop + steps)

    def show(self, start: float, stop: float) -> None:
        """Show a part; one that is all or more shows everything."""
        low, high = self.full
        start, stop = max(start, low), min(stop, max(high, self.last))
        if stop - start < _LEAST_SPAN:
            middle = min(max((start + stop) / 2, low + _LEAST_SPAN / 2), high - _LEAST_SPAN / 2)
            start, stop = middle - _LEAST_SPAN / 2, middle + _LEAST_SPAN / 2
        self._zoomed = None if start <= low and stop >= high else (start, stop)
        self.changed.emit()

    # --- moments ---------------------------------------------------------------------------

    @property
    def moment(self) -> float | None:
        """The step whose values are told: under the pointer, else looked back at."""
        return self.hovered if self.hovered is not None else self.position

    def hover(self, step: float | None) -> None:
        """The pointer is over a step, or over none."""
        if step is not None:
            step = min(max(step, 0.0), float(self.last))
        if step != self.hovered:
            self.hovered = step
            self.hovered_changed.emit()

    def scrub(self, step: float | None) -> None:
        """Ask to look back; the newest step and those after it are still looked back at."""
        self.scrubbed.emit(None if step is None else min(max(round(step), 0), self.last))

    def set_position(self, step: int | None) -> None:
        """Look back at a step."""
        if step != self.position:
            self.position = step
            self.position_changed.emit()
