"""Folders of class folders: what counts as a class, as a picture, and what is said of the rest."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from resnet_viz.data.class_folders import Listing, list_pictures
from resnet_viz.data.held_out import plan
from resnet_viz.data.watch import Watch
from resnet_viz.errors import OperationCancelled, UserError


def photos(root: Path, **classes: int) -> Path:
    """`name=count` small pictures per class."""
    for name, count in classes.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        for index in range(count):
            Image.new("RGB", (4, 4), (index, 0, 0)).save(root / name / f"{index:03d}.png")
    return root


def listed(folder: Path) -> Listing:
    return list_pictures(folder, Watch())


def names(listing: Listing) -> list[str]:
    return [picture.path for picture in listing.train]


def test_class_folders_alone(tmp_path: Path) -> None:
    found = listed(photos(tmp_path, dogs=2, cats=1))
    assert found.classes == ("cats", "dogs")
    assert names(found) == ["cats/000.png", "dogs/000.png", "dogs/001.png"]
    assert [picture.label for picture in found.train] == [0, 1, 1]
    assert found.train[0].size == (tmp_path / "cats" / "000.png").stat().st_size
    assert found.held_out is None
    assert (found.unusable, found.notes) == ((), ())


@pytest.mark.parametrize("part", ["test", "val", "valid", "Validation"])
def test_parts_of_the_folders_own(tmp_path: Path, part: str) -> None:
    photos(tmp_path / "train", dogs=2, cats=1)
    photos(tmp_path / part, dogs=1, cats=1)
    found = listed(tmp_path)
    assert found.classes == ("cats", "dogs")
    assert names(found) == ["train/cats/000.png", "train/dogs/000.png", "train/dogs/001.png"]
    assert found.held_out is not None
    assert [p.path for p in found.held_out] == [f"{part}/cats/000.png", f"{part}/dogs/000.png"]
    assert found.part == part


def test_train_without_a_part_to_measure_on_is_parted(tmp_path: Path) -> None:
    photos(tmp_path / "train", dogs=2, cats=1)
    assert listed(tmp_path).held_out is None
    assert names(listed(tmp_path))[0] == "train/cats/000.png"


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    assert listed(photos(tmp_path, train=1, car=1, test=1)).classes == ("car", "test", "train")


def test_no_picture_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos(tmp_path, cats=2, dogs=2)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    assert len(listed(tmp_path).train) == 4


def test_what_is_ignored_and_what_is_told(tmp_path: Path) -> None:
    photos(tmp_path, cats=1, dogs=1, empty=0, blank=0)
    photos(tmp_path, **{".hidden": 3, "__MACOSX": 3})
    (tmp_path / "cats" / "._000.png").write_bytes(b"of a Mac")
    (tmp_path / "cats" / "notes.txt").write_text("not a picture")
    (tmp_path / "cats" / "zero.jpg").touch()
    (tmp_path / "cats" / "phone.HEIC").write_bytes(b"x")
    (tmp_path / "dogs" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    Image.new("L", (4, 4)).save(tmp_path / "loose.png")
    found = listed(tmp_path)
    assert found.classes == ("cats", "dogs")
    assert names(found) == ["cats/000.png", "dogs/000.png"]
    assert dict(found.unusable) == {
        "cats/zero.jpg": "the file is empty (0 bytes)",
        "cats/phone.HEIC": "pictures of the kind .heic are not supported",
        "dogs/gone.png": "the file that it links to is gone",
    }
    assert found.notes == (
        "`blank`, `empty` hold no picture and are left out.",
        "Left out, since in no class folder: 1 picture.",
    )


def test_nested_folders_and_links_belong_to_their_class(tmp_path: Path) -> None:
    elsewhere = photos(tmp_path / "elsewhere", more=2)
    root = photos(tmp_path / "root", cats=1, dogs=1)
    photos(root / "cats" / "2024", may=1)
    (root / "cats" / "linked").symlink_to(elsewhere / "more")
    (root / "dogs" / "one.png").symlink_to(elsewhere / "more" / "000.png")
    (root / "dogs" / "round").symlink_to(root / "dogs")  # a circle
    found = listed(root)
    assert names(found) == [
        "cats/000.png",
        "cats/2024/may/000.png",
        "cats/linked/000.png",
        "cats/linked/001.png",
        "dogs/000.png",
        "dogs/one.png",
    ]


def test_a_pipe_is_no_picture(tmp_path: Path) -> None:
    photos(tmp_path, cats=1, dogs=1)
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes on this system")
    os.mkfifo(tmp_path / "cats" / "pipe.png")
    assert listed(tmp_path).unusable == (("cats/pipe.png", "it is not an ordinary file"),)


@pytest.mark.parametrize(
    ("classes", "message", "hint"),
    [
        ({}, "holds no class folders", "one folder for each class"),
        ({"cats": 0, "dogs": 0}, "no picture in the class folders", "one folder for each class"),
        ({"cats": 3}, "of one class only, 'cats'", "one folder for each class"),
        ({"cats": 3, "dogs": 0}, "of one class only, 'cats'", "no picture in `dogs`"),
        ({"all/cats": 3, "all/dogs": 1}, "only, 'all'", "If `cats`, `dogs` are the classes"),
    ],
)
def test_folders_that_cannot_be_learned_from(
    tmp_path: Path, classes: dict[str, int], message: str, hint: str
) -> None:
    photos(tmp_path, **classes)
    with pytest.raises(UserError, match=message) as caught:
        listed(tmp_path)
    assert hint in caught.value.hint


def test_parts_that_do_not_fit_each_other(tmp_path: Path) -> None:
    photos(tmp_path / "train", dogs=2, cats=1, empty=0)
    photos(tmp_path / "val", dogs=1, cats=1, empty=0)
    assert listed(tmp_path).classes == ("cats", "dogs")
    (tmp_path / "val" / "cats" / "000.png").unlink()
    with pytest.raises(UserError, match=r"no picture in '.*val.cats'"):
        listed(tmp_path)
    shutil.rmtree(tmp_path / "val" / "cats")
    with pytest.raises(UserError, match="'cats' is in only one of"):
        listed(tmp_path)
    shutil.rmtree(tmp_path / "train")
    with pytest.raises(UserError, match="holds val but not train"):
        listed(tmp_path)
    with pytest.raises(UserError, match="no data folder"):
        listed(tmp_path / "nowhere")


def test_looking_through_a_folder_can_be_cancelled(tmp_path: Path) -> None:
    with pytest.raises(OperationCancelled):
        list_pictures(photos(tmp_path, cats=2, dogs=2), Watch(cancelled=lambda: True))


# --- the held-out part -----------------------------------------------------------------------


def parts(folder: Path, share: float = 0.25, few: int = 0, seed: int = 0) -> tuple[set[str], ...]:
    made = plan(listed(folder), share=share, train_images=few, seed=seed)
    return {p.path for p in made.train}, {p.path for p in made.held_out}


def test_every_class_holds_out_its_share(tmp_path: Path) -> None:
    root = photos(tmp_path, a=40, b=10, c=2, d=1)
    train, held = parts(root)
    assert not train & held
    assert train | held == set(names(listed(root)))
    counts = {c: sum(path.startswith(f"{c}/") for path in held) for c in "abcd"}
    assert counts == {"a": 10, "b": 2, "c": 1, "d": 0}
    notes = plan(listed(root), share=0.25, train_images=0, seed=0).notes
    assert notes == (
        "Held out: 25 % of each class, 13 of 53 pictures, drawn by seed 0.",
        "The only picture of `d` is learned from.",
    )


def test_the_split_depends_on_seed_and_names_alone(tmp_path: Path) -> None:
    root = photos(tmp_path / "one", a=40, b=10)
    other = photos(tmp_path / "other", b=10, a=40)
    assert parts(root) == parts(other)
    assert parts(root, seed=1) != parts(root)
    _, held = parts(root)
    photos(root, c=4)  # another class moves none of the others
    assert held <= parts(root)[1]


def test_a_single_picture_per_class_cannot_be_parted(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="more than one picture"):
        parts(photos(tmp_path, a=1, b=1))


def test_few_pictures_are_drawn_evenly_from_those_to_learn_from(tmp_path: Path) -> None:
    root = photos(tmp_path, a=40, b=10, c=2)
    train, held = parts(root, few=10)
    all_train, all_held = parts(root)
    assert held == all_held
    assert train < all_train
    assert [sum(path.startswith(f"{c}/") for path in train) for c in "abc"] == [4, 3, 1]
    assert parts(root, few=1000)[0] == all_train
    with pytest.raises(UserError, match="less than one picture for each of 3"):
        parts(root, few=2)
