"""The dialog of Ctrl+E: which figure, how large, in what form, and how it will look."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.errors import UserError
from resnet_viz.numerals import figure as written
from resnet_viz.ui.figures.drawing import image
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.figures.form import FigureForm
from resnet_viz.ui.figures.laid_out import LaidOut, laid_out
from resnet_viz.ui.figures.preview import Preview
from resnet_viz.ui.figures.sheet import MM_PER_INCH, Sheet
from resnet_viz.ui.figures.writing import Options, clipboard
from resnet_viz.ui.theme import Theme

_REST_MS = 60  # after a change, before the preview is drawn anew
_PREVIEW_DPI = 110


class ExportDialog(QDialog):
    """Offers the figures of a workspace.

    Args:
        figures: those on screen now; asked again when `refresh` is called.
        settings: where the options are remembered.
        theme: of the window.
        parent: the window.

    Signals:
        save_wanted(object, object, str): the `Figure`, its `Options`, the suffix of the file.
        said(str): what was copied.
    """

    save_wanted = Signal(object, object, str)
    said = Signal(str)

    def __init__(
        self,
        figures: Callable[[], tuple[Figure, ...]],
        settings: QSettings,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._ask = figures
        self._settings = settings
        self._figures: tuple[Figure, ...] = ()
        self.setWindowTitle("Export a figure")
        self.list, self.preview, self.form = QListWidget(), Preview(), FigureForm()
        self.preview.set_theme(theme)
        self.about = QLabel()
        self.save, self.copy = QPushButton("Save…"), QPushButton("Copy")
        self.close_button = QPushButton("Close")
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.draw)
        self._lay_out()
        self.form.restore(settings)
        self._connect()
        self.refresh()
        self.setMinimumSize(self.minimumSizeHint())
        self.resize(1120, 640)

    def _lay_out(self) -> None:
        self.list.setAccessibleName("Figures on screen")
        self.list.setWordWrap(True)
        self.list.setFixedWidth(200)
        self.about.setWordWrap(True)
        self.about.setProperty("role", "muted")
        self.about.setMinimumHeight(self.about.fontMetrics().height() * 5)
        self.save.setDefault(True)
        buttons = QHBoxLayout()
        for button in (self.close_button, self.copy, self.save):
            buttons.addWidget(button)
        side = QWidget()
        side.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(self.form)
        right.addWidget(self.about)
        right.addStretch(1)
        right.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setSpacing(12)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        row.addWidget(self.list)
        row.addWidget(self.preview, 1)
        row.addWidget(side)

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(lambda _: self._rest.start())
        self.form.changed.connect(self._rest.start)
        self.save.clicked.connect(self._on_save)
        self.copy.clicked.connect(self._on_copy)
        self.close_button.clicked.connect(self.reject)
        self.finished.connect(lambda _: self.form.save(self._settings))

    # --- what is shown -----------------------------------------------------------------------

    @property
    def figure(self) -> Figure | None:
        """The one chosen."""
        row = self.list.currentRow()
        return self._figures[row] if 0 <= row < len(self._figures) else None

    def refresh(self) -> None:
        """Offer what is on screen now; the figure chosen stays if it is still there."""
        before = self.figure
        self._figures = self._ask()
        titles = [f.title for f in self._figures]
        if titles != [self.list.item(i).text() for i in range(self.list.count())]:
            self.list.blockSignals(True)
            self.list.clear()
            self.list.addItems(titles)
            self.list.blockSignals(False)
            kept = before is not None and before.title in titles
            self.list.setCurrentRow(titles.index(before.title) if before and kept else 0)
        self._rest.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for the new size."""
        super().resizeEvent(event)
        self._rest.start()

    def draw(self) -> None:
        """Draw the preview, or say why there is none."""
        self._rest.stop()
        figure, problem = self.figure, ""
        try:
            if figure is None:
                self.preview.show_words("Nothing is on screen that could be exported.")
            elif self.form.numbers:
                self._show_numbers(figure)
            else:
                self._show_picture(figure, self.form.options())
        except UserError as error:
            problem = error.message
            self.preview.show_words(f"{error.message} {error.hint or ''}".strip())
            self.about.setText(error.message)
        for button in (self.save, self.copy):
            button.setEnabled(figure is not None and not problem)
        self.copy.setEnabled(self.copy.isEnabled() and not self.form.numbers)

    def _show_picture(self, figure: Figure, options: Options) -> None:
        with laid_out(
            figure, options.sheet, options.look, caption=options.caption, pixels=True
        ) as made:
            self.preview.show_image(image(made, self._screen_sheet(options.sheet, made)))
        self.about.setText(_words(options.sheet, made, self.form.suffix))

    def _screen_sheet(self, sheet: Sheet, made: LaidOut) -> Sheet:
        """The sheet with as many pixels as the preview can show."""
        room = self.preview.room()
        fitting = min(
            room.width() / made.width_mm * MM_PER_INCH, room.height() / made.height_mm * MM_PER_INCH
        )
        most = _PREVIEW_DPI * self.devicePixelRatioF()
        dpi = min(max(int(min(fitting, most)), 50), 2400)
        return Sheet(sheet.width_mm, sheet.height_mm, sheet.text_pt, dpi)

    def _show_numbers(self, figure: Figure) -> None:
        arrays = figure.data()
        if not arrays:
            raise UserError("This figure has no numbers of its own.")
        if self.form.suffix == ".csv" and any(a.ndim > 2 for a in arrays.values()):
            raise UserError("These numbers have too many dimensions for a table.", "Choose NPZ.")
        lines = [f"{name}: {' × '.join(map(str, a.shape))}" for name, a in arrays.items()]
        more = [f"and {len(lines) - 24} more"] if len(lines) > 24 else []
        self.preview.show_words("\n".join([*lines[:24], *more]))
        self.about.setText(f"{len(arrays)} arrays. {figure.caption}")

    # --- what is done ------------------------------------------------------------------------

    def _on_save(self) -> None:
        if self.figure is not None:
            self.form.save(self._settings)
            self.save_wanted.emit(self.figure, self.form.options(), self.form.suffix)

    def _on_copy(self) -> None:
        if self.figure is not None:
            QGuiApplication.clipboard().setMimeData(clipboard(self.figure, self.form.options()))
            self.said.emit(f"{self.figure.title} is on the clipboard.")
            self.about.setText("Copied.")


def _words(sheet: Sheet, made: LaidOut, suffix: str) -> str:
    """How large the figure comes out."""
    said = [f"{made.width_mm:.0f} × {made.height_mm:.0f} mm"]
    if suffix == ".png":
        said.append(f"{sheet.dots(made.width_mm):,} × {sheet.dots(made.height_mm):,} pixels")
    said.append(f"type from {written(made.text_pt, 2)} pt")
    words = ", ".join(said) + "."
    if made.text_pt < sheet.text_pt * 0.99:
        words += " It does not fit with larger type: make it wider or higher."
    return words
