"""What a pickle would call, read without calling it."""

from __future__ import annotations

import collections
import fractions
import pickle
import shutil
from pathlib import Path

import pytest
import torch

from resnet_viz.models.pickles import called_names


class Caller:
    """Pickles as a call of any function."""

    def __init__(self, function: object, *args: object) -> None:
        self.reduced = (function, args)

    def __reduce__(self):
        return self.reduced


@pytest.mark.parametrize("protocol", range(6))
def test_calls_are_found_in_every_protocol(tmp_path: Path, protocol: int):
    content = {
        "text": "not.a.call",
        "a": Caller(shutil.rmtree, "/nowhere"),
        "b": Caller(fractions.Fraction, 1, 2),
        "again": Caller(shutil.rmtree, "/nothing"),
    }
    (tmp_path / "p").write_bytes(pickle.dumps(content, protocol))
    assert called_names(tmp_path / "p") == ["shutil.rmtree", "fractions.Fraction"]


def test_ordinary_checkpoints_call_nothing_of_note(tmp_path: Path):
    content = collections.OrderedDict(a=torch.nn.Parameter(torch.ones(2)), b=torch.ones(2).half())
    for zipped in (True, False):
        torch.save(content, tmp_path / "net", _use_new_zipfile_serialization=zipped)
        assert called_names(tmp_path / "net") == []


def test_later_pickles_of_old_torch_files_are_read_too(tmp_path: Path):
    first, second = pickle.dumps(1, 2), pickle.dumps(Caller(shutil.rmtree, "/nowhere"), 2)
    (tmp_path / "p").write_bytes(first + second)
    assert called_names(tmp_path / "p") == ["shutil.rmtree"]


def test_names_spoilt_by_damage_are_left_out(tmp_path: Path):
    content = pickle.dumps(Caller(shutil.rmtree, "/nowhere"), 2)
    (tmp_path / "p").write_bytes(content.replace(b"shutil", b"sh\x07til"))
    assert called_names(tmp_path / "p") == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04\x95", b"no pickle", bytes(99)])
def test_no_pickle_no_names(tmp_path: Path, content: bytes):
    (tmp_path / "p").write_bytes(content)
    assert called_names(tmp_path / "p") == []
