"""A few words over the slide, gone by themselves: what a key did."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from resnet_viz.ui.lecture.slide_sizes import SlideSizes
from resnet_viz.ui.theme import LIGHT, Theme

_SHOWN_MS = 2500


class StageNotice(QLabel):
    """A pill at the lower edge of its parent.

    Args:
        parent: what it lies on.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._theme = LIGHT
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, text: str, *, for_ms: int = _SHOWN_MS) -> None:
        """Show words for a while; 0 ms keeps them until they are taken away."""
        self.setText(text)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.stop()
        if for_ms:
            self._timer.start(for_ms)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        t, pad = theme, round(theme.small_px * 0.5)
        self._theme = theme
        self.setStyleSheet(
            f"background: {t.accent}; color: {t.on_accent}; font-size: {t.font_px}px;"
            f" border-radius: {pad}px; padding: {pad}px {2 * pad}px;"
        )
        self._place()

    def _place(self) -> None:
        over = self._over
        sizes = SlideSizes.of(over.size())
        self.setWordWrap(False)
        self.adjustSize()
        most = over.width() - 2 * sizes.margin
        if self.width() > most:
            self.setWordWrap(True)
            self.setFixedWidth(most)
            self.adjustSize()
            self.setMinimumWidth(0)
            self.setMaximumWidth(16777215)
            self.resize(most, self.heightForWidth(most))
        left = (over.width() - self.width()) // 2
        self.move(left, over.height() - sizes.footer - self.height() - sizes.gap)
