"""Where networks are kept: one for the workspace, one for each of a run's, some for a lecture."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from resnet_viz.engine.current import Current
from resnet_viz.engine.measurements import Measurements
from resnet_viz.engine.messages import Explore, LoadModel, ModelChoice

_LECTURE_BYTES = 512 * 2**20
_LECTURE_MOST = 8
# Of one network of a lecture: the window keeps what is on screen, this is for going back.
_MEASURED_BYTES = 32 * 2**20


@dataclass(eq=False)
class Place:
    """Where one network is kept.

    Attributes:
        current: the network; None before the first.
        measurements: of that network.
    """

    current: Current | None = None
    measurements: Measurements = field(default_factory=Measurements)

    @property
    def nbytes(self) -> int:
        """Memory of the network's parameters."""
        if self.current is None:
            return 0
        return sum(p.numel() * p.element_size() for p in self.current.loaded.net.parameters())


class Places:
    """Finds the place of a request's network.

    The networks of a run have places of their own: looking at them costs the Explore workspace
    neither its network nor what was measured of it. So have the networks of a lecture, whichever
    of its views asks: the least recently used are forgotten.

    Args:
        limit_bytes: memory of the parameters of a lecture's networks; the newest stays whatever
            its size.
        most: how many networks of a lecture are kept.
    """

    def __init__(self, limit_bytes: int = _LECTURE_BYTES, most: int = _LECTURE_MOST) -> None:
        self._limit_bytes = limit_bytes
        self._most = most
        self._workspace: defaultdict[str, Place] = defaultdict(Place)
        self._lecture: list[Place] = []  # the least recently used first

    def of(self, job: LoadModel | Explore) -> Place:
        """The place that a request's network is in, or will be."""
        choice = job.choice
        if not job.lane:
            return self._workspace[choice.run_network if choice.weights == "run" else ""]
        known = next((p for p in self._lecture if _keeps(p.current, choice)), None)
        return known or Place(measurements=Measurements(_MEASURED_BYTES))

    def used(self, place: Place) -> None:
        """A place was used, which of a lecture's may mean that another one is given up."""
        if place in self._workspace.values():
            return
        self._lecture = [*(p for p in self._lecture if p is not place), place]
        while len(self._lecture) > 1 and self._too_much():
            del self._lecture[0]

    def _too_much(self) -> bool:
        nbytes = sum(place.nbytes for place in self._lecture)
        return len(self._lecture) > self._most or nbytes > self._limit_bytes


def _keeps(current: Current | None, choice: ModelChoice) -> bool:
    """Whether a network is the one of `choice`, for runs at whichever step."""
    if current is None:
        return False
    asked = current.asked
    if choice.weights == "run":
        same = asked.path == choice.path and asked.run_network == choice.run_network
        return asked.weights == "run" and same
    return current.serves(choice)
