"""Numbers as people read them: three digits, Unicode superscripts, no e-notation."""

from __future__ import annotations

import math

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def superscript(value: int) -> str:
    """An integer in superscript digits: -3 -> `⁻³`."""
    return str(value).translate(_SUPERSCRIPTS)


def power_of_ten(exponent: int) -> str:
    """A tick of a log axis: 0 -> `1`, 1 -> `10`, -3 -> `10⁻³`."""
    if exponent in (0, 1):
        return str(10**exponent)
    return f"10{superscript(exponent)}"


def figure(value: float, digits: int = 3) -> str:
    """A measured number: 0.0674, 41.2, 6.74×10⁻⁵, 0, inf, NaN."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "inf" if value > 0 else "−inf"
    if value == 0:
        return "0"
    sign = "−" if value < 0 else ""
    # Rounding first, so that 0.99996 is written as 1.00 and not as 0.1000.
    mantissa, exponent_text = f"{abs(value):.{digits - 1}e}".split("e")
    exponent = int(exponent_text)
    if -3 <= exponent < 4:
        return f"{sign}{float(f'{mantissa}e{exponent}'):.{max(0, digits - 1 - exponent)}f}"
    return f"{sign}{mantissa}×10{superscript(exponent)}"


def ratio(value: float) -> str:
    """How many times, for a sentence: 1.4×, 14×, 2,340×, 7×10⁷ times."""
    if value < 9.95:
        return f"{value:.1f}×"
    if value < 99_950:
        return f"{float(f'{value:.3g}'):,.0f}×"
    mantissa, exponent = f"{value:.0e}".split("e")
    power = f"10{superscript(int(exponent))}"
    return f"{power} times" if mantissa == "1" else f"{mantissa}×{power} times"


def percent(share: float) -> str:
    """A share of 0 to 1; tells 0 and all from nearly so: `<1 %`, `>99 %`."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{share * 100:.0f} %"


def accuracy(share: float) -> str:
    """`91.2 %`: one digit more than `percent`, for networks differ by less than one."""
    return f"{100 * share:.1f} %"


def count(value: float) -> str:
    """A large count: 9,408 -> `9.41 k`, 231,211,008 -> `231 M`."""
    for scale, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= scale * 0.9995:
            return f"{figure(value / scale)} {unit}"
    return f"{value:.0f}"


def binary_size(size_bytes: float) -> str:
    """An amount of memory: 2,500,000,000 -> `2.3 GiB`."""
    for unit, scale in (("GiB", 2**30), ("MiB", 2**20)):
        if size_bytes >= scale:
            return f"{figure(size_bytes / scale, 2)} {unit}"
    return f"{figure(size_bytes / 2**10, 2)} KiB"


def counted(count: int, thing: str) -> str:
    """`1 block`, `2 blocks`, `3 branches`, `10 classes`."""
    if count != 1:
        thing += "es" if thing.endswith(("ch", "ss")) else "s"
    return f"{count} {thing}"
