"""Every command of the window in one table: menus, shortcuts and the sheet of keys follow it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu


@dataclass(frozen=True)
class Command:
    """One entry of a menu.

    Attributes:
        menu: which menu it is in.
        text: its words, with an ampersand before the mnemonic.
        run: called when it is chosen.
        keys: shortcuts; the first is shown.
        separated: a line above it.
        checkable: it has a tick, and `run` takes none.
        shown_only: a workspace takes these keys itself, unless a control has use for them.
    """

    menu: str
    text: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    separated: bool = False
    checkable: bool = False
    shown_only: bool = False


MENUS = ("&File", "&Edit", "&Network", "&Train", "&Lecture", "&View", "&Help")

_SHOWN = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}


def install(window: QMainWindow, commands: list[Command]) -> dict[str, QAction]:
    """Build the menus; returns the actions by text without ampersands."""
    menus: dict[str, QMenu] = {name: window.menuBar().addMenu(name) for name in MENUS}
    actions: dict[str, QAction] = {}
    for command in commands:
        menu = menus[command.menu]
        if command.separated:
            menu.addSeparator()
        action = QAction(command.text, window)
        action.setCheckable(command.checkable)
        if command.shown_only:
            action.setText(f"{command.text}\t{command.keys[0]}")
        else:
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.triggered.connect(lambda _checked=False, run=command.run: run())
        menu.addAction(action)
        # Kept alive in full screen, where the menu bar may be hidden.
        window.addAction(action)
        actions[plain(command.text)] = action
    return actions


def menu_named(window: QMainWindow, name: str) -> QMenu:
    """The menu of that name."""
    for action in window.menuBar().actions():
        menu = action.menu()
        if action.text() == name and isinstance(menu, QMenu):
            return menu
    raise KeyError(name)


def plain(text: str) -> str:
    """A menu text without its mnemonic and its dots."""
    return text.replace("&", "").rstrip("…")


def key_sheet(commands: list[Command]) -> list[tuple[str, list[tuple[str, str]]]]:
    """(menu, [(keys, what)]) for every command that has a shortcut."""
    sheet = []
    for menu in MENUS:
        rows = [
            (" / ".join(_shown(k) for k in c.keys), plain(c.text))
            for c in commands
            if c.menu == menu and c.keys
        ]
        if rows:
            sheet.append((plain(menu), rows))
    return sheet


def _shown(keys: str) -> str:
    return _SHOWN.get(keys, keys)
