"""Facts of one network and one picture, from numbers chosen by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resnet_viz.analysis.block_layers import opened
from resnet_viz.engine.messages import ModelChoice, ModelReady
from resnet_viz.images import CIFAR10
from resnet_viz.lecture.facts import fill
from resnet_viz.lecture.snapshot_facts import (
    anatomy_facts,
    block_facts,
    network_facts,
    snapshot_caption,
    snapshot_facts,
)
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.probe.snapshot import BlockStats, Snapshot, Totals

NETWORK = spec("resnet20", norm="none", init="torch")
CHOICE = ModelChoice(NETWORK, training_mode=False)
NAMES = [block.name for block in NETWORK.blocks()]
LABELS = tuple(f"thing {i}" for i in range(10))


def block(name: str, grad_in: float = 1.0, **changes: float) -> BlockStats:
    stats = BlockStats(
        name=name, stage=int(name[5]), kind="basic", shortcut="identity", skip=1.0, main=1.0,
        in_shape=(16, 8, 8), out_shape=(16, 8, 8), parameters=10, macs=20, activation_bytes=30,
        norm_in=5.0, norm_shortcut=3.0, norm_branch=1.0, norm_out=4.0, cosine=0.1, mean_out=0.2,
        std_out=0.3, zero_share=0.25, grad_in=grad_in, grad_out=1.0, grad_via_shortcut=0.9,
        grad_via_branch=0.1, grad_params=0.2,
    )  # fmt: skip
    return replace(stats, **changes)  # type: ignore[arg-type]


def snapshot(first: float, last: float, **changes: float) -> Snapshot:
    gradients = [first, *[1.0] * (len(NAMES) - 2), last]
    logits = np.zeros((1, 10), np.float32)
    logits[0, 4] = np.log(9.0)  # 9 to 1 against each of the nine others: a half
    return Snapshot(
        blocks=tuple(block(n, g, **changes) for n, g in zip(NAMES, gradients, strict=True)),
        maps={}, logits=logits, targets=(0,), loss=2.5, totals=Totals(1, 2, 3),
        input_shape=(1, 3, 32, 32), training_mode=False, dtype="float32", device="cpu",
        elapsed_ms=1.0,
    )  # fmt: skip


def test_gradients_at_both_ends_and_their_quotient() -> None:
    facts = snapshot_facts(snapshot(0.02, 0.5), LABELS)
    told = fill("{first_gradient} / {last_gradient} = {ratio}, loss {loss}", [facts])
    assert told == "0.0200 / 0.500 = 0.0400, loss 2.50"
    assert facts["ratio"].value == pytest.approx(0.04)


def test_an_underflow_is_told_as_one() -> None:
    facts = snapshot_facts(snapshot(0.0, 0.5), LABELS)
    assert facts["first_gradient"].text == "below 1.4×10⁻⁴⁵"
    assert facts["ratio"].text.startswith("less than 2.8")


def test_a_zero_behind_a_closed_block_is_exact() -> None:
    closed = snapshot(0.0, 0.5, skip=0.0, main=0.0)
    assert snapshot_facts(closed, LABELS)["first_gradient"].text == "0"


def test_the_most_probable_class_and_its_share() -> None:
    facts = snapshot_facts(snapshot(1.0, 1.0), LABELS)
    assert facts["top1"].text == "thing 4"
    assert facts["top1_share"].value == pytest.approx(0.5)
    assert facts["top1_share"].text == "50 %"


def test_an_answer_that_is_no_number_names_no_class() -> None:
    broken = replace(snapshot(1.0, 1.0), logits=np.full((1, 10), np.nan, np.float32))
    assert "top1" not in snapshot_facts(broken, LABELS)


def test_cut_skips_are_counted() -> None:
    assert snapshot_facts(snapshot(1.0, 1.0), LABELS)["n_cut"].value == 0
    assert snapshot_facts(snapshot(1.0, 1.0, skip=0.0), LABELS)["n_cut"].value == 9


def test_norms_and_shares_of_a_block() -> None:
    facts = block_facts(block("layer2.1"))
    told = fill("{block}: {norm_x} and {norm_f} give {norm_y}; {share_x}, {zero_share}", [facts])
    assert told == "layer2.1: 3.00 and 1.00 give 4.00; 75 %, 25 %"
    assert facts["back_share_x"].value == pytest.approx(0.9)
    assert facts["back_share_f"].value == pytest.approx(0.1)


def test_shares_follow_the_gates() -> None:
    assert block_facts(block("layer1.0", skip=0.0))["share_x"].value == 0.0
    assert block_facts(block("layer1.0", skip=0.5))["share_x"].value == pytest.approx(0.6)


def test_where_nothing_flows_there_is_no_share() -> None:
    silent = block_facts(block("layer1.0", skip=0.0, main=0.0))
    assert "share_x" not in silent
    assert fill("{share_x}", [silent]) == "…"


def test_a_network_tells_its_size_before_any_picture() -> None:
    ready = ModelReady(1, CHOICE, LABELS, CIFAR10, "random, seed 0", 269_722, 40_552_074)
    told = fill("{network}: {layers}, {blocks}, {params}, {macs}", [network_facts(ready)])
    assert told == "ResNet-20: 20, 9, 270 k, 40.6 M"


def test_an_anatomy_tells_the_block_and_not_the_network() -> None:
    network = spec("resnet50")
    facts = anatomy_facts(network, opened(network, "layer1.1"))
    assert (facts["params"].value, facts["macs"].value) == (70_400, 218_365_952)
    assert (facts["convs"].text, facts["channels"].text) == ("3", "256")


def test_the_caption_names_all_that_decided_the_numbers() -> None:
    gates = {name: Gate(0.0, 1.0) for name in NAMES}
    assert snapshot_caption(CHOICE, "random, seed 0", "Cat", gates) == (
        "ResNet-20 · random, seed 0 · torch's default initialisation · no norm · all skips cut · "
        "Cat"
    )
    some = {NAMES[0]: Gate(0.0, 1.0), NAMES[1]: Gate(0.5, 0.0)}
    told = snapshot_caption(CHOICE, "random, seed 0", "Cat", some)
    assert "1 skip cut · skips at 0.50 · 1 branch dropped" in told


def test_a_plain_twin_is_not_said_to_be_cut() -> None:
    choice = ModelChoice(spec("plain20"), "bundled")
    gates = {name: Gate(0.0, 1.0) for name in NAMES}
    told = snapshot_caption(choice, "CIFAR-10, 80 %", "Cat", gates)
    assert told == "plain-20 · CIFAR-10, 80 % · batch norm in evaluation mode · Cat"
