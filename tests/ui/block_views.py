"""A block view with a measurement in it, and the hands to use it."""

from __future__ import annotations

import dataclasses

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from snapshots import synthetic_maps, synthetic_snapshot

from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import BlockSpec, ResNetSpec, spec
from resnet_viz.probe.snapshot import BlockMaps
from resnet_viz.ui.block_view.panels import ROLES, Pixel
from resnet_viz.ui.block_view.view import BlockView

NETWORK = spec("resnet20")


def block_of(network: ResNetSpec, name: str) -> BlockSpec:
    return next(b for b in network.blocks() if b.name == name)


def show(
    view: BlockView,
    name: str = "layer3.1",
    network: ResNetSpec = NETWORK,
    gate: Gate | None = None,
    maps: BlockMaps | None = None,
) -> BlockMaps:
    """Put a synthetic block on the view."""
    snapshot = synthetic_snapshot(network, {name: gate} if gate else {}, keep=[name])
    maps = maps or snapshot.maps[name]
    stats = snapshot.block(name)
    view.set_block(block_of(network, name), network.order, network.activation, stats, maps)
    return maps


def centre(view: BlockView, role: str, channel: int) -> QPoint:
    return view.sum_row.panes[role].grid.tile_rect(channel).center().toPoint()  # type: ignore[index]


def hover(widget: QWidget, point: QPointF) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        point,
        QPointF(widget.mapToGlobal(point.toPoint())),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def wheel(
    widget: QWidget,
    point: QPointF,
    delta: int,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    event = QWheelEvent(
        point,
        QPointF(widget.mapToGlobal(point.toPoint())),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def marks(view: BlockView) -> list[Pixel | None]:
    return [view.sum_row.panes[role].grid.mark for role in ROLES]


def bottleneck(view: BlockView, name: str = "layer2.0") -> BlockMaps:
    """A bottleneck of ResNet-50, with inner tensors of the true shapes but smaller sides."""
    network = spec("resnet50", input_size=64)
    snapshot = synthetic_snapshot(network)
    block, stats = block_of(network, name), snapshot.block(name)
    rng = np.random.default_rng(0)
    out, side = stats.out_shape[0], stats.out_shape[1]
    before = side * block.stride

    def draw(channels: int, size: int) -> np.ndarray:
        return rng.normal(size=(channels, size, size)).astype(np.float32)

    maps = dataclasses.replace(
        synthetic_maps(stats, rng),
        inner={
            "conv1": draw(block.width, before),
            "bn1": draw(block.width, before),
            "conv2": draw(block.width, side),
            "conv3": draw(out, side),
        },
    )
    view.set_block(block, "post", "relu", stats, maps)
    return maps
