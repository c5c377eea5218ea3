"""The commands that act on whichever workspace is on screen."""

from __future__ import annotations

from collections.abc import Callable

from resnet_viz.ui.actions import Command
from resnet_viz.ui.workspace import Workspace
from resnet_viz.ui.workspaces import Workspaces

NEXT_CHANNEL, PREVIOUS_CHANNEL = "Next c&hannel", "Previous ch&annel"


def workspace_commands(workspaces: Workspaces) -> list[Command]:
    """Switching between workspaces, and the keys of the network on screen."""

    def on_current(act: Callable[[Workspace], object]) -> Callable[[], object]:
        return lambda: act(workspaces.current)

    network, view = "&Network", "&View"
    switches = [
        Command(
            view,
            f"&{title}",
            lambda title=title: workspaces.show_titled(title),  # type: ignore[misc]
            (f"Ctrl+{number}",),
        )
        for number, title in enumerate(workspaces.titles, 1)
    ]
    return [
        Command(network, "&Next block", on_current(lambda w: w.walk_blocks(1)), ("Right",), True),
        Command(network, "&Previous block", on_current(lambda w: w.walk_blocks(-1)), ("Left",)),
        Command(network, NEXT_CHANNEL, on_current(lambda w: w.walk_channels(1)), ("Down",)),
        Command(network, PREVIOUS_CHANNEL, on_current(lambda w: w.walk_channels(-1)), ("Up",)),
        Command(
            network, "Cut or restore the &skip", on_current(lambda w: w.flip_skip()), ("S",), True
        ),
        Command(
            network, "Drop or restore the &branch", on_current(lambda w: w.flip_branch()), ("D",)
        ),
        Command(network, "Cut or restore a&ll skips", on_current(lambda w: w.flip_all()), ("A",)),
        Command(
            network,
            "Skips of the selected s&tage",
            on_current(lambda w: w.flip_stage()),
            ("Shift+S",),
        ),
        *switches,
        Command(view, "&Whole network", on_current(lambda w: w.fit()), ("Ctrl+0",), True),
    ]
