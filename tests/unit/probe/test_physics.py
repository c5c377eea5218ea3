"""Gradients of networks at initialisation: what depends on skips, norm and initialisation."""

from __future__ import annotations

import pytest
import torch

from resnet_viz.models.gates import PLAIN
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.snapshot import Snapshot

IMAGES = torch.randn(8, 3, 16, 16, generator=torch.Generator().manual_seed(0))
TARGETS = list(range(8))


def measured(cut: bool, training_mode: bool = False, dtype=torch.float32, **options) -> Snapshot:
    net = build(spec("resnet20", **options), seed=0, dtype=dtype)
    if cut:
        net.gates.set_all(PLAIN)
    return capture(net, IMAGES, TARGETS, training_mode=training_mode)


def ratio(snapshot: Snapshot) -> float:
    """Gradient at the first block's input over that at the last one's."""
    return snapshot.blocks[0].grad_in / snapshot.blocks[-1].grad_in


def test_without_norm_and_skips_the_gradient_vanishes() -> None:
    assert 0.05 < ratio(measured(cut=False, norm="none", init="torch")) < 5
    assert ratio(measured(cut=True, norm="none", init="torch")) < 1e-5


def test_with_batch_norm_cutting_the_skips_makes_it_grow() -> None:
    whole = ratio(measured(cut=False, training_mode=True))
    cut = ratio(measured(cut=True, training_mode=True))
    assert 1 < whole < cut


@pytest.mark.parametrize("cut", [False, True])
def test_float32_measures_the_gradients_of_float64(cut: bool) -> None:
    single = measured(cut=cut, norm="none", init="torch")
    double = measured(cut=cut, norm="none", init="torch", dtype=torch.float64)
    assert double.dtype == "float64"
    for a, b in zip(single.blocks, double.blocks, strict=True):
        assert a.grad_in == pytest.approx(b.grad_in, rel=1e-3)
        assert a.grad_params == pytest.approx(b.grad_params, rel=1e-3)


def test_a_gradient_of_1e_30_is_not_taken_for_zero() -> None:
    """Squared it is far below float32; the numbers themselves are not."""

    def net(dtype: torch.dtype):
        made = build(spec("resnet20", norm="none", init="torch"), seed=0, dtype=dtype)
        made.gates.set_all(PLAIN)
        with torch.no_grad():
            made.fc.weight.mul_(1e-20)
        return made

    single = capture(net(torch.float32), IMAGES, TARGETS).blocks
    double = capture(net(torch.float64), IMAGES, TARGETS).blocks
    assert 0 < double[0].grad_in < 1e-27
    for a, b in zip(single, double, strict=True):
        for field in ("grad_in", "grad_out", "grad_via_branch"):
            assert getattr(a, field) == pytest.approx(getattr(b, field), rel=1e-3)
