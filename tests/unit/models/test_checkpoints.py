"""Checkpoint files: every way of saving one, and every bad file a user can drop."""

from __future__ import annotations

import argparse
import collections
import io
import os
import pickle
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor, nn
from torchvision import models as torchvision_models

from resnet_viz.errors import UserError
from resnet_viz.models.checkpoints import open_checkpoint, read_checkpoint
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    return build(spec("resnet20", depths=(1, 1, 1)), seed=1).state_dict()


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def message_of(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_checkpoint(path)
    text = str(caught.value)
    assert path.name in text
    assert caught.value.hint
    return text


# --- what can be read -----------------------------------------------------------------------


def test_torchs_zip_archive(tmp_path: Path, state: dict[str, Tensor]):
    torch.save(state, tmp_path / "net.pth")
    assert same(read_checkpoint(tmp_path / "net.pth"), state)


def test_torch_files_of_before_1_6(tmp_path: Path, state: dict[str, Tensor]):
    torch.save(state, tmp_path / "net.pth", _use_new_zipfile_serialization=False)
    assert same(read_checkpoint(tmp_path / "net.pth"), state)


def test_safetensors(tmp_path: Path, state: dict[str, Tensor]):
    safetensors.torch.save_file(state, tmp_path / "net.safetensors", metadata={"a": "b"})
    assert same(read_checkpoint(tmp_path / "net.safetensors"), state)


@pytest.mark.parametrize("kind", ["torch", "safetensors"])
def test_the_content_counts_not_the_name(tmp_path: Path, state: dict[str, Tensor], kind: str):
    path = tmp_path / ("net.safetensors" if kind == "torch" else "net.pth")
    (torch.save if kind == "torch" else safetensors.torch.save_file)(state, path)
    assert same(read_checkpoint(path), state)


@pytest.mark.parametrize(
    "nest",
    [
        lambda s: {"state_dict": s, "epoch": 3, "best": 91.2},
        lambda s: {"model": s, "optimizer": {"state": {0: {"momentum_buffer": torch.ones(2)}}}},
        lambda s: {"model_state_dict": s, "optimizer_state_dict": {"state": {}}},
        lambda s: {"epoch": 1, "ema": {"module": s, "updates": 5}},
        lambda s: {"format": 1, "net": s, "optimiser": {"state": {0: {"m": torch.ones(2)}}}},
        lambda s: {"something_else": collections.OrderedDict(s)},
        lambda s: {"state_dict": s, "state_dict_ema": {k: v + 1 for k, v in s.items()}},
        lambda s: {"model": s, "args": argparse.Namespace(lr=0.1)},
        lambda s: {**s, "note": "text beside the tensors"},
    ],
)
def test_nests_of_training_programs(tmp_path: Path, state: dict[str, Tensor], nest: Callable):
    torch.save(nest(state), tmp_path / "net.pth")
    assert same(read_checkpoint(tmp_path / "net.pth"), state)


@pytest.mark.parametrize(
    "prefix", ["module.", "_orig_mod.", "module._orig_mod.", "model.", "backbone.", "encoder.net."]
)
def test_prefixes_of_training_wrappers(tmp_path: Path, state: dict[str, Tensor], prefix: str):
    torch.save({prefix + name: tensor for name, tensor in state.items()}, tmp_path / "net.pth")
    assert same(read_checkpoint(tmp_path / "net.pth"), state)


def test_parameters_and_tensors_on_other_devices_come_to_the_cpu(tmp_path: Path):
    net = build(spec("resnet20", depths=(1, 1, 1)))
    torch.save(dict(net.named_parameters()) | dict(net.named_buffers()), tmp_path / "net.pth")
    assert {t.device.type for t in read_checkpoint(tmp_path / "net.pth").values()} == {"cpu"}


# --- what runs code ---------------------------------------------------------------------------


class Bomb:
    """Unpickling it writes a file."""

    def __init__(self, target: Path) -> None:
        self.command = f"touch '{target}'"

    def __reduce__(self):
        return os.system, (self.command,)


def pickled(content: object, protocol: int) -> bytes:
    return pickle.dumps(content, protocol)


def zipped(content: object, **options: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "save",
    [
        zipped,
        lambda content: zipped(content, _use_new_zipfile_serialization=False),
        lambda content: pickled(content, 2),
        lambda content: pickled(content, 4),
        lambda content: pickled(content, 5),
    ],
    ids=["zip", "old torch", "pickle 2", "pickle 4", "pickle 5"],
)
def test_code_in_a_checkpoint_is_refused_and_never_runs(
    tmp_path: Path, state: dict[str, Tensor], save: Callable[[object], bytes]
):
    trap = tmp_path / "ran"
    path = tmp_path / "evil.pth"
    path.write_bytes(save({"state_dict": state, "extra": Bomb(trap)}))
    text = message_of(path)
    assert not trap.exists()
    assert "contains Python code" in text
    assert "system" in text
    assert "not run" in text
    assert "state_dict()" in text
    # The trap is a real one: an ordinary unpickling springs it.
    if save is not zipped and path.read_bytes()[1] >= 4:
        pickle.loads(path.read_bytes())
        assert trap.exists()


def test_a_real_loader_would_have_sprung_the_trap(tmp_path: Path):
    trap = tmp_path / "ran"
    torch.save(Bomb(trap), tmp_path / "evil.pth")
    torch.load(tmp_path / "evil.pth", weights_only=False)
    assert trap.exists()


def test_a_whole_pickled_model_is_refused_with_the_way_to_save_it(tmp_path: Path):
    torch.save(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), tmp_path / "model.pth")
    text = message_of(tmp_path / "model.pth")
    assert "whole pickled model" in text
    assert "torch.save(model.state_dict(), path)" in text


