"""Small controls of the cause panel: combos and spin boxes that fit a narrow column."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.ui.labels import muted


class _Modest(QObject):
    """Keeps a control from taking what is not meant for it.

    The wheel over a control without the focus scrolls the panel, and letters typed into a
    number are the window's shortcuts.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            unfocused = isinstance(watched, QWidget) and not watched.hasFocus()
            event.setAccepted(not unfocused)
            return unfocused
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and isinstance(watched, QAbstractSpinBox):
            return event.text().isalpha()
        return False


def _fit(control: QWidget) -> None:
    """Let a control fill its column, and mind its own business."""
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.setMinimumWidth(50)
    control.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    control.installEventFilter(_Modest(control))


class Choice(QComboBox):
    """A combo box that shrinks to its column.

    Args:
        name: for screen readers.
        items: data -> text in the list.
        tip: explains the terms.
        shorter: data -> other texts, the longest first, for where the column is too narrow.
    """

    def __init__(
        self,
        name: str,
        items: Mapping[str, str],
        tip: str,
        shorter: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        super().__init__()
        self._shorter = shorter or {}
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        _fit(self)
        for data, text in items.items():
            self.addItem(text, data)

    def show_data(self, data: str) -> None:
        """Show an entry, without a signal."""
        with QSignalBlocker(self):
            self.setCurrentIndex(self.findData(data))

    def offer(self, allowed: Mapping[str, bool]) -> None:
        """Grey out the entries that cannot be chosen; those not named can."""
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        for index in range(self.count()):
            model.item(index).setEnabled(allowed.get(self.itemData(index), True))

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Write what fits the column."""
        super().initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        metrics, width = self.fontMetrics(), room.width()
        texts = (self.currentText(), *self._shorter.get(self.currentData(), ()))
        fitting = (text for text in texts if metrics.horizontalAdvance(text) <= width)
        option.currentText = next(
            fitting, metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, width)
        )

    def showPopup(self) -> None:
        """Open as wide as the longest entry, which the column may not be."""
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count()))
        self.view().setMinimumWidth(widest + 40)
        super().showPopup()


class WholeNumber(QSpinBox):
    """A spin box that tells its value when it is finished, and not while it is typed."""

    def __init__(self, name: str, low: int, high: int, tip: str) -> None:
        super().__init__()
        self.setRange(low, high)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setKeyboardTracking(False)
        _fit(self)

    def show_value(self, value: int) -> None:
        """Show a value, without a signal."""
        with QSignalBlocker(self):
            self.setValue(value)


class Number(QDoubleSpinBox):
    """The same for numbers with decimals."""

    def __init__(
        self, name: str, low: float, high: float, step: float, decimals: int, tip: str
    ) -> None:
        super().__init__()
        self.setDecimals(decimals)
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setKeyboardTracking(False)
        _fit(self)

    def textFromValue(self, value: float) -> str:
        """Without zeros at the end: the column is narrow."""
        return self.locale().toString(value, "g", 4)

    def show_value(self, value: float) -> None:
        """Show a value, without a signal."""
        with QSignalBlocker(self):
            self.setValue(value)


class Sentence(QLabel):
    """Wrapped text as high as it needs to be, and no lower while the width stays.

    So what lies beside it does not jump while numbers in it change.

    A plain wrapped label asks layouts for height by width, and a scroll area around such a
    layout gives everything else its preferred height instead of what there is.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Show another text."""
        self.setText(text)
        self._fit(at_least=self.height())

    def hasHeightForWidth(self) -> bool:
        """The height is set, not asked for."""
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width needs another height."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """So does other type."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit()

    def _fit(self, at_least: int = 0) -> None:
        line = self.fontMetrics().height()
        self.setFixedHeight(max(self.heightForWidth(self.width()), at_least, line))


def cell(caption: str, control: QWidget) -> QWidget:
    """A control with its caption above it; both are hidden together."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(1)
    label = muted(caption)
    label.setBuddy(control)
    label.setToolTip(control.toolTip())
    column.addWidget(label)
    column.addWidget(control)
    return made
