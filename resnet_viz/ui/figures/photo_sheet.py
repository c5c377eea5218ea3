"""A photograph, what the network sees of it, and what it says, side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from resnet_viz.images import Preprocess
from resnet_viz.probe.snapshot import FloatArray
from resnet_viz.ui.photo_view import PhotoView
from resnet_viz.ui.predictions import TopFive
from resnet_viz.ui.theme import Theme

_SIDE_BY_SIDE_PX = 480
_ROW_PX = 160.0
_TOP_PX = 120.0


def photo_height(width_px: float) -> float:
    """A good height: predictions stand beside the photograph, or under it where it is narrow."""
    beside = width_px >= _SIDE_BY_SIDE_PX
    return max(_ROW_PX, 0.24 * width_px) if beside else 0.45 * width_px + _TOP_PX


class PhotoSheet(QWidget):
    """The picture of a figure.

    Args:
        rgb: (H, W, 3) the photograph.
        preprocess: how the network takes it; None without one.
        view: (h, w, 3) what the network sees; None without one.
        probabilities: (n_classes,); None before they are measured.
        labels: of the classes.
    """

    def __init__(
        self,
        rgb: NDArray[np.uint8],
        preprocess: Preprocess | None,
        view: NDArray[np.uint8] | None,
        probabilities: FloatArray | None,
        labels: tuple[str, ...],
    ) -> None:
        super().__init__()
        self.photo, self.top = PhotoView(), TopFive()
        self.photo.show_picture(rgb, preprocess, view)
        if probabilities is not None:
            self.top.show_probabilities(probabilities, labels)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(14)
        self.photo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._row.addWidget(self.photo, 3)
        if probabilities is not None:
            self._row.addWidget(self.top, 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the predictions where there is room for them."""
        beside = self.width() >= _SIDE_BY_SIDE_PX
        way = QBoxLayout.Direction
        self._row.setDirection(way.LeftToRight if beside else way.TopToBottom)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.photo.set_theme(theme)
        self.top.set_theme(theme)
