"""The commands of the Lecture menu: they bring the workspace up and act there."""

from __future__ import annotations

from resnet_viz.ui.actions import Command
from resnet_viz.ui.window_lecture import WindowLecture


def lecture_commands(lecture: WindowLecture) -> list[Command]:
    """What is done with whole lectures, and with scenes."""
    menu, there = "&Lecture", lecture.there
    return [
        Command(menu, "&Present", there(lambda w: w.present(from_start=False)), ("F5",)),
        Command(menu, "Present from the &start", there(lambda w: w.present(from_start=True)),
                ("Shift+F5",)),
        Command(menu, "&Add what I see to the lecture", lecture.add_what_is_seen,
                ("Ctrl+Shift+L",), True),
    ]  # fmt: skip
