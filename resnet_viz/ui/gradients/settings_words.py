"""What differs between two settings of the laboratory, in words. No Qt."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from resnet_viz.lab.settings import LabSettings

_NAMES = {
    "init": "initialisation",
    "init_std": "σ",
    "zero_init": "branches start at zero",
    "alpha": "α",
    "dtype": "precision",
    "batch_size": "images",
    "training_mode": "mode",
    "cut": "cut skips",
    "dropped": "dropped branches",
    "plain_restored": "skips in the plain twin",
    "plain_dropped": "dropped branches in the plain twin",
}
# Where the numbers were computed hardly changes them.
_IGNORED = ("device",)


def differences(measured: LabSettings, now: LabSettings) -> list[str]:
    """Every setting that differs, then and now: `norm none → batch`."""
    return [
        f"{_NAMES.get(field.name, field.name.replace('_', ' '))} {_change(field.name, old, new)}"
        for field in fields(LabSettings)
        if field.name not in _IGNORED
        and (old := getattr(measured, field.name)) != (new := getattr(now, field.name))
    ]


def _change(name: str, old: Any, new: Any) -> str:
    if isinstance(old, frozenset) and len(old) == len(new):
        return f"others, {len(old)} as before"
    return f"{_said(name, old)} → {_said(name, new)}"


def _said(name: str, value: Any) -> str:
    if isinstance(value, frozenset):
        return str(len(value))
    if name == "training_mode":
        return "training" if value else "evaluation"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) or "none"
