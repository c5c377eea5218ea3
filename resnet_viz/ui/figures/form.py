"""What a figure is to be: its form, size, type, look and caption."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QSettings, QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QWidget,
)

from resnet_viz.errors import UserError
from resnet_viz.ui.figures.paper import LookName
from resnet_viz.ui.figures.sheet import DOUBLE, MM_PER_INCH, PRESETS, Sheet
from resnet_viz.ui.figures.writing import NUMBERS, Options

_FORMS = {
    ".png": "PNG, pixels",
    ".svg": "SVG, vectors",
    ".pdf": "PDF, vectors",
    ".csv": "CSV, the numbers",
    ".npz": "NPZ, the numbers for numpy",
}
_LOOKS: dict[LookName, str] = {"paper": "Paper, black on white", "light": "As on the screen"}
_CUSTOM = "Other size"
_MEMORY = "figures"


class FigureForm(QWidget):
    """The options of the export dialog.

    Signals:
        changed: another form, size, look or caption.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form, self.preset, self.look, self.unit = (QComboBox() for _ in range(4))
        self.width_box, self.height_box = _length_box("Width"), _length_box("Height")
        self.height_box.setSpecialValueText("as suits it")
        self.text, self.dpi = QDoubleSpinBox(), QSpinBox()
        self.caption = QCheckBox("With its caption")
        self.caption.setChecked(True)
        self._fill()
        self._lay_out()
        self.show_sheet(DOUBLE)
        self._connect()

    def _fill(self) -> None:
        for suffix, words in _FORMS.items():
            self.form.addItem(words, suffix)
        for name in (*PRESETS, _CUSTOM):
            self.preset.addItem(name, name)
        for look, words in _LOOKS.items():
            self.look.addItem(words, look)
        for unit in ("mm", "pixels"):
            self.unit.addItem(unit, unit)
        self.text.setRange(6.0, 72.0)
        self.text.setSingleStep(0.5)
        self.text.setDecimals(1)
        self.text.setSuffix(" pt")
        self.text.setAccessibleName("Size of the smallest type")
        self.dpi.setRange(50, 2400)
        self.dpi.setSingleStep(50)
        self.dpi.setSuffix(" dpi")
        self.dpi.setAccessibleName("Pixels per inch")
        for box, name in ((self.form, "Form"), (self.preset, "Size"), (self.look, "Look")):
            box.setAccessibleName(name)
        self.unit.setAccessibleName("Unit of width and height")

    def _lay_out(self) -> None:
        size = QHBoxLayout()
        for part in (self.width_box, self.height_box, self.unit):
            size.addWidget(part)
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addRow("&Form", self.form)
        rows.addRow("&Size", self.preset)
        rows.addRow("Width × height", size)
        rows.addRow("Smallest &type", self.text)
        rows.addRow("&Resolution", self.dpi)
        rows.addRow("&Look", self.look)
        rows.addRow("", self.caption)

    def _connect(self) -> None:
        self.preset.currentIndexChanged.connect(self._on_preset)
        self.unit.currentIndexChanged.connect(self._on_unit)
        for combo in (self.form, self.look):
            combo.currentIndexChanged.connect(self._on_changed)
        for box in (self.width_box, self.height_box, self.text):
            box.valueChanged.connect(self._on_size)
        self.dpi.valueChanged.connect(self._on_dpi)
        self.caption.toggled.connect(self._on_changed)
        self._show_enabled()

    # --- what is chosen ----------------------------------------------------------------------

    @property
    def suffix(self) -> str:
        """Of the file: `.png`."""
        return str(self.form.currentData())

    @property
    def numbers(self) -> bool:
        """Whether numbers are wanted instead of a picture."""
        return self.suffix in NUMBERS

    def sheet(self) -> Sheet:
        """The size.

        Raises:
            UserError: if it cannot be used.
        """
        height = self.height_box.value() if self.height_box.value() > 0 else None
        return Sheet(
            self._to_mm(self.width_box.value()),
            None if height is None else self._to_mm(height),
            self.text.value(),
            self.dpi.value(),
        )

    def options(self) -> Options:
        """How the figure is drawn.

        Raises:
            UserError: if its size cannot be used.
        """
        look = cast(LookName, self.look.currentData())
        return Options(self.sheet(), look, self.caption.isChecked())

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a size, without telling."""
        parts = (self.width_box, self.height_box, self.text, self.dpi)
        blockers = [QSignalBlocker(part) for part in parts]
        self.dpi.setValue(sheet.dpi)
        self.width_box.setValue(self._from_mm(sheet.width_mm))
        self.height_box.setValue(self._from_mm(sheet.height_mm or 0.0))
        self.text.setValue(sheet.text_pt)
        del blockers
        known = {s: name for name, s in PRESETS.items()}
        with QSignalBlocker(self.preset):
            self.preset.setCurrentText(known.get(sheet, _CUSTOM))

    # --- memory ------------------------------------------------------------------------------

    def save(self, settings: QSettings) -> None:
        """Remember what is chosen."""
        try:
            sheet = self.sheet()
        except UserError:
            return
        values = {
            "form": self.suffix,
            "look": self.look.currentData(),
            "caption": self.caption.isChecked(),
            "sheet": [sheet.width_mm, sheet.height_mm or 0.0, sheet.text_pt, sheet.dpi],
        }
        for key, value in values.items():
            settings.setValue(f"{_MEMORY}/{key}", value)

    def restore(self, settings: QSettings) -> None:
        """Take up what was chosen last; what cannot be read is left as it is."""
        for combo, key in ((self.form, "form"), (self.look, "look")):
            combo.setCurrentIndex(max(0, combo.findData(settings.value(f"{_MEMORY}/{key}"))))
        self.caption.setChecked(settings.value(f"{_MEMORY}/caption", True) in (True, "true"))
        found = settings.value(f"{_MEMORY}/sheet")
        try:
            width, height, text, dpi = (float(number) for number in cast(list[str], found))
            self.show_sheet(Sheet(width, height or None, text, int(dpi)))
        except (TypeError, ValueError, UserError):
            pass  # nothing was remembered, or it was edited by hand
        self._show_enabled()

    # --- inside ------------------------------------------------------------------------------

    def _to_mm(self, value: float) -> float:
        return value if self.unit.currentData() == "mm" else value / self.dpi.value() * MM_PER_INCH

    def _from_mm(self, mm: float) -> float:
        return mm if self.unit.currentData() == "mm" else mm / MM_PER_INCH * self.dpi.value()

    def _on_preset(self) -> None:
        sheet = PRESETS.get(str(self.preset.currentData()))
        if sheet is not None:
            self.show_sheet(sheet)
        self._on_changed()

    def _on_unit(self) -> None:
        """Write the same size in the other unit."""
        pixels = self.unit.currentData() == "pixels"
        factor = self.dpi.value() / MM_PER_INCH
        for box in (self.width_box, self.height_box):
            with QSignalBlocker(box):
                value = box.value()
                box.setDecimals(0 if pixels else 1)
                box.setRange(box.minimum(), 60_000 if pixels else 2000)
                box.setValue(value * factor if pixels else value / factor)

    def _on_size(self) -> None:
        with QSignalBlocker(self.preset):
            self.preset.setCurrentText(_CUSTOM)
        self._on_changed()

    def _on_dpi(self) -> None:
        """More pixels on the same paper; where the size is in pixels, the paper shrinks."""
        with QSignalBlocker(self.preset):
            name = str(self.preset.currentData())
            if name in PRESETS and self.dpi.value() != PRESETS[name].dpi:
                self.preset.setCurrentText(_CUSTOM)
        self._on_changed()

    def _on_changed(self) -> None:
        self._show_enabled()
        self.changed.emit()

    def _show_enabled(self) -> None:
        """Grey what has no bearing on the form chosen."""
        pictures = not self.numbers
        parts = (self.preset, self.width_box, self.height_box, self.unit, self.text, self.look)
        for part in (*parts, self.caption):
            part.setEnabled(pictures)
        self.dpi.setEnabled(self.suffix == ".png")


def remembered(settings: QSettings) -> Options:
    """The options of the last time, for a copy without a dialog."""
    form = FigureForm()
    form.restore(settings)
    try:
        return form.options()
    except UserError:
        return Options()


def _length_box(name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0.0 if name == "Height" else 1.0, 2000.0)
    box.setDecimals(1)
    box.setSingleStep(5.0)
    box.setAccessibleName(name)
    return box
