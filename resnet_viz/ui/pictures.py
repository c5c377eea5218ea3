"""Pictures on their way into the window: from files, drops and the clipboard."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_to_bytes

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QObject, QRunnable, QThreadPool, Signal
from PySide6.QtGui import QImage

from resnet_viz.errors import UserError
from resnet_viz.images import load_image

CHECKPOINT_SUFFIXES = (".pth", ".pt", ".safetensors", ".ckpt", ".bin")
IMAGE_SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".ico",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture; each is equal to itself alone, for pixels are not worth comparing.

    Attributes:
        name: for people, the file's name.
        rgb: (H, W, 3) uint8.
        path: where it came from; empty if it was pasted or dropped as data.
    """

    name: str
    rgb: NDArray[np.uint8] = field(repr=False)
    path: str = ""


@dataclass(frozen=True)
class Dropped:
    """What a drop or the clipboard holds, before anything is decoded.

    Attributes:
        files: local files, in order; images or checkpoints.
        data: an encoded image.
        image: a decoded image of another program.
    """

    files: tuple[Path, ...] = ()
    data: bytes | None = None
    image: QImage | None = None


Work = Callable[[], "Picture"]

_ENCODED = ("image/png", "image/jpeg", "image/webp", "image/bmp", "image/gif", "image/tiff")
_DATA_URL = re.compile(r"data:image/[\w.+-]+(?P<b64>;base64)?,(?P<body>[^\"'\s>]+)")


def accepts(mime: QMimeData) -> bool:
    """Whether a drop of this kind is worth an answer; cheap, called while dragging."""
    return (
        mime.hasImage()
        or mime.hasUrls()
        or mime.hasText()
        or mime.hasHtml()
        or any(mime.hasFormat(kind) for kind in _ENCODED)
    )


def read_mime(mime: QMimeData) -> Dropped:
    """Find the picture or the files in what was dropped or pasted.

    Local files come first: a file manager also offers their names as text. Browsers offer the
    address of a picture beside its data, so data comes before addresses.

    Raises:
        UserError: if there is only an address on the web, or nothing that is a picture.
    """
    urls = mime.urls() if mime.hasUrls() else []
    files = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    if files:
        return Dropped(files=files)
    for kind in _ENCODED:
        if mime.hasFormat(kind):
            return Dropped(data=bytes(mime.data(kind).data()))
    if mime.hasImage():
        image = QImage(mime.imageData())
        if not image.isNull():
            return Dropped(image=image)
    texts = [url.toString() for url in urls]
    texts += [mime.html()] if mime.hasHtml() else []
    texts += [mime.text()] if mime.hasText() else []
    for text in texts:
        if match := _DATA_URL.search(text):
            return Dropped(data=_decode_data_url(match))
    for text in texts:
        path = Path(text.strip().removeprefix("file://")) if "\n" not in text.strip() else None
        if path is not None and len(text) < 4096 and path.is_absolute() and path.exists():
            return Dropped(files=(path,))
    if any("http://" in text or "https://" in text for text in texts):
        raise UserError(
            "The other program gave only the address of a picture, not the picture.",
            "Copy the picture itself there (right click, Copy image) and paste it here.",
        )
    raise UserError(
        "There is no picture in what was dropped or pasted.",
        "Drop image files or checkpoints, or copy a picture first.",
    )


def _decode_data_url(match: re.Match[str]) -> bytes:
    body = unquote_to_bytes(match["body"])
    if not match["b64"]:
        return body
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise UserError("The picture in the dropped page is damaged.") from error


def from_qimage(image: QImage, name: str) -> Picture:
    """A picture from another program's image; transparency is laid on white."""
    rgba = image.convertToFormat(QImage.Format.Format_RGBA8888)
    width, height = rgba.width(), rgba.height()
    rows = np.frombuffer(rgba.constBits(), np.uint8).reshape(height, rgba.bytesPerLine())
    pixels = rows[:, : 4 * width].reshape(height, width, 4)
    alpha = pixels[..., 3:].astype(np.uint16)
    mixed = pixels[..., :3] * alpha + 255 * (255 - alpha)
    return Picture(name, ((mixed + 127) // 255).astype(np.uint8))


class PictureLoader(QObject):
    """Decodes pictures off the window's thread; only the newest request is reported.

    Signals:
        loaded: a `Picture`.
        failed: the exception, for bad pictures a `UserError`; the picture before stays.
    """

    loaded = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._newest = 0
        # One thread: decoding is quick, and order is kept.
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._results = _Results(self)
        self._results.done.connect(self._on_done)

    def load_file(self, path: Path) -> None:
        """Decode a file."""
        self._start(lambda: Picture(path.name, load_image(path), str(path)))

    def load_bytes(self, data: bytes, name: str) -> None:
        """Decode an encoded image."""
        self._start(lambda: Picture(name, load_image(data, name)))

    def load_qimage(self, image: QImage, name: str) -> None:
        """Convert another program's image."""
        self._start(lambda: from_qimage(image, name))

    def wait(self) -> None:
        """Let the running decode end; called when the window closes."""
        self._newest += 1
        self._pool.clear()
        self._pool.waitForDone(2000)

    def _start(self, work: Work) -> None:
        self._newest += 1
        self._pool.start(_Decode(self._newest, work, self._results))

    def _on_done(self, number: int, result: object) -> None:
        if number != self._newest:
            return
        if isinstance(result, Picture):
            self.loaded.emit(result)
        else:
            self.failed.emit(result)


class _Results(QObject):
    done = Signal(int, object)


class _Decode(QRunnable):
    def __init__(self, number: int, work: Work, results: _Results) -> None:
        super().__init__()
        self._number = number
        self._work = work
        self._results = results

    def run(self) -> None:
        try:
            result: object = self._work()
        except MemoryError:
            result = UserError("The picture does not fit into memory.", "Choose a smaller one.")
        except Exception as error:  # crosses to the window's thread, which reports it
            result = error
        self._results.done.emit(self._number, result)
