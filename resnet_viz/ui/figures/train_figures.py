"""The figures of Train: each chart, the heatmaps, the whole live page, blocks at one step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from resnet_viz.lecture.views import RunPart
from resnet_viz.runs.reader import RunReader
from resnet_viz.ui.figures.figure import Figure, Numbers
from resnet_viz.ui.figures.train_sheets import RunSheet
from resnet_viz.ui.stage.run_arrays import run_arrays
from resnet_viz.ui.train.chart_card import ChartCard
from resnet_viz.ui.train.heat_card import HeatCard
from resnet_viz.ui.train.live_page import LivePage
from resnet_viz.ui.train.recorded_view import RecordedView
from resnet_viz.ui.train.run_words import caption_words

_LANES_PX, _ROW_PX = 300.0, 96.0


def live_figures(reader: RunReader, page: LivePage) -> tuple[Figure, ...]:
    """What the live page shows: the whole, each chart, the heatmaps.

    Args:
        reader: the run on screen.
        page: on screen: its zoom, smoothing and quantities are those of the figures.
    """
    parts, caption = page.parts, f"{caption_words(reader, None)}."
    cards = [c for c in page.board.cards if c.isVisibleTo(page)]
    heat = page.heat if "gradients" in parts else None
    charts = [part for part in parts if part != "gradients"]
    single = [
        _run_figure(reader, page, [card], None, [part], caption)
        for card, part in zip(cards, charts, strict=True)
    ]
    if heat is not None:
        single.append(_run_figure(reader, page, [], heat, ["gradients"], caption))
    if len(single) > 1:
        whole = _run_figure(reader, page, cards, heat, list(parts), caption)
        single.insert(0, replace(whole, title="All charts"))
    return tuple(single)


def _run_figure(
    reader: RunReader,
    page: LivePage,
    cards: list[ChartCard],
    heat: HeatCard | None,
    parts: list[RunPart],
    caption: str,
) -> Figure:
    titles = [card.chart.quantity.title for card in cards]
    titles += [heat.quantity.title] if heat is not None else []
    sheet = RunSheet.height_of(len(cards), 0 if heat is None else len(heat.maps))

    def make() -> QWidget:
        return RunSheet(page.timeline, cards, heat)

    return Figure(
        titles[0],
        f"{titles[0]}. {caption}" if len(titles) == 1 else caption,
        make,
        lambda: run_arrays(reader, parts),
        sheet,
    )


def block_figure(reader: RunReader, shown: RecordedView, step: int | None) -> Figure:
    """The blocks of a run's networks as they were recorded at a step.

    Args:
        reader: the run on screen.
        shown: on screen: its gates, values and zoom are those of the figure.
        step: looked at; None for the newest.
    """
    states = {key: shown.rows[key].state for key in shown.shown}

    def make() -> QWidget:
        view = RecordedView()
        view.show_run(reader.facts)
        for key, state in states.items():
            view.show_gates(key, {b.name: state.gate(i) for i, b in enumerate(state.blocks)})
        view.show_values({key: state.values for key, state in states.items()})
        view.show_parts(lanes=True, whole=True)
        view.show_selected("")
        return view

    def data() -> Numbers:
        numbers: dict[str, NDArray[Any]] = {}
        for key, state in states.items():
            numbers[f"block_{key}"] = np.array([b.name for b in state.blocks])
            numbers.update((f"{name}_{key}", v) for name, v in state.values.items())
        return numbers

    caption = f"Recorded while training. {caption_words(reader, step)}."
    height = _LANES_PX + _ROW_PX * len(states)
    return Figure("Blocks at one step", caption, make, data, lambda width: height)
