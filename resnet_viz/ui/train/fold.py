"""A group of fields with a heading; the less used ones are folded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.errors import UserError
from resnet_viz.train.config import TrainConfig
from resnet_viz.ui.gradients.controls import Choice
from resnet_viz.ui.labels import title
from resnet_viz.ui.train.changes import Change
from resnet_viz.ui.train.fields import TypedField, number_in


class SetupGroup(QWidget):
    """A heading, a grid of controls, and a line for what cannot be.

    It shows recipes and tells what the user wants to have changed; it changes none.

    Args:
        heading: of the group.
        folded: whether a click on the heading opens it; else it is always open.

    Signals:
        wanted: `dict` of sections to changes, as `TrainSession.change` takes them.
    """

    wanted = Signal(dict)

    def __init__(self, heading: str, *, folded: bool = False) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self.body = QWidget()
        self.grid = QGridLayout(self.body)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(8)
        self.grid.setVerticalSpacing(4)
        for index in (0, 1):
            self.grid.setColumnStretch(index, 1)
            self.grid.setColumnMinimumWidth(index, 60)
        self.header: QToolButton | None = None
        column.addWidget(self._fold(heading) if folded else title(heading))
        column.addWidget(self.body)
        self.error = QLabel()
        self.error.setWordWrap(True)
        self.error.setProperty("role", "problem")
        self.error.setAccessibleName(f"{heading}: what cannot be")
        self.error.hide()
        column.addWidget(self.error)

    def show_config(self, config: TrainConfig) -> None:
        """Show a recipe, without a signal."""
        raise NotImplementedError

    def say(self, error: UserError | None) -> None:
        """Tell why what was chosen cannot be; None takes it away."""
        self.error.setText(str(error) if error is not None else "")
        self.error.setVisible(error is not None)
        if error is not None:
            self.unfold()

    def unfold(self) -> None:
        """Show the fields."""
        if self.header is not None:
            self.header.setChecked(True)

    # --- for subclasses ----------------------------------------------------------------------

    def _fold(self, heading: str) -> QToolButton:
        header = QToolButton()
        header.setText(heading)
        header.setCheckable(True)
        header.setObjectName("fold")
        header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        header.setArrowType(Qt.ArrowType.RightArrow)
        header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        header.toggled.connect(self._on_fold)
        self.header = header
        self.body.hide()
        return header

    def _on_fold(self, open_: bool) -> None:
        assert self.header is not None
        self.header.setArrowType(Qt.ArrowType.DownArrow if open_ else Qt.ArrowType.RightArrow)
        self.body.setVisible(open_)

    def _want(self, **sections: Change) -> None:
        self.wanted.emit(sections)

    def _add(self, row: int, *widgets: QWidget | QLayout) -> None:
        """Fill a row: one widget takes both columns."""
        for column, widget in enumerate(widgets):
            span = 2 if len(widgets) == 1 else 1
            if isinstance(widget, QWidget):
                self.grid.addWidget(widget, row, column, 1, span, Qt.AlignmentFlag.AlignBottom)
            else:
                self.grid.addLayout(widget, row, column, 1, span)

    def _try(self, act: Callable[[], Any]) -> None:
        """Do what needs something typed to be right; tell here what is not."""
        try:
            act()
        except UserError as error:
            self.say(error)

    def _number(self, name: str, tip: str, section: str, entry: str) -> TypedField:
        """A line for one number of the recipe."""
        field = TypedField(name, tip)
        field.typed.connect(
            lambda text: self._try(
                lambda: self._want(**{section: {entry: number_in(text, name.lower())}})
            )
        )
        return field

    def _choice(
        self,
        name: str,
        items: dict[str, str],
        tip: str,
        section: str,
        entry: str,
        shorter: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Choice:
        """A combo box for one entry; `shorter` texts are for narrow columns."""
        box = Choice(name, items, tip, shorter)
        box.activated.connect(lambda _i: self._want(**{section: {entry: box.currentData()}}))
        return box

    def _tick(self, words: str, tip: str, section: str, entry: str) -> QCheckBox:
        """A tick for one entry."""
        box = QCheckBox(words)
        box.setToolTip(tip)
        box.clicked.connect(lambda checked: self._want(**{section: {entry: bool(checked)}}))
        return box
