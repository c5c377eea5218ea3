"""Numbers are written as people read them; sentences follow from the numbers."""

import math
from dataclasses import replace

import pytest

from resnet_viz.report.result import backward_share, forward_share
from resnet_viz.report.wording import gates_in_words, large, number, percent, sentences


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (41.234, "41.2"),
        (1234.6, "1230"),
        (-0.0236, "−0.0236"),
        (0.00012, "1.20×10⁻⁴"),
        (3.14e-9, "3.14×10⁻⁹"),
        (-3.14e-9, "−3.14×10⁻⁹"),
        (2.5e38, "2.50×10³⁸"),
        (math.inf, "not finite"),
        (math.nan, "not finite"),
    ],
)
def test_numbers(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (640, "640"),
        (4672, "4.67 k"),
        (269_722, "0.27 M"),
        (125_485_696, "125.5 M"),
        (1_814_073_344, "1.81 G"),
    ],
)
def test_counts(value, text):
    assert large(value) == text


def test_shares():
    assert percent(0.6104) == "61.0\u00a0%"


def with_gradients(result, values, **changes):
    blocks = tuple(
        replace(block, grad_in=value) for block, value in zip(result.blocks, values, strict=True)
    )
    return replace(result, snapshot=replace(result.snapshot, blocks=blocks, **changes))


def test_conditions_are_named(result):
    said = " ".join(sentences(result))
    assert "cross-entropy for cat, the class that was asked for" in said
    assert "batch norm in training mode" in said  # random weights: nothing was learnt to run on
    assert "initialisation torch, seed 0" in said
    assert "1 of 9 skip connections cut and 1 of 9 branches left out" in said


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (1e-6, 1.0, "10⁶ times smaller at the first block"),
        (50.0, 1.0, "50 times larger at the first block"),
        (1.01, 1.0, "about as large at the first block"),
    ],
)
def test_gradient_sentence_follows_the_numbers(result, first, last, words):
    values = [first, *[0.5] * 7, last]
    assert words in sentences(with_gradients(result, values))[2]


def test_underflow_and_overflow_are_named(result):
    said = sentences(with_gradients(result, [0.0, 0.0, *[1.0] * 7]))[2]
    assert "exactly 0 in float32" in said
    assert "1e-45" in said
    assert "2 of 9 blocks: layer1.0, layer1.1" in said
    said = sentences(with_gradients(result, [math.inf, *[1.0] * 8]))[2]
    assert "not finite at 1 of 9 blocks (layer1.0)" in said
    said = sentences(with_gradients(result, [0.0] * 9, loss=0.0))[2]
    assert "loss is exactly 0" in said


def test_all_open_is_said(result):
    blocks = tuple(replace(b, skip=1.0, main=1.0) for b in result.blocks)
    opened = replace(result, snapshot=replace(result.snapshot, blocks=blocks))
    assert gates_in_words(opened) == "all skip connections and branches in place"


def test_shares_use_the_gates_and_survive_extremes(result):
    block = replace(result.blocks[0], norm_shortcut=3.0, norm_branch=1.0)
    assert forward_share(replace(block, skip=1.0, main=1.0)) == 0.75
    assert forward_share(replace(block, skip=0.5, main=1.0)) == pytest.approx(0.6)
    assert forward_share(replace(block, skip=0.0, main=1.0)) == 0.0
    assert forward_share(replace(block, skip=0.0, main=0.0)) is None
    tiny = replace(block, grad_via_shortcut=5e-324, grad_via_branch=5e-324)
    assert backward_share(tiny) == 0.5
    huge = replace(block, grad_via_shortcut=1.7e308, grad_via_branch=1.7e308)
    assert backward_share(huge) == 0.5
    assert backward_share(replace(block, grad_via_branch=math.nan)) is None
