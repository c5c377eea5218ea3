"""Puts the tensors of a state dict into a network, or says which of them does not fit."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from resnet_viz.errors import UserError
from resnet_viz.models.network import ResNet

_HINT = "Choose the network that the weights were made for, or the file that belongs to it."


def fill(net: ResNet, state: Mapping[str, Tensor], what: str) -> tuple[str, ...]:
    """Copy every tensor of `state` into `net`, converted to the network's precision.

    Args:
        net: on any device but meta; unchanged if the tensors do not fit.
        state: tensors by torchvision's names.
        what: where they come from, for messages: "`mine.pth`".

    Returns:
        What a user should know, in sentences: values that are not numbers, tensors that were
        missing without harm or not needed.

    Raises:
        UserError: if a tensor is missing or has another shape; names the first, both shapes.
    """
    own = net.state_dict()
    state = dict(state)
    notes = _supply_missing(state, own)
    check_shapes(own, state, what)
    extra = [name for name in state if name not in own]
    if extra:
        notes.append(f"Not used: {some(extra)}.")
    used = {name: state[name] for name in own}
    notes += _broken_note(used)
    net.load_state_dict(used)
    return tuple(notes)


def precision_note(state: Mapping[str, Tensor]) -> tuple[str, ...]:
    """A sentence if the numbers are stored in another precision than float32."""
    types = {str(t.dtype).removeprefix("torch.") for t in state.values() if t.is_floating_point()}
    if types <= {"float32"}:
        return ()
    return (f"The weights are stored as {' and '.join(sorted(types))}.",)


def check_shapes(own: Mapping[str, Tensor], state: Mapping[str, Tensor], what: str) -> None:
    """Raise UserError for the first tensor of `own` that `state` lacks or has otherwise shaped."""
    for name, wanted in own.items():
        found = state.get(name)
        if found is None:
            raise UserError(
                f"Cannot load {what}: the tensor `{name}` {_shape(wanted)} is missing.", _HINT
            )
        if found.shape != wanted.shape:
            raise UserError(
                f"Cannot load {what}: `{name}` is {_shape(found)}, "
                f"but the network needs {_shape(wanted)}.",
                _HINT,
            )


def _supply_missing(state: dict[str, Tensor], own: Mapping[str, Tensor]) -> list[str]:
    """Add what older or leaner files leave out without harm; what was added, in sentences."""
    for name in own:
        # Counts batches for cumulative averages only; files from before torch 0.4.1 lack it.
        if name.endswith(".num_batches_tracked"):
            state.setdefault(name, torch.zeros((), dtype=torch.long))
    if "fc.weight" in state and "fc.bias" not in state:
        state["fc.bias"] = torch.zeros(state["fc.weight"].shape[:1])
        return ["The classifier has no bias (`fc.bias`); zeros are used."]
    return []


def _broken_note(used: Mapping[str, Tensor]) -> list[str]:
    broken = [name for name, tensor in used.items() if not torch.isfinite(tensor).all()]
    if not broken:
        return []
    return [f"NaN or infinity in {some(broken)}: the results will be meaningless."]


def _shape(tensor: Tensor) -> str:
    return f"({', '.join(map(str, tensor.shape))})"


def some(names: list[str]) -> str:
    """A list of tensors in words: "`a` and 2 more tensors"."""
    more = f" and {len(names) - 1} more tensor{'s' * (len(names) > 2)}" if len(names) > 1 else ""
    return f"`{names[0]}`{more}"
