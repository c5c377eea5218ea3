"""One scene of a lecture as a slide: headline, live views, footer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from resnet_viz.errors import UserError
from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.scenes import Moment, Scene
from resnet_viz.lecture.script import moment, n_steps
from resnet_viz.ui.lecture.footer import Footer
from resnet_viz.ui.lecture.headline import Headline
from resnet_viz.ui.lecture.slide_sizes import SlideSizes
from resnet_viz.ui.lecture.slide_words import expected, marked
from resnet_viz.ui.lecture.stage_place import StagePlace
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.stage_theme import stage_theme
from resnet_viz.ui.stage.stage_view import StageView
from resnet_viz.ui.style import style_sheet
from resnet_viz.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from resnet_viz.ui.lecture.guess_pad import GuessPad

_RESIZE_MS = 60


class SceneView(QWidget):
    """Shows a scene at one of its steps; everything in it stays live.

    Which step shows what is a pure function of the script: `show_step` restores it, whatever
    was changed by hand.

    Args:
        scene: what is shown.
        make_engine: the engine of a view, by its index.
        folder: that files named in the scene are relative to.
        parent: owner.

    Signals:
        step_changed: the new `step`.
        complete_changed: the new `complete`.
        facts_changed: figures came, changed or became outdated.
        improvised_changed: the new `improvised`.
        failed: a `Failed`, a `UserError` or another exception; it also stands in its place.
    """

    step_changed = Signal(int)
    complete_changed = Signal(bool)
    facts_changed = Signal()
    improvised_changed = Signal(bool)
    failed = Signal(object)

    def __init__(
        self,
        scene: Scene,
        make_engine: Callable[[int], StageEngine],
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("slide")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # its own sheet paints it
        self._scene = scene
        self._theme = LIGHT
        self._size = QSize()
        self._moment = Moment(scene.sentence, scene.views, not scene.predict)
        self._step = 0
        self._complete = self._improvised = False
        self._remark = ""
        self._pad: GuessPad | None = None
        self._revealed = False
        self.headline, self.footer = Headline(alone=not scene.views), Footer()
        self.places = tuple(
            StagePlace(view, lambda index=index: make_engine(index), folder)  # type: ignore[misc]
            for index, view in enumerate(scene.views)
        )
        self._lay_out()
        self._later = QTimer(self, singleShot=True, interval=_RESIZE_MS)
        self._later.timeout.connect(lambda: self.set_size_px(self.size()))
        for place in self.places:
            place.facts_changed.connect(self._on_facts)
            place.settled_changed.connect(self._on_settled)
            place.changed_by_hand.connect(lambda: self._set_improvised(True))
            place.failed.connect(self.failed)
        self.set_size_px(QSize(1280, 720))
        self._on_facts()
        self._on_settled()
        self._show_remark()

    # --- what is shown -----------------------------------------------------------------------

    @property
    def scene(self) -> Scene:
        """What is shown."""
        return self._scene

    @property
    def step(self) -> int:
        """The step on screen; 0 before the first."""
        return self._step

    @property
    def n_steps(self) -> int:
        """How many steps there are."""
        return n_steps(self._scene)

    @property
    def stages(self) -> tuple[StageView, ...]:
        """The live views, without those that could not be made."""
        return tuple(place.stage for place in self.places if place.stage is not None)

    @property
    def problems(self) -> tuple[object, ...]:
        """What stands in the place of views that cannot be shown."""
        return tuple(place.problem for place in self.places if place.problem is not None)

    @property
    def complete(self) -> bool:
        """Whether nothing is awaited: all is measured, or its place says why it is not."""
        return self._complete

    @property
    def improvised(self) -> bool:
        """Whether the user changed something by hand since the last step."""
        return self._improvised

    def facts(self) -> tuple[Facts, ...]:
        """Measured figures of each view."""
        return tuple(place.facts() for place in self.places)

    def takes(self, scene: Scene) -> bool:
        """Whether `take_scene` can show another scene: one with the same kinds of views."""
        kinds = [view.kind for view in self._scene.views]
        same_kinds = kinds == [view.kind for view in scene.views]
        return same_kinds and scene.predict == self._scene.predict

    # --- what the lecture does with it ---------------------------------------------------------

    def take_scene(self, scene: Scene) -> None:
        """Show an edited scene, at the step on screen.

        Where only words were edited the views stay as they are, with all that was changed by
        hand.

        Args:
            scene: one that it `takes`.
        """
        views, self._scene = self._moment.views, scene
        self.headline.expect(expected(scene, self.facts()))
        step = min(self._step, self.n_steps)
        try:
            self._moment = moment(scene, step)
        except UserError as error:
            self.failed.emit(error)
            return
        if step != self._step or self._moment.views != views:
            self.show_step(step)
        else:
            self._on_facts()

    def show_step(self, step: int, *, acting: bool = False) -> None:
        """Show a step as the script says.

        Args:
            step: from 0, before the first step, to `n_steps`.
            acting: whether it was reached by going forward, so that its action is done.
        """
        try:
            self._moment = moment(self._scene, step)
        except UserError as error:
            self.failed.emit(error)
            return
        self._step = step
        for place, view in zip(self.places, self._moment.views, strict=True):
            place.show_view(view)
        self._set_improvised(False)
        self._follow_prediction()
        do, number = self._moment.do, self._moment.view
        if acting and do in ("train", "pause") and 1 <= number <= len(self.places):
            self.places[number - 1].act(do)
        self._on_facts()
        self.step_changed.emit(step)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme; sizes follow the slide's height."""
        if theme != self._theme:
            self._theme = theme
            self._dress()

    def set_size_px(self, size: QSize) -> None:
        """Be as large as this, also while hidden; type follows at once."""
        self._later.stop()
        if size == self._size or size.isEmpty():
            return
        self._size = QSize(size)
        self.resize(size)
        self._dress()

    def set_remark(self, text: str) -> None:
        """What the hall should bear in mind with the numbers; empty for nothing."""
        self._remark = text
        self._show_remark()

    def set_controls(self, shown: bool) -> None:
        """Show or hide what only the speaker needs."""
        for place in self.places:
            place.set_controls(shown)

    def close_down(self) -> None:
        """It will not be shown again: end what it has under way."""
        for place in self.places:
            place.close_down()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.size() != self._size:
            self._later.start()

    # --- inside --------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        for place in self.places:
            self._row.addWidget(place, 1)
        self._column.addStretch(0 if self.places else 2)
        self._column.addWidget(self.headline)
        self._column.addLayout(self._row, 1 if self.places else 0)
        self._column.addStretch(0 if self.places else 3)
        self._column.addWidget(self.footer)

    def _dress(self) -> None:
        """Colours and sizes for the slide as large as it is."""
        sizes = SlideSizes.of(self._size)
        theme = stage_theme(self._theme, sizes.height)
        sheet = f"{style_sheet(theme)}\n#slide {{ background: {theme.card}; }}"
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)
        self._column.setContentsMargins(sizes.margin, sizes.top, sizes.margin, 0)
        self._column.setSpacing(sizes.gap)
        self._row.setSpacing(2 * sizes.gap)
        for part in (self.headline, self.footer):
            part.set_theme(theme)
            part.fit(sizes)
        for place in self.places:
            place.set_theme(theme)
        if self._pad is not None:
            self._pad.set_theme(theme)

    def _on_facts(self) -> None:
        facts = self.facts()
        if not self.isVisible():  # what is on screen must not move
            self.headline.expect(expected(self._scene, facts))
        self.headline.say(marked(self._scene.title, facts), marked(self._moment.sentence, facts))
        self.footer.set_measured([place.caption() for place in self.places])
        self.facts_changed.emit()

    def _on_settled(self) -> None:
        complete = all(place.settled for place in self.places)
        if complete != self._complete:
            self._complete = complete
            self._show_remark()
            self.complete_changed.emit(complete)

    def _show_remark(self) -> None:
        self.footer.set_remark(self._remark or ("" if self._complete else "measuring…"))

    def _set_improvised(self, improvised: bool) -> None:
        if improvised != self._improvised:
            self._improvised = improvised
            self.improvised_changed.emit(improvised)

    def _follow_prediction(self) -> None:
        """Hide the curve that is to be guessed, or lay it over the guess."""
        stage = self.places[0].stage if self._scene.predict and self.places else None
        if stage is None:
            return
        if self._pad is None:
            from resnet_viz.ui.lecture.guess_pad import GuessPad

            self._pad = GuessPad(stage, self._scene.predict)
            self._pad.set_theme(stage_theme(self._theme, SlideSizes.of(self._size).height))
        if self._moment.revealed != self._revealed:
            self._revealed = self._moment.revealed
            (self._pad.reveal if self._revealed else self._pad.reset)()
