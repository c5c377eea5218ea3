"""A checkpoint as a folder: tensors as safetensors, the rest as JSON, with the files' hashes.

step-<8 digits>/
    <name>.safetensors   one for each group of tensors
    state.json           plain values, the hashes, and how long the growing files were
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from resnet_viz.files import write_folder_atomically
from resnet_viz.runs.layout import FORMAT

_STATE = "state.json"

Tensors = dict[str, dict[str, Tensor]]


def write_checkpoint(
    folder: Path,
    tensors: Mapping[str, Mapping[str, Tensor]],
    state: Mapping[str, Any],
    lengths: Mapping[str, int],
) -> None:
    """Write a checkpoint; a crash leaves it whole or not there.

    Args:
        folder: of this checkpoint; replaced if it exists.
        tensors: by file and name.
        state: what JSON can hold.
        lengths: bytes of the run's growing files at this moment.

    Raises:
        OSError: if it cannot be written.
    """
    files = {f"{name}.safetensors": tensor_bytes(group) for name, group in tensors.items()}
    record = {
        "format": FORMAT,
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "channels_last": {name: _channels_last(group) for name, group in tensors.items()},
        "lengths": dict(lengths),
        "state": dict(state),
    }
    text = json.dumps(record, indent=1) + "\n"
    write_folder_atomically(folder, {**files, _STATE: text.encode()})


def read_checkpoint(folder: Path) -> tuple[Tensors, dict[str, Any]]:
    """Tensors and state, once every file is what was written.

    Raises:
        OSError: if a file cannot be read.
        ValueError: if one is not what was written.
    """
    record = _record(folder)
    tensors: Tensors = {}
    for file, digest in record["sha256"].items():
        content = (folder / file).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError(f"{file} is damaged")
        name = file.removesuffix(".safetensors")
        tensors[name] = _load(content)
        for key in record["channels_last"].get(name, ()):
            layout = torch.channels_last
            tensors[name][key] = tensors[name][key].contiguous(memory_format=layout)
    return tensors, record["state"]


def recorded_lengths(folder: Path) -> dict[str, int]:
    """How long the run's growing files were when the checkpoint was written.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is damaged.
    """
    return {name: int(length) for name, length in _record(folder)["lengths"].items()}


def tensor_bytes(tensors: Mapping[str, Tensor]) -> bytes:
    """Tensors as the content of a safetensors file, which holds no shared memory."""
    seen: set[int] = set()
    plain: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        tensor = tensor.detach().cpu().contiguous()
        place = tensor.untyped_storage().data_ptr()
        plain[name] = tensor.clone() if place in seen else tensor
        seen.add(place)
    content: bytes = save(plain)
    return content


def _channels_last(tensors: Mapping[str, Tensor]) -> list[str]:
    """Which tensors lie in memory as (N, H, W, C).

    Elementwise kernels may round differently at the ends of rows, so that a continued run
    would not be bit-equal if tensors came back in another order.
    """
    return [
        name
        for name, tensor in tensors.items()
        if tensor.dim() == 4
        and not tensor.is_contiguous()
        and tensor.is_contiguous(memory_format=torch.channels_last)
    ]


def _record(folder: Path) -> dict[str, Any]:
    record = json.loads((folder / _STATE).read_text(encoding="utf-8"))
    parts = ("sha256", "channels_last", "lengths", "state")
    if not isinstance(record, dict) or not all(isinstance(record.get(p), dict) for p in parts):
        raise ValueError(f"{_STATE} is damaged")
    if record.get("format") != FORMAT:
        raise ValueError(f"{_STATE} is of another version")
    return record


def _load(content: bytes) -> dict[str, Tensor]:
    try:
        tensors: dict[str, Tensor] = load(content)
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    return tensors
