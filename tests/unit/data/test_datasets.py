"""Every data source as arrays: what is in them, in which order, and what is told of it."""

from __future__ import annotations

import json
import logging
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resnet_viz.data.cifar_binary import read_binary_version
from resnet_viz.data.dataset import Dataset
from resnet_viz.data.datasets import load, require_same_pictures, sample
from resnet_viz.data.shapes import CLASSES, shapes
from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.models.specs import spec
from resnet_viz.train.command import run
from resnet_viz.train.config import DataConfig, RunConfig, TrainConfig


def config(side: int = 8, seed: int = 0, **data: Any) -> TrainConfig:
    network = spec("resnet20", input_size=side)
    return TrainConfig(network, DataConfig(**data), RunConfig(epochs=1, seed=seed))


def folder(path: Path, **data: Any) -> TrainConfig:
    return config(folder=str(path), **data)


def same(a: Dataset, b: Dataset) -> bool:
    return a.classes == b.classes and all(
        np.array_equal(x.images, y.images) and np.array_equal(x.labels, y.labels)
        for x, y in ((a.train, b.train), (a.test, b.test))
    )


def test_a_folder_of_class_folders(pictures: Path) -> None:
    loaded = load(folder(pictures))
    data = loaded.dataset
    assert data.classes == ("blue", "green", "red")
    assert data.train.images.shape == (36, 8, 8, 3)
    assert data.train.images.dtype == np.uint8
    assert data.train.labels.tolist() == [0] * 12 + [1] * 12 + [2] * 12
    assert data.test.per_class(3) == (4, 4, 4)
    with Image.open(pictures / "train" / "green" / "05.png") as image:
        assert np.array_equal(data.train.images[17], np.asarray(image))
    assert loaded.broken == ()
    assert loaded.note == "Held out: 12 pictures, the folder's own `test`."
    assert loaded.split["train"][17] == "train/green/05.png"
    assert loaded.split["held_out"][0] == "test/blue/00.png"


def test_a_split_by_seed_holds_the_pictures_that_it_names(pictures: Path) -> None:
    """Also from the cache, which another seed has filled."""
    root = pictures / "train"
    load(folder(root, seed=5))
    for seed in (5, 6):
        loaded = load(folder(root, seed=seed, held_out=0.25))
        for part, split in (("train", loaded.dataset.train), ("held_out", loaded.dataset.test)):
            assert len(split) == {"train": 27, "held_out": 9}[part]
            for name, image, label in zip(
                loaded.split[part], split.images, split.labels, strict=True
            ):
                with Image.open(root / name) as expected:
                    assert np.array_equal(image, np.asarray(expected))
                assert loaded.dataset.classes[label] == Path(name).parent.name
    assert json.loads(json.dumps(loaded.split)) == loaded.split


def test_names_that_sort_unlike_their_folders(pictures: Path) -> None:
    """`a b/` comes before `a/` as text, after it as a folder."""
    (pictures / "train" / "blue").rename(pictures / "train" / "red b")
    loaded = load(folder(pictures / "train"))
    assert loaded.dataset.classes == ("green", "red", "red b")
    for name, image in zip(loaded.split["train"], loaded.dataset.train.images, strict=True):
        with Image.open(pictures / "train" / name) as expected:
            assert np.array_equal(image, np.asarray(expected))


def test_synset_folders_get_their_words(pictures: Path) -> None:
    for part in ("train", "test"):
        for old, new in (("blue", "n01440764"), ("red", "n02979186"), ("green", "tench")):
            (pictures / part / old).rename(pictures / part / new)
    data = load(folder(pictures)).dataset
    assert data.classes == ("tench (n01440764)", "cassette player", "tench")


def test_pictures_of_any_size_and_kind_become_rgb_of_the_networks_size(pictures: Path) -> None:
    Image.new("L", (30, 20), 200).save(pictures / "train" / "red" / "00.png")
    Image.new("1", (3, 5), 1).save(pictures / "train" / "red" / "01.png")
    data = load(folder(pictures)).dataset
    assert (data.train.images[24] == 200).all()
    assert (data.train.images[25] == 255).all()


