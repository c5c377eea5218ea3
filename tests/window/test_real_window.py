"""The window as a person uses it: a real display, a real mouse, a real engine."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from desktop import Desktop, Program, dragged_in
from PIL import Image

pytestmark = pytest.mark.window


def photo(path: Path, phase: int) -> Path:
    """A picture with structure, another one for each phase, written as PNG."""
    y, x = np.mgrid[0:120, 0:160]
    rgb = np.stack([x * 255 // 160, y * 255 // 120, (x ^ (y + phase)) & 255], axis=-1).astype(
        np.uint8
    )
    Image.fromarray(rgb).save(path)
    return path


def test_the_window_shows_a_measurement_of_the_sample(program: Program, desktop: Desktop) -> None:
    state = program.ask("state")
    assert state["title"].endswith("ResNet Visualizer")
    assert not state["torch"]
    assert all(g > 0 for g in state["grads"])
    assert len(np.unique(desktop.pixels().reshape(-1, 3), axis=0)) > 500  # something is painted


@pytest.mark.parametrize("kind", ["file", "data"])
def test_a_picture_is_dragged_in_from_another_program(
    program: Program, desktop: Desktop, tmp_path: Path, kind: str
) -> None:
    picture = photo(tmp_path / f"dragged-{kind}.png", 40 if kind == "file" else 90)
    before = program.ask("state")["grads"]
    with dragged_in(desktop, program, picture, kind):
        name = picture.name if kind == "file" else "dropped picture"
        state = program.wait_for(
            lambda s: s["title"].startswith(name) and not s["stale"] and s["grads"] != before
        )
        assert state["notice"] is None


def test_an_arc_is_clicked_then_all_skips_are_cut_and_undone(
    program: Program, desktop: Desktop
) -> None:
    first = program.ask("state")
    desktop.click(*program.ask("arc", "layer2.1"))
    cut = program.wait_for(lambda s: s["cut"] == ["layer2.1"] and not s["stale"])
    assert cut["grads"] != first["grads"]
    assert cut["ghost"] == first["grads"]

    desktop.mouse("key", "a")
    plain = program.wait_for(lambda s: len(s["cut"]) > 5 and not s["stale"])
    assert plain["ghost"] == cut["grads"]
    desktop.mouse("key", "ctrl+z")
    desktop.mouse("key", "ctrl+z")
    undone = program.wait_for(lambda s: s["cut"] == [] and not s["stale"])
    np.testing.assert_allclose(undone["grads"], first["grads"], rtol=1e-5)


def test_squares_and_keys_select_blocks(program: Program, desktop: Desktop) -> None:
    desktop.click(*program.ask("square", "layer3.0"))
    program.wait_for(lambda s: s["selected"] == "layer3.0")
    desktop.mouse("key", "Right")
    program.wait_for(lambda s: s["selected"] == "layer3.1")
    desktop.mouse("key", "s")
    program.wait_for(lambda s: s["cut"] == ["layer3.1"] and not s["stale"])
    desktop.mouse("key", "s")
    program.wait_for(lambda s: s["cut"] == [] and not s["stale"])


def test_the_window_survives_the_death_of_its_engine(program: Program) -> None:
    before = program.ask("state")
    os.kill(before["engine_pid"], signal.SIGKILL)
    after = program.wait_for(
        lambda s: (
            s["engine_pid"] not in (None, before["engine_pid"])
            and s["engine"] == "READY"
            and s["grads"]
            and not s["stale"]
        )
    )
    assert after["network"] == before["network"]
    np.testing.assert_allclose(after["grads"], before["grads"], rtol=1e-5)
