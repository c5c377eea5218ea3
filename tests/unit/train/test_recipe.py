"""Recipes are written as they are read: whatever can be set survives the way through a file."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any, get_args

import pytest

from resnet_viz.assets import assets_dir
from resnet_viz.errors import UserError
from resnet_viz.models.specs import ResNetSpec, names, spec
from resnet_viz.train.config import (
    DataConfig,
    DataSource,
    OptimiserConfig,
    OptimiserName,
    RecordingConfig,
    RunConfig,
    ScheduleConfig,
    StartConfig,
    TrainConfig,
)
from resnet_viz.train.recipe import parse_config, read_config, text_of, to_toml

FOLDERS = ("pictures", "C:\\pictures\\new", 'my "best" photos', "Фото/кошки", "a\tb\x7f", "~/#1")


def drawn_network(rng: random.Random, *, plain: bool) -> ResNetSpec:
    base = spec(rng.choice(names()))
    options: dict[str, Any] = {"n_classes": 7, "input_size": 40, "plain": plain}
    if rng.random() < 0.5:
        options["norm"] = rng.choice(("batch", "group", "none"))
    if rng.random() < 0.5:
        options["init_std"] = rng.uniform(1e-6, 1)
    if rng.random() < 0.5:
        options |= {"depths": (1, 2), "widths": (rng.randint(1, 9), 16), "width_per_group": 64}
    return replace(base, **options)


def drawn(seed: int) -> TrainConfig:
    """A recipe in which any entry may be anything that is allowed."""
    rng = random.Random(seed)
    source = rng.choice(get_args(DataSource))
    return TrainConfig(
        network=drawn_network(rng, plain=rng.random() < 0.5),
        rival=drawn_network(rng, plain=True) if rng.random() < 0.5 else None,
        data=DataConfig(
            source=source,
            folder="" if source == "shapes" else rng.choice(FOLDERS),
            dataset=rng.choice(FOLDERS),
            mean=(rng.random(), 0.0, 1e-7),
            padding=rng.randint(0, 9),
            flip=rng.random() < 0.5,
            crops=tuple((rng.randint(1, 3), rng.randint(1, 40)) for _ in range(rng.randint(0, 3))),
            scale=(rng.uniform(0.01, 0.5), 1.0) if rng.random() < 0.5 else (),
            held_out=rng.uniform(0.01, 0.99),
            train_images=rng.randint(0, 10**6),
        ),
        run=RunConfig(
            epochs=rng.randint(10, 999),
            batch_size=rng.randint(1, 999),
            seed=rng.randrange(2**32),
            label_smoothing=rng.random() * 0.99,
            precision=rng.choice(("float32", "bfloat16")),
            device=rng.choice(("auto", "cuda:1")),
            patience=rng.randint(0, 9),
            evaluate_steps=rng.randint(0, 9),
        ),
        optimiser=OptimiserConfig(
            name=rng.choice(get_args(OptimiserName)),
            lr=10 ** rng.uniform(-9, 9),
            nesterov=rng.random() < 0.5,
            weight_decay=rng.choice((0.0, 5e-324, 1e-4)),
        ),
        schedule=ScheduleConfig(
            name=rng.choice(("step", "cosine")),
            milestones=(2, 5),
            restarts=((2.0, 0.1),) if rng.random() < 0.5 else (),
        ),
        start=rng.choice(
            (
                StartConfig(),
                StartConfig("file", rng.choice(FOLDERS), "layer1", rng.random()),
                StartConfig("imagenet", freeze="body"),
            )
        ),
        recording=RecordingConfig(rng.randint(0, 9), rng.uniform(1e-3, 1), rng.randint(0, 99)),
    )


@pytest.mark.parametrize("seed", range(60))
def test_a_written_recipe_reads_back_as_the_same(seed: int) -> None:
    config = drawn(seed)
    assert parse_config(to_toml(config), "again.toml") == config


@pytest.mark.parametrize(
    "path", sorted((assets_dir() / "recipes").glob("*.toml")), ids=lambda path: path.stem
)
def test_shipped_recipes_survive_being_written(path: Any) -> None:
    config = read_config(path)
    assert parse_config(to_toml(config)) == config


def test_plain_twins_keep_their_name() -> None:
    run = RunConfig(epochs=1)
    data = DataConfig(source="shapes")
    for name in ("plain20", "plain110", "plain18"):
        config = TrainConfig(network=spec(name), data=data, run=run)
        assert f'[network]\nname = "{name}"' in to_toml(config)
    twin = TrainConfig(network=spec("preresnet20", plain=True), data=data, run=run)
    assert '[network]\nname = "preresnet20"\nplain = true' in to_toml(twin)


def test_the_text_of_a_recipe_is_its_own_until_something_changes() -> None:
    text = "# mine\n[network]\nname = 'resnet20'\n[data]\nsource = 'shapes'\n[run]\nepochs = 3\n"
    config = parse_config(text)
    assert text_of(config) == text
    changed = replace(config, run=replace(config.run, epochs=4))
    assert "# mine" not in text_of(changed)
    assert parse_config(text_of(changed)) == changed
    assert parse_config(text_of(replace(config, text=""))) == config


def test_a_network_that_no_recipe_can_name() -> None:
    odd = replace(spec("resnet20"), name="ResNet (3,3,3)")
    config = TrainConfig(network=odd, data=DataConfig(source="shapes"), run=RunConfig(epochs=1))
    with pytest.raises(UserError, match="cannot name"):
        to_toml(config)


def test_a_folder_that_is_not_unicode() -> None:
    data = DataConfig(folder="photos\udcff")
    config = TrainConfig(network=spec("resnet20"), data=data, run=RunConfig(epochs=1))
    with pytest.raises(UserError, match="Unicode"):
        to_toml(config)
