"""A picture on stage: what the network sees of it, and what the network says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from resnet_viz.lecture.views import Photo, View
from resnet_viz.ui.predictions import TopFive
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.input_pictures import CroppedPicture, NetworkInput
from resnet_viz.ui.stage.snapshot_stage import SnapshotStage
from resnet_viz.ui.theme import LIGHT, Theme

_WIDE = 1.6  # width over height from which the picture has a column of its own


class PhotoStage(SnapshotStage):
    """Picture, crop and the most probable classes.

    Arguments are those of `SnapshotStage`.
    """

    def __init__(
        self, view: Photo, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(view, engine, folder, parent)
        self._theme = LIGHT
        self.photo = CroppedPicture(self)
        self.input = NetworkInput(self)
        self.classes = TopFive(view.top, roomy=True, parent=self)
        s = self.session
        s.picture_changed.connect(self._show_input)
        s.network_changed.connect(self._show_input)
        s.measured.connect(self._show_classes)
        s.stale_changed.connect(self.classes.set_stale)
        self.show_view(view)

    def show_view(self, view: View) -> None:
        """Show another picture, another network, or more classes."""
        self.classes.set_rows(cast(Photo, view).top)
        super().show_view(view)
        self._show_classes()
        self._place()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self._theme = theme
        self.photo.set_theme(theme)
        self.input.set_theme(theme)
        self.classes.set_theme(theme)
        self._place()

    def data(self) -> Mapping[str, NDArray[Any]]:
        """What the network saw, (S, S, 3), and the probability of every class."""
        s = self.session
        if s.snapshot is None or s.view is None:
            return {}
        return {
            "input": s.view,
            "label": np.array(s.labels),
            "probability": s.snapshot.probabilities()[0],
        }

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    # --- inside ----------------------------------------------------------------------------

    def _show_input(self) -> None:
        s = self.session
        if s.picture is None:
            return
        height, width = s.picture.rgb.shape[:2]
        self.photo.show_picture(s.picture.rgb, s.network.preprocess if s.network else None)
        size = f"{width} × {height} pixels"
        self.photo.set_caption(f"{s.picture.name}, {size}", size)
        self.input.show_view(s.view)
        if s.view is not None:
            seen = f"{s.view.shape[1]} × {s.view.shape[0]} pixels"
            self.input.set_caption(f"the network sees {seen}", f"it sees {seen}", seen)
        self._place()

    def _show_classes(self) -> None:
        s = self.session
        if s.snapshot is not None:
            self.classes.show_probabilities(s.snapshot.probabilities()[0], s.labels)

    def _place(self) -> None:
        """Beside the picture what the network sees and says, or below it in a narrow place."""
        width, height, gap = self.width(), self.height(), 2 * self._theme.small_px
        if width >= _WIDE * height:
            caption = round(1.5 * self._theme.small_px)
            first = min(round((height - caption) * self.photo.aspect), round(0.56 * width))
            right, rest = first + gap, width - first - gap
            side = min(rest, round(0.46 * height))
            self.photo.setGeometry(0, 0, first, height)
            self.input.setGeometry(right, 0, rest, side + caption)
            below = side + caption + gap // 2
            self.classes.setGeometry(right, below, rest, height - below)
            return
        top = min(round(0.5 * height), round(0.62 * width))
        first = round((width - gap) * 0.56)
        self.photo.setGeometry(0, 0, first, top)
        self.input.setGeometry(first + gap, 0, width - first - gap, top)
        lower = QRect(0, top + gap // 2, width, height - top - gap // 2)
        self.classes.setGeometry(lower)
