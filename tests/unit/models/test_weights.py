"""Loading a network with each kind of weights, and everything that can be wrong with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import Tensor
from torchvision import models as torchvision_models

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.images import CIFAR10, IMAGENET
from resnet_viz.models import bundled as bundled_module
from resnet_viz.models import load_weights, published
from resnet_viz.models import weights as module
from resnet_viz.models.bundled import Card, write_card
from resnet_viz.models.gates import PLAIN
from resnet_viz.models.labels import CIFAR10_LABELS
from resnet_viz.models.network import build
from resnet_viz.models.specs import ResNetSpec, spec
from resnet_viz.models.weights import load_network

SMALL = {"depths": (1, 1, 1)}


def state_of(network: ResNetSpec, seed: int = 1) -> dict[str, Tensor]:
    return build(network, seed).state_dict()


def same(net: torch.nn.Module, state: dict[str, Tensor]) -> bool:
    return all(torch.equal(tensor, state[name]) for name, tensor in net.state_dict().items())


# --- random -----------------------------------------------------------------------------------


def test_random_weights_by_seed():
    loaded = load_network(spec("resnet20"), "none", seed=5)
    assert same(loaded.net, state_of(spec("resnet20"), 5))
    assert loaded.label == "random, seed 5"
    assert loaded.labels == CIFAR10_LABELS
    assert loaded.preprocess == CIFAR10
    assert "not trained" in loaded.notes[0]
    assert not loaded.net.training


def test_random_imagenet_networks_have_imagenets_class_names():
    loaded = load_network(spec("resnet18"))
    assert len(loaded.labels) == 1000
    assert loaded.labels[281] == "tabby"
    assert loaded.preprocess == IMAGENET


def test_other_class_counts_are_numbered():
    loaded = load_network(spec("resnet20", n_classes=3))
    assert loaded.labels == ("class 0", "class 1", "class 2")


def test_the_pictures_follow_the_input_size():
    assert load_network(spec("resnet20", input_size=64)).preprocess.crop == 64
    assert load_network(spec("resnet18", input_size=112)).preprocess.resize == 128


def test_float64_and_plain():
    loaded = load_network(spec("plain20"), dtype="float64")
    assert loaded.net.fc.weight.dtype == torch.float64
    assert set(loaded.net.gates.values()) == {PLAIN}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"weights": "best"}, "weights cannot be 'best'"),
        ({"dtype": "int8"}, "dtype cannot be 'int8'"),
        ({"seed": -1}, "seed cannot be -1"),
        ({"seed": 2**63}, "seed cannot be"),
        ({"device": "abacus"}, "no device 'abacus'"),
        ({"weights": "file"}, "No checkpoint was named"),
        ({"weights": "file", "path": "nowhere.pth"}, "There is no file"),
    ],
)
def test_impossible_wishes_are_refused_in_words(options: dict, words: str):
    with pytest.raises(UserError, match=words):
        load_network(spec("resnet20"), **options)


def test_networks_for_other_than_rgb_are_refused():
    with pytest.raises(UserError, match="images of 1 channels"):
        load_network(spec("resnet20", in_channels=1))


def test_cancelling_before_anything_is_built():
    with pytest.raises(OperationCancelled):
        load_network(spec("resnet20"), cancelled=lambda: True)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried"), "does not fit into the memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "does not fit"),
        (MemoryError(), "does not fit"),
        (RuntimeError("CUDA error: no kernel image is available\nmore"), "Cannot use the device"),
    ],
)
def test_device_faults_are_told(monkeypatch: pytest.MonkeyPatch, error: Exception, words: str):
    def refuse(*_args: object, **_options: object):
        raise error

    monkeypatch.setattr(module.ResNet, "to", refuse)
    monkeypatch.setattr(module, "build", lambda s, seed: module.unfilled(s))
    with pytest.raises(UserError, match=words) as caught:
        load_network(spec("resnet20"), device=torch.device("cuda:0"))
    assert "cuda:0" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bugs_on_the_cpu_stay_bugs(monkeypatch: pytest.MonkeyPatch):
    def fail(*_args: object, **_options: object):
        raise RuntimeError("a bug")

    monkeypatch.setattr(module, "build", fail)
    with pytest.raises(RuntimeError, match="a bug"):
        load_network(spec("resnet20"))


# --- bundled ----------------------------------------------------------------------------------


def a_bundle(folder: Path, name: str, network: ResNetSpec, **more: object) -> Path:
    file = folder / f"{name}-cifar10.safetensors"
    half = {n: t.half() if t.is_floating_point() else t for n, t in state_of(network).items()}
    safetensors.torch.save_file(half, file)
    card = Card(
        name=name,
        dataset="CIFAR-10",
        options=network.options() if not network.plain else {"depths": network.depths},
        n_classes=10,
        labels=CIFAR10_LABELS,
        preprocess=CIFAR10,
        test_accuracy=0.9,
        test_images=10_000,
        recipe="r.toml",
        seed=1,
        epochs=1,
        sha256="",
    )
    write_card(replace(card, **more), file)
    return file


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bundled_module, "weights_dir", lambda: tmp_path)
    a_bundle(tmp_path, "resnet20", spec("resnet20", **SMALL))
    return tmp_path


def test_bundled_weights(bundle: Path):
    loaded = load_network(spec("resnet20", **SMALL), "bundled")
    wanted = state_of(spec("resnet20", **SMALL))
    assert same(loaded.net, {n: t.half().to(t.dtype) for n, t in wanted.items()})
    assert loaded.label == "CIFAR-10, 90.0 % test accuracy"
    assert loaded.labels == CIFAR10_LABELS
    assert loaded.notes == ()


def test_a_plain_twin_has_bundled_weights_of_its_own(bundle: Path):
    with pytest.raises(UserError, match="no bundled weights for plain-20"):
        load_network(spec("plain20", **SMALL), "bundled")
    a_bundle(bundle, "plain20", spec("plain20", **SMALL), test_accuracy=0.8)
    loaded = load_network(spec("plain20", **SMALL), "bundled")
    assert loaded.label == "CIFAR-10, 80.0 % test accuracy"
    assert set(loaded.net.gates.values()) == {PLAIN}


def test_networks_without_bundled_weights_are_told_which_have_some(bundle: Path):
    with pytest.raises(UserError, match="Bundled are resnet20"):
        load_network(spec("resnet44"), "bundled")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"norm": "none"}, "for norm batch, not none"),
        ({"shortcut": "projection"}, "for shortcut pad, not projection"),
        ({"n_classes": 100}, "for n_classes 10, not 100"),
        ({"order": "pre"}, "for order post, not pre"),
    ],
)
def test_bundled_weights_for_other_options_are_refused(bundle: Path, options: dict, words: str):
    with pytest.raises(UserError, match=words):
        load_network(spec("resnet20", **SMALL, **options), "bundled")


def test_another_activation_is_allowed_and_told(bundle: Path):
    notes = load_network(spec("resnet20", **SMALL, activation="tanh"), "bundled").notes
    assert "The weights were trained with relu; the network now has tanh." in notes


def test_changed_bundled_files_are_refused(bundle: Path):
    a_bundle(bundle, "resnet32", spec("resnet32", **SMALL))
    other = bundle / "resnet32-cifar10.safetensors"
    (bundle / "resnet20-cifar10.safetensors").write_bytes(other.read_bytes()[:-1] + b"x")
    with pytest.raises(UserError, match="not the file that was shipped"):
        load_network(spec("resnet20", **SMALL), "bundled")


# --- ImageNet ---------------------------------------------------------------------------------


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Tensor]:
    """ResNet-18's published weights, played by random ones in torch's cache."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    file = published.published("resnet18")["IMAGENET1K_V1"].file
    file.parent.mkdir(parents=True)
    state = torchvision_models.resnet18(weights=None).state_dict()
    torch.save(state, file)
    return state


