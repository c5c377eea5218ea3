"""Every kind of picture is read as people see it; every kind of fault has its own sentence."""

import contextlib
import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from resnet_viz.errors import UserError
from resnet_viz.images import Preprocess, network_view
from resnet_viz.picture_files import MAX_PIXELS, load_image

RNG = np.random.default_rng(0)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(height=5, width=7, channels=3) -> np.ndarray:
    return RNG.integers(0, 256, (height, width, channels), dtype=np.uint8)


def message(source, **options) -> str:
    with pytest.raises(UserError) as caught:
        load_image(source, **options)
    assert caught.value.hint or "Cannot read" in caught.value.message
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- sound pictures ------------------------------------------------------------------------


def test_pixels_of_a_plain_picture_are_kept(tmp_path):
    pixels = noise()
    path = tmp_path / "ünï code.png"
    path.write_bytes(encoded(Image.fromarray(pixels), "PNG"))
    for source in (path, str(path), path.as_uri(), path.read_bytes()):
        loaded = load_image(source)
        assert loaded.dtype == np.uint8
        assert loaded.flags.c_contiguous
        assert loaded.flags.writeable
        np.testing.assert_array_equal(loaded, pixels)


def test_content_counts_and_not_the_ending(tmp_path):
    path = tmp_path / "photo.txt"
    path.write_bytes(encoded(Image.fromarray(noise()), "PNG"))
    assert load_image(path).shape == (5, 7, 3)


def test_16_bit_grey_is_scaled_and_not_clipped():
    values = np.array([[0, 257, 32896, 65535]], dtype=np.uint16)
    loaded = load_image(encoded(Image.fromarray(values), "PNG"))
    np.testing.assert_array_equal(loaded[0, :, 0], [0, 1, 128, 255])
    np.testing.assert_array_equal(loaded[..., 0], loaded[..., 2])


def test_16_bit_colour_keeps_its_high_byte():
    # Pillow cannot write 16-bit RGB, so the file is put together by hand.
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    rows = b"\0" + struct.pack(">6H", 0xFFFF, 0x8000, 0, 0x1234, 0x00FF, 0xABCD)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0))
    data += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    np.testing.assert_array_equal(load_image(data), [[[255, 128, 0], [0x12, 0, 0xAB]]])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 0.5, 1.0], [0, 128, 255]),
        ([-1.0, 0.0, 1.0], [0, 128, 255]),
        ([0.0, np.nan, 1.0], [0, 0, 255]),
        ([0.0, 500.0, 1000.0], [0, 128, 255]),
    ],
)
def test_floating_point_pictures_are_scaled(values, expected):
    tiff = encoded(Image.fromarray(np.array([values], np.float32)), "TIFF")
    np.testing.assert_array_equal(load_image(tiff)[0, :, 0], expected)


def test_transparency_is_laid_on_white():
    pixels = np.array([[[10, 20, 30, 0], [10, 20, 30, 255], [0, 0, 0, 128]]], np.uint8)
    loaded = load_image(encoded(Image.fromarray(pixels), "PNG"))
    np.testing.assert_array_equal(loaded[0], [[255, 255, 255], [10, 20, 30], [127, 127, 127]])


def test_grey_with_alpha_is_laid_on_white():
    pixels = np.array([[[10, 0], [10, 255]]], np.uint8)
    loaded = load_image(encoded(Image.fromarray(pixels, "LA"), "PNG"))
    np.testing.assert_array_equal(loaded[0, :, 0], [255, 10])


def test_palette_with_a_transparent_colour_is_laid_on_white():
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    loaded = load_image(encoded(image, "PNG", transparency=b"\0\xff"))
    np.testing.assert_array_equal(loaded[0], [[255, 255, 255], [0, 0, 255]])


def test_palette_grey_and_one_bit_pictures_become_rgb():
    palette = Image.new("P", (1, 1))
    palette.putpalette([1, 2, 3])
    assert load_image(encoded(palette, "PNG")).tolist() == [[[1, 2, 3]]]
    assert load_image(encoded(Image.new("L", (1, 1), 9), "PNG")).tolist() == [[[9, 9, 9]]]
    assert load_image(encoded(Image.new("1", (1, 1), 1), "PNG")).tolist() == [[[255] * 3]]


def test_cmyk_is_converted():
    loaded = load_image(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert loaded[0, 0, 0] > 200
    assert loaded[0, 0, 1:].max() < 60


def test_first_frame_of_an_animation_is_used():
    first, second = Image.new("RGB", (4, 4), "red"), Image.new("RGB", (4, 4), "blue")
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        options = {"lossless": True} if kind == "WEBP" else {}
        data = encoded(first, kind, save_all=True, append_images=[second], **options)
        np.testing.assert_array_equal(load_image(data)[0, 0], [255, 0, 0], err_msg=kind)


# What a viewer does for each value of the orientation tag, in numpy's words (EXIF 2.32, 4.6.4 A).
TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", TURNS)
def test_exif_orientation_is_undone(orientation):
    pixels = noise()
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(pixels), "PNG", exif=exif)
    np.testing.assert_array_equal(load_image(data), TURNS[orientation](pixels))


