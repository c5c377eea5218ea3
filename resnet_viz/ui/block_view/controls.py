"""The block view's controls: the bottom line and the strip of the branch's modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.panels import Choices, Scope, Sort
from resnet_viz.ui.block_view.segments import Segment
from resnet_viz.ui.block_view.wording import SCOPES, SORTS
from resnet_viz.ui.theme import Theme


def stylesheet(theme: Theme) -> str:
    """Flat controls in the theme's colours."""
    return f"""
    QToolButton {{
        color: {theme.text}; background: transparent; font-size: {theme.small_px}px;
        border: 1px solid {theme.border}; border-radius: 5px; padding: 1px 7px;
    }}
    QToolButton::menu-indicator {{ image: none; }}
    QToolButton:hover {{ background: {theme.raised}; }}
    QToolButton:focus {{ border: 1px solid {theme.text}; }}
    QToolButton:checked {{ background: {theme.accent}; color: {theme.on_accent}; }}
    QToolButton:disabled {{ color: {theme.ghost}; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar::handle:vertical {{
        background: {theme.ghost}; min-height: 24px; border-radius: 3px; margin: 0 2px;
    }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{
        background: {theme.raised}; border-radius: 3px; margin: 0 2px;
    }}
    QLabel {{ color: {theme.muted}; font-size: {theme.small_px}px; }}
    QMenu {{ color: {theme.text}; background: {theme.card}; border: 1px solid {theme.border};
             font-size: {theme.font_px}px; }}
    QMenu::item {{ padding: 4px 22px; }}
    QMenu::item:selected {{ background: {theme.raised}; }}
    """


class ChoiceButton(QToolButton):
    """A button that says what is chosen and opens a menu of the alternatives.

    Args:
        title: what is chosen, `sort`.
        choices: words by value.

    Signals:
        chosen: the value.
    """

    chosen = Signal(str)

    def __init__(self, title: str, choices: Mapping[str, str], tip: str) -> None:
        super().__init__()
        self._title = title
        self._choices = dict(choices)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip(tip)
        menu = QMenu(self)
        group = QActionGroup(menu)
        self._actions: dict[str, QAction] = {}
        for value, words in choices.items():
            action = QAction(words, menu)
            action.setCheckable(True)
            action.setActionGroup(group)
            action.triggered.connect(lambda _=False, v=value: self.choose(v))
            menu.addAction(action)
            self._actions[value] = action
        self.setMenu(menu)
        self._value = next(iter(choices))
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showMenu()  # as Space does; the arrow keys are the view's
        else:
            super().keyPressEvent(event)

    @property
    def value(self) -> str:
        """What is chosen."""
        return self._value

    def choose(self, value: str) -> None:
        """Choose; says so only if it is a change.

        Raises:
            KeyError: if there is no such choice.
        """
        self._actions[value].setChecked(True)
        if value != self._value:
            self._value = value
            self._show()
            self.chosen.emit(value)

    def _show(self) -> None:
        words = self._choices[self._value]
        self._actions[self._value].setChecked(True)
        self.setText(f"{self._title}: {words} ▾")
        self.setAccessibleName(f"{self._title}: {words}")


def toggle(text: str, name: str, tip: str) -> QToolButton:
    """A button that stays down."""
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setAccessibleName(name)
    button.setToolTip(tip)
    return button


