"""Which screen shows the slides, and which the presenter view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QMenu, QWidget

Place = QScreen | QRect
"""A whole screen, or part of one in logical pixels of the desktop."""


def choose(window: QWidget | None, chosen: str = "") -> tuple[QScreen, QScreen | None]:
    """Screens for slides and presenter view.

    Args:
        window: the slides go to a screen that it is not on, for it stays with the speaker.
        chosen: name of the screen for the slides, as the user chose it once; taken if it is there.

    Returns:
        The screen for the slides, and another one; None where there is no other.
    """
    screens = QGuiApplication.screens()
    here = window.screen() if window is not None else QGuiApplication.primaryScreen()
    others = [screen for screen in screens if screen is not here]
    named = [screen for screen in screens if chosen and screen.name() == chosen]
    slides = (named or others or [here])[0]
    rest = [screen for screen in (here, *screens) if screen is not slides]
    return slides, rest[0] if rest else None


def words_of(screen: QScreen) -> str:
    """A screen for a menu: `HDMI-1 · 1920 × 1080`."""
    size = screen.size() * screen.devicePixelRatio()
    maker = " ".join(part for part in (screen.manufacturer(), screen.model()) if part)
    name = " ".join(part for part in (screen.name(), f"({maker})" if maker else "") if part)
    return f"{name} · {size.width()} × {size.height()}"


def fill_menu(menu: QMenu, chosen: str, choose: Callable[[str], object]) -> None:
    """Offer the screens for the slides; an empty name lets the program choose.

    Args:
        menu: emptied first.
        chosen: name of the screen chosen before.
        choose: called with the name of another one.
    """
    menu.clear()
    screens = QGuiApplication.screens()
    known = chosen if any(screen.name() == chosen for screen in screens) else ""
    offers = [("", "Where the window is not"), *((s.name(), words_of(s)) for s in screens)]
    for name, words in offers:
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(name == known)
        action.triggered.connect(lambda _=False, name=name: choose(name))


def rectangle(place: Place) -> QRect:
    """The place in logical pixels of the desktop."""
    return place.geometry() if isinstance(place, QScreen) else place


def put(widget: QWidget, place: Place) -> None:
    """Show a top-level widget so that it fills a place."""
    if isinstance(place, QScreen):
        widget.setWindowFlag(Qt.WindowType.FramelessWindowHint, False)
        widget.setGeometry(place.geometry())
        widget.setScreen(place)
        widget.showFullScreen()
        return
    widget.setWindowFlag(Qt.WindowType.FramelessWindowHint, True)
    widget.setGeometry(place)
    widget.showNormal()
