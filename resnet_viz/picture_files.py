"""Reading picture files of any kind, sound or not, into RGB arrays."""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from resnet_viz.errors import UserError

RGBArray = NDArray[np.uint8]

MAX_PIXELS = 100_000_000
"""Larger pictures are refused from their header alone: decoded, they need 300 MB and more."""

# Not every format Pillow knows: some of the others hand the file to an outside program.
_FORMATS = (
    *("PNG", "JPEG", "MPO", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF", "JPEG2000"),
    *("PPM", "TGA", "ICO", "QOI", "PCX"),
)
SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jfif", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"),
    *(".jp2", ".ppm", ".pgm", ".pbm", ".tga", ".ico"),
)
"""File name endings offered in open dialogs; what counts is the file's content."""

_CHOOSE = "Choose a PNG, JPEG, WebP, GIF, BMP or TIFF picture."

# Decoders meet hostile bytes in C and Python code and report them with all of these.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    LookupError,
    TypeError,
    ArithmeticError,
    RuntimeError,
)

# What to do for the values 2 to 8 of the EXIF tag "Orientation" (0x0112).
_ORIENTATION = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def load_image(
    source: str | os.PathLike[str] | bytes, name: str = "", *, enough_side: int = 0
) -> RGBArray:
    """Read a picture as people see it: first frame, turned upright, transparency on white.

    Args:
        source: path, `file:` URL, or the bytes of an image file.
        name: how errors call the picture; the file's name by default.
        enough_side: a JPEG may be decoded at a half, a quarter or an eighth of its size as
            long as its shorter side keeps so many pixels, which saves most of the time that
            a large photograph takes; 0 for the full size.

    Returns:
        (H, W, 3) uint8 RGB, C-contiguous. 16-bit and floating-point pictures are scaled.

    Raises:
        UserError: if there is no such file, it cannot be read, or it is not a sound picture of
            at most `MAX_PIXELS`; each case has a sentence of its own.
    """
    if isinstance(source, bytes):
        shown = name or "the picture"
        if not source:
            raise UserError(f"Cannot load {shown}: it is empty.", _CHOOSE)
        return _decode(io.BytesIO(source), shown, enough_side)
    path = picture_path(source, name)
    shown = name or str(path)
    try:
        with path.open("rb") as file:
            return _decode(file, shown, enough_side)
    except PermissionError as error:
        raise _unreadable(shown) from error
    except OSError as error:
        raise UserError(f"Cannot read {shown}: {error.strerror or error}.") from error


def picture_path(source: str | os.PathLike[str], name: str = "") -> Path:
    """The path of a file that may be a picture; its content is not looked at.

    Args:
        source: path or `file:` URL.
        name: how errors call the picture; the path by default.

    Raises:
        UserError: if there is no such file, or it is not an ordinary one with something in it.
    """
    path = _local_path(os.fspath(source))
    _check_regular_file(path, name or str(path))
    return path


def _local_path(text: str) -> Path:
    """A path from what a person typed or dropped, `file:` URLs included."""
    scheme = re.match(r"([a-z][a-z0-9+.-]+)://", text, re.IGNORECASE)
    if scheme is None and text[:5].lower() != "file:":
        return Path(text)
    if text[:5].lower() == "file:":
        url = unquote(urlsplit(text).path)
        # file:///C:/cat.png has a slash that is not part of a Windows path.
        return Path(url[1:] if re.match(r"/[A-Za-z]:", url) else url)
    raise UserError(
        f"Cannot load {text}: it is a web address.",
        "Download the picture and open the file, or drag the picture itself onto the window.",
    )


