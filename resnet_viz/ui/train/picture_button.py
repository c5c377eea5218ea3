"""The picture that blocks are looked at with: a thumbnail, and a menu of others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from resnet_viz.engine.messages import Failed
from resnet_viz.errors import UserError
from resnet_viz.images import load_image
from resnet_viz.ui.overview.header import tool_button_sheet
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.pictures import IMAGE_SUFFIXES
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.session import TrainSession

_SIDE_EM = 1.7


class PictureButton(QToolButton):
    """Shows the session's picture, and chooses another.

    Signals:
        picked(): another picture was chosen here.
    """

    picked = Signal()

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setText("Picture ▾")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName("Picture that blocks are looked at with")
        self.choices = QMenu(self)
        self.choices.aboutToShow.connect(self.fill)
        self.setMenu(self.choices)
        session.explored_changed.connect(self.refresh)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's sizes."""
        self.setStyleSheet(tool_button_sheet(Style(theme)))
        side = round(_SIDE_EM * theme.font_px)
        self.setIconSize(QSize(side, side))
        self.refresh()

    def refresh(self) -> None:
        """Show the picture of now."""
        picture = self._session.picture
        self.setIcon(QIcon() if picture is None else QIcon(thumbnail(picture, self.iconSize())))

    def fill(self) -> None:
        """Offer a file, and one picture of every class that was seen."""
        self.choices.clear()
        self.choices.addAction("Open a picture…").triggered.connect(lambda _=False: self._ask())
        data = self._session.data
        if data is None:
            return
        self.choices.addSeparator()
        for label in sorted(set(data.labels.tolist())):
            sample = data.samples[int(np.flatnonzero(data.labels == label)[0])]
            action = self.choices.addAction(
                QIcon(thumbnail(sample, self.iconSize())), data.classes[label]
            )
            action.triggered.connect(lambda _=False, rgb=sample: self.use(rgb))

    def use(self, rgb: NDArray[np.uint8]) -> None:
        """Look at blocks with this picture, (H, W, 3) uint8."""
        self._session.set_picture(rgb)
        self.refresh()
        self.picked.emit()

    def _ask(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in IMAGE_SUFFIXES)
        name, _ = QFileDialog.getOpenFileName(self, "Open a picture", "", f"Pictures ({suffixes})")
        if not name:
            return
        try:
            self.use(load_image(Path(name)))
        except UserError as error:
            self._session.failed.emit(Failed(0, error.message, error.hint))


def thumbnail(rgb: NDArray[np.uint8], size: QSize) -> QPixmap:
    """A picture, (H, W, 3) uint8, made small."""
    pixels = np.ascontiguousarray(rgb)
    height, width = pixels.shape[:2]
    image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    small = image.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    return QPixmap.fromImage(small)
