"""The tabs of the Train workspace; each is imported when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QWidget

from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.session import TrainSession


class Page(Protocol):
    """What the workspace asks of a page, which is a `QWidget`."""

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""


Maker = Callable[[TrainSession], QWidget]


def _live(session: TrainSession) -> QWidget:
    from resnet_viz.ui.train.live_page import LivePage

    return LivePage(session)


def _blocks(session: TrainSession) -> QWidget:
    from resnet_viz.ui.train.block_page import BlockPage

    return BlockPage(session)


def _data(session: TrainSession) -> QWidget:
    from resnet_viz.ui.train.data_page import DataPage

    return DataPage(session)


def _runs(session: TrainSession) -> QWidget:
    from resnet_viz.ui.train.runs_page import RunsPage

    return RunsPage(session)


def _rate(session: TrainSession) -> QWidget:
    from resnet_viz.ui.train.rate_page import RatePage

    return RatePage(session)


LIVE, BLOCKS, DATA, RUNS, RATE = "Live", "Blocks", "Data", "Runs", "Learning rate"

PAGES: dict[str, Maker] = {
    LIVE: _live,
    BLOCKS: _blocks,
    DATA: _data,
    RUNS: _runs,
    RATE: _rate,
}
"""By the tab's title, in the tabs' order."""