class ModuleStrip(QWidget):
    """The branch as a chain of chips, x → conv1 → bn1 → … → F(x); one is down.

    Signals:
        chosen: name of the module whose output is wanted, "" for F(x).
    """

    chosen = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._names: tuple[str, ...] | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(3)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.chips: dict[str, QToolButton] = {}
        self.note = LineLabel(look, look.theme.small_px)
        self.note.align_right()
        # Gives way to the chips; that the link is off is said in the caption too.
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_look(self, look: Look) -> None:
        """Change the size of the type; colours come by style sheet."""
        self.note.set_look(look, look.theme.small_px)

    def set_modules(
        self, shapes: Mapping[str, tuple[int, ...]], chosen: str, note: str = ""
    ) -> None:
        """Show a branch.

        Args:
            shapes: (C, H, W) of each module's output, in order.
            chosen: the chip that is down; "" for F(x).
            note: what else to know about the chosen one.
        """
        self.note.set_line((Segment(note, "muted"),), ())
        if tuple(shapes) != self._names:
            self._rebuild(tuple(shapes))
        for name, shape in shapes.items():
            size = "×".join(str(n) for n in shape)
            self.chips[name].setToolTip(f"output of {name}: {size}")
        self.chips[chosen].setChecked(True)

    def _rebuild(self, names: tuple[str, ...]) -> None:
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget is not self.note:
                widget.deleteLater()
        self._names = names
        self.chips = {}
        self._row.addWidget(QLabel("x"))
        for name in (*names, ""):
            self._row.addWidget(QLabel("→"))
            chip = toggle(
                name or "F(x)",
                f"show the output of {name}" if name else "show F(x)",
                "the whole branch: what is added",
            )
            chip.clicked.connect(lambda _=False, n=name: self.chosen.emit(n))
            self._group.addButton(chip)
            self._row.addWidget(chip)
            self.chips[name] = chip
        self._row.addWidget(self.note, 1)


class ControlLine(QWidget):
    """The bottom line: the buttons, and at the right how many channels are in sight.

    Args:
        look: of the window.

    Signals:
        changed: sort, scope or raw input.
        pinned: the scale is to be kept, or not any more.
        inside: the branch's modules are to be shown, or not any more.
        opened: one channel is to be shown large, or not any more.
        zoomed: by so many sizes.
    """

    changed = Signal()
    pinned = Signal(bool)
    inside = Signal(bool)
    opened = Signal(bool)
    zoomed = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.sort = ChoiceButton("sort", SORTS, "order of the channels, the largest first")
        self.scope = ChoiceButton("scale", SCOPES, "which maps share a colour scale")
        self.pin = toggle(
            "pin scale", "pin the colour scale", "keep the scale: a change is seen as a change"
        )
        self.inner = toggle("inside F", "show the tensors inside F", "step through the branch")
        self.raw = toggle("raw x", "show the input before the shortcut", "x as the block gets it")
        self.open = toggle("one map", "show one channel large", "open one channel (Enter)")
        self.smaller = _zoom_button("−", "smaller maps")
        self.larger = _zoom_button("+", "larger maps")
        self.rows = LineLabel(look, look.theme.small_px)
        self.rows.align_right()
        self.rows.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.sort.chosen.connect(self.changed)
        self.scope.chosen.connect(self.changed)
        self.raw.toggled.connect(self.changed)
        self.pin.toggled.connect(self.pinned)
        self.inner.toggled.connect(self.inside)
        self.open.toggled.connect(self.opened)
        self.smaller.clicked.connect(lambda: self.zoomed.emit(-1))
        self.larger.clicked.connect(lambda: self.zoomed.emit(1))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        for button in (self.sort, self.scope, self.pin, self.inner, self.raw, self.open):
            row.addWidget(button)
        row.addWidget(self.smaller)
        row.addWidget(self.larger)
        row.addWidget(self.rows, 1)

    def set_look(self, look: Look) -> None:
        """Change the size of the type; colours come by style sheet."""
        self.rows.set_look(look, look.theme.small_px)

    def choices(self, inner: str) -> Choices:
        """What is chosen here, with the module chosen elsewhere."""
        return Choices(
            sort=cast(Sort, self.sort.value),
            scope=cast(Scope, self.scope.value),
            raw_input=self.raw.isChecked() and self.raw.isEnabled(),
            inner=inner,
        )

    def set_available(self, *, inner: bool, raw: bool) -> None:
        """Which toggles mean something for the present block."""
        self.inner.setEnabled(inner)
        self.raw.setEnabled(raw)


def _zoom_button(sign: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setText(sign)
    button.setAccessibleName(name)
    button.setToolTip(f"{name} (key {sign}, or the wheel)")
    return button
