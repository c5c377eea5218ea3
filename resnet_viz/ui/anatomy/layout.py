"""Where the parts of a block's anatomy lie: rows, columns, and how wide the band is. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from resnet_viz.numerals import count
from resnet_viz.ui.anatomy.rows import Row

Advance = Callable[[str], float]
"""Width of a text in the type of the table, pixels."""

_NARROWEST = 0.12  # of the widest band, so that few channels are still seen
_BAND = 4.6  # least width of the band where it is widest, in sizes of the type
_SQUEEZE = 1.8  # by how much it becomes narrower still rather than texts overlap
_GAP = 1.0  # least gap between two columns
_HEADINGS = (
    ("tensor", "tensor"),
    ("parameters", "params"),
    ("multiply-adds", "MACs"),
)


@dataclass(frozen=True)
class Wording:
    """How long the table's texts are.

    Attributes:
        exact: costs to the last digit, or else three of them.
        headings: which of the headings, the long or the short ones.
        shapes: `64 × 56 × 56`, or else `64 · 56²`.
        labels: full names of layers.
    """

    exact: bool
    headings: int
    shapes: bool
    labels: bool

    @property
    def heading_texts(self) -> tuple[str, str, str]:
        """Of tensor, parameters and multiply-adds."""
        tensor, parameters, macs = (pair[self.headings] for pair in _HEADINGS)
        return tensor, parameters, macs

    def cost(self, value: int) -> str:
        """A count as it is written."""
        return f"{value:,}" if self.exact else count(value)

    def shape(self, row: Row) -> str:
        """A tensor's shape as it is written."""
        return row.shape_text if self.shapes else row.short_shape

    def label(self, row: Row) -> str:
        """A layer's name as it is written."""
        return row.label if self.labels else row.short


LONGEST = Wording(True, 0, True, True)
_WORDINGS = (
    LONGEST,
    Wording(False, 0, True, True),
    Wording(False, 1, True, True),
    Wording(False, 1, False, True),
    Wording(False, 1, False, False),
)


@dataclass(frozen=True)
class Columns:
    """Places across, in pixels.

    Attributes:
        lane: the middle of the shortcut's line.
        centre: the middle of the band, which is the branch.
        band: width of the band where it is widest.
        label: left end of the layers' names.
        ends: right ends of tensor, parameters and multiply-adds.
        widths: of these three.
        wording: the longest that fits.
    """

    lane: float
    centre: float
    band: float
    label: float
    ends: tuple[float, float, float]
    widths: tuple[float, float, float]
    wording: Wording


def columns(rows: Sequence[Row], symbol: str, width: float, em: float, advance: Advance) -> Columns:
    """Divide the width: numbers to the last digit and long names where they fit.

    Args:
        rows: of the table.
        symbol: on the shortcut's line.
        width: of all, pixels.
        em: size of the type, pixels.
        advance: measures texts.
    """
    half_symbol = advance(symbol) / 2 + 4
    lane = max(half_symbol, 1.2 * em)
    band_left = lane + max(half_symbol + 0.3 * em, 1.6 * em)
    least = band_left + _BAND * em + em
    for wording in _WORDINGS:
        labels = max(advance(wording.label(row)) for row in rows)
        widths = _widths(rows, wording, advance)
        spare = width - least - labels - sum(widths) - 3 * _GAP * em
        if spare >= 0:
            break
    more = max(spare, -_SQUEEZE * em) if spare < 0 else min(0.25 * spare, 9.0 * em)
    spare = max(0.0, spare)
    band = _BAND * em + more
    gap = _GAP * em + min(0.2 * (spare - max(0.0, more)), 4.5 * em)
    centre = band_left + band / 2
    last = width
    middle = last - widths[2] - gap
    return Columns(
        lane=lane,
        centre=centre,
        band=band,
        label=centre + band / 2 + em,
        ends=(middle - widths[1] - gap, middle, last),
        widths=widths,
        wording=wording,
    )


def _widths(rows: Sequence[Row], wording: Wording, advance: Advance) -> tuple[float, float, float]:
    tensor, parameters, macs = wording.heading_texts
    return (
        max(map(advance, (tensor, *(wording.shape(row) for row in rows)))),
        max(map(advance, (parameters, *(wording.cost(row.parameters) for row in rows)))),
        max(map(advance, (macs, *(wording.cost(row.macs) for row in rows)))),
    )


def band_width(channels: int, most: int, band: float) -> float:
    """Width of the band where a tensor has so many channels, pixels.

    Args:
        channels: of the tensor.
        most: of all tensors of the block.
        band: width at `most`.
    """
    return band * max(_NARROWEST, channels / most)
