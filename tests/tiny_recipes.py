"""Fixtures: tiny data sets and recipes for real training runs that take a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from tiny_runs import SIDE, make_pictures


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's cache; child processes inherit the setting."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setattr("resnet_viz.data.cache.cache_folder", lambda: folder / "datasets")
    return folder / "datasets"


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small lose time with several threads, much of it on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Noisy pictures of one colour per class: 3 x 12 to train on, 3 x 4 to measure on."""
    return make_pictures(tmp_path / "pictures")


Recipe = Callable[..., Path]


@pytest.fixture
def recipe(tmp_path: Path, pictures: Path) -> Recipe:
    """Write a recipe for a network of three blocks; keywords replace or add lines by section."""

    def write(name: str = "tiny.toml", **changes: str) -> Path:
        sections = {
            "network": f'name = "resnet20"\ndepths = [1, 1, 1]\nwidths = [4, 8, 8]\n'
            f"n_classes = 3\ninput_size = {SIDE}",
            "data": f"folder = {str(pictures)!r}\ndataset = 'Colours'\npadding = 1\n"
            "crops = [[1, 6]]",
            "optimiser": "lr = 0.05",
            "schedule": "",
            "run": "epochs = 4\nbatch_size = 5\nseed = 7\ndevice = 'cpu'\nthreads = 1\n"
            "checkpoint_every = 5",
        }
        for section, lines in changes.items():
            sections[section] = merge(sections.get(section, ""), lines)
        text = "".join(f"[{title}]\n{lines}\n\n" for title, lines in sections.items())
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def merge(lines: str, more: str) -> str:
    """TOML lines with those of `more` added; a key that is there already is replaced."""
    entries = {line.split("=")[0].strip(): line for line in lines.splitlines()}
    entries |= {line.split("=")[0].strip(): line.strip() for line in more.splitlines()}
    return "\n".join(entries.values())
