"""Opens a checkpoint file without ever running code from it.

The kind of file is told from its first bytes, not its name: torch's zip archives and older
pickles are read with `weights_only=True`, safetensors with their own library; everything else
is refused with a sentence that says what it is.
"""

from __future__ import annotations

import argparse
import codecs
import os
import re
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from resnet_viz.errors import UserError
from resnet_viz.models.nests import SAVE_SAFELY, find_state, refuse_stretched
from resnet_viz.models.pickles import called_names
from resnet_viz.models.renaming import canonical

_FETCH_AGAIN = "Copy or download it again."

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/")
_LONGEST_HEADER = 100_000_000  # the safetensors library's own limit

# A plain record that training programs put beside the weights; making one runs no code.
_HARMLESS: list[Any] = [argparse.Namespace]

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
    if _ADDRESS.match(str(path)):
        raise UserError(f"`{path}` is an address, not a file.", "Download it first.")
    file = Path(path)
    what = f"`{file.name}`"
    start = _first_bytes(file)
    if start.startswith(b"PK"):
        content = _read_zip(file, what)
    elif _is_safetensors(start):
        content = _read_safetensors(file, what, start)
    elif start.startswith(b"\x80"):
        content = _load_pickle(file, what)
    else:
        raise _unknown(file, start)
    state, notes = canonical(find_state(content, what), what)
    refuse_stretched(state, what)
    return Checkpoint(state, notes)


def _first_bytes(file: Path) -> bytes:
    try:
        if file.is_dir():
            raise UserError(f"`{file}` is a folder, not a checkpoint.", "Choose a file inside it.")
        if file.exists() and not file.is_file():  # reading a pipe or a device would never end
            raise UserError(f"`{file}` is not a regular file.", _ACCEPTED)
        with file.open("rb") as stream:
            start = stream.read(64)
    except FileNotFoundError as error:
        raise UserError(f"There is no file `{file}`.", "Check the path.") from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"Cannot read `{file}`: {reason}.", "Check path and permissions."
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


def _read_safetensors(file: Path, what: str, start: bytes) -> dict[str, Tensor]:
    needed = 8 + int.from_bytes(start[:8], "little")
    if needed > file.stat().st_size:
        raise UserError(f"{what} is truncated: its header is longer than the file.", _FETCH_AGAIN)
    try:
        return dict(safetensors.torch.load_file(file, device="cpu"))
    except (safetensors.SafetensorError, OSError, KeyError, ValueError) as error:
        raise UserError(f"{what} is truncated or damaged.", _FETCH_AGAIN) from error


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
            f"{what} is an exported program (torch.export), not a checkpoint.", SAVE_SAFELY
        )
    if "data.pkl" not in inner:
        kind = "a NumPy archive" if names and names[0].endswith(".npy") else "another zip archive"
        raise UserError(f"{what} is not a checkpoint but {kind}.", _ACCEPTED)
    # Given a path, which mapping needs, torch would trust its suffix.
    return _load_pickle(file, what, mapped=file.suffix != ".safetensors")


def _load_pickle(file: Path, what: str, *, mapped: bool = False) -> Any:
    """torch.load without code; any failure of it means that the file is not to be had."""
    try:
        # Its warnings speak to the programmer who saved the file, not to the one who opens it.
        with (
            file.open("rb") as stream,
            warnings.catch_warnings(),
            torch.serialization.safe_globals(_HARMLESS),
        ):
            warnings.simplefilter("ignore")
            source = str(file) if mapped else stream
            return torch.load(source, map_location="cpu", weights_only=True, mmap=mapped)
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
            SAVE_SAFELY,
        )
    if calls and all(name.startswith(("numpy.", "_codecs.")) for name in calls):
        return UserError(
            f"{what} holds NumPy values beside its tensors, which can only be opened by running "
            "code from the file. It was not run.",
            SAVE_SAFELY,
        )
    if calls:
        return UserError(
            f"{what} contains Python code (it calls {', '.join(f'`{c}`' for c in calls[:3])}), "
            "which could do anything to this computer. It was not run.",
            f"If you trust where it comes from: {SAVE_SAFELY[0].lower()}{SAVE_SAFELY[1:]}",
        )
    return UserError(f"{what} is truncated or damaged, or not a checkpoint.", _FETCH_AGAIN)
