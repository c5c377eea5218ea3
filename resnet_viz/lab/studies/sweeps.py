"""The gradient at the input against depth, against the skips' strength, against weight scale.

Every point is measured twice, with skips and without, on the same batch with the same weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from resnet_viz.errors import UserError
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import AlphaSweep, DepthSweep, ScaleSweep
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies.families import family, is_trained, without_cuts
from resnet_viz.lab.studies.sweeping import Axis, Place, sweep

_DEPTH = Axis(
    key="depth",
    title="depth",
    label="depth (weighted layers)",
    written=lambda x: f"{x:.0f} layers",
    decides="layers",
)
_ALPHA = Axis(
    key="alpha",
    title="the strength of the skips",
    label="weight α of every skip that is not cut",
    written=lambda x: f"α = {x:g}",
    decides="alpha",
)
_SCALE = Axis(
    key="scale",
    title="the scale of the weights",
    label="factor on the branches' weights",
    written=lambda x: f"× {x:g}",
    decides="gain",
    log=True,
)


def depth(bench: Bench, settings: LabSettings, experiment: DepthSweep) -> Iterator[Finding]:
    """Networks of one family that differ in depth alone.

    CIFAR networks have the depths that are asked for; ImageNet networks come in a few, all of
    which are measured. With bundled weights only depths that have them take part. Single cuts
    are left out, since blocks of one name are not the same block at every depth.

    Raises:
        UserError: if fewer than two networks remain, or one cannot be measured.
        OperationCancelled: if the bench was told to stop.
    """
    names, notes = family(settings, experiment.depths)
    whole = without_cuts(settings)
    places: list[Place] = []
    missing = []
    for name in names:
        own = replace(whole, network=name)
        if settings.weights == "random" or is_trained(own):
            places.append(Place(float(own.spec("residual").n_layers), own))
        else:
            missing.append(own.spec("residual").title())
    if missing:
        _enough(places)
        notes.append(f"Without trained weights, and so left out: {', '.join(missing)}.")
    if whole != settings:
        notes.append("Single cuts are left out: every network is whole, and every twin plain.")
    yield from sweep(bench, settings, experiment, _DEPTH, places, notes)


def alpha(bench: Bench, settings: LabSettings, experiment: AlphaSweep) -> Iterator[Finding]:
    """One network, the weight of whose skips changes; single cuts stay cut.

    Raises:
        UserError: if the networks cannot be measured.
        OperationCancelled: if the bench was told to stop.
    """
    places = [Place(a, replace(settings, alpha=a)) for a in sorted(set(experiment.alphas))]
    notes = [] if settings.plain_restored else ["The plain twin has no skips: one measurement."]
    yield from sweep(bench, settings, experiment, _ALPHA, places, notes)


def scale(bench: Bench, settings: LabSettings, experiment: ScaleSweep) -> Iterator[Finding]:
    """One network, the weights of whose branches are multiplied after drawing.

    Raises:
        UserError: if the networks cannot be measured.
        OperationCancelled: if the bench was told to stop.
    """
    places = [Place(g, replace(settings, gain=g)) for g in sorted(set(experiment.gains))]
    yield from sweep(bench, replace(settings, gain=1.0), experiment, _SCALE, places, [])


def _enough(places: list[Place]) -> None:
    if len(places) > 1:
        return
    there = [f"only {place.settings.spec('residual').title()} has" for place in places]
    raise UserError(
        f"Of these networks {' '.join(there) or 'none has'} trained weights: "
        "that makes no sweep over depth.",
        "Choose random weights.",
    )
