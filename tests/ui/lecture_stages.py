"""A live view without an engine, for tests of slides and presentations."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QSlider, QVBoxLayout

from resnet_viz.errors import UserError
from resnet_viz.lecture.facts import Fact, Facts
from resnet_viz.lecture.scenes import Action
from resnet_viz.lecture.views import Photo, View
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.stage_view import StageView
from resnet_viz.ui.theme import LIGHT, Theme


class PlayedStage(StageView):
    """Complete from the start unless told otherwise; has a button, a slider and a text.

    A `Photo` of one class cannot be made, one of two is a fault of the program.
    """

    made: list[PlayedStage] = []

    def __init__(self, view: View, engine: StageEngine, folder: Path) -> None:
        super().__init__()
        if view == Photo(top=1):
            raise UserError("There is no such picture.", "Choose another.")
        if view == Photo(top=2):
            raise KeyError("a fault")
        self.folder, self.theme = folder, LIGHT
        self.shown: list[View] = [view]
        self.acts: list[Action] = []
        self.pictures: list[Picture] = []
        self.controls = True
        self.closed = False
        self._complete = True
        self._facts: Facts = {}
        self.clicks = 0
        self.button, self.slider, self.text = QPushButton("Press"), QSlider(), QLineEdit()
        self.slider.setOrientation(Qt.Orientation.Horizontal)
        self.button.clicked.connect(self._on_click)
        column = QVBoxLayout(self)
        for widget in (self.button, self.slider, self.text):
            column.addWidget(widget)
        column.addStretch()
        self.made.append(self)

    def _on_click(self) -> None:
        self.clicks += 1

    # --- what tests make it do ---------------------------------------------------------------

    def improvise(self, view: View) -> None:
        self.shown.append(view)
        self.changed_by_hand.emit()

    def measure(self, **facts: Fact) -> None:
        self._facts = facts
        self.facts_changed.emit()

    def set_complete(self, complete: bool) -> None:
        self._complete = complete
        self.complete_changed.emit(complete)

    # --- as a stage view ---------------------------------------------------------------------

    @property
    def view(self) -> View:
        return self.shown[-1]

    @property
    def complete(self) -> bool:
        return self._complete

    def show_view(self, view: View) -> None:
        self.shown.append(view)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    def facts(self) -> Facts:
        return self._facts

    def caption(self) -> str:
        return f"caption of {self.view.kind}"

    def set_controls(self, shown: bool) -> None:
        self.controls = shown

    def act(self, action: Action) -> None:
        self.acts.append(action)

    def take_picture(self, picture: Picture) -> None:
        self.pictures.append(picture)

    def close_down(self) -> None:
        self.closed = True

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(self.theme.output))
