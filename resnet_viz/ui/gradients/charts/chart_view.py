"""One chart of a finding: title, legend, plot, and what a reader must know about the numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.errors import UserError
from resnet_viz.lab.csv_text import curves_csv
from resnet_viz.lab.figures.scales import Scale
from resnet_viz.lab.findings import Chart
from resnet_viz.ui.figures.chart_figures import chart_figure
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.figures.writing import Options, clipboard, write
from resnet_viz.ui.gradients.charts import saving
from resnet_viz.ui.gradients.charts.axes import n_outside, pinned_scale, y_scale
from resnet_viz.ui.gradients.charts.canvas import Canvas
from resnet_viz.ui.gradients.charts.legend import Legend
from resnet_viz.ui.gradients.charts.readout import axis_words, named
from resnet_viz.ui.gradients.charts.veil import same_curves, veiled
from resnet_viz.ui.theme import LIGHT, Theme

# In a lower chart the sources of theories would take the room of the plot.
_BRIEF_PX = 340
_MARGINS = 10, 8, 10, 6
_TIGHT = 42  # widths of the type: a narrower bare chart has no title
_PIN_TIP = "Keep this scale while numbers change, so that a change is seen as a change"


class ChartView(QWidget):
    """Shows a chart, and shows its next version in place of it.

    Attributes:
        chart: what is shown.
        hidden: which of its curves is kept from the viewer; -1 for none.

    Signals:
        block_clicked(str): a block's column was clicked.
        failed(object): a `UserError`; a file could not be written.
        said(str): what was saved or copied.
    """

    block_clicked = Signal(str)
    failed = Signal(object)
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart: Chart | None = None
        self._theme: Theme = LIGHT
        self._pinned: Scale | None = None
        self._selected = ""
        self._bare = False
        self.hidden = -1
        self.title, self.y_words, self.x_words, self.note = QLabel(), QLabel(), QLabel(), QLabel()
        self.legend = Legend()
        self.canvas = Canvas()
        self.pin = _button("Pin scale", _PIN_TIP, checkable=True)
        self.more = _button("Save ▾", "Save or copy this chart and its numbers")
        self.menu = self._menu()
        self.more.setMenu(self.menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._build()
        self.pin.toggled.connect(self.set_pinned)
        self.canvas.picked.connect(self._on_picked)
        self.canvas.menu_wanted.connect(self._open_menu)
        self.set_theme(LIGHT)
        self.set_chart(None)

    def _build(self) -> None:
        for label in (self.title, self.y_words, self.note):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.x_words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.x_words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.buttons = QWidget()
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.pin)
        row.addWidget(self.more)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.buttons, 0, Qt.AlignmentFlag.AlignTop)
        box = QVBoxLayout(self)
        box.setContentsMargins(*_MARGINS)
        box.setSpacing(3)
        box.addLayout(head)
        box.addWidget(self.legend)
        box.addWidget(self.y_words)
        box.addWidget(self.canvas, 1)
        box.addWidget(self.x_words)
        box.addWidget(self.note)
        self.setMinimumSize(280, 200)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        entries: tuple[tuple[str, Callable[[], None]] | None, ...] = (
            ("Save figure as PNG…", lambda: self._ask(".png", self.save_picture)),
            ("Save figure as SVG…", lambda: self._ask(".svg", self.save_picture)),
            ("Save figure as PDF…", lambda: self._ask(".pdf", self.save_picture)),
            ("Save numbers as CSV…", lambda: self._ask(".csv", self.save_csv)),
            None,
            ("Copy figure", self.copy_picture),
            ("Copy numbers", self.copy_numbers),
        )
        for entry in entries:
            if entry is None:
                menu.addSeparator()
                continue
            action = QAction(entry[0], menu)
            action.triggered.connect(lambda _=False, f=entry[1]: f())
            menu.addAction(action)
        return menu

    # --- what is shown ---------------------------------------------------------------------

    def set_chart(self, chart: Chart | None) -> None:
        """Show a chart in place of the last one; None for nothing."""
        before, self.chart = self.chart, chart
        if _quantity(before) != _quantity(chart):
            self._release()  # a scale of something else says nothing here
        if not same_curves(before, chart):
            self.hidden = -1
        self.legend.set_chart(chart)
        for label, text in (
            (self.title, "" if chart is None else chart.title),
            (self.x_words, "" if chart is None else _x_words(chart)),
            (self.note, "" if chart is None else chart.note),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self._dress()
        self._draw()

    def set_bare(self, bare: bool) -> None:
        """Leave out the buttons and the note under the plot, or show them again."""
        self._bare = bare
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(*((0, 2, 0, 0) if bare else _MARGINS))
        self._dress()
        self._fit_legend()

    def hide_curve(self, index: int) -> None:
        """Keep a curve, and all theory, from the viewer on the scale of all; -1 shows them."""
        if index != self.hidden:
            self.hidden = index
            self._draw()

    def _dress(self) -> None:
        self.buttons.setVisible(self.chart is not None and not self._bare)
        self.note.setVisible(bool(self.note.text()) and not self._bare)
        # Where room is short: the axes say the same.
        tight = self._bare and self.width() < _TIGHT * self._theme.font_px
        self.title.setVisible(bool(self.title.text()) and not tight)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        small = f"color: {theme.muted}; font-size: {theme.small_px}px;"
        self.title.setStyleSheet(
            f"color: {theme.text}; font-size: {theme.title_px}px; font-weight: 600;"
        )
        self.note.setStyleSheet(small)
        for label in (self.x_words, self.y_words):
            label.setStyleSheet(f"color: {theme.muted}; font-size: {theme.small_px + 1}px;")
        for button in (self.pin, self.more):
            button.setStyleSheet(_button_sheet(theme))
        self._dress()
        self.legend.set_theme(theme)
        self._fit_legend()
        self.canvas.set_theme(theme)

    def set_selected(self, block: str) -> None:
        """Light up a block's column; a name that the chart does not have lights up nothing."""
        self._selected = block
        self.canvas.set_selected(self._index(block))

    def set_pinned(self, pinned: bool) -> None:
        """Keep the scale that is shown, or let it follow the numbers."""
        self._pinned = self.canvas.y_axis if pinned and self.chart is not None else None
        if self.pin.isChecked() != pinned:
            self.pin.setChecked(pinned)
        self._draw()

    @property
    def pinned(self) -> bool:
        """Whether the scale stays."""
        return self._pinned is not None

    def _release(self) -> None:
        self._pinned = None
        self.pin.blockSignals(True)
        self.pin.setChecked(False)
        self.pin.blockSignals(False)

    def _draw(self) -> None:
        chart, scale = self.chart, None
        if chart is not None:
            scale = y_scale(chart)
            if self._pinned is not None:
                scale = pinned_scale(self._pinned, scale)
        hides = chart is not None and self.hidden >= 0
        drawn = veiled(chart, self.hidden) if chart is not None and hides else chart
        self.canvas.set_chart(drawn, scale, veiled=hides)
        self.canvas.set_selected(self._index(self._selected))
        words = "" if chart is None or scale is None else self._y_words(chart, scale)
        self.y_words.setText(words)
        self.y_words.setVisible(bool(words))
        self._describe()

    def _y_words(self, chart: Chart, scale: Scale) -> str:
        words = axis_words(chart.y_label, log=chart.y_log)
        if self._pinned is None or self._bare:  # there is no pin to speak of
            return words
        outside = n_outside(chart, scale)
        beyond = f": {outside} values lie outside of it" if outside else ""
        return f"{words}; scale pinned{beyond}"

    def _describe(self) -> None:
        chart = self.chart
        self.setAccessibleName("Chart" if chart is None else chart.title)
        if chart is not None:
            curves = ", ".join(named(curve) for curve in chart.curves)
            self.setAccessibleDescription(f"{chart.y_label}, against {chart.x_label}; {curves}.")

    def _index(self, block: str) -> int | None:
        ticks = () if self.chart is None else self.chart.ticks
        return ticks.index(block) if block in ticks else None

    def _on_picked(self, index: int) -> None:
        if self.chart is not None:
            self.block_clicked.emit(self.chart.ticks[index])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._dress()
        self._fit_legend()

    def _fit_legend(self) -> None:
        self.legend.set_brief(self._bare or self.height() < _BRIEF_PX * self._theme.font_px / 13.0)

    # --- taking it along -------------------------------------------------------------------

    def figure(self) -> Figure | None:
        """The chart as a figure on the scale that is shown; None without a chart."""
        chart = self.chart
        return None if chart is None else chart_figure(chart, lambda: self._copy(chart))

    def _copy(self, chart: Chart) -> ChartView:
        made = ChartView()
        made.set_chart(chart)
        made._pinned = self._pinned
        made._draw()
        made.set_bare(True)
        return made

    def save_picture(self, path: Path) -> None:
        """Write the chart as a figure: PNG, SVG or PDF by the suffix.

        Raises:
            UserError: if the file cannot be written.
        """
        figure = self.figure()
        if figure is not None:
            self.said.emit(f"Saved {write(figure, path).name}.")

    def save_csv(self, path: Path) -> None:
        """Write all numbers of the chart.

        Raises:
            UserError: if the file cannot be written.
        """
        if self.chart is not None:
            text = curves_csv(self.chart)
            path = saving.write_text(text, saving.with_suffix(path, ".csv"))
            self.said.emit(f"Saved {path.name}.")

    def copy_picture(self) -> None:
        """Put the chart on the clipboard as a figure."""
        figure = self.figure()
        if figure is not None:
            QGuiApplication.clipboard().setMimeData(clipboard(figure, Options()))
            self.said.emit("The chart is on the clipboard.")

    def copy_numbers(self) -> None:
        """Put the numbers on the clipboard as a spreadsheet pastes them."""
        if self.chart is not None:
            text = saving.with_tabs(curves_csv(self.chart))
            QGuiApplication.clipboard().setText(text)
            self.said.emit("The chart's numbers are on the clipboard.")

    def _ask(self, suffix: str, save: Callable[[Path], None]) -> None:
        key = "chart" if self.chart is None else self.chart.key
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the chart", f"{key}{suffix}", f"*{suffix}"
        )
        if not name:
            return
        try:
            save(Path(name))
        except UserError as error:
            self.failed.emit(error)

    def _open_menu(self, position: QPoint) -> None:
        self.menu.popup(position)


def _quantity(chart: Chart | None) -> tuple[str, bool] | None:
    return None if chart is None else (chart.y_label, chart.y_log)


def _x_words(chart: Chart) -> str:
    return axis_words(chart.x_label, log=chart.x_log and not chart.ticks)


def _button(text: str, tip: str, *, checkable: bool = False) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(text.removesuffix(" ▾"))
    button.setCheckable(checkable)
    return button


def _button_sheet(theme: Theme) -> str:
    return (
        f"QToolButton {{ color: {theme.text}; background: {theme.card};"
        f" border: 1px solid {theme.border}; border-radius: 6px;"
        f" padding: 2px 9px; font-size: {theme.small_px}px; }}"
        f"QToolButton:hover {{ background: {theme.raised}; }}"
        f"QToolButton:focus {{ border-color: {theme.text}; }}"
        f"QToolButton:checked {{ background: {theme.accent}; color: {theme.on_accent}; }}"
        "QToolButton::menu-indicator { image: none; }"
    )
