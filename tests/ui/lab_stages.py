"""Live views of the laboratory on screen, with a client that answers on demand."""

from __future__ import annotations

from pathlib import Path

from fakes import FakeClient
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLayout, QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.lecture.views import View
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.making import make_stage
from resnet_viz.ui.stage.pair_board import PairBoard
from resnet_viz.ui.stage.stage_theme import stage_theme
from resnet_viz.ui.stage.stage_view import StageView
from resnet_viz.ui.theme import LIGHT, Theme

SETTINGS = LabSettings(network="resnet20", batch="noise")
WIDE, NARROW = (1180, 530), (590, 530)
"""The room of one view of a slide of 1280 x 720, and of one of two."""


def on_stage(
    qtbot: QtBot, view: View, size: tuple[int, int] = WIDE, theme: Theme = LIGHT
) -> tuple[StageView, FakeClient]:
    """A view of a slide of 1280 x 720; nothing is measured yet."""
    client = FakeClient()
    stage = make_stage(view, StageEngine(client), Path())  # type: ignore[arg-type]
    qtbot.addWidget(stage, before_close_func=lambda widget: widget.close_down())
    client.setParent(stage)
    layout = stage.layout()
    assert layout is not None
    # It gets no more than the size, whatever it would like to have.
    layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    stage.set_theme(stage_theme(theme, 720))
    stage.resize(*size)
    stage.show()
    qtbot.waitExposed(stage)
    return stage, client


def click_arc(qtbot: QtBot, board: PairBoard, side: Side, index: int) -> None:
    """Click a skip connection like a person."""
    canvas = board.sides[side].canvas
    chain = canvas.scene.chain
    at = QPoint(round(chain.axis.centre(index)), round(chain.arc_base - chain.arc_height))
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)


def pixels(widget: QWidget) -> bytes:
    """What is on screen."""
    image = widget.grab().toImage()
    return bytes(image.constBits())


def labels(widget: QWidget) -> list[QLabel]:
    """Texts that are shown."""
    return [label for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]
