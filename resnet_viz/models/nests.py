"""Finds the weights in what a checkpoint file held, and refuses those that are no numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from resnet_viz.errors import UserError

SAVE_SAFELY = (
    "Save the tensors alone where the file was made: "
    "`torch.save(model.state_dict(), path)` or `safetensors.torch.save_file`."
)

# Where training programs put the weights; the first that is there wins.
_NESTS = (
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "net",
    "network",
    "module",
    "weights",
    "params",
    "ema",
    "ema_state_dict",
    "model_ema",
    "state_dict_ema",
)

_DEEPEST_NEST = 4  # also ends the search in a record that holds itself

_FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)


def find_state(content: Any, what: str) -> dict[str, Tensor]:
    """The weights by name, wherever in the record a training program has put them."""
    if isinstance(content, Tensor):
        raise UserError(f"{what} holds one single tensor, not the weights of a network.")
    for _ in range(_DEEPEST_NEST):
        nest = _nest(content) if isinstance(content, Mapping) else None
        if nest is None:
            break
        content = content[nest]
    if not isinstance(content, Mapping):
        raise UserError(
            f"{what} holds no weights by name, but an object of type {type(content).__name__}.",
            SAVE_SAFELY,
        )
    state = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    if not state:
        keys = ", ".join(f"`{key}`" for key in list(content)[:5]) or "nothing"
        raise UserError(f"{what} holds no tensors, only {keys}.", SAVE_SAFELY)
    _refuse_unusable(state, what)
    return state


def _nest(content: Mapping[Any, Any]) -> Any:
    """The key under which the weights lie, None if they lie here."""
    for key in _NESTS:
        if isinstance(content.get(key), Mapping) and _has_tensors(content[key]):
            return key
    if any(isinstance(value, Tensor) and value.dim() > 1 for value in content.values()):
        return None
    dicts = [k for k, v in content.items() if isinstance(v, Mapping) and _has_tensors(v)]
    return dicts[0] if len(dicts) == 1 else None


def _has_tensors(value: Mapping[Any, Any], depth: int = _DEEPEST_NEST) -> bool:
    return any(
        isinstance(v, Tensor)
        or (depth > 1 and isinstance(v, Mapping) and _has_tensors(v, depth - 1))
        for v in value.values()
    )


def refuse_stretched(state: Mapping[str, Tensor], what: str) -> None:
    """A view can stretch one number to any shape: a file of bytes that would fill all memory."""
    for name, tensor in state.items():
        if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
            raise UserError(
                f"{what} is no sound checkpoint: `{name}` claims more numbers than the file holds.",
                SAVE_SAFELY,
            )


def _refuse_unusable(state: Mapping[str, Tensor], what: str) -> None:
    """Raise UserError for tensors that are not plain floating-point numbers."""
    for name, tensor in state.items():
        if tensor.is_meta:
            raise UserError(f"{what} holds only the shapes of its tensors, no numbers.")
        if tensor.layout != torch.strided:
            raise UserError(f"{what} holds sparse tensors (`{name}`).", "Save them as dense ones.")
        integers = name.endswith("weight") and tensor.dtype not in _FLOATS
        if tensor.is_quantized or integers or "_packed_params" in name:
            kind = str(tensor.dtype).removeprefix("torch.")
            raise UserError(
                f"{what} is quantised: `{name}` holds {kind} numbers.",
                "Open the floating-point weights that it was made from.",
            )
