"""Timing passes with a clock that stands still unless a part of the network moves it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import torch

from resnet_viz.analysis.depth_cost import HEAD, STEM, Pass, Stopwatch, summary
from resnet_viz.models.gates import PLAIN, Gate
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import spec


class Clock:
    """Seconds that only `spend` adds to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def spend(self, milliseconds: float) -> None:
        self.now += milliseconds / 1e3


class Slow(torch.autograd.Function):
    """Takes time on the way up and on the way down, and changes nothing."""

    @staticmethod
    def forward(ctx, x, clock, up_ms, down_ms):  # type: ignore[no-untyped-def]
        clock.spend(up_ms)
        ctx.clock, ctx.down_ms = clock, down_ms
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):  # type: ignore[no-untyped-def]
        ctx.clock.spend(ctx.down_ms)
        return gradient, None, None, None


def slow_network(clock: Clock) -> tuple[ResNet, dict[str, Pass]]:
    """A network whose every part takes a time of its own, and these times."""
    net = build(spec("resnet8", norm="none", init="he"))
    places = {STEM: net.act1, HEAD: net.fc, **{n: b.act2 for n, b in net.blocks.items()}}
    times = {}
    for number, (name, module) in enumerate(places.items(), 1):
        own = times[name] = Pass(10.0 * number, 1.0 * number)

        def slow(_m, _args, out, own=own):  # type: ignore[no-untyped-def]
            return Slow.apply(out, clock, own.forward_ms, own.backward_ms)

        module.register_forward_hook(slow)
    return net, times


def stopwatch(net: ResNet, clock: Clock | None = None) -> Stopwatch:
    images = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    given = {} if clock is None else {"clock": clock}
    return Stopwatch(net, images, training_mode=True, **given)  # type: ignore[arg-type]


def test_the_whole_is_the_sum_of_what_its_parts_take() -> None:
    clock = Clock()
    net, _ = slow_network(clock)
    spent = stopwatch(net, clock).whole()
    assert spent.forward_ms == pytest.approx(10 + 20 + 30 + 40 + 50)
    assert spent.backward_ms == pytest.approx(1 + 2 + 3 + 4 + 5)
    assert spent.both_ms == pytest.approx(165)


def test_every_part_has_its_own_time() -> None:
    clock = Clock()
    net, times = slow_network(clock)
    spent = stopwatch(net, clock).parts()
    assert list(spent) == [STEM, "layer1.0", "layer2.0", "layer3.0", HEAD]
    for name, own in times.items():
        assert spent[name].forward_ms == pytest.approx(own.forward_ms), name
        assert spent[name].backward_ms == pytest.approx(own.backward_ms), name


def test_what_checks_take_is_not_counted() -> None:
    clock = Clock()
    net, _ = slow_network(clock)
    images = torch.zeros(1, 3, 8, 8)
    watch = Stopwatch(
        net, images, training_mode=False, clock=clock, check=lambda: clock.spend(1000)
    )
    total = sum(part.both_ms for part in watch.parts().values())
    assert total == pytest.approx(165)


def gradients_of(net: ResNet, run: str) -> Iterator[tuple[str, torch.Tensor]]:
    """The gradients that a pass computes of all parameters, overheard."""
    heard = {}
    handles = [
        parameter.register_hook(lambda grad, name=name: heard.setdefault(name, grad.clone()))
        for name, parameter in net.named_parameters()
    ]
    getattr(stopwatch(net), run)()
    for handle in handles:
        handle.remove()
    yield from heard.items()


@pytest.mark.parametrize("name", ["resnet8", "preresnet8", "resnet18"])
def test_both_ways_compute_the_gradient_of_every_parameter(name: str) -> None:
    net = build(spec(name, widths=(8, 8, 8, 8)[: 4 if name == "resnet18" else 3]))
    whole, parts = (dict(gradients_of(net, run)) for run in ("whole", "parts"))
    assert set(whole) == set(parts) == {name for name, _ in net.named_parameters()}
    for key, gradient in whole.items():
        torch.testing.assert_close(parts[key], gradient, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("gate", [PLAIN, Gate(1.0, 0.0), Gate(0.0, 0.0)])
def test_closed_paths_can_be_timed(gate: Gate) -> None:
    net = build(spec("resnet8"))
    net.gates["layer2.0"] = gate
    watch = stopwatch(net)
    assert set(watch.parts()) == {STEM, "layer1.0", "layer2.0", "layer3.0", HEAD}
    assert watch.whole().forward_ms > 0.0


def test_timing_changes_nothing() -> None:
    net = build(spec("resnet8"))
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    watch = stopwatch(net)
    watch.whole()
    watch.parts()
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert all(p.grad is None and p.requires_grad for p in net.parameters())
    assert not net.training
    assert gc.isenabled()


def test_the_collector_comes_back_after_an_error() -> None:
    def told() -> None:
        raise KeyError("stop")

    watch = Stopwatch(
        build(spec("resnet8")), torch.zeros(1, 3, 8, 8), training_mode=False, check=told
    )
    with pytest.raises(KeyError):
        watch.parts()
    assert gc.isenabled()


def test_shortest_and_median() -> None:
    found = summary([Pass(3.0, 10.0), Pass(1.0, 30.0), Pass(8.0, 20.0)])
    assert found.fastest == Pass(1.0, 10.0)
    assert found.median == Pass(3.0, 20.0)
    assert found.repeats == 3
