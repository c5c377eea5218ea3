"""An engine process for a whole module, as starting one costs seconds; an inbox for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import Asking

from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.messages import Reply


@pytest.fixture(scope="module")
def engine() -> Iterator[Asking]:
    """A running engine, ended with its module whatever happens."""
    asking = Asking()
    try:
        yield asking
    finally:
        asking.process.close()
        assert not asking.process.alive


@pytest.fixture
def replies() -> list[Reply]:
    """What an inbox has answered."""
    return []


@pytest.fixture
def inbox(replies: list[Reply]) -> Inbox:
    """An inbox without an engine behind it."""
    return Inbox(replies.append)
