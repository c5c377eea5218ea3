"""Live views of one network on screen, with a client that answers on demand."""

from __future__ import annotations

from pathlib import Path

from fakes import FakeClient
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.lecture.views import View
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.making import make_stage
from resnet_viz.ui.stage.stage_theme import stage_theme
from resnet_viz.ui.stage.stage_view import StageView
from resnet_viz.ui.theme import LIGHT

SIZES = {720: ((1200, 518), (580, 518)), 1080: ((1800, 777), (880, 777))}
"""The room of one view, and of one of two side by side, on screens of these heights."""


def staged(
    qtbot: QtBot, view: View, folder: Path = Path(), *, height: int = 720, half: bool = False
) -> tuple[StageView, FakeClient]:
    """A view on a slide; nothing is answered yet."""
    client = FakeClient()
    stage = make_stage(view, StageEngine(client), folder)  # type: ignore[arg-type]
    slide = QWidget()
    stage.setParent(slide)
    client.setParent(slide)

    def close(_: object, kept: QWidget = slide) -> None:  # keeps the slide alive till the end
        stage.close_down()

    qtbot.addWidget(slide, before_close_func=close)
    stage.set_theme(stage_theme(LIGHT, height))
    stage.set_controls(False)
    stage.resize(*SIZES[height][half])
    slide.resize(stage.size())
    slide.show()
    qtbot.waitExposed(slide)
    return stage, client


def measured(qtbot: QtBot, view: View, *, height: int = 720, half: bool = False) -> (
    tuple[StageView, FakeClient]
):  # fmt: skip
    """A view whose network and first measurement are there."""
    stage, client = staged(qtbot, view, height=height, half=half)
    client.answer_load()
    client.answer_explore()
    return stage, client
