"""Every figure and map of `capture` against a walk by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hand_walk import HandWalk, norm, wide

from resnet_viz.models.gates import Gate
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import ResNetSpec, spec
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.norms import DeviceMeter

TINY_BOTTLENECK = {"depths": (2, 2), "widths": (8, 12), "n_classes": 7, "input_size": 32}
NETS: dict[str, ResNetSpec] = {
    "basic-pad": spec("resnet14"),
    "basic-projection": spec("resnet14", shortcut="projection"),
    "bottleneck": spec("resnet50", **TINY_BOTTLENECK),
    "resnext": spec("resnext50_32x4d", **(TINY_BOTTLENECK | {"groups": 4, "width_per_group": 16})),
    "pre-basic": spec("preresnet14"),
    "pre-bottleneck": spec("preresnet20", block="bottleneck", depths=(2, 2, 1), norm="group"),
    "no-norm-tanh": spec("resnet14", norm="none", init="torch", activation="tanh"),
    "pre-no-norm": spec("preresnet14", norm="none", init="xavier"),
    "zero-init": spec("resnet14", zero_init=True),
}
GATES: dict[str, dict[str, Gate]] = {
    "open": {},
    "one-cut": {"layer1.1": Gate(0.0, 1.0)},
    "one-dropped": {"layer2.1": Gate(1.0, 0.0)},
    "projection-cut": {"layer2.0": Gate(0.0, 1.0)},
    "half": {"layer1.0": Gate(0.5, 0.3), "layer2.0": Gate(0.25, 1.0), "layer2.1": Gate(1.0, 0.6)},
    "dead": {"layer2.1": Gate(0.0, 0.0)},
}
FIELDS = (
    *("norm_in", "norm_shortcut", "norm_branch", "norm_out"),
    *("cosine", "mean_out", "std_out", "zero_share"),
    *("grad_in", "grad_out", "grad_via_shortcut", "grad_via_branch", "grad_params"),
)


def network(chosen: ResNetSpec, dtype: torch.dtype = torch.float32) -> ResNet:
    """A network whose norms have been lived in, so that evaluation mode is not the identity."""
    net = build(chosen, seed=3, dtype=dtype)
    generator = torch.Generator().manual_seed(4)
    for name, tensor in net.state_dict().items():
        if name.endswith(("running_mean", "bias")):
            tensor.copy_(0.2 * torch.randn(tensor.shape, generator=generator))
        elif name.endswith("running_var"):
            tensor.copy_(1.0 + torch.rand(tensor.shape, generator=generator))
    return net


def batch(chosen: ResNetSpec, dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, list[int]]:
    generator = torch.Generator().manual_seed(5)
    side = 12 if chosen.family == "cifar" else 32
    return torch.randn(3, 3, side, side, generator=generator).to(dtype), [1, 4, 0]


def compare(net: ResNet, *, training: bool, dtype: torch.dtype, tolerance: float) -> None:
    images, targets = batch(net.spec, dtype)
    keep = list(net.blocks)
    snapshot = capture(net, images, targets, keep=keep, training_mode=training)
    walked, logits, loss = HandWalk(net, training).run(images, torch.tensor(targets))
    assert snapshot.loss == pytest.approx(loss, rel=tolerance)
    np.testing.assert_allclose(
        snapshot.logits, logits.float(), rtol=1e-4, atol=1e-4 * float(logits.abs().max())
    )
    assert [stats.name for stats in snapshot.blocks] == list(walked)
    for stats in snapshot.blocks:
        expected = walked[stats.name].figures()
        for field in FIELDS:
            scale = 1.0
            if field == "mean_out":  # a mean is as exact as the numbers it is made of
                scale = max(1.0, expected["std_out"] / max(abs(expected[field]), 1e-30))
            assert getattr(stats, field) == pytest.approx(
                expected[field], rel=tolerance * scale, abs=tolerance if field == "cosine" else 0.0
            ), f"{stats.name} {field}"
        assert stats.in_shape == tuple(walked[stats.name].x.shape[1:])
        assert stats.out_shape == tuple(walked[stats.name].out.shape[1:])
        compare_maps(snapshot.maps[stats.name], walked[stats.name])


def compare_maps(maps, block) -> None:
    pairs = {"x": block.x, "shortcut": block.shortcut, "branch": block.branch, "out": block.out}
    for name, tensor in pairs.items():
        close(getattr(maps, name), tensor[0])
    assert list(maps.inner) == list(block.inner)
    for name, tensor in block.inner.items():
        close(maps.inner[name], tensor[0])
    grads = {"grad_x": block.grad_in, "grad_branch": block.grad_branch, "grad_out": block.grad_out}
    for name, tensor in grads.items():
        close(getattr(maps, name), np.sqrt((wide(tensor[0]) ** 2).sum((1, 2))))


def close(got: np.ndarray, expected: torch.Tensor | np.ndarray) -> None:
    assert got.dtype == np.float32
    assert got.flags.c_contiguous
    expected = wide(expected)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("gates", GATES)
@pytest.mark.parametrize("name", NETS)
def test_every_figure_agrees_with_a_walk_by_hand(name: str, gates: str) -> None:
    net = network(NETS[name], torch.float64)
    net.gates.assign(GATES[gates])
    compare(net, training=False, dtype=torch.float64, tolerance=1e-9)


@pytest.mark.parametrize("name", ["basic-pad", "bottleneck", "pre-basic"])
def test_training_mode_uses_the_statistics_of_the_batch(name: str) -> None:
    net = network(NETS[name], torch.float64)
    compare(net, training=True, dtype=torch.float64, tolerance=1e-9)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", ["basic-projection", "bottleneck", "pre-bottleneck"])
def test_float32_agrees_to_its_precision(name: str, training: bool) -> None:
    net = network(NETS[name])
    compare(net, training=training, dtype=torch.float32, tolerance=2e-4)


def test_large_tensors_are_read_by_hooks_and_agree_too(monkeypatch) -> None:
    for module in ("gradients", "block_probe"):
        monkeypatch.setattr(f"resnet_viz.probe.{module}.LARGE", 1)
    net = network(NETS["basic-projection"], torch.float64)
    net.gates.assign(GATES["half"])
    compare(net, training=False, dtype=torch.float64, tolerance=1e-9)


def test_accelerators_way_of_measuring_agrees_too(monkeypatch) -> None:
    """On an accelerator all figures stay there until the end; here it is the CPU."""
    monkeypatch.setattr(
        "resnet_viz.probe.capturing.meter_for", lambda device, dtype: DeviceMeter(device)
    )
    for name in ("basic-projection", "pre-bottleneck"):
        net = network(NETS[name], torch.float64)
        net.gates.assign(GATES["half"] if name == "basic-projection" else {})
        compare(net, training=False, dtype=torch.float64, tolerance=1e-9)


@pytest.mark.parametrize("gates", ["open", "half", "dead"])
@pytest.mark.parametrize("name", ["basic-pad", "pre-basic", "bottleneck"])
def test_hooks_measure_what_the_driven_block_does(name: str, gates: str, monkeypatch) -> None:
    """Hooks are the way for blocks of other libraries; here they look at ours."""
    monkeypatch.setattr("resnet_viz.probe.attaching._can_be_driven", lambda block: False)
    net = network(NETS[name], torch.float64)
    net.gates.assign(GATES[gates])
    compare(net, training=False, dtype=torch.float64, tolerance=1e-9)


@pytest.mark.parametrize("chosen", ["resnet14", "preresnet14"])
def test_a_closed_path_has_a_gradient_of_exactly_zero(chosen: str) -> None:
    net = network(spec(chosen))
    net.gates["layer1.1"] = Gate(skip=0.0)
    net.gates["layer2.1"] = Gate(main=0.0)
    blocks = {stats.name: stats for stats in capture(net, *batch(net.spec)).blocks}
    assert blocks["layer1.1"].grad_via_shortcut == 0.0
    assert blocks["layer1.1"].grad_in == pytest.approx(blocks["layer1.1"].grad_via_branch, rel=1e-6)
    assert blocks["layer2.1"].grad_via_branch == 0.0
    assert blocks["layer2.1"].grad_params == 0.0
    assert blocks["layer2.1"].grad_in > 0.0
    assert blocks["layer1.1"].norm_shortcut > 0.0  # before its gate


def test_gates_and_facts_of_the_blocks_are_told() -> None:
    net = network(NETS["bottleneck"])
    net.gates["layer2.0"] = Gate(0.5, 0.25)
    snapshot = capture(net, *batch(net.spec))
    stats = snapshot.block("layer2.0")
    assert (stats.skip, stats.main, stats.stage, stats.kind) == (0.5, 0.25, 2, "bottleneck")
    assert [b.shortcut for b in snapshot.blocks] == ["projection", "identity"] * 2
    assert stats.parameters == sum(p.numel() for p in net.blocks["layer2.0"].parameters())
    assert snapshot.totals.parameters == sum(p.numel() for p in net.parameters())
    assert (snapshot.dtype, snapshot.device) == ("float32", "cpu")
    assert snapshot.input_shape == (3, 3, 32, 32)


def test_gradient_at_an_output_is_that_at_the_next_input() -> None:
    blocks = capture(network(NETS["basic-pad"]), *batch(NETS["basic-pad"])).blocks
    for before, after in pairwise(blocks):
        assert before.grad_out == after.grad_in
        assert before.norm_out == after.norm_in


def test_predicted_classes_are_differentiated_by_default() -> None:
    net = network(NETS["basic-pad"])
    images, _ = batch(net.spec)
    predicted = net(images).argmax(1).tolist()
    assert capture(net, images).targets == tuple(predicted)
    assert capture(net, images).loss == capture(net, images, predicted).loss


def test_grad_params_counts_each_block_alone() -> None:
    net = network(NETS["basic-pad"], torch.float64)
    images, targets = batch(net.spec, torch.float64)
    torch.nn.functional.cross_entropy(net(images), torch.tensor(targets)).backward()
    for stats in capture(net, images, targets).blocks:
        grads = [p.grad for p in net.blocks[stats.name].parameters()]
        expected = norm(torch.cat([g.flatten() for g in grads if g is not None]))
        assert stats.grad_params == pytest.approx(expected, rel=1e-12)
