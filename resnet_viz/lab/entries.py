"""Entries of a table, as TOML or JSON hold them, checked against the fields of a dataclass."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from resnet_viz.errors import UserError

_WORDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


class EntryError(UserError):
    """An entry that cannot be used.

    Args:
        message: one sentence naming what is wrong.
        hint: what is allowed, and the nearest match.
        key: of the entry; empty where no single one is to blame.
    """

    def __init__(self, message: str, hint: str = "", key: str = "") -> None:
        super().__init__(message, hint)
        self.key = key


def nearest(word: object, known: Iterable[str]) -> str:
    """`Did you mean 'batch'?` with a space behind it, or nothing if none is near."""
    near = difflib.get_close_matches(str(word), list(known), n=1)
    return f"Did you mean {near[0]!r}? " if near else ""


def checked(kind: type[Any], table: Mapping[str, Any], what: str) -> dict[str, Any]:
    """A table's entries as arguments of a frozen dataclass; ranges are the dataclass's to check.

    Args:
        kind: the dataclass; its fields are of text, numbers, literals, tuples or sets of them.
        table: entries by name; lists where the dataclass has tuples or sets.
        what: an entry is, for errors: `a setting`.

    Raises:
        EntryError: if an entry is unknown or of another type.
    """
    known = [field.name for field in fields(kind)]
    for key in table:
        if key not in known:
            there = f"There are {', '.join(known)}." if known else "It has none."
            raise EntryError(f"{key!r} is not {what}.", f"{nearest(key, known)}{there}", key)
    hints = get_type_hints(kind)
    return {key: _typed(key, value, hints[key]) for key, value in table.items()}


def _typed(key: str, value: Any, hint: Any) -> Any:
    """`value` if it has the annotated type; lists become tuples or sets, whole numbers floats."""
    origin = get_origin(hint)
    if origin is Literal:
        return _choice(key, value, get_args(hint))
    if origin in (tuple, frozenset):
        item, *_ = get_args(hint)
        if not isinstance(value, list | tuple | set | frozenset):
            raise EntryError(f"{key} must be a list of {_plural(item)}, got {value!r}.", key=key)
        return origin(_typed(key, each, item) for each in value)
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:  # not isinstance: True is an int
        raise EntryError(f"{key} must be {_WORDS[hint]}, got {value!r}.", key=key)
    return value


def _choice(key: str, value: Any, allowed: tuple[str, ...]) -> Any:
    if value not in allowed:
        near = nearest(value, allowed)
        hint = f"{near}Choose {', '.join(allowed)}."
        raise EntryError(f"{key} cannot be {value!r}.", hint, key)
    return value


def _plural(kind: Any) -> str:
    return {int: "whole numbers", float: "numbers"}.get(kind, "texts")
