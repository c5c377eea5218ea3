"""Records whose numbers follow from their place."""

from __future__ import annotations

from typing import Any

import numpy as np


def step_record(step: int, key: str = "network", **more: Any) -> dict[str, Any]:
    """A training step whose numbers follow from its place."""
    usual = {
        "kind": "step",
        "network": key,
        "step": step,
        "epoch": (step - 1) // 10 + 1,
        "lr": 0.1 / step,
        "loss": 2.0 / step,
        "accuracy": step / 100,
        "seconds": step * 0.5,
    }
    return {**usual, **more}


def evaluation_record(step: int, key: str = "network", **more: Any) -> dict[str, Any]:
    """A measurement whose numbers follow from its place."""
    usual = {
        "kind": "evaluation",
        "network": key,
        "step": step,
        "epoch": step // 10,
        "loss": 3.0 / step,
        "accuracy": step / 200,
        "n_images": 12,
    }
    return {**usual, **more}


def block_values(step: int) -> np.ndarray:
    """(6, 4) numbers that tell step, quantity and block."""
    return step + 0.1 * np.arange(6)[:, None] + 0.01 * np.arange(4)[None]
