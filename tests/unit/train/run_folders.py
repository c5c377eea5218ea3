"""What a run folder holds at the end, without what a clock had a say in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from resnet_viz.runs.layout import RunPaths, step_name, steps_in
from resnet_viz.train.checkpoint import Tensors, read_checkpoint

PLAIN = "name = 'plain20'\ndepths = [1, 1, 1]\nwidths = [4, 8, 8]\nn_classes = 3\ninput_size = 8"
"""The plain twin of the recipes' network, as lines of a section."""


def records(out: Path, kind: str = "") -> list[dict[str, Any]]:
    """The records of one kind, or of all."""
    lines = RunPaths(out).metrics.read_text(encoding="utf-8").splitlines()
    return [r for r in map(json.loads, lines) if kind in ("", r["kind"])]


def events(out: Path) -> list[str]:
    return [record["what"] for record in records(out, "event")]


def checkpoint(out: Path, step: int | None = None) -> tuple[int, Tensors, dict[str, Any]]:
    """The newest checkpoint, or that of a step."""
    folder = RunPaths(out).checkpoints
    step = steps_in(folder)[-1] if step is None else step
    return step, *read_checkpoint(folder / step_name(step))


def equal(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return bool(a == b)


def learned(out: Path) -> list[dict[str, Any]]:
    """What was recorded of the learning: all but seconds, speed and what happened when."""
    return [
        {key: value for key, value in record.items() if key != "seconds"}
        for record in records(out)
        if record["kind"] in ("step", "evaluation")
    ]


def assert_same_run(a: Path, b: Path) -> None:
    """Both runs ended with the same bits, on the same way."""
    (step_a, tensors_a, state_a), (step_b, tensors_b, state_b) = checkpoint(a), checkpoint(b)
    del state_a["seconds"], state_b["seconds"]
    assert step_a == step_b
    assert equal(tensors_a, tensors_b)
    assert equal(state_a, state_b)
    assert learned(a) == learned(b)
    exported = sorted(p.name for p in a.glob("*-*.*"))
    assert exported == sorted(p.name for p in b.glob("*-*.*"))
    for name in exported:
        if not name.startswith("blocks-"):
            assert (a / name).read_bytes() == (b / name).read_bytes(), name
