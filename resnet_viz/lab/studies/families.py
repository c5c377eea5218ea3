"""Networks that differ from the one on screen in depth alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from resnet_viz.errors import UserError
from resnet_viz.lab.networks import network_key
from resnet_viz.lab.settings import SIDES, LabSettings
from resnet_viz.models.specs import IMAGENET, spec, usual_training_mode


def family(settings: LabSettings, depths: Iterable[int]) -> tuple[list[str], list[str]]:
    """Names of the settings' network at other depths, shallow first.

    CIFAR networks have the depths that are asked for; ImageNet networks come in a few, and
    all of them are named.

    Args:
        settings: their network is of the family.
        depths: layers, each 6n + 2.

    Returns:
        The names, and sentences about what differs from what was asked for.

    Raises:
        UserError: if there is no network of some depth.
    """
    kind = kind_of(settings.network)
    if settings.spec("residual").family == "imagenet":
        # Reversed: of networks of one depth the usual one, which comes first, stays.
        layers = {spec(name).n_layers: name for name in reversed(imagenet_names(kind))}
        said = ", ".join(str(n) for n in sorted(layers))
        return [layers[n] for n in sorted(layers)], [f"This family has {said} layers."]
    names = [f"{kind}{depth}" for depth in sorted(set(depths))]
    taken = [name for name in names if spec(name).family == "imagenet"]
    notes = [f"Left out, since it names an ImageNet network: {name}." for name in taken]
    return [name for name in names if name not in taken], notes


def kind_of(name: str) -> str:
    """A preset's name up to its depth: `resnet`, `wide_resnet`, `preresnet`."""
    match = re.match(r"[a-z_]+", name.strip().lower().replace("-", ""))
    assert match is not None, name  # `LabSettings` has built it
    return match[0]


def imagenet_names(kind: str) -> list[str]:
    """Every ImageNet preset of a kind."""
    if kind == "preresnet":
        return [f"pre{name}" for name in imagenet_names("resnet")]
    return [name for name in IMAGENET if kind_of(name) == kind]


def without_cuts(settings: LabSettings) -> LabSettings:
    """The settings with every network whole and every twin plain.

    Blocks of one name are not the same block at every depth.
    """
    none: frozenset[str] = frozenset()
    return replace(settings, cut=none, dropped=none, plain_restored=none, plain_dropped=none)


def untrained(settings: LabSettings) -> LabSettings:
    """Freshly drawn weights; for a trained network, of one of its kind."""
    if settings.weights == "random":
        return settings
    kind = settings.spec("residual")
    return replace(
        settings,
        weights="random",
        norm=kind.norm,
        activation=kind.activation,
        order=kind.order,
        init=kind.init,
        training_mode=usual_training_mode(kind, random_weights=True),
    )


def is_trained(settings: LabSettings) -> bool:
    """Whether both sides' weights are bundled."""
    try:
        for side in SIDES:
            network_key(settings, side)
    except UserError:
        return False
    return True
