"""A display, a window manager and a mouse, and the program in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageGrab

HERE = Path(__file__).parent
WIDTH, HEIGHT = 1920, 1080


class Desktop:
    """An X display with a window manager on it."""

    def __init__(self, number: int, home: Path) -> None:
        self.display = f":{number}"
        self.home = home

    def environment(self) -> dict[str, str]:
        env = {k: v for k, v in os.environ.items() if k != "WAYLAND_DISPLAY"}
        env |= {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}
        env |= {
            f"XDG_{n}_HOME": str(self.home / n.lower())
            for n in ("CONFIG", "CACHE", "DATA", "STATE")
        }
        return env

    def mouse(self, *words: object) -> str:
        """Run xdotool."""
        done = subprocess.run(
            ["xdotool", *map(str, words)],
            env=self.environment(),
            check=True,
            capture_output=True,
            text=True,
            timeout=30,
        )
        return done.stdout

    def click(self, x: int, y: int) -> None:
        self.mouse("mousemove", x, y, "sleep", 0.1, "click", 1)

    def drag(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Press, move in steps as a hand does, release."""
        self.mouse("mousemove", x0, y0, "sleep", 0.2, "mousedown", 1)
        for i in range(1, 9):
            x, y = x0 + (x1 - x0) * i // 8, y0 + (y1 - y0) * i // 8
            self.mouse("mousemove", x, y, "sleep", 0.08)
        self.mouse("sleep", 0.3, "mouseup", 1)

    def pixels(self) -> NDArray[np.uint8]:
        """The whole screen, (H, W, 3)."""
        return np.asarray(ImageGrab.grab(xdisplay=self.display).convert("RGB"))


class Program:
    """The window in a process of its own."""

    def __init__(self, desktop: Desktop, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "driver.py"), *arguments],
            env=desktop.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *words: object) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the window ended with code {self.process.wait(10)}"
        return json.loads(line)

    def wait_for(
        self, what: Callable[[dict[str, Any]], object], seconds: float = 90
    ) -> dict[str, Any]:
        """Ask until the state is as wanted."""
        end = time.monotonic() + seconds
        while True:
            state: dict[str, Any] = self.ask("state")
            if what(state):
                return state
            assert time.monotonic() < end, f"waited {seconds} s in vain; last state: {state}"
            time.sleep(0.1)

    def close(self) -> int:
        """Close standard input, which ends the window; returns its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(20)

    def end(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self.process.poll() is None:
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        self.process.wait(10)


def need(*tools: str, untested: str) -> None:
    """Skip where a tool is missing, and say what cannot be tested without it."""
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: {untested} cannot be tested here")


@contextlib.contextmanager
def display(home: Path, width: int, height: int) -> Iterator[Desktop]:
    """A display of a size in pixels, with a window manager, as long as it is wanted."""
    read, write = os.pipe()
    size = f"{width}x{height}x24"
    xvfb = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as numbers:
        number = int(numbers.readline())
    made = Desktop(number, home)
    manager = subprocess.Popen(
        ["openbox"], env=made.environment(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        yield made
    finally:
        for process in (manager, xvfb):
            process.send_signal(signal.SIGTERM)
            process.wait(10)


@contextlib.contextmanager
def measured(desktop: Desktop) -> Iterator[Program]:
    """The window with its network measured for the first time; it ends as it should."""
    made = Program(desktop)
    try:
        made.ask("resize", 1280, 720)
        made.wait_for(lambda s: s["grads"] and not s["stale"])
        yield made
        assert made.close() == 0
    finally:
        made.end()


@contextlib.contextmanager
def dragged_in(desktop: Desktop, program: Program, path: Path, kind: str) -> Iterator[None]:
    """Another program has a file or folder dragged out of it and dropped on the window."""
    source = subprocess.Popen(
        [sys.executable, str(HERE / "drag_source.py"), str(path), kind, "1500", "800"],
        env=desktop.environment(),
    )
    try:
        desktop.mouse("search", "--sync", "--onlyvisible", "--name", "^drag source$")
        time.sleep(0.5)  # until the window manager has placed it
        where = desktop.mouse("search", "--name", "^drag source$", "getwindowgeometry", "--shell")
        at = dict(line.split("=") for line in where.split() if "=" in line)
        x, y = int(at["X"]) + 60, int(at["Y"]) + 40
        desktop.drag(x, y, *program.ask("centre"))
        yield
    finally:
        source.terminate()
        source.wait(10)
