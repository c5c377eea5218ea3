"""Lesions against networks without those blocks, built by hand from the same modules."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from resnet_viz.analysis.lesion import Lesions, Score, measure_lesions
from resnet_viz.analysis.routes import Route, random_drop, random_swaps, single_drops
from resnet_viz.analysis.stepwise import Stepwise
from resnet_viz.errors import OperationCancelled
from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import spec

N_IMAGES = 12


def network(name: str = "resnet20", **options: object) -> ResNet:
    return build(spec(name, n_classes=5, **{"init": "torch", **options}), seed=1)


def pictures(size: int = 8, n_images: int = N_IMAGES) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(n_images, 3, size, size, generator=generator)
    return images, torch.randint(5, (n_images,), generator=generator)


def expected_score(logits: Tensor, targets: Tensor, intact: Tensor) -> tuple[float, ...]:
    """Loss, error and disagreement, from torch alone."""
    return (
        F.cross_entropy(logits, targets).item(),
        (logits.argmax(1) != targets).double().mean().item(),
        (logits.argmax(1) != intact.argmax(1)).double().mean().item(),
    )


def figures(score: Score) -> tuple[float, ...]:
    return score.loss, score.error, score.disagreement


def by_hand(net: ResNet, images: Tensor, order: list[int], dropped: set[int]) -> Tensor:
    """Logits of a network whose blocks are put together anew, in plain torch."""
    with torch.no_grad():
        x = net.stem(images)
        blocks = list(net.blocks.values())
        plain = net.spec.plain
        for index in order:
            block = blocks[index]
            shortcut = block.downsample(x)
            if index in dropped:
                y = shortcut
            elif plain:
                y = block.branch(x)
            else:
                y = shortcut + block.branch(x)
            x = torch.relu(y) if net.spec.order == "post" else y
        return net.head(x)


@pytest.mark.parametrize("name", ["resnet20", "plain20", "preresnet20", "resnet18", "plain18"])
def test_dropping_a_branch_is_the_network_without_that_block(name: str) -> None:
    net = network(name)
    images, targets = pictures(16 if net.spec.family == "imagenet" else 8)
    n_blocks = net.spec.n_blocks
    order = list(range(n_blocks))
    intact, scores = measure_lesions(net, images, targets, single_drops(n_blocks))
    whole = by_hand(net, images, order, set())
    assert figures(intact) == pytest.approx(expected_score(whole, targets, whole), rel=1e-5)
    for index, score in enumerate(scores):
        logits = by_hand(net, images, order, {index})
        expected = expected_score(logits, targets, whole)
        assert figures(score) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", ["resnet20", "plain20"])
def test_the_block_that_is_left_out_is_not_even_there(name: str) -> None:
    """Blocks of equal shape are deleted from the list of modules: nothing stands in for them."""
    net = network(name)
    images, targets = pictures()
    _, scores = measure_lesions(net, images, targets, single_drops(9))
    for index, (stage, place) in {1: (1, 1), 5: (2, 2), 8: (3, 2)}.items():
        shorter = copy.deepcopy(net)
        del getattr(shorter, f"layer{stage}")[place]
        with torch.no_grad():
            loss = F.cross_entropy(shorter(images), targets).item()
        assert scores[index].loss == pytest.approx(loss, rel=1e-6)


def test_dropping_agrees_with_the_gates() -> None:
    """`D` on a block and the lesion study are one thing."""
    net = network()
    images, targets = pictures()
    _, scores = measure_lesions(net, images, targets, single_drops(9))
    for index, name in enumerate(net.gates):
        net.gates[name] = Gate(main=0.0)
        with torch.no_grad():
            loss = F.cross_entropy(net(images), targets).item()
        net.gates[name] = OPEN
        assert scores[index].loss == pytest.approx(loss, rel=1e-6)


@pytest.mark.parametrize("name", ["resnet20", "plain20"])
def test_many_blocks_and_other_orders_against_brute_force(name: str) -> None:
    net = network(name)
    images, targets = pictures()
    rng = np.random.default_rng(4)
    routes = [random_drop(9, k, rng) for k in (1, 3, 5, 9)]
    routes += [random_swaps(list(net.spec.blocks()), k, rng) for k in (1, 2, 5)]
    _, scores = measure_lesions(net, images, targets, routes)
    whole = by_hand(net, images, list(range(9)), set())
    for route, score in zip(routes, scores, strict=True):
        logits = by_hand(net, images, list(route.order), set(route.dropped))
        expected = expected_score(logits, targets, whole)
        assert figures(score) == pytest.approx(expected, rel=1e-5)


def test_a_lesion_that_changes_nothing_is_the_intact_network() -> None:
    net = network()
    images, targets = pictures()
    intact, (score,) = measure_lesions(net, images, targets, [Route(tuple(range(9)))])
    assert score == intact


def test_chunks_add_up() -> None:
    net = network()
    images, targets = pictures()
    routes = single_drops(9)
    at_once = measure_lesions(net, images, targets, routes)
    in_parts = measure_lesions(net, images, targets, routes, chunk=5)
    assert in_parts[0].n_images == N_IMAGES
    for a, b in zip([at_once[0], *at_once[1]], [in_parts[0], *in_parts[1]], strict=True):
        assert figures(a) == pytest.approx(figures(b), rel=1e-5)


def test_training_mode_uses_the_statistics_of_the_whole_batch() -> None:
    net = network()
    images, targets = pictures()
    _, scores = measure_lesions(net, images, targets, single_drops(9), training_mode=True, chunk=5)
    twin = copy.deepcopy(net).train()
    twin.gates["layer2.1"] = Gate(main=0.0)
    with torch.no_grad():
        loss = F.cross_entropy(twin(images), targets).item()
    assert scores[4].loss == pytest.approx(loss, rel=1e-5)


def test_without_labels_the_intact_networks_own_classes_count() -> None:
    net = network("plain20")
    images, _ = pictures()
    intact, scores = measure_lesions(net, images, None, single_drops(9))
    assert intact.error == 0.0
    assert intact.disagreement == 0.0
    whole = by_hand(net, images, list(range(9)), set())
    assert intact.loss == pytest.approx(F.cross_entropy(whole, whole.argmax(1)).item(), rel=1e-5)
    assert all(score.error == score.disagreement for score in scores)


def test_gates_that_the_network_has_belong_to_the_intact_network() -> None:
    net = network()
    net.gates["layer1.1"] = Gate(skip=0.5)
    net.gates["layer2.2"] = Gate(main=0.0)
    images, targets = pictures()
    with torch.no_grad():
        loss = F.cross_entropy(net(images), targets).item()
    intact, scores = measure_lesions(net, images, targets, single_drops(9))
    assert intact.loss == pytest.approx(loss, rel=1e-6)
    assert scores[5] == intact  # it had lost its branch before
    net.gates["layer1.1"] = Gate(skip=0.5, main=0.0)
    with torch.no_grad():
        loss = F.cross_entropy(net(images), targets).item()
    assert scores[1].loss == pytest.approx(loss, rel=1e-6)


def test_gates_set_during_a_pause_do_not_disturb_it() -> None:
    net = network()
    images, targets = pictures()
    undisturbed = measure_lesions(net, images, targets, single_drops(9))
    lesions = Lesions(net, single_drops(9))
    for _ in lesions.add(images, targets):
        net.gates["layer1.0"] = Gate(skip=0.0)
    assert (lesions.intact, lesions.scores) == undisturbed


@pytest.mark.parametrize("training_mode", [False, True])
def test_the_network_stays_as_it_was(training_mode: bool) -> None:
    net = network()
    net.gates["layer1.0"] = Gate(skip=0.25)
    net.layer2.train()
    gates, modes = dict(net.gates), [m.training for m in net.modules()]
    state = copy.deepcopy(net.state_dict())
    images, targets = pictures()
    torch.manual_seed(5)
    random_state = torch.get_rng_state()

    def stop() -> None:
        nonlocal calls
        calls += 1
        if calls > 7:
            raise OperationCancelled

    calls = -1000
    lesions = Lesions(net, single_drops(9), training_mode=training_mode, check=stop)
    for _ in lesions.add(images, targets):
        assert dict(net.gates) == gates
        assert [m.training for m in net.modules()] == modes
    calls = 0
    with pytest.raises(OperationCancelled):
        list(lesions.add(images, targets))
    assert dict(net.gates) == gates
    assert [m.training for m in net.modules()] == modes
    assert all(p.requires_grad for p in net.parameters())
    assert torch.equal(torch.get_rng_state(), random_state)
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, state[name]), name


def test_logits_that_are_not_finite_count_as_wrong() -> None:
    net = network()
    with torch.no_grad():
        net.fc.bias[0] = math.nan
    images, targets = pictures()
    intact, _ = measure_lesions(net, images, targets, [])
    assert intact.n_broken == N_IMAGES
    assert intact.error == 1.0


def test_progress_counts_every_pass_and_long_ones_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resnet_viz.analysis.stepwise._PAUSE_AFTER_S", 0.0)
    net = network()
    images, targets = pictures()
    with pytest.raises(ValueError, match="9 blocks"):
        Lesions(net, single_drops(8))
    lesions = Lesions(net, single_drops(9))
    assert math.isnan(lesions.intact.loss)
    pauses = sum(1 for _ in lesions.add(images, targets))
    assert lesions.n_done == 10
    # After every block but the last of each run: 8 in the intact network, 8, 7, ... in a drop;
    # and after every pass.
    assert pauses == 8 + sum(range(9)) + 10


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("gate", [OPEN, Gate(0.5, 1.0), Gate(1.0, 0.0), Gate(0.0, 0.3), Gate(0, 0)])
def test_a_block_run_by_hand_is_the_block(gate: Gate, activation: str) -> None:
    net = network(activation=activation)
    images, _ = pictures()
    for name in net.gates:
        net.gates[name] = gate
    walk = Stepwise(net, training_mode=False)
    with torch.no_grad():
        x = net.stem(images)
        for index, block in enumerate(net.blocks.values()):
            assert torch.equal(walk.block(index, x), block(x))
            x = block(x)
