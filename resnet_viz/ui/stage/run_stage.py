"""A recorded training as a live view."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from PySide6.QtWidgets import QWidget

from resnet_viz.lecture.places import run_path
from resnet_viz.lecture.views import Run, RunPart, View
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.recorded_stage import RecordedStage


class RunStage(RecordedStage):
    """Curves and heatmaps of a run, looked at in one of its steps.

    Args:
        view: which run, and how it is shown.
        engine: of this view alone.
        folder: that the run's folder is relative to.
        parent: owner.

    Raises:
        UserError: if the run is not there.
    """

    def __init__(
        self, view: Run, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(engine, folder, parent)
        self._fill(self.charts)
        self._path = Path()
        self._view = view
        self.session.run_changed.connect(self._go_to_step)
        self.show_view(view)

    @property
    def view(self) -> Run:
        """With the step and the smoothing that the user chose."""
        if not self._opened:
            return self._view
        position = self.session.position
        step = -1 if position is None else position
        return replace(self._view, step=step, smoothing=self.charts.smoothing)

    @property
    def parts(self) -> tuple[RunPart, ...]:
        """As the view says."""
        return self._view.parts

    @property
    def complete(self) -> bool:
        """Whether the whole run is read and drawn."""
        return self._opened and not self.charts.board.behind

    def show_view(self, view: View) -> None:
        view = cast(Run, view)
        path = run_path(view.run, self._folder)
        self._view = view
        self.charts.set_parts(view.parts)
        self.charts.set_smoothing(view.smoothing)
        self.charts.select("")
        if path != self._path:
            self._path = path
            self.session.open_run(path)
            self._tell_complete()
        elif self._opened:
            self._go_to_step()
        self.facts_changed.emit()

    @property
    def _opened(self) -> bool:
        reader = self.session.reader
        return reader is not None and reader.path == self._path

    def _go_to_step(self) -> None:
        """Look at the step that the lecture says; one after the end is the end."""
        reader, step = self.session.reader, self._view.step
        if reader is not None:
            self.session.scrub(None if step < 0 else min(step, reader.last_step))
