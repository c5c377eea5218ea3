"""A network that was measured is, afterwards, as if it had not been; also after an error."""

from __future__ import annotations

import gc
import warnings
import weakref
from collections.abc import Callable

import pytest
import torch
import torchvision
from torch import nn

from resnet_viz.errors import UserError
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import spec
from resnet_viz.probe.capturing import capture

HOOKS = (
    *("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks"),
    *("_forward_hooks_with_kwargs", "_forward_pre_hooks_with_kwargs"),
)


def own() -> nn.Module:
    return build(spec("resnet14"), seed=0)


def foreign() -> nn.Module:
    torch.manual_seed(0)
    return torchvision.models.resnet18(num_classes=10)


@pytest.fixture(params=[own, foreign])
def net(request: pytest.FixtureRequest) -> nn.Module:
    made: Callable[[], nn.Module] = request.param
    return made()


IMAGES = torch.randn(2, 3, 40, 40, generator=torch.Generator().manual_seed(0))


def state(net: nn.Module) -> dict[str, object]:
    """All that a measurement could change, in comparable form."""
    return {
        "hooks": {n: [len(getattr(m, h)) for h in HOOKS] for n, m in net.named_modules()},
        "attributes": {n: sorted(m.__dict__) for n, m in net.named_modules()},
        "modes": {n: m.training for n, m in net.named_modules()},
        "requires_grad": {n: p.requires_grad for n, p in net.named_parameters()},
        "grads": {
            n: None if p.grad is None else (id(p.grad), p.grad.sum().item())
            for n, p in net.named_parameters()
        },
        "param_hooks": {n: len(p._backward_hooks or ()) for n, p in net.named_parameters()},
        "tensors": {n: (id(t), t._version) for n, t in net.named_parameters()},
        "buffers": {n: (id(b), b._version, b.sum().item()) for n, b in net.named_buffers()},
        "rng": torch.get_rng_state().tolist(),
    }


def unsettle(net: nn.Module) -> None:
    """Mixed modes, frozen parameters, gradients of the user's own."""
    net.train()
    for index, module in enumerate(net.modules()):
        module.training = index % 3 == 0
    for index, parameter in enumerate(net.parameters()):
        parameter.requires_grad_(index % 4 != 0)
        if index % 2:
            parameter.grad = torch.full_like(parameter, float(index))


@pytest.mark.parametrize("training_mode", [False, True])
def test_everything_comes_back(net: nn.Module, training_mode: bool) -> None:
    unsettle(net)
    before = state(net)
    capture(net, IMAGES, keep=["layer1.1"], training_mode=training_mode)
    assert state(net) == before


class CrashError(Exception):
    pass


@pytest.mark.parametrize("where", ["conv1", "layer2.0.conv2", "layer2.1", "fc"])
@pytest.mark.parametrize("training_mode", [False, True])
def test_everything_comes_back_after_a_crash_in_forward(
    net: nn.Module, where: str, training_mode: bool
) -> None:
    unsettle(net)

    def crash(*_: object) -> None:
        raise CrashError

    handle = net.get_submodule(where).register_forward_hook(crash)
    before = state(net)
    with pytest.raises(CrashError):
        capture(net, IMAGES, keep=["layer1.0", "layer2.1"], training_mode=training_mode)
    assert state(net) == before
    handle.remove()
    assert capture(net, IMAGES).blocks


def test_everything_comes_back_after_a_crash_in_backward(net: nn.Module) -> None:
    def crash(grad: torch.Tensor) -> None:
        raise CrashError

    unsettle(net)
    net.get_submodule("layer1.1.conv1").register_forward_hook(
        lambda module, args, out: out.register_hook(crash) and None
    )
    before = state(net)
    with pytest.raises(CrashError):
        capture(net, IMAGES)
    assert state(net) == before


def test_random_numbers_go_on_as_if_nothing_had_been_drawn() -> None:
    net = own()
    net.head = lambda x: net.fc(nn.functional.dropout(x.mean((2, 3)), 0.5))  # type: ignore
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    capture(net, IMAGES, training_mode=True)
    assert torch.equal(torch.rand(3), expected)


