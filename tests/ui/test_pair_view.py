"""The pair view: columns aligned, zoom and selection shared, signals with their side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pairs import changed, pair
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.models.gates import Gate
from resnet_viz.ui.block_view.segments import plain
from resnet_viz.ui.gradients.pair_view import PairView
from resnet_viz.ui.gradients.pair_words import block_lines, comparison, quotient, side_lines
from resnet_viz.ui.gradients.quantities import QUANTITIES
from resnet_viz.ui.overview.chain_view import header_rect
from resnet_viz.ui.overview.layout import Detail
from resnet_viz.ui.theme import THEMES, Theme

# The offscreen platform says of every shown widget that it cannot limit its size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton
SETTINGS = LabSettings(network="resnet20", batch="noise")


def shown(
    qtbot: QtBot, settings: LabSettings = SETTINGS, width: int = 1000, height: int = 420
) -> PairView:
    """A measured pair on the (offscreen) screen."""
    view = PairView()
    qtbot.addWidget(view)
    view.resize(width, height)
    view.set_network(settings.spec("residual"), settings.spec("plain"))
    for side in SIDES:
        view.set_gates(side, settings.gates(side))
    view.set_measured(pair(settings))
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def view(qtbot: QtBot) -> PairView:
    return shown(qtbot)


def wheel(widget: QWidget, x: float, notches: float) -> None:
    at = QPointF(x, 20.0)
    event = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def column(view: PairView, widget: QWidget, centre: float) -> float:
    """A column's middle in the coordinates of the whole view."""
    return float(widget.mapTo(view, QPoint(0, 0)).x()) + centre


def assert_aligned(view: PairView) -> None:
    upper, lower = (view.sides[side].canvas for side in SIDES)
    for index in upper.scene.axis.visible:
        x = column(view, upper, upper.scene.axis.centre(index))
        assert column(view, lower, lower.scene.axis.centre(index)) == pytest.approx(x, abs=1)
        chart = column(view, view.chart, view.chart.scene.axis.centre(index))
        assert chart == pytest.approx(x, abs=1)


def arc_of(view: PairView, side: Side, index: int) -> QPoint:
    chain = view.sides[side].canvas.scene.chain
    return QPoint(round(chain.axis.centre(index)), round(chain.arc_base - chain.arc_height))


# --- columns and view -----------------------------------------------------------------------


@pytest.mark.parametrize("network", ["resnet20", "resnet18", "resnet1202"])
@pytest.mark.parametrize("width", [760, 1000, 1640])
def test_columns_of_all_three_lie_under_each_other(qtbot: QtBot, network: str, width: int) -> None:
    assert_aligned(shown(qtbot, LabSettings(network=network, batch="noise"), width))


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_columns_stay_aligned_in_every_theme_and_size(
    qtbot: QtBot, view: PairView, theme: Theme
) -> None:
    view.set_theme(theme)
    assert_aligned(view)
    view.resize(1300, 500)
    assert_aligned(view)


@pytest.mark.parametrize("where", ["residual", "plain", "chart"])
def test_zoom_and_drag_anywhere_move_all_three(qtbot: QtBot, where: str) -> None:
    view = shown(qtbot, LabSettings(network="resnet1202", batch="noise"))
    widget: QWidget = view.chart if where == "chart" else view.sides[where].canvas  # type: ignore[index]
    wheel(widget, 500, 12)
    axes = [view.sides[side].canvas.scene.axis for side in SIDES] + [view.chart.scene.axis]
    assert axes[0].zoom == pytest.approx(1.25**12)
    assert {(a.zoom, a.start) for a in axes} == {(axes[0].zoom, axes[0].start)}
    start = axes[0].start
    qtbot.mousePress(widget, LEFT, pos=QPoint(500, 30))
    for x in (480, 440):
        qtbot.mouseMove(widget, QPoint(x, 30))
    qtbot.mouseRelease(widget, LEFT, pos=QPoint(440, 30))
    assert view.sides["plain"].canvas.scene.axis.start > start
    assert_aligned(view)
    view.controls.fit_button.click()
    assert view.chart.scene.axis.zoom == 1
    assert not view.controls.fit_button.isEnabled()


