"""What the keys of a presentation do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeyEvent

from resnet_viz.ui.lecture.remote import Remote
from resnet_viz.ui.lecture.scene_number import SceneNumber
from resnet_viz.ui.lecture.two_windows import TwoWindows

if TYPE_CHECKING:
    from resnet_viz.ui.lecture.presentation import Presentation


class RemoteActs:
    """Acts on a presentation as its keys ask for.

    Args:
        presentation: that is steered.
        windows: of its slides and of the presenter view.
    """

    def __init__(self, presentation: Presentation, windows: TwoWindows) -> None:
        self._show = presentation
        self._windows = windows
        self._layers = presentation.layers
        self._number = SceneNumber(self._layers.notice, presentation.go_to)
        self._controls = False
        self._acts = self._list_acts()

    def take(self, remote: Remote, event: QKeyEvent) -> bool:
        """Do what a key asks for; False where it is for the widgets."""
        if self._layers.keys.isVisible():
            self._layers.keys.hide()
            return True
        if remote is Remote.DIGIT:
            self._number.type(event.text())
            return True
        if remote is Remote.ENTER:
            return self._number.finish(self._show.n_scenes)
        if remote is Remote.ERASE:
            return self._number.erase()
        if remote in (Remote.CLOSER, Remote.FARTHER):
            return self._change_lens(1 if remote is Remote.CLOSER else -1)
        if remote is not Remote.LEAVE:
            self._number.forget()
        self.do(remote)
        return True

    def do(self, remote: Remote) -> None:
        """Do what a button asks for: all but typing a number and changing the lens."""
        self._acts[remote]()

    def forget(self) -> None:
        """Forget a number that was begun."""
        self._number.forget()

    # --- inside ------------------------------------------------------------------------------

    def _list_acts(self) -> dict[Remote, Callable[[], object]]:
        show, layers = self._show, self._layers
        return {
            Remote.NEXT: show.next,
            Remote.BACK: show.back,
            Remote.FIRST: lambda: show.go_to(0),
            Remote.LAST: lambda: show.go_to(show.n_scenes - 1),
            Remote.BLACK: layers.flip_black,
            Remote.POINTER: layers.next_pointer,
            Remote.ZOOM: layers.flip_lens,
            Remote.FREEZE: self._flip_frozen,
            Remote.CONTROLS: self._flip_controls,
            Remote.PRESENTER: self._windows.flip_notes,
            Remote.SWAP: self._swap_screens,
            Remote.HELP: layers.keys.show,
            Remote.LEAVE: self._leave,
            Remote.IGNORED: lambda: None,
        }

    def _change_lens(self, by: int) -> bool:
        lens = self._layers.lens
        if not lens.isVisible():
            return False
        lens.change_factor(by)
        self._layers.notice.say(f"{lens.factor:g} times as large")
        return True

    def _flip_frozen(self) -> None:
        desk = self._show.pool.desk
        desk.set_frozen(not desk.frozen)
        self._layers.notice.say("Numbers frozen" if desk.frozen else "Numbers are live")

    def _flip_controls(self) -> None:
        self._controls = not self._controls
        self._show.pool.set_controls(self._controls)
        self._layers.notice.say("Controls shown" if self._controls else "Controls hidden")

    def _swap_screens(self) -> None:
        if not self._windows.swap():
            self._layers.notice.say("There is only one screen.")
        elif self._windows.screen_name:
            self._show.choose_screen(self._windows.screen_name)

    def _leave(self) -> None:
        if not (self._number.forget() or self._layers.close_top()):
            self._show.end()
