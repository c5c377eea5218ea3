"""One picture of a film, painted as if it were on a screen of the film's size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QLayout

from resnet_viz.ui.figures.film import Film
from resnet_viz.ui.stage.stage_theme import stage_theme
from resnet_viz.ui.style import palette, style_sheet
from resnet_viz.ui.theme import Theme


class FilmPainter:
    """Holds what is filmed.

    Args:
        film: what is filmed.
        width, height: pixels.
        theme: colours; type is sized for the height.
    """

    def __init__(self, film: Film, width: int, height: int, theme: Theme) -> None:
        theme = stage_theme(theme, height)
        self._size = QSize(width, height)
        self._reel = film.make(theme)
        widget = self._reel.widget
        widget.setObjectName("film")
        widget.setStyleSheet(f"{style_sheet(theme)}\n#film {{ background: {theme.window}; }}")
        widget.setPalette(palette(theme))
        widget.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = widget.layout()
        if layout is not None:  # the film's size holds, whatever its widgets would like
            layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        widget.resize(self._size)
        widget.show()

    def image(self, share: float) -> QImage:
        """The picture after a share of the time, 0 to 1."""
        self._reel.show_share(share)
        # What takes more room now gets it now: a picture must not depend on when it is painted.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        image = QImage(self._size, QImage.Format.Format_RGB888)
        with QPainter(image) as painter:
            self._reel.widget.render(painter, QPoint())
        return image

    def pixels(self, share: float) -> NDArray[np.uint8]:
        """The same, (H, W, 3)."""
        image = self.image(share)
        width, height = image.width(), image.height()
        # Rows of a QImage are padded to four bytes.
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, -1)
        return rows[:, : 3 * width].reshape(height, width, 3).copy()

    def close(self) -> None:
        """Nothing more is painted."""
        self._reel.widget.close()
        self._reel.widget.deleteLater()
