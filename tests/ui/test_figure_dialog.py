"""Ctrl+E: which figure, how large, in what form; the preview; what is written, copied, kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.ui.figures.export_dialog import ExportDialog
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.figures.form import FigureForm, remembered
from resnet_viz.ui.figures.sheet import DOUBLE, SINGLE, SLIDE, Sheet
from resnet_viz.ui.figures.writing import Options
from resnet_viz.ui.looks import Looks
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.window_figures import WindowFigures
from resnet_viz.ui.workspace import Workspace
from resnet_viz.ui.workspaces import Workspaces


class Sign(QLabel):
    def set_theme(self, theme: Theme) -> None:
        self.setStyleSheet(f"font-size: {theme.small_px}px; color: {theme.text};")


def figure(title: str, **more: object) -> Figure:
    return Figure(title, f"About {title}.", lambda: Sign(title), **more)  # type: ignore[arg-type]


FIGURES = (
    figure("first", data=lambda: {"x": np.arange(3.0)}),
    figure("second", data=lambda: {"maps": np.zeros((2, 2, 2))}),
)


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def offered() -> list[Figure]:
    return list(FIGURES)


@pytest.fixture
def dialog(qtbot: QtBot, settings: QSettings, offered: list[Figure]) -> ExportDialog:
    made = ExportDialog(lambda: tuple(offered), settings, LIGHT)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.draw()
    return made


@pytest.fixture
def _clean() -> Iterator[None]:
    yield
    QGuiApplication.clipboard().clear()


# --- the form ------------------------------------------------------------------------------


@pytest.mark.parametrize(("row", "sheet"), [(0, SINGLE), (1, DOUBLE), (2, SLIDE)])
def test_presets_fill_in_sizes(qtbot: QtBot, row: int, sheet: Sheet) -> None:
    form = FigureForm()
    qtbot.addWidget(form)
    form.preset.setCurrentIndex(row)
    assert form.sheet() == sheet


def test_an_own_size_is_no_preset_any_more(qtbot: QtBot) -> None:
    form = FigureForm()
    qtbot.addWidget(form)
    form.width_box.setValue(120.0)
    assert form.preset.currentText() == "Other size"
    assert form.sheet() == Sheet(120.0)


def test_the_same_size_in_pixels(qtbot: QtBot) -> None:
    form = FigureForm()
    qtbot.addWidget(form)
    form.show_sheet(Sheet(25.4, 50.8, dpi=100))
    form.unit.setCurrentIndex(1)
    assert (form.width_box.value(), form.height_box.value()) == (100, 200)
    assert form.sheet().width_mm == pytest.approx(25.4)
    form.width_box.setValue(400)
    assert form.sheet().width_mm == pytest.approx(101.6)
    form.unit.setCurrentIndex(0)
    assert form.width_box.value() == pytest.approx(101.6)


def test_numbers_have_no_size(qtbot: QtBot) -> None:
    form = FigureForm()
    qtbot.addWidget(form)
    form.form.setCurrentIndex(form.form.findData(".csv"))
    assert form.numbers
    assert not form.width_box.isEnabled()
    form.form.setCurrentIndex(form.form.findData(".svg"))
    assert form.width_box.isEnabled()
    assert not form.dpi.isEnabled()


def test_options_are_remembered(qtbot: QtBot, settings: QSettings) -> None:
    form = FigureForm()
    qtbot.addWidget(form)
    form.show_sheet(Sheet(99.0, 44.0, 9.5, 250))
    form.look.setCurrentIndex(1)
    form.caption.setChecked(False)
    form.form.setCurrentIndex(2)
    form.save(settings)
    settings.sync()
    again = FigureForm()
    qtbot.addWidget(again)
    again.restore(QSettings(settings.fileName(), QSettings.Format.IniFormat))
    assert again.options() == Options(Sheet(99.0, 44.0, 9.5, 250), "light", False)
    assert again.suffix == ".pdf"
    assert remembered(settings) == again.options()


def test_options_that_cannot_be_read_are_the_usual_ones(settings: QSettings, qapp: object) -> None:
    settings.setValue("figures/sheet", ["wide", "high"])
    settings.setValue("figures/look", "psychedelic")
    assert remembered(settings) == Options()


# --- the dialog ----------------------------------------------------------------------------


def test_the_first_figure_is_previewed(dialog: ExportDialog) -> None:
    assert [dialog.list.item(i).text() for i in range(dialog.list.count())] == ["first", "second"]
    assert dialog.figure is FIGURES[0]
    image = dialog.preview.image
    assert image is not None
    assert image.pixelColor(1, 1).name() == "#ffffff"
    assert "180 ×" in dialog.about.text()
    assert "2,126 ×" in dialog.about.text()


def test_the_preview_follows_every_option(qtbot: QtBot, dialog: ExportDialog) -> None:
    before = dialog.preview.image
    dialog.form.caption.setChecked(False)
    qtbot.waitUntil(lambda: dialog.preview.image is not before)
    without = dialog.preview.image
    assert before is not None
    assert without is not None
    assert without.height() < before.height()
    dialog.form.preset.setCurrentIndex(0)
    qtbot.waitUntil(lambda: "85 ×" in dialog.about.text())


def test_the_preview_is_never_as_large_as_the_file(dialog: ExportDialog) -> None:
    dialog.form.dpi.setValue(2400)
    dialog.draw()
    image = dialog.preview.image
    assert image is not None
    assert image.width() <= dialog.preview.room().width() + 1


def test_numbers_are_listed_and_those_without_a_table_refused(dialog: ExportDialog) -> None:
    dialog.form.form.setCurrentIndex(dialog.form.form.findData(".csv"))
    dialog.draw()
    assert "x: 3" in dialog.preview.accessibleDescription()
    assert dialog.save.isEnabled()
    assert not dialog.copy.isEnabled()
    dialog.list.setCurrentRow(1)
    dialog.draw()
    assert "Choose NPZ" in dialog.preview.accessibleDescription()
    assert not dialog.save.isEnabled()
    dialog.form.form.setCurrentIndex(dialog.form.form.findData(".npz"))
    dialog.draw()
    assert dialog.save.isEnabled()


def test_a_figure_that_does_not_fit_is_said_to_be_laid_out_smaller(
    qtbot: QtBot, settings: QSettings
) -> None:
    def wide() -> QWidget:
        made = Sign("wide")
        made.setMinimumWidth(360)
        return made

    dialog = ExportDialog(lambda: (Figure("wide", "", wide),), settings, LIGHT)
    qtbot.addWidget(dialog)
    dialog.form.preset.setCurrentIndex(0)
    dialog.draw()
    assert "does not fit with larger type" in dialog.about.text()
    dialog.form.width_box.setValue(40.0)
    dialog.draw()
    assert "does not fit" in dialog.preview.accessibleDescription()
    assert not dialog.save.isEnabled()


def test_the_list_follows_what_is_on_screen(dialog: ExportDialog, offered: list[Figure]) -> None:
    dialog.list.setCurrentRow(1)
    offered.insert(0, figure("new"))
    dialog.refresh()
    assert dialog.figure is FIGURES[1]
    offered.clear()
    dialog.refresh()
    dialog.draw()
    assert dialog.figure is None
    assert not dialog.save.isEnabled()
    assert "Nothing is on screen" in dialog.preview.accessibleDescription()


@pytest.mark.usefixtures("_clean")
def test_copying_fills_the_clipboard(qtbot: QtBot, dialog: ExportDialog) -> None:
    with qtbot.waitSignal(dialog.said):
        dialog.copy.click()
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.hasImage()
    assert mime.hasFormat("image/svg+xml")


# --- the window's part ---------------------------------------------------------------------


class Shown(Workspace):
    """A workspace that has figures."""

    title = "Shown"
    export_name = "Cat / ResNet-20"  # type: ignore[assignment]

    def __init__(self, found: tuple[Figure, ...]) -> None:
        super().__init__()
        self.found = found

    def figures(self) -> tuple[Figure, ...]:
        return self.found


@pytest.fixture
def shown() -> Shown:
    return Shown(FIGURES)


@pytest.fixture
def desk(qtbot: QtBot, settings: QSettings, shown: Shown) -> WindowFigures:
    window = QWidget()
    qtbot.addWidget(window)
    workspaces = Workspaces({}, settings, window)
    workspaces.addWidget(shown)
    return WindowFigures(window, workspaces, Looks(window, settings), Notifier(window), settings)


def test_saving_asks_for_a_file_named_after_what_is_shown(
    desk: WindowFigures, settings: QSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answer(_parent: object, _title: str, suggested: str, _filter: str) -> tuple[str, str]:
        asked.append(suggested)
        return str(tmp_path / "mine"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    desk.ask()
    assert desk.dialog is not None
    desk.dialog.draw()
    desk.dialog.save.click()
    assert asked == ["Cat - ResNet-20 first.png"]
    with Image.open(tmp_path / "mine.png") as image:
        assert image.width == 2126
    assert f"Written to {tmp_path / 'mine.png'}." == desk.dialog.about.text()
    desk.dialog.save.click()
    assert Path(asked[1]).parent == tmp_path  # where the last one was written
    desk.dialog.reject()
    assert desk.dialog is None


def test_a_file_that_cannot_be_written_is_told(
    desk: WindowFigures, qtbot: QtBot, tmp_path: Path
) -> None:
    notifier = desk._notifier
    desk.save(FIGURES[0], tmp_path / "nowhere" / "figure.png", Options())
    assert "Cannot write" in notifier.history[-1].message


@pytest.mark.usefixtures("_clean")
def test_copying_without_a_dialog_takes_the_first_figure(
    desk: WindowFigures, settings: QSettings
) -> None:
    settings.setValue("figures/sheet", [85.0, 0.0, 8.0, 300])
    desk.copy()
    assert QGuiApplication.clipboard().image().width() == 1004
    assert "first is on the clipboard" in desk._notifier.history[-1].message


def test_where_nothing_is_shown_that_is_said(desk: WindowFigures, shown: Shown) -> None:
    shown.found = ()
    for act in (desk.ask, desk.copy):
        act()
        assert "Nothing is on screen yet" in desk._notifier.history[-1].message
    assert desk.dialog is None
