"""What the arguments mean, and how wrong ones are refused."""

import pytest

from resnet_viz.errors import UserError
from resnet_viz.images import CIFAR10
from resnet_viz.models.bundled import Card, StartUp
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.report import question as q
from resnet_viz.report.question import (
    Question,
    choose_network,
    gates_of,
    maps_to_show,
    shown_blocks,
    target_index,
)

LABELS = ("airplane", "cat", "crane", "Crane", "tabby cat")


def card(name: str, **options) -> Card:
    labels = tuple("abcdefghij")
    return Card(name, "CIFAR-10", options, 10, labels, CIFAR10, 0.9, 10_000, "r.toml", 0, 1, "0")


@pytest.fixture
def one_bundle(monkeypatch):
    monkeypatch.setattr(q, "bundled", lambda: {"resnet20": card("resnet20", activation="elu")})
    monkeypatch.setattr(q, "default_model", lambda: StartUp("resnet20", "bundled"))


def test_bundled_weights_are_taken_where_they_fit(one_bundle):
    choice = choose_network(Question("a.png"))
    # The card's own options come with its weights.
    assert (choice.weights, choice.spec) == ("bundled", card("resnet20", activation="elu").spec())
    same = Question("a.png", options={"activation": "elu", "init": "he"})
    assert choose_network(same).weights == "bundled"
    assert choose_network(Question("a.png", options={"activation": "relu"})).weights == "none"
    assert choose_network(Question("a.png", options={"norm": "none"})).weights == "none"
    assert choose_network(Question("a.png", model="resnet56")).weights == "none"
    assert choose_network(Question("a.png", weights="none")).weights == "none"


def test_paths_and_published_weights(one_bundle):
    choice = choose_network(Question("a.png", weights="runs/mine.pth"))
    assert (choice.weights, choice.path) == ("file", "runs/mine.pth")
    choice = choose_network(Question("a.png", weights="imagenet"))
    assert (choice.weights, choice.spec.name) == ("imagenet", "resnet18")


@pytest.mark.parametrize(
    ("mode", "weights", "norm", "training"),
    [
        ("auto", "none", "batch", True),
        ("auto", "none", "group", False),
        ("auto", "bundled", "batch", False),
        ("eval", "none", "batch", False),
        ("train", "file", "batch", True),
    ],
)
def test_untrained_batch_norm_uses_the_picture_itself(mode, weights, norm, training):
    asked = Question("photo.png", mode=mode)
    assert asked.training_mode(spec("resnet20", norm=norm), weights) is training


def test_gates_of_cuts_and_drops():
    net = spec("resnet20")
    assert set(gates_of(Question("a"), net).values()) == {Gate()}
    gates = gates_of(Question("a", cut="layer1.1, layer3", drop="layer1.1"), net)
    cut = [name for name, gate in gates.items() if gate.skip == 0]
    assert cut == ["layer1.1", "layer3.0", "layer3.1", "layer3.2"]
    assert [name for name, gate in gates.items() if gate.main == 0] == ["layer1.1"]
    assert {g.skip for g in gates_of(Question("a", cut="all"), net).values()} == {0.0}
    assert list(gates) == [b.name for b in net.blocks()]


def test_plain_networks_are_cut_unless_asked_otherwise():
    net = spec("plain20")
    assert {g.skip for g in gates_of(Question("a"), net).values()} == {0.0}
    assert {g.skip for g in gates_of(Question("a", cut="none"), net).values()} == {1.0}


@pytest.mark.parametrize("field", ["cut", "drop"])
def test_unknown_blocks_name_the_range(field):
    with pytest.raises(UserError) as caught:
        gates_of(Question("a", **{field: "layer1.0,layer9.3"}), spec("resnet20"))
    assert f"--{field}" in caught.value.message
    assert "'layer9.3'" in caught.value.message
    assert "layer3.0 to layer3.2" in caught.value.hint


def test_maps_of_the_first_middle_and_last_block_or_of_those_asked_for():
    net = spec("resnet20")
    assert shown_blocks(Question("a"), net) == ("layer1.0", "layer2.1", "layer3.2")
    assert shown_blocks(Question("a", maps="layer3.0, layer1"), net) == (
        *("layer1.0", "layer1.1", "layer1.2"),
        "layer3.0",
    )
    assert maps_to_show(["a"]) == ("a",)
    with pytest.raises(UserError, match="--maps: ResNet-20 has no block called 'layer4'"):
        shown_blocks(Question("a", maps="layer4"), net)


def test_target_by_index_and_by_label():
    assert target_index("4", LABELS) == 4
    assert target_index(" CAT ", LABELS) == 1
    assert target_index("tabby cat", LABELS) == 4


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("5", "no class 5", "0 to 4"),
        ("-1", "no class -1", "0 to 4"),
        ("crane", "Several classes", "2 or 3"),
        ("dog", "no class called 'dog'", "tabby cat"),
    ],
)
def test_wrong_targets(text, message, hint):
    with pytest.raises(UserError, match=message) as caught:
        target_index(text, LABELS)
    assert hint in caught.value.hint


def test_misspelt_label_among_many_gets_suggestions():
    labels = [f"thing {i}" for i in range(50)] + ["tabby", "tiger cat", "Egyptian cat"]
    with pytest.raises(UserError) as caught:
        target_index("cat", labels)
    assert "tiger cat, Egyptian cat" in caught.value.hint
    with pytest.raises(UserError, match="tabbi") as caught:
        target_index("tabbi", labels)
    assert "tabby" in caught.value.hint