def test_600_blocks_are_folded_in_both_and_unfold_together(qtbot: QtBot) -> None:
    view = shown(qtbot, LabSettings(network="resnet1202", batch="noise"))
    details = {view.sides[side].canvas.scene.axis.detail for side in SIDES}
    assert details == {Detail.GROUPED}
    wheel(view.chart, 500, 20)
    details = {view.sides[side].canvas.scene.axis.detail for side in SIDES}
    assert details == {Detail.BLOCKS}


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_fits_beside_the_add_node_in_a_small_window(qtbot: QtBot, theme: Theme) -> None:
    view = shown(qtbot)
    view.set_theme(theme)
    least = view.minimumSizeHint()
    assert least.width() <= 960
    assert least.height() <= {"projector": 440}.get(theme.name, 370)


def test_caption_says_what_the_zoom_leaves_out(qtbot: QtBot) -> None:
    view = shown(qtbot, LabSettings(network="resnet1202", batch="noise"))
    assert "blocks" in view.caption.text()
    assert view.caption.text().endswith("the wheel unfolds")
    wheel(view.chart, 500, 20)
    assert "unfolds" not in view.caption.text()


# --- clicks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("side", SIDES)
def test_click_on_an_arc_tells_its_side(qtbot: QtBot, view: PairView, side: Side) -> None:
    with qtbot.waitSignal(view.skip_clicked) as clicked:
        qtbot.mouseClick(view.sides[side].canvas, LEFT, pos=arc_of(view, side, 4))
    assert clicked.args == [side, "layer2.1"]


@pytest.mark.parametrize("side", SIDES)
def test_key_d_and_the_stage_header_tell_their_side(
    qtbot: QtBot, view: PairView, side: Side
) -> None:
    canvas = view.sides[side].canvas
    view.set_selected("layer1.2")
    with qtbot.waitSignal(view.branch_clicked) as dropped:
        qtbot.keyClick(canvas, Qt.Key.Key_D)
    assert dropped.args == [side, "layer1.2"]
    stage = header_rect(canvas.scene.chain, 3).center().toPoint()
    with qtbot.waitSignal(view.stage_skips_clicked) as flipped:
        qtbot.mouseClick(canvas, LEFT, pos=stage)
    assert flipped.args == [side, 3]


@pytest.mark.parametrize("where", ["residual", "plain", "chart"])
def test_selection_is_shared(qtbot: QtBot, view: PairView, where: str) -> None:
    if where == "chart":
        widget: QWidget = view.chart
        at = QPoint(round(view.chart.scene.axis.centre(5)), 40)
    else:
        canvas = view.sides[where].canvas  # type: ignore[index]
        widget, chain = canvas, canvas.scene.chain
        at = QPoint(round(chain.axis.centre(5)), round(chain.line_y))
    told: list[str] = []
    view.block_selected.connect(told.append)
    qtbot.mouseClick(widget, LEFT, pos=at)
    assert told == ["layer2.2"]
    assert [view.state.sides[side].selected for side in SIDES] == [5, 5]
    assert view.controls.readout.text().startswith("layer2.2")


def test_selecting_from_outside_is_not_told(qtbot: QtBot, view: PairView) -> None:
    with qtbot.assertNotEmitted(view.block_selected):
        view.set_selected("layer3.1")
        view.set_selected("layer9.9")
    assert [view.state.sides[side].selected for side in SIDES] == [7, 7]


