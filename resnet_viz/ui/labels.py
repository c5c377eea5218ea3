"""Labels in the two roles that the style sheet knows."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel


def muted(text: str) -> QLabel:
    """A small caption."""
    return _label(text, "muted")


def title(text: str) -> QLabel:
    """A group's heading."""
    return _label(text, "title")


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    return label
