"""The report's figures, each as PNG and SVG."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import matplotlib as mpl
from matplotlib.figure import Figure

from resnet_viz.report.input_figure import draw_input
from resnet_viz.report.maps import draw_maps
from resnet_viz.report.overview import draw_overview
from resnet_viz.report.palette import RC
from resnet_viz.report.rendering import Drawing, rendered
from resnet_viz.report.result import Result


def draw_all(result: Result) -> list[Drawing]:
    """Input, overview with its lanes, and the maps of the blocks that were kept."""
    # Settings are global in matplotlib; this puts back whatever a caller had.
    with mpl.rc_context(RC):
        return [
            _drawing("input", draw_input, result),
            _drawing("overview", draw_overview, result),
            *(
                _drawing(f"maps-{name}", partial(draw_maps, name=name), result)
                for name in result.shown
            ),
        ]


def _drawing(name: str, draw: Callable[[Result], tuple[Figure, str]], result: Result) -> Drawing:
    figure, caption = draw(result)
    return rendered(figure, name, caption)
