"""Presets, their names and what cannot be built."""

from __future__ import annotations

import pickle
import subprocess
import sys
from itertools import pairwise

import pytest

from resnet_viz.errors import UserError
from resnet_viz.models.specs import IMAGENET, ResNetSpec, names, plain_name, spec, title


def test_every_listed_name_builds_a_spec_of_that_name():
    for name in names():
        assert spec(name).name == name
    assert len(set(names())) == len(names())


@pytest.mark.parametrize(
    ("name", "layers"),
    [("resnet18", 18), ("resnet34", 34), ("resnet50", 50), ("resnet152", 152)]
    + [(f"resnet{n}", n) for n in (20, 32, 44, 56, 110, 1202)]
    + [(f"preresnet{n}", n) for n in (20, 110, 164, 1001)],
)
def test_the_number_in_the_name_is_the_number_of_weighted_layers(name: str, layers: int):
    assert spec(name).n_layers == layers


def test_any_cifar_depth_of_6n_plus_2_exists():
    assert spec("resnet26").depths == (4, 4, 4)
    assert spec("resnet26").family == "cifar"


@pytest.mark.parametrize("name", ["resnet21", "resnet2", "resnet0", "vgg16", "", "resnet", "plain"])
def test_unknown_names_are_refused_in_words(name: str):
    with pytest.raises(UserError, match="no network called"):
        spec(name)


@pytest.mark.parametrize("name", ["ResNet-56", "resnet56", " RESNET56 "])
def test_names_are_read_as_people_write_them(name: str):
    assert spec(name) == spec("resnet56")


def test_a_plain_twin_differs_only_in_being_plain():
    twin, net = spec("plain56"), spec("resnet56")
    assert twin.plain
    assert not net.plain
    assert twin.name == net.name
    assert list(twin.blocks()) == list(net.blocks())
    assert twin.title() == "plain-56"


def test_depths_that_both_families_have_mean_the_imagenet_network():
    assert spec("resnet50").family == "imagenet"
    assert spec("preresnet50").order == "pre"


def test_options_are_applied_and_reported():
    changed = spec("resnet20", norm="none", n_classes=7)
    assert changed.options() == {"norm": "none", "n_classes": 7}
    assert spec("resnet20", **changed.options()) == changed


def test_a_network_without_a_preset_reports_all_its_options():
    own = ResNetSpec("mine", "cifar", "basic", (1, 2), (4, 8), n_classes=3)
    options = own.options()
    assert ResNetSpec("mine", **options) == own


def test_lists_from_json_or_toml_become_tuples():
    assert hash(spec("resnet20", depths=[1, 1, 1])) == hash(spec("resnet20", depths=(1, 1, 1)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"norm": "layer"}, "norm cannot be 'layer'"),
        ({"order": "mid"}, "order cannot be 'mid'"),
        ({"n_classes": 0}, "at least 1"),
        ({"depths": (1, 2)}, "one width and one depth"),
        ({"depths": (), "widths": ()}, "one width and one depth"),
        ({"depths": (0, 1, 1)}, "at least 1"),
        ({"input_size": 0}, "at least 1"),
        ({"init_std": 0.0}, "init_std must be positive"),
        ({"groups": 2}, "no groups"),
        ({"colour": "red"}, "'colour' is not an option"),
        ({"block": "bottleneck", "width_per_group": 1}, "leaves no channels"),
    ],
)
def test_impossible_options_are_refused_in_words(options: dict, message: str):
    with pytest.raises(UserError, match=message):
        spec("resnet20", **options)


def test_strides_halve_at_each_later_stage_and_channels_follow():
    blocks = list(spec("resnet50").blocks())
    assert [b.name for b in blocks if b.stride == 2] == ["layer2.0", "layer3.0", "layer4.0"]
    assert [b.name for b in blocks if b.shortcut == "projection"] == [
        "layer1.0",
        "layer2.0",
        "layer3.0",
        "layer4.0",
    ]
    for before, after in pairwise(blocks):
        assert after.in_channels == before.out_channels
    assert blocks[-1].out_channels == 2048


def test_cifar_networks_pad_where_the_shape_changes():
    kinds = {b.shortcut for b in spec("resnet20").blocks()}
    assert kinds == {"identity", "pad"}


def test_resnext_widths_are_those_of_the_paper():
    widths = {b.stage: b.width for b in IMAGENET["resnext50_32x4d"].blocks()}
    assert widths == {1: 128, 2: 256, 3: 512, 4: 1024}  # Xie et al. 2016, table 1


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("resnet56", "ResNet-56"),
        ("preresnet164", "PreResNet-164"),
        ("resnext50_32x4d", "ResNeXt-50 32x4d"),
        ("wide_resnet50_2", "Wide ResNet-50 2"),
        ("plain20", "plain-20"),
        ("resnet (3,5,4,2)", "ResNet (3,5,4,2)"),
        ("mine", "mine"),
    ],
)
def test_titles_are_written_as_in_the_papers(name: str, written: str):
    assert title(name) == written


def test_plain_names():
    assert plain_name("resnet56") == "plain56"
    assert plain_name("preresnet20") == "preresnet20-plain"


def test_specs_survive_the_pipe_to_the_engine():
    original = spec("resnet50", norm="group")
    assert pickle.loads(pickle.dumps(original)) == original


def test_the_window_can_read_specs_gates_and_cards_without_torch():
    code = (
        "import sys, resnet_viz.models.specs, resnet_viz.models.gates, resnet_viz.models.bundled;"
        "print([m for m in ('torch', 'torchvision', 'PySide6') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