@pytest.mark.parametrize("where", ["residual", "plain", "chart"])
def test_hover_lights_the_block_everywhere(qtbot: QtBot, view: PairView, where: str) -> None:
    told: list[str] = []
    view.block_hovered.connect(told.append)
    widget: QWidget = view.chart if where == "chart" else view.sides[where].canvas  # type: ignore[index]
    qtbot.mouseMove(widget, QPoint(round(view.chart.scene.axis.centre(3)), 45))
    assert told == ["layer2.0"]
    assert [view.state.sides[side].hovered for side in SIDES] == [3, 3]
    assert view.controls.readout.text().startswith("layer2.0")
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))
    assert told == ["layer2.0", ""]
    assert [view.state.sides[side].hovered for side in SIDES] == [None, None]
    assert view.controls.readout.text().startswith("layer1.0")


def test_arrow_keys_on_the_chart_move_the_selection(qtbot: QtBot, view: PairView) -> None:
    with qtbot.waitSignal(view.block_selected) as moved:
        qtbot.keyClick(view.chart, Qt.Key.Key_Right)
    assert moved.args == ["layer1.1"]
    qtbot.keyClick(view.chart, Qt.Key.Key_End)
    assert view.state.one.selected == 8


# --- data -----------------------------------------------------------------------------------


def test_gates_reach_one_side_only(view: PairView) -> None:
    view.set_gates("residual", {"layer1.1": Gate(0.0, 1.0)})
    assert view.state.sides["residual"].skip[1] == 0
    assert view.state.sides["residual"].skip[2] == 1
    view.set_gates("plain", {"layer1.1": Gate(1.0, 1.0)})
    assert view.state.sides["plain"].skip[1] == 1
    assert view.state.sides["residual"].skip[1] == 0


def test_headers_state_loss_class_and_quotient(view: PairView) -> None:
    measured = pair(SETTINGS)
    for side, snapshot in (("residual", measured.residual), ("plain", measured.plain)):
        text = view.sides[side].header.text()  # type: ignore[index]
        probabilities = snapshot.probabilities()[0]
        assert "loss 1.25" in text
        assert f"class {probabilities.argmax()} {round(probabilities.max() * 100)} %" in text
        assert "‖∂L/∂x‖ first ÷ last block" in text
    assert view.sides["residual"].header.text().startswith("with skips  ResNet-20")
    assert view.sides["plain"].header.text().startswith("plain twin  plain-20")


def test_header_names_an_underflow_and_overflowed_outputs() -> None:
    measured = pair(LabSettings(network="resnet110", batch="noise"), plain_first=1e-80)
    assert "underflow: 0 ÷ " in plain(side_lines("plain", "plain-110", measured)[0])
    assert "underflow" not in plain(side_lines("residual", "ResNet-110", measured)[0])
    logits = np.full_like(measured.plain.logits, np.nan)
    measured = replace(measured, plain=replace(measured.plain, logits=logits))
    assert "none: the outputs are not finite" in plain(side_lines("plain", "p", measured)[0])


def test_header_lists_as_many_classes_as_there_is_room_for() -> None:
    measured = pair()
    order = np.argsort(-measured.residual.probabilities()[0])
    five, three, one, *_ = (plain(line) for line in side_lines("residual", "ResNet-20", measured))
    for text, count in ((five, 5), (three, 3), (one, 1)):
        assert f"top-{count}" in text
        places = [text.find(f"class {c} ") for c in order[:count]]
        assert -1 not in places
        assert places == sorted(places)
        assert f"class {order[count]} " not in text


def test_a_measurement_of_other_blocks_is_refused_but_such_a_ghost_only_hidden(
    view: PairView,
) -> None:
    other = pair(LabSettings(network="resnet32", batch="noise"))
    with pytest.raises(ValueError, match="blocks"):
        view.set_measured(other)
    view.set_ghost(other)
    assert view.state.ghost is None


