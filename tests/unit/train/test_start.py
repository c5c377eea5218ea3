"""Starting weights, new classifiers, frozen parts and the body's own rate, against autograd."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from run_folders import PLAIN
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from resnet_viz.assets import assets_dir
from resnet_viz.data.datasets import load
from resnet_viz.errors import UserError
from resnet_viz.images import CIFAR10
from resnet_viz.models import bundled as bundled_module
from resnet_viz.models import sources
from resnet_viz.models.bundled import Card, weights_dir, write_card
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import spec
from resnet_viz.train.loop import Trainer
from resnet_viz.train.recipe import read_config

CPU = torch.device("cpu")
TINY = {"depths": (1, 1, 1), "widths": (4, 8, 8), "input_size": 8}
CLASSES = ("blue", "green", "red")


def trained(n_classes: int, plain: bool = False) -> ResNet:
    """A network whose running statistics have seen something."""
    net = build(spec("resnet20", **TINY, n_classes=n_classes, plain=plain), seed=99).train()
    with torch.no_grad():
        for _ in range(3):
            net(torch.randn(8, 3, 8, 8, generator=torch.Generator().manual_seed(1)))
    return net.eval()


def checkpoint(folder: Path, n_classes: int) -> tuple[Path, dict[str, Tensor]]:
    state = trained(n_classes).state_dict()
    path = folder / "mine.safetensors"
    save_file({k: v.contiguous() for k, v in state.items()}, path)
    return path, state


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put one network among those that ship."""
    folder = tmp_path / "weights"
    folder.mkdir()

    def put(labels: tuple[str, ...]) -> dict[str, Tensor]:
        state = trained(len(labels)).state_dict()
        weights = folder / "resnet20-colours.safetensors"
        save_file({k: v for k, v in state.items() if v.is_floating_point()}, weights)
        card = Card(
            name="resnet20",
            dataset="Colours",
            options=TINY,
            n_classes=len(labels),
            labels=labels,
            preprocess=CIFAR10,
            test_accuracy=0.5,
            test_images=12,
            recipe="colours.toml",
            seed=0,
            epochs=1,
            sha256="",
        )
        write_card(card, weights)
        return state

    monkeypatch.setattr(bundled_module, "weights_dir", lambda: folder)
    return put


@pytest.fixture
def trainer(recipe: Any) -> Any:
    def make(**changes: str) -> Trainer:
        config = read_config(recipe(**changes))
        return Trainer(config, load(config).dataset, CPU)

    return make


def body(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value for name, value in state.items() if not name.startswith("fc.")}


def assert_same(a: dict[str, Tensor], b: dict[str, Tensor]) -> None:
    assert a.keys() == b.keys()
    for name in a:
        assert torch.equal(a[name], b[name]), name


# --- where the weights come from -------------------------------------------------------------


def test_a_file_for_other_classes_keeps_its_body_and_gets_a_new_head(
    trainer: Any, tmp_path: Path
) -> None:
    path, state = checkpoint(tmp_path, n_classes=5)
    run: Trainer = trainer(start=f"weights = 'file'\npath = '{path}'")
    learner = run.learners["network"]
    now = learner.net.state_dict()
    assert_same(body(now), body(state))
    fresh = build(run.config.network, run.config.run.seed).state_dict()
    assert torch.equal(now["fc.weight"], fresh["fc.weight"])
    notes = " ".join(learner.notes)
    assert "classifier is new (seed 7)" in notes
    assert "5 classes" in notes
    assert "mine.safetensors" in notes


def test_a_file_for_as_many_classes_keeps_its_head(trainer: Any, tmp_path: Path) -> None:
    path, state = checkpoint(tmp_path, n_classes=3)
    learner = trainer(start=f"weights = 'file'\npath = '{path}'").learners["network"]
    assert_same(learner.net.state_dict(), state)
    assert "classifier is new" not in " ".join(learner.notes)


