"""Image folders and CIFAR-10's binary files as arrays, and their cache."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from resnet_viz.errors import UserError
from resnet_viz.images import CIFAR10, Preprocess
from resnet_viz.train.cache import load_cached
from resnet_viz.train.data import Dataset, load_dataset

PRE = Preprocess(8, 8, CIFAR10.mean, CIFAR10.std)


def same(a: Dataset, b: Dataset) -> bool:
    return a.classes == b.classes and all(
        np.array_equal(x.images, y.images) and np.array_equal(x.labels, y.labels)
        for x, y in ((a.train, b.train), (a.test, b.test))
    )


def test_a_folder_of_class_folders(pictures: Path) -> None:
    data = load_dataset(pictures, PRE)
    assert data.classes == ("blue", "green", "red")
    assert data.train.images.shape == (36, 8, 8, 3)
    assert data.train.images.dtype == np.uint8
    assert data.train.labels.tolist() == [0] * 12 + [1] * 12 + [2] * 12
    assert len(data.test) == 12
    with Image.open(pictures / "train" / "green" / "05.png") as image:
        assert np.array_equal(data.train.images[17], np.asarray(image))


def test_val_serves_as_test_and_other_files_are_ignored(pictures: Path) -> None:
    expected = load_dataset(pictures, PRE)
    (pictures / "test").rename(pictures / "val")
    (pictures / "train" / "red" / "notes.txt").write_text("not a picture")
    (pictures / "train" / "README").write_text("not a class")
    assert same(load_dataset(pictures, PRE), expected)


def test_pictures_of_other_sizes_are_brought_to_the_networks(pictures: Path) -> None:
    Image.new("L", (30, 20), 200).save(pictures / "train" / "red" / "00.png")
    data = load_dataset(pictures, PRE)
    assert (data.train.images[24] == 200).all()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda d: shutil.rmtree(d), "no data folder"),
        (lambda d: shutil.rmtree(d / "train"), "needs the folders train and test"),
        (lambda d: shutil.rmtree(d / "test"), "needs the folders train and test"),
        (lambda d: shutil.rmtree(d / "test" / "red"), "'red' is in only one"),
        (lambda d: [shutil.rmtree(c) for c in (d / "train").iterdir()], "no class folders"),
        (lambda d: [f.unlink() for f in (d / "test" / "red").iterdir()], "no image in"),
        (lambda d: (d / "test" / "red" / "01.png").write_bytes(b"text"), r"01\.png"),
    ],
)
def test_damaged_folders_are_named(pictures: Path, damage: object, message: str) -> None:
    assert callable(damage)
    damage(pictures)
    with pytest.raises(UserError, match=message):
        load_cached(pictures, PRE)


def binary_version(folder: Path) -> np.ndarray:
    folder.mkdir()
    records = np.random.default_rng(0).integers(0, 256, (12, 3073), dtype=np.uint8)
    records[:, 0] %= 3
    for n in range(5):
        records[2 * n : 2 * n + 2].tofile(folder / f"data_batch_{n + 1}.bin")
    records[10:].tofile(folder / "test_batch.bin")
    (folder / "batches.meta.txt").write_text("airplane\nautomobile\nbird\n\n")
    return records


def test_cifar10_binary_files(tmp_path: Path) -> None:
    records = binary_version(tmp_path / "bin")
    data = load_dataset(tmp_path / "bin", CIFAR10)
    assert data.classes == ("airplane", "automobile", "bird")
    assert data.train.labels.tolist() == records[:10, 0].tolist()
    assert len(data.test) == 2
    # 1 byte of label, 1024 of red, green and blue each, row by row.
    assert data.train.images[3, 5, 7].tolist() == [
        records[3, 1 + channel * 1024 + 5 * 32 + 7] for channel in range(3)
    ]


def test_damaged_binary_files_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    binary_version(folder)
    with pytest.raises(UserError, match="input_size = 32"):
        load_dataset(folder, PRE)
    (folder / "test_batch.bin").write_bytes(b"x" * 100)
    with pytest.raises(UserError, match=r"test_batch\.bin"):
        load_dataset(folder, CIFAR10)
    (folder / "test_batch.bin").unlink()
    with pytest.raises(UserError, match="incomplete"):
        load_dataset(folder, CIFAR10)


def test_the_cache_is_used_until_the_folder_changes(
    pictures: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_cached(pictures, PRE)
    assert len(list(own_cache.glob("*.npz"))) == 1

    with monkeypatch.context() as patch:
        patch.setattr("resnet_viz.train.cache.load_dataset", None)  # reading anew would fail
        assert same(load_cached(pictures, PRE), first)

    changed = pictures / "train" / "red" / "00.png"
    Image.new("RGB", (8, 8), "white").save(changed)
    os.utime(changed, ns=(0, 0))
    assert (load_cached(pictures, PRE).train.images[24] == 255).all()


def test_a_damaged_cache_costs_time_only(
    pictures: Path, own_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = load_cached(pictures, PRE)
    (stored,) = own_cache.glob("*.npz")
    stored.write_bytes(b"PK torn")
    with caplog.at_level(logging.WARNING):
        assert same(load_cached(pictures, PRE), first)
    assert "unreadable" in caplog.text


def test_a_cache_that_cannot_be_written_costs_time_only(
    pictures: Path, own_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own_cache.parent.mkdir()
    own_cache.write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        assert len(load_cached(pictures, PRE).train) == 36
    assert "not cached" in caplog.text
