"""The dialog of a film: of what, how large, how long, in which form; then how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.errors import UserError
from resnet_viz.ui.figures.film import LONGEST_S, MOST_FPS, SIZES, Film, FilmSettings
from resnet_viz.ui.figures.film_job import FilmJob
from resnet_viz.ui.figures.film_painting import FilmPainter
from resnet_viz.ui.figures.film_writing import formats
from resnet_viz.ui.theme import Theme

_KEPT = "film/{}"
_PREVIEW = QSize(480, 270)


class FilmDialog(QDialog):
    """Offers films, makes one, and tells how far it is; closing it gives the film up.

    Args:
        films: those there are now.
        settings: where the choices are remembered.
        theme: colours of the films too.
        parent: the window.

    Signals:
        save_wanted(object, str): the `Film`, and the suffix of the file.
        made(object): path of a film's file.
        failed(object): a `UserError`.
    """

    save_wanted = Signal(object, str)
    made = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        films: Sequence[Film],
        settings: QSettings,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export a film")
        self._films, self._settings, self._theme = tuple(films), settings, theme
        self.job: FilmJob | None = None
        self.which, self.size_box, self.format = QComboBox(), QComboBox(), QComboBox()
        self.fps, self.seconds = QSpinBox(), QDoubleSpinBox()
        self.preview, self.about = QLabel(), QLabel()
        self.bar = QProgressBar()
        self.save, self.give_up = QPushButton("Save…"), QPushButton("Close")
        self._fill()
        self._lay_out()
        self._restore()
        self._connect()
        self._say()
        QTimer.singleShot(0, self, self._draw)  # once the dialog is there

    def _fill(self) -> None:
        for film in self._films:
            self.which.addItem(film.title)
        for width, height in SIZES:
            self.size_box.addItem(f"{width} × {height}", (width, height))
        for suffix, name in formats().items():
            self.format.addItem(name, suffix)
        self.fps.setRange(2, MOST_FPS)
        self.fps.setSuffix(" per second")
        self.seconds.setRange(1.0, LONGEST_S)
        self.seconds.setDecimals(0)
        self.seconds.setSuffix(" s")
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.about.setWordWrap(True)
        self.about.setProperty("role", "muted")
        self.preview.setFixedSize(_PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget, name in (
            (self.which, "What is filmed"),
            (self.size_box, "Size in pixels"),
            (self.format, "File format"),
            (self.fps, "Pictures per second"),
            (self.seconds, "Seconds from beginning to end"),
            (self.preview, "The last picture of the film"),
            (self.bar, "Pictures done"),
        ):
            widget.setAccessibleName(name)

    def _lay_out(self) -> None:
        form = QFormLayout()
        for caption, widget in (
            ("Film", self.which),
            ("Size", self.size_box),
            ("Length", self.seconds),
            ("Pictures", self.fps),
            ("Format", self.format),
        ):
            form.addRow(caption, widget)
        self.which.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.give_up)
        buttons.addWidget(self.save)
        self.save.setDefault(True)
        right = QVBoxLayout()
        right.addLayout(form)
        right.addWidget(self.about)
        right.addStretch(1)
        right.addWidget(self.bar)
        right.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setSpacing(16)
        row.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(right, 1)
        self.setMinimumWidth(_PREVIEW.width() + 360)

    def _connect(self) -> None:
        self.which.currentIndexChanged.connect(self._draw)
        for box in (self.size_box, self.format):
            box.currentIndexChanged.connect(self._say)
        for number in (self.fps, self.seconds):
            number.valueChanged.connect(self._say)
        self.save.clicked.connect(self._on_save)
        self.give_up.clicked.connect(self._on_give_up)
        self.finished.connect(lambda _: self._end())

    # --- what is chosen ------------------------------------------------------------------------

    @property
    def film(self) -> Film:
        """The one chosen."""
        return self._films[max(0, self.which.currentIndex())]

    @property
    def suffix(self) -> str:
        """Of the file."""
        return str(self.format.currentData())

    def film_settings(self) -> FilmSettings:
        """As they are chosen."""
        width, height = self.size_box.currentData()
        return FilmSettings(width, height, self.fps.value(), self.seconds.value())

    # --- what happens --------------------------------------------------------------------------

    def begin(self, path: Path) -> None:
        """Make the film that is chosen."""
        job = FilmJob(self.film, self.film_settings(), path, self._theme, self)
        self.job = job
        job.progressed.connect(self._on_progressed)
        job.done.connect(self._on_done)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(lambda: self._over("It was given up; no file was written."))
        self._show_running(running=True)
        job.start()

    def _on_save(self) -> None:
        self.save_wanted.emit(self.film, self.suffix)

    def _on_give_up(self) -> None:
        if self.job is not None:
            self.job.cancel()
        else:
            self.reject()

    def _on_progressed(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        writing = done == total
        self.about.setText("Writing the file…" if writing else f"Picture {done} of {total}")

    def _on_done(self, path: Path) -> None:
        self._over(f"Written to {path}.")
        self.made.emit(path)

    def _on_failed(self, error: UserError) -> None:
        self._over(f"{error.message} {error.hint or ''}".strip())
        self.failed.emit(error)

    def _over(self, words: str) -> None:
        self.job = None
        self._show_running(running=False)
        self.about.setText(words)

    def _show_running(self, *, running: bool) -> None:
        self.bar.setVisible(running)
        self.bar.setRange(0, 0)
        self.give_up.setText("Cancel" if running else "Close")
        for widget in (self.which, self.size_box, self.format, self.fps, self.seconds):
            widget.setEnabled(not running)
        self.save.setEnabled(not running)

    def _say(self) -> None:
        """Say what the choices mean; what cannot be written cannot be saved."""
        chosen = self.film_settings()
        try:
            if self.suffix != ".mp4":
                chosen.require_room()
        except UserError as error:
            self.about.setText(f"{error.message} {error.hint}")
            self.save.setEnabled(False)
            return
        self.save.setEnabled(True)
        self.about.setText(
            f"{chosen.n_frames} pictures. The last one stays for {chosen.hold_s:g} s, then a GIF "
            "or WebP begins again."
        )

    def _draw(self) -> None:
        painter = FilmPainter(self.film, 2 * _PREVIEW.width(), 2 * _PREVIEW.height(), self._theme)
        picture = QPixmap.fromImage(painter.image(1.0))
        painter.close()
        smooth = Qt.TransformationMode.SmoothTransformation
        keep = Qt.AspectRatioMode.KeepAspectRatio
        self.preview.setPixmap(picture.scaled(_PREVIEW, keep, smooth))
        self.preview.setAccessibleDescription(self.film.caption)
        self.preview.setToolTip(self.film.caption)

    # --- remembered ----------------------------------------------------------------------------

    def _restore(self) -> None:
        usual = FilmSettings()
        kept = self._settings
        size = str(kept.value(_KEPT.format("size"), f"{usual.width} × {usual.height}"))
        self.size_box.setCurrentIndex(max(0, self.size_box.findText(size)))
        suffix = str(kept.value(_KEPT.format("suffix"), ".gif"))
        self.format.setCurrentIndex(max(0, self.format.findData(suffix)))
        self.fps.setValue(int(str(kept.value(_KEPT.format("fps"), usual.fps))))
        self.seconds.setValue(float(str(kept.value(_KEPT.format("seconds"), usual.seconds))))

    def _end(self) -> None:
        if self.job is not None:
            self.job.wait()
            self.job = None
        for name, value in (
            ("size", self.size_box.currentText()),
            ("suffix", self.suffix),
            ("fps", self.fps.value()),
            ("seconds", self.seconds.value()),
        ):
            self._settings.setValue(_KEPT.format(name), value)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._end()
        super().closeEvent(event)
