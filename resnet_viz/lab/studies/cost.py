"""Cost of depth: what networks count, keep in memory and take in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from resnet_viz.analysis.depth_cost import Stopwatch
from resnet_viz.errors import UserError
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import DepthCost
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.fit import will_fit
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies import cost_charts
from resnet_viz.lab.studies.cost_charts import Costs
from resnet_viz.lab.studies.families import family, kind_of, untrained, without_cuts
from resnet_viz.models.devices import resolve_device
from resnet_viz.models.network import ResNet
from resnet_viz.models.specs import CIFAR_DEPTHS, PRE_CIFAR_DEPTHS


def run(bench: Bench, settings: LabSettings, experiment: DepthCost) -> Iterator[Finding]:
    """Count every network, then time those that are not too deep, taking turns.

    The first round warms up and does not count. In every other one each network is passed
    once as a whole, and the network on screen once more part by part.

    Args:
        bench: builds the networks and the batch.
        settings: what kind of networks, and the batch and device for timing.
        experiment: the networks and the number of passes.

    Yields:
        The charts after counting, and again after each pass.

    Raises:
        UserError: if a network does not exist or cannot be made.
        OperationCancelled: if the bench was told to stop.
    """
    places, notes = _places(settings, experiment)
    timed, left_out = _timed(places, experiment)
    devices = _devices(settings)
    costs = Costs(
        settings=settings,
        places=places,
        timed=timed,
        own=_own(settings, timed),
        devices=devices,
        batch_note=bench.batch(settings).note if timed else "",
    )
    jobs = _Timing(bench, costs).jobs()
    total = 1 + len(jobs) * (experiment.repeats + 1)

    def finding(done: int) -> Finding:
        return Finding(
            experiment,
            settings,
            charts=cost_charts.charts(costs),
            tables=cost_charts.tables(costs),
            sentence=cost_charts.sentence(costs),
            done=done,
            total=total,
            notes=(*notes, *left_out, *cost_charts.notes(costs)),
        )

    yield finding(1)
    for turn in range(experiment.repeats + 1):
        for number, job in enumerate(jobs, 1):
            bench.check()
            job(turn > 0)
            yield finding(1 + turn * len(jobs) + number)


@dataclass
class _Timing:
    """Passes of networks that stay built until all is measured."""

    bench: Bench
    costs: Costs
    nets: dict[LabSettings, ResNet] = field(default_factory=dict)

    def jobs(self) -> list[Callable[[bool], None]]:
        """One pass each; called with whether it counts."""
        found: list[Callable[[bool], None]] = []
        for device in self.costs.devices:
            for place in self.costs.timed:
                found.append(self._whole(device, place))
            if self.costs.own is not None:
                found.append(self._parts(device, self.costs.own))
        return found

    def _whole(self, device: str, place: LabSettings) -> Callable[[bool], None]:
        def job(counts: bool) -> None:
            spent = self._stopwatch(device, place).whole()
            if counts:
                self.costs.whole[device, place].append(spent)

        return job

    def _parts(self, device: str, place: LabSettings) -> Callable[[bool], None]:
        def job(counts: bool) -> None:
            spent = self._stopwatch(device, place).parts()
            if counts:
                for name, part in spent.items():
                    self.costs.parts[device][name].append(part)

        return job

    def _stopwatch(self, device: str, place: LabSettings) -> Stopwatch:
        there = replace(place, device=device)
        if there not in self.nets:
            self.nets[there] = self.bench.network(there, "residual")
        net = self.nets[there]
        # The bench may have lent it to somebody else between two passes.
        net.gates.assign(there.gates("residual"))
        return Stopwatch(
            net,
            self.bench.batch(there).images,
            training_mode=there.training_mode,
            check=self.bench.check,
        )


def _places(
    settings: LabSettings, experiment: DepthCost
) -> tuple[tuple[LabSettings, ...], list[str]]:
    """Settings of the networks to compare, shallow first."""
    whole = untrained(without_cuts(settings))
    notes = [] if whole == settings else ["Networks are whole and have random weights."]
    names = list(experiment.networks)
    if not names:
        depths = PRE_CIFAR_DEPTHS if kind_of(settings.network) == "preresnet" else CIFAR_DEPTHS
        names, said = family(settings, depths)
        notes += said
        if settings.network not in names:
            names.append(settings.network)
    found = {replace(whole, network=name): None for name in names}
    families = {place.spec("residual").family for place in found}
    if len(families) > 1:
        raise UserError(
            "CIFAR and ImageNet networks read pictures of different sizes.",
            "Compare networks of one family.",
        )
    return tuple(sorted(found, key=lambda place: place.spec("residual").n_layers)), notes


def _timed(
    places: tuple[LabSettings, ...], experiment: DepthCost
) -> tuple[tuple[LabSettings, ...], list[str]]:
    """The networks whose time is measured, and why others are not."""
    timed, notes, deeper = [], [], []
    for place in places:
        spec = place.spec("residual")
        if spec.n_layers > experiment.time_up_to:
            deeper.append(spec.title())
        elif not (fit := will_fit(place)).fits:
            notes.append(f"Counted only: {fit.sentence}")
        else:
            timed.append(place)
    if deeper:
        limit = experiment.time_up_to
        notes.append(f"Counted only, with more than {limit} layers: {', '.join(deeper)}.")
    return tuple(timed), notes


def _own(settings: LabSettings, timed: tuple[LabSettings, ...]) -> LabSettings | None:
    """The network whose parts are timed: that on screen, else the deepest."""
    same = [place for place in timed if place.network == settings.network]
    best = same or list(timed)
    return best[-1] if best else None


def _devices(settings: LabSettings) -> tuple[str, ...]:
    """The device of the settings, and the CPU."""
    chosen = str(resolve_device(settings.device, float64=settings.dtype == "float64"))
    return tuple(dict.fromkeys((chosen, "cpu")))
