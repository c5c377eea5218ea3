"""JSON that every parser reads, whatever was measured."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def strict_json(content: Mapping[str, Any]) -> str:
    """Strict JSON, with a list of what JSON has no word for.

    Infinity and NaN are `null`, and an entry `not_finite` lists where each stood and what it
    was, so that nothing is lost.
    """
    not_finite: list[dict[str, str]] = []
    strict = _strict(content, "", not_finite)
    strict["not_finite"] = not_finite
    return json.dumps(strict, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _strict(value: Any, place: str, not_finite: list[dict[str, str]]) -> Any:
    """`value` with `None` for what JSON cannot say; notes each place."""
    if isinstance(value, float) and not math.isfinite(value):
        not_finite.append({"place": place, "value": str(value)})
        return None
    if isinstance(value, Mapping):
        prefix = f"{place}." if place else ""
        return {k: _strict(v, f"{prefix}{k}", not_finite) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(v, f"{place}[{i}]", not_finite) for i, v in enumerate(value)]
    return value
