"""Values as TOML writes them; `tomllib` only reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from resnet_viz.errors import UserError

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def value(content: Any) -> str:
    """A value on one line; sets are written as sorted lists, mappings as inline tables.

    Raises:
        UserError: if a text is not valid Unicode.
        TypeError: for what TOML has no value for.
    """
    if isinstance(content, bool):
        return str(content).lower()
    if isinstance(content, str):
        return _quoted(content)
    if isinstance(content, int | float):
        return repr(content)  # Python writes whole and broken numbers as TOML does
    if isinstance(content, set | frozenset):
        content = sorted(content)
    if isinstance(content, list | tuple):
        return f"[{', '.join(map(value, content))}]"
    if isinstance(content, Mapping):
        return f"{{ {', '.join(entries(content))} }}" if content else "{}"
    raise TypeError(f"TOML has no value for {content!r}")


def entries(table: Mapping[str, Any]) -> Iterator[str]:
    """`key = value` for each entry of a table."""
    return (f"{_key(key)} = {value(content)}" for key, content in table.items())


def prose(text: str) -> str:
    """A text with its line breaks as they are, where it has any.

    Raises:
        UserError: if it is not valid Unicode.
    """
    if "\n" not in text:
        return _quoted(text)
    # Line by line through JSON, whose escapes are TOML's; a quote needs none here unless another
    # one or the end follows.
    lines = (_quoted(line)[1:-1].replace('\\"', '"') for line in text.split("\n"))
    body = re.sub(r'"(?="|\Z)', r"\"", "\n".join(lines))
    return f'"""\n{body}"""'


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _quoted(key)


def _quoted(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserError(
            f"{text!r} cannot be written down: it is not valid Unicode.", "Rename it."
        ) from error
    # JSON's escapes are TOML's but for one control character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
