"""A picture on stage: what the network sees of it, and what the network says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from resnet_viz.lecture.views import Photo
from resnet_viz.ui.photo_view import PhotoView
from resnet_viz.ui.predictions import TopFive
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.snapshot_stage import SnapshotStage
from resnet_viz.ui.theme import Theme


class PhotoStage(SnapshotStage):
    """Picture, crop and the most probable classes.

    Args:
        view: what it shows.
        engine: measures for it alone.
        folder: that files are relative to.
        parent: owner.
    """

    def __init__(
        self, view: Photo, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(view, engine, folder, parent)
        self.photo = PhotoView()
        self.photo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.classes = TopFive()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.photo, 2)
        row.addWidget(self.classes, 1)
        s = self.session
        s.picture_changed.connect(self._show_input)
        s.network_changed.connect(self._show_input)
        s.measured.connect(self._on_measured)
        s.stale_changed.connect(self.classes.set_stale)
        self.show_view(view)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self.photo.set_theme(theme)
        self.classes.set_theme(theme)

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

    # --- inside ----------------------------------------------------------------------------

    def _show_input(self) -> None:
        s = self.session
        if s.picture is not None:
            preprocess = s.network.preprocess if s.network else None
            self.photo.show_picture(s.picture.rgb, preprocess, s.view)

    def _on_measured(self) -> None:
        s = self.session
        if s.snapshot is not None:
            self.classes.show_probabilities(s.snapshot.probabilities()[0], s.labels)
