"""Pictures: files and bytes to RGB arrays, and RGB arrays to what a network sees.

Needs numpy and Pillow only, so that the window can use it before torch is imported.
"""

from __future__ import annotations

import importlib.util
import io
import os
import re
import stat
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


def load_image(source: str | os.PathLike[str] | bytes, name: str = "") -> RGBArray:
    """Read a picture as people see it: first frame, turned upright, transparency on white.

    Args:
        source: path, `file:` URL, or the bytes of an image file.
        name: how errors call the picture; the file's name by default.

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
        return _decode(io.BytesIO(source), shown)
    path = _local_path(os.fspath(source))
    shown = name or str(path)
    _check_regular_file(path, shown)
    try:
        with path.open("rb") as file:
            return _decode(file, shown)
    except PermissionError as error:
        raise _unreadable(shown) from error
    except OSError as error:
        raise UserError(f"Cannot read {shown}: {error.strerror or error}.") from error


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


def _decode(file: BinaryIO, shown: str) -> RGBArray:
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


# --- what the network sees -----------------------------------------------------------------


@dataclass(frozen=True)
class Preprocess:
    """How a picture becomes a network's input: torchvision's Resize, CenterCrop, Normalize.

    Attributes:
        resize: length of the shorter side after resizing, pixels.
        crop: side of the central square that is kept, pixels; at most `resize`.
        mean: subtracted per channel (RGB), in units of white = 1.
        std: divided by per channel.
    """

    resize: int
    crop: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def __post_init__(self) -> None:
        if not 1 <= self.crop <= self.resize:
            raise ValueError(f"need 1 <= crop <= resize, got {self.crop} and {self.resize}")
        if len(self.mean) != 3 or len(self.std) != 3 or min(self.std) <= 0:
            raise ValueError(f"need 3 means and 3 positive deviations: {self.mean}, {self.std}")


CIFAR10 = Preprocess(32, 32, (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616))
IMAGENET = Preprocess(256, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))

# Above this many pixels the resized picture is never made as a whole: a 1 x 5000 strip would
# grow to 256 x 1,280,000 only to be cropped.
_MAX_RESIZED_PIXELS = 32_000_000


def _resized(width: int, height: int, pre: Preprocess) -> tuple[int, int]:
    """(width, height) after resizing; the longer side is rounded down, as in torchvision."""
    if width <= height:
        return pre.resize, int(pre.resize * height / width)
    return int(pre.resize * width / height), pre.resize


def _crop_corner(resized: tuple[int, int], pre: Preprocess) -> tuple[int, int]:
    """(left, top) of the central crop; halves round to even, as in torchvision."""
    return round((resized[0] - pre.crop) / 2), round((resized[1] - pre.crop) / 2)


def crop_box(width: int, height: int, pre: Preprocess) -> tuple[float, float, float, float]:
    """The part of a picture that the network sees.

    Args:
        width: of the picture, pixels.
        height: of the picture, pixels.
        pre: the network's preprocessing.

    Returns:
        (left, top, right, bottom) in pixels of the picture.
    """
    resized = _resized(width, height, pre)
    left, top = _crop_corner(resized, pre)
    x, y = width / resized[0], height / resized[1]
    return left * x, top * y, (left + pre.crop) * x, (top + pre.crop) * y


def network_view(rgb: RGBArray, pre: Preprocess) -> RGBArray:
    """The picture as the network sees it, before normalisation.

    Equal to torchvision's `Resize(pre.resize)` and `CenterCrop(pre.crop)` on a PIL image
    (bilinear with antialiasing). Only strips so thin that the resized picture would exceed
    32 million pixels take a shorter way, which may differ by one grey level.

    Args:
        rgb: (H, W, 3) uint8.
        pre: the network's preprocessing.

    Returns:
        (pre.crop, pre.crop, 3) uint8.
    """
    height, width = rgb.shape[:2]
    image = Image.fromarray(np.ascontiguousarray(rgb))
    resized = _resized(width, height, pre)
    if resized[0] * resized[1] > _MAX_RESIZED_PIXELS:
        box = crop_box(width, height, pre)
        image = image.resize((pre.crop, pre.crop), Image.Resampling.BILINEAR, box=box)
        return np.array(image, dtype=np.uint8)
    if resized != image.size:
        image = image.resize(resized, Image.Resampling.BILINEAR)
    left, top = _crop_corner(resized, pre)
    return np.array(image.crop((left, top, left + pre.crop, top + pre.crop)), dtype=np.uint8)


def normalise(views: RGBArray, pre: Preprocess) -> NDArray[np.float32]:
    """Network input from what `network_view` returns.

    Args:
        views: (N, H, W, 3) or (H, W, 3) uint8.
        pre: the network's preprocessing.

    Returns:
        (N, 3, H, W) float32, C-contiguous; N is 1 for a single view.
    """
    batch = views[None] if views.ndim == 3 else views
    shares = batch.astype(np.float32) / np.float32(255)
    scaled = (shares - np.asarray(pre.mean, np.float32)) / np.asarray(pre.std, np.float32)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


# --- sample pictures -----------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """A picture to start with: `key` for settings, `title` for people, `path` to load."""

    key: str
    title: str
    path: Path


# Photographs in the public domain that scikit-image's wheel carries (skimage/data/README.txt).
_PHOTOGRAPHS = (
    ("cat", "Cat", "chelsea.png"),
    ("motorcycle", "Motorcycles", "motorcycle_left.png"),
    ("rocket", "Rocket", "rocket.jpg"),
    ("coffee", "Cup of coffee", "coffee.png"),
    ("astronaut", "Astronaut", "astronaut.png"),
    ("photographer", "Photographer", "camera.png"),
)


def sample_images() -> tuple[Sample, ...]:
    """The sample pictures of this installation; empty if scikit-image is not installed."""
    # Finding the package is instant; importing it would take a second.
    package = importlib.util.find_spec("skimage")
    folders = list(package.submodule_search_locations or ()) if package is not None else []
    return tuple(
        Sample(key, title, path)
        for key, title, file in _PHOTOGRAPHS
        if (path := next((p for f in folders if (p := Path(f, "data", file)).is_file()), None))
    )
