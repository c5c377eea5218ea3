"""What stands on stage before a training begins: what will be trained, and how."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QVBoxLayout, QWidget

from resnet_viz.engine.messages import Progress
from resnet_viz.train.config import TrainConfig
from resnet_viz.ui.labels import muted
from resnet_viz.ui.stage.sample_strip import SampleStrip, samples_of
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.presets import first_line
from resnet_viz.ui.train.run_words import duration_words, recipe_words
from resnet_viz.ui.train.setup_summary import summary_lines

_SAID = ("Networks", "Data", "Start", "Optimiser", "Learning rate", "Batch", "Epochs")
"""What of a recipe an audience is told, of `summary_lines`."""
_TWO_FROM_EM = 44  # wide enough for two columns of captions and values


class TrainingCard(QFrame):
    """A recipe in words, with sample pictures where they cost nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._theme: Theme = LIGHT
        self._lines: list[tuple[str, str]] = []
        self.title, self.line, self.table = QLabel(), QLabel(), QLabel()
        self.table.setTextFormat(Qt.TextFormat.RichText)
        self.samples = SampleStrip()
        self.expected, self.preparing = muted(""), QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self._column = QVBoxLayout(self)
        self._column.addStretch(1)
        for label in (self.title, self.line, self.table):
            label.setWordWrap(True)
            self._column.addWidget(label)
        for widget in (self.samples, self.expected, self.preparing, self.bar):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self.show_preparing(None, under_way=False)

    def show_config(self, config: TrainConfig, expected_s: float | None) -> None:
        """Show a recipe.

        Args:
            config: the recipe.
            expected_s: how long it took the last time, seconds; None if nobody knows.
        """
        self.title.setText(recipe_words(config))
        self.line.setText(first_line(config.text))
        self.line.setVisible(bool(self.line.text()))
        self._lines = [line for line in summary_lines(config) if line[0] in _SAID]
        self.table.setAccessibleName("; ".join(": ".join(line) for line in self._lines))
        self._fill_table()
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
        self._theme = theme
        em = theme.font_px
        self._column.setContentsMargins(2 * em, em, 2 * em, em)
        self._column.setSpacing(round(0.6 * em))
        self.title.setStyleSheet(f"font-size: {theme.title_px + 6}px; font-weight: 600;")
        self.samples.set_theme(theme)
        self._fill_table()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill_table()

    def _fill_table(self) -> None:
        """Captions and values, in two columns of both where they have room."""
        n = 2 if self.width() > _TWO_FROM_EM * self._theme.font_px else 1
        cells = [self._cells(*line) for line in self._lines]
        rows = ("".join(cells[i : i + n]) for i in range(0, len(cells), n))
        table = f"<table cellspacing='0'>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
        if table != self.table.text():
            self.table.setText(table)

    def _cells(self, caption: str, value: str) -> str:
        theme = self._theme
        small = f"color: {theme.muted}; font-size: {theme.small_px}px; vertical-align: bottom;"
        pad = f"padding-right: {theme.font_px}px;"
        return (
            f"<td style='{small} {pad}'>{escape(caption)}</td>"
            f"<td style='padding-right: {2 * theme.font_px}px;'>{escape(value)}</td>"
        )