def test_frozen_networks_are_measured_like_others(net: nn.Module) -> None:
    free = capture(net, IMAGES, [1, 2])
    net.requires_grad_(False)
    frozen = capture(net, IMAGES, [1, 2])
    assert frozen.blocks == free.blocks
    assert all(block.grad_in > 0 for block in frozen.blocks)


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_the_callers_context_makes_no_difference(
    net: nn.Module, context: Callable[[], torch.no_grad]
) -> None:
    expected = capture(net, IMAGES, [1, 2]).blocks
    with context():
        images = IMAGES + 0.0  # an inference tensor, in inference mode
        assert capture(net, images, [1, 2]).blocks == expected
        assert torch.is_grad_enabled() is False


def test_images_are_not_touched(net: nn.Module) -> None:
    images = IMAGES.clone().requires_grad_()
    capture(net, images, [1, 2])
    assert images.grad is None
    assert torch.equal(images, IMAGES)


def test_hooks_of_the_user_still_run(net: nn.Module) -> None:
    seen: list[str] = []
    net.get_submodule("layer1.0").register_forward_hook(lambda *_: seen.append("block"))
    net.get_submodule("layer1.0.conv1").register_forward_pre_hook(lambda *_: seen.append("conv"))
    capture(net, IMAGES, keep=["layer1.0"])
    assert seen == ["conv", "block"]


def test_nothing_is_kept_alive(net: nn.Module) -> None:
    outputs: list[weakref.ref[torch.Tensor]] = []
    for name in ("layer1.0", "layer2.0", "layer1.1.conv1"):
        net.get_submodule(name).register_forward_hook(
            lambda module, args, out: outputs.append(weakref.ref(out))
        )
    snapshot = capture(net, IMAGES, keep=["layer2.0"])
    gc.collect()
    assert len(outputs) == 3
    assert [ref() for ref in outputs] == [None] * 3
    assert snapshot.maps["layer2.0"].nbytes > 0


def test_forward_runs_exactly_once() -> None:
    net = own()
    assert isinstance(net, ResNet)
    calls: list[str] = []
    for name, module in net.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(lambda *_, name=name: calls.append(name))
    capture(net, IMAGES, keep=["layer1.0"])
    assert len(calls) == len(set(calls)) == 2 + 12 + sum("downsample" in c for c in calls)


def test_dead_units_and_overflow_raise_no_warning() -> None:
    net = build(spec("resnet20", norm="none"), seed=0)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(1e6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        snapshot = capture(net, IMAGES, [0, 0])
    assert len(snapshot.blocks) == 9
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.zero_()
    assert [b.norm_out for b in capture(net, IMAGES, [0, 0]).blocks] == [0.0] * 9


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"keep": ["layer9.0"]}, r"no block named 'layer9.0'.*from layer1.0 to layer\d.1"),
        ({"targets": [0, 10]}, "no class 10.*0 to 9"),
        ({"targets": [-1, 0]}, "no class -1"),
        ({"targets": [1]}, "2 images but 1 target"),
        ({"images": IMAGES[0]}, r"shape \(3, 40, 40\)"),
    ],
)
def test_what_the_user_can_mend_is_said(
    net: nn.Module, change: dict[str, object], message: str
) -> None:
    arguments: dict[str, object] = {"images": IMAGES} | change
    before = state(net)
    with pytest.raises(UserError, match=message):
        capture(net, **arguments)  # type: ignore[arg-type]
    assert state(net) == before


def test_images_of_another_number_of_channels_are_refused() -> None:
    with pytest.raises(UserError, match="reads images of 3 channels, not of 1"):
        capture(own(), torch.zeros(1, 1, 40, 40))


def test_batch_norm_over_a_single_value_is_said() -> None:
    with pytest.raises(UserError, match="single value per channel"):
        capture(own(), torch.zeros(1, 3, 1, 1), training_mode=True)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
    ],
)
def test_too_little_memory_is_said(net: nn.Module, error: RuntimeError) -> None:
    def fail(*_: object) -> None:
        raise error

    net.get_submodule("layer2.0").register_forward_hook(fail)
    with pytest.raises(UserError, match=r"too little memory.*2 images of 40x40.*Choose") as caught:
        capture(net, IMAGES)
    assert caught.value.__context__ is None  # its traceback would hold the tensors


def test_other_errors_are_not_disguised() -> None:
    with pytest.raises(RuntimeError, match="channel"):
        capture(foreign(), torch.zeros(1, 5, 40, 40))
