"""Live views of trainings with an engine that the test plays."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import FakeClient
from PySide6.QtWidgets import QLayout
from pytestqt.qtbot import QtBot

from resnet_viz.lecture.views import Run, Training
from resnet_viz.runs import places
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.recorded_stage import RecordedStage
from resnet_viz.ui.stage.run_stage import RunStage
from resnet_viz.ui.stage.stage_theme import stage_theme
from resnet_viz.ui.stage.training_stage import TrainingStage
from resnet_viz.ui.style import style_sheet
from resnet_viz.ui.theme import LIGHT, Theme

WIDE, NARROW = (1200, 540), (590, 540)
"""A whole slide at 1280 x 720, and half of one, without title and footer."""

RECIPE = """
[network]
name = "resnet8"
n_classes = 10

[data]
source = "shapes"
dataset = "Shapes"
train_images = 50

[run]
epochs = 3
batch_size = 10
"""


def dressed(
    stage: RecordedStage, qtbot: QtBot, size: tuple[int, int], theme: Theme = LIGHT
) -> None:
    """Put a stage on screen as large as on a slide."""
    qtbot.addWidget(stage, before_close_func=lambda widget: widget.close_down())
    layout = stage.layout()
    assert layout is not None
    # It gets no more than the size, whatever it would like to have.
    layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    theme = stage_theme(theme, 720)
    stage.setStyleSheet(style_sheet(theme))
    stage.set_theme(theme)
    stage.set_controls(False)
    stage.resize(*size)
    stage.show()
    qtbot.waitExposed(stage)


def run_on_stage(
    qtbot: QtBot, view: Run, folder: Path, size: tuple[int, int] = WIDE, theme: Theme = LIGHT
) -> RunStage:
    """A run that is read and drawn."""
    stage = RunStage(view, StageEngine(FakeClient()), folder)  # type: ignore[arg-type]
    dressed(stage, qtbot, size, theme)
    qtbot.waitUntil(lambda: stage.complete)
    return stage


def training_on_stage(
    qtbot: QtBot,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    view: Training | None = None,
    size: tuple[int, int] = WIDE,
) -> tuple[TrainingStage, FakeClient]:
    """A training that has not begun; its runs go into `folder / "runs"`."""
    monkeypatch.setattr(places, "runs_folder", lambda: folder / "runs")
    (folder / "mine.toml").write_text(RECIPE)
    client = FakeClient()
    view = view or Training("mine.toml")
    stage = TrainingStage(view, StageEngine(client), folder)  # type: ignore[arg-type]
    dressed(stage, qtbot, size)
    return stage, client
