"""The theme in force: chosen in a menu, remembered, and following the desktop where asked to."""

from __future__ import annotations

from typing import cast, get_args

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from resnet_viz.ui.style import palette, resolve, style_sheet
from resnet_viz.ui.theme import LIGHT, Choice, Theme


class Looks(QObject):
    """Colours a window.

    Args:
        window: gets the style sheet.
        settings: where the choice is kept.

    Attributes:
        choice: what the user chose.
        theme: what that comes to.

    Signals:
        changed: the new `Theme`.
    """

    changed = Signal(object)

    def __init__(self, window: QWidget, settings: QSettings) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self.theme: Theme = LIGHT
        chosen = settings.value("theme", "system")
        self.choice: Choice = cast(Choice, chosen if chosen in get_args(Choice) else "system")
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(lambda _scheme: self.apply())

    def choose(self, choice: Choice) -> None:
        """Change the theme and remember it."""
        self._settings.setValue("theme", choice)
        self.choice = choice
        self.apply()

    def apply(self) -> None:
        """Colour the window and whatever listens."""
        self.theme = resolve(self.choice)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(palette(self.theme))
        self._window.setStyleSheet(style_sheet(self.theme))
        self.changed.emit(self.theme)

    def add_menu(self, menu: QMenu) -> None:
        """Put the themes into a menu."""
        themes = menu.addMenu("&Theme")
        for name in get_args(Choice):
            entry = themes.addAction(name.capitalize())
            entry.triggered.connect(lambda _=False, n=name: self.choose(n))
