"""The options of one experiment as a compact form, made from the experiment's fields."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.lab.entries import EntryError
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.text import experiment_to_table
from resnet_viz.ui.gradients.charts.flow import FlowLayout
from resnet_viz.ui.gradients.options import Option, experiment_of, matters, options_of, text_of
from resnet_viz.ui.theme import LIGHT, Theme


class OptionForm(QWidget):
    """A field per option; what is wrong is said under them.

    Args:
        kind: of experiment.

    Signals:
        changed(): a field was edited; `experiment` may have become valid or invalid.
    """

    changed = Signal()

    def __init__(self, kind: type[Experiment], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.options = options_of(kind)
        self._theme: Theme = LIGHT
        self._editors: dict[str, QLineEdit | QComboBox] = {}
        self._rows: dict[str, QWidget] = {}
        self._labels: list[QLabel] = []
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        fields = QWidget()
        flow = FlowLayout(fields, gap=14, line_gap=6)
        for option in self.options:
            self._rows[option.name] = self._row(option)
            flow.addWidget(self._rows[option.name])
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        fields.setSizePolicy(policy)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(fields)
        box.addWidget(self.problem)
        box.addStretch()
        self.set_theme(LIGHT)
        self._on_edited()

    # --- what it holds ---------------------------------------------------------------------

    @property
    def texts(self) -> dict[str, str]:
        """What stands in every field."""
        return {name: _text(editor) for name, editor in self._editors.items()}

    def experiment(self) -> Experiment:
        """What the fields describe.

        Raises:
            EntryError: if they cannot be read.
        """
        return experiment_of(self.kind, self.texts)

    @property
    def error(self) -> EntryError | None:
        """Why there is no experiment; None if there is one."""
        try:
            self.experiment()
        except EntryError as error:
            return error
        return None

    def set_text(self, name: str, text: str) -> None:
        """Write into a field, as a person would."""
        _write(self._editors[name], text)
        self._on_edited()

    def set_experiment(self, experiment: Experiment) -> None:
        """Show the options of an experiment of this kind, without a signal."""
        for name, value in experiment_to_table(experiment).items():
            if name in self._editors:
                editor = self._editors[name]
                with QSignalBlocker(editor):
                    _write(editor, text_of(tuple(value) if isinstance(value, list) else value))
        self._check()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        for label in self._labels:
            label.setStyleSheet(f"color: {theme.muted}; font-size: {theme.small_px + 1}px;")
        self.problem.setStyleSheet(f"color: {theme.trouble}; font-size: {theme.font_px}px;")
        for option in self.options:
            self._fit(option)
        self._check()

    # --- fields ----------------------------------------------------------------------------

    def _row(self, option: Option) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        label = QLabel(option.label)
        label.setToolTip(option.tip)
        self._labels.append(label)
        editor = _editor(option)
        editor.setAccessibleName(option.label)
        editor.setToolTip(option.tip)
        label.setBuddy(editor)
        self._editors[option.name] = editor
        if isinstance(editor, QComboBox):
            editor.currentIndexChanged.connect(self._on_edited)
        else:
            editor.textChanged.connect(self._on_edited)
        layout.addWidget(label)
        layout.addWidget(editor)
        if option.is_folder:
            layout.addWidget(self._folder_button(option))
        return row

    def _folder_button(self, option: Option) -> QToolButton:
        button = QToolButton()
        button.setText("Choose…")
        button.setAccessibleName(f"Choose the folder: {option.label}")
        button.clicked.connect(lambda: self._choose_folder(option.name))
        return button

    def _choose_folder(self, name: str) -> None:
        path = QFileDialog.getExistingDirectory(self, "Choose a folder", self.texts[name])
        if path:
            self.set_text(name, path)

    def _fit(self, option: Option) -> None:
        """As wide as its usual content, so that fields of numbers stay small."""
        editor = self._editors[option.name]
        if not isinstance(editor, QLineEdit):
            return
        letters = max(6, len(option.default) + 2)
        if option.is_folder:
            letters = 22
        elif not option.default:
            letters = 26
        width = round(letters * 0.56 * self._theme.font_px) + 22
        editor.setFixedWidth(min(width, round(26 * self._theme.font_px)))

    def _on_edited(self, *_: object) -> None:
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        texts, error = self.texts, self.error
        for option in self.options:
            self._rows[option.name].setVisible(matters(self.kind, option.name, texts))
            editor = self._editors[option.name]
            wrong = error is not None and error.key == option.name
            editor.setStyleSheet(f"border: 1px solid {self._theme.trouble};" if wrong else "")
        self.problem.setText("" if error is None else f"{error.message} {error.hint}".strip())
        self.problem.setVisible(error is not None)


def _editor(option: Option) -> QLineEdit | QComboBox:
    if option.choices:
        combo = QComboBox()
        for value, words in option.choices:
            combo.addItem(words, value)
        return combo
    line = QLineEdit(option.default)
    if option.is_folder:
        line.setPlaceholderText("none: the batch of the settings")
    elif not option.default:
        line.setPlaceholderText("all of the family")
    return line


def _text(editor: QLineEdit | QComboBox) -> str:
    return str(editor.currentData()) if isinstance(editor, QComboBox) else editor.text()


def _write(editor: QLineEdit | QComboBox, text: str) -> None:
    if isinstance(editor, QComboBox):
        editor.setCurrentIndex(editor.findData(text))
    else:
        editor.setText(text)
