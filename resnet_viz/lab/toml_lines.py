"""On which line of a TOML text an entry stands: `tomllib` tells that of syntax errors alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

EntryPath = tuple[str | int, ...]
"""Keys from the outermost in; an index behind the key of an array of tables."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*$")
_ENTRY = re.compile(r"\s*([^=\[\]{}#]+?)\s*=")
_KEY = re.compile(r'"([^"]*)"|\'([^\']*)\'|([^\s."\']+)')
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


class Lines:
    """Line numbers of the entries of a TOML text that `tomllib` has accepted.

    Args:
        text: the whole file.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[EntryPath, int] = {}
        self._counts: dict[EntryPath, int] = {}
        table: EntryPath = ()
        for number, line in _statements(text):
            if header := _HEADER.match(_without_comment(line)):
                table = self._table(_keys(header[2]), array=header[1] == "[[")
                self._lines.setdefault(table, number)
            elif entry := _ENTRY.match(line):
                self._lines.setdefault((*table, *_keys(entry[1])), number)

    def of(self, *path: str | int) -> int | None:
        """The line of an entry, or of the nearest one around it; None if there is neither."""
        for end in range(len(path), 0, -1):
            if (line := self._lines.get(path[:end])) is not None:
                return line
        return None

    def _table(self, keys: list[str], *, array: bool) -> EntryPath:
        """A header's keys with the index of each array of tables that they lead through."""
        path: EntryPath = ()
        for i, key in enumerate(keys):
            path = (*path, key)
            if array and i == len(keys) - 1:
                self._counts[path] = self._counts.get(path, 0) + 1
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path


def last_begun(text: str) -> int:
    """The line, from 1, of the last table or entry that begins; where a cut-off text broke off."""
    begun = [number for number, line in _statements(text) if line.strip()]
    return begun[-1] if begun else 1


def _keys(text: str) -> list[str]:
    """The parts of a dotted key."""
    return [double or single or bare for double, single, bare in _KEY.findall(text)]


def _without_comment(line: str) -> str:
    bare = _STRING.sub(lambda match: "_" * len(match[0]), line)
    return line[: bare.index("#")] if "#" in bare else line


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """The lines on which something begins: not those inside a long string, list or table."""
    quotes, depth = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not quotes and depth == 0:
            yield number, line
        rest = line
        if quotes:
            _, found, rest = line.partition(quotes)
            if not found:
                continue
            quotes = ""
        quotes, rest = _long_string(rest)
        bare = _without_comment(_STRING.sub("", rest))
        if not _HEADER.match(bare) or depth:
            depth += sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}")


def _long_string(line: str) -> tuple[str, str]:
    """The quotes of a string that goes on in the next line, and what stands before it."""
    line = re.sub(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'', "", line)
    for quotes in ('"""', "'''"):
        if quotes in _without_comment(line):
            return quotes, line[: line.index(quotes)]
    return "", line
