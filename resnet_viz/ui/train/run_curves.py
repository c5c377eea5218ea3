"""The curves of a run as charts draw them, followed while it grows. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from resnet_viz.numerals import accuracy, binary_size, figure
from resnet_viz.runs.layout import NetworkFacts, RunFacts
from resnet_viz.runs.recorded import Recorded
from resnet_viz.ui.train.block_digest import BlockTrend
from resnet_viz.ui.train.chart_values import Guide, Line, Quantity
from resnet_viz.ui.train.curve import Curve
from resnet_viz.ui.train.heat_quantities import HEAT_QUANTITIES

COLOURS = {"network": "output", "rival": "trouble"}
"""Fields of the theme by a network's key."""
MARKS = {"network": "●", "rival": "■"}
"""Signs by a network's key."""

LOSS = Quantity("Loss", log_offered=True)
ACCURACY = Quantity("Accuracy", share=True, said=accuracy)

THIRD: dict[str, Quantity] = {
    "lr": Quantity("Learning rate", log_offered=True),
    "update": Quantity("Update ‖Δw‖ / ‖w‖", "median of all blocks", log_offered=True),
    "dead": Quantity("Dead channels", "median of all blocks", share=True, said=accuracy),
    "speed": Quantity(
        "Images per second", "all networks count as one", said=lambda value: f"{value:,.0f}"
    ),
    "memory": Quantity("Memory", said=binary_size),
}
"""What a third chart can show."""
CHARTS: dict[str, Quantity] = {"loss": LOSS, "accuracy": ACCURACY, **THIRD}
"""What any chart of a run can show."""


@dataclass
class _Network:
    """Curves of one network."""

    facts: NetworkFacts
    loss: Curve = field(default_factory=Curve)
    accuracy: Curve = field(default_factory=Curve)
    held_loss: Curve = field(default_factory=Curve)
    held_accuracy: Curve = field(default_factory=Curve)
    lr: Curve = field(default_factory=Curve)
    trends: dict[str, BlockTrend] = field(default_factory=dict)


class RunCurves:
    """What the charts of one run show.

    Args:
        reader: the run.

    Attributes:
        hidden: key of the network whose held-out curves are not drawn, with its training curves
            where it has a rival, since they would tell them; empty for none.
    """

    def __init__(self, reader: Recorded) -> None:
        self.hidden = ""
        self._reader = reader
        self._speed, self._memory = Curve(), Curve()
        self._networks = [_Network(network) for network in reader.facts.networks]
        self.follow()

    @property
    def facts(self) -> RunFacts:
        """What the run is."""
        return self._reader.facts

    @property
    def networks(self) -> list[NetworkFacts]:
        """Whose curves these are."""
        return [network.facts for network in self._networks]

    def follow(self) -> None:
        """Take in what the reader has found."""
        for network in self._networks:
            steps = self._reader.steps(network.facts.key)
            held_out = self._reader.evaluations(network.facts.key)
            network.loss.follow(steps.step, steps.loss)
            network.accuracy.follow(steps.step, steps.accuracy)
            network.lr.follow(steps.step, steps.lr)
            network.held_loss.follow(held_out.step, held_out.loss)
            network.held_accuracy.follow(held_out.step, held_out.accuracy)
            for trend in network.trends.values():
                trend.follow(self._reader.blocks(network.facts.key))
        system = self._reader.system
        self._speed.follow(system.step, system.images_per_second)
        self._memory.follow(system.step, system.memory_bytes)

    @property
    def has_trends(self) -> bool:
        """Whether a chart shows medians of all blocks, which `catch_up` makes."""
        return any(network.trends for network in self._networks)

    def catch_up(self, seconds: float) -> bool:
        """Go on with what takes longer, for so long; whether there is more."""
        wanted = [trend for n in self._networks for trend in n.trends.values()]
        return sum(trend.catch_up(seconds / len(wanted)) for trend in wanted) > 0

    # --- lines -----------------------------------------------------------------------------

    def lines(self, key: str) -> list[Line]:
        """Lines of a chart of `CHARTS`."""
        if key == "loss":
            return self.loss()
        return self.accuracy() if key == "accuracy" else self.third(key)

    def guides(self, key: str) -> list[Guide]:
        """What guessing gives, in a chart of `CHARTS`."""
        if key == "loss":
            return self.loss_guides()
        return self.accuracy_guides() if key == "accuracy" else []

    def loss(self) -> list[Line]:
        """Lines of the loss."""
        return self._pairs(lambda n: n.loss, lambda n: n.held_loss)

    def accuracy(self) -> list[Line]:
        """Lines of the accuracy."""
        return self._pairs(lambda n: n.accuracy, lambda n: n.held_accuracy)

    def third(self, key: str) -> list[Line]:
        """Lines of a third chart."""
        if key == "lr":
            return [Line(n.lr, "learning rate", colour="branch") for n in self._networks[:1]]
        if key in ("speed", "memory"):
            curve = self._speed if key == "speed" else self._memory
            return [Line(curve, THIRD[key].title.lower(), colour="branch")]
        return [self._line(n, self._trend(n, key).curve, "median") for n in self._networks]

    def _trend(self, network: _Network, key: str) -> BlockTrend:
        if key not in network.trends:
            quantity, facts = HEAT_QUANTITIES[key], network.facts
            network.trends[key] = BlockTrend(quantity, self.facts.quantities, facts.blocks)
            network.trends[key].follow(self._reader.blocks(facts.key))
        return network.trends[key]

    def _pairs(
        self, train: Callable[[_Network], Curve], held_out: Callable[[_Network], Curve]
    ) -> list[Line]:
        lines = []
        alone = len(self._networks) == 1
        for n in self._networks:
            guessed = n.facts.key == self.hidden
            dashed = replace(
                self._line(n, held_out(n), "held-out"),
                label="held-out" if alone else "",
                dashed=True,
                smoothed=False,
                hidden=guessed,
            )
            solid = self._line(n, train(n), "train")
            if alone:  # whose lines they are is said elsewhere
                solid = replace(solid, label="train")
            lines += [dashed, replace(solid, hidden=guessed and not alone)]
        return lines

    def _line(self, network: _Network, curve: Curve, what: str) -> Line:
        key, title = network.facts.key, network.facts.title
        mark, colour = MARKS.get(key, "▲"), COLOURS.get(key, "branch")
        name, label = f"{title}, {what}", f"{mark} {title}"
        return Line(curve, name, label, title, mark, colour, smoothed=True)

    def third_offered(self) -> list[str]:
        """Keys of `THIRD` that this run has figures for."""
        needs = {"update": "update", "dead": "dead"}
        return [key for key in THIRD if needs.get(key, "") in ("", *self.facts.quantities)]

    def loss_guides(self) -> list[Guide]:
        """What guessing costs."""
        n = len(self.facts.classes)
        return [Guide(math.log(n), f"guessing: ln {n} = {figure(math.log(n))}")] if n > 1 else []

    def accuracy_guides(self) -> list[Guide]:
        """What guessing gets right."""
        n = len(self.facts.classes)
        return [Guide(1 / n, f"guessing: 1 in {n}")] if n > 1 else []