def test_imagenet_weights_bring_labels_and_preparation(cached: dict[str, Tensor]):
    loaded = load_network(spec("resnet18"), "imagenet")
    assert same(loaded.net, cached)
    assert loaded.label == "ImageNet (IMAGENET1K_V1), 69.8 % top-1"
    assert loaded.labels[0] == "tench"
    assert (loaded.preprocess.resize, loaded.preprocess.crop) == (256, 224)
    assert same(load_network(spec("resnet18"), "imagenet:IMAGENET1K_V1").net, cached)


def test_a_plain_twin_with_imagenet_weights_says_that_they_were_trained_with_skips(
    cached: dict[str, Tensor],
):
    notes = load_network(spec("resnet18", plain=True), "imagenet").notes
    assert any("trained with skip connections" in note for note in notes)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("resnet20", {}, "no published ImageNet weights for ResNet-20"),
        ("preresnet18", {}, "no published ImageNet weights for PreResNet-18"),
        ("resnet18", {"order": "pre"}, "for order post, not pre"),
        ("resnet18", {"norm": "group"}, "for norm batch, not group"),
        ("resnet18", {"n_classes": 10}, "for n_classes 1000, not 10"),
    ],
)
def test_networks_that_nobody_has_published(name: str, options: dict, words: str):
    with pytest.raises(UserError, match=words):
        load_network(spec(name, **options), "imagenet")