def test_another_network_forgets_measurement_ghost_and_pin(view: PairView) -> None:
    view.set_ghost(pair(SETTINGS, seed=1))
    view.controls.pin_button.click()
    settings = LabSettings(network="resnet32", batch="noise")
    view.set_network(settings.spec("residual"), settings.spec("plain"))
    assert view.state.measured is None
    assert view.state.ghost is None
    assert view.chart.scene.pinned is None
    assert not view.controls.pin_button.isEnabled()
    assert "not measured yet" in view.sides["plain"].header.text()
    assert_aligned(view)


def test_readout_states_both_values_and_their_ratio(view: PairView) -> None:
    measured = pair(SETTINGS)
    residual = changed(measured.residual, 2, grad_in=0.5)
    twin = changed(measured.plain, 2, grad_in=0.0125)
    view.set_measured(replace(measured, residual=residual, plain=twin))
    view.set_selected("layer1.2")
    text = view.controls.readout.text()
    assert "with skips 0.500" in text
    assert "plain twin 0.0125" in text
    assert "plain twin 40× smaller" in text


def test_stale_is_said_after_a_while_only(qtbot: QtBot, view: PairView) -> None:
    view.set_stale(True)
    assert "measuring" not in view.controls.readout.text()
    qtbot.waitUntil(lambda: view.controls.readout.text() == "measuring…")
    view.set_stale(False)
    assert view.controls.readout.text().startswith("layer1.0")


def test_caption_states_what_is_measured(view: PairView) -> None:
    text = view.caption.text()
    for said in ("L2 norm of ∂L/∂x", "mean cross-entropy", "16 images of noise", "no norm"):
        assert said in text
    view.set_quantity("mean_square")
    assert view.caption.text().startswith("mean square of the block's output y")
    assert "cross-entropy" not in view.caption.text()


def test_theory_comes_by_itself_and_can_be_switched_off(qtbot: QtBot, view: PairView) -> None:
    qtbot.waitUntil(lambda: bool(view.chart.scene.theory))
    assert view.controls.theory_button.isVisible()
    assert "He et al. 2015" in view.controls.theory_button.toolTip()
    assert {s.kind for s in view.chart.scene.series()} == {"theory", "now"}
    view.controls.theory_button.click()
    assert {s.kind for s in view.chart.scene.series()} == {"now"}


def test_no_theory_is_offered_where_none_holds(qtbot: QtBot) -> None:
    settings = LabSettings(network="resnet20", norm="group", batch="noise")
    view = shown(qtbot, settings)
    with qtbot.waitSignal(view.theory.ready):
        pass
    assert view.chart.scene.theory == ()
    assert not view.controls.theory_button.isVisible()


# --- words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("residual", "twin", "words"),
    [
        (0.2, 0.2, "about equal"),
        (0.02, 2.0, "plain twin 100× larger"),
        (1e200, 1e-200, "plain twin at least 10³⁰⁰ times smaller"),
        (0.0, 0.0, "both are 0"),
        (0.3, 0.0, "no ratio: one is 0"),
        (float("inf"), 1.0, "no ratio: not finite"),
        (1.0, float("nan"), "no ratio: not finite"),
    ],
)
def test_comparison_claims_no_more_than_the_numbers(
    residual: float, twin: float, words: str
) -> None:
    assert comparison(residual, twin) == words


def test_quotient_of_subnormal_numbers_does_not_overflow() -> None:
    assert quotient(1.0, 5e-324) == 1e300
    assert quotient(5e-324, 1.0) == pytest.approx(1e-300)
    assert quotient(3.0, 4.0) == 0.75


def test_nothing_is_said_of_no_block(view: PairView) -> None:
    assert block_lines(view.state, QUANTITIES["grad_in"], None) == [()]


def test_screen_readers_hear_both_networks_and_the_chart(view: PairView) -> None:
    view.set_selected("layer2.1")
    spoken = view.chart.accessibleDescription()
    for said in ("log, automatic", "with skips: ", "plain twin: ", "layer2.1"):
        assert said in spoken
    for side in SIDES:
        text = view.sides[side].canvas.accessibleDescription()
        assert "layer2.1, basic block" in text
        assert "loss 1.25" in text
