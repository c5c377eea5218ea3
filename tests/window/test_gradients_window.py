"""The Gradients workspace as a person uses it: a real display, a real mouse, a real engine."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from desktop import Desktop, Program

pytestmark = pytest.mark.window


def wait_for(program: Program, what: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Ask the laboratory until its state is as wanted."""
    end = time.monotonic() + 120
    while True:
        state: dict[str, Any] = program.ask("lab")
        if what(state):
            return state
        assert time.monotonic() < end, f"waited in vain; last state: {state}"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def laboratory(program: Program, desktop: Desktop) -> Program:
    """The window with the Gradients workspace open and its pair measured."""
    desktop.mouse("key", "ctrl+2")
    program.wait_for(lambda s: s["workspace"] == "Gradients")
    wait_for(program, lambda s: not s["stale"])
    return program


def test_the_plain_twins_gradient_vanishes_and_the_sentence_says_so(laboratory) -> None:
    state = wait_for(laboratory, lambda s: not s["stale"])
    assert state["network"] == "resnet56"
    assert state["residual"][0] / state["residual"][-1] > 0.05
    assert 0 < state["plain"][0] / state["plain"][-1] < 1e-15
    assert "times smaller than the last's: 56 layers, no norm" in state["sentence"]


def test_a_skip_is_cut_by_the_mouse_and_restored_by_undo(laboratory, desktop) -> None:
    before = laboratory.ask("lab")
    desktop.click(*laboratory.ask("lab_arc", "residual", "layer2.3"))
    cut = wait_for(laboratory, lambda s: "cut=layer2.3" in s["line"] and not s["stale"])
    assert cut["ghost"] == before["residual"]
    assert cut["residual"] != before["residual"]
    assert cut["plain"] == before["plain"]  # the twin has its own gates
    desktop.mouse("key", "ctrl+z")
    undone = wait_for(laboratory, lambda s: "cut=" not in s["line"] and not s["stale"])
    np.testing.assert_allclose(undone["residual"], before["residual"], rtol=1e-5)


def test_a_restored_skip_of_the_plain_twin_lifts_its_gradient(laboratory, desktop) -> None:
    before = laboratory.ask("lab")
    desktop.click(*laboratory.ask("lab_arc", "plain", "layer1.4"))
    lifted = wait_for(laboratory, lambda s: "plain_restored" in s["line"] and not s["stale"])
    assert lifted["plain"][0] > 2 * before["plain"][0]
    desktop.mouse("key", "ctrl+z")
    wait_for(laboratory, lambda s: "plain_restored" not in s["line"] and not s["stale"])


def test_dragging_the_strength_of_the_skips_is_one_step_of_undo(laboratory, desktop) -> None:
    before = laboratory.ask("lab")
    start, end = laboratory.ask("lab_alpha", 1.0), laboratory.ask("lab_alpha", 0.4)
    desktop.drag(*start, *end)
    weaker = wait_for(laboratory, lambda s: "alpha=" in s["line"] and not s["stale"])
    assert weaker["residual"][0] < before["residual"][0]
    desktop.mouse("key", "ctrl+z")
    wait_for(laboratory, lambda s: "alpha=" not in s["line"] and not s["stale"])


def test_an_experiment_runs_beside_clicks_and_stops(laboratory, desktop) -> None:
    assert laboratory.ask("tab", "Sweeps")
    laboratory.ask("run", "seeds")
    wait_for(laboratory, lambda s: s["done"].get("seeds", [0, 0])[0] >= 2)
    laboratory.ask("tab", "Gradients")
    desktop.click(*laboratory.ask("lab_square", "residual", "layer3.2"))
    wait_for(laboratory, lambda s: s["selected"] == "layer3.2")
    desktop.click(*laboratory.ask("lab_arc", "residual", "layer3.2"))
    during = wait_for(laboratory, lambda s: "cut=layer3.2" in s["line"] and not s["stale"])
    assert during["running"] == "seeds"
    laboratory.ask("stop")
    wait_for(laboratory, lambda s: s["running"] == "")
    desktop.mouse("key", "ctrl+z")
    wait_for(laboratory, lambda s: not s["stale"])


def test_the_pair_comes_back_when_the_engine_dies(laboratory) -> None:
    before = laboratory.ask("lab")
    pid = laboratory.ask("state")["engine_pid"]
    os.kill(pid, signal.SIGKILL)
    laboratory.wait_for(lambda s: s["engine"] == "READY" and s["engine_pid"] not in (None, pid))
    after = wait_for(laboratory, lambda s: not s["stale"])
    np.testing.assert_allclose(after["residual"], before["residual"], rtol=1e-5)


def test_the_other_workspace_is_as_it_was(laboratory, desktop) -> None:
    desktop.mouse("key", "ctrl+1")
    state = laboratory.wait_for(lambda s: s["workspace"] == "Explore" and not s["stale"])
    assert state["network"] == "resnet56"
    assert state["cut"] == []
