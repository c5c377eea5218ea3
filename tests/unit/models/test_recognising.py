"""Networks found from tensor shapes, under the names that other programs use."""

from __future__ import annotations

import re

import pytest
import timm
import torch
from torch import Tensor, nn
from torchvision import models as torchvision_models

from resnet_viz.errors import UserError
from resnet_viz.models.network import skeleton
from resnet_viz.models.recognising import recognise
from resnet_viz.models.renaming import canonical
from resnet_viz.models.specs import ResNetSpec, names, spec


def state_of(network: ResNetSpec) -> dict[str, Tensor]:
    return skeleton(network).state_dict()


@pytest.mark.parametrize("name", names())
def test_every_preset_is_recognised_from_its_own_tensors(name: str):
    assert recognise(state_of(spec(name))) == spec(name)


@pytest.mark.parametrize(
    "name", ["resnet18", "resnet20", "resnet50", "preresnet20", "preresnet164"]
)
@pytest.mark.parametrize(
    "options",
    [
        {"n_classes": 7},
        {"in_channels": 1},
        {"norm": "group"},
        {"shortcut": "projection"},
        {"shortcut": "pad"},
    ],
    ids=str,
)
def test_options_that_show_in_the_tensors_are_recognised(name: str, options: dict):
    network = spec(name, **options)
    assert recognise(state_of(network)) == network


def test_without_norm_the_order_of_activation_is_taken_as_post():
    assert recognise(state_of(spec("resnet20", norm="none"))) == spec("resnet20", norm="none")
    found = recognise(state_of(spec("preresnet20", norm="none")))
    assert (found.order, found.norm) == ("post", "none")


def test_other_depths_are_named_after_their_stages():
    network = spec("resnet18", depths=(3, 5, 4, 2))
    found = recognise(state_of(network))
    assert found.name == "resnet (3,5,4,2)"
    assert found.title() == "ResNet (3,5,4,2)"
    assert found.depths == (3, 5, 4, 2)
    assert skeleton(found).state_dict().keys() == skeleton(network).state_dict().keys()


def test_any_6n_plus_2_has_its_name():
    assert recognise(state_of(spec("resnet26"))) == spec("resnet26")


@pytest.mark.parametrize(
    "network",
    [
        ResNetSpec("", "cifar", "basic", (2, 2, 2, 2), (64, 128, 256, 512), n_classes=10),
        ResNetSpec("", "cifar", "bottleneck", (1, 2), (8, 24), groups=2, width_per_group=32),
        ResNetSpec("", "imagenet", "bottleneck", (1, 1), (16, 32), width_per_group=256),
        ResNetSpec("", "imagenet", "basic", (1,), (10,), n_classes=2, shortcut="projection"),
    ],
    ids=str,
)
def test_widths_groups_and_stages_of_networks_without_a_name(network: ResNetSpec):
    found = recognise(state_of(network))
    for field in ("family", "block", "depths", "widths", "groups", "width_per_group", "n_classes"):
        assert getattr(found, field) == getattr(network, field)
    assert found.shortcut == "projection"


# --- other programs' names ------------------------------------------------------------------


class AkamasterBlock(nn.Module):
    """The block of a much-copied CIFAR repository: option A shortcuts hold no tensors."""

    def __init__(self, in_planes: int, planes: int, option_b: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential()
        if in_planes != planes and option_b:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_planes, planes, 1, bias=False), nn.BatchNorm2d(planes)
            )


def akamaster(depth: int, option_b: bool = False) -> dict[str, Tensor]:
    net = nn.Module()
    net.conv1 = nn.Conv2d(3, 16, 3, bias=False)
    net.bn1 = nn.BatchNorm2d(16)
    channels = 16
    for stage, planes in enumerate((16, 32, 64), 1):
        blocks = []
        for _ in range(depth):
            blocks.append(AkamasterBlock(channels, planes, option_b))
            channels = planes
        net.add_module(f"layer{stage}", nn.Sequential(*blocks))
    net.linear = nn.Linear(64, 10)
    return {f"module.{name}": tensor for name, tensor in net.state_dict().items()}


def test_cifar_repositories_with_option_a():
    assert recognise(akamaster(9)) == spec("resnet56")


def test_cifar_repositories_with_projections():
    assert recognise(akamaster(3, option_b=True)) == spec("resnet20", shortcut="projection")


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2"])
def test_timm_networks(name: str):
    with torch.device("meta"):
        theirs = timm.create_model(name, pretrained=False)
    assert recognise(theirs.state_dict()) == spec(name)


@pytest.mark.parametrize(
    ("name", "difference"),
    [
        ("resnet18d", "stem has several convolutions"),
        ("resnet26t", "stem has several convolutions"),
        ("seresnet18", "squeeze-and-excitation"),
        ("ecaresnet50t", "stem has several|squeeze"),
        ("legacy_seresnet18", "Cannot show"),
        ("res2net50_26w_4s", "Res2Net"),
        ("skresnet18", "split and weigh"),
        ("resnest14d", "stem has several|split"),
        ("resnetv2_50", "ResNetV2"),
        ("cspresnet50", "Cannot show"),
        ("resnet50c", "stem has several convolutions"),
    ],
)
def test_relatives_are_refused_with_what_is_different(name: str, difference: str):
    with torch.device("meta"):
        theirs = timm.create_model(name, pretrained=False)
    with pytest.raises(UserError, match=difference):
        recognise(theirs.state_dict(), "`net.pth`")


def test_a_classifier_beside_a_backbone():
    state = state_of(spec("resnet18"))
    split = {(f"head.{n}" if n.startswith("fc.") else f"backbone.{n}"): t for n, t in state.items()}
    assert recognise(split) == spec("resnet18")


