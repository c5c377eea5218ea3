"""One line of text whose parts have meanings: what the block view's captions are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Role = Literal["text", "muted", "ghost", "shortcut", "branch", "output", "gradient", "trouble"]


@dataclass(frozen=True)
class Segment:
    """A run of text with one meaning.

    Attributes:
        text: what is written, spaces included.
        role: field of `Theme` that colours it.
        bold: heavier type.
        struck: struck through; what it names takes no part.
    """

    text: str
    role: Role = "text"
    bold: bool = False
    struck: bool = False


Line = tuple[Segment, ...]


def plain(line: Line) -> str:
    """The line for screen readers and tests; struck parts are named as such."""
    return "".join(f"[off: {s.text.strip()}]" if s.struck else s.text for s in line)


def joined(parts: list[Line], separator: str = "  ·  ") -> Line:
    """Several lines as one with muted separators between them."""
    out: list[Segment] = []
    for part in parts:
        if out:
            out.append(Segment(separator, "muted"))
        out.extend(part)
    return tuple(out)


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def superscript(exponent: int) -> str:
    """An exponent as it is written: −9 as `⁻⁹`."""
    return str(exponent).translate(_SUPERSCRIPTS)


def number(value: float, digits: int = 3) -> str:
    """A measured value for reading: `41.2`, `−0.08`, `1.2×10⁻⁹`, `NaN`, `∞`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 99_999.5 or size < 1e-3:
        mantissa, exponent = f"{value:.{digits - 2}e}".split("e")
        text = f"{mantissa}×10{superscript(int(exponent))}"
    elif size >= 10 ** (digits - 1):
        text = f"{value:.0f}"
    else:
        text = f"{value:.{digits}g}"
    return text.replace("-", "−")


def counted(value: int) -> str:
    """A count for reading: `640`, `4.67 k`, `1.18 M`, `231 M`, `4.09 G`."""
    scaled = float(value)
    for unit in ("", " k", " M", " G", " T"):
        if scaled < 999.5 or unit == " T":
            break
        scaled /= 1000
    return f"{scaled:.0f}{unit}" if not unit or scaled >= 99.95 else f"{scaled:.3g}{unit}"


def share(value: float) -> str:
    """A share in percent: `46 %`, `0.3 %`, and never `0 %` or `100 %` unless it is exactly so."""
    percent = 100 * value
    if percent in (0.0, 100.0):
        return f"{percent:.0f} %"
    if percent < 0.1:
        return "< 0.1 %"
    if percent > 99.9:
        return "> 99.9 %"
    return f"{percent:.1f} %" if percent < 1 or percent > 99 else f"{percent:.0f} %"
