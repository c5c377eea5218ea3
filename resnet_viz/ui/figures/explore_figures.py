"""The figures of Explore: the network with its lanes, one block's maps, the photograph."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from resnet_viz.models.specs import BlockSpec
from resnet_viz.probe.snapshot import BlockMaps, BlockStats, Snapshot
from resnet_viz.ui.block_view.view import BlockView
from resnet_viz.ui.figures import captions
from resnet_viz.ui.figures.figure import Figure, Numbers
from resnet_viz.ui.figures.photo_sheet import PhotoSheet, photo_height
from resnet_viz.ui.overview.lanes import LANE_NAMES, LaneName
from resnet_viz.ui.overview.widget import OverviewWidget
from resnet_viz.ui.session import Session

_CHAIN_PX = 118.0
_LANE_PX = 92.0
_LANE_WORDS: dict[LaneName, str] = {
    "activation": "Output y: its mean as a line, its share of zeros as bars up to 100 %.",
    "cost": "Cost: parameters filled, multiply-adds outlined, each on a scale of its own.",
}


def explore_figures(
    session: Session, overview: OverviewWidget, block_view: BlockView
) -> tuple[Figure, ...]:
    """What Explore shows now.

    Args:
        session: what is shown.
        overview: on screen: its lanes, zoom and pinned scale are those of the figure.
        block_view: on screen: its order, scale and module are those of the figure.
    """
    figures = [_overview_figure(session, overview)]
    if session.maps is not None:
        figures.append(_maps_figure(session, block_view))
    if session.picture is not None:
        figures.append(_photo_figure(session))
    return tuple(figures)


def block_table(snapshot: Snapshot) -> Numbers:
    """A column for every figure of the blocks, (N,); shapes have one per dimension."""
    table: dict[str, NDArray[Any]] = {}
    for field in fields(BlockStats):
        values = np.array([getattr(block, field.name) for block in snapshot.blocks])
        if values.ndim == 1:
            table[field.name] = values
        else:
            names = ("channels", "height", "width")
            for name, column in zip(names, values.T, strict=True):
                table[f"{field.name}_{name}"] = column
    return table


def _overview_figure(session: Session, shown: OverviewWidget) -> Figure:
    snapshot, ghost, spec = session.snapshot, session.ghost, session.spec
    gates = {b.name: session.toggles.gate(b.name) for b in spec.blocks()}
    lanes, axis, pinned = shown.lanes, shown.canvas.scene.axis, shown.canvas.scene.gradient.pinned

    def make() -> QWidget:
        widget = OverviewWidget()
        widget.set_network(spec)
        widget.set_gates(gates)
        widget.set_ghost(ghost)
        widget.set_snapshot(snapshot)
        widget.set_lanes(lanes)
        widget.set_controls(False)
        widget.canvas.set_axis(widget.canvas.scene.axis.following(axis))
        widget.canvas.scene.gradient.pinned = pinned
        widget.state.selected = None
        if (layout := widget.layout()) is not None:
            layout.setContentsMargins(2, 0, 2, 2)
        return widget

    return Figure(
        "Overview of the network",
        f"{captions.explored(session)} {_lane_words(lanes, ghost is not None)}".strip(),
        make,
        lambda: {} if snapshot is None else block_table(snapshot),
        lambda width: max(_CHAIN_PX + _LANE_PX * len(lanes), 0.3 * width),
    )


def _lane_words(lanes: Collection[LaneName], compared: bool) -> str:
    """What marks mean whose key may find no room over a narrow lane."""
    words = [_LANE_WORDS[name] for name in LANE_NAMES if name in lanes and name in _LANE_WORDS]
    if compared and set(lanes) & {"gradient", "forward", "backward"}:
        words.append("Dashes: before the last change.")
    return " ".join(words)


def _maps_figure(session: Session, shown: BlockView) -> Figure:
    spec, stats, maps = session.spec, session.stats, session.maps
    block = next(b for b in spec.blocks() if b.name == session.selected)

    def make() -> QWidget:
        view = BlockView()
        view.set_controls(False)
        view.set_block(block, spec.order, spec.activation, stats, maps)
        view.show_like(shown)
        view.frame_none()
        if (layout := view.layout()) is not None:
            layout.setContentsMargins(2, 2, 2, 2)
        return view

    return Figure(
        f"Maps of {block.name}",
        _maps_caption(session, block),
        make,
        lambda: {} if maps is None else map_arrays(maps),
        lambda width: max(220.0, 0.42 * width),
    )


def map_arrays(maps: BlockMaps) -> Numbers:
    """The tensors of a block, (C, H, W) each."""
    named = {"x": maps.x, "shortcut": maps.shortcut, "branch": maps.branch, "out": maps.out}
    return {**named, **{f"inside_{name}": values for name, values in maps.inner.items()}}


def _maps_caption(session: Session, block: BlockSpec) -> str:
    return f"Block {block.name}: channels of x, F(x) and y. {captions.explored(session)}"


def _photo_figure(session: Session) -> Figure:
    picture, network, view = session.picture, session.network, session.view
    assert picture is not None
    snapshot, labels = session.snapshot, session.labels
    probabilities = None if snapshot is None or not labels else snapshot.probabilities()[0]

    def make() -> QWidget:
        preprocess = None if network is None else network.preprocess
        return PhotoSheet(picture.rgb, preprocess, view, probabilities, labels)

    def data() -> Numbers:
        numbers: dict[str, NDArray[Any]] = {}
        if probabilities is not None:
            numbers = {"label": np.array(labels), "probability": probabilities}
        return numbers

    title = "Picture and predictions"
    return Figure(title, captions.explored(session), make, data, photo_height)
