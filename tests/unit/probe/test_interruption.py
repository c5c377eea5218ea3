"""A say between blocks: how often, what an exception does, and that no hook stays."""

from __future__ import annotations

import pytest
import torch

from resnet_viz.errors import OperationCancelled
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import spec
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.interruption import between_blocks

IMAGE = torch.linspace(-1, 1, 3 * 16 * 16).reshape(1, 3, 16, 16)


@pytest.fixture
def net() -> ResNet:
    return build(spec("resnet14"))


def _n_hooks(net: ResNet) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in net.modules())


def test_every_block_is_announced_forward_and_backward(net: ResNet) -> None:
    steps: list[tuple[int, int]] = []
    with between_blocks(net, lambda done, total: steps.append((done, total))):
        net(IMAGE).sum().backward()
    assert steps == [(done, 12) for done in range(12)]
    assert _n_hooks(net) == 0


def test_a_capture_is_not_changed_by_it(net: ResNet) -> None:
    bare = capture(net, IMAGE)
    with between_blocks(net, lambda done, total: None):
        watched = capture(net, IMAGE)
    assert watched.blocks == bare.blocks


@pytest.mark.parametrize("stop_at", [0, 5, 6, 10], ids=["first", "forward", "turn", "backward"])
def test_a_capture_stops_where_step_raises_and_nothing_stays(net: ResNet, stop_at: int) -> None:
    done_last = -1

    def step(done: int, total: int) -> None:
        nonlocal done_last
        done_last = done
        if done == stop_at:
            raise OperationCancelled

    with pytest.raises(OperationCancelled), between_blocks(net, step):
        capture(net, IMAGE)
    assert done_last == stop_at
    assert _n_hooks(net) == 0
    assert all(p.requires_grad and p.grad is None for p in net.parameters())
    assert not net.training
