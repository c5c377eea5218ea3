"""The networks of a run as they were: weights that were kept along the way, ready to measure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from resnet_viz.errors import UserError
from resnet_viz.images import Preprocess
from resnet_viz.models.filling import fill
from resnet_viz.models.labels import usual_labels, usual_preprocess
from resnet_viz.models.network import unfilled
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.models.weights import LoadedNetwork
from resnet_viz.runs.facts import network_spec, read_facts
from resnet_viz.runs.layout import NetworkFacts, RunFacts, RunPaths, steps_in

_SNAPSHOTS_HINT = "Write snapshots = 12 into the recipe's [recording] section for the next run."


def load_snapshot(folder: Path, key: str = "network", step: int = -1) -> LoadedNetwork:
    """A network of a run with the weights that were kept at a step.

    Args:
        folder: of the run.
        key: of the network.
        step: whose snapshot is wanted, 0 for before the first; -1 for the newest.

    Returns:
        The network on the CPU in evaluation mode.

    Raises:
        UserError: if there is no run, no such network or snapshot, it is damaged, or the
            network is not one that this program can build.
    """
    facts = read_facts(folder)
    network = _network(facts, key, folder)
    spec = network_spec(network)
    if spec is None:
        raise UserError(
            f"{network.title} is not a network that resnet_viz can build.",
            "Its recorded figures can be looked at, not its maps.",
        )
    step = _kept_step(folder, key, step)
    return run_network(facts, network, spec, read_snapshot(folder, key, step), step)


def run_network(
    facts: RunFacts,
    network: NetworkFacts,
    spec: ResNetSpec,
    state: Mapping[str, Tensor],
    step: int,
) -> LoadedNetwork:
    """A network of a run with given weights, which are copied.

    Args:
        facts: of the run.
        network: which of its networks.
        spec: the same network as it is built.
        state: its weights.
        step: at which it had them.

    Raises:
        UserError: if they do not fit.
    """
    net = unfilled(spec)
    notes = fill(net, state, f"the snapshot of {network.title}")
    usual = usual_preprocess(spec)
    preprocess = usual
    if len(facts.mean) == 3 and len(facts.std) == 3:
        preprocess = Preprocess(usual.crop, usual.crop, facts.mean, facts.std)
    named = len(facts.classes) == spec.n_classes
    return LoadedNetwork(
        net=net.eval(),
        spec=spec,
        labels=facts.classes if named else usual_labels(spec),
        preprocess=preprocess,
        label=f"{facts.dataset or 'trained'}, step {step:,}",
        notes=notes,
    )


def read_snapshot(folder: Path, key: str, step: int) -> dict[str, Tensor]:
    """The weights of one network after a step, on the CPU.

    Raises:
        UserError: if they are not there or damaged.
    """
    path = RunPaths(folder).snapshot(step, key)
    try:
        tensors: dict[str, Tensor] = load(path.read_bytes())
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"Cannot read the snapshot {str(path)!r}: {reason}.") from error
    except SafetensorError as error:
        raise UserError(
            f"The snapshot {str(path)!r} is damaged.", "Look at another step."
        ) from error
    return tensors


def _network(facts: RunFacts, key: str, folder: Path) -> NetworkFacts:
    for network in facts.networks:
        if network.key == key:
            return network
    raise UserError(
        f"The run {str(folder)!r} has no network {key!r}.",
        f"It has {' and '.join(network.key for network in facts.networks)}.",
    )


def _kept_step(folder: Path, key: str, step: int) -> int:
    paths = RunPaths(folder)
    kept = [s for s in steps_in(paths.snapshots) if paths.snapshot(s, key).is_file()]
    if not kept:
        raise UserError(f"The run {str(folder)!r} has kept no weights.", _SNAPSHOTS_HINT)
    if step < 0:
        return kept[-1]
    if step not in kept:
        raise UserError(
            f"The run {str(folder)!r} has kept no weights at step {step:,}.",
            f"It has those of {', '.join(f'{s:,}' for s in kept)}.",
        )
    return step
