"""A chart's files, and text for the clipboard. No Qt."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from resnet_viz.errors import UserError

_HINT = "Choose a folder that exists and that you may write to."


def write_text(text: str, path: Path) -> Path:
    """Write a text file.

    Raises:
        UserError: if it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"Cannot write `{path}`: {reason}.", _HINT) from error
    return path


def with_suffix(path: Path, suffix: str) -> Path:
    """The path, with the suffix where it has another or none."""
    return path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)


def with_tabs(text: str) -> str:
    """CSV as a spreadsheet pastes it."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()
