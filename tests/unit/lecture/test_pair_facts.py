"""Facts of pairs and additions: quotients, words and bounds, from numbers chosen by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lecture.facts import Facts, fill
from resnet_viz.lecture.pair_facts import node_facts, pair_facts, verdict
from resnet_viz.probe.snapshot import BlockStats, Snapshot, Totals

SETTINGS = LabSettings(network="resnet20", batch="noise")


def block(name: str, grad_in: float, **changes: float) -> BlockStats:
    stats = BlockStats(
        name=name, stage=int(name[5]), kind="basic", shortcut="identity", skip=1.0, main=1.0,
        in_shape=(16, 8, 8), out_shape=(16, 8, 8), parameters=10, macs=20, activation_bytes=30,
        norm_in=5.0, norm_shortcut=3.0, norm_branch=1.0, norm_out=4.0, cosine=0.1, mean_out=0.2,
        std_out=0.3, zero_share=0.5, grad_in=grad_in, grad_out=2 * grad_in + 1e-3,
        grad_via_shortcut=0.9, grad_via_branch=0.1, grad_params=0.2,
    )  # fmt: skip
    return replace(stats, **changes)  # type: ignore[arg-type]


def snapshot(first: float, last: float, dtype: str = "float32", **changes: float) -> Snapshot:
    names = [b.name for b in SETTINGS.spec("residual").blocks()]
    gradients = [first, *[1.0] * (len(names) - 2), last]
    return Snapshot(
        blocks=tuple(block(n, g, **changes) for n, g in zip(names, gradients, strict=True)),
        maps={},
        logits=np.zeros((1, 10), np.float32),
        targets=(0,),
        loss=2.3,
        totals=Totals(1, 2, 3),
        input_shape=(1, 3, 32, 32),
        training_mode=True,
        dtype=dtype,
        device="cpu",
        elapsed_ms=1.0,
    )


def measured(residual: Snapshot, plain: Snapshot, settings: LabSettings = SETTINGS) -> PairMeasured:
    return PairMeasured(1, settings, residual, plain, "16 images of noise", "random, seed 0", ())


def texts(facts: Facts) -> dict[str, str]:
    return {name: fact.text for name, fact in facts.items()}


def test_first_last_and_their_quotients_are_told_for_both_networks() -> None:
    facts = pair_facts(measured(snapshot(0.2, 0.4), snapshot(4e-9, 0.01)))
    assert facts["first_residual"].value == 0.2
    assert facts["last_plain"].value == 0.01
    assert facts["ratio_residual"].value == pytest.approx(0.5)
    assert facts["ratio_plain"].value == pytest.approx(4e-7)
    assert facts["times_less"].value == pytest.approx(5e7)
    assert facts["ratio_plain"].text == "4.00×10⁻⁷"
    assert (
        texts(facts).items()
        >= {
            "network": "ResNet-20",
            "layers": "20",
            "blocks": "9",
            "norm": "no norm",
            "init": "torch's default initialisation",
            "batch": "16 images of noise",
            "verdict_residual": "is kept",
            "verdict_plain": "vanishes",
        }.items()
    )


def test_an_underflow_is_said_as_a_bound_and_so_is_what_is_divided_by_it() -> None:
    facts = pair_facts(measured(snapshot(0.2, 0.4), snapshot(0.0, 0.01)))
    assert facts["first_plain"].text == "below 1.4×10⁻⁴⁵"
    assert facts["first_plain"].value == 0.0
    assert facts["ratio_plain"].text == "less than 1.40×10⁻⁴³"
    assert facts["times_less"].text == "more than 1.43×10⁴⁴"
    assert facts["verdict_plain"].text == "vanishes"


def test_a_zero_that_no_precision_would_mend_is_no_underflow() -> None:
    dead = snapshot(0.0, 0.0, zero_share=1.0)
    facts = pair_facts(measured(snapshot(0.2, 0.4), dead))
    assert facts["first_plain"].text == "0"
    assert facts["verdict_plain"].text == "is blocked"


def test_numbers_that_are_not_finite_have_no_value_that_could_be_compared() -> None:
    facts = pair_facts(measured(snapshot(math.inf, 0.4), snapshot(math.nan, 0.4)))
    assert facts["first_residual"].text == "inf"
    assert facts["ratio_residual"].value is None
    assert facts["verdict_residual"].text == facts["verdict_plain"].text == "overflows"


@pytest.mark.parametrize(
    ("first", "last", "word"),
    [
        (1.0, 1.0, "is kept"),
        (10.0, 1.0, "is kept"),
        (0.1, 1.0, "is kept"),
        (11.0, 1.0, "grows"),
        (0.09, 1.0, "shrinks"),
        (1000.0, 1.0, "explodes"),
        (0.001, 1.0, "vanishes"),
        (1e308, 1e-308, "explodes"),
        (0.0, 1.0, "vanishes"),
        (1.0, 0.0, "explodes"),
        (-math.inf, 1.0, "overflows"),
    ],
)
def test_the_verdict_follows_from_the_quotient_alone(first: float, last: float, word: str) -> None:
    assert verdict(first, last) == word


def test_trained_weights_are_named_in_place_of_an_initialisation() -> None:
    settings = replace(SETTINGS, weights="trained")
    facts = pair_facts(measured(snapshot(0.2, 0.4), snapshot(0.1, 0.4), settings))
    assert facts["init"].text == "random, seed 0"  # as the measurement calls its weights
    assert facts["norm"].text == "batch norm in training mode"


def test_an_addition_tells_shares_of_the_residual_network() -> None:
    residual = snapshot(0.2, 0.4, skip=0.5)
    plain = snapshot(0.2, 0.4, norm_shortcut=99.0)
    facts = node_facts(measured(residual, plain), "layer2.1")
    assert facts["block"].text == "layer2.1"
    # Half of 3 against 1, and 0.9 against 0.1.
    assert facts["share_x"].value == pytest.approx(0.6)
    assert facts["share_f"].value == pytest.approx(0.4)
    assert facts["back_share_x"].value == pytest.approx(0.9)
    assert facts["norm_x"].value == 3.0
    with pytest.raises(KeyError):
        node_facts(measured(residual, plain), "layer9.9")


def test_every_name_can_stand_in_a_text() -> None:
    facts = pair_facts(measured(snapshot(0.2, 0.4), snapshot(0.1, 0.3)))
    for name, fact in facts.items():
        assert fill(f"{{{name}}}", [facts]) == fact.text