# --- files ------------------------------------------------------------------------------------


def test_a_file_brings_its_own_network(tmp_path: Path):
    state = state_of(spec("resnet20", n_classes=4))
    torch.save({"state_dict": {f"module.{n}": t for n, t in state.items()}}, tmp_path / "net.pth")
    loaded = load_network(spec("resnet152"), "file", path=tmp_path / "net.pth")
    assert loaded.spec == spec("resnet20", n_classes=4)
    assert same(loaded.net, state)
    assert loaded.label == "net.pth"
    assert any("assumed" in note for note in loaded.notes)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_are_converted_and_told(tmp_path: Path, dtype: torch.dtype):
    state = state_of(spec("resnet20", **SMALL))
    torch.save({n: t.to(dtype) for n, t in state.items()}, tmp_path / "net.pth")
    loaded = load_network(spec("resnet20"), "file", path=str(tmp_path / "net.pth"))
    assert loaded.net.fc.weight.dtype == torch.float32
    assert torch.equal(loaded.net.fc.weight, state["fc.weight"].to(dtype).float())
    name = str(dtype).removeprefix("torch.")
    assert f"The weights are stored as {name}." in loaded.notes


def test_a_missing_bias_nan_and_extra_tensors_are_told(tmp_path: Path):
    state = state_of(spec("resnet20", **SMALL))
    del state["fc.bias"], state["bn1.num_batches_tracked"]
    state["layer1.0.conv1.weight"][0, 0, 0, 0] = torch.nan
    state["bn1.running_var"][0] = torch.inf
    state["projector.weight"] = torch.ones(2)
    torch.save(state, tmp_path / "net.pth")
    loaded = load_network(spec("resnet20"), "file", path=tmp_path / "net.pth")
    assert loaded.net.fc.bias.eq(0).all()
    text = " ".join(loaded.notes)
    assert "has no bias" in text
    assert "NaN or infinity in `bn1.running_var` and 1 more tensor:" in text
    assert "Not used: `projector.weight`." in text


def test_a_missing_classifier_is_replaced_by_seed(tmp_path: Path):
    state = state_of(spec("resnet20", **SMALL))
    del state["fc.weight"], state["fc.bias"]
    torch.save(state, tmp_path / "net.pth")
    torch.manual_seed(9)
    before = torch.get_rng_state()
    one, again, other = (
        load_network(spec("resnet20"), "file", path=tmp_path / "net.pth", seed=seed)
        for seed in (1, 1, 2)
    )
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(one.net.fc.weight, again.net.fc.weight)
    assert not torch.equal(one.net.fc.weight, other.net.fc.weight)
    assert any("has no classifier" in note for note in one.notes)


def test_tensors_that_claim_more_memory_than_there_is(tmp_path: Path):
    # One number stretched to a shape of terabytes, in every tensor that must agree.
    wide = 1 << 20
    state = {
        n: torch.zeros(()).expand([wide if size == 16 else size for size in t.shape])
        for n, t in state_of(spec("resnet20", depths=(1,), widths=(16,))).items()
    }
    torch.save(state, tmp_path / "bomb.pth")
    with pytest.raises(UserError, match="claims more numbers than the file holds"):
        load_network(spec("resnet20"), "file", path=tmp_path / "bomb.pth")


# --- filling an existing network ----------------------------------------------------------------


def test_load_weights_from_a_file(tmp_path: Path):
    state = state_of(spec("resnet20", **SMALL), seed=2)
    safetensors.torch.save_file(state, tmp_path / "net.safetensors")
    net = build(spec("resnet20", **SMALL), seed=1)
    assert load_weights(net, tmp_path / "net.safetensors") == ()
    assert same(net, state)


def test_load_weights_that_do_not_fit_change_nothing(tmp_path: Path):
    torch.save(state_of(spec("resnet20", **SMALL, n_classes=7)), tmp_path / "net.pth")
    net = build(spec("resnet20", **SMALL), seed=1)
    with pytest.raises(UserError, match=r"`fc\.weight` is \(7, 64\).*needs \(10, 64\)"):
        load_weights(net, tmp_path / "net.pth")
    assert same(net, state_of(spec("resnet20", **SMALL), 1))


def test_load_weights_by_kind(bundle: Path, cached: dict[str, Tensor]):
    small = build(spec("resnet20", **SMALL), seed=8)
    assert load_weights(small, "bundled") == ()
    net = build(spec("resnet18"), seed=8, dtype=torch.float64)
    load_weights(net, "imagenet:IMAGENET1K_V1")
    assert torch.equal(net.fc.weight, cached["fc.weight"].double())
