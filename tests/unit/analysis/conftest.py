"""Tiny networks run fastest in one thread: several would mostly wait for each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from resnet_viz.torchvision_compat import ensure_torchvision

ensure_torchvision()  # the other libraries' networks import torchvision


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
