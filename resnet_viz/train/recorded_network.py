"""Networks out of users' own scripts: what they are, with or without wrappers around them."""

from __future__ import annotations

import os

import torch
from torch import distributed, nn

from resnet_viz.errors import UserError
from resnet_viz.models.network import ResNet
from resnet_viz.models.recognising import recognise
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.runs.facts import network_facts, network_spec
from resnet_viz.runs.layout import NetworkFacts
from resnet_viz.train.step_meter import StepMeter


def bare(net: nn.Module) -> nn.Module:
    """The network inside `DistributedDataParallel` or `DataParallel`."""
    wrappers = (nn.parallel.DistributedDataParallel, nn.DataParallel)
    return bare(net.module) if isinstance(net, wrappers) else net


def refuse_compiled(net: nn.Module) -> None:
    """Check that hooks will be called.

    Raises:
        UserError: if the network, or one that it wraps, is compiled.
    """
    for module in (net, bare(net)):
        in_place = getattr(module, "_compiled_call_impl", None) is not None
        # torch's `OptimizedModule`, whose own module takes seconds to import.
        if in_place or hasattr(module, "_orig_mod"):
            raise UserError(
                "A compiled network runs without the hooks that measure its blocks.",
                "Train the network as it was before torch.compile.",
            )


def describe(net: nn.Module, meter: StepMeter) -> NetworkFacts:
    """What a run folder says of a network, ours or not."""
    spec = _spec(net)
    if spec is not None:
        facts = network_facts("network", spec)
        # Only what is built alike can be rebuilt from the weights that a run keeps.
        if facts.blocks == meter.names and network_spec(facts) == spec:
            return facts
    name = type(net).__name__
    parameters = sum(p.numel() for p in net.parameters())
    return NetworkFacts("network", name, name, None, meter.names, meter.stages, parameters)


def _spec(net: nn.Module) -> ResNetSpec | None:
    if isinstance(net, ResNet):
        return net.spec
    # Tensors tell neither the activation nor what else a forward pass does, so classes that
    # are only similar keep their own names and are not rebuilt.
    if type(net).__module__ != "torchvision.models.resnet":
        return None
    try:
        return recognise(net.state_dict(), type(net).__name__)
    except UserError:
        return None


def is_first_process() -> bool:
    """Whether this process is the only one of a training, or the first of several."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank() == 0
    return os.environ.get("RANK", "0") == "0"


def device_of(net: nn.Module) -> torch.device:
    """Where a network's first parameter is."""
    return next(net.parameters()).device
