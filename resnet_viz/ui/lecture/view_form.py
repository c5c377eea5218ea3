"""The fields of one live view of a scene."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
)

from resnet_viz.errors import UserError
from resnet_viz.lab.experiments import EXPERIMENTS, Experiment
from resnet_viz.lab.text import experiment_to_table
from resnet_viz.lecture.views import Study, View
from resnet_viz.ui.gradients.controls import Choice
from resnet_viz.ui.gradients.option_form import OptionForm
from resnet_viz.ui.lecture.field_editors import FieldEditor, make_editor
from resnet_viz.ui.lecture.view_fields import (
    KIND_TITLES,
    Field,
    edited,
    fields_for,
    fresh,
    value_of,
)
from resnet_viz.ui.theme import LIGHT, Theme

_OPTION_EM = 11


class ViewForm(QFrame):
    """Shows a view and tells what the user wants to have instead.

    Signals:
        wanted: the new `View`.
        removed: the view shall go.
    """

    wanted = Signal(object)
    removed = Signal()

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        self._theme: Theme = LIGHT
        self._fields: tuple[Field, ...] = ()
        self.editors: dict[str, FieldEditor] = {}
        self.kind = Choice("Kind of view", KIND_TITLES, "What is shown")
        self.kind.activated.connect(lambda _i: self._change_kind(self.kind.currentData()))
        self.remove = QToolButton()
        self.remove.setText("✕")
        self.remove.setAccessibleName("Remove the view")
        self.remove.setToolTip("Remove the view from the scene")
        self.remove.clicked.connect(self.removed)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(8)
        self.grid.setVerticalSpacing(4)
        self.grid.setColumnStretch(1, 1)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setProperty("role", "problem")
        self._question = ""
        self.experiment: Choice | None = None
        self.options: OptionForm | None = None
        head = QHBoxLayout()
        head.addWidget(self.kind, 1)
        head.addWidget(self.remove)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 8)
        self._column.addLayout(head)
        self._column.addLayout(self.grid)
        self._column.addWidget(self.problem)
        self.show_view(view)

    def show_view(self, view: View) -> None:
        """Show another view, without a signal."""
        self._view = view
        self.kind.show_data(view.kind)
        self._say(None)
        fields = fields_for(view)
        question = view.experiment.key if isinstance(view, Study) else ""
        if (fields, question) != (self._fields, self._question):
            self._question = question
            self._build(fields)
        for name, editor in self.editors.items():
            editor.show_value(value_of(view, name))
        if self.experiment is not None and isinstance(view, Study):
            self.experiment.show_data(question)
            if self.options is not None and self.options.error is None:
                self.options.set_experiment(view.experiment)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        self._fit_options()

    # --- inside ------------------------------------------------------------------------------

    def _build(self, fields: tuple[Field, ...]) -> None:
        while (item := self.grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()  # it may be what is telling the change
        self._fields, self.editors = fields, {}
        self.experiment = self.options = None
        if isinstance(self._view, Study):
            self._add_experiment(type(self._view.experiment))
        for field in fields:
            editor = make_editor(field)
            editor.wanted.connect(lambda value, name=field.name: self._change(name, value))
            editor.refused.connect(self._say)
            self.editors[field.name] = editor
            self._add_row(field.label, editor)

    def _add_experiment(self, kind: type[Experiment]) -> None:
        """The question and its options; those of the laboratory's tabs."""
        titles = {key: each.title for key, each in EXPERIMENTS.items()}
        question = Choice("Experiment", titles, "What is asked")
        question.activated.connect(
            lambda _i: self._change("experiment", {"kind": question.currentData()})
        )
        self.experiment, self.options = question, OptionForm(kind)
        self._fit_options()
        self.options.changed.connect(self._change_options)
        self._add_row("experiment", question)
        self.grid.addWidget(self.options, self.grid.rowCount(), 0, 1, 2)

    def _fit_options(self) -> None:
        """Fields of the laboratory's wide page, in a narrow column."""
        if self.options is None:
            return
        self.options.set_theme(self._theme)
        for line in self.options.findChildren(QLineEdit):
            line.setFixedWidth(min(line.maximumWidth(), _OPTION_EM * self._theme.font_px))

    def _change_options(self) -> None:
        if self.options is not None and self.options.error is None:
            table = experiment_to_table(self.options.experiment())
            if isinstance(self._view, Study) and table != experiment_to_table(
                self._view.experiment
            ):
                self._change("experiment", table)

    def _add_row(self, label: str, widget: Any) -> None:
        row = self.grid.rowCount()
        words = QLabel(label)
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        words.setBuddy(widget)
        self.grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self.grid.addWidget(widget, row, 1)

    def _change(self, name: str, value: Any) -> None:
        try:
            made = edited(self._view, name, value)
        except UserError as error:
            self._say(error)
        else:
            self._say(None)
            self.wanted.emit(made)

    def _change_kind(self, kind: str) -> None:
        if kind != self._view.kind:
            self.wanted.emit(fresh(kind, [self._view]))

    def _say(self, error: UserError | None) -> None:
        self.problem.setText("" if error is None else str(error))
        self.problem.setVisible(error is not None)
