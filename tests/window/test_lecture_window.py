"""The built-in lecture on two real screens, walked through with the keys of a presenter remote."""

from __future__ import annotations

import json
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from desktop import Desktop, Program, display, measured, need

pytestmark = pytest.mark.window

SLIDE = (1280, 720)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """Two screens beside each other: the speaker's, and the hall's."""
    need("Xvfb", "openbox", "xdotool", "xrandr", untested="two screens")
    with display(tmp_path_factory.mktemp("hall"), 2 * SLIDE[0], SLIDE[1]) as made:
        time.sleep(1.0)  # a display without a client forgets its monitors
        for name, x, output in (("speaker", 0, "screen"), ("hall", SLIDE[0], "none")):
            geometry = f"{SLIDE[0]}/338x{SLIDE[1]}/190+{x}+0"
            command = ["xrandr", "--setmonitor", name, geometry, output]
            subprocess.run(command, env=made.environment(), check=True, capture_output=True)
        yield made


@pytest.fixture(scope="module")
def program(hall: Desktop) -> Iterator[Program]:
    with measured(hall) as made:
        hall.mouse("key", "ctrl+4")
        made.wait_for(lambda s: s["workspace"] == "Lecture")
        yield made


def wait_for(
    program: Program, what: Callable[[dict[str, Any]], object], seconds: float = 180
) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while True:
        state: dict[str, Any] = program.ask("lecture")
        if what(state):
            return state
        assert time.monotonic() < end, f"waited in vain; last state: {state}"
        time.sleep(0.1)


def at(scene: int, step: int) -> Callable[[dict[str, Any]], bool]:
    """That a step of a scene is on screen, complete."""
    return lambda s: (s["scene"], s["step"]) == (scene, step) and s["complete"]


def slide(hall: Desktop) -> np.ndarray:
    """What the hall sees."""
    return hall.pixels()[:, SLIDE[0] :]


def test_f5_fills_the_halls_screen_and_leaves_the_other_to_the_speaker(
    program: Program, hall: Desktop
) -> None:
    assert program.ask("lecture")["screens"] == [[0, 0, *SLIDE], [SLIDE[0], 0, *SLIDE]]
    hall.mouse("key", "shift+F5")
    state = wait_for(program, lambda s: s["running"] and at(0, 0)(s))
    assert state["geometry"] == [SLIDE[0], 0, *SLIDE]
    assert state["presenter"]
    x, _, width, _ = state["presenter_geometry"]
    assert x + width <= SLIDE[0]


def test_every_scene_is_shown_forwards_and_backwards_with_the_same_numbers(
    program: Program, hall: Desktop
) -> None:
    steps = program.ask("lecture")["steps"]
    trains = 12  # the duel: its second moment goes on while it is looked at
    path = [(scene, step) for scene, n in enumerate(steps) for step in range(n + 1)]
    assert 12 <= len(steps) <= 15
    seen, pictures = {}, {}
    for number, here in enumerate(path):
        if number:
            hall.mouse("key", ("Next", "Right", "space")[number % 3])
        state = wait_for(program, at(*here))
        assert state["problems"] == [], here
        assert "…" not in state["sentence"] or here == (trains, 1), (here, state["sentence"])
        assert program.ask("lecture_least_type")[0] >= SLIDE[1] / 40, here
        seen[here] = program.ask("lecture_numbers")
        pictures[here] = slide(hall)
        assert pictures[here].std() > 10, f"{here} is empty"
    for here in path[-2::-1]:
        hall.mouse("key", ("Prior", "Left")[here[0] % 2])
        wait_for(program, at(*here))
        if here[0] != trains:
            assert program.ask("lecture_numbers") == seen[here], here


def test_what_is_clicked_is_measured_and_the_next_key_goes_on(
    program: Program, hall: Desktop
) -> None:
    hall.mouse("key", "3", "key", "Return")
    wait_for(program, at(2, 0))
    before = program.ask("lecture_numbers")
    hall.click(*program.ask("lecture_arc", "residual", "layer2.4"))
    wait_for(program, lambda s: s["improvised"] and s["complete"])
    after = program.ask("lecture_numbers")
    assert after[0]["first_residual"] != before[0]["first_residual"]
    assert after[0]["first_plain"] == before[0]["first_plain"]
    hall.mouse("key", "Next")
    state = wait_for(program, at(2, 1))
    assert not state["improvised"]
    hall.mouse("key", "Prior")
    wait_for(program, at(2, 0))
    assert program.ask("lecture_numbers") == before


