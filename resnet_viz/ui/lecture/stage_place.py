"""Where a live view stands in a slide; says in its place what went wrong if it cannot be shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from resnet_viz.engine.messages import Failed
from resnet_viz.errors import UserError
from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.scenes import Action
from resnet_viz.lecture.views import View
from resnet_viz.ui.hint_card import HintCard
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.making import make_stage
from resnet_viz.ui.stage.stage_view import StageView
from resnet_viz.ui.theme import LIGHT, Theme

_log = logging.getLogger(__name__)


class StagePlace(QWidget):
    """One live view, or the reason why it is not there.

    Args:
        view: what it shows at first.
        make_engine: makes what the view asks.
        folder: that files named in `view` are relative to.
        parent: owner.

    Attributes:
        stage: the live view; None where it could not be made.

    Signals:
        facts_changed, changed_by_hand, failed: as the live view's.
        settled_changed: `settled` may be another.
    """

    facts_changed = Signal()
    changed_by_hand = Signal()
    failed = Signal(object)
    settled_changed = Signal()

    def __init__(
        self,
        view: View,
        make_engine: Callable[[], StageEngine],
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._wanted = view
        self._make_engine, self._folder = make_engine, folder
        self._theme: Theme = LIGHT
        self._controls = False
        self._by_hand = False
        self._problem: object = None
        self.stage: StageView | None = None
        self._card = HintCard()
        self._card.setAccessibleName("This view cannot be shown")
        # Two places stand side by side: their cards must not make the slide wider than a screen.
        self._card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._card.run_clicked.connect(self._try_again)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._card)
        self._make()

    @property
    def problem(self) -> object:
        """The `UserError`, `Failed` or other exception that stands in its place; else None."""
        return self._problem

    @property
    def settled(self) -> bool:
        """Whether the view is complete, or will not be."""
        return self._problem is not None or (self.stage is not None and self.stage.complete)

    def facts(self) -> Facts:
        """Measured figures of what is on screen."""
        return {} if self.stage is None or self._problem is not None else self.stage.facts()

    def caption(self) -> str:
        """Under which conditions it was measured."""
        return "" if self.stage is None or self._problem is not None else self.stage.caption()

    def show_view(self, view: View) -> None:
        """Show what the lecture says, whatever the user changed."""
        before, self._wanted = self._wanted, view
        if self.stage is None:
            if view != before:  # it was edited: perhaps it can be made now
                self._try_again()
            return
        if self._by_hand or self._problem is not None or self.stage.view != view:
            self._by_hand = False
            self._clear_problem()
            self._guarded(lambda stage: stage.show_view(view))

    def act(self, action: Action) -> None:
        """Do what a step says."""
        self._guarded(lambda stage: stage.act(action))

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes of the slide."""
        self._theme = theme
        self._card.set_theme(theme)
        self._fit_card()
        if self.stage is not None:
            self.stage.set_theme(theme)

    def redress(self) -> None:
        """Give the view its look again, after it was drawn in another one."""
        if self.stage is not None:
            self.stage.set_theme(self._theme)
            self.stage.set_controls(self._controls)

    def set_controls(self, shown: bool) -> None:
        """Show or hide what only the speaker needs."""
        self._controls = shown
        if self.stage is not None:
            self.stage.set_controls(shown)

    def close_down(self) -> None:
        """It will not be shown again."""
        if self.stage is not None:
            self.stage.close_down()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_card()

    def _make(self) -> None:
        try:
            stage = make_stage(self._wanted, self._make_engine(), self._folder)
        except Exception as error:  # one view must not take the lecture with it
            self._tell(error)
            return
        self.stage = stage
        stage.facts_changed.connect(self.facts_changed)
        stage.complete_changed.connect(self._on_complete)
        stage.changed_by_hand.connect(self._on_hand)
        stage.failed.connect(self._tell)
        stage.set_theme(self._theme)
        stage.set_controls(self._controls)
        self._stack.addWidget(stage)
        self._stack.setCurrentWidget(stage)

    def _guarded(self, work: Callable[[StageView], None]) -> None:
        if self.stage is None:
            return
        try:
            work(self.stage)
        except Exception as error:  # one view must not take the lecture with it
            self._tell(error)

    def _tell(self, problem: object) -> None:
        """Say what went wrong: in the view's place if it has nothing complete to show."""
        if isinstance(problem, Exception) and not isinstance(problem, UserError):
            _log.error("A view of a lecture failed", exc_info=problem)
        if self.stage is None or not self.stage.complete:
            self._problem = problem
            message, hint = words_of(problem)
            self._card.say("This view cannot be shown", f"{message} {hint}".strip(), "Try again")
            self._stack.setCurrentWidget(self._card)
            self.settled_changed.emit()
            self.facts_changed.emit()
        self.failed.emit(problem)

    def _try_again(self) -> None:
        self._problem = None
        if self.stage is None:
            self._make()
        else:
            self._clear_problem()
            self._guarded(lambda stage: stage.show_view(self._wanted))
        self.settled_changed.emit()

    def _clear_problem(self) -> None:
        self._problem = None
        if self.stage is not None:
            self._stack.setCurrentWidget(self.stage)

    def _on_complete(self, complete: bool) -> None:
        if complete:
            self._clear_problem()
        self.settled_changed.emit()

    def _on_hand(self) -> None:
        self._by_hand = True
        self.changed_by_hand.emit()

    def _fit_card(self) -> None:
        pad = 2 * self._theme.font_px
        usual = 32 * self._theme.font_px
        self._card.column.setFixedWidth(max(1, min(usual, self.width() - 2 * pad)))


def words_of(problem: object) -> tuple[str, str]:
    """(what happened, what to do about it) of something that failed."""
    if isinstance(problem, UserError):
        return problem.message, problem.hint
    if isinstance(problem, Failed):
        return problem.message, problem.hint
    return "This is a fault of the program.", "The details are in its log."
