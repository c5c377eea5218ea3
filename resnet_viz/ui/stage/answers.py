"""What a live view is answered: the signal of each answer, and answers held back a while."""

from __future__ import annotations

from collections.abc import Iterable

from resnet_viz.engine.messages import (
    Cancelled,
    DataSeen,
    Explored,
    Failed,
    Found,
    ModelReady,
    PairMeasured,
    Progress,
    RateFound,
    Trained,
    TrainingStatus,
)

Answer = (
    ModelReady
    | Explored
    | PairMeasured
    | Found
    | DataSeen
    | TrainingStatus
    | Trained
    | RateFound
    | Progress
    | Failed
    | Cancelled
)

SIGNALS: dict[type, str] = {
    ModelReady: "model_ready",
    Explored: "explored",
    PairMeasured: "pair_measured",
    Found: "found",
    DataSeen: "data_seen",
    TrainingStatus: "training_status",
    Trained: "trained",
    RateFound: "rate_found",
    Progress: "progress",
    Failed: "failed",
    Cancelled: "cancelled",
}
"""Name of the signal, of the client as of a stage's engine, that tells each answer."""

_NEWEST = {"model_ready", "explored", "pair_measured", "found", "training_status", "progress"}


def is_last(answer: Answer) -> bool:
    """Whether it ends its question."""
    match answer:
        case Found(finding=finding):
            return finding.complete
        case RateFound(complete=complete):
            return complete
        case _:
            return not isinstance(answer, TrainingStatus | Progress)


class HeldAnswers:
    """Answers that came while numbers are frozen."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, int], Answer] = {}

    def hold(self, name: str, answer: Answer) -> None:
        """Keep an answer and the name of the signal that is to tell it."""
        # Of measurements the newest counts, of what ends a question each does.
        key = name, (0 if name in _NEWEST else answer.request_id)
        self._held.pop(key, None)
        self._held[key] = answer

    def release(self) -> Iterable[tuple[str, Answer]]:
        """What was kept, by its signal, the oldest first; nothing is kept any more."""
        held, self._held = self._held, {}
        return [(name, answer) for (name, _), answer in held.items()]
