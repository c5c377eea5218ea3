"""Recipes: what is read, and which mistakes are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resnet_viz.assets import assets_dir
from resnet_viz.errors import UserError
from resnet_viz.images import CIFAR10
from resnet_viz.models.specs import spec
from resnet_viz.train.recipe import parse_config, read_config
from resnet_viz.train.schedule import lr_share

PRESETS = ("two-minute-demo.toml", "duel56-cifar10.toml", "fine-tune-folder.toml")
STUDIES = ("few-pictures-pretrained", "few-pictures-scratch", "overfitting-shapes")
"""Recipes that are named for what is seen in them; their runs ship, too."""

GOOD = """
[network]
name = "plain20"
norm = "group"
[data]
folder = "somewhere"
crops = [[2, 16], [3, 24]]
[run]
epochs = 9
"""


def test_values_and_defaults() -> None:
    config = parse_config(GOOD, "good.toml")
    assert config.network == spec("plain20", norm="group")
    assert config.name == "plain20"
    assert config.source == "good.toml"
    assert config.preprocess == CIFAR10
    assert (config.run.epochs, config.run.batch_size, config.run.seed) == (9, 128, 0)
    assert config.optimiser.name == "sgd"
    assert [config.crop_at(epoch) for epoch in range(7)] == [16, 16, 24, 24, 24, 32, 32]


def test_whole_numbers_are_numbers() -> None:
    assert parse_config(GOOD + "[optimiser]\nlr = 1").optimiser.lr == 1.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epochs = 9", "epochs = 9\nepoch = 9", r"\[run\] has no entry 'epoch'"),
        ("epochs = 9", "", r"\[run\] needs an entry 'epochs'"),
        ("epochs = 9", "epochs = 0", "epochs must be at least 1, got 0"),
        ("epochs = 9", "epochs = 9.5", "run.epochs must be a whole number, got 9.5"),
        ("epochs = 9", "epochs = true", "run.epochs must be a whole number, got True"),
        ("epochs = 9", "epochs = 9\nseed = -1", "seed"),
        ("epochs = 9", "epochs = 9\nprecision = 'half'", "precision cannot be 'half'"),
        ("epochs = 9", "epochs = 9\nchannels_last = 1", "run.channels_last must be true or"),
        ("epochs = 9", "epochs = 9\nlabel_smoothing = 1.0", "label_smoothing"),
        ("epochs = 9", "epochs = 9\ndevice = 0", "run.device must be text"),
        ("epochs = 9", "epochs = 9\n[optimizer]\nlr = 1", r"there is no section \[optimizer\]"),
        ("epochs = 9", "epochs = 9\n[optimiser]\nname = 'lion'", "name cannot be 'lion'"),
        ("epochs = 9", "epochs = 9\n[optimiser]\nlr = 0", "lr must be positive"),
        ("epochs = 9", "epochs = 9\n[optimiser]\nlr = nan", "lr must be positive"),
        ("epochs = 9", "epochs = 9\n[optimiser]\nlr = '1'", "optimiser.lr must be a number"),
        ("epochs = 9", "epochs = 9\n[optimiser]\nmomentum = 0", "nesterov needs a momentum"),
        ("epochs = 9", "epochs = 9\n[optimiser]\nweight_decay = -1", "weight_decay"),
        ("epochs = 9", "epochs = 9\n[schedule]\nname = 'step'", "needs milestones"),
        ("epochs = 9", "epochs = 9\n[schedule]\nrestarts = [[5]]", "restarts cannot hold"),
        ("epochs = 9", "epochs = 9\n[schedule]\nrestarts = [[2.5, 1]]", "restarts cannot hold"),
        ("epochs = 9", "epochs = 9\n[schedule]\nrestarts = [[5, 1], [4, 1]]", "take 9 of 9"),
        ("epochs = 9", "epochs = 9\n[schedule]\nwarm_up = 1.0", "warm_up is a share"),
        ("epochs = 9", "epochs = 9\nschedule = 1", "run.*no entry 'schedule'"),
        ("[run]", "[run", "not valid TOML"),
        ('folder = "somewhere"', "", r"\[data\] needs an entry 'folder'"),
        ('folder = "somewhere"', 'folder = ["a"]', "data.folder must be text"),
        ('folder = "somewhere"', 'source = "web"', "source cannot be 'web'"),
        ('folder = "somewhere"', 'folder = "x"\nsource = "shapes"', "cannot have both"),
        ("[[2, 16], [3, 24]]", "[[2, 16, 3]]", "crops cannot hold"),
        ("[[2, 16], [3, 24]]", "[2, 16]", "data.crops must be a list"),
        ("[[2, 16], [3, 24]]", "[[2, 41]]", "A crop of 41 pixels does not fit into 40"),
        ("[[2, 16], [3, 24]]", "[]\npadding = 32", "padding must be below"),
        ("[[2, 16], [3, 24]]", "[]\nmean = [0.5]", "mean and std need three"),
        ("[[2, 16], [3, 24]]", "[]\nstd = [0.5, 0.0, 0.5]", "mean and std need three"),
        ("[network]", "[net]", r"no section \[net\]"),
        ('name = "plain20"', "", r"\[network\] needs a name"),
        ("plain20", "plain21", "no network called 'plain21'"),
        ('norm = "group"', 'norm = "layer"', "norm cannot be 'layer'"),
        ('norm = "group"', 'nrom = "group"', "'nrom' is not an option of a network"),
        ('norm = "group"', "depths = 3", "network.depths must be a list"),
        ('norm = "group"', "n_classes = '10'", "network.n_classes must be a whole number"),
    ],
)
def test_mistakes_are_named_with_the_file(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(UserError, match=message) as caught:
        parse_config(GOOD.replace(old, new, 1), "bad.toml")
    assert caught.value.message.startswith("bad.toml")


def test_a_recipe_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nothing\.toml"):
        read_config(tmp_path / "nothing.toml")
    with pytest.raises(UserError, match="Cannot read"):
        read_config(tmp_path)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match=r"binary\.toml"):
        read_config(tmp_path / "binary.toml")


def test_the_shipped_recipes_are_read_and_twins_differ_in_the_name_alone() -> None:
    recipes = {p.name: read_config(p) for p in (assets_dir() / "recipes").glob("*.toml")}
    assert recipes
    for name, config in recipes.items():
        data = "".join(filter(str.isalnum, config.data.dataset.lower()))
        who = config.name.replace("resnet", "duel") if config.rival else config.name
        usual = {f"{who}-{data}.toml", f"{who}-{data}-short.toml"}
        assert name in usual | {*PRESETS, *(f"{study}.toml" for study in STUDIES)}
        assert not Path(config.data.folder).is_absolute()
    assert set(PRESETS) <= set(recipes)
    for name, config in recipes.items():
        if config.network.plain:
            twin = recipes[name.replace("plain", "resnet")]
            same: Any = lambda c: (c.data, c.run, c.optimiser, c.schedule)  # noqa: E731
            assert same(config) == same(twin)
            assert config.network.name == twin.network.name


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_s_recorded_run_was_made_by_the_recipe_of_its_name(name: str) -> None:
    recipe = read_config(assets_dir() / "recipes" / f"{name}.toml")
    assert read_config(assets_dir() / "runs" / name / "config.toml") == recipe
    assert recipe.data.source == "shapes"  # so it runs on a machine without data


def test_the_two_studies_of_few_pictures_differ_in_their_first_weights_alone() -> None:
    folder = assets_dir() / "recipes"
    scratch = read_config(folder / "few-pictures-scratch.toml")
    pretrained = read_config(folder / "few-pictures-pretrained.toml")
    assert scratch.start.weights == "none"
    assert pretrained.start.weights == "bundled"
    assert replace(pretrained, start=scratch.start) == scratch


def test_the_short_recipe_is_the_first_part_of_the_long_one() -> None:
    """So a finished short run can be continued as the long one, bit for bit."""
    folder = assets_dir() / "recipes"
    long = read_config(folder / "resnet20-cifar10.toml")
    short = read_config(folder / "resnet20-cifar10-short.toml")
    assert (long.data, long.optimiser) == (short.data, short.optimiser)
    again = sum(int(epochs) for epochs, _ in long.schedule.restarts)
    assert replace(long.schedule, restarts=()) == short.schedule
    assert replace(long.run, epochs=long.run.epochs - again) == short.run


def test_the_paper_s_recipe_is_the_paper_s() -> None:
    """He et al. 2015, section 4.2: 64k steps of 128, lr 0.1 divided by 10 at 32k and 48k."""
    config = read_config(assets_dir() / "recipes" / "duel56-cifar10.toml")
    per_epoch = 50_000 // config.run.batch_size
    n_steps = per_epoch * config.run.epochs
    assert n_steps == pytest.approx(64_000, rel=1e-2)
    of_paper = {0: 0.1, 31_000: 0.1, 33_000: 0.01, 47_000: 0.01, 49_000: 0.001, 63_000: 0.001}
    for step, lr in of_paper.items():
        share = lr_share(config.schedule, step, n_steps, per_epoch)
        assert config.optimiser.lr * share == pytest.approx(lr)
    assert (config.optimiser.momentum, config.optimiser.weight_decay) == (0.9, 1e-4)
    assert not config.optimiser.nesterov
    assert config.rival == replace(config.network, plain=True)


def test_the_demo_needs_nothing_but_the_program() -> None:
    config = read_config(assets_dir() / "recipes" / "two-minute-demo.toml")
    assert (config.data.source, config.start.weights) == ("shapes", "none")
    assert config.rival == replace(config.network, plain=True)


@pytest.mark.parametrize("name", ["n_classes = 4", "input_size = 16"])
def test_a_rival_of_other_pictures_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=name.split()[0]) as caught:
        parse_config(GOOD + f"[rival]\nname = 'resnet20'\n{name}\n", "bad.toml")
    assert "[rival]" in caught.value.hint
