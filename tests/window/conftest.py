"""A display of its own for every module: Xvfb, a window manager, a mouse."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator

import pytest
from desktop import HEIGHT, WIDTH, Desktop, Program


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    for tool in ("Xvfb", "openbox", "xdotool"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: a real window cannot be tested here")
    read, write = os.pipe()
    xvfb = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(write),
            "-screen",
            "0",
            f"{WIDTH}x{HEIGHT}x24",
            "-nolisten",
            "tcp",
        ],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as numbers:
        number = int(numbers.readline())
    made = Desktop(number, tmp_path_factory.mktemp("desktop"))
    manager = subprocess.Popen(
        ["openbox"], env=made.environment(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    yield made
    for process in (manager, xvfb):
        process.send_signal(signal.SIGTERM)
        process.wait(10)


@pytest.fixture(scope="module")
def program(desktop: Desktop) -> Iterator[Program]:
    """The window with its network measured for the first time."""
    made = Program(desktop)
    try:
        made.ask("resize", 1280, 720)
        made.wait_for(lambda s: s["grads"] and not s["stale"])
        yield made
        assert made.close() == 0
    finally:
        made.end()
