"""Opens a checkpoint file without ever running code from it, and finds the tensors in it.

The kind of file is told from its first bytes, not its name: torch's zip archives and older
pickles are read with `weights_only=True`, safetensors with their own library; everything else
is refused with a sentence that says what it is.
"""

from __future__ import annotations

import argparse
import codecs
import os
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from resnet_viz.errors import UserError
from resnet_viz.models.pickles import called_names
from resnet_viz.models.renaming import canonical

_SAVE_SAFELY = (
    "Save the tensors alone where the file was made: "
    "`torch.save(model.state_dict(), path)` or `safetensors.torch.save_file`."
)
_FETCH_AGAIN = "Copy or download it again."

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
_LONGEST_HEADER = 100_000_000  # the safetensors library's own limit

# A plain record that training programs put beside the weights; making one runs no code.
_HARMLESS: list[Any] = [argparse.Namespace]

_FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)

_OTHER_FORMATS = (
    (b"\x89HDF", "an HDF5 file, as Keras writes them"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"GGUF", "a GGUF file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file that it stands for"),
    (b"<!DOCTYPE", "a web page; the download went wrong"),
    (b"<html", "a web page; the download went wrong"),
)


@dataclass(frozen=True)
class Checkpoint:
    """The tensors of a file by torchvision's names.

    Attributes:
        state: tensors on the CPU, perhaps backed by the file.
        notes: what was left out or renamed, in sentences.
    """

    state: dict[str, Tensor]
    notes: tuple[str, ...] = ()


