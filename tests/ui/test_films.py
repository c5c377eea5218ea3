"""Films of runs and of charts: what they show when, made with progress, given up, failed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from recorded_runs import write_run

from resnet_viz.errors import UserError
from resnet_viz.lab.findings import Chart, Curve
from resnet_viz.runs.reader import RunReader
from resnet_viz.runs.replay import Replay
from resnet_viz.ui.figures import film_dialog
from resnet_viz.ui.figures.film import Film, FilmSettings
from resnet_viz.ui.figures.film_dialog import FilmDialog
from resnet_viz.ui.figures.film_job import FilmJob
from resnet_viz.ui.figures.film_painting import FilmPainter
from resnet_viz.ui.figures.run_film import RunReel, run_film, run_films
from resnet_viz.ui.figures.study_film import ChartReel, begun
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.theme import LIGHT
from resnet_viz.ui.window_films import WindowFilms

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # dialogs, offscreen

QUICK = FilmSettings(width=480, height=270, fps=4, seconds=1.0, hold_s=0.5)


@pytest.fixture
def reader(tmp_path: Path) -> RunReader:
    reader = RunReader(write_run(tmp_path / "run"))
    reader.read_all()
    return reader


@pytest.fixture
def film(reader: RunReader) -> Film:
    return run_film(reader, ("loss", "gradients"))


def chart() -> Chart:
    x = np.array([8.0, 20.0, 56.0])
    return Chart(
        "by-depth", "By depth", "layers", "norm",
        (
            Curve("with skips", "residual", x, np.array([0.3, 0.2, 0.1]), low=x * 0, high=x),
            Curve("plain", "plain", x[:2], np.array([1e-3, 1e-6])),
            Curve("expected", "theory", x, x),
        ),
        y_log=True,
    )  # fmt: skip


# --- what is shown when -----------------------------------------------------------------------


def test_a_run_grows_on_axes_that_stand_still(qtbot: QtBot, reader: RunReader) -> None:
    reel = RunReel(Replay(reader), ("loss", "gradients"), 0, LIGHT)
    qtbot.addWidget(reel.widget)
    reel.widget.resize(960, 540)
    chart = reel._sheet.cards["loss"].chart
    heat = reel._sheet.board.heat
    found = []
    for share in (0.0, 0.5, 1.0):
        reel.show_share(share)
        lines = {line.name: len(line.curve) for line in chart.lines}
        taken = heat.maps[0].field.n_taken  # type: ignore[union-attr]
        axis = chart.picture().scale, chart.axis.start, chart.axis.stop, heat.maps[0].scale
        found.append((lines["ResNet-20, train"], lines["plain-20, held-out"], taken, axis))
    assert [f[:3] for f in found] == [(0, 0, 0), (218, 2, 21), (437, 4, 43)]
    assert found[0][3] == found[1][3] == found[2][3]
    reel.show_share(0.5)  # backwards too
    assert len(chart.lines[-1].curve) == 218


def test_a_chart_is_measured_from_left_to_right() -> None:
    whole = chart()
    for share, n in ((0.0, 0), (0.3, 0), (1 / 3, 1), (0.7, 2), (1.0, 3)):
        curves = begun(whole, share).curves
        assert np.isfinite(curves[0].y).sum() == n, share
        assert curves[0].low is not None
        assert np.isfinite(curves[0].low).sum() == n
        assert np.isfinite(curves[1].y).sum() == min(n, 2)
        np.testing.assert_array_equal(curves[2].y, whole.curves[2].y)
    assert len(begun(whole, 0.0).curves[0].x) == 3


def test_a_filmed_chart_keeps_its_scale(qtbot: QtBot) -> None:
    reel = ChartReel(chart(), LIGHT)
    qtbot.addWidget(reel.widget)
    reel.show_share(1.0)
    whole = reel._view.canvas.y_axis
    reel.show_share(0.4)
    assert reel._view.canvas.y_axis == whole
    assert "pinned" not in reel._view.y_words.text()


def test_curves_alone_are_offered_beside_the_whole(tmp_path: Path, reader: RunReader) -> None:
    titles = [film.title for film in run_films(reader, ("loss", "gradients"))]
    assert titles == [reader.title, f"{reader.title}: curves"]
    assert len(run_films(reader, ("loss", "accuracy"))) == 1
    empty = RunReader(write_run(tmp_path / "new", n_steps=0, every=0, snapshots=()))
    empty.read_all()
    assert run_films(empty, ("loss",)) == ()


# --- making one -------------------------------------------------------------------------------


def test_the_pictures_of_the_file_are_those_that_were_painted(
    qtbot: QtBot, film: Film, tmp_path: Path
) -> None:
    path = tmp_path / "film.webp"
    job = FilmJob(film, QUICK, path, LIGHT)
    told: list[tuple[int, int]] = []
    job.progressed.connect(lambda *counts: told.append(counts))
    with qtbot.waitSignal(job.done) as done:
        job.start()
    assert done.args == [path]
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert not job.running
    painter = FilmPainter(film, QUICK.width, QUICK.height, LIGHT)
    with Image.open(path) as image:
        assert image.n_frames == 4
        for index in range(4):
            image.seek(index)
            painted = painter.pixels(index / 3)
            np.testing.assert_array_equal(np.asarray(image.convert("RGB")), painted)
    painter.close()


def test_given_up_there_is_no_file(qtbot: QtBot, film: Film, tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    long = FilmSettings(width=480, height=270, fps=10, seconds=10.0)
    job = FilmJob(film, long, path, LIGHT)
    job.start()
    with qtbot.waitSignal(job.progressed):
        pass
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    assert not path.exists()
    assert not job.running


def test_what_cannot_be_written_is_told(qtbot: QtBot, film: Film, tmp_path: Path) -> None:
    job = FilmJob(film, QUICK, tmp_path / "none" / "film.gif", LIGHT)
    with qtbot.waitSignal(job.failed) as failed:
        job.start()
    assert isinstance(failed.args[0], UserError)
    other = FilmJob(film, QUICK, tmp_path / "film.avi", LIGHT)
    with qtbot.waitSignal(other.failed):
        other.start()
    assert not other.running


def test_a_window_that_closes_waits_for_the_encoding(
    qtbot: QtBot, film: Film, tmp_path: Path
) -> None:
    job = FilmJob(film, QUICK, tmp_path / "film.gif", LIGHT)
    job.start()
    job.wait()
    assert not (tmp_path / "film.gif").exists()


# --- the dialog -------------------------------------------------------------------------------


@pytest.fixture
def dialog(qtbot: QtBot, film: Film, tmp_path: Path) -> FilmDialog:
    settings = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    made = FilmDialog((film,), settings, LIGHT)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: not made.preview.pixmap().isNull())
    return made


def test_the_dialog_makes_what_was_chosen(
    qtbot: QtBot, dialog: FilmDialog, film: Film, tmp_path: Path
) -> None:
    dialog.size_box.setCurrentIndex(0)
    dialog.fps.setValue(3)
    dialog.seconds.setValue(1)
    with qtbot.waitSignal(dialog.save_wanted) as wanted:
        dialog.save.click()
    assert wanted.args == [film, ".gif"]
    with qtbot.waitSignal(dialog.made):
        dialog.begin(tmp_path / "film.gif")
        assert dialog.bar.isVisible()
        assert not dialog.save.isEnabled()
        assert dialog.give_up.text() == "Cancel"
    with Image.open(tmp_path / "film.gif") as image:
        assert image.size == (640, 360)
        assert image.n_frames == 3
    assert "Written to" in dialog.about.text()
    assert dialog.save.isEnabled()


def test_the_button_gives_it_up(qtbot: QtBot, dialog: FilmDialog, tmp_path: Path) -> None:
    dialog.begin(tmp_path / "film.gif")
    dialog.give_up.click()
    qtbot.waitUntil(lambda: dialog.job is None)
    assert "given up" in dialog.about.text()
    assert dialog.isVisible()
    assert not (tmp_path / "film.gif").exists()


def test_closing_the_dialog_gives_it_up(qtbot: QtBot, dialog: FilmDialog, tmp_path: Path) -> None:
    dialog.begin(tmp_path / "film.gif")
    dialog.close()
    assert dialog.job is None
    assert not (tmp_path / "film.gif").exists()


def test_too_long_a_film_cannot_be_saved(dialog: FilmDialog) -> None:
    dialog.size_box.setCurrentIndex(3)
    dialog.seconds.setValue(60)
    assert not dialog.save.isEnabled()
    assert "too many" in dialog.about.text()
    dialog.seconds.setValue(4)
    assert dialog.save.isEnabled()


def test_mp4_may_be_as_long_as_one_likes(
    qtbot: QtBot, film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film_dialog, "formats", lambda: {".gif": "GIF", ".mp4": "MP4"})
    settings = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    dialog = FilmDialog((film,), settings, LIGHT)
    qtbot.addWidget(dialog)
    dialog.size_box.setCurrentIndex(3)
    dialog.seconds.setValue(60)
    dialog.format.setCurrentIndex(1)
    assert dialog.save.isEnabled()


def test_choices_are_remembered(qtbot: QtBot, film: Film, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    first = FilmDialog((film,), settings, LIGHT)
    qtbot.addWidget(first)
    first.size_box.setCurrentIndex(2)
    first.fps.setValue(20)
    first.close()
    second = FilmDialog((film,), settings, LIGHT)
    qtbot.addWidget(second)
    assert second.film_settings() == FilmSettings(1280, 720, 20, 8.0)


# --- from the window ----------------------------------------------------------------------------


class Place:
    """A workspace with films, and the looks of its window."""

    theme = LIGHT

    def __init__(self, *films: Film) -> None:
        self.current = self
        self._films = films

    def films(self) -> tuple[Film, ...]:
        return self._films


def films_of(place: Place, window: QWidget, folder: Path) -> WindowFilms:
    settings = QSettings(str(folder / "kept.ini"), QSettings.Format.IniFormat)
    return WindowFilms(window, place, place, Notifier(window), settings)  # type: ignore[arg-type]


def test_where_nothing_grows_the_window_says_what_could_be_filmed(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    films = films_of(Place(), window, tmp_path)
    films.ask()
    assert films.dialog is None
    assert "open a training" in films._notifier.history[-1].message


def test_the_window_asks_for_a_file_and_tells_where_the_film_is(
    qtbot: QtBot, film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    films = films_of(Place(film), window, tmp_path)
    asked: list[str] = []

    def answer(_parent: QWidget, _title: str, suggested: str, _filter: str) -> tuple[str, str]:
        asked.append(suggested)
        return str(tmp_path / "mine"), ""  # without suffix

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    films.ask()
    assert films.dialog is not None
    films.dialog.size_box.setCurrentIndex(0)
    films.dialog.fps.setValue(2)
    films.dialog.seconds.setValue(1)
    with qtbot.waitSignal(films.dialog.made):
        films.dialog.save.click()
    assert asked == ["run.gif"]
    assert (tmp_path / "mine.gif").is_file()
    assert "mine.gif" in films._notifier.history[-1].message
    films.dialog.close()
    assert films.dialog is None
