"""What a new engine has to be told about a training that its predecessor was killed in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from resnet_viz.engine.messages import Cancelled, Steer, Train, Trained, TrainingStatus
from resnet_viz.runs.layout import RunPaths


@dataclass
class Training:
    """A training as the window knows it.

    A run is never begun again behind the user's back: once it has a folder, it is resumed.
    What was ordered lately may not have reached a checkpoint, so the last order of each kind is
    given again; an engine that has obeyed it already takes no notice.

    Attributes:
        job: as it was asked for.
        status: the newest.
        paused: whether it waits for `continue`.
        stopping: whether it was told to stop.
        orphaned: whether an engine ended while it was asked to do this.
    """

    job: Train
    status: TrainingStatus | None = None
    paused: bool = False
    stopping: bool = False
    orphaned: bool = False
    _standing: dict[tuple[str, str], Steer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.paused = self.job.paused

    @property
    def begun(self) -> bool:
        """Whether there is something to resume."""
        if self.job.resume or self.status is not None:
            return True
        # The engine may have begun and not lived to say so.
        return self.orphaned and RunPaths(self.job.folder).facts.exists()

    def ordered(self, order: Steer) -> None:
        """The window has given an order."""
        if order.order in ("rate", "gates"):
            kind = order.order, order.network if order.order == "gates" else ""
            self._standing[kind] = order
        elif order.order == "stop":
            self.stopping = True
        else:
            self.paused = order.order != "continue"

    def again(self) -> Train:
        """The request for a new engine."""
        return replace(self.job, resume=self.begun, paused=self.paused)

    @property
    def orders(self) -> tuple[Steer, ...]:
        """What to order of a new engine as well."""
        return tuple(self._standing.values())

    def stopped_without_engine(self) -> Trained | Cancelled:
        """The answer to a wish to stop while there is no engine to grant it."""
        if not self.begun:
            return Cancelled(self.job.request_id)
        message = f"Stopped. It can be resumed {self._place()}."
        return Trained(self.job.request_id, self.job.folder, "stopped", message)

    def outlook(self) -> str:
        """How it goes on with the next engine, in a sentence; empty if it had not begun."""
        return f"The training goes on {self._place()}." if self.begun else ""

    def _place(self) -> str:
        step = self.status.saved_step if self.status is not None else -1
        return f"from its checkpoint at step {step:,}" if step > 0 else "from its folder"