def test_a_guess_is_drawn_by_hand_and_the_measured_curve_laid_over_it(
    program: Program, hall: Desktop
) -> None:
    hall.mouse("key", "2", "key", "Return")
    wait_for(program, at(1, 0))
    time.sleep(0.3)
    hidden = slide(hall)
    x0 = SLIDE[0]
    hall.drag(x0 + 1150, 260, x0 + 250, 480)
    time.sleep(0.5)
    drawn = slide(hall)
    assert (drawn != hidden).any(-1).mean() > 0.001
    hall.mouse("key", "Next")
    wait_for(program, at(1, 1))
    time.sleep(0.5)
    assert (slide(hall) != drawn).any(-1).mean() > 0.005


def test_black_home_end_and_escape(program: Program, hall: Desktop) -> None:
    hall.mouse("key", "b")
    wait_for(program, lambda s: s["black"])
    time.sleep(0.3)
    assert slide(hall).max() < 8
    hall.mouse("key", "b")
    wait_for(program, lambda s: not s["black"])
    hall.mouse("key", "End")
    last = program.ask("lecture")["scenes"] - 1
    wait_for(program, at(last, 0))
    hall.mouse("key", "Home")
    wait_for(program, at(0, 0))
    hall.mouse("key", "Escape")
    state = wait_for(program, lambda s: not s["running"])
    assert state["selected"] == 0


def test_it_is_saved_moved_and_opened_again_to_the_same_numbers(
    program: Program, hall: Desktop, tmp_path: Path
) -> None:
    saved = tmp_path / "mine.toml"
    assert program.ask("lecture_save", saved)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    saved.rename(moved / "mine.toml")

    def numbers() -> list[Any]:
        hall.mouse("key", "shift+F5")
        wait_for(program, lambda s: s["running"] and at(0, 0)(s))
        hall.mouse("key", "3", "key", "Return")
        wait_for(program, at(2, 0))
        found: list[Any] = program.ask("lecture_numbers")
        hall.mouse("key", "Escape")
        wait_for(program, lambda s: not s["running"])
        return found

    before = numbers()
    assert program.ask("lecture_open", moved / "mine.toml")
    assert numbers() == before


def test_a_bundle_says_what_another_version_measured_differently(
    program: Program, tmp_path: Path
) -> None:
    def wait_check(what: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        end = time.monotonic() + 180
        while not what(check := program.ask("lecture_check")):
            assert time.monotonic() < end, f"waited in vain; last: {check}"
            time.sleep(0.3)
        return check

    packed = tmp_path / "packed.rvl"
    assert program.ask("lecture_pack", packed)
    end = time.monotonic() + 60
    while not packed.exists():
        assert time.monotonic() < end
        time.sleep(0.2)
    assert program.ask("lecture_open", packed)
    same = wait_check(lambda c: c["shown"] and "the same" in c["text"] and "0 of" not in c["text"])
    assert same["differences"] == []

    older = tmp_path / "older.rvl"
    scene, view, name = _altered(packed, older)
    assert program.ask("lecture_open", older)
    told = wait_check(lambda c: any(name in words for words in c["differences"]))["differences"]
    assert any("with torch 0.0.1" in words for words in told)
    (figure,) = [words for words in told if words.startswith(f"Scene {scene}, view {view}: {name}")]
    assert "2.0× smaller" in figure


def _altered(packed: Path, older: Path) -> tuple[int, int, str]:
    """The bundle as another version had made it, with one figure twice as large; which one."""
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(older, "w") as target:
        made = json.loads(source.read("made.json"))
        made["versions"]["torch"] = "0.0.1"
        places = [
            (scene, view, name)
            for scene, views in enumerate(made["numbers"], 1)
            for view, facts in enumerate(views, 1)
            for name, fact in facts.items()
            if name in ("loss_network", "first_residual", "train_loss_network") and fact["value"]
        ]
        scene, view, name = places[0]
        made["numbers"][scene - 1][view - 1][name]["value"] *= 2
        for entry in source.namelist():
            content = json.dumps(made).encode() if entry == "made.json" else source.read(entry)
            target.writestr(entry, content)
    return scene, view, name


def test_a_damaged_file_is_told_with_its_line_and_nothing_is_lost(
    program: Program, tmp_path: Path
) -> None:
    before = program.ask("lecture")
    damaged = tmp_path / "damaged.toml"
    damaged.write_text('title = "x"\n\n[[scene]]\ntitle = "y"\n\n[[scene.view]]\nkind = "parr"\n')
    assert not program.ask("lecture_open", damaged)
    notice = program.wait_for(lambda s: s["notice"])["notice"]
    assert "line 7" in notice
    assert program.ask("lecture")["scenes"] == before["scenes"]
