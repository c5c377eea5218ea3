"""What the keys do while the overview has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from resnet_viz.ui.overview.canvas import OverviewCanvas

Key = Qt.Key
Modifier = Qt.KeyboardModifier


def handle_key(canvas: OverviewCanvas, event: QKeyEvent) -> bool:
    """Move the selection, act on it or zoom; whether the key was one of ours."""
    if event.modifiers() & Modifier.ControlModifier:
        return _zoom(canvas, Key(event.key()))
    if event.modifiers() & ~Modifier.KeypadModifier:
        return False
    return _select(canvas, Key(event.key())) or _act(canvas, Key(event.key()))


def _select(canvas: OverviewCanvas, key: Qt.Key) -> bool:
    last, selected = len(canvas.state.blocks) - 1, canvas.state.selected or 0
    targets = {
        Key.Key_Left: max(0, selected - 1),
        Key.Key_Right: min(last, selected + 1),
        Key.Key_Home: 0,
        Key.Key_End: last,
    }
    if key not in targets:
        return False
    canvas.select(targets[key])
    return True


def _act(canvas: OverviewCanvas, key: Qt.Key) -> bool:
    signals = {Key.Key_S: canvas.skip_clicked, Key.Key_D: canvas.branch_clicked}
    if key not in signals or canvas.state.selected is None:
        return False
    signals[key].emit(canvas.state.name(canvas.state.selected))
    return True


def _zoom(canvas: OverviewCanvas, key: Qt.Key) -> bool:
    notches = {Key.Key_Plus: 1.0, Key.Key_Equal: 1.0, Key.Key_Minus: -1.0}
    if key == Key.Key_0:
        canvas.fit()
    elif key in notches:
        canvas.zoom(notches[key], canvas.scene.axis.centre(canvas.state.selected or 0))
    else:
        return False
    return True
