"""A finished run as the two files that ship: half-precision weights and their card."""

from __future__ import annotations

import hashlib
import platform
import re
from pathlib import Path

import torch
from safetensors.torch import load_file, save

from resnet_viz.models.bundled import Card, write_card
from resnet_viz.models.network import ResNet, build
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.folder import write_atomically, writing
from resnet_viz.train.loop import Evaluation, Pictures, evaluate


def export(
    net: ResNet, config: TrainConfig, classes: tuple[str, ...], test: Pictures, folder: Path
) -> tuple[Path, Evaluation]:
    """Write `<name>-<dataset>.safetensors` and its card; measure what was written.

    Args:
        net: the trained network.
        config: of its run.
        classes: names by index.
        test: the pictures on which the exported file is measured.
        folder: where the two files go.

    Returns:
        The weights' path, and the measurement that the card records.

    Raises:
        UserError: if the folder cannot be written.
    """
    dataset = re.sub(r"[^a-z0-9]+", "", config.data.dataset.lower()) or "dataset"
    weights = folder / f"{config.name}-{dataset}.safetensors"
    state = {
        # Counters of batches have no use outside training.
        key: value.detach().to("cpu", torch.float16).contiguous()
        for key, value in net.state_dict().items()
        if value.is_floating_point()
    }
    with writing(weights):
        folder.mkdir(parents=True, exist_ok=True)
        # Not `save_file`, whose files only their owner may read.
        write_atomically(weights, lambda file: file.write(save(state)))
    measured = measure(weights, config, test)
    options = config.network.options()
    card = Card(
        name=config.name,
        dataset=config.data.dataset,
        options={k: v for k, v in options.items() if k not in ("n_classes", "plain")},
        n_classes=config.network.n_classes,
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
    with writing(weights.with_suffix(".json")):
        write_card(card, weights)
    return weights, measured


def measure(weights: Path, config: TrainConfig, test: Pictures) -> Evaluation:
    """Accuracy of an exported file, read back from the disk."""
    device = test.images.device
    net = build(config.network, device=device)
    state = {key: value.float() for key, value in load_file(weights, str(device)).items()}
    missing = net.load_state_dict(state, strict=False).missing_keys
    lost = [key for key in missing if not key.endswith("num_batches_tracked")]
    if lost:
        raise RuntimeError(f"{weights} lacks {lost[0]}")
    return evaluate(net, test)
