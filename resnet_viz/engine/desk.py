"""Where one request is worked on, and what has become of it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from resnet_viz.engine.lanes import Job
from resnet_viz.engine.messages import Cancelled, Superseded


@dataclass
class Desk:
    """A place for one request, empty or not.

    Attributes:
        job: the request; None while there is none.
        verdict: why it is no longer wanted; None while it is.
        postponed: it gives way to another one and is wanted later.
        asleep: nothing can be done about it until something happens.
        nudged: something has happened since it was handed out last.
    """

    job: Job | None = None
    verdict: Cancelled | Superseded | None = None
    postponed: bool = False
    asleep: bool = False
    nudged: bool = False

    def begin(self, job: Job) -> None:
        """Lay a request on the desk."""
        self.job, self.verdict, self.postponed = job, None, False
        self.asleep = self.nudged = False

    def clear(self) -> None:
        """The request is answered, or waits again."""
        self.job = self.verdict = None

    def judge(self, verdict: Cancelled | Superseded) -> None:
        """The request is no longer wanted."""
        self.verdict = verdict
        self.nudge()

    def nudge(self) -> None:
        """Something has happened that the request may have waited for."""
        self.nudged = True
        self.asleep = False
