"""The weights that a training begins with, and those that it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from torch import Tensor, nn

from resnet_viz.errors import UserError
from resnet_viz.images import Preprocess
from resnet_viz.models.bundled import bundled
from resnet_viz.models.download import Cancelled, Progress
from resnet_viz.models.filling import check_shapes
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.models.weights import LoadedNetwork, load_network
from resnet_viz.numerals import counted
from resnet_viz.train.config import StartConfig, TrainConfig


@dataclass(frozen=True)
class Start:
    """A network as it is before its first step.

    Attributes:
        net: on the CPU.
        notes: what a user should know, in sentences.
    """

    net: ResNet = field(repr=False)
    notes: tuple[str, ...] = ()


def fetch(
    config: TrainConfig, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> list[LoadedNetwork | None]:
    """The weights that the networks of a run begin with, in their order; None for random ones.

    Draws no random numbers for published weights, so a download may run in another thread.

    Args:
        config: of the run.
        progress: called as a download goes on.
        cancelled: asked during downloads.

    Raises:
        UserError: if the weights do not exist or do not fit.
        OperationCancelled: if `cancelled()` became true.
    """
    specs, kind = config.networks.values(), config.start.weights
    if kind == "none":
        return [None for _ in specs]
    return [_LOADERS[kind](spec, config.start, progress, cancelled) for spec in specs]


def begin(
    config: TrainConfig, classes: tuple[str, ...], fetched: Iterable[LoadedNetwork | None]
) -> list[Start]:
    """The networks of a run with the weights that they begin with.

    Both are drawn from one seed or filled from one file, so a plain twin starts as its
    residual network does.

    Args:
        config: of the run.
        classes: of its pictures.
        fetched: from `fetch`.

    Raises:
        UserError: if the weights do not fit.
    """
    return [
        Start(build(spec, config.run.seed))
        if loaded is None
        else _moved(loaded, spec, classes, config)
        for spec, loaded in zip(config.networks.values(), fetched, strict=True)
    ]


def _moved(
    loaded: LoadedNetwork, spec: ResNetSpec, classes: tuple[str, ...], config: TrainConfig
) -> Start:
    """The loaded weights in a network of ours, with a new classifier where it must be one."""
    net = build(spec, config.run.seed)
    state: Mapping[str, Tensor] = loaded.net.state_dict()
    notes = [f"Starts from: {loaded.label}.", *loaded.notes]
    if head := _why_another_head(loaded, classes, config.start):
        notes.append(f"The classifier is new (seed {config.run.seed}): {head}.")
        own = net.state_dict()
        state = {**state, **{name: own[name] for name in ("fc.weight", "fc.bias")}}
    check_shapes(net.state_dict(), state, f"{spec.title()} from {loaded.label}")
    net.load_state_dict(dict(state))
    return Start(net, (*notes, *_differences(loaded, spec, config.preprocess)))


def _why_another_head(loaded: LoadedNetwork, classes: tuple[str, ...], config: StartConfig) -> str:
    """Why the loaded classifier cannot name these classes; empty if it can."""
    there = len(loaded.labels)
    if there != len(classes):
        return f"the weights tell {there} classes apart, these pictures have {len(classes)}"
    # Nobody wrote the classes into a file of one's own; equal numbers must do.
    if config.weights != "file" and loaded.labels != classes:
        return f"the weights' {counted(there, 'class')} have other names"
    return ""


def _differences(loaded: LoadedNetwork, spec: ResNetSpec, preprocess: Preprocess) -> Iterator[str]:
    if spec.plain and not loaded.spec.plain:
        yield "The weights were trained with skip connections, which are cut here."
    if spec.activation != loaded.spec.activation:
        yield (
            f"The weights were trained with {loaded.spec.activation}; "
            f"the network now has {spec.activation}."
        )
    theirs = loaded.preprocess
    if (theirs.mean, theirs.std) != (preprocess.mean, preprocess.std):
        yield (
            f"The weights' pictures had mean {_rgb(theirs.mean)} and deviation "
            f"{_rgb(theirs.std)}; the recipe has {_rgb(preprocess.mean)} and "
            f"{_rgb(preprocess.std)}."
        )


def _rgb(values: tuple[float, float, float]) -> str:
    return ", ".join(f"{value:.3g}" for value in values)


_Loader = Callable[[ResNetSpec, StartConfig, Progress | None, Cancelled | None], LoadedNetwork]


def _bundled(
    spec: ResNetSpec, config: StartConfig, progress: Progress | None, cancelled: Cancelled | None
) -> LoadedNetwork:
    cards = {card.path.stem: card for card in bundled().values()}
    card = cards.get(config.path)
    if card is None:
        raise UserError(
            f"There are no bundled weights {config.path!r}.",
            f"Bundled are {', '.join(cards)}." if cards else "This installation has none.",
        )
    return load_network(card.spec(), "bundled", progress=progress, cancelled=cancelled)


def _imagenet(
    spec: ResNetSpec, config: StartConfig, progress: Progress | None, cancelled: Cancelled | None
) -> LoadedNetwork:
    published = replace(spec, n_classes=1000, plain=False)
    return load_network(published, "imagenet", progress=progress, cancelled=cancelled)


def _file(
    spec: ResNetSpec, config: StartConfig, progress: Progress | None, cancelled: Cancelled | None
) -> LoadedNetwork:
    return load_network(spec, "file", path=config.path, progress=progress, cancelled=cancelled)


_LOADERS: dict[str, _Loader] = {"bundled": _bundled, "imagenet": _imagenet, "file": _file}


def frozen_modules(net: ResNet, freeze: str) -> tuple[nn.Module, ...]:
    """The parts of a network, from its input on, that a training leaves alone.

    Args:
        net: the network.
        freeze: as in `StartConfig.freeze`.

    Raises:
        UserError: if the network has no such stage.
    """
    if not freeze:
        return ()
    parts = dict(net.named_children())
    stages = [name for name in parts if name.startswith("layer")]
    if freeze == "body":
        return tuple(part for name, part in parts.items() if name != "fc")
    if freeze not in ("stem", *stages):
        raise UserError(
            f"{net.spec.title()} cannot be frozen up to {freeze!r}.",
            f"Choose stem, {', '.join(stages)} or body.",
        )
    stem = [part for name, part in parts.items() if name in ("conv1", "bn1")]
    last = 0 if freeze == "stem" else stages.index(freeze) + 1
    return (*stem, *(parts[name] for name in stages[:last]))