def test_damaged_exif_does_not_hide_the_picture():
    data = encoded(Image.fromarray(noise()), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert load_image(data).shape == (5, 7, 3)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1)])
def test_thin_and_tiny_pictures_load(size):
    assert load_image(encoded(Image.new("RGB", size), "PNG")).shape == (size[1], size[0], 3)


# --- faults --------------------------------------------------------------------------------


def test_missing_file_folder_and_empty_file(tmp_path):
    assert "no such file" in message(tmp_path / "none.png")
    assert "none.png" in message(tmp_path / "none.png")
    assert "folder" in message(tmp_path)
    (tmp_path / "empty.png").touch()
    assert "empty.png: the file is empty" in message(tmp_path / "empty.png")
    assert "no such file" in message(tmp_path / "empty.png" / "inside.png")
    assert "is empty" in message(b"", name="the clipboard's picture")


def test_text_named_png(tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("Meine Notizen über Netze\n" * 100)
    assert "notes.png: the file holds text" in message(path)


def test_foreign_files_are_named():
    assert "known format" in message(bytes(range(256)))
    assert "HEIC" in message(b"\0\0\0\x18ftypheic" + bytes(64))
    assert "SVG" in message(b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')


def test_outside_programs_are_never_started():
    # Pillow would hand PostScript to Ghostscript.
    assert "text" in message(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_truncated_file(tmp_path, kind):
    data = encoded(Image.fromarray(noise(64, 64)), kind)
    path = tmp_path / f"half.{kind.lower()}"
    path.write_bytes(data[: len(data) // 2])
    text = message(path)
    assert "half." in text
    assert "truncated" in text or "damaged" in text
    if kind in ("PNG", "JPEG", "BMP"):
        assert "truncated" in text


def test_any_damage_ends_in_a_user_error():
    rng = np.random.default_rng(1)
    pictures = [encoded(Image.fromarray(noise(16, 16)), k) for k in ("PNG", "JPEG", "GIF", "TIFF")]
    for data in pictures:
        for _ in range(60):
            damaged = bytearray(data)
            for place in rng.integers(8, len(data), 4):
                damaged[place] = rng.integers(256)
            # Some damage only changes colours; what may not happen is any other exception.
            with contextlib.suppress(UserError):
                assert load_image(bytes(damaged)).shape[2] == 3


@pytest.mark.parametrize("url", ["http://host/cat.png", "https://host/a?b=c", "ftp://host/x"])
def test_web_addresses_are_told_to_be_downloaded(url):
    assert "Download" in message(url)


def png_header(width: int, height: int) -> bytes:
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr))
    return data + struct.pack(">I", 4) + b"IDAT" + bytes(8)


def test_decompression_bomb_is_refused_by_its_header():
    text = message(png_header(30_000, 30_000), name="bomb.png")
    assert "bomb.png" in text
    assert "900,000,000" in text
    assert f"{MAX_PIXELS:,}" in text


def test_picture_just_above_the_limit_is_refused_with_its_size():
    text = message(png_header(10_001, 10_000), name="wide.png")
    assert "10,001 x 10,000 = 100,010,000" in text
    assert f"{MAX_PIXELS:,}" in text


def test_unreadable_file(tmp_path, monkeypatch):
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(Image.fromarray(noise()), "PNG"))
    if os.geteuid() == 0:
        # Root reads everything, so the refusal is played.
        def refuse(*args, **kwargs):
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "open", refuse)
    else:
        path.chmod(0)
    assert "secret.png: permission denied" in message(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a POSIX thing")
def test_named_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert "not an ordinary file" in message(tmp_path / "pipe.png")


def test_impossible_paths():
    assert "Cannot load" in message("a\0b.png")
    assert "Cannot load" in message("x" * 5000)


def test_large_jpegs_may_be_decoded_small(tmp_path: Path) -> None:
    """Not smaller than asked for, upright, and then reduced to nearly the same picture."""
    x, y = np.meshgrid(np.linspace(0, 6, 640), np.linspace(0, 4, 480))
    waves = np.stack([np.sin(x), np.cos(y), np.sin(x + y)], axis=-1)
    photo = Image.fromarray((128 + 100 * waves).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned to the right
    photo.save(tmp_path / "photo.jpg", quality=95, exif=exif)
    full = load_image(tmp_path / "photo.jpg")
    assert full.shape == (640, 480, 3)
    pre = Preprocess(56, 56, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    for enough, shape in ((112, (160, 120, 3)), (120, (160, 120, 3)), (121, (320, 240, 3))):
        small = load_image(tmp_path / "photo.jpg", enough_side=enough)
        assert small.shape == shape
        apart = network_view(small, pre).astype(int) - network_view(full, pre)
        assert np.abs(apart).max() <= 3
    photo.save(tmp_path / "photo.png")
    assert load_image(tmp_path / "photo.png", enough_side=10).shape == (480, 640, 3)
