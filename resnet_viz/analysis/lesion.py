"""What a network still does after a lesion: blocks left out, or in another order.

Veit et al. 2016, "Residual Networks Behave Like Ensembles of Relatively Shallow Networks",
arXiv:1605.06431, sections 4.1 and 4.2: a residual network loses little with any one block,
VGG all. A block that is left out is replaced by its shortcut: identity, padding or projection.
Where it had no skip connection, as in a plain twin, that is the network without this block,
which is what the paper did to VGG; zeros in its place would say nothing. The activation after
the sum stays; after a ReLU another one changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from resnet_viz.analysis.routes import Route
from resnet_viz.analysis.stepwise import Stepwise
from resnet_viz.models.gates import Gate
from resnet_viz.models.network import ResNet


@dataclass(frozen=True)
class Score:
    """How a network did on some images, as sums that can be added.

    Attributes:
        n_images: images seen.
        loss_sum: cross-entropy in nats, summed over them.
        n_correct: images whose likeliest class is the target.
        n_agreeing: images whose likeliest class is that of the intact network.
        n_broken: images with a logit that is not finite; they count as wrong.
    """

    n_images: int = 0
    loss_sum: float = 0.0
    n_correct: int = 0
    n_agreeing: int = 0
    n_broken: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.n_images + other.n_images,
            self.loss_sum + other.loss_sum,
            self.n_correct + other.n_correct,
            self.n_agreeing + other.n_agreeing,
            self.n_broken + other.n_broken,
        )

    @property
    def loss(self) -> float:
        """Mean cross-entropy in nats; NaN before the first image."""
        return self._mean(self.loss_sum)

    @property
    def error(self) -> float:
        """Share of images whose likeliest class is not the target; NaN before the first."""
        return self._mean(self.n_images - self.n_correct)

    @property
    def disagreement(self) -> float:
        """Share of images classified unlike the intact network does; NaN before the first."""
        return self._mean(self.n_images - self.n_agreeing)

    def _mean(self, total: float) -> float:
        return total / self.n_images if self.n_images else math.nan


class Lesions:
    """Scores of a network and of its lesioned versions, batch after batch.

    A lesion changes nothing before its place, so the intact network is walked once and each
    route leaves it at its first change: dropping every block in turn costs half of what as
    many forward passes would.

    Args:
        net: the network; it is, and stays, as it was. Gates are those that it has now.
        routes: the lesions.
        training_mode: norms use the statistics of each batch that is added.
        check: called often; what it raises ends the measurement.

    Attributes:
        intact: score of the network itself.
        scores: of each route.
        n_done: passes finished: one per batch and route, and one per batch for the intact
            network.
    """

    def __init__(
        self,
        net: ResNet,
        routes: Sequence[Route],
        *,
        training_mode: bool = False,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._walk = Stepwise(net, training_mode=training_mode)
        for route in routes:
            if len(route.order) != len(self._walk):
                raise ValueError(
                    f"{net.spec.title()} has {len(self._walk)} blocks, a route {len(route.order)}"
                )
        self.routes = tuple(routes)
        self._check = check
        self.intact = Score()
        self.scores = [Score()] * len(routes)
        self.n_done = 0

    def add(self, images: Tensor, targets: Tensor | None) -> Iterator[None]:
        """Measure one more batch; pauses after each pass, and in between where they are long.

        Args:
            images: (N, C, H, W), normalised.
            targets: (N,) int64 true classes; None for those that the intact network predicts.
        """
        x = self._walk.stem(self._walk.place(images))
        last = len(self._walk)
        logits = yield from self._logits(x, [(i, self._walk.gates[i]) for i in range(last)])
        predicted = logits.argmax(1)
        targets = predicted if targets is None else targets.cpu()
        self.intact += score(logits, targets, predicted)
        yield from self._finished()
        place = 0
        for index in sorted(range(len(self.routes)), key=lambda i: self.routes[i].first_change):
            route = self.routes[index]
            between = range(place, route.first_change)
            x = yield from self._through(x, [(i, self._walk.gates[i]) for i in between])
            place = route.first_change
            logits = yield from self._logits(x, self._steps(route))
            self.scores[index] += score(logits, targets, predicted)
            yield from self._finished()

    def _steps(self, route: Route) -> list[tuple[int, Gate]]:
        """What is left to do from the route's first change on."""
        return [
            (i, self._walk.without(i) if i in route.dropped else self._walk.gates[i])
            for i in route.order[route.first_change :]
        ]

    def _through(
        self, x: Tensor, steps: Sequence[tuple[int, Gate]]
    ) -> Generator[None, None, Tensor]:
        walk = self._walk.through(x, steps)
        while True:
            self._check()
            try:
                next(walk)
            except StopIteration as end:
                result: Tensor = end.value
                return result
            yield

    def _logits(
        self, x: Tensor, steps: Sequence[tuple[int, Gate]]
    ) -> Generator[None, None, Tensor]:
        x = yield from self._through(x, steps)
        # A few numbers per image; Apple's GPUs lack the float64 that scores are made in.
        return self._walk.head(x).cpu().double()

    def _finished(self) -> Iterator[None]:
        self.n_done += 1
        yield


def score(logits: Tensor, targets: Tensor, predicted: Tensor) -> Score:
    """Score logits (N, classes) against target and intact network's classes, (N,) each.

    All float64 and int64 on the CPU.
    """
    whole = torch.isfinite(logits).all(1)
    chosen = logits.argmax(1)
    figures = torch.stack(
        (
            F.cross_entropy(logits, targets, reduction="sum"),
            ((chosen == targets) & whole).sum(),
            ((chosen == predicted) & whole).sum(),
            (~whole).sum(),
        )
    ).tolist()
    return Score(len(logits), figures[0], int(figures[1]), int(figures[2]), int(figures[3]))


def measure_lesions(
    net: ResNet,
    images: Tensor,
    targets: Tensor | None,
    routes: Sequence[Route],
    *,
    training_mode: bool = False,
    chunk: int = 0,
) -> tuple[Score, list[Score]]:
    """Scores of the intact network and of every route, in one go.

    Args:
        net: the network; it is, and stays, as it was.
        images: (N, C, H, W), normalised.
        targets: (N,) true classes; None for those that the intact network predicts.
        routes: the lesions.
        training_mode: norms use the statistics of the batch, which is then processed whole.
        chunk: images at once otherwise; 0 for all.
    """
    lesions = Lesions(net, routes, training_mode=training_mode)
    size = len(images) if training_mode or not chunk else chunk
    for start in range(0, len(images), size):
        part = slice(start, start + size)
        for _ in lesions.add(images[part], None if targets is None else targets[part]):
            pass
    return lesions.intact, lesions.scores