def test_numpy_values_beside_the_tensors(tmp_path: Path, state: dict[str, Tensor]):
    torch.save({"state_dict": state, "accuracy": np.float64(0.9)}, tmp_path / "net.pth")
    assert "NumPy values" in message_of(tmp_path / "net.pth")


def test_a_torchscript_archive(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "scripted.pt", "w") as archive:
        for name in ("data.pkl", "constants.pkl", "code/__torch__.py", "version"):
            archive.writestr(f"scripted/{name}", b"x")
    assert "TorchScript" in message_of(tmp_path / "scripted.pt")


def test_an_exported_program(tmp_path: Path):
    program = torch.export.export(nn.Linear(2, 2), (torch.ones(1, 2),))
    torch.export.save(program, tmp_path / "net.pt2")
    assert "exported program" in message_of(tmp_path / "net.pt2")


# --- what is broken or something else -----------------------------------------------------------


def test_a_missing_file(tmp_path: Path):
    assert "There is no file" in message_of(tmp_path / "nowhere.pth")


def test_a_folder(tmp_path: Path):
    (tmp_path / "runs.pth").mkdir()
    assert "is a folder" in message_of(tmp_path / "runs.pth")


def test_an_address():
    with pytest.raises(UserError, match="is an address, not a file"):
        read_checkpoint("https://example.org/net.pth")


@pytest.mark.parametrize("name", ["a\0b.pth", "n" * 300 + ".pth"])
def test_names_that_no_file_can_have(tmp_path: Path, name: str):
    with pytest.raises(UserError, match="Cannot read"):
        read_checkpoint(tmp_path / name)


def test_a_pipe_does_not_hang(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.pth")
    assert "not a regular file" in message_of(tmp_path / "pipe.pth")


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # Root reads everything, so the refusal is feigned.
    path = tmp_path / "secret.pth"
    path.write_bytes(b"x")

    def refuse(*_args: object, **_options: object):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "Permission denied" in message_of(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"just some words, renamed\n", "text file"),
        (b"epoch,loss\n1,0.5\n", "text file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG picture"),
        (b"\x89HDF\r\n\x1a\n" + bytes(50), "Keras"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer"),
        (b"<!doctype html><html>Not found", "web page"),
        (bytes(range(200, 250)), "unknown format"),
        (b"\x80\x04 not a pickle at all", "truncated or damaged"),
    ],
)
def test_something_else_renamed_to_pth(tmp_path: Path, content: bytes, words: str):
    (tmp_path / "net.pth").write_bytes(content)
    assert words in message_of(tmp_path / "net.pth")