def test_a_file_of_another_network_is_refused(trainer: Any, tmp_path: Path) -> None:
    path, _ = checkpoint(tmp_path, n_classes=3)
    with pytest.raises(UserError, match="conv1"):
        trainer(network="widths = [6, 8, 8]", start=f"weights = 'file'\npath = '{path}'")


def test_bundled_weights_know_whether_the_classes_are_theirs(trainer: Any, shelf: Any) -> None:
    state = shelf(CLASSES)
    start = "weights = 'bundled'\npath = 'resnet20-colours'"
    same = trainer(start=start).learners["network"]
    for name, value in same.net.state_dict().items():
        if value.is_floating_point():
            assert torch.equal(value, state[name]), name
    assert "classifier is new" not in " ".join(same.notes)

    shelf(("cat", "dog", "horse"))
    other = trainer(start=start).learners["network"]
    assert "have other names" in " ".join(other.notes)
    assert not torch.equal(other.net.fc.weight, state["fc.weight"])


def test_bundled_weights_that_do_not_ship(trainer: Any, shelf: Any) -> None:
    shelf(CLASSES)
    with pytest.raises(UserError, match="no bundled weights 'resnet99'") as caught:
        trainer(start="weights = 'bundled'\npath = 'resnet99'")
    assert "resnet20-colours" in caught.value.hint


