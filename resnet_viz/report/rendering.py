"""A finished matplotlib figure as PNG and SVG, the same bytes for the same measurement."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import matplotlib as mpl
from matplotlib.figure import Figure

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
        narrow_svg: the same figure for a page as narrow as a phone; empty if there is none.
    """

    name: str
    caption: str
    width_px: int
    least_width_px: int
    png: bytes = field(repr=False)
    svg: bytes = field(repr=False)
    narrow_svg: bytes = field(default=b"", repr=False)


def rendered(figure: Figure, name: str, caption: str) -> Drawing:
    """The files of a figure that was drawn under the settings of `palette.RC`."""
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
    width_px = round(figure.get_figwidth() * 96)
    least = round(0.85 * width_px) if width_px > 600 else 300
    return Drawing(name, caption, width_px, least, png.getvalue(), svg_of(figure, name, caption))


def svg_of(figure: Figure, name: str, caption: str) -> bytes:
    """A figure as the content of an SVG file; `name` sets its ids apart from another's."""
    svg = io.BytesIO()
    # A salt per figure keeps ids apart when several stand on one page; no date, so that the
    # same measurement gives the same file.
    with mpl.rc_context({"svg.hashsalt": name}):
        metadata = {"Date": None, "Title": caption}
        figure.savefig(svg, format="svg", dpi=DPI, metadata=metadata)
    return svg.getvalue()
