"""What the network says, and the class whose loss is differentiated."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QSizePolicy, QWidget

from resnet_viz.probe.snapshot import FloatArray
from resnet_viz.ui.theme import LIGHT, Theme


class TopFive(QWidget):
    """The five likeliest classes with their probabilities as bars.

    Args:
        rows: how many classes are listed, if not five.
        roomy: whether the rows fill the height there is, with bars to be seen from afar.
        parent: owner.
    """

    ROWS = 5

    def __init__(
        self, rows: int = ROWS, *, roomy: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._n_rows, self._roomy = rows, roomy
        vertical = QSizePolicy.Policy.Expanding if roomy else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        self.set_rows(rows)
        self._theme = LIGHT
        self._rows: list[tuple[str, float]] = []
        self._stale = False

    @property
    def rows(self) -> list[tuple[str, float]]:
        """(label, probability), the likeliest first."""
        return list(self._rows)

    def set_rows(self, rows: int) -> None:
        """List so many classes from the next measurement on."""
        self._n_rows = rows
        self.setAccessibleName(f"Top {rows} predictions")
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(200, self._n_rows * self._least_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def _least_height(self) -> int:
        return self._theme.font_px + 11

    def _row_height(self) -> int:
        if not self._roomy:
            return self._least_height()
        most = 3 * self._theme.font_px
        return max(self._least_height(), min(most, self.height() // self._n_rows))

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def set_stale(self, stale: bool) -> None:
        """Grey the bars while the numbers belong to an earlier question."""
        self._stale = stale
        self.update()

    def show_probabilities(self, probabilities: FloatArray, labels: tuple[str, ...]) -> None:
        """Show the best of (n_classes,) probabilities."""
        best = np.argsort(-probabilities, kind="stable")[: self._n_rows]
        self._rows = [(labels[i], float(probabilities[i])) for i in best]
        self.setAccessibleDescription(
            ", ".join(f"{label} {100 * p:.1f} percent" for label, p in self._rows)
        )
        self.update()

    def clear(self) -> None:
        """Nothing has been measured."""
        self._rows = []
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        if not self._rows:
            painter.setPen(QColor(theme.muted))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignTop, "waiting for the first measure"
            )
            painter.end()
            return
        font = self.font()
        font.setPixelSize(theme.font_px)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        height = self._row_height()
        thick = max(4, round(height * 0.22)) if self._roomy else 4
        for index, (label, probability) in enumerate(self._rows):
            y = float(index * height)
            percent = percentage(probability)
            room = self.width() - metrics.horizontalAdvance(percent) - 8
            text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
            line = QRectF(0, y, self.width(), height - thick - 4)
            painter.setPen(QColor(theme.text if not self._stale else theme.muted))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
            painter.setPen(QColor(theme.muted))
            painter.drawText(
                line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent
            )
            bar = QRectF(0, y + height - thick - 4, self.width(), thick)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(bar, thick / 2, thick / 2)
            # Clipped, not shortened: a rounded end would make small ones look larger.
            filled = QRectF(bar.topLeft(), QSizeF(max(2.0, bar.width() * probability), thick))
            painter.setClipRect(filled)
            painter.setBrush(QColor(theme.text if not self._stale else theme.ghost))
            painter.drawRoundedRect(bar, thick / 2, thick / 2)
            painter.setClipping(False)
        painter.end()


def percentage(probability: float) -> str:
    """A probability for people; never a rounded 0 or 100 for what is neither."""
    if not np.isfinite(probability):
        return "not a number"
    if 0 < probability < 0.001:
        return "< 0.1 %"
    if 0.999 < probability < 1:
        return "> 99.9 %"
    return f"{100 * probability:.1f} %"


class ClassPicker(QComboBox):
    """Whose loss is differentiated: the predicted class, or any class found by typing.

    Signals:
        picked: class index, or None for the predicted class.
    """

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Class whose loss is differentiated")
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(10)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        self.addItem("predicted class", None)
        self.activated.connect(lambda index: self.picked.emit(self.itemData(index)))
        line = self.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._on_editing_finished)

    def set_labels(self, labels: tuple[str, ...]) -> None:
        """Offer the classes of another network."""
        self.clear()
        self.addItem("predicted class", None)
        for index, label in enumerate(labels):
            self.addItem(label, index)

    def show_target(self, target: int | None) -> None:
        """Show what is set, without a signal."""
        self.setCurrentIndex(0 if target is None else target + 1)

    def show_predicted(self, label: str) -> None:
        """Name the class that "predicted" stands for at the moment."""
        self.setItemText(0, f"predicted: {label}" if label else "predicted class")

    def focusInEvent(self, event: QEvent) -> None:
        super().focusInEvent(event)  # type: ignore[arg-type]
        line = self.lineEdit()
        if line is not None:
            line.selectAll()

    def _on_editing_finished(self) -> None:
        # What was typed but matches no class goes back to the class that is set.
        index = self.findText(self.currentText(), Qt.MatchFlag.MatchFixedString)
        if index >= 0 and index != self.currentIndex():
            self.setCurrentIndex(index)
            self.picked.emit(self.itemData(index))
        elif index < 0:
            self.setEditText(self.itemText(self.currentIndex()))
