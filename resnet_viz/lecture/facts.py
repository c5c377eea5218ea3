"""Measured figures by name, and sentences that name them. Imports neither torch nor Qt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PENDING = "…"
"""Stands where a figure is not measured yet."""

_NAME = re.compile(r"\{(?:(?P<view>\d+)\.)?(?P<name>[a-z][a-z0-9_]*)\}")


@dataclass(frozen=True)
class Fact:
    """One figure.

    Attributes:
        text: for people, with its unit: `6.7×10⁻⁷`, `84.4 %`.
        value: as a number; None where it is a word (`resnet56`, `cat`).
    """

    text: str
    value: float | None = None


Facts = Mapping[str, Fact]

Names = Mapping[str, str]
"""What figures a text may name, each with one short explanation."""


def fill(template: str, facts: Sequence[Facts]) -> str:
    """A template with its figures written in; `…` where one is not known yet.

    Args:
        template: `At the first block: {first_plain}`; `{2.loss}` is of the second view.
        facts: of each view in order.
    """

    def found(match: re.Match[str]) -> str:
        index = int(match["view"] or 1) - 1
        known = facts[index] if 0 <= index < len(facts) else {}
        return known[match["name"]].text if match["name"] in known else PENDING

    return _NAME.sub(found, template)


def written(view: int, name: str) -> str:
    """A figure's name as it stands in a template: `{loss}` of the first view, `{2.loss}`."""
    return f"{{{name}}}" if view == 1 else f"{{{view}.{name}}}"


def names_in(template: str) -> tuple[tuple[int, str], ...]:
    """(view from 1, name) of every figure that a template names, in order."""
    return tuple((int(m["view"] or 1), m["name"]) for m in _NAME.finditer(template))