def test_a_classifier_after_dropout():
    state = state_of(spec("resnet18"))
    split = {n.replace("fc.", "fc.1."): t for n, t in state.items()}
    assert recognise(split) == spec("resnet18")


def test_a_classifier_of_several_layers_is_refused():
    state = state_of(spec("resnet18"))
    del state["fc.weight"], state["fc.bias"]
    state["fc.0.weight"] = torch.empty(512, 512, device="meta")
    state["fc.2.weight"] = torch.empty(10, 512, device="meta")
    with pytest.raises(UserError, match=r"several layers \(fc\.0\.weight, fc\.2\.weight\)"):
        recognise(state)


def test_two_networks_in_one_file():
    state = state_of(spec("resnet20"))
    pair = {f"encoder_q.{n}": t for n, t in state.items()}
    pair |= {f"encoder_k.{n}": t for n, t in state.items()}
    found, notes = canonical(pair, "`moco.pth`")
    assert recognise(found) == spec("resnet20")
    assert notes == ("It holds 2 networks; `encoder_q.` is shown, not `encoder_k.`.",)


def test_what_stands_beside_the_network_is_told():
    state = {f"backbone.{n}": t for n, t in state_of(spec("resnet20")).items()}
    state["criterion.weight"] = torch.empty(10, device="meta")
    state["mixer.alpha"] = torch.empty(1, device="meta")
    _, notes = canonical(state, "`net.pth`")
    assert notes == ("Not used: `criterion.weight` and 1 more tensor.",)


def test_detectors_show_their_backbone():
    with torch.device("meta"):
        detector = torchvision_models.detection.fasterrcnn_resnet50_fpn(
            weights=None, weights_backbone=None
        )
    assert recognise(detector.state_dict()) == spec("resnet50")


@pytest.mark.parametrize("suffix", ["_orig", "_g"])
def test_pruned_and_parametrised_weights_are_refused(suffix: str):
    state = {
        n.replace("conv1.weight", f"conv1.weight{suffix}"): t
        for n, t in state_of(spec("resnet20")).items()
    }
    with pytest.raises(UserError, match="parametrised or pruned"):
        recognise(state)


def test_the_last_norm_of_pre_activation_repositories():
    state = state_of(spec("preresnet110"))
    renamed = {re.sub(r"^norm\.", "bn.", n): t for n, t in state.items()}
    assert recognise(renamed) == spec("preresnet110")


def test_pre_activation_without_a_last_norm_is_refused():
    state = {n: t for n, t in state_of(spec("preresnet20")).items() if not n.startswith("norm.")}
    with pytest.raises(UserError, match="neither after its stem"):
        recognise(state)


def test_without_classifier_the_usual_classes_are_assumed():
    state = {n: t for n, t in state_of(spec("resnet50")).items() if not n.startswith("fc.")}
    assert recognise(state) == spec("resnet50")


# --- damage -----------------------------------------------------------------------------------


def test_the_first_tensor_of_another_shape_is_named_with_both_shapes():
    state = state_of(spec("resnet18"))
    state["layer3.1.conv2.weight"] = torch.empty(256, 128, 3, 3, device="meta")
    state["layer4.1.bn2.bias"] = torch.empty(3, device="meta")
    with pytest.raises(UserError) as caught:
        recognise(state, "`mine.pth`")
    assert "`mine.pth`" in str(caught.value)
    assert "`layer3.1.conv2.weight` is (256, 128, 3, 3)" in str(caught.value)
    assert "(256, 256, 3, 3)" in str(caught.value)


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("layer2.0.", r"`layer2\.0` is missing"),
        ("layer2.", r"`layer2\.0` is missing"),
        ("layer1.1.conv2.weight", r"`layer1\.1\.conv2\.weight` \(64, 64, 3, 3\) is missing"),
        ("conv1.weight", r"`conv1\.weight` is missing"),
        ("layer2.0.bn1.running_var", r"`layer2\.0\.bn1\.running_var` \(128\) is missing"),
    ],
)
def test_missing_parts_are_named(missing: str, words: str):
    state = {n: t for n, t in state_of(spec("resnet18")).items() if not n.startswith(missing)}
    with pytest.raises(UserError, match=words):
        recognise(state)


def test_an_odd_stem_is_refused():
    state = state_of(spec("resnet18"))
    state["conv1.weight"] = torch.empty(64, 3, 5, 5, device="meta")
    with pytest.raises(UserError, match=r"stem `conv1\.weight` is 5x5"):
        recognise(state)


def test_a_stem_narrower_than_its_first_stage_is_refused():
    state = state_of(spec("resnet20"))
    state["conv1.weight"] = torch.empty(8, 3, 3, 3, device="meta")
    with pytest.raises(UserError, match="stem puts out 8 channels"):
        recognise(state)


def test_unknown_tensors_inside_a_block_are_refused():
    state = state_of(spec("resnet20"))
    state["layer1.0.gamma"] = torch.empty(16, device="meta")
    with pytest.raises(UserError, match=r"blocks contain `layer1\.0\.gamma`"):
        recognise(state)


@pytest.mark.parametrize("name", ["conv1.weight", "layer1.0.conv2.weight", "fc.weight"])
@pytest.mark.parametrize("shape", [(), (3,), (0,), (0, 0, 0, 0), (1, 1, 1, 1, 1)], ids=str)
def test_absurd_shapes_end_in_words(name: str, shape: tuple[int, ...]):
    state = state_of(spec("resnet20"))
    state[name] = torch.empty(shape, device="meta")
    with pytest.raises(UserError):
        recognise(state)
