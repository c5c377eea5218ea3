"""Opening the window, once it is sure that one can be opened."""

from __future__ import annotations

from resnet_viz import display


def open_window(start: str | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit code.

    Args:
        start: path of a picture or a lecture to start with.

    Raises:
        UserError: if no window can be opened here.
    """
    display.require_display()
    display.require_qt()
    from resnet_viz.ui.app import run

    return run(start)
