"""The number of a scene, typed digit by digit and finished with Enter."""

from __future__ import annotations

from collections.abc import Callable

from resnet_viz.ui.lecture.stage_notice import StageNotice

_MOST_DIGITS = 3


class SceneNumber:
    """Says over the slide what was typed so far.

    Args:
        notice: where it says so.
        go_to: called with the index of a scene that there is.
    """

    def __init__(self, notice: StageNotice, go_to: Callable[[int], object]) -> None:
        self._notice = notice
        self._go_to = go_to
        self._digits = ""

    def type(self, digit: str) -> None:
        """Another digit."""
        self._show((self._digits + digit)[:_MOST_DIGITS])

    def erase(self) -> bool:
        """Take the last digit back; False where there is none."""
        begun = bool(self._digits)
        self._show(self._digits[:-1])
        return begun

    def forget(self) -> bool:
        """Take all digits back; False where there are none."""
        begun = bool(self._digits)
        if begun:
            self._show("")
        return begun

    def finish(self, count: int) -> bool:
        """Go to that scene of `count`; False where no number was typed."""
        if not self._digits:
            return False
        number = int(self._digits)
        self._show("")
        if 1 <= number <= count:
            self._go_to(number - 1)
        else:
            self._notice.say(f"There is no scene {number}; the last is {count}.")
        return True

    def _show(self, digits: str) -> None:
        self._digits = digits
        if digits:
            self._notice.say(f"Scene {digits}: Enter goes there", for_ms=0)
        else:
            self._notice.hide()
