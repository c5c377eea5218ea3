"""A step's change as one line of text, and back. No Qt."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from resnet_viz import toml_values
from resnet_viz.errors import UserError


def change_text(change: Mapping[str, Any]) -> str:
    """Fields and values: `cut = ["all"], norm = "batch"`; empty for no change."""
    return ", ".join(toml_values.entries(change))


def parse_change(text: str) -> dict[str, Any]:
    """The fields and values of a line.

    Raises:
        UserError: if it cannot be read.
    """
    try:
        return dict(tomllib.loads(f"change = {{ {text.strip().strip(',')} }}")["change"])
    except (ValueError, TypeError) as error:
        raise UserError(
            f"{text!r} cannot be read.", 'Write `cut = ["all"]` or `norm = "batch", alpha = 0.5`.'
        ) from error
