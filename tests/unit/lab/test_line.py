"""One line of text and back: nothing lost, little written, errors that name their entry."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pytest

from resnet_viz import __version__
from resnet_viz.lab.entries import EntryError
from resnet_viz.lab.experiments import EXPERIMENTS, DepthSweep, Lesion, Pair
from resnet_viz.lab.line import PictureMark, from_line, to_line
from resnet_viz.lab.settings import LabSettings

UNUSUAL = LabSettings(
    network="resnet20",
    norm="batch",
    activation="tanh",
    order="pre",
    init="normal",
    init_std=0.1 + 0.2,
    gain=1e-30,
    zero_init=True,
    seed=2**63 - 1,
    alpha=1 / 3,
    training_mode=False,
    dtype="float64",
    device="cuda:0",
    batch="folder",
    batch_size=7,
    folder="/data/my pictures",
    cut=frozenset({"layer1.0", "layer1.1", "layer1.2", "layer3.0"}),
    dropped=frozenset({"layer2.1"}),
    plain_restored=frozenset({"layer1.0", "layer1.2"}),
    plain_dropped=frozenset({"layer3.2"}),
)


def test_the_usual_settings_are_hardly_more_than_the_versions() -> None:
    line = to_line(LabSettings(), torch="2.13.0+cpu")
    assert line == f"resnet-viz lab resnet_viz={__version__} torch=2.13.0+cpu"
    assert from_line(line, torch="2.13.0+cpu").settings == LabSettings()
    assert from_line("resnet-viz lab").settings == LabSettings()


def test_every_field_comes_back() -> None:
    for field in fields(LabSettings):
        if field.name != "weights":
            assert getattr(UNUSUAL, field.name) != getattr(LabSettings(), field.name), field.name
    line = to_line(UNUSUAL)
    state = from_line(line)
    assert state.settings == UNUSUAL
    assert state.experiment is None
    assert state.picture is None
    assert state.warnings == ()
    twins = LabSettings(network="resnet20", weights="twins", training_mode=False)
    assert from_line(to_line(twins)).settings == twins


def test_neighbouring_blocks_are_written_as_runs() -> None:
    line = to_line(UNUSUAL)
    assert " cut=layer1.0-2,layer3.0 " in line
    assert " plain_restored=layer1.0,layer1.2 " in line
    deep = LabSettings(network="resnet1202")
    cut = frozenset(block.name for block in deep.spec("residual").blocks())
    line = to_line(replace(deep, cut=cut))
    assert " cut=layer1.0-199,layer2.0-199,layer3.0-199 " in line
    assert from_line(line).settings.cut == cut


@pytest.mark.parametrize(
    "folder",
    [
        "C:\\Users\\Zoë\\bilder",
        'it\'s "quoted"',
        "two\nlines\tand a tab",
        "a=b, c=d",
        "  ",
        "写真/猫",
        "caf\udce9",  # a file name that is no UTF-8, as Python reads it
        "line\u2028separator",
        "\x7f\x00",
        '\\"',
        "#hash",
        "true",
        "12",
        "-",
    ],
)
def test_any_name_comes_back_in_one_line(folder: str) -> None:
    settings = LabSettings(batch="folder", folder=folder)
    mark = PictureMark(folder, "0123456789abcdef")
    line = to_line(settings, Lesion(folder=folder))
    assert len(line.splitlines()) == 1
    line.encode()
    state = from_line(f"  {line}\n")
    assert state.settings == settings
    assert state.experiment == Lesion(folder=folder)
    pictured = to_line(LabSettings(batch="picture"), picture=mark)
    assert from_line(pictured).picture == mark


@pytest.mark.parametrize("key", list(EXPERIMENTS))
def test_every_experiment_comes_back(key: str) -> None:
    usual = EXPERIMENTS[key]()
    assert from_line(to_line(LabSettings(), usual)).experiment == usual


def test_options_of_an_experiment_come_back() -> None:
    for asked in (
        DepthSweep(depths=(8, 14)),
        Lesion(how="random", ks=(3,), trials=2, folder="x y", n_images=10),
        Pair(),
    ):
        settings = LabSettings(batch="folder", folder="another")
        state = from_line(to_line(settings, asked))
        assert state.experiment == asked
        assert state.settings == settings


def test_a_picture_is_known_by_its_pixels_and_only_where_it_matters() -> None:
    rgb = np.arange(2 * 6 * 3, dtype=np.uint8).reshape(2, 6, 3)
    mark = PictureMark.of("cat.png", rgb)
    assert mark == PictureMark.of("cat.png", np.asfortranarray(rgb))
    assert mark.sha256 != PictureMark.of("cat.png", rgb.reshape(6, 2, 3)).sha256
    changed = rgb.copy()
    changed[0, 0, 0] += 1
    assert mark.sha256 != PictureMark.of("cat.png", changed).sha256
    assert from_line(to_line(LabSettings(batch="picture"), picture=mark)).picture == mark
    assert from_line(to_line(LabSettings(batch="noise"), picture=mark)).picture is None


def test_other_versions_are_told() -> None:
    line = "resnet-viz lab resnet_viz=99.0 torch=1.0"
    ours, torch = from_line(line, torch="2.13.0").warnings
    assert "resnet_viz 99.0" in ours
    assert __version__ in ours
    assert "torch 1.0" in torch
    assert "2.13.0" in torch
    assert len(from_line(line).warnings) == 1, "an unknown version is no difference"


def test_a_line_broken_by_a_mail_is_read() -> None:
    line = to_line(replace(UNUSUAL, folder="folder"), DepthSweep(depths=(8, 14)))
    assert from_line(line.replace(" ", "\n")).settings == replace(UNUSUAL, folder="folder")


@pytest.mark.parametrize(
    ("text", "key", "message", "hint"),
    [
        ("", "", "no settings of the laboratory", "begin with"),
        ("norm=batch", "", "no settings of the laboratory", "begin with"),
        ("resnet-viz lab batch", "", "'batch' is not an entry", "norm=batch"),
        ('resnet-viz lab folder="a', "", "is not an entry", ""),
        ("resnet-viz lab nrm=batch", "nrm", "'nrm' is not a setting", "Did you mean 'norm'?"),
        ("resnet-viz lab norm=btch", "norm", "norm cannot be 'btch'", "batch, group, none"),
        ("resnet-viz lab seed=one", "seed", "seed must be a whole number", ""),
        ("resnet-viz lab alpha=2", "alpha", "alpha must lie between 0 and 1", ""),
        ("resnet-viz lab zero_init=yes", "zero_init", "zero_init must be true or false", ""),
        ("resnet-viz lab cut=layer9.0", "cut", "no block named 'layer9.0'", "layer1.0"),
        ("resnet-viz lab cut=layer1.5-2", "cut", "cut cannot hold 'layer1.5-2'", ""),
        ("resnet-viz lab cut=layer1.0-999999999", "cut", "cut cannot hold", ""),
        ("resnet-viz lab seed=1 seed=2", "seed", "seed is given twice", ""),
        ('resnet-viz lab folder="\\q"', "folder", "folder cannot be", ""),
        ("resnet-viz lab network=resnet57", "network", "'resnet57'", "resnet56"),
        ("resnet-viz lab experiment=lesions", "experiment", "'lesions'", "lesion"),
        (
            "resnet-viz lab experiment=lesion lesion.how=all",
            "lesion.how",
            "how cannot be 'all'",
            "single, random, shuffle",
        ),
        ("resnet-viz lab lesion.how=single", "lesion.how", "'lesion.how' is not a setting", ""),
        ("resnet-viz lab experiment=depth depth.depths=9", "depth.depths", "depths", "6n+2"),
        ("resnet-viz lab experiment=depth depth.depths=", "depth.depths", "cannot be empty", ""),
    ],
)
def test_what_cannot_be_used_is_named(text: str, key: str, message: str, hint: str) -> None:
    with pytest.raises(EntryError) as caught:
        from_line(text)
    assert caught.value.key == key
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_it_imports_neither_torch_nor_qt() -> None:
    program = (
        "import sys, resnet_viz.lab.line;"
        "print([m for m in sys.modules if m.split('.')[0] in ('torch', 'PySide6')])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr
