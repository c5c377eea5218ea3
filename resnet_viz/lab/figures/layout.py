"""Where the parts of a figure stand: measured, so that nothing is cut off or covers another."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from resnet_viz.lab.figures.marks import Handle
from resnet_viz.report import palette

_MARGIN_IN = 0.18
_GAP_IN = 0.1
_LEGEND_LETTERS, _SHORT_LETTERS = 110, 48


def arrange(
    axes: Axes,
    title: str,
    y_words: str,
    x_words: str,
    legend: Sequence[tuple[Handle, str]],
    note: str,
) -> RendererAgg:
    """Title, legend and the quantity over the axes, the note under it; the axes take the rest.

    Returns:
        What measures text on this figure.
    """
    figure = axes.figure
    assert isinstance(figure, Figure)
    # Text can only be measured by a canvas.
    renderer: RendererAgg = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    height = float(figure.get_figheight())
    top = height - _MARGIN_IN
    top = _put(figure, title, top, size=14, weight="bold", color=palette.TEXT) - _GAP_IN
    # Sources make long words, and would give all others one column.
    short = [entry for entry in legend if len(entry[1]) <= _SHORT_LETTERS]
    long = [entry for entry in legend if len(entry[1]) > _SHORT_LETTERS]
    for entries, size in ((short, 10.5), (long, 9.5)):
        if entries:
            top = _put_legend(figure, entries, top, size) - _GAP_IN
    top = _put(figure, y_words, top, size=10.5, color=palette.MUTED) - _GAP_IN
    bottom = _MARGIN_IN
    if note:
        bottom = _put_note(figure, note) + _GAP_IN
    axes.set_xlabel(x_words, size=10.5)
    _dress(axes)
    _fit(axes, top, bottom)
    return renderer


def _dress(axes: Axes) -> None:
    axes.grid(axis="y", color=palette.GRID, lw=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.tick_params(axis="y", labelsize=10)


def _put(figure: Figure, text: str, top: float, **style: object) -> float:
    """Text at the left, wrapped to the figure's width; returns where it ends, inches."""
    part = _wrapped(figure, text, style)
    part.set_position((_MARGIN_IN / figure.get_figwidth(), top / figure.get_figheight()))
    part.set_verticalalignment("top")
    return top - _extent(part).height / figure.dpi


def _put_note(figure: Figure, note: str) -> float:
    part = _wrapped(figure, note, {"size": 9, "color": palette.MUTED})
    part.set_position((_MARGIN_IN / figure.get_figwidth(), _MARGIN_IN / figure.get_figheight()))
    part.set_verticalalignment("bottom")
    return _MARGIN_IN + _extent(part).height / figure.dpi


def _wrapped(figure: Figure, text: str, style: object) -> Text:
    assert isinstance(style, dict)
    part = figure.text(0, 0, text, **style)
    room = (figure.get_figwidth() - 2 * _MARGIN_IN) * figure.dpi
    letters = len(text)
    while _extent(part).width > room and letters > 20:
        letters = min(letters - 1, int(letters * room / _extent(part).width) + 4)
        part.set_text("\n".join(textwrap.wrap(text, letters)))
    return part


def _put_legend(
    figure: Figure, entries: Sequence[tuple[Handle, str]], top: float, size: float
) -> float:
    """In as many columns as fit; returns where it ends, inches."""
    room = (figure.get_figwidth() - 2 * _MARGIN_IN) * figure.dpi
    legend = _legend(figure, entries, len(entries), top, size)
    for columns in range(len(entries) - 1, 0, -1):
        if _extent(legend).width <= room:
            break
        legend.remove()
        legend = _legend(figure, entries, columns, top, size)
    return top - _extent(legend).height / figure.dpi


def _legend(
    figure: Figure,
    entries: Sequence[tuple[Handle, str]],
    columns: int,
    top: float,
    size: float,
) -> Legend:
    handles, words = zip(*entries, strict=True)
    labels = ["\n".join(textwrap.wrap(text, _LEGEND_LETTERS)) for text in words]
    return figure.legend(
        handles,
        labels,
        loc="upper left",
        bbox_to_anchor=(_MARGIN_IN / figure.get_figwidth(), top / figure.get_figheight()),
        ncols=columns,
        frameon=False,
        borderaxespad=0.0,
        borderpad=0.0,
        handlelength=2.6,
        columnspacing=1.8,
        labelspacing=0.35,
        fontsize=size,
    )


def _extent(part: Text | Legend) -> Bbox:
    figure = part.figure
    assert isinstance(figure, Figure)
    return part.get_window_extent(figure.canvas.get_renderer())  # type: ignore[attr-defined]


def _fit(axes: Axes, top: float, bottom: float) -> None:
    """Give the axes, its labels included, all the room between the parts above and below."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    width, height = figure.get_figwidth(), figure.get_figheight()
    axes.set_position((0.1, 0.2, 0.8, 0.5))
    outer = axes.get_tightbbox(figure.canvas.get_renderer())  # type: ignore[attr-defined]
    inner = axes.get_window_extent()
    assert outer is not None
    left_in = max(0.0, inner.x0 - outer.x0) / figure.dpi + _MARGIN_IN
    below_in = max(0.0, inner.y0 - outer.y0) / figure.dpi + bottom
    right_in = 2 * _MARGIN_IN
    axes.set_position(
        (
            left_in / width,
            below_in / height,
            (width - left_in - right_in) / width,
            (top - below_in) / height,
        )
    )
