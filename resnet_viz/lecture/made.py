"""What a bundle was made with, and how far its figures are from those measured here.

Imports neither torch nor Qt.
"""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resnet_viz.lecture.facts import Fact, Facts
from resnet_viz.numerals import figure, ratio
from resnet_viz.report.versions import versions

Numbers = Sequence[Sequence[Facts]]
"""Measured figures of each scene and each of its views; empty where nothing is measured yet."""

FORMAT = 1
"""Raised when an older version could not read a bundle any more."""

TOLERANCE = 1e-3
"""Figures that differ by less, relative to the larger, count as equal."""

_DECIDING = ("resnet-viz", "torch", "torchvision", "numpy", "python")
_PLATFORM = "platform"


@dataclass(frozen=True)
class Made:
    """How a bundle was made.

    Attributes:
        versions: of the program, of Python and of libraries; `platform` is the machine's kind.
        device: that was measured on: `cpu`; empty if unknown.
        numbers: figures as they were measured then.
        left_out: sentences on what the lecture needs and the bundle does not hold.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    device: str = ""
    numbers: Numbers = ()
    left_out: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The text of `made.json`."""
        scenes = [[_plain(facts) for facts in views] for views in self.numbers]
        values = {
            "format": FORMAT,
            "versions": dict(self.versions),
            "device": self.device,
            "left_out": list(self.left_out),
            "numbers": scenes,
        }
        return json.dumps(values, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Made:
        """Read `made.json`.

        Raises:
            ValueError: if the text is something else, or of a later format.
        """
        values = json.loads(text)
        try:
            if int(values["format"]) > FORMAT:
                raise ValueError("it was made by a later version")
            return cls(
                versions={str(k): str(v) for k, v in values["versions"].items()},
                device=str(values["device"]),
                numbers=tuple(tuple(_facts(f) for f in views) for views in values["numbers"]),
                left_out=tuple(map(str, values["left_out"])),
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"a value is missing or of the wrong type ({error})") from error


def versions_here() -> dict[str, str]:
    """Of the program and of what its figures depend on, here; imports none of the libraries."""
    here = versions()
    machine = f"{platform.system()} {platform.machine()}"
    return {**{name: here[name] for name in _DECIDING}, _PLATFORM: machine}


def differences(
    made: Made, versions: Mapping[str, str], device: str, numbers: Numbers
) -> list[str]:
    """Sentences on what differs between where a bundle was made and here.

    Args:
        made: of the bundle.
        versions: those here, see `versions_here`.
        device: measured on here; empty if unknown.
        numbers: measured here so far; figures that one side lacks are not compared.

    Returns:
        Nothing if versions, device and figures are the same. Figures that are equal within
        `TOLERANCE` are counted in a last sentence where anything else differs.
    """
    found = [*_of_versions(made.versions, versions), *_of_device(made.device, device)]
    compared, apart = 0, []
    for where, then, now in _pairs(made.numbers, numbers):
        compared += 1
        if (difference := _of_figure(then, now)) is not None:
            apart.append(f"{where} {difference}")
    found += apart
    if found and compared > len(apart):
        equal = compared - len(apart)
        figures = "one figure agrees" if equal == 1 else f"{equal} figures agree"
        found.append(f"Of {compared} figures measured here so far, {figures} within {_TOLERANCE}.")
    return found


_TOLERANCE = f"{figure(100 * TOLERANCE, 1)} %"


def _of_versions(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in (*_DECIDING, _PLATFORM):
        if name in then and name in now and then[name] != now[name]:
            what = "on" if name == _PLATFORM else f"with {name}"
            yield f"It was made {what} {then[name]}; here it is {now[name]}."


def _of_device(then: str, now: str) -> Iterator[str]:
    if then and now and then != now:
        yield f"Its figures were measured on {then}; here on {now}."


def _pairs(then: Numbers, now: Numbers) -> Iterator[tuple[str, Fact, Fact]]:
    """Figures of the same scene, view and name, and where they stand."""
    for scene, (old_views, new_views) in enumerate(zip(then, now, strict=False), 1):
        for view, (old, new) in enumerate(zip(old_views, new_views, strict=False), 1):
            for name in sorted(old.keys() & new.keys()):
                yield f"Scene {scene}, view {view}: {name}", old[name], new[name]


def _of_figure(then: Fact, now: Fact) -> str | None:
    """`was 0.41, is 0.43 here (4.9 % more)`; None where both are equal."""
    both = f"was {then.text}, is {now.text} here"
    if then.value is None or now.value is None:
        return None if then.text == now.text else f"{both}."
    apart = abs(now.value - then.value)
    if apart <= TOLERANCE * max(abs(then.value), abs(now.value)):
        return None
    return f"{both}{_by_how_much(then.value, now.value)}."


def _by_how_much(then: float, now: float) -> str:
    if then == 0 or now == 0 or (then < 0) != (now < 0):
        return ""
    times = now / then
    if 0.5 < times < 2:
        return f" ({figure(100 * abs(times - 1), 2)} % {'more' if times > 1 else 'less'})"
    return f" ({ratio(max(times, 1 / times))} {'larger' if times > 1 else 'smaller'})"


def _plain(facts: Facts) -> dict[str, Any]:
    return {name: {"text": fact.text, "value": _finite(fact.value)} for name, fact in facts.items()}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _facts(table: Mapping[str, Any]) -> Facts:
    return {
        str(name): Fact(str(each["text"]), None if each["value"] is None else float(each["value"]))
        for name, each in table.items()
    }
