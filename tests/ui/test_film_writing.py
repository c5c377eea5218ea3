"""Pictures into films' files, read back by other means than they were written with."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from resnet_viz.errors import UserError
from resnet_viz.ui.figures import film_writing
from resnet_viz.ui.figures.film import LONGEST_S, FilmSettings
from resnet_viz.ui.figures.film_writing import FfmpegWriter, film_writer, formats

SMALL = FilmSettings(width=64, height=64, fps=10, seconds=1.0, hold_s=2.0)


def frame(step: int) -> np.ndarray:
    """White, with a bar that grows and turns from green to red."""
    made = np.full((64, 64, 3), 255, np.uint8)
    made[20:40, : 6 * step + 6] = (25 * step, 150, 0)
    return made


def write(path: Path, n: int = 10) -> None:
    writer = film_writer(path, SMALL, frame(n - 1))
    for step in range(n):
        writer.add(frame(step))
    writer.finish()


def durations(image: Image.Image) -> list[int]:
    """Of every picture, milliseconds."""
    found = []
    for index in range(image.n_frames):  # type: ignore[attr-defined]
        image.seek(index)
        image.load()
        found.append(int(image.info["duration"]))
    return found


def test_a_gif_plays_as_long_as_was_asked_for_and_again(tmp_path: Path) -> None:
    write(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as image:
        assert image.size == (64, 64)
        assert durations(image) == [100] * 9 + [2100]
        assert image.info["loop"] == 0


def test_colours_of_a_gif_do_not_flicker(tmp_path: Path) -> None:
    write(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as image:
        seen = set()
        for index in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(index)
            seen.add(image.convert("RGB").getpixel((60, 60)))
            assert image.convert("RGB").getpixel((0, 30)) != (255, 255, 255)
    assert len(seen) == 1


@pytest.mark.skipif(not features.check("webp"), reason="this pillow writes no WebP")
def test_a_webp_holds_every_pixel(tmp_path: Path) -> None:
    write(tmp_path / "film.webp")
    with Image.open(tmp_path / "film.webp") as image:
        assert image.n_frames == 10
        for index in (0, 4, 9):
            image.seek(index)
            np.testing.assert_array_equal(np.asarray(image.convert("RGB")), frame(index))
        assert sum(durations(image)) == 3000


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        write(tmp_path / "none" / "film.gif")
    (tmp_path / "film.gif").write_bytes(b"old")
    writer = film_writer(tmp_path / "film.gif", SMALL, frame(1))
    writer.add(frame(0))
    writer.abort()
    assert (tmp_path / "film.gif").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["film.gif"]


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 63}, {"width": 65}, {"height": 5000}, {"fps": 0}, {"fps": 200},
        {"seconds": 0.2}, {"seconds": LONGEST_S + 1}, {"seconds": float("nan")}, {"hold_s": -1.0},
    ],
)  # fmt: skip
def test_what_no_player_takes_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UserError):
        FilmSettings(**wrong)  # type: ignore[arg-type]


def test_what_memory_cannot_hold_is_refused_before_it_is_painted(tmp_path: Path) -> None:
    large = FilmSettings(1920, 1080, fps=30, seconds=60.0)
    with pytest.raises(UserError, match="too many"):
        film_writer(tmp_path / "film.gif", large, np.zeros((1080, 1920, 3), np.uint8))
    FilmSettings().require_room()  # the usual one fits


def test_unknown_formats_are_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"\.avi") as error:
        film_writer(tmp_path / "film.avi", SMALL, frame(0))
    assert ".gif" in error.value.hint


def test_mp4_is_offered_where_there_is_a_program_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film_writing, "ffmpeg", lambda: None)
    assert ".mp4" not in formats()
    with pytest.raises(UserError, match="no ffmpeg"):
        film_writer(tmp_path / "film.mp4", SMALL, frame(0))
    monkeypatch.setattr(film_writing, "ffmpeg", lambda: "/usr/bin/ffmpeg")
    assert ".mp4" in formats()


# --- ffmpeg ------------------------------------------------------------------------------------


def stand_in(folder: Path, body: str) -> str:
    """A program that gets ffmpeg's arguments and pictures."""
    path = folder / "ffmpeg"
    path.write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


KEEP = "data = sys.stdin.buffer.read(); open(sys.argv[-1], 'wb').write(data)"


def test_ffmpeg_gets_every_picture_and_the_last_one_for_as_long_as_it_stays(
    tmp_path: Path,
) -> None:
    program = stand_in(tmp_path, KEEP)
    writer = FfmpegWriter(program, tmp_path / "film.mp4", SMALL)
    for step in range(3):
        writer.add(frame(step))
    writer.finish()
    got = np.fromfile(tmp_path / "film.mp4", np.uint8).reshape(-1, 64, 64, 3)
    expected = [frame(0), frame(1), frame(2), *[frame(2)] * 20]
    np.testing.assert_array_equal(got, expected)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ffmpeg", "film.mp4"]


def test_ffmpeg_is_told_size_and_speed(tmp_path: Path) -> None:
    body = "open(sys.argv[-1], 'w').write(' '.join(sys.argv)); sys.stdin.buffer.read()"
    writer = FfmpegWriter(stand_in(tmp_path, body), tmp_path / "film.mp4", SMALL)
    writer.finish()
    words = (tmp_path / "film.mp4").read_text()
    for part in ("-s 64x64", "-r 10", "-pix_fmt rgb24", "yuv420p"):
        assert part in words


def test_what_ffmpeg_complains_of_is_told(tmp_path: Path) -> None:
    program = stand_in(tmp_path, "sys.stderr.write('first\\nUnknown encoder\\n'); sys.exit(1)")
    writer = FfmpegWriter(program, tmp_path / "film.mp4", SMALL)
    for step in range(10):
        writer.add(frame(step))
    with pytest.raises(UserError, match="could not write") as error:
        writer.finish()
    assert error.value.hint == "Unknown encoder"
    assert not (tmp_path / "film.mp4").exists()


def test_given_up_ffmpeg_leaves_nothing(tmp_path: Path) -> None:
    body = "open(sys.argv[-1], 'w').write('part'); sys.stdin.buffer.read()"
    writer = FfmpegWriter(stand_in(tmp_path, body), tmp_path / "film.mp4", SMALL)
    writer.add(frame(0))
    writer.abort()
    assert [p.name for p in tmp_path.iterdir()] == ["ffmpeg"]


def test_an_ffmpeg_that_does_not_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not start"):
        FfmpegWriter(str(tmp_path / "none"), tmp_path / "film.mp4", SMALL)


@pytest.mark.skipif(film_writing.ffmpeg() is None, reason="there is no ffmpeg here")
def test_the_real_ffmpeg_writes_a_film(tmp_path: Path) -> None:
    write(tmp_path / "film.mp4")
    content = (tmp_path / "film.mp4").read_bytes()
    assert content[4:8] == b"ftyp"
    assert len(content) > 1000
