"""Pictures into a film's file: GIF and WebP by pillow, MP4 by ffmpeg where there is one. No Qt."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

from resnet_viz.errors import UserError
from resnet_viz.files import write_atomically, writing
from resnet_viz.ui.figures.film import FilmSettings

Frame = NDArray[np.uint8]
"""(H, W, 3) uint8."""

_N_COLOURS = 256
_LAST_WORDS = 300


class FilmWriter(Protocol):
    """Takes a film's pictures one by one."""

    def add(self, frame: Frame) -> None:
        """Take the next picture."""

    def finish(self) -> None:
        """Write the file; the one before stays until it is whole.

        Raises:
            UserError: if it cannot be written.
        """

    def abort(self) -> None:
        """Leave no file."""


def formats() -> dict[str, str]:
    """Suffix and name of the formats that can be written here."""
    found = {".gif": "GIF"}
    if features.check("webp"):
        found[".webp"] = "WebP"
    if ffmpeg() is not None:
        found[".mp4"] = "MP4"
    return found


def ffmpeg() -> str | None:
    """The program that writes MP4: on the PATH, or the one that `imageio-ffmpeg` brings."""
    found = shutil.which("ffmpeg")
    if found is None and importlib.util.find_spec("imageio_ffmpeg") is not None:
        with contextlib.suppress(RuntimeError):  # it brought none for this machine
            found = str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    return found


def film_writer(path: Path, settings: FilmSettings, last: Frame) -> FilmWriter:
    """The writer of a file, by its suffix.

    Args:
        path: of the file.
        settings: of the film.
        last: its last picture, where everything is drawn: a GIF takes its colours from it.

    Raises:
        UserError: if the format cannot be written here, or the film is too large for it.
    """
    suffix = path.suffix.lower()
    if suffix == ".mp4":
        program = ffmpeg()
        if program is None:
            raise UserError(
                "There is no ffmpeg here to write MP4 with.", "Install it, or write GIF or WebP."
            )
        return FfmpegWriter(program, path, settings)
    if suffix not in formats():
        raise UserError(
            f"A film cannot be written as {suffix or 'a file without suffix'!r}.",
            f"Choose {', '.join(formats())}.",
        )
    settings.require_room()
    return PillowWriter(path, settings, last)


class PillowWriter:
    """GIF or WebP: pictures are kept until the end.

    Args:
        path: of the file.
        settings: of the film.
        last: its last picture.
    """

    def __init__(self, path: Path, settings: FilmSettings, last: Frame) -> None:
        self._path, self._settings = path, settings
        self._frames: list[Image.Image] = []
        self._palette: Image.Image | None = None
        if path.suffix.lower() == ".gif":
            # One palette for all: with one for each picture unchanged pixels would flicker.
            self._palette = Image.fromarray(last).quantize(_N_COLOURS)

    def add(self, frame: Frame) -> None:
        """Take the next picture."""
        image = Image.fromarray(frame)
        if self._palette is not None:
            image = image.quantize(palette=self._palette, dither=Image.Dither.NONE)
        self._frames.append(image)

    def finish(self) -> None:
        """Write the file."""
        first, *others = self._frames
        usual_ms = round(1000 / self._settings.fps)
        durations = [usual_ms] * len(self._frames)
        durations[-1] += round(1000 * self._settings.hold_s)
        options: dict[str, Any] = {"save_all": True, "append_images": others, "loop": 0}
        if self._palette is None:
            options |= {"format": "WEBP", "lossless": True, "quality": 40, "method": 2}
        else:
            options |= {"format": "GIF", "disposal": 1}
        with writing(self._path):
            write_atomically(
                self._path, lambda file: first.save(file, duration=durations, **options)
            )
        self._frames = []

    def abort(self) -> None:
        """Leave no file."""
        self._frames = []


class FfmpegWriter:
    """MP4: pictures go to ffmpeg as they come.

    Args:
        program: path of ffmpeg.
        path: of the file.
        settings: of the film.

    Raises:
        UserError: if ffmpeg does not start.
    """

    def __init__(self, program: str, path: Path, settings: FilmSettings) -> None:
        self._path, self._settings = path, settings
        self._part = path.with_name(f".{path.stem}.part.mp4")
        self._last: Frame | None = None
        # Closed when the process has ended: a pipe that nobody empties would stop it.
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                [program, *_arguments(settings), str(self._part)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
            )
        except OSError as error:
            self._said.close()
            raise UserError(f"ffmpeg does not start: {error.strerror}.") from error

    def add(self, frame: Frame) -> None:
        """Take the next picture."""
        self._last = frame
        self._send(frame)

    def finish(self) -> None:
        """Write the file."""
        if self._last is not None:
            for _ in range(round(self._settings.hold_s * self._settings.fps)):
                self._send(self._last)
        self._close_input()
        status = self._process.wait()
        if status:
            words = self._words()
            self.abort()
            raise UserError(f"ffmpeg could not write `{self._path}`.", words)
        self._said.close()
        with writing(self._path):
            self._part.replace(self._path)

    def abort(self) -> None:
        """Leave no file."""
        self._process.kill()
        self._close_input()
        self._process.wait()
        self._said.close()
        self._part.unlink(missing_ok=True)

    def _send(self, frame: Frame) -> None:
        assert self._process.stdin is not None
        # Where it has ended already its status tells why.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(np.ascontiguousarray(frame).tobytes())

    def _close_input(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def _words(self) -> str:
        """What ffmpeg said last."""
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:_LAST_WORDS] if lines else ""


def _arguments(settings: FilmSettings) -> list[str]:
    size = f"{settings.width}x{settings.height}"
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(settings.fps)]
    # 4:2:0 and the index at the front: what browsers and slides play.
    target = ["-an", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    return ["-loglevel", "error", "-y", *source, "-i", "-", *target]
