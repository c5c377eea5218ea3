"""Facts of findings: ends and extremes of every curve of the chart, by the slug of its label."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resnet_viz.lab.experiments import DepthSweep
from resnet_viz.lab.findings import Chart, Curve, Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lecture.facts import fill
from resnet_viz.lecture.finding_facts import curve_names, finding_facts, slug


def chart(*curves: Curve, **changes: object) -> Chart:
    return replace(Chart("key", "Title", "x", "y", curves), **changes)  # type: ignore[arg-type]


def curve(label: str, x: list[float], y: list[float]) -> Curve:
    return Curve(label, "residual", np.array(x), np.array(y))


def finding(*charts: Chart, sentence: str = "It sinks.") -> Finding:
    return Finding(DepthSweep(), LabSettings(network="resnet20"), charts, sentence=sentence)


def test_ends_go_by_x_and_extremes_by_y_whatever_the_order() -> None:
    shown = chart(curve("with skips", [20.0, 8.0, 14.0], [3.0, 7.0, 1.0]))
    facts = finding_facts(finding(shown), 1)
    values = {name: fact.value for name, fact in facts.items() if name != "sentence"}
    assert values == {
        "first_with_skips": 7.0,
        "last_with_skips": 3.0,
        "min_with_skips": 1.0,
        "max_with_skips": 7.0,
        "x_min_with_skips": 14.0,
        "x_max_with_skips": 8.0,
    }
    assert facts["sentence"].text == "It sinks."


def test_what_is_not_measured_yet_has_no_facts_and_hides_none_of_the_rest() -> None:
    waiting = curve("plain twin", [1.0, 2.0], [np.nan, np.nan])
    partial = curve("with skips", [1.0, 2.0], [np.nan, 5.0])
    facts = finding_facts(finding(chart(partial, waiting), sentence=""), 1)
    assert not [name for name in facts if "plain_twin" in name]
    assert facts["first_with_skips"].value == facts["last_with_skips"].value == 5.0
    assert "sentence" not in facts


def test_a_zero_under_a_floor_is_below_it_and_one_without_is_a_zero() -> None:
    zero = curve("plain twin", [1.0, 2.0], [0.0, 1.0])
    floored = chart(zero, y_log=True, floor=1.4e-45)
    assert finding_facts(finding(floored), 1)["first_plain_twin"].text == "below 1.4×10⁻⁴⁵"
    assert finding_facts(finding(chart(zero)), 1)["first_plain_twin"].text == "0"


def test_positions_with_names_are_told_by_name() -> None:
    bars = chart(curve("with skips", [0.0, 1.0], [3.0, 9.0]), ticks=("layer1.0", "layer1.1"))
    assert finding_facts(finding(bars), 1)["x_max_with_skips"].text == "layer1.1"


def test_only_the_chosen_chart_is_told_and_one_that_is_not_there_is_none() -> None:
    found = finding(chart(curve("a", [1.0], [1.0])), chart(curve("b", [1.0], [2.0])))
    assert finding_facts(found, 2)["first_b"].value == 2.0
    assert "first_a" not in finding_facts(found, 2)
    assert set(finding_facts(found, 3)) == set(finding_facts(found, 0)) == {"sentence"}


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("with skips", "with_skips"),
        ("plain twin, median", "plain_twin_median"),
        ("theory: n k² Var(w) / 2 per layer", "theory_n_k_var_w_2_per_layer"),
        ("α = 0.5", "alpha_0_5"),
        ("2 draws", "curve_2_draws"),
        ("×", "curve"),
    ],
)
def test_slugs_are_names_that_texts_can_hold(label: str, name: str) -> None:
    assert slug(label) == name
    known = finding_facts(finding(chart(curve(label, [1.0], [4.0]))), 1)
    assert fill(f"{{first_{name}}}", [known]) == "4.00"


def test_curves_of_one_label_are_told_apart() -> None:
    labels = ("forward", "forward", "forward 2")
    twice = chart(*(curve(label, [1.0], [float(i)]) for i, label in enumerate(labels, 1)))
    assert curve_names(twice) == ("forward", "forward_2", "forward_2_2")
    assert finding_facts(finding(twice), 1)["first_forward_2"].value == 2.0
