"""A finished run as the two files that ship: half-precision weights and their card."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file, save

from resnet_viz.files import write_atomically, writing
from resnet_viz.models.bundled import Card, write_card
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import ResNetSpec, plain_name
from resnet_viz.train.config import NetworkKey, TrainConfig
from resnet_viz.train.evaluation import Evaluation, Pictures, evaluating


class Exported(NamedTuple):
    """A network as it ships.

    Attributes:
        weights: the safetensors file; its card is beside it.
        measured: what the file reaches.
    """

    weights: Path
    measured: Evaluation


def export_name(config: TrainConfig, key: NetworkKey) -> str:
    """Name of a network's files: `resnet20-cifar10`."""
    dataset = re.sub(r"[^a-z0-9]+", "", config.data.dataset.lower()) or "dataset"
    names = {each: _preset(spec) for each, spec in config.networks.items()}
    same = key == "rival" and names["rival"] == names["network"]
    return f"{names[key]}-{dataset}{'-rival' if same else ''}"


def exporting(
    net: ResNet,
    key: NetworkKey,
    config: TrainConfig,
    classes: tuple[str, ...],
    test: Pictures,
    folder: Path,
) -> Generator[int, None, Exported]:
    """Write `<name>-<dataset>.safetensors`, measure what was written, and write its card.

    Args:
        net: the trained network.
        key: its name in the run.
        config: of the run.
        classes: names by index.
        test: the pictures on which the exported file is measured.
        folder: where the two files go.

    Yields:
        How many pictures the file has been measured on.

    Raises:
        UserError: if the folder cannot be written.
    """
    spec = config.networks[key]
    weights = folder / f"{export_name(config, key)}.safetensors"
    state = {
        # Counters of batches have no use outside training.
        name: value.detach().to("cpu", torch.float16).contiguous()
        for name, value in net.state_dict().items()
        if value.is_floating_point()
    }
    with writing(weights):
        folder.mkdir(parents=True, exist_ok=True)
        # Not `save_file`, whose files only their owner may read.
        write_atomically(weights, lambda file: file.write(save(state)))
    measured = yield from evaluating(read_back(weights, spec, test.images.device), test)
    with writing(weights.with_suffix(".json")):
        write_card(_card(weights, spec, config, classes, measured), weights)
    return Exported(weights, measured)


def _card(
    weights: Path,
    spec: ResNetSpec,
    config: TrainConfig,
    classes: tuple[str, ...],
    measured: Evaluation,
) -> Card:
    options = spec.options()
    return Card(
        name=_preset(spec),
        dataset=config.data.dataset,
        options={k: v for k, v in options.items() if k not in ("n_classes", "plain")},
        n_classes=spec.n_classes,
        labels=classes,
        preprocess=config.preprocess,
        test_accuracy=measured.accuracy,
        test_images=measured.n_images,
        recipe=config.source,
        seed=config.run.seed,
        epochs=config.run.epochs,
        sha256=hashlib.sha256(weights.read_bytes()).hexdigest(),
        versions={"torch": torch.__version__, "python": platform.python_version()},
    )


def _preset(spec: ResNetSpec) -> str:
    """The network's name as `models.specs.spec` takes it: `resnet20`, `plain20`."""
    return plain_name(spec.name) if spec.plain else spec.name


def read_back(weights: Path, spec: ResNetSpec, device: torch.device) -> ResNet:
    """The network of an exported file, in evaluation mode, in float32."""
    net = build(spec, device=device)
    state = {key: value.float() for key, value in load_file(weights, str(device)).items()}
    missing = net.load_state_dict(state, strict=False).missing_keys
    lost = [key for key in missing if not key.endswith("num_batches_tracked")]
    if lost:
        raise RuntimeError(f"{weights} lacks {lost[0]}")
    return net
