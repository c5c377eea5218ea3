"""Files and folders are replaced whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from resnet_viz.errors import UserError
from resnet_viz.files import (
    append_whole,
    recover_folders,
    remove_folder,
    write_atomically,
    write_folder_atomically,
    writing,
)


def full(*args: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    for content in (b"old", b"new"):
        write_atomically(target, lambda file, content=content: file.write(content))
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_cannot_be_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.json"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(target, lambda file: file.write(b"new"))
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_is_replaced_with_all_it_held(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "step-1"
    write_folder_atomically(target, {"a": b"1", "b": b"2"})
    write_folder_atomically(target, {"a": b"3"})
    assert {p.name: p.read_bytes() for p in target.iterdir()} == {"a": b"3"}
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_cannot_be_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "step-1"
    write_folder_atomically(target, {"a": b"1"})
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_folder_atomically(target, {"a": b"2"})
    assert (target / "a").read_bytes() == b"1"
    assert list(tmp_path.iterdir()) == [target]


def test_rests_of_crashes_are_cleared_and_the_only_copy_is_kept(tmp_path: Path) -> None:
    for name in ("one", "one.old", "two.old", "three.part", "four.gone"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "from").write_text(name)
    recover_folders(tmp_path)
    found = {p.name: (p / "from").read_text() for p in tmp_path.iterdir()}
    assert found == {"one": "one", "two": "two.old"}
    recover_folders(tmp_path / "nowhere")


def test_a_folder_that_resists_removal_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "step-1").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        remove_folder(tmp_path / "step-1")
    assert (tmp_path / "step-1").exists()
    remove_folder(tmp_path / "step-1")
    assert list(tmp_path.iterdir()) == []


def test_appending_adds(tmp_path: Path) -> None:
    for content in (b"one\n", b"", b"two\n"):
        append_whole(tmp_path / "log", content)
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "Free some space"), (errno.EROFS, "may write"), (errno.EACCES, "may write")],
)
def test_the_hint_fits_the_failure(code: int, words: str) -> None:
    with pytest.raises(UserError, match="Cannot write 'there'") as caught, writing(Path("there")):
        raise OSError(code, os.strerror(code))
    assert words in caught.value.hint
    assert os.strerror(code) in caught.value.message