def test_broken_pictures_are_listed_and_left_out(pictures: Path) -> None:
    before = load(folder(pictures)).dataset
    whole = pictures / "train" / "red" / "02.png"
    (pictures / "train" / "blue" / "03.png").write_text("text")
    (pictures / "train" / "green" / "01.png").touch()
    os.truncate(pictures / "train" / "green" / "01.png", 0)
    (pictures / "test" / "red" / "00.png").write_bytes(whole.read_bytes()[:60])
    for _ in ("decoded", "cached"):
        loaded = load(folder(pictures))
        assert dict(loaded.broken).keys() == {
            "train/blue/03.png",
            "train/green/01.png",
            "test/red/00.png",
        }
        assert dict(loaded.broken)["train/blue/03.png"] == "the file holds text, not a picture"
        assert "truncated" in dict(loaded.broken)["test/red/00.png"]
        assert "3 files cannot be read and are left out." in loaded.note
        assert "train/blue/03.png" not in loaded.split["train"]
        kept = np.delete(before.train.images, [3, 13], axis=0)
        assert np.array_equal(loaded.dataset.train.images, kept)
        assert loaded.dataset.train.per_class(3) == (11, 11, 12)
        assert loaded.dataset.test.per_class(3) == (4, 4, 3)


def test_a_class_that_cannot_be_read_at_all_is_named(pictures: Path) -> None:
    for file in (pictures / "train" / "red").iterdir():
        file.write_text("text")
    with pytest.raises(UserError, match="'red' to learn from can be read"):
        load(folder(pictures))
    shutil.rmtree(pictures / "train" / "red")
    shutil.rmtree(pictures / "test" / "red")
    for file in (pictures / "test").rglob("*.png"):
        file.write_text("text")
    with pytest.raises(UserError, match="held out in"):
        load(folder(pictures))


def test_many_threads_leave_the_warning_filters_alone(pictures: Path) -> None:
    """Pillow warns of odd files, and those warnings are silenced by thread."""
    before = list(warnings.filters)
    load(folder(pictures))
    assert warnings.filters == before


# --- cache ------------------------------------------------------------------------------------


def refuse(*_args: object, **_kwargs: object) -> None:
    raise AssertionError("the pictures were read again")


