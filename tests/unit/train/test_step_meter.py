"""Figures of a real training step: right for every kind of block, and without a trace."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from resnet_viz.errors import UserError
from resnet_viz.models.gates import Gate
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.norms import to_floats
from resnet_viz.runs.layout import QUANTITIES
from resnet_viz.torchvision_compat import ensure_torchvision
from resnet_viz.train.probe_steps import as_values
from resnet_viz.train.step_meter import StepMeter, dead_share

ensure_torchvision()
import timm  # noqa: E402
import torchvision  # noqa: E402

SMALL = {"depths": (1, 2, 1), "widths": (4, 6, 8), "n_classes": 5, "input_size": 12}
DEEP = {"depths": (1, 1, 1), "widths": (8, 8, 16), "n_classes": 5, "input_size": 12}
NARROW = {"channels": (8, 12, 16, 24), "num_classes": 5}


def ours(name: str = "resnet20", gates: dict[str, Gate] | None = None, **options: object):
    net = build(spec(name, **{**SMALL, **options}), seed=2)
    for block, gate in (gates or {}).items():
        net.gates[block] = gate
    return net


NETS: dict[str, Callable[[], nn.Module]] = {
    "post-activation": ours,
    "pre-activation": lambda: ours(order="pre"),
    "bottleneck": lambda: ours(block="bottleneck", **DEEP),
    "pre-activation-bottleneck": lambda: ours(block="bottleneck", order="pre", **DEEP),
    "projections": lambda: ours(shortcut="projection"),
    "plain": lambda: ours("plain20", norm="none"),
    "gates": lambda: ours(gates={"layer1.0": Gate(0.5, 1), "layer2.1": Gate(1, 0)}, norm="group"),
    "torchvision": lambda: torchvision.models.resnet18(num_classes=5),
    "torchvision-50": lambda: torchvision.models.resnet50(num_classes=5, width_per_group=8),
    "timm-se": lambda: timm.create_model("seresnet50", layers=(1, 2, 1, 1), **NARROW),
}


@pytest.fixture(params=NETS)
def net(request: pytest.FixtureRequest) -> nn.Module:
    torch.manual_seed(4)
    return NETS[request.param]().train()


def batch(n: int = 4, side: int = 12) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(8)
    images = torch.randn(n, 3, side, side, generator=generator)
    return images, torch.randint(5, (n,), generator=generator)


def sides(net: nn.Module) -> int:
    return 12 if hasattr(net, "gates") else 32


def train_step(
    net: nn.Module, images: Tensor, labels: Tensor, optimiser: torch.optim.Optimizer
) -> None:
    optimiser.zero_grad()
    F.cross_entropy(net(images), labels).backward()
    optimiser.step()


def sgd(net: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1, momentum=0.9)


def measured(meter: StepMeter, step: Callable[[], None]) -> dict[str, np.ndarray]:
    meter.begin()
    step()
    values = as_values(to_floats(meter.end()))
    assert values.shape == (len(QUANTITIES), len(meter.names))
    return dict(zip(QUANTITIES, values, strict=True))


def test_figures_are_those_that_capture_takes_of_the_same_batch(net: nn.Module) -> None:
    images, labels = batch(side=sides(net))
    snapshot = capture(net, images, labels, training_mode=True)
    meter = StepMeter(net)
    assert meter.names == tuple(block.name for block in snapshot.blocks)
    assert meter.stages == tuple(block.stage for block in snapshot.blocks)
    found = measured(meter, lambda: train_step(net, images, labels, sgd(net)))
    for quantity, field in (
        ("gradient", "grad_in"),
        ("shortcut", "norm_shortcut"),
        ("branch", "norm_branch"),
        ("output", "norm_out"),
    ):
        expected = [getattr(block, field) for block in snapshot.blocks]
        np.testing.assert_allclose(found[quantity], expected, rtol=2e-5, err_msg=quantity)


def test_updates_and_dead_channels_agree_with_plain_torch(net: nn.Module) -> None:
    images, labels = batch(side=sides(net))
    outputs: dict[str, Tensor] = {}
    for name in StepMeter(net).names:
        block = net.get_submodule(name)
        block.register_forward_hook(
            lambda module, args, output, name=name: outputs.__setitem__(name, output.clone())
        )
    before = {name: p.detach().double().clone() for name, p in net.named_parameters()}
    meter = StepMeter(net)
    found = measured(meter, lambda: train_step(net, images, labels, sgd(net)))
    after = {name: p.detach().double() for name, p in net.named_parameters()}
    for index, block in enumerate(meter.names):
        own = [name for name in before if name.startswith(block + ".")]
        change = torch.cat([(after[n] - before[n]).flatten() for n in own]).norm()
        size = torch.cat([before[n].flatten() for n in own]).norm()
        assert found["update"][index] == pytest.approx(float(change / size), rel=1e-4)
        dead = (outputs[block] == 0).all(dim=(0)).flatten(1).all(1).double().mean()
        assert found["dead"][index] == pytest.approx(float(dead), abs=1e-7)


def test_weights_are_bit_equal_with_and_without(net: nn.Module) -> None:
    images, labels = batch(side=sides(net))
    start = {name: value.clone() for name, value in net.state_dict().items()}
    results = []
    for probed in (False, True):
        net.load_state_dict(start)
        torch.manual_seed(5)  # drop path and the like draw
        meter, optimiser = StepMeter(net), sgd(net)
        for _ in range(3):
            if probed:
                measured(meter, lambda: train_step(net, images, labels, optimiser))  # noqa: B023
            else:
                train_step(net, images, labels, optimiser)
        drawn = torch.rand(1)
        results.append((drawn, {k: v.clone() for k, v in net.state_dict().items()}))
    (drawn_bare, bare), (drawn_probed, probed_state) = results
    assert torch.equal(drawn_bare, drawn_probed)
    for name, value in bare.items():
        assert torch.equal(value, probed_state[name]), name


def hooks_of(net: nn.Module) -> int:
    return sum(
        len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks)
        for m in net.modules()
    )


def test_no_hook_remains_after_the_step_or_after_an_error_in_it(net: nn.Module) -> None:
    images, labels = batch(side=sides(net))
    meter = StepMeter(net)
    measured(meter, lambda: train_step(net, images, labels, sgd(net)))
    assert hooks_of(net) == 0
    meter.begin()
    with pytest.raises(RuntimeError):
        net(images[:, :2])
    meter.cancel()
    assert hooks_of(net) == 0
    measured(meter, lambda: train_step(net, images, labels, sgd(net)))
    assert hooks_of(net) == 0


def test_dead_channels_are_those_without_any_value_in_the_whole_batch() -> None:
    output = torch.zeros(3, 8, 4, 4)
    output[0, 0] = 1.0
    output[2, 5, 3, 3] = -1e-30  # alive, if barely, in the last image only
    output[1, 6, 0, 0] = torch.nan
    assert dead_share(output) == 5 / 8
    assert dead_share(torch.relu(output)[:, :6].contiguous()) == 5 / 6


def test_the_shares_of_a_device_are_computed_without_reading_from_it() -> None:
    meta = dead_share(torch.zeros(3, 8, 4, 4, device="meta"))
    assert isinstance(meta, Tensor)
    assert meta.device.type == "meta"


def test_frozen_parts_have_no_gradient_and_an_update_of_zero() -> None:
    net = ours().train()
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(name.startswith(("layer3", "fc")))
    images, labels = batch()
    meter = StepMeter(net)
    found = measured(meter, lambda: train_step(net, images, labels, sgd(net)))
    frozen = [not name.startswith("layer3") for name in meter.names]
    np.testing.assert_array_equal(found["update"] == 0, frozen)
    # The first block that learns needs no gradient at its input either.
    assert np.isnan(found["gradient"]).all()
    for quantity in ("shortcut", "branch", "output"):
        assert (found[quantity] > 0).all()


def test_a_block_that_the_loss_does_not_depend_on_has_a_gradient_of_exactly_zero() -> None:
    net = ours(gates={"layer2.1": Gate(0, 0)}).train()
    images, labels = batch()
    meter = StepMeter(net)
    found = measured(meter, lambda: train_step(net, images, labels, sgd(net)))
    at = meter.names.index("layer2.1")
    np.testing.assert_array_equal(found["gradient"][: at + 1], 0)
    assert found["gradient"][at + 1] > 0 or math.isnan(found["gradient"][at + 1])
    assert found["output"][at] == 0
    assert found["dead"][at] == 1


def test_gradients_whose_squares_leave_float32_are_not_lost() -> None:
    net = ours("plain20", norm="none", depths=(9, 9, 9), init="torch").train()
    images, labels = batch()
    snapshot = capture(net, images, labels, training_mode=True)
    assert 0 < snapshot.blocks[0].grad_in < 1e-23
    found = measured(StepMeter(net), lambda: train_step(net, images, labels, sgd(net)))
    expected = [block.grad_in for block in snapshot.blocks]
    np.testing.assert_allclose(found["gradient"], expected, rtol=1e-4)


def test_evaluations_between_two_steps_are_not_measured() -> None:
    net = ours().train()
    images, labels = batch()
    meter = StepMeter(net)
    meter.begin()
    with torch.no_grad():
        net(torch.full_like(images, 100.0))
    assert not meter.saw_forward
    train_step(net, images, labels, sgd(net))
    assert meter.saw_forward
    with torch.no_grad():
        net(torch.full_like(images, 100.0))
    found = dict(zip(QUANTITIES, as_values(to_floats(meter.end())), strict=True))
    again = ours().train()
    expected = capture(again, images, labels, training_mode=True).blocks
    np.testing.assert_allclose(found["output"], [b.norm_out for b in expected], rtol=2e-5)


def test_accumulated_gradients_measure_the_first_forward_pass() -> None:
    net = ours(norm="group").train()
    images, labels = batch()
    first = capture(net, images[:2], labels[:2], training_mode=True).blocks
    optimiser = sgd(net)

    def step() -> None:
        for part in (slice(0, 2), slice(2, 4)):
            F.cross_entropy(net(images[part]), labels[part]).backward()
        optimiser.step()

    found = measured(StepMeter(net), step)
    np.testing.assert_allclose(found["gradient"], [b.grad_in for b in first], rtol=2e-5)
    np.testing.assert_allclose(found["output"], [b.norm_out for b in first], rtol=2e-5)


def test_channels_last_measures_the_same() -> None:
    images, labels = batch()
    results = []
    for layout in (torch.contiguous_format, torch.channels_last):
        net = ours().train().to(memory_format=layout)
        given = images.contiguous(memory_format=layout)
        results.append(
            measured(StepMeter(net), lambda: train_step(net, given, labels, sgd(net)))  # noqa: B023
        )
    for quantity in QUANTITIES:
        np.testing.assert_allclose(results[0][quantity], results[1][quantity], rtol=1e-4)


def test_bfloat16_is_measured_near_float32() -> None:
    images, labels = batch()
    results = []
    for enabled in (False, True):
        net = ours().train()

        def step(net: nn.Module = net, enabled: bool = enabled) -> None:
            optimiser = sgd(net)
            with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
                logits = net(images)
            F.cross_entropy(logits.float(), labels).backward()
            optimiser.step()

        results.append(measured(StepMeter(net), step))
    for quantity in ("gradient", "branch", "output"):
        np.testing.assert_allclose(results[0][quantity], results[1][quantity], rtol=0.1)


def test_names_leave_out_wrappers() -> None:
    net = ours()
    wrapped = nn.Module()
    wrapped.module = net
    assert StepMeter(wrapped).names == StepMeter(net).names


def test_a_network_without_blocks_is_refused() -> None:
    with pytest.raises(UserError, match="no residual blocks"):
        StepMeter(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))