def test_another_zip_archive(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.pth", "w") as archive:
        archive.writestr("letter.txt", "dear")
    assert "another zip archive" in message_of(tmp_path / "a.pth")
    np.savez(tmp_path / "b.npz", a=np.ones(3))
    assert "NumPy archive" in message_of(tmp_path / "b.npz")


@pytest.mark.parametrize("kind", ["zip", "old", "safetensors"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.999])
def test_truncated_files(tmp_path: Path, state: dict[str, Tensor], kind: str, share: float):
    path = tmp_path / ("net.safetensors" if kind == "safetensors" else "net.pth")
    if kind == "safetensors":
        safetensors.torch.save_file(state, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=kind == "zip")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert "truncated" in message_of(path)


def test_a_safetensors_file_with_a_destroyed_header(tmp_path: Path):
    (tmp_path / "net.safetensors").write_bytes(b"\xff" * 64)
    assert "damaged" in message_of(tmp_path / "net.safetensors")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (torch.ones(3), "one single tensor"),
        ([torch.ones(3)], "an object of type list"),
        (3, "an object of type int"),
        ({}, "holds no tensors"),
        ({"epoch": 3, "lr": 0.1}, "no tensors, only `epoch`, `lr`"),
        ({"layer1.0.conv1.weight": torch.ones(2, 2, 3, 3, device="meta")}, "only the shapes"),
        ({"layer1.0.conv1.weight": torch.ones(2, 2).to_sparse()}, "sparse"),
        ({"layer1.0.conv1.weight": torch.ones(2, 2, 3, 3, dtype=torch.int8)}, "quantised"),
        ({"layer1.0.conv1.weight": torch.ones(2, 2, 3, 3).to(torch.float8_e4m3fn)}, "quantised"),
        ({"fc._packed_params.x": torch.ones(2)}, "quantised"),
    ],
)
def test_records_without_usable_weights(tmp_path: Path, content: object, words: str):
    torch.save(content, tmp_path / "net.pth")
    with pytest.raises(UserError, match=words) as caught:
        read_checkpoint(tmp_path / "net.pth")
    assert "net.pth" in str(caught.value)


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
@pytest.mark.filterwarnings("ignore:TypedStorage is deprecated:UserWarning")
def test_quantised_tensors(tmp_path: Path):
    weight = torch.quantize_per_tensor(torch.randn(4, 3, 3, 3), 0.1, 0, torch.qint8)
    torch.save({"layer1.0.conv1.weight": weight}, tmp_path / "net.pth")
    assert "quantised" in message_of(tmp_path / "net.pth")
    assert "qint8" in message_of(tmp_path / "net.pth")


def test_a_record_that_holds_itself_ends_in_words(tmp_path: Path):
    knot: dict[str, object] = {}
    knot["model"] = knot
    torch.save(knot, tmp_path / "net.pth")
    message_of(tmp_path / "net.pth")


@pytest.mark.parametrize("name", ["vgg11", "mobilenet_v2", "vit_b_16", "densenet121"])
def test_other_networks_are_refused_by_name(tmp_path: Path, name: str):
    with torch.device("meta"):
        shapes = torchvision_models.get_model(name, weights=None).state_dict()
    # One number per tensor, stretched to its shape: small files of the right structure.
    torch.save({k: torch.zeros(()).expand(v.shape) for k, v in shapes.items()}, tmp_path / "o.pth")
    assert "Cannot show `o.pth`" in message_of(tmp_path / "o.pth")


@pytest.mark.parametrize("kind", ["zip", "old", "safetensors"])
def test_damaged_files_never_end_in_anything_but_words(
    tmp_path: Path, state: dict[str, Tensor], kind: str
):
    path = tmp_path / "net.pth"
    small = {name: tensor for name, tensor in state.items() if "layer1" in name}
    if kind == "safetensors":
        safetensors.torch.save_file(small, path)
    else:
        torch.save(small, path, _use_new_zipfile_serialization=kind == "zip")
    content = path.read_bytes()
    dice = random.Random(1)
    refused = 0
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(dice.randint(1, 8)):
            # Most of the file is numbers, which may be anything: aim at its head and tail.
            place = dice.choice([dice.randrange(600), len(content) - 1 - dice.randrange(900)])
            damaged[place] = dice.randrange(256)
        path.write_bytes(damaged)
        try:
            open_checkpoint(path)
        except UserError:
            refused += 1
    assert refused > 0
