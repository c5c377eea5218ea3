"""Which Python functions a pickle would call, read off its opcodes without running any."""

from __future__ import annotations

import logging
import pickletools
import re
import struct
import zipfile
import zlib
from pathlib import Path

_log = logging.getLogger(__name__)

# What an ordinary checkpoint of tensors and plain records is rebuilt from.
_ORDINARY = (
    "torch._utils.",
    "torch._tensor.",
    "torch.storage.",
    "torch.serialization.",
    "torch.nn.parameter.",
    "collections.",
    "argparse.Namespace",
)
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")  # what damage leaves is often none
_LONGEST_PICKLE = 64 << 20


def called_names(file: Path) -> list[str]:
    """Functions and classes that loading the file would import, the ordinary ones left out.

    Args:
        file: a torch zip archive, a torch file of before 1.6, or a bare pickle.

    Returns:
        Dotted names in order of appearance (`posix.system`); empty if none can be found.
    """
    names: dict[str, None] = {}
    data = _pickle_bytes(file)
    try:
        while data:
            end = _scan(data, names)
            data = data[end:]  # old torch files are several pickles, one after the other
    except (ArithmeticError, IndexError, MemoryError, ValueError, struct.error):
        pass  # the rest is no pickle: what was found before it counts
    return [name for name in names if _NAME.fullmatch(name) and not _is_ordinary(name)]


def _pickle_bytes(file: Path) -> bytes:
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                name = next(n for n in archive.namelist() if n.endswith("data.pkl"))
                with archive.open(name) as stream:
                    return stream.read(_LONGEST_PICKLE)
        with file.open("rb") as stream:
            return stream.read(_LONGEST_PICKLE)
    except (OSError, StopIteration, ValueError, RuntimeError, EOFError) as error:
        _log.debug("no pickle in %s: %s", file, error)
    except (struct.error, zipfile.BadZipFile, zlib.error) as error:
        _log.debug("damaged archive %s: %s", file, error)
    return b""


def _scan(data: bytes, names: dict[str, None]) -> int:
    """Add the names of one pickle; returns where it ends."""
    strings: list[str] = []
    memo: dict[object, str | None] = {}
    top: str | None = None  # what lies on top of the stack, if it is a string
    for opcode, argument, position in pickletools.genops(data):
        if opcode.name in ("GLOBAL", "INST"):
            names[str(argument).replace(" ", ".")] = None
        elif opcode.name == "STACK_GLOBAL" and len(strings) >= 2:
            names[f"{strings[-2]}.{strings[-1]}"] = None
        elif opcode.name == "STOP":
            return (position or 0) + 1
        if opcode.name == "MEMOIZE":
            memo[len(memo)] = top
        elif "PUT" in opcode.name and argument is not None:
            memo[argument] = top
        else:
            pushed = memo.get(argument) if "GET" in opcode.name else argument
            is_string = isinstance(pushed, str) and opcode.name not in ("GLOBAL", "INST")
            top = pushed if is_string else None
            if top is not None:
                strings.append(top)
    return len(data)


def _is_ordinary(name: str) -> bool:
    storage = name.startswith("torch.") and name.endswith(("Storage", "Size", "device"))
    return storage or name.startswith(_ORDINARY)
