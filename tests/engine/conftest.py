"""An engine process for a whole module: starting one costs seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import Asking


@pytest.fixture(scope="module")
def engine() -> Iterator[Asking]:
    """A running engine, ended with its module whatever happens."""
    asking = Asking()
    try:
        yield asking
    finally:
        asking.process.close()
        assert not asking.process.alive
