"""The keys of a presentation: a presenter remote's, and those of whoever stands at the keyboard."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_Key = Qt.Key


class Remote(Enum):
    """What a key asks for."""

    NEXT = auto()
    """The next step, or the next scene."""
    BACK = auto()
    """The step before."""
    FIRST = auto()
    """The first scene."""
    LAST = auto()
    """The last scene."""
    BLACK = auto()
    """A black screen, or no longer."""
    POINTER = auto()
    """Pointer, then spotlight, then neither."""
    ZOOM = auto()
    """A lens at the mouse, or none."""
    CLOSER = auto()
    """More magnification."""
    FARTHER = auto()
    """Less magnification."""
    FREEZE = auto()
    """Numbers on screen stay as they are, or change again."""
    CONTROLS = auto()
    """Controls of the views are shown, or hidden."""
    PRESENTER = auto()
    """The presenter view is shown, or hidden."""
    SWAP = auto()
    """Slides and presenter view change screens."""
    HELP = auto()
    """The sheet of keys."""
    DIGIT = auto()
    """Part of a scene's number."""
    ENTER = auto()
    """Go to the scene whose number was typed."""
    ERASE = auto()
    """Take back a digit."""
    LEAVE = auto()
    """Close what lies over the slide, or leave."""
    IGNORED = auto()
    """A key that remotes send and that means nothing here."""


_KEYS: dict[Qt.Key, Remote] = {
    _Key.Key_PageDown: Remote.NEXT,
    _Key.Key_Right: Remote.NEXT,
    _Key.Key_Space: Remote.NEXT,
    _Key.Key_PageUp: Remote.BACK,
    _Key.Key_Left: Remote.BACK,
    _Key.Key_Home: Remote.FIRST,
    _Key.Key_End: Remote.LAST,
    _Key.Key_B: Remote.BLACK,
    _Key.Key_Period: Remote.BLACK,
    _Key.Key_L: Remote.POINTER,
    _Key.Key_Z: Remote.ZOOM,
    _Key.Key_Plus: Remote.CLOSER,
    _Key.Key_Equal: Remote.CLOSER,
    _Key.Key_Minus: Remote.FARTHER,
    _Key.Key_F: Remote.FREEZE,
    _Key.Key_H: Remote.CONTROLS,
    _Key.Key_P: Remote.PRESENTER,
    _Key.Key_X: Remote.SWAP,
    _Key.Key_Question: Remote.HELP,
    _Key.Key_Return: Remote.ENTER,
    _Key.Key_Enter: Remote.ENTER,
    _Key.Key_Backspace: Remote.ERASE,
    _Key.Key_Escape: Remote.LEAVE,
    # The play button of many remotes sends F5 and Escape in turn.
    _Key.Key_F5: Remote.IGNORED,
    **{_Key(int(_Key.Key_0) + digit): Remote.DIGIT for digit in range(10)},
}

KEY_SHEET: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Go",
        (
            ("PgDn / → / Space", "next"),
            ("PgUp / ←", "back"),
            ("Home / End", "first, last scene"),
            ("1 2 … Enter", "scene of that number"),
            ("Esc", "close what lies on top; leave"),
        ),
    ),
    (
        "Show",
        (
            ("B / .", "black screen"),
            ("L", "pointer, spotlight"),
            ("Z, + / −", "lens, its power"),
        ),
    ),
    (
        "Steer",
        (
            ("F", "freeze the numbers"),
            ("H", "controls of the views"),
            ("P", "presenter view"),
            ("X", "swap the screens"),
            ("?", "these keys"),
        ),
    ),
)

FOOTER_KEYS = "PgDn next     PgUp back     B black     L pointer     ? keys"

_OTHERS = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.MetaModifier,
)


def remote_of(event: QKeyEvent) -> Remote | None:
    """What a key event asks for; None where it is no key of a presentation."""
    if any(event.modifiers() & modifier for modifier in _OTHERS):
        return None
    try:
        return _KEYS.get(Qt.Key(event.key()))
    except ValueError:  # a key that Qt has no name for
        return None
