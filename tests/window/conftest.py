"""A display of its own for every module: Xvfb, a window manager, a mouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from desktop import HEIGHT, WIDTH, Desktop, Program, display, measured, need


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    need("Xvfb", "openbox", "xdotool", untested="a real window")
    with display(tmp_path_factory.mktemp("desktop"), WIDTH, HEIGHT) as made:
        yield made


@pytest.fixture(scope="module")
def program(desktop: Desktop) -> Iterator[Program]:
    """The window with its network measured for the first time."""
    with measured(desktop) as made:
        yield made
