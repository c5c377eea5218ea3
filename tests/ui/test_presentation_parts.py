"""Walking, the stopwatch, wrapped text and the wakelock, each on its own."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from PySide6.QtGui import QFont, QFontMetricsF
from pytestqt.qtbot import QtBot

from resnet_viz.ui.lecture.presenter_clock import Elapsed, clock_words
from resnet_viz.ui.lecture.wakelock import Wakelock
from resnet_viz.ui.lecture.walk import Position, back, clamped, forward
from resnet_viz.ui.lecture.wrapped_text import CLOSE, OPEN, clipped, plain, runs, sized, wrap


def test_back_undoes_forward_everywhere() -> None:
    steps = [2, 0, 0, 3]
    here: Position | None = Position()
    walked = []
    while here is not None:
        walked.append(here)
        here = forward(here, steps)
    assert len(walked) == sum(steps) + len(steps)
    assert [back(place, steps) for place in walked] == [None, *walked[:-1]]


def test_a_remembered_place_that_is_gone_becomes_the_nearest() -> None:
    assert clamped(Position(9, 9), [2, 1]) == Position(1, 1)
    assert clamped(Position(0, 1), [2, 1]) == Position(0, 1)
    assert clamped(Position(3, 1), []) == Position(0, 0)


def test_the_stopwatch_counts_only_while_it_runs() -> None:
    now = 100.0
    watch = Elapsed(lambda: now)
    now = 130.0
    assert watch.seconds == 0.0
    watch.start()
    now = 190.0
    watch.pause()
    now = 500.0
    assert watch.seconds == 60.0
    watch.start()
    now = 505.0
    assert watch.seconds == 65.0
    watch.reset()
    now = 507.0
    assert (watch.seconds, watch.running) == (2.0, True)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (65.9, "1:05"), (3599, "59:59"), (3729, "1:02:09")]
)
def test_times_are_written_as_on_a_clock(seconds: float, words: str) -> None:
    assert clock_words(seconds) == words


def marked(text: str) -> str:
    return f"{OPEN}{text}{CLOSE}"


def test_marks_are_bold_and_never_written(qapp: object) -> None:
    text = f"from {marked('1.2')} to {marked('3')}"
    assert plain(text) == "from 1.2 to 3"
    assert [(run.text, run.bold) for run in runs(text)] == [
        ("from ", False),
        ("1.2", True),
        (" to ", False),
        ("3", True),
    ]


@pytest.mark.parametrize("width", [90, 200, 1000])
def test_wrapped_lines_hold_the_whole_text_within_the_width(qapp: object, width: int) -> None:
    font = sized(QFont(), 20)
    text = f"‖∂L/∂x‖ falls 𝑛-fold, by {marked('6.7×10⁻⁷')}, 😀 and averyveryveryverylongword"
    lines = wrap(text, font, width)
    assert "".join(run.text for line in lines for run in line) == plain(text)
    for line in lines:
        words = "".join(run.text for run in line).rstrip()
        assert QFontMetricsF(font).horizontalAdvance(words) <= 1.15 * width  # bold is wider
    assert (len(lines) > 1) == (width < 1000)


def test_new_lines_are_kept_and_nothing_gives_no_line(qapp: object) -> None:
    font = sized(QFont(), 20)
    lines = ["".join(run.text for run in line) for line in wrap("one\ntwo", font, 500)]
    assert lines == ["one", "two"]
    assert wrap("  ", font, 500) == []


def test_text_that_is_cut_ends_in_dots(qapp: object) -> None:
    font = sized(QFont(), 20)
    lines = wrap("many words " * 30, font, 300)
    short = clipped(lines, 2, font, 300)
    assert short[0] == lines[0]
    assert len(short) == 2
    assert short[1][-1].text.endswith("…")
    assert clipped(lines, len(lines), font, 300) == lines


def test_without_a_desktop_the_screen_saver_is_left_alone(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all")
    lock = Wakelock()
    lock.hold("a lecture")
    assert not lock.held
    lock.release()


_INHIBITED = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from resnet_viz.ui.lecture.wakelock import Wakelock
app = QCoreApplication([])
lock = Wakelock()
lock.hold("a lecture")
lock._watcher.finished.connect(lambda: (print("answered", lock.held), app.quit()))
QTimer.singleShot(20000, app.quit)
app.exec()
lock.release()
"""


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="needs dbus-run-session")
def test_a_session_without_a_screen_saver_answers_and_nothing_breaks() -> None:
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", _INHIBITED],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["answered", "False"]
