"""The field's words as the program uses them. Imports neither torch nor Qt."""

from __future__ import annotations

import textwrap
import tomllib
from dataclasses import dataclass
from functools import cache

from resnet_viz.assets import assets_dir

_TIP_COLUMNS = 72
"""Toolkits do not break the lines of a plain tool tip."""


@dataclass(frozen=True)
class Term:
    """One word.

    Attributes:
        name: the word.
        group: where it stands in the list.
        says: one or two sentences.
        also: other words for it.
        formula: plain text, may be empty.
        source: where it comes from, may be empty.
    """

    name: str
    group: str
    says: str
    also: tuple[str, ...] = ()
    formula: str = ""
    source: str = ""

    def matches(self, words: str) -> bool:
        """Whether a search for some words, in any order, finds it."""
        text = " ".join((self.name, *self.also, self.says)).lower()
        return all(word in text for word in words.lower().split())


@cache
def terms() -> tuple[Term, ...]:
    """All words, in the order of the list."""
    text = (assets_dir() / "glossary.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)["term"]
    return tuple(Term(**{**entry, "also": tuple(entry.get("also", ()))}) for entry in entries)


@cache
def term(name: str) -> Term:
    """A word by its name.

    Raises:
        KeyError: if it is not in the glossary.
    """
    return {entry.name: entry for entry in terms()}[name]


def tip(name: str, before: str = "") -> str:
    """A tool tip that explains a word: what it is, its formula, where it comes from.

    Args:
        name: of the word.
        before: what the control itself does, on lines of its own.

    Raises:
        KeyError: if it is not in the glossary.
    """
    word = term(name)
    title = word.name[0].upper() + word.name[1:]
    says = textwrap.fill(f"{title}: {word.says}", _TIP_COLUMNS)
    return "\n".join(line for line in (before, says, word.formula, word.source) if line)
