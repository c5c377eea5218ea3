"""Makes a film: paints its pictures a few at a time, while a thread encodes them."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from resnet_viz.errors import UserError
from resnet_viz.ui.figures.film import Film, FilmSettings
from resnet_viz.ui.figures.film_painting import FilmPainter
from resnet_viz.ui.figures.film_writing import FilmWriter, Frame, film_writer
from resnet_viz.ui.theme import Theme

_AHEAD = 4  # painted pictures that wait to be encoded
_BUSY_MS = 10


class FilmJob(QObject):
    """One film into one file.

    Args:
        film: what is filmed.
        settings: how.
        path: of the file; its suffix says the format.
        theme: colours; type is sized for the film's height.
        parent: owner.

    Signals:
        progressed(int, int): pictures done, and of how many.
        done(object): path of the file.
        failed(object): a `UserError`; there is no file.
        cancelled: it was given up; there is no file.
    """

    progressed = Signal(int, int)
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    _ended = Signal(object)

    def __init__(
        self,
        film: Film,
        settings: FilmSettings,
        path: Path,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._film, self._settings, self._path, self._theme = film, settings, path, theme
        self._painter: FilmPainter | None = None
        self._at = 0
        self._frames: queue.Queue[Frame | None] = queue.Queue()
        self._given_up = threading.Event()
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)
        self._ended.connect(self._on_ended)

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self._thread is not None

    def start(self) -> None:
        """Begin; `done`, `failed` or `cancelled` follows."""
        settings = self._settings
        painter = FilmPainter(self._film, settings.width, settings.height, self._theme)
        self._painter = painter
        try:
            writer = film_writer(self._path, settings, painter.pixels(1.0))
        except UserError as error:
            self._put_away()
            self.failed.emit(error)
            return
        self._thread = threading.Thread(target=self._encode, args=(writer,), name="film")
        self._thread.start()
        self._timer.start(0)

    def cancel(self) -> None:
        """Give it up."""
        self._timer.stop()
        self._given_up.set()
        self._frames.put(None)

    def wait(self) -> None:
        """Give it up and let the encoding end; called before the window closes."""
        self.cancel()
        if self._thread is not None:
            self._thread.join()
        self._put_away()

    # --- in the window's thread ----------------------------------------------------------------

    def _go_on(self) -> None:
        """Paint the next picture, unless enough of them wait."""
        if self._frames.qsize() >= _AHEAD:
            self._timer.setInterval(_BUSY_MS)
            return
        assert self._painter is not None
        self._timer.setInterval(0)
        n = self._settings.n_frames
        self._frames.put(self._painter.pixels(self._at / (n - 1)))
        self._at += 1
        self.progressed.emit(self._at, n)
        if self._at == n:
            self._timer.stop()
            self._frames.put(None)

    def _on_ended(self, result: object) -> None:
        self._timer.stop()
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        self._put_away()
        if isinstance(result, UserError):
            self.failed.emit(result)
        elif isinstance(result, Exception):
            raise result  # a bug, for the window's report of those
        elif self._given_up.is_set():
            self.cancelled.emit()
        else:
            self.done.emit(self._path)

    def _put_away(self) -> None:
        if self._painter is not None:
            self._painter.close()
            self._painter = None

    # --- in the encoding thread ----------------------------------------------------------------

    def _encode(self, writer: FilmWriter) -> None:
        result: object = None
        try:
            while (frame := self._frames.get()) is not None and not self._given_up.is_set():
                writer.add(frame)
            if self._given_up.is_set():
                writer.abort()
            else:
                writer.finish()
        except Exception as error:  # crosses to the window's thread
            writer.abort()
            result = error
        self._ended.emit(result)
