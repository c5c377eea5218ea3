"""The sentence under the pair says what the numbers say, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.wording import compared, conditions, pair_sentence
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.snapshot import Snapshot


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    net = build(spec("resnet8", widths=(4, 4, 4)))
    return capture(net, torch.randn(2, 3, 8, 8), [0, 1])


def with_gradients(snapshot: Snapshot, first: float, last: float, **more: object) -> Snapshot:
    head, *middle, tail = snapshot.blocks
    blocks = (replace(head, grad_in=first), *middle, replace(tail, grad_in=last))
    return replace(snapshot, blocks=blocks, **more)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (1.0, 1.02, "is about as large as the last's"),
        (0.5, 1.0, "is 2.0 times smaller than the last's"),
        (3e8, 1.5, "is 2.0×10⁸ times larger than the last's"),
        (6e-21, 1.0, "is 1.7×10²⁰ times smaller than the last's"),
        (0.0, 0.25, "underflows float32 (below 1.4×10⁻⁴⁵; the last's is 0.250)"),
        (0.0, 0.0, "even the last block's gradient underflows float32 (below 1.4×10⁻⁴⁵)"),
        (float("inf"), 1.0, "overflows float32"),
        (float("nan"), 1.0, "no gradient can be given"),
    ],
)
def test_every_relation_has_its_words(snapshot, first, last, words) -> None:
    assert words in compared(with_gradients(snapshot, first, last))


def test_a_loss_of_zero_is_named_as_the_cause(snapshot) -> None:
    assert "the loss is exactly 0 in float32" in compared(with_gradients(snapshot, 0, 0, loss=0.0))


def test_a_gradient_that_is_there_is_told_though_the_loss_rounds_to_0(snapshot) -> None:
    said = compared(with_gradients(snapshot, 1e-18, 1e-21, loss=0.0))
    assert said == "the first block's gradient is 1000 times larger than the last's"


def test_float64_underflows_elsewhere(snapshot) -> None:
    assert "4.9×10⁻³²⁴" in compared(with_gradients(snapshot, 0.0, 1.0, dtype="float64"))


def test_the_sentence_names_both_networks_and_their_conditions(snapshot) -> None:
    settings = LabSettings("resnet8", norm="none", init="xavier", cut={"layer1.0"}, alpha=0.5)
    said = pair_sentence(
        settings, with_gradients(snapshot, 0.5, 1.0), with_gradients(snapshot, 1e-9, 1.0)
    )
    assert said == (
        "With 1 of 3 skips cut, the others at α = 0.5 the first block's gradient is 2.0 times "
        "smaller than the last's; without skips the first block's gradient is 1.0×10⁹ times "
        "smaller than the last's: 8 layers, no norm, Xavier initialisation."
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (LabSettings("resnet8", norm="batch", init="he"), "batch norm in training mode"),
        (LabSettings("resnet8", norm="batch", training_mode=False), "in evaluation mode"),
        (
            LabSettings("resnet8", init="normal", init_std=0.02),
            "normal initialisation with σ = 0.02",
        ),
        (
            LabSettings("resnet8", gain=0.5),
            "torch's default initialisation, branches' weights × 0.5",
        ),
        (LabSettings("resnet8", order="pre", activation="tanh"), "tanh, pre-activation"),
        (LabSettings("resnet8", zero_init=True), "branches start at zero"),
        (LabSettings("resnet20", weights="trained"), "batch norm in training mode, trained with"),
        (LabSettings("resnet20", weights="trained", gain=2), "branches' weights × 2"),
        (LabSettings("resnet20", weights="twins"), "each trained on its own"),
    ],
)
def test_conditions_name_what_the_numbers_depend_on(settings, words) -> None:
    assert words in conditions(settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (LabSettings("resnet8", alpha=0.0), "With every skip cut"),
        (LabSettings("resnet8", dropped={"layer2.0"}), "With skips and 1 of 3 branches dropped"),
        (LabSettings("resnet8", plain_restored={"layer2.0"}), "with 1 of 3 skips in the plain"),
    ],
)
def test_gates_are_part_of_the_sentence(snapshot, settings, words) -> None:
    assert words in pair_sentence(settings, snapshot, snapshot)
