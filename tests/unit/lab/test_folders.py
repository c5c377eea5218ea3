"""Pictures from folders: which are drawn, with which labels, and what is said about the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.images import Preprocess
from resnet_viz.lab.batches import Batch
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.folders import draw
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.labels import CIFAR10_LABELS, imagenet_labels, imagenet_synsets
from resnet_viz.torchvision_compat import ensure_torchvision

PRE = Preprocess(8, 8, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def save(path: Path, level: int) -> None:
    """A picture of one grey level, by which it is known again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((8, 8, 3), level, np.uint8)).save(path)


def class_folders(root: Path, *names: str, n_images: int = 3) -> Path:
    """`n_images` pictures per class; grey level 20 x class + number."""
    for index, name in enumerate(names):
        for number in range(n_images):
            save(root / name / f"{number}.png", 20 * index + number)
    return root


def levels(drawing: object) -> list[int]:
    return [int(view[0, 0, 0]) for view in drawing.views]  # type: ignore[attr-defined]


def test_pictures_carry_the_class_of_their_folder(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "data", "cat", "Airplane", "dog")
    drawing = draw(root, CIFAR10_LABELS, PRE, 9, seed=0)
    assert sorted(levels(drawing)) == [0, 1, 2, 20, 21, 22, 40, 41, 42]
    assert drawing.targets is not None
    by_level = dict(zip(levels(drawing), drawing.targets.tolist(), strict=True))
    for level, target in by_level.items():
        assert target == {0: 3, 1: 0, 2: 5}[level // 20]
    assert drawing.note == f"9 of 9 pictures in `{tmp_path.name}/data`, seed 0; true labels"


def test_a_seed_repeats_the_draw_and_another_does_not(tmp_path: Path) -> None:
    root = class_folders(tmp_path, "cat", "dog", n_images=15)
    first, again, other = (draw(root, CIFAR10_LABELS, PRE, 8, seed=s) for s in (0, 0, 1))
    assert len(first.views) == 8
    assert levels(first) == levels(again) != levels(other)
    assert "8 of 30 pictures" in first.note


def test_a_larger_draw_begins_with_the_smaller_one(tmp_path: Path) -> None:
    root = class_folders(tmp_path, "cat", "dog", n_images=10)
    few, many = (draw(root, CIFAR10_LABELS, PRE, n, seed=0) for n in (5, 15))
    assert levels(many)[:5] == levels(few)


@pytest.mark.parametrize("part", ["test", "val"])
def test_the_part_that_nothing_was_trained_on_is_used(tmp_path: Path, part: str) -> None:
    class_folders(tmp_path / "train", "cat", "dog")
    class_folders(tmp_path / part, "frog", "horse", n_images=1)
    drawing = draw(tmp_path, CIFAR10_LABELS, PRE, 10, seed=0)
    assert len(drawing.views) == 2
    assert drawing.targets is not None
    assert sorted(drawing.targets.tolist()) == [6, 7]
    assert f"/{part}`" in drawing.note


def test_folders_that_are_no_classes_are_left_out_and_named(tmp_path: Path) -> None:
    root = class_folders(tmp_path, "cat", "unicorn", "dog")
    drawing = draw(root, CIFAR10_LABELS, PRE, 100, seed=0)
    assert sorted({level // 20 for level in levels(drawing)}) == [0, 2]
    assert "true labels; left out as no classes of this network: `unicorn`" in drawing.note


def test_strange_folders_are_drawn_from_without_labels(tmp_path: Path) -> None:
    root = class_folders(tmp_path, "unicorn", "gryphon")
    drawing = draw(root, CIFAR10_LABELS, PRE, 100, seed=0)
    assert len(drawing.views) == 6
    assert drawing.targets is None
    assert "no labels, since its folders are not this network's classes" in drawing.note


def test_bare_pictures_are_drawn_from_without_labels(tmp_path: Path) -> None:
    for number in range(3):
        save(tmp_path / f"{number}.png", number)
    (tmp_path / "notes.txt").write_text("no picture")
    drawing = draw(tmp_path, CIFAR10_LABELS, PRE, 2, seed=0)
    assert len(drawing.views) == 2
    assert drawing.targets is None
    assert "2 of 3 pictures" in drawing.note
    assert "no labels, since it has no folders" in drawing.note


def test_broken_pictures_are_skipped_and_named(tmp_path: Path) -> None:
    root = class_folders(tmp_path, "cat", n_images=3)
    for number in range(5):
        (root / "cat" / f"broken{number}.png").write_bytes(b"no picture")
    (root / "cat" / ".hidden.png").write_bytes(b"no picture either")
    drawing = draw(root, CIFAR10_LABELS, PRE, 100, seed=0)
    assert sorted(levels(drawing)) == [0, 1, 2]
    assert drawing.targets is not None
    assert drawing.targets.tolist() == [3, 3, 3]
    assert "not readable and skipped: `broken" in drawing.note
    assert drawing.note.endswith("and 2 more")
    assert ".hidden" not in drawing.note


@pytest.mark.parametrize("what", ["missing", "empty", "broken", "file"])
def test_a_folder_without_pictures_is_refused_in_words(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "data"
    if what == "file":
        folder.write_text("no folder")
    elif what != "missing":
        (folder / "cat").mkdir(parents=True)
    if what == "broken":
        (folder / "cat" / "a.png").write_bytes(b"no picture")
    with pytest.raises(UserError) as caught:
        draw(folder, CIFAR10_LABELS, PRE, 1, seed=0)
    assert "data" in caught.value.message
    assert caught.value.hint


def test_drawing_can_be_stopped(tmp_path: Path) -> None:
    root = class_folders(tmp_path, "cat")
    n_checks = 0

    def stop() -> None:
        nonlocal n_checks
        n_checks += 1
        if n_checks == 2:
            raise OperationCancelled

    with pytest.raises(OperationCancelled):
        draw(root, CIFAR10_LABELS, PRE, 3, 0, stop)


# --- ImageNet --------------------------------------------------------------------------------


def test_synsets_are_imagenets_in_the_order_of_its_classes() -> None:
    """timm lists them, and torchvision knows the names of ten."""
    ensure_torchvision()  # timm imports torchvision too
    from timm.data import ImageNetInfo

    synsets = imagenet_synsets()
    assert list(synsets) == ImageNetInfo("imagenet-1k").label_names()
    from torchvision.datasets import Imagenette

    labels = imagenet_labels()
    for synset, names in Imagenette._WNID_TO_CLASS.items():
        assert labels[synsets[synset]] in names


def test_folders_named_by_synset_are_labelled_for_imagenet_networks(tmp_path: Path) -> None:
    root = class_folders(tmp_path, "n02979186", "n01440764", "n99999999", n_images=1)
    drawing = draw(root, imagenet_labels(), PRE, 9, seed=0)
    assert drawing.targets is not None
    assert sorted(drawing.targets.tolist()) == [0, 482]
    assert "`n99999999`" in drawing.note
    assert draw(root, CIFAR10_LABELS, PRE, 9, seed=0).targets is None


def test_names_that_two_classes_share_name_neither(tmp_path: Path) -> None:
    root = class_folders(tmp_path, "crane", "great_white-shark", n_images=1)
    drawing = draw(root, ("crane", "great white shark", "Crane"), PRE, 9, seed=0)
    assert drawing.targets is not None
    assert drawing.targets.tolist() == [1]
    assert "`crane`" in drawing.note


# --- through the bench -----------------------------------------------------------------------


def batch_of(folder: Path, **changes: object) -> Batch:
    settings = LabSettings(
        network="resnet20", batch="folder", folder=str(folder), device="cpu", **changes
    )
    return Bench().batch(settings)


def test_true_labels_reach_the_batch(tmp_path: Path) -> None:
    class_folders(tmp_path, "truck", n_images=4)
    batch = batch_of(tmp_path, batch_size=3)
    assert batch.labelled
    assert batch.targets is not None
    assert batch.targets.tolist() == [9, 9, 9]
    assert batch.images.shape == (3, 3, 32, 32)
    assert "3 of 4" in batch.note


def test_without_labels_the_predicted_classes_are_meant(tmp_path: Path) -> None:
    class_folders(tmp_path, "unicorn")
    batch = batch_of(tmp_path)
    assert not batch.labelled
    assert batch.targets is None


def test_no_folder_is_an_error_and_not_the_present_one() -> None:
    with pytest.raises(UserError, match="No folder of pictures was chosen"):
        Bench().batch(LabSettings(network="resnet20", batch="folder", device="cpu"))


def test_folders_named_by_synset_are_labelled_by_their_words_elsewhere(tmp_path: Path) -> None:
    root = class_folders(tmp_path, "n02979186", "n01440764", "n03888257", n_images=1)
    drawing = draw(root, ("tench", "cassette player"), PRE, 9, seed=0)
    assert drawing.targets is not None
    assert sorted(drawing.targets.tolist()) == [0, 1]
    assert "no classes of this network: `n03888257`" in drawing.note
