"""Early stopping: a run ends when its networks have stopped getting better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resnet_viz.train.config import NetworkKey
from resnet_viz.train.evaluation import Evaluation


class Patience:
    """Counts the measurements since a network of the run was last better than ever.

    Args:
        limit: measurements without a lower held-out loss of any network; 0 waits for ever.

    Attributes:
        exhausted: whether the run should end.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lowest: dict[NetworkKey, float] = {}
        self._stale = 0

    @property
    def exhausted(self) -> bool:
        """Whether no network has become better for too long."""
        return 0 < self._limit <= self._stale

    def saw(self, measured: Mapping[NetworkKey, Evaluation]) -> None:
        """The networks were measured."""
        self._stale += 1
        for key, evaluation in measured.items():
            if evaluation.loss < self._lowest.get(key, float("inf")):
                self._lowest[key] = evaluation.loss
                self._stale = 0

    def facts(self) -> dict[str, Any]:
        """What it remembers, as JSON."""
        return {"lowest": dict(self._lowest), "stale": self._stale}

    def restore(self, facts: Mapping[str, Any]) -> None:
        """Continue from what `facts` returned."""
        self._lowest, self._stale = dict(facts["lowest"]), facts["stale"]

    def sentence(self) -> str:
        """Why the run ends."""
        return (
            f"Stopped early: no lower loss on the held-out pictures in {self._stale} measurements."
        )
