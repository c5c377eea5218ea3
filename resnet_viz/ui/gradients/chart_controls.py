"""The row over the chart: which figure, which scale, theory, and the block in numbers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Segment
from resnet_viz.ui.gradients.quantities import QUANTITIES, QuantityName
from resnet_viz.ui.overview.header import tool_button_sheet
from resnet_viz.ui.overview.style import Style

_PIN_TIP = "Keep this scale, so that a change is seen as a change"


class ChartControls(QWidget):
    """Buttons of the chart, and the selected or hovered block's values.

    Signals:
        quantity_chosen(str): one of `QUANTITY_NAMES`.
        pin_toggled(bool): keep the scale, or let it follow the numbers.
        theory_toggled(bool): show what papers expect.
        fit_clicked(): show all blocks.
    """

    quantity_chosen = Signal(str)
    pin_toggled = Signal(bool)
    theory_toggled = Signal(bool)
    fit_clicked = Signal()

    def __init__(self, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.quantity_button = _button("Quantity of the chart", "Choose what the chart shows")
        self.quantity_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.pin_button = _button("Scale of the chart", _PIN_TIP, checkable=True)
        self.theory_button = _button("Theory in the chart", "", checkable=True)
        self.fit_button = _button("Fit all blocks", "Show all blocks")
        self.fit_button.setText("Fit")
        self.theory_button.setText("Theory")
        self.theory_button.setChecked(True)
        self.readout = LineLabel(Look(style.theme), style.theme.small_px + 1)
        self.readout.align_right()
        self.quantity_actions: dict[QuantityName, QAction] = {}
        self._build_menu()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for button in (self.quantity_button, self.pin_button, self.theory_button):
            row.addWidget(button)
        row.addWidget(self.readout, 1)
        row.addWidget(self.fit_button)
        self.pin_button.toggled.connect(self.pin_toggled)
        self.theory_button.toggled.connect(self.theory_toggled)
        self.fit_button.clicked.connect(self.fit_clicked)
        self.show_quantity("grad_in")
        self.show_scale("log, automatic", pinned=False)
        self.set_style(style)

    def _build_menu(self) -> None:
        menu, group = QMenu(self.quantity_button), QActionGroup(self)
        for name, quantity in QUANTITIES.items():
            action = menu.addAction(quantity.title)
            action.setCheckable(True)
            action.setToolTip(quantity.measure)
            group.addAction(action)
            action.triggered.connect(lambda _=False, n=name: self.quantity_chosen.emit(n))
            self.quantity_actions[name] = action
        menu.setToolTipsVisible(True)
        self.quantity_button.setMenu(menu)

    def set_style(self, style: Style) -> None:
        """Take another look."""
        theme = style.theme
        pressed = (
            f"QToolButton:checked {{ background: {theme.raised}; border-color: {theme.muted}; }}"
        )
        for button in (
            self.quantity_button,
            self.pin_button,
            self.theory_button,
            self.fit_button,
        ):
            button.setStyleSheet(tool_button_sheet(style) + pressed)
        self.readout.set_look(Look(theme), theme.small_px + 1)

    def show_quantity(self, name: QuantityName) -> None:
        """Name the figure that the chart shows."""
        self.quantity_button.setText(f"{QUANTITIES[name].title} ▾")
        self.quantity_actions[name].setChecked(True)

    def show_scale(self, text: str, *, pinned: bool) -> None:
        """State the scale."""
        self.pin_button.setText(text)
        if self.pin_button.isChecked() != pinned:
            self.pin_button.blockSignals(True)
            self.pin_button.setChecked(pinned)
            self.pin_button.blockSignals(False)

    def show_theory(self, texts: list[str]) -> None:
        """Offer the theories there are: label and source of each."""
        self.theory_button.setVisible(bool(texts))
        self.theory_button.setToolTip("\n".join(texts))

    def show_hint(self, hint: str) -> None:
        """Say something instead of the block's values."""
        self.readout.set_line((Segment(hint, "muted"),))


def _button(name: str, tip: str, *, checkable: bool = False) -> QToolButton:
    button = QToolButton()
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setCheckable(checkable)
    return button
