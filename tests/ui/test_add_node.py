"""The opened add node: arrows as wide as gradients, words that the figures support."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from pairs import pair
from pytestqt.qtbot import QtBot

from resnet_viz.lab.settings import SIDES, LabSettings
from resnet_viz.models.specs import BlockSpec, ResNetSpec, spec
from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.block_view.segments import plain
from resnet_viz.ui.gradients.add_node import AddNodeView
from resnet_viz.ui.gradients.add_node_layout import arrow_widths
from resnet_viz.ui.gradients.add_node_words import (
    formula_lines,
    forward_lines,
    note_lines,
    path_gradient,
    spoken_node,
    title_lines,
)
from resnet_viz.ui.theme import THEMES, Theme

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SETTINGS = LabSettings(network="resnet20", batch="noise")
SPEC = SETTINGS.spec("residual")
STATS = pair(SETTINGS).residual.blocks[4]


def block(network: ResNetSpec, name: str) -> BlockSpec:
    return next(b for b in network.blocks() if b.name == name)


def shown(qtbot: QtBot, width: int = 1000, height: int = 165) -> AddNodeView:
    view = AddNodeView()
    qtbot.addWidget(view)
    view.resize(width, height)
    measured = pair(SETTINGS)
    stats = measured.residual.blocks[4], measured.plain.blocks[4]
    view.set_block(block(SPEC, "layer2.1"), SPEC, *stats)
    view.show()
    qtbot.waitExposed(view)
    return view


def stats(**figures: float) -> BlockStats:
    return replace(STATS, **figures)  # type: ignore[arg-type]


# --- arrows ---------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1.0, 1e-40, 1e200])
def test_arrow_widths_are_linear_in_the_gradients(scale: float) -> None:
    measured = stats(grad_via_shortcut=0.4 * scale, grad_via_branch=0.1 * scale)
    skip, branch = arrow_widths(measured, 12.0)
    assert skip == pytest.approx(12.0)
    assert branch == pytest.approx(3.0)


def test_arrows_of_nothing_and_of_infinity() -> None:
    assert arrow_widths(stats(grad_via_shortcut=0.0, grad_via_branch=0.0), 12.0) == (0.0, 0.0)
    assert arrow_widths(stats(grad_via_shortcut=math.inf, grad_via_branch=1.0), 12.0)[0] == 12.0
    assert arrow_widths(stats(grad_via_shortcut=math.nan, grad_via_branch=1.0), 12.0)[0] == 0.0


def test_scale_of_the_arrows_is_stated() -> None:
    measured = stats(grad_via_shortcut=0.4, grad_via_branch=0.1)
    assert "12 px = 0.400" in plain(note_lines(measured, SPEC, 12.0)[0])
    nothing = stats(grad_via_shortcut=0.0, grad_via_branch=0.0)
    assert plain(note_lines(nothing, SPEC, 12.0)[-1]) == "no gradient to draw"
    infinite = stats(grad_via_shortcut=math.inf, grad_via_branch=0.0)
    assert "infinite gradient" in plain(note_lines(infinite, SPEC, 12.0)[-1])


# --- words ----------------------------------------------------------------------------------


def test_formula_holds_todays_gates_and_norms() -> None:
    measured = stats(
        skip=0.8, main=1.0, grad_out=0.5, grad_via_shortcut=0.3, grad_via_branch=0.2, grad_in=0.41
    )
    text = plain(formula_lines(measured, SPEC)[0])
    assert text.startswith("∂L/∂x = ∂L/∂y · ReLU′ · ( 0.80·1 + 1·∂F/∂x )")
    assert "0.500" in text
    assert "0.300 ⊕ 0.200 = 0.410" in text


@pytest.mark.parametrize(
    ("shortcut", "term", "title"),
    [
        ("projection", "1·W", "projection shortcut"),
        ("pad", "1·pad", "zero-padded shortcut"),
        ("identity", "1·1", "identity shortcut"),
    ],
)
def test_shortcuts_that_are_no_identity_are_named(shortcut: str, term: str, title: str) -> None:
    measured = replace(STATS, shortcut=shortcut)
    assert term in plain(formula_lines(measured, SPEC)[-1])
    named = replace(block(SPEC, "layer2.1"), shortcut=shortcut)  # type: ignore[arg-type]
    assert title in plain(title_lines(named, SPEC)[0])


def test_pre_activation_has_nothing_between_sum_and_output() -> None:
    pre = spec("preresnet20")
    assert "ReLU" not in plain(formula_lines(STATS, pre)[0])
    assert "y is the sum itself" in plain(note_lines(STATS, pre, 11.0)[0])
    assert "y = x + F(x)" in plain(title_lines(block(pre, "layer1.1"), pre)[0])


def test_gradient_at_the_sum_is_given_where_it_follows_from_the_skip() -> None:
    measured = stats(skip=0.5, grad_via_shortcut=0.2)
    assert "‖∂L/∂s‖ 0.400" in plain(note_lines(measured, SPEC, 11.0)[0])
    for other in (stats(skip=0.0), replace(STATS, shortcut="projection")):
        assert "∂L/∂s" not in plain(note_lines(other, SPEC, 11.0)[0])


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"skip": 0.0}, "0: closed"),
        ({"grad_out": 0.0}, "0: none arrives"),
        ({"zero_share": 1.0}, "0: y is 0 everywhere"),
        ({}, "0: underflow, below 1.4×10⁻⁴⁵"),
    ],
)
def test_zero_gradient_says_why(figures: dict[str, float], words: str) -> None:
    measured = stats(grad_via_shortcut=0.0, **figures)
    assert path_gradient(measured, "skip", "float32") == words


def test_precision_decides_what_an_underflow_is_below() -> None:
    measured = stats(grad_via_branch=0.0)
    assert path_gradient(measured, "branch", "float64").endswith("below 4.9×10⁻³²⁴")


def test_overflow_is_put_in_words() -> None:
    measured = stats(grad_via_shortcut=math.inf, grad_via_branch=math.nan, norm_branch=math.inf)
    assert path_gradient(measured, "skip", "float32") == "infinite"
    assert path_gradient(measured, "branch", "float32") == "not a number"
    assert "infinite" in plain(forward_lines(measured, "branch")[0])


def test_closed_path_keeps_its_norm_but_is_struck_out() -> None:
    text = plain(forward_lines(stats(skip=0.0, norm_shortcut=33.0), "skip")[0])
    assert text == "[off: x]  skip cut   ‖x‖ 33.0"


def test_node_is_spoken() -> None:
    text = spoken_node("with skips", STATS, "float32")
    for said in ("with skips: skip gate 1", "cosine", "through the skip", "at x"):
        assert said in text
    assert spoken_node("plain twin", None, "float32") == "plain twin: not measured yet"


# --- view -----------------------------------------------------------------------------------


def test_both_sides_where_there_is_room_else_one_by_choice(qtbot: QtBot) -> None:
    view = shown(qtbot)
    assert all(view.panels[side].isVisible() for side in SIDES)
    assert not any(button.isVisible() for button in view.buttons.values())
    view.resize(700, 165)
    assert [view.panels[side].isVisible() for side in SIDES] == [True, False]
    assert all(button.isVisible() for button in view.buttons.values())
    view.buttons["plain"].click()
    assert [view.panels[side].isVisible() for side in SIDES] == [False, True]


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
@pytest.mark.parametrize("height", [0, 300])
def test_rows_lie_within_the_panel_and_apart(qtbot: QtBot, theme: Theme, height: int) -> None:
    view = shown(qtbot)
    view.set_theme(theme)
    view.resize(1000, max(height, view.minimumSizeHint().height()))
    panel = next(p for p in view.panels.values() if p.isVisible())
    place, row = panel.geometry_now(), panel._style.row
    lane = place.spread + panel.widest / 2
    assert place.forward - place.spread > row  # a line of text over it
    assert place.backward - lane - (place.forward + place.spread) > 2 * row - 2  # two between
    assert place.backward + lane + row < panel.height() - 2 * row + 2  # one under it, the foot
    assert 0 < place.left < place.node - 60
    assert place.node < place.act < place.right < panel.width()


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_fits_under_the_chart_of_a_small_window(qtbot: QtBot, theme: Theme) -> None:
    view = shown(qtbot)
    view.set_theme(theme)
    assert view.minimumSizeHint().height() <= (205 if theme.name == "projector" else 165)


def test_unmeasured_node_paints_and_says_so(qtbot: QtBot) -> None:
    view = shown(qtbot)
    view.set_block(block(SPEC, "layer1.0"), SPEC, None, None)
    assert "not measured yet" in view.accessibleDescription()
    view.grab()


def test_view_is_described(qtbot: QtBot) -> None:
    text = shown(qtbot).accessibleDescription()
    assert text.startswith("The add node of layer2.1")
    assert "plain twin: skip gate 0" in text
