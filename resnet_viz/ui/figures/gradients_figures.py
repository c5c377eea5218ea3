"""The figures of the pair in Gradients: both networks, the chart alone, one addition opened."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES
from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.figures import captions
from resnet_viz.ui.figures.explore_figures import block_table
from resnet_viz.ui.figures.figure import Figure, Numbers
from resnet_viz.ui.figures.pair_sheets import BESIDE_PX, ChartSheet, NodeSheet
from resnet_viz.ui.gradients.add_node_words import title_lines
from resnet_viz.ui.gradients.pair_view import PairView
from resnet_viz.ui.gradients.session import LabSession

_PAIR_PX, _CHART_PX, _NODE_PX = 400.0, 200.0, 168.0


def pair_figures(session: LabSession, shown: PairView) -> tuple[Figure, ...]:
    """The figures of the pair on screen; none before it is measured.

    Args:
        session: what is shown.
        shown: on screen: its quantity, scale, theories and zoom are those of the figures.
    """
    measured = session.measured
    if measured is None:
        return ()
    caption = captions.pair(measured, stale=session.stale)
    return (
        _pair_figure(session, measured, shown, caption),
        _chart_figure(session, measured, shown, caption),
        _node_figure(session, measured, caption),
    )


def _pair_figure(
    session: LabSession, measured: PairMeasured, shown: PairView, caption: str
) -> Figure:
    ghost = session.ghost

    def make() -> QWidget:
        view = PairView()
        view.set_controls(False)
        view.set_network(measured.settings.spec("residual"), measured.settings.spec("plain"))
        for side in SIDES:
            view.set_gates(side, measured.settings.gates(side))
        view.set_ghost(ghost)
        view.set_measured(measured)
        view.show_like(shown)
        view.select_none()
        if (layout := view.layout()) is not None:
            layout.setContentsMargins(0, 0, 0, 0)
        return view

    quantity = shown.chart.scene.quantity
    return Figure(
        f"{quantity.title}, both networks",
        f"{quantity.measure}. {caption}",
        make,
        lambda: _both(measured),
        lambda width: max(_PAIR_PX, 0.5 * width),
        f"pair-{quantity.name}",
    )


def _both(measured: PairMeasured) -> Numbers:
    """The figures of the blocks of both networks."""
    tables = {side: block_table(getattr(measured, side)) for side in SIDES}
    return {f"{name}_{side}": values for side in SIDES for name, values in tables[side].items()}


def _chart_figure(
    session: LabSession, measured: PairMeasured, shown: PairView, caption: str
) -> Figure:
    scene, ghost = shown.chart.scene, session.ghost
    quantity = scene.quantity

    def make() -> QWidget:
        return ChartSheet(measured, ghost, scene)

    def data() -> Numbers:
        names = np.array([b.name for b in measured.residual.blocks])
        now = shown.state.now(quantity)
        return {"block": names, **{f"{quantity.name}_{k}": s.values for k, s in now.items()}}

    return Figure(
        quantity.title,
        f"{quantity.measure}. {caption}",
        make,
        data,
        lambda width: max(_CHART_PX, 0.42 * width),
        f"chart-{quantity.name}",
    )


def _node_figure(session: LabSession, measured: PairMeasured, caption: str) -> Figure:
    name, spec = session.selected, session.spec
    stats = {side: getattr(measured, side).block(name) for side in SIDES}
    block = next(b for b in spec.blocks() if b.name == name)

    def make() -> QWidget:
        sheet = NodeSheet()
        for side, panel in sheet.panels.items():
            panel.set_stats(spec, stats[side], measured.residual.dtype)
        return sheet

    def data() -> Numbers:
        table: dict[str, NDArray[Any]] = {"network": np.array(SIDES)}
        for field in fields(BlockStats):
            values = np.array([getattr(stats[side], field.name) for side in SIDES])
            if values.ndim == 1:
                table[field.name] = values
        return table

    words = "".join(segment.text for segment in title_lines(block, spec)[0])
    return Figure(
        f"Addition of {name}",
        f"{words}. {caption}",
        make,
        data,
        lambda width: _NODE_PX if width >= BESIDE_PX else 2.1 * _NODE_PX,
    )