def test_published_weights_start_a_network_of_fewer_classes(
    recipe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = build(spec("resnet18"), seed=4).state_dict()
    preprocess = replace(CIFAR10, resize=256, crop=224)

    class Chosen:
        labels = tuple(f"class {i}" for i in range(1000))

        def __init__(self) -> None:
            self.preprocess = preprocess

        def state(self, *args: object) -> dict[str, Tensor]:
            return published

        def label(self) -> str:
            return "ImageNet, 69.8 % top-1"

    monkeypatch.setattr(sources.published, "choose", lambda *args: Chosen())
    path = recipe(start="weights = 'imagenet'")
    text = path.read_text().replace("depths = [1, 1, 1]\nwidths = [4, 8, 8]\n", "")
    path.write_text(text.replace("resnet20", "resnet18"))
    config = read_config(path)
    learner = Trainer(config, load(config).dataset, CPU).learners["network"]
    assert_same(body(learner.net.state_dict()), body(published))
    assert "ImageNet, 69.8 % top-1" in " ".join(learner.notes)
    assert "1000 classes" in " ".join(learner.notes)


def test_a_plain_rival_starts_from_the_same_file_and_says_what_it_lost(
    trainer: Any, tmp_path: Path
) -> None:
    path, state = checkpoint(tmp_path, n_classes=3)
    run: Trainer = trainer(rival=PLAIN, start=f"weights = 'file'\npath = '{path}'")
    for learner in run.learners.values():
        assert_same(learner.net.state_dict(), state)
    assert "which are cut here" in " ".join(run.learners["rival"].notes)
    assert "which are cut here" not in " ".join(run.learners["network"].notes)


def test_another_normalisation_than_the_weights_had_is_told(trainer: Any, shelf: Any) -> None:
    shelf(CLASSES)
    start = "weights = 'bundled'\npath = 'resnet20-colours'"
    told = " ".join(trainer(start=start, data="mean = [0.1, 0.2, 0.3]").learners["network"].notes)
    assert "mean 0.491, 0.482, 0.447" in told
    assert "0.1, 0.2, 0.3" in told


# --- what stays as it is ---------------------------------------------------------------------

FROZEN = {
    "": (),
    "stem": ("conv1", "bn1"),
    "layer1": ("conv1", "bn1", "layer1"),
    "layer2": ("conv1", "bn1", "layer1", "layer2"),
    "body": ("conv1", "bn1", "layer1", "layer2", "layer3"),
}


@pytest.mark.parametrize("freeze", FROZEN)
def test_frozen_parts_do_not_move_and_the_others_do(trainer: Any, freeze: str) -> None:
    run: Trainer = trainer(start=f"freeze = '{freeze}'")
    net = run.learners["network"].net
    before = {name: value.clone() for name, value in net.state_dict().items()}
    for _ in range(3):
        run.step()
    for name, value in net.state_dict().items():
        frozen = name.split(".")[0] in FROZEN[freeze]
        # Batch norm included: running statistics and the count of batches.
        assert torch.equal(value, before[name]) == frozen, name


def test_evaluating_leaves_frozen_batch_norms_frozen(trainer: Any) -> None:
    run: Trainer = trainer(start="freeze = 'layer1'")
    net = run.learners["network"].net
    modes = {name: module.training for name, module in net.named_modules()}
    assert not modes["layer1.0.bn1"]
    assert modes["layer2.0.bn1"]
    run.evaluate()
    assert {name: module.training for name, module in net.named_modules()} == modes


def test_a_pre_activation_network_is_frozen_up_to_its_last_norm(trainer: Any) -> None:
    run: Trainer = trainer(network="name = 'preresnet20'", start="freeze = 'body'")
    net = run.learners["network"].net
    assert [name for name, p in net.named_parameters() if p.requires_grad] == [
        "fc.weight",
        "fc.bias",
    ]


def test_a_stage_that_is_not_there(trainer: Any) -> None:
    with pytest.raises(UserError, match="'layer4'") as caught:
        trainer(start="freeze = 'layer4'")
    assert "layer1, layer2, layer3" in caught.value.hint


# --- separate rates --------------------------------------------------------------------------


@pytest.mark.parametrize("decay_norms", ["true", "false"])
def test_the_body_learns_at_its_share_of_the_rate(trainer: Any, decay_norms: str) -> None:
    """One step of plain SGD with L2 decay, its gradients from autograd on a copy."""
    run: Trainer = trainer(
        data="padding = 0\nflip = false\ncrops = []",
        optimiser="lr = 0.1\nmomentum = 0.0\nnesterov = false\nweight_decay = 0.01\n"
        f"decay_norms = {decay_norms}",
        schedule="name = 'constant'\nwarm_up = 0.0",
        start="body_lr = 0.25\nfreeze = 'stem'",
    )
    learner = run.learners["network"]
    images, labels = run._batch(0)
    copy = build(run.config.network, seed=7).train()
    copy.conv1.eval(), copy.bn1.eval()
    names = [
        name for name, _ in copy.named_parameters() if name.split(".")[0] not in FROZEN["stem"]
    ]
    old = dict(copy.named_parameters())
    loss = F.cross_entropy(copy(images), labels)
    gradients = torch.autograd.grad(loss, [old[name] for name in names])
    run.step()
    new = dict(learner.net.named_parameters())
    for name, gradient in zip(names, gradients, strict=True):
        decay = 0.01 if decay_norms == "true" or old[name].ndim > 1 else 0.0
        rate = 0.1 if name.startswith("fc.") else 0.025
        expected = old[name] - rate * (gradient + decay * old[name])
        torch.testing.assert_close(new[name], expected, rtol=1e-5, atol=1e-7, msg=name)


def test_a_body_rate_of_zero_leaves_the_body_s_weights(trainer: Any) -> None:
    run: Trainer = trainer(start="body_lr = 0.0")
    net = run.learners["network"].net
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    for _ in range(2):
        run.step()
    moved = {name for name, p in net.named_parameters() if not torch.equal(p, before[name])}
    assert moved == {"fc.weight", "fc.bias"}


def test_the_shipped_recipe_for_folders_fits_the_shipped_weights() -> None:
    config = read_config(assets_dir() / "recipes" / "fine-tune-folder.toml")
    card = Card.from_json((weights_dir() / f"{config.start.path}.json").read_text("utf-8"))
    assert replace(card.spec(), n_classes=config.network.n_classes) == config.network
    assert card.preprocess == config.preprocess
