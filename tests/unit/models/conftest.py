"""torchvision and timm are the oracles of these tests; both import torchvision."""

from __future__ import annotations

from resnet_viz.torchvision_compat import ensure_torchvision

ensure_torchvision()
