"""The report's figures, each as PNG and SVG."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import matplotlib as mpl
from matplotlib.figure import Figure

from resnet_viz.report.input_figure import draw_input
from resnet_viz.report.maps import draw_maps
from resnet_viz.report.overview import draw_overview
from resnet_viz.report.palette import RC
from resnet_viz.report.result import Result

DPI = 144


@dataclass(frozen=True)
class Drawing:
    """A figure as files.

    Attributes:
        name: file name without its ending.
        caption: one sentence for readers, and for those who hear the page.
        width_px: natural width on a page, CSS pixels.
        least_width_px: at which its text can still be read; narrower pages scroll.
        png: content of the PNG file.
        svg: content of the SVG file.
    """

    name: str
    caption: str
    width_px: int
    least_width_px: int
    png: bytes = field(repr=False)
    svg: bytes = field(repr=False)


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
    png, svg = io.BytesIO(), io.BytesIO()
    figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
    # A salt per figure keeps ids apart when several stand on one page; no date, so that the
    # same measurement gives the same file.
    with mpl.rc_context({"svg.hashsalt": name}):
        metadata = {"Date": None, "Title": caption}
        figure.savefig(svg, format="svg", dpi=DPI, metadata=metadata)
    width_px = round(figure.get_figwidth() * 96)
    least = round(0.85 * width_px) if width_px > 600 else 300
    return Drawing(name, caption, width_px, least, png.getvalue(), svg.getvalue())
