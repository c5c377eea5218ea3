"""The report's figures, each as PNG and SVG."""

from __future__ import annotations

from dataclasses import replace

import matplotlib as mpl
from matplotlib.figure import Figure

from resnet_viz.report.input_figure import draw_input
from resnet_viz.report.maps import draw_maps, draw_maps_narrow
from resnet_viz.report.overview import draw_overview
from resnet_viz.report.palette import NARROW_IN, RC
from resnet_viz.report.rendering import Drawing, rendered, svg_of
from resnet_viz.report.result import Result

_Captioned = tuple[Figure, str]


def draw_all(result: Result) -> list[Drawing]:
    """Input, overview with its lanes, and the maps of the blocks that were kept."""
    # Settings are global in matplotlib; this puts back whatever a caller had.
    with mpl.rc_context(RC):
        return [
            _drawing("input", draw_input(result)),
            _drawing("overview", draw_overview(result), draw_overview(result, NARROW_IN)),
            *(
                _drawing(f"maps-{name}", draw_maps(result, name), draw_maps_narrow(result, name))
                for name in result.shown
            ),
        ]


def _drawing(name: str, wide: _Captioned, narrow: _Captioned | None = None) -> Drawing:
    drawing = rendered(wide[0], name, wide[1])
    if narrow is None:
        return drawing
    return replace(drawing, narrow_svg=svg_of(narrow[0], f"{name}-narrow", narrow[1]))
