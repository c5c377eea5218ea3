"""The glossary: whole, without doubles, found by other words."""

from __future__ import annotations

import subprocess
import sys

import pytest

from resnet_viz.glossary import term, terms, tip


def test_the_fields_words_are_there() -> None:
    names = {t.name for t in terms()}
    assert {
        "residual block",
        "skip connection",
        "vanishing gradient",
        "bottleneck",
        "pre-activation",
        "cross-entropy",
        "SGD",
        "Adam",
        "RMSProp",
        "overfitting",
        "pretraining",
        "degradation problem",
    } <= names


def test_no_word_is_there_twice_and_each_says_something() -> None:
    words = [w.lower() for t in terms() for w in (t.name, *t.also)]
    assert len(words) == len(set(words))
    assert all(t.says.endswith(".") and len(t.says) > 30 for t in terms())
    groups = [t.group for t in terms()]
    assert sorted(set(groups), key=groups.index) == [
        g for i, g in enumerate(groups) if i == 0 or g != groups[i - 1]
    ], "words of one group stand together"


def test_a_search_finds_other_words_in_any_order() -> None:
    assert term("skip connection").matches("SHORT cut")
    assert term("SGD").matches("nesterov momentum")
    assert not term("SGD").matches("nesterov bottleneck")


def test_a_tip_names_formula_and_source_and_has_no_endless_line() -> None:
    text = tip("gradient norm", "Drawn on a log scale.")
    assert text.startswith("Drawn on a log scale.\nGradient norm: ")
    assert "‖g‖ = √(Σ g_i²)" in text.splitlines()
    assert all(max(map(len, tip(t.name).splitlines())) <= 100 for t in terms())


def test_an_unknown_word_is_an_error_of_the_program() -> None:
    with pytest.raises(KeyError):
        term("skipconnection")


def test_it_costs_neither_torch_nor_qt() -> None:
    code = (
        "import sys, resnet_viz.glossary as g; g.terms();"
        "print([m for m in ('torch', 'PySide6', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
