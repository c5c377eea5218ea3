"""The commands of the Train menu: they bring the workspace up and act there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from resnet_viz.ui.actions import Command
from resnet_viz.ui.workspaces import Workspaces

if TYPE_CHECKING:
    from resnet_viz.ui.train.workspace import TrainWorkspace

TITLE = "Train"


def train_commands(workspaces: Workspaces) -> list[Command]:
    """Steering a training, and what to train."""

    def there(act: Callable[[TrainWorkspace], object]) -> Callable[[], object]:
        def run() -> None:
            workspaces.show_titled(TITLE)
            act(cast("TrainWorkspace", workspaces.current))

        return run

    menu = "&Train"
    return [
        Command(menu, "&Play or pause", there(lambda w: w.transport.press()), ("Space",),
                shown_only=True),
        Command(menu, "One &step", there(lambda w: w.session.step_once()), (".",),
                shown_only=True),
        Command(menu, "S&top the training", there(lambda w: w.session.stop()), ("Ctrl+.",)),
        Command(menu, "&Newest step", there(lambda w: w.session.scrub(None)), ("End",),
                shown_only=True),
        Command(menu, "&Look at the data", there(lambda w: w.look_at_data()), (), True),
        Command(menu, "Find a learning &rate", there(lambda w: w.find_rate())),
        Command(menu, "&Fine-tune on a folder…", there(lambda w: w.setup.ask_folder())),
        Command(menu, "Open a r&un…", there(lambda w: w.ask_run()), ("Ctrl+Shift+R",), True),
        Command(menu, "Open a re&cipe…", there(lambda w: w.text.open())),
        Command(menu, "Sa&ve the recipe…", there(lambda w: w.text.save())),
    ]  # fmt: skip
