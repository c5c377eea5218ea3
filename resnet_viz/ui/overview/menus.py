"""What the canvas offers in words: the context menu of a block, and tool tips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from resnet_viz.ui.overview.geometry import Hit, Part
from resnet_viz.ui.overview.state import OverviewState

if TYPE_CHECKING:
    from resnet_viz.ui.overview.canvas import OverviewCanvas

PIN_TIP = "Keep this scale, so that a change is seen as a change"


def block_menu(canvas: OverviewCanvas, index: int) -> QMenu:
    """The context menu of a block; its actions emit the canvas's signals."""
    name, gate = canvas.state.name(index), canvas.state.gate(index)
    stage = canvas.scene.axis.stage_of(index)
    menu = QMenu(canvas)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    verb = "Restore" if gate.main == 0 else "Drop"
    branch = menu.addAction(f"{verb} the branch F(x) of {name}\tD")
    branch.triggered.connect(lambda: canvas.branch_clicked.emit(name))
    verb = "Restore" if gate.skip == 0 else "Cut"
    skip = menu.addAction(f"{verb} the skip of {name}\tS")
    skip.triggered.connect(lambda: canvas.skip_clicked.emit(name))
    menu.addSeparator()
    every = menu.addAction(f"Cut or restore all skips of layer{stage}")
    every.triggered.connect(lambda: canvas.stage_skips_clicked.emit(stage))
    menu.addAction(f"Zoom to layer{stage}").triggered.connect(lambda: canvas.show_stage(stage))
    menu.addAction("Fit all blocks\tCtrl+0").triggered.connect(canvas.fit)
    return menu


def tool_tip(state: OverviewState, hit: Hit | None) -> str:
    """What a click does there; empty where it only selects."""
    if hit is None:
        return ""
    if hit.part is Part.STAGE:
        return f"Click to cut or restore all skips of layer{hit.index}"
    name = state.name(hit.index)
    if hit.part is Part.ARC:
        return f"Click to cut or restore the skip of {name}"
    if hit.part is Part.SQUARE:
        return f"Click to see {name}; right-click to drop its branch"
    return ""
