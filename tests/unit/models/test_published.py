"""ImageNet weights as torchvision lists them, and torch's cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch
from torchvision.models import get_model_weights

from resnet_viz.errors import UserError
from resnet_viz.models import published as module
from resnet_viz.models.network import build
from resnet_viz.models.published import Published, choose, published
from resnet_viz.models.specs import IMAGENET, spec


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    return tmp_path / "hub" / "checkpoints"


@pytest.mark.parametrize("name", IMAGENET)
def test_every_published_set_of_weights_is_there_the_default_first(name: str):
    theirs = get_model_weights(name)
    ours = published(name)
    assert set(ours) == {weights.name for weights in theirs}
    assert next(iter(ours)) == theirs.DEFAULT.name
    for weights in theirs:
        transform = weights.transforms()
        found = ours[weights.name]
        assert found.url == weights.url
        assert found.file.name == weights.url.rsplit("/", 1)[-1]
        assert len(found.sha256) == 8
        assert found.sha256 in weights.url
        assert len(found.labels) == 1000
        assert [found.preprocess.resize] == transform.resize_size
        assert [found.preprocess.crop] == transform.crop_size
        assert list(found.preprocess.mean) == transform.mean
        assert list(found.preprocess.std) == transform.std


def test_the_cache_is_torchs(hub: Path):
    assert published("resnet18")["IMAGENET1K_V1"].file == hub / "resnet18-f37072fd.pth"


def test_weights_are_chosen_by_name_or_by_default():
    assert choose(spec("resnet50")).name == "IMAGENET1K_V2"
    assert choose(spec("resnet50"), "imagenet1k_v1").name == "IMAGENET1K_V1"
    assert choose(spec("resnet50"), "DEFAULT").name == "IMAGENET1K_V2"
    assert choose(spec("resnet18")).label() == "ImageNet (IMAGENET1K_V1), 69.8 % top-1"


def test_unknown_weights_are_refused_with_the_known_ones():
    with pytest.raises(UserError, match="Choose IMAGENET1K_V2 or IMAGENET1K_V1"):
        choose(spec("resnet50"), "IMAGENET22K")
    with pytest.raises(UserError, match="no published ImageNet weights for ResNet-20"):
        choose(spec("resnet20"))
    with pytest.raises(UserError, match="no published ImageNet weights for PreResNet-18"):
        choose(spec("preresnet18"))


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    torch.save(build(spec("resnet20", depths=(1, 1, 1))).state_dict(), tmp_path / "net")
    return (tmp_path / "net").read_bytes()


def listed(content: bytes) -> Published:
    prefix = hashlib.sha256(content).hexdigest()[:8]
    pre = published("resnet18")["IMAGENET1K_V1"].preprocess
    return Published("V1", f"https://weights.invalid/net-{prefix}.pth", (), pre, 0.5)


def a_download(content: bytes, calls: list[Path]):
    def download(_url: str, target: Path, _hash: str, **_options: object) -> None:
        calls.append(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    return download


def test_what_is_in_the_cache_is_not_downloaded(
    content: bytes, hub: Path, monkeypatch: pytest.MonkeyPatch
):
    calls: list[Path] = []
    monkeypatch.setattr(module, "download", a_download(content, calls))
    weights = listed(content)
    assert "fc.weight" in weights.state()
    assert calls == [weights.file]
    weights.state()
    assert len(calls) == 1
    assert weights.file.parent == hub


def test_half_a_file_in_the_cache_is_replaced(content: bytes, monkeypatch: pytest.MonkeyPatch):
    calls: list[Path] = []
    monkeypatch.setattr(module, "download", a_download(content, calls))
    weights = listed(content)
    weights.file.parent.mkdir(parents=True)
    weights.file.write_bytes(content[:1000])
    assert "fc.weight" in weights.state()
    assert len(calls) == 1
