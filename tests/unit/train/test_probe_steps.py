"""The probe as an observer of a trainer: same steps for all networks, no effect on any."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from resnet_viz.data.datasets import load
from resnet_viz.errors import UserError
from resnet_viz.models.specs import spec
from resnet_viz.probe.capturing import capture
from resnet_viz.runs.layout import QUANTITIES
from resnet_viz.train.config import RecordingConfig, TrainConfig
from resnet_viz.train.loop import Trainer
from resnet_viz.train.probe_steps import BlockProbe, BlockRecord, as_values
from resnet_viz.train.recipe import read_config


@pytest.fixture
def config(recipe: Any) -> TrainConfig:
    config: TrainConfig = read_config(recipe())
    size = {"depths": (1, 1, 1), "widths": (4, 8, 8), "n_classes": 3, "input_size": 8}
    return replace(config, rival=spec("plain20", **size))


def trainer_of(config: TrainConfig) -> Trainer:
    return Trainer(config, load(config).dataset, torch.device("cpu"))


def watched(trainer: Trainer, **recording: Any) -> BlockProbe:
    nets = {key: learner.net for key, learner in trainer.learners.items()}
    probe = BlockProbe(nets, RecordingConfig(**recording), trainer.device)
    trainer.observers.append(probe)
    return probe


def test_both_networks_are_measured_in_the_same_steps(config: TrainConfig) -> None:
    trainer = trainer_of(config)
    probe = watched(trainer, every=3)
    for _ in range(5):
        trainer.step()
    records = probe.take()
    assert [(r.key, r.step) for r in records] == [
        ("network", 1),
        ("rival", 1),
        ("network", 4),
        ("rival", 4),
    ]
    assert probe.take() == []
    for record in records:
        assert record.values.shape == (len(QUANTITIES), 3)
        assert record.values.dtype == np.float32
        assert np.isfinite(record.values).all()


def test_figures_are_those_of_the_steps_own_batch(config: TrainConfig) -> None:
    trainer = trainer_of(config)
    probe = watched(trainer, every=1)
    twin = trainer_of(config)
    for _ in range(2):
        images, labels = twin._batch(twin.step_index)
        expected = {
            key: capture(learner.net, images, labels, training_mode=True).blocks
            for key, learner in twin.learners.items()
        }
        trainer.step()
        twin.step()
        for record in probe.take():
            blocks = expected[record.key]
            for row, field in ((0, "grad_in"), (3, "norm_shortcut"), (5, "norm_out")):
                numbers = [getattr(block, field) for block in blocks]
                np.testing.assert_allclose(record.values[row], numbers, rtol=1e-4)


def test_weights_are_bit_equal_with_and_without_the_probe(config: TrainConfig) -> None:
    bare, probed = trainer_of(config), trainer_of(config)
    probe = watched(probed, every=2)
    for _ in range(6):
        assert torch.equal(bare.step().losses["network"], probed.step().losses["network"])
    assert len(probe.take()) == 6
    for key, learner in bare.learners.items():
        state = probed.learners[key].net.state_dict()
        for name, value in learner.net.state_dict().items():
            assert torch.equal(value, state[name]), f"{key} {name}"


def test_by_default_the_first_step_is_measured_and_the_share_is_told(config: TrainConfig) -> None:
    trainer = trainer_of(config)
    probe = watched(trainer)
    trainer.step()
    assert {record.step for record in probe.take()} == {1}
    assert 0 < probe.share < 1


def test_a_training_that_breaks_off_leaves_no_hook(
    config: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = trainer_of(config)
    probe = watched(trainer, every=1)
    learner = trainer.learners["rival"]

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as broken:
        broken.setattr(learner.optimiser, "step", fail)
        with pytest.raises(RuntimeError, match="out of memory"):
            trainer.step()
    probe.close()
    for module in learner.net.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_a_table_has_a_row_for_each_quantity_and_keeps_what_leaves_float32() -> None:
    figures = [float(10 * block + row) for block in range(2) for row in range(len(QUANTITIES))]
    figures[3] = 1e300
    table = as_values(figures)
    assert table[3, 0] == np.inf
    np.testing.assert_array_equal(table[:, 1], 10 + np.arange(len(QUANTITIES)))
    assert table.flags.c_contiguous
    assert isinstance(BlockRecord("network", 1, table).values, np.ndarray)


def test_networks_without_blocks_are_refused() -> None:
    with pytest.raises(UserError, match="no residual blocks"):
        BlockProbe({"network": torch.nn.Linear(2, 2)}, RecordingConfig(), torch.device("cpu"))
