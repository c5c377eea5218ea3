"""A report's figures equal a walk by hand over torchvision's network with the same weights."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from resnet_viz.cli import main
from resnet_viz.torchvision_compat import ensure_torchvision

ensure_torchvision()
from torchvision.models import resnet18, resnet50  # noqa: E402 - must follow ensure_torchvision
from torchvision.transforms import v2  # noqa: E402

ARCHITECTURES = {"resnet18": resnet18, "resnet50": resnet50}


@pytest.fixture(scope="module", params=ARCHITECTURES)
def architecture(request):
    return request.param


@pytest.fixture(scope="module")
def net(architecture):
    """torchvision's network with five classes, no batch norm in its initial state."""
    torch.manual_seed(0)
    net = ARCHITECTURES[architecture](num_classes=5).eval()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.2)
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2.0)
    return net


@pytest.fixture(scope="module")
def files(net, tmp_path_factory):
    folder = tmp_path_factory.mktemp("oracle")
    torch.save({"state_dict": net.state_dict()}, folder / "mine.pth")
    y, x = np.mgrid[0:120, 0:150]
    rgb = np.stack([x, 2 * y, 127 + 100 * np.sin(x * y / 500)], axis=2).astype(np.uint8)
    Image.fromarray(rgb).save(folder / "photo.png")
    return folder


def norm_or_zero(tensor):
    return torch.tensor(0.0) if tensor is None else tensor.double().norm()


def walk(net, photo, cut):
    """Every figure from plain autograd: each path of each block reads its own copy of x."""
    picture = v2.Compose([v2.Resize(256), v2.CenterCrop(224)])(Image.open(photo))
    image = v2.ToDtype(torch.float32, scale=True)(v2.ToImage()(picture))
    image = v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))(image)[None]
    x = net.maxpool(torch.relu(net.bn1(net.conv1(image))))
    kept = {}
    for stage in range(1, 5):
        for index, block in enumerate(getattr(net, f"layer{stage}")):
            name = f"layer{stage}.{index}"
            by_shortcut, by_branch = x.clone(), x.clone()
            shortcut = by_shortcut if block.downsample is None else block.downsample(by_shortcut)
            branch = torch.relu(block.bn1(block.conv1(by_branch)))
            branch = block.bn2(block.conv2(branch))
            if hasattr(block, "conv3"):
                branch = block.bn3(block.conv3(torch.relu(branch)))
            y = torch.relu(branch if name in cut else shortcut + branch)
            for tensor in (x, by_shortcut, by_branch, y):
                tensor.retain_grad()
            kept[name] = (block, x, by_shortcut, by_branch, shortcut, branch, y)
            x = y
    logits = net.fc(torch.flatten(net.avgpool(x), 1))
    loss = F.cross_entropy(logits, torch.tensor([2]))
    net.zero_grad()
    loss.backward()

    figures = {}
    for name, (block, x, by_shortcut, by_branch, shortcut, branch, y) in kept.items():
        grads = [p.grad for p in block.parameters() if p.grad is not None]
        figures[name] = {
            "norm_shortcut": shortcut.double().norm(),
            "norm_branch": branch.double().norm(),
            "norm_out": y.double().norm(),
            "cosine": F.cosine_similarity(shortcut.flatten(), branch.flatten(), dim=0),
            "zero_share": (y == 0).float().mean(),
            "grad_in": x.grad.double().norm(),
            "grad_out": y.grad.double().norm(),
            "grad_via_shortcut": torch.tensor(0.0)
            if name in cut
            else by_shortcut.grad.double().norm(),
            "grad_via_branch": by_branch.grad.double().norm(),
            "grad_params": torch.cat([g.flatten().double() for g in grads]).norm(),
        }
    detached = {
        name: {field: value.detach() for field, value in row.items()}
        for name, row in figures.items()
    }
    return detached, loss.item(), logits.softmax(1)[0].tolist()


@pytest.mark.parametrize("is_cut", [False, True], ids=["intact", "cut"])
def test_figures_equal_the_walk(architecture, net, files, tmp_path, is_cut):
    cut = {"layer2.0", *(f"layer3.{i}" for i in range(len(net.layer3)))} if is_cut else set()
    arguments = ["report", str(files / "photo.png"), "--out", str(tmp_path), "--device", "cpu"]
    arguments += ["--weights", str(files / "mine.pth"), "--target", "2"]
    if cut:
        arguments += ["--cut", "layer2.0,layer3"]
    assert main(arguments) == 0
    content = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    figures, loss, probabilities = walk(net, files / "photo.png", cut)

    assert content["model"] == architecture
    assert content["input_shape"] == [1, 3, 224, 224]
    assert content["loss"] == pytest.approx(loss, rel=1e-5)
    shares = {p["index"]: p["probability"] for p in content["predictions"]}
    assert [shares[i] for i in range(5)] == pytest.approx(probabilities, rel=1e-4)
    assert [b["name"] for b in content["blocks"]] == list(figures)
    # In 50 layers of float32 the gradients of a block's parameters are only good to a thousandth
    # (measured against float64, for both sides alike).
    tolerance = 2e-4 if architecture == "resnet18" else 3e-3
    for block in content["blocks"]:
        expected = figures[block["name"]]
        for field, value in expected.items():
            measured = block[field]
            assert measured == pytest.approx(value.item(), rel=tolerance, abs=1e-7), field
        assert block["skip"] == float(block["name"] not in cut)
    assert content["totals"]["parameters"] == sum(p.numel() for p in net.parameters())
