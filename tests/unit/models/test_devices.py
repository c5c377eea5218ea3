"""Devices by name: what this machine has, and what it refuses."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from resnet_viz.errors import UserError
from resnet_viz.models.devices import list_devices, resolve_device


def test_the_cpu_is_always_there_and_always_the_last() -> None:
    assert list_devices()[-1].name == "cpu"
    assert resolve_device("cpu") == torch.device("cpu")


def test_auto_is_the_first_device() -> None:
    assert str(resolve_device()) == list_devices()[0].name


@pytest.mark.parametrize("name", ["tpu", "cuda:7", "", "cpu:x"])
def test_a_device_that_is_not_here_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(UserError) as caught:
        resolve_device(name)
    assert repr(name) in caught.value.message
    assert "auto" in caught.value.hint
    assert "cpu" in caught.value.hint


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that claims to have two CUDA devices; nothing is computed on them."""
    gpu = SimpleNamespace(name="NVIDIA Example", total_memory=80 * 2**30)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: gpu)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.mark.usefixtures("two_gpus")
def test_gpus_come_first_and_have_people_s_names() -> None:
    devices = list_devices()
    assert [d.name for d in devices] == ["cuda:0", "cuda:1", "cpu"]
    assert devices[1].label == "NVIDIA Example, 80 GiB (cuda:1)"
    assert resolve_device() == torch.device("cuda:0")
    assert resolve_device("CUDA") == torch.device("cuda:0")
    assert resolve_device("cuda:1") == torch.device("cuda:1")


def test_apple_s_gpu_has_no_double_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert resolve_device() == torch.device("mps")
    assert resolve_device(float64=True) == torch.device("cpu")
    with pytest.raises(UserError, match="float64"):
        resolve_device("mps", float64=True)


def test_a_driver_that_does_not_fit_is_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def available() -> bool:
        import warnings

        warnings.warn("CUDA initialization: the driver is too old", stacklevel=1)
        return False

    monkeypatch.setattr(torch.cuda, "is_available", available)
    assert "cuda:0" not in [d.name for d in list_devices()]