def test_the_cache_is_used_until_the_folder_changes(
    pictures: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(folder(pictures))
    assert len(list(own_cache.glob("*.npz"))) == 1
    with monkeypatch.context() as patch:
        patch.setattr("resnet_viz.data.cache.decode", refuse)
        again = load(folder(pictures))
        assert same(again.dataset, first.dataset)
        assert (again.note, again.split) == (first.note, first.split)
        load(folder(pictures, seed=9))  # the same files
        with pytest.raises(AssertionError, match="read again"):
            load(folder(pictures, side=16))
    changed = pictures / "train" / "red" / "00.png"
    Image.new("RGB", (8, 8), "white").save(changed)
    os.utime(changed, ns=(0, 0))
    assert (load(folder(pictures)).dataset.train.images[24] == 255).all()


def test_a_damaged_cache_costs_time_only(
    pictures: Path, own_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = load(folder(pictures)).dataset
    (stored,) = own_cache.glob("*.npz")
    for content in (b"PK torn", b"", stored.read_bytes()[:5000]):
        stored.write_bytes(content)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert same(load(folder(pictures)).dataset, first)
        assert "unreadable" in caplog.text


def test_a_cache_that_cannot_be_written_costs_time_only(
    pictures: Path, own_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own_cache.parent.mkdir()
    own_cache.write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        assert len(load(folder(pictures)).dataset.train) == 36
    assert "not cached" in caplog.text


def test_the_cache_forgets_what_was_used_longest_ago(
    pictures: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resnet_viz.data.cache._MOST_BYTES", 40_000)  # one holds 10 kB
    for age, side in enumerate((8, 9, 10), 1):
        load(folder(pictures, side=side))
        newest = max(own_cache.glob("*.npz"), key=lambda file: file.stat().st_mtime)
        os.utime(newest, (age, age))
    load(folder(pictures, side=8))  # used again: no longer the oldest
    load(folder(pictures, side=11))
    with monkeypatch.context() as patch:
        patch.setattr("resnet_viz.data.cache.decode", refuse)
        load(folder(pictures, side=8))
        with pytest.raises(AssertionError, match="read again"):
            load(folder(pictures, side=9))


# --- arrays ------------------------------------------------------------------------------------


def binary_version(place: Path) -> np.ndarray:
    place.mkdir()
    records = np.random.default_rng(0).integers(0, 256, (12, 3073), dtype=np.uint8)
    records[:, 0] %= 3
    for n in range(5):
        records[2 * n : 2 * n + 2].tofile(place / f"data_batch_{n + 1}.bin")
    records[10:].tofile(place / "test_batch.bin")
    (place / "batches.meta.txt").write_text("airplane\nautomobile\nbird\n\n")
    return records


def test_cifar10_binary_files(tmp_path: Path) -> None:
    records = binary_version(tmp_path / "bin")
    loaded = load(folder(tmp_path / "bin", side=32))
    data = loaded.dataset
    assert data.classes == ("airplane", "automobile", "bird")
    assert data.train.labels.tolist() == records[:10, 0].tolist()
    assert len(data.test) == 2
    # 1 byte of label, 1024 of red, green and blue each, row by row.
    assert data.train.images[3, 5, 7].tolist() == [
        records[3, 1 + channel * 1024 + 5 * 32 + 7] for channel in range(3)
    ]
    assert loaded.split["train"] == "all"
    smaller = load(folder(tmp_path / "bin", side=16)).dataset
    assert smaller.train.images.shape == (10, 16, 16, 3)


def test_few_pictures_of_arrays_are_told_by_their_place(tmp_path: Path) -> None:
    records = binary_version(tmp_path / "bin")
    loaded = load(folder(tmp_path / "bin", side=32, train_images=5, seed=2))
    places = loaded.split["train"]
    assert places == sorted(places)
    assert records[places, 0].tolist() == loaded.dataset.train.labels.tolist()
    assert max(loaded.dataset.train.per_class(3)) <= 2
    assert len(loaded.dataset.test) == 2
    assert f"{len(places)} of 10 pictures" in loaded.note


def test_damaged_binary_files_are_named(tmp_path: Path) -> None:
    place = tmp_path / "bin"
    binary_version(place)
    (place / "test_batch.bin").write_bytes(b"x" * 100)
    with pytest.raises(UserError, match=r"test_batch\.bin"):
        read_binary_version(place)
    (place / "test_batch.bin").unlink()
    with pytest.raises(UserError, match="incomplete"):
        read_binary_version(place)


@pytest.fixture
def small_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resnet_viz.data.datasets.N_TRAIN", 60)
    monkeypatch.setattr("resnet_viz.data.datasets.N_TEST", 20)


@pytest.mark.usefixtures("small_shapes")
def test_shapes_are_drawn_and_sized() -> None:
    loaded = load(config(side=32, source="shapes"))
    assert same(loaded.dataset, shapes(60, 20))
    assert loaded.split["train"] == {"drawn": 60, "seed": 0}
    assert load(config(side=16, source="shapes")).dataset.test.images.shape == (20, 16, 16, 3)


@pytest.mark.usefixtures("small_shapes")
def test_shapes_are_drawn_once(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(config(side=32, source="shapes"))
    easy = load(config(side=32, source="shapes", clutter=0.0))
    assert not np.array_equal(easy.dataset.train.images, first.dataset.train.images)
    load(config(side=32, source="shapes", train_images=10))
    assert len(list(own_cache.glob("*.npz"))) == 2

    def only_a_few(n_train: int, n_test: int, **more: Any) -> Dataset:
        assert n_train < 60, "all were drawn again"
        return shapes(n_train, n_test, **more)

    monkeypatch.setattr("resnet_viz.data.datasets.shapes", only_a_few)
    again = load(config(side=32, source="shapes"))
    assert same(again.dataset, first.dataset)
    assert again.split == first.split
    with pytest.raises(AssertionError, match="drawn again"):
        load(config(side=32, source="shapes", clutter=0.5))


@pytest.mark.usefixtures("small_shapes")
def test_few_shapes_are_drawn_by_the_runs_seed_and_measured_on_the_same() -> None:
    first, again, other = (
        load(config(side=32, source="shapes", train_images=30, seed=seed)).dataset
        for seed in (1, 1, 2)
    )
    assert same(first, again)
    assert first.train.per_class(len(CLASSES)) == (3,) * 10
    assert not np.array_equal(first.train.images, other.train.images)
    assert np.array_equal(first.test.images, other.test.images)
    with pytest.raises(UserError, match="each of 10 classes"):
        load(config(source="shapes", train_images=9))


# --- all of them -------------------------------------------------------------------------------


def test_a_sample_shows_each_class_alike(pictures: Path) -> None:
    data = load(folder(pictures)).dataset
    images, labels = sample(data, 5, seed=3)
    assert labels.tolist() == [0] * 5 + [1] * 5 + [2] * 5
    for image, label in zip(images, labels, strict=True):
        of_class = data.train.images[data.train.labels == label]
        assert (of_class == image).all(axis=(1, 2, 3)).sum() == 1
    assert len({image.tobytes() for image in images}) == 15
    assert np.array_equal(sample(data, 5, seed=3)[0], images)
    assert not np.array_equal(sample(data, 5, seed=4)[0], images)
    assert len(sample(data, 100)[0]) == 36


@pytest.mark.parametrize("source", ["folder", "shapes"])
@pytest.mark.usefixtures("small_shapes")
def test_what_does_not_fit_into_memory_is_refused_before_it_is_read(
    source: str, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resnet_viz.data.decoding.free_memory", lambda: 10_000)
    monkeypatch.setattr("resnet_viz.data.decoding.load_image", refuse)
    place = str(pictures) if source == "folder" else ""
    with pytest.raises(
        UserError, match=r"pictures of 8 x 8 pixels need 1?[0-9.]+ [KM]iB"
    ) as caught:
        load(config(source=source, folder=place))
    assert "26 pictures would fit" in caught.value.hint  # 10,000 / (2 x 3 x 8 x 8)


def cancel_after(calls: int) -> Callable[[], bool]:
    left = iter(range(calls))
    return lambda: next(left, None) is None


def test_reading_can_be_cancelled(
    pictures: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resnet_viz.data.watch._PAUSE_S", 0.0)
    seen: list[tuple[str, int, int, str]] = []
    with pytest.raises(OperationCancelled):
        load(folder(pictures), lambda *report: seen.append(report), cancel_after(60))
    assert seen[-1][0] == "Reading pictures"
    assert 0 < seen[-1][1] < seen[-1][2] == 48
    assert not own_cache.exists()


def test_progress_is_told_to_the_end(pictures: Path) -> None:
    seen: list[tuple[str, int, int, str]] = []
    load(folder(pictures), lambda *report: seen.append(report))
    assert ("Reading pictures", 48, 48, "pictures") in seen


def test_names_that_are_no_text_can_be_written_down(pictures: Path) -> None:
    odd = os.fsencode(pictures / "train" / "red") + b"/caf\xe9.png"
    try:
        Path(os.fsdecode(odd)).write_bytes((pictures / "train" / "red" / "00.png").read_bytes())
    except OSError:
        pytest.skip("this file system takes text only")
    Path(os.fsdecode(odd[:-5] + b"2.png")).write_text("text")
    for _ in ("decoded", "cached"):
        loaded = load(folder(pictures))
        assert loaded.broken == (("train/red/caf2.png", "the file holds text, not a picture"),)
        assert "train/red/caf\\xe9.png" in loaded.split["train"]
        json.dumps(loaded.split, ensure_ascii=False).encode()


def test_a_run_continues_with_the_pictures_it_was_begun_with(
    pictures: Path, recipe: Callable[..., Path], tmp_path: Path
) -> None:
    path, out = recipe(run="epochs = 1"), tmp_path / "run"
    assert run(path, out, resume=False) == 0
    split = json.loads((out / "split.json").read_text())
    assert split["train"][0] == "train/blue/00.png"
    removed = pictures / "train" / "red" / "04.png"
    content = removed.read_bytes()
    removed.unlink()
    with pytest.raises(UserError, match=r"learned from .* 'train/red/04\.png'"):
        run(path, out, resume=True)
    removed.write_bytes(content)
    assert run(path, out, resume=True) == 0


def test_drawn_pictures_are_told_from_others(tmp_path: Path) -> None:
    recorded = tmp_path / "split.json"
    drawn = {"train": {"drawn": 60, "seed": 0}, "held_out": {"drawn": 20, "seed": 0}}
    require_same_pictures(recorded, drawn)  # nothing was recorded
    recorded.write_text(json.dumps(drawn))
    require_same_pictures(recorded, drawn)
    with pytest.raises(UserError, match="not those that the run began with"):
        require_same_pictures(recorded, {"train": "all", "held_out": "all"})
