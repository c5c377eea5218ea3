"""Pictures and recipes of trainings that take a second, and what came of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from safetensors.numpy import load_file

CLASSES = ("blue", "green", "red")
SIDE = 8


def make_pictures(folder: Path, n_train: int = 12, n_test: int = 4) -> Path:
    """Noisy pictures of one colour per class, in `train` and `test`."""
    rng = np.random.default_rng(3)
    for part, count in (("train", n_train), ("test", n_test)):
        for channel, name in zip((2, 1, 0), CLASSES, strict=True):
            (folder / part / name).mkdir(parents=True)
            for index in range(count):
                rgb = rng.integers(0, 160, (SIDE, SIDE, 3), dtype=np.uint8)
                rgb[..., channel] += 90
                Image.fromarray(rgb).save(folder / part / name / f"{index:02d}.png")
    return folder


def recipe(pictures: Path, *, duel: bool = True, **run: object) -> str:
    """Text of a recipe; keywords are entries of its section `run`."""
    network = (
        f'name = "resnet20"\ndepths = [1, 1, 1]\nwidths = [4, 8, 8]\n'
        f"n_classes = 3\ninput_size = {SIDE}\n"
    )
    entries = {"epochs": 4, "batch_size": 6, "seed": 7, "threads": 1, "checkpoint_every": 5}
    lines = "".join(f"{key} = {value}\n" for key, value in {**entries, **run}.items())
    rival = f"[rival]\n{network}plain = true\n" if duel else ""
    return (
        f"[network]\n{network}{rival}"
        f"[data]\nfolder = {str(pictures)!r}\ndataset = 'Colours'\npadding = 1\n"
        f"[optimiser]\nlr = 0.05\n"
        # Measured in steps that do not depend on how busy the machine is.
        f"[recording]\nevery = 3\nsnapshots = 4\n"
        f"[run]\ndevice = 'cpu'\n{lines}"
    )


def final_weights(folder: Path) -> dict[str, np.ndarray[Any, Any]]:
    """All tensors of the newest checkpoint of a run, by file and name."""
    newest = max((folder / "checkpoints").glob("step-*"))
    return {
        f"{file.stem}/{name}": tensor
        for file in sorted(newest.glob("*.safetensors"))
        for name, tensor in load_file(file).items()
    }


def records(folder: Path, kind: str) -> list[dict[str, Any]]:
    """The records of one kind in a run folder."""
    lines = (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    return [record for line in lines if (record := json.loads(line))["kind"] == kind]
