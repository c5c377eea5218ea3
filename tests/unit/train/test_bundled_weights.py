"""The weights that ship: every card belongs to its file, its recipe and its network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from resnet_viz.assets import assets_dir
from resnet_viz.models.bundled import Card, read_cards, weights_dir
from resnet_viz.models.network import build
from resnet_viz.train.recipe import read_config

CARDS = sorted(weights_dir().glob("*.json"))

# Pictures that each data set holds out.
HELD_OUT = {"CIFAR-10": 10_000, "Imagenette": 3_925}


def test_there_is_a_network_to_start_with() -> None:
    cards, notes = read_cards(weights_dir())
    assert notes == ()
    assert "resnet20" in cards


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_a_card_and_its_file_belong_together(path: Path) -> None:
    card = Card.from_json(path.read_text(encoding="utf-8"), path.with_suffix(".safetensors"))
    assert card.intact()
    assert card.path.stat().st_size < 12_000_000
    assert card.test_images == HELD_OUT[card.dataset]
    right = card.test_accuracy * card.test_images
    assert right == pytest.approx(round(right), abs=1e-6)

    net = build(card.spec())
    state = {key: value.float() for key, value in load_file(card.path).items()}
    missing, unexpected = net.load_state_dict(state, strict=False)
    assert unexpected == []
    assert [key for key in missing if not key.endswith("num_batches_tracked")] == []
    assert all(value.isfinite().all() for value in state.values())
    # Trained, not merely drawn: batch statistics have moved away from 0 and 1.
    assert not np.allclose(state["bn1.running_mean"].numpy(), 0, atol=1e-3)
    with torch.no_grad():
        side = card.preprocess.crop
        assert net(torch.zeros(1, 3, side, side)).isfinite().all()


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_a_card_repeats_what_its_recipe_says(path: Path) -> None:
    card = Card.from_json(path.read_text(encoding="utf-8"))
    recipe = read_config(assets_dir() / "recipes" / card.recipe)
    assert recipe.network == card.spec()
    assert recipe.preprocess == card.preprocess
    assert (recipe.run.seed, recipe.run.epochs) == (card.seed, card.epochs)
    assert recipe.data.dataset == card.dataset
