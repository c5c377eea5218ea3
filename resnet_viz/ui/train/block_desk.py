"""Asks for the selected block of a training's networks, one network after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnet_viz.engine.messages import Explored, ModelChoice
from resnet_viz.models.gates import Gate
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.train.engine import Engine


@dataclass(frozen=True)
class BlockQuestion:
    """What decides the maps of one network's block.

    Attributes:
        key: of the network.
        choice: the network with the weights of the step in question.
        image: (S, S, 3) uint8 as the network sees it.
        gates: of the blocks that are not fully open.
        block: whose maps are wanted.
    """

    key: NetworkKey
    choice: ModelChoice
    image: NDArray[np.uint8]
    gates: Mapping[str, Gate]
    block: str


class BlockDesk:
    """Keeps one question with the engine at a time.

    The engine computes only the newest of several waiting measurements, so the second
    network's is asked when the first one's is there.

    Args:
        engine: answers.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[BlockQuestion] = []
        self._asked: tuple[int, BlockQuestion] | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._asked is not None

    def ask(self, questions: list[BlockQuestion]) -> None:
        """Ask these in place of those before."""
        self._waiting = list(questions)
        self._next()

    def answer(self, explored: Explored) -> NetworkKey | None:
        """Whose answer this is; None if it was not asked here or not any more."""
        if self._asked is None or explored.request_id != self._asked[0]:
            return None
        key = self._asked[1].key
        self._next()
        return key

    def give_up(self, request_id: int) -> bool:
        """A question has no answer; True if it was one of these."""
        if self._asked is None or request_id != self._asked[0]:
            return False
        self._waiting = []
        self._asked = None
        return True

    def _next(self) -> None:
        if not self._waiting:
            self._asked = None
            return
        question = self._waiting.pop(0)
        request_id = self._engine.explore(
            question.choice, question.image, question.gates, None, (question.block,)
        )
        self._asked = request_id, question