def read_checkpoint(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    """The state dict of a `.pth`, `.pt` or `.safetensors` file by torchvision's names.

    Raises:
        UserError: if the file cannot be read, is not a checkpoint or could run code.
    """
    return open_checkpoint(path).state


def open_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """`read_checkpoint` together with what a user should know about the file."""
    file = Path(path)
    what = f"`{file.name}`"
    start = _first_bytes(file)
    size = file.stat().st_size
    if start.startswith(b"PK"):
        content = _read_zip(file, what)
    elif _is_safetensors(start):
        content = _read_safetensors(file, what, start, size)
    elif start.startswith(b"\x80"):
        content = _load_pickle(file, what)
    else:
        raise _unknown(file, start)
    state, notes = canonical(_find_state(content, what), what)
    _refuse_stretched(state, what)
    return Checkpoint(state, notes)


def _first_bytes(file: Path) -> bytes:
    if file.is_dir():
        raise UserError(f"`{file}` is a folder, not a checkpoint.", "Choose a file inside it.")
    if file.exists() and not file.is_file():  # reading a pipe or a device would never end
        raise UserError(f"`{file}` is not a regular file.", _ACCEPTED)
    try:
        with file.open("rb") as stream:
            start = stream.read(64)
    except FileNotFoundError as error:
        raise UserError(f"There is no file `{file}`.", "Check the path.") from error
    except OSError as error:
        raise UserError(
            f"Cannot read `{file}`: {error.strerror or error}.", "Check its permissions."
        ) from error
    if not start:
        raise UserError(f"`{file.name}` is empty.", _FETCH_AGAIN)
    return start


def _unknown(file: Path, start: bytes) -> UserError:
    for magic, name in _OTHER_FORMATS:
        if start.lower().startswith(magic.lower()):
            return UserError(f"`{file.name}` is not a checkpoint but {name}.", _ACCEPTED)
    if file.suffix == ".safetensors":
        return UserError(f"`{file.name}` is damaged: its header cannot be read.", _FETCH_AGAIN)
    kind = "a text file" if _is_text(start) else "of an unknown format"
    return UserError(f"`{file.name}` is not a checkpoint: it is {kind}.", _ACCEPTED)


_ACCEPTED = "Choose a .pth, .pt or .safetensors file with the weights of a residual network."


def _is_text(start: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)  # a character may be cut at the end
    except UnicodeDecodeError:
        return False
    return all(byte >= 32 or byte in b"\t\r\n" for byte in start)


# --- safetensors ---------------------------------------------------------------------------


def _is_safetensors(start: bytes) -> bool:
    # Eight bytes of header length, then the header, a JSON object.
    return start[8:9] == b"{" and int.from_bytes(start[:8], "little") <= _LONGEST_HEADER


def _read_safetensors(file: Path, what: str, start: bytes, size: int) -> dict[str, Tensor]:
    needed = 8 + int.from_bytes(start[:8], "little")
    if needed > size:
        raise UserError(f"{what} is truncated: its header is longer than the file.", _FETCH_AGAIN)
    try:
        return dict(safetensors.torch.load_file(file, device="cpu"))
    except (safetensors.SafetensorError, OSError, KeyError, ValueError) as error:
        reason = (
            "it is shorter than its header says" if "not fully covered" in str(error) else error
        )
        raise UserError(f"{what} is truncated or damaged: {reason}.", _FETCH_AGAIN) from error


# --- torch ---------------------------------------------------------------------------------


def _read_zip(file: Path, what: str) -> Any:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UserError(f"{what} is truncated or damaged.", _FETCH_AGAIN) from error
    inner = {name.partition("/")[2] for name in names}
    if "constants.pkl" in inner:
        raise UserError(
            f"{what} is a TorchScript archive: it holds a compiled program, not only weights.",
            "Load it with `torch.jit.load` and save its tensors: "
            "`torch.save(model.state_dict(), path)`.",
        )
    if "models/model.json" in inner or "archive_format" in inner:
        raise UserError(
            f"{what} is an exported program (torch.export), not a checkpoint.", _SAVE_SAFELY
        )
    if "data.pkl" not in inner:
        kind = "a NumPy archive" if names and names[0].endswith(".npy") else "another zip archive"
        raise UserError(f"{what} is not a checkpoint but {kind}.", _ACCEPTED)
    return _load_pickle(file, what)


def _load_pickle(file: Path, what: str) -> Any:
    """torch.load without code; any failure of it means that the file is not to be had."""
    try:
        # Its warnings speak to the programmer who saved the file, not to the one who opens it.
        with (
            file.open("rb") as stream,  # given a path, torch would trust its suffix
            warnings.catch_warnings(),
            torch.serialization.safe_globals(_HARMLESS),
        ):
            warnings.simplefilter("ignore")
            return torch.load(stream, map_location="cpu", weights_only=True)
    except MemoryError as error:
        raise UserError(f"{what} does not fit into memory.") from error
    except Exception as error:  # a damaged pickle can raise anything
        raise _explain(file, what, error) from error


def _explain(file: Path, what: str, error: Exception) -> UserError:
    calls = called_names(file)
    if any(name.startswith("torch.nn.modules.") for name in calls):
        return UserError(
            f"{what} holds a whole pickled model, which can only be opened by running code from "
            f"the file. It was not run.",
            _SAVE_SAFELY,
        )
    if calls and all(name.startswith(("numpy.", "_codecs.")) for name in calls):
        return UserError(
            f"{what} holds NumPy values beside its tensors, which can only be opened by running "
            "code from the file. It was not run.",
            _SAVE_SAFELY,
        )
    if calls:
        return UserError(
            f"{what} contains Python code (it calls {', '.join(f'`{c}`' for c in calls[:3])}), "
            "which could do anything to this computer. It was not run.",
            f"If you trust where it comes from: {_SAVE_SAFELY[0].lower()}{_SAVE_SAFELY[1:]}",
        )
    return UserError(f"{what} is truncated or damaged, or not a checkpoint.", _FETCH_AGAIN)


# --- the tensors in what was read -----------------------------------------------------------


def _find_state(content: Any, what: str) -> dict[str, Tensor]:
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
            _SAVE_SAFELY,
        )
    state = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    if not state:
        keys = ", ".join(f"`{key}`" for key in list(content)[:5]) or "nothing"
        raise UserError(f"{what} holds no tensors, only {keys}.", _SAVE_SAFELY)
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


def _refuse_stretched(state: Mapping[str, Tensor], what: str) -> None:
    """A view can stretch one number to any shape: a file of bytes that would fill all memory."""
    for name, tensor in state.items():
        if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
            raise UserError(
                f"{what} is no sound checkpoint: `{name}` claims more numbers than the file holds.",
                _SAVE_SAFELY,
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
