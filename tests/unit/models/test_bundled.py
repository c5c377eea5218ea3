"""Cards of bundled networks, whole and broken."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from resnet_viz.images import CIFAR10
from resnet_viz.models import bundled as bundled_module
from resnet_viz.models.bundled import (
    Card,
    StartUp,
    bundled,
    default_model,
    read_cards,
    write_card,
)
from resnet_viz.models.labels import CIFAR10_LABELS
from resnet_viz.models.specs import spec

CARD = Card(
    name="resnet20",
    dataset="CIFAR-10",
    options={"depths": (1, 1, 1)},
    n_classes=10,
    labels=CIFAR10_LABELS,
    preprocess=CIFAR10,
    test_accuracy=0.9123,
    test_images=10_000,
    recipe="resnet20-cifar10.toml",
    seed=1,
    epochs=30,
    sha256="0" * 64,
    versions={"torch": "2.13.0"},
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bundled_module, "weights_dir", lambda: tmp_path)
    return tmp_path


def put(folder: Path, name: str) -> Path:
    weights = folder / f"{name}-cifar10.safetensors"
    weights.write_bytes(name.encode())
    write_card(replace(CARD, name=name), weights)
    return weights


def test_a_card_survives_its_file():
    assert Card.from_json(CARD.to_json()) == CARD


def test_the_keys_of_the_file_are_the_field_names():
    values = json.loads(CARD.to_json())
    assert values["preprocess"].keys() == {"resize", "crop", "mean", "std"}
    assert {"name", "dataset", "test_accuracy", "recipe", "sha256"} <= values.keys()
    assert "path" not in values


def test_a_card_builds_its_network():
    assert CARD.spec() == spec("resnet20", depths=(1, 1, 1))
    assert replace(CARD, name="plain20").spec().plain


def test_the_label_says_dataset_and_accuracy():
    assert CARD.label() == "CIFAR-10, 91.2 % test accuracy"


def test_writing_a_card_notes_the_hash(folder: Path):
    weights = put(folder, "resnet20")
    card = bundled()["resnet20"]
    assert card.path == weights
    assert card.intact()
    weights.write_bytes(b"changed")
    assert not card.intact()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: v.pop("labels"), "'labels' is missing"),
        (lambda v: v.update(colour="red"), "'colour' is not a field"),
        (lambda v: v.update(labels=["a"]), "1 labels for 10 classes"),
        (lambda v: v.update(test_accuracy=91.2), r"must lie in \[0, 1\]"),
        (lambda v: v.update(test_accuracy="good"), "wrong type"),
        (lambda v: v.update(preprocess={"resize": 32}), "wrong type"),
        (lambda v: v.update(options=[1]), "wrong type"),
    ],
)
def test_broken_cards_say_what_is_wrong(change, words: str):
    values = json.loads(CARD.to_json())
    change(values)
    with pytest.raises(ValueError, match=words):
        Card.from_json(json.dumps(values))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null"])
def test_text_that_is_no_card(text: str):
    with pytest.raises(ValueError):
        Card.from_json(text)


def test_broken_cards_are_left_out_with_a_note_and_the_rest_stays(
    folder: Path, caplog: pytest.LogCaptureFixture
):
    put(folder, "resnet20")
    put(folder, "plain20").unlink()
    (folder / "torn.json").write_text('{"name": "res')
    write_card(replace(CARD, name="resnet9000"), put(folder, "resnet44"))
    cards, notes = read_cards(folder)
    assert list(cards) == ["resnet20"]
    assert len(notes) == 3
    assert all("is left out" in note and note.endswith(".") for note in notes)
    with caplog.at_level(logging.WARNING):
        assert list(bundled()) == ["resnet20"]
    assert len(caplog.records) == 3


@pytest.mark.parametrize(
    ("there", "first"),
    [
        ([], StartUp("resnet20", "none")),
        (["plain20"], StartUp("plain20", "bundled")),
        (["plain20", "resnet20"], StartUp("resnet20", "bundled")),
        (["plain56", "resnet20", "resnet56"], StartUp("resnet56", "bundled")),
    ],
)
def test_the_network_shown_first(folder: Path, there: list[str], first: StartUp):
    for name in there:
        put(folder, name)
    assert default_model() == first


def test_without_a_weights_folder_nothing_is_bundled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bundled_module, "weights_dir", lambda: tmp_path / "nowhere")
    assert bundled() == {}
