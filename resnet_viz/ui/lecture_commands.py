"""The commands of the Lecture menu: they bring the workspace up and act there."""

from __future__ import annotations

from resnet_viz.ui.actions import Command
from resnet_viz.ui.window_lecture import WindowLecture


def lecture_commands(lecture: WindowLecture) -> list[Command]:
    """What is done with whole lectures, and with their scenes."""
    menu, there = "&Lecture", lecture.there
    return [
        Command(menu, "&Present", there(lambda w: w.presenting.start(from_start=False)), ("F5",)),
        Command(menu, "Present from the &start",
                there(lambda w: w.presenting.start(from_start=True)), ("Shift+F5",)),
        Command(menu, "&Add what I see to the lecture", lecture.add_what_is_seen,
                ("Ctrl+Shift+L",), True),
        Command(menu, "Add an e&mpty scene", there(lambda w: w.add_scene())),
        Command(menu, "&Duplicate the scene", there(lambda w: w.document.duplicate())),
        Command(menu, "D&elete the scene", there(lambda w: w.document.delete())),
        Command(menu, "&New lecture", there(lambda w: w.files.new()), ("Ctrl+N",), True),
        Command(menu, "&Open lecture…", there(lambda w: w.files.ask_open()), ("Ctrl+L",)),
        Command(menu, "Sa&ve lecture", there(lambda w: w.files.save()), ("Ctrl+S",)),
        Command(menu, "Save lecture &as…", there(lambda w: w.files.ask_save()),
                ("Ctrl+Shift+S",)),
        Command(menu, "Pac&k into one file…", there(lambda w: w.packing.ask())),
        Command(menu, "&Hand out as PDF or HTML…", there(lambda w: w.hand_out())),
    ]  # fmt: skip
