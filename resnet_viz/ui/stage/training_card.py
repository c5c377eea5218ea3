"""What stands on stage before a training begins: what will be trained, and how."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from resnet_viz.engine.messages import Progress
from resnet_viz.train.config import TrainConfig
from resnet_viz.ui.labels import muted
from resnet_viz.ui.stage.sample_strip import SampleStrip, samples_of
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.presets import first_line
from resnet_viz.ui.train.run_words import duration_words, recipe_words
from resnet_viz.ui.train.setup_summary import summary_lines

_SAID = ("Networks", "Data", "Start", "Optimiser", "Learning rate", "Batch", "Epochs")
"""What of a recipe an audience is told, of `summary_lines`."""
_HALVES = 2


class TrainingCard(QFrame):
    """A recipe in words, with sample pictures where they cost nothing.

    Attributes:
        bar: how far the preparation of the training is.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.title, self.line = QLabel(), QLabel()
        self.line.setWordWrap(True)
        self.samples = SampleStrip()
        self.expected = muted("")
        self.preparing = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self._values = {caption: QLabel() for caption in _SAID}
        self._captions = {caption: muted(caption) for caption in _SAID}
        self._lay_out()
        self.show_preparing(None, under_way=False)

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.addStretch(1)
        for label in (self.title, self.line):
            label.setWordWrap(True)
            self._column.addWidget(label)
        self._table = QGridLayout()
        for index, caption in enumerate(_SAID):
            row, half = divmod(index, _HALVES)
            self._table.addWidget(
                self._captions[caption], row, 2 * half, Qt.AlignmentFlag.AlignBaseline
            )
            self._table.addWidget(
                self._values[caption], row, 2 * half + 1, Qt.AlignmentFlag.AlignBaseline
            )
            self._values[caption].setWordWrap(True)
        for half in range(_HALVES):
            self._table.setColumnStretch(2 * half + 1, 1)
        self._column.addLayout(self._table)
        self._column.addWidget(self.samples)
        for widget in (self.expected, self.preparing, self.bar):
            self._column.addWidget(widget)
        self._column.addStretch(1)

    def show_config(self, config: TrainConfig, expected_s: float | None) -> None:
        """Show a recipe.

        Args:
            config: the recipe.
            expected_s: how long it took the last time, seconds; None if nobody knows.
        """
        self.title.setText(recipe_words(config))
        self.line.setText(first_line(config.text))
        self.line.setVisible(bool(self.line.text()))
        for caption, value in summary_lines(config):
            if caption in self._values:
                self._values[caption].setText(value)
                self._values[caption].setAccessibleName(f"{caption}: {value}")
        self.samples.set_samples(*samples_of(config))
        known = expected_s is not None
        took = f"Took {duration_words(expected_s)} here the last time." if known else ""  # type: ignore[arg-type]
        self.expected.setText(took)
        self.expected.setVisible(known)

    def show_preparing(
        self, progress: Progress | None, *, under_way: bool, words: str = ""
    ) -> None:
        """Show how far the preparation is; a `progress` without a total: nobody knows."""
        self.preparing.setText(words)
        self.preparing.setVisible(under_way)
        self.bar.setVisible(under_way)
        total = progress.total if progress is not None else 0
        self.bar.setRange(0, total)
        self.bar.setValue(min(progress.done, total) if progress is not None else 0)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        em = theme.font_px
        self._column.setContentsMargins(2 * em, em, 2 * em, em)
        self._column.setSpacing(em)
        self._table.setHorizontalSpacing(em)
        self._table.setVerticalSpacing(em // 3)
        self.title.setStyleSheet(f"font-size: {theme.title_px + 6}px; font-weight: 600;")
        self.samples.set_theme(theme)