def _check_regular_file(path: Path, shown: str) -> None:
    """Refuse what is not a file before opening it: opening a named pipe would wait for ever."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(
            f"Cannot load {shown}: there is no such file.", "Check the path and its spelling."
        ) from error
    except PermissionError as error:
        raise _unreadable(shown) from error
    except (OSError, ValueError) as error:  # too long, a loop of links, a NUL character
        reason = error.strerror if isinstance(error, OSError) else error
        raise UserError(f"Cannot load {shown!r}: {reason}.", "Check the path.") from error
    if stat.S_ISDIR(status.st_mode):
        raise UserError(f"Cannot load {shown}: it is a folder.", "Choose one picture inside it.")
    if not stat.S_ISREG(status.st_mode):
        raise UserError(f"Cannot load {shown}: it is not an ordinary file.", _CHOOSE)
    if status.st_size == 0:
        raise UserError(
            f"Cannot load {shown}: the file is empty (0 bytes).", "Copy or download it again."
        )


def _unreadable(shown: str) -> UserError:
    return UserError(
        f"Cannot read {shown}: permission denied.", "Change the file's permissions or copy it."
    )


def _decode(file: BinaryIO, shown: str, enough_side: int) -> RGBArray:
    """Decode an open image file; see `load_image`."""
    with _pillow_quiet():
        try:
            image = Image.open(file, formats=_formats())
        except UnidentifiedImageError as error:
            raise UserError(f"Cannot load {shown}: {_what_instead(file)}.", _CHOOSE) from error
        except Image.DecompressionBombError as error:
            # Raised for twice Pillow's own limit, before the size can be asked for.
            found = re.search(r"\((\d+) pixels\)", str(error))
            pixels = f"{int(found[1]):,}" if found else "far too many"
            raise _too_large(shown, pixels) from error
        except _BROKEN as error:
            raise _broken(shown, error) from error
        with image:
            if image.width * image.height > MAX_PIXELS:
                size = f"{image.width:,} x {image.height:,} = {image.width * image.height:,}"
                raise _too_large(shown, size)
            try:
                if enough_side:
                    image.draft(None, (enough_side, enough_side))
                image.load()
                return _to_rgb(image)
            except MemoryError as error:
                raise UserError(
                    f"Cannot load {shown}: not enough memory for its "
                    f"{image.width:,} x {image.height:,} pixels.",
                    "Make the picture smaller.",
                ) from error
            except _BROKEN as error:
                raise _broken(shown, error) from error


def _too_large(shown: str, pixels: str) -> UserError:
    return UserError(
        f"Cannot load {shown}: it has {pixels} pixels; the limit is {MAX_PIXELS:,}.",
        "Make the picture smaller.",
    )


def _broken(shown: str, error: BaseException) -> UserError:
    reason = str(error).strip().rstrip(".") or type(error).__name__
    if "truncated" in reason.lower() or isinstance(error, EOFError):
        return UserError(
            f"Cannot load {shown}: the file is truncated, a part of the picture is missing.",
            "Copy or download it again.",
        )
    return UserError(f"Cannot load {shown}: the file is damaged ({reason}).", "Try another copy.")


def _what_instead(file: BinaryIO) -> str:
    """What a file is that no decoder accepts, as the end of a sentence."""
    file.seek(0)
    head = file.read(512)
    if head[4:8] == b"ftyp":
        return "HEIC pictures and videos are not supported"
    if b"<svg" in head:
        return "SVG drawings are not supported"
    try:
        # A multi-byte character may be cut at the end of what was read.
        text = head.decode("utf-8").strip() if len(head) < 512 else head[:-4].decode("utf-8")
    except UnicodeDecodeError:
        return "the file is not a picture of a known format"
    if all(c.isprintable() or c.isspace() for c in text):
        return "the file holds text, not a picture"
    return "the file is not a picture of a known format"


@contextmanager
def _pillow_quiet() -> Iterator[None]:
    """Keep Pillow's warnings about odd files from the terminal; we judge the files ourselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@cache
def _formats() -> tuple[str, ...]:
    """The formats of `_FORMATS` that this build of Pillow reads."""
    Image.init()
    return tuple(f for f in _FORMATS if f in Image.OPEN)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 to 8; 1 if there is none or the EXIF data cannot be read."""
    try:
        value = image.getexif().get(0x0112, 1)
    except _BROKEN:
        return 1
    return value if isinstance(value, int) else 1


def _to_rgb(image: Image.Image) -> RGBArray:
    """A decoded picture of any mode as an upright (H, W, 3) uint8 array."""
    turn = _ORIENTATION.get(_orientation(image))
    if image.mode.startswith(("I", "F")):
        grey = Image.fromarray(_to_8_bit(np.asarray(image)))
        rgb = grey.convert("RGB")
    elif image.has_transparency_data:
        if image.mode == "La":  # premultiplied grey converts to nothing but LA
            image = image.convert("LA")
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        rgb = Image.alpha_composite(white, rgba).convert("RGB")
    else:
        rgb = image.convert("RGB")
    if turn is not None:
        rgb = rgb.transpose(turn)
    return np.array(rgb, dtype=np.uint8)


def _to_8_bit(values: NDArray[np.generic]) -> RGBArray:
    """Scale (H, W) integers or floats to 0..255 instead of clipping them.

    Integers up to 65,535 count as 16-bit, floats in 0..1 as shares of white; anything else is
    stretched from its smallest to its largest value. NaN and infinities become black.
    """
    floats = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(floats.min()), float(floats.max())
    is_float = np.issubdtype(values.dtype, np.floating)
    full = 1.0 if is_float else 65535.0
    if low < 0.0 or high > full:
        floats, full = floats - low, high - low
    return np.rint(floats * (255.0 / full)).astype(np.uint8)
