"""What autograd keeps, against what it says it keeps."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from resnet_viz.analysis.kept_memory import kept
from resnet_viz.models.network import build
from resnet_viz.models.specs import ResNetSpec, spec


def packed(chosen: ResNetSpec, shape: tuple[int, int, int]) -> tuple[int, int]:
    """Elements and index bytes of all saved tensors with memory of their own, measured."""
    net = build(chosen).train()
    own = {p.untyped_storage().data_ptr() for p in (*net.parameters(), *net.buffers())}
    seen: dict[int, Tensor] = {}

    def pack(tensor: Tensor) -> Tensor:
        if tensor.untyped_storage().data_ptr() not in own and tensor.ndim > 1:
            seen.setdefault(tensor.untyped_storage().data_ptr(), tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = net(torch.randn(2, *shape)).sum()
    floats = [t for t in seen.values() if t.is_floating_point()]
    # Group norm's means and deviations are kept as (N, groups): too small to count.
    elements = sum(t.untyped_storage().nbytes() // t.itemsize for t in floats if t.ndim > 2)
    features = sum(t.numel() for t in floats if t.ndim == 2 and t.shape[1] >= 64)
    indices = sum(t.numel() * t.itemsize for t in seen.values() if not t.is_floating_point())
    assert loss.requires_grad
    return (elements + features) // 2, indices // 2


@pytest.mark.parametrize("activation", ["relu", "gelu", "tanh", "leaky_relu", "elu", "silu"])
@pytest.mark.parametrize("norm", ["batch", "none", "group"])
@pytest.mark.parametrize("name", ["resnet14", "preresnet14"])
def test_it_is_what_autograd_saves(name: str, norm: str, activation: str) -> None:
    chosen = spec(name, norm=norm, activation=activation)
    assert (kept(chosen).elements, 0) == packed(chosen, (3, 32, 32))


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnext50_32x4d", "preresnet164"])
def test_bottlenecks_projections_and_pooling(name: str) -> None:
    chosen = spec(name, depths=(1, 1), widths=(64, 128))
    found = kept(chosen, (3, 64, 64))
    assert (found.elements, found.index_bytes) == packed(chosen, (3, 64, 64))


def test_a_block_by_hand() -> None:
    shallow, deeper = (kept(spec("resnet8", depths=(n, 1, 1))) for n in (1, 2))
    # Batch norm keeps what both convolutions put out, ReLU its own two outputs.
    assert deeper.elements - shallow.elements == 4 * 16 * 32 * 32
    plain, more = (kept(spec("resnet8", depths=(n, 1, 1), norm="none")) for n in (1, 2))
    assert more.elements - plain.elements == 2 * 16 * 32 * 32
    assert deeper.outputs == (16 * 1024, 16 * 1024, 32 * 256, 64 * 64)
    assert deeper.largest == 16 * 1024
