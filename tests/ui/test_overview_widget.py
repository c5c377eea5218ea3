"""What the overview does when it is clicked, hovered, typed at, zoomed and given figures."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from snapshots import synthetic_snapshot

from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import ResNetSpec, spec
from resnet_viz.ui.overview.chain_view import header_rect, labelled, short_name
from resnet_viz.ui.overview.geometry import Part
from resnet_viz.ui.overview.gradient_lane import GradientLane
from resnet_viz.ui.overview.layout import Detail
from resnet_viz.ui.overview.scale import Mark
from resnet_viz.ui.overview.widget import OverviewWidget
from resnet_viz.ui.theme import THEMES, ThemeName

# The offscreen platform says of every shown widget that it cannot limit its size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

RESNET34 = spec("resnet34")
LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot, network: ResNetSpec, width: int = 950, height: int = 380) -> OverviewWidget:
    """A measured overview on the (offscreen) screen."""
    widget = OverviewWidget()
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.set_network(network)
    widget.set_snapshot(synthetic_snapshot(network))
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def overview(qtbot: QtBot) -> OverviewWidget:
    return shown(qtbot, RESNET34)


def index_of(overview: OverviewWidget, name: str) -> int:
    index = overview.state.index(name)
    assert index is not None
    return index


def arc_of(overview: OverviewWidget, name: str) -> QPoint:
    chain = overview.canvas.scene.chain
    x = chain.axis.centre(index_of(overview, name))
    return QPoint(round(x), round(chain.arc_base - chain.arc_height))


def square_of(overview: OverviewWidget, name: str) -> QPoint:
    chain = overview.canvas.scene.chain
    return QPoint(round(chain.axis.centre(index_of(overview, name))), round(chain.line_y))


def lane_of(overview: OverviewWidget, name: str) -> QPoint:
    return QPoint(square_of(overview, name).x(), overview.canvas.height() - 30)


def wheel(overview: OverviewWidget, x: float, notches: float = 1.0, sideways: int = 0) -> None:
    position = QPointF(x, 120.0)
    canvas = overview.canvas
    event = QWheelEvent(
        position,
        QPointF(canvas.mapToGlobal(position.toPoint())),
        QPoint(),
        QPoint(sideways, round(120 * notches)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def drag(overview: OverviewWidget, start: QPoint, dx: int) -> None:
    canvas = overview.canvas
    end = start + QPoint(dx, 0)
    for kind, at in (
        (QEvent.Type.MouseButtonPress, start),
        (QEvent.Type.MouseMove, start + QPoint(dx // 2, 0)),
        (QEvent.Type.MouseMove, end),
        (QEvent.Type.MouseButtonRelease, end),
    ):
        moving = kind is QEvent.Type.MouseMove
        event = QMouseEvent(
            kind,
            QPointF(at),
            QPointF(canvas.mapToGlobal(at)),
            Qt.MouseButton.NoButton if moving else LEFT,
            Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else LEFT,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(canvas, event)


# --- mouse ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["layer1.0", "layer2.3", "layer4.2"])
def test_click_on_an_arc_asks_for_its_skip(
    qtbot: QtBot, overview: OverviewWidget, name: str
) -> None:
    with (
        qtbot.assertNotEmitted(overview.block_selected),
        qtbot.waitSignal(overview.skip_clicked) as clicked,
    ):
        qtbot.mouseClick(overview.canvas, LEFT, pos=arc_of(overview, name))
    assert clicked.args == [name]


@pytest.mark.parametrize("where", [square_of, lane_of])
def test_click_on_a_square_or_in_a_column_selects_the_block(
    qtbot: QtBot, overview: OverviewWidget, where: object
) -> None:
    assert callable(where)
    with (
        qtbot.assertNotEmitted(overview.skip_clicked),
        qtbot.waitSignal(overview.block_selected) as selected,
    ):
        qtbot.mouseClick(overview.canvas, LEFT, pos=where(overview, "layer3.4"))
    assert selected.args == ["layer3.4"]
    assert overview.readout.pieces()[0] == ("layer3.4", "")


def test_click_on_a_stage_header_asks_for_its_skips(qtbot: QtBot, overview: OverviewWidget) -> None:
    rect = header_rect(overview.canvas.scene.chain, 3)
    with qtbot.waitSignal(overview.stage_skips_clicked) as clicked:
        qtbot.mouseClick(overview.canvas, LEFT, pos=rect.center().toPoint())
    assert clicked.args == [3]


def test_quick_second_click_on_an_arc_counts_too(qtbot: QtBot, overview: OverviewWidget) -> None:
    clicks: list[str] = []
    overview.skip_clicked.connect(clicks.append)
    at = arc_of(overview, "layer2.1")
    qtbot.mouseClick(overview.canvas, LEFT, pos=at)
    qtbot.mouseDClick(overview.canvas, LEFT, pos=at)  # comes instead of the second press
    qtbot.mouseRelease(overview.canvas, LEFT, pos=at)
    assert clicks == ["layer2.1", "layer2.1"]
    assert overview.canvas.scene.axis.zoom == 1.0


def test_context_menu_drops_the_branch_of_the_block_under_the_pointer(
    qtbot: QtBot, overview: OverviewWidget
) -> None:
    menu = overview.canvas.menu_for(index_of(overview, "layer2.2"))
    drop = next(a for a in menu.actions() if a.text().startswith("Drop the branch"))
    assert "layer2.2" in drop.text()
    with qtbot.waitSignal(overview.branch_clicked) as clicked:
        drop.trigger()
    assert clicked.args == ["layer2.2"]
    menu.close()
    overview.set_gates({"layer2.2": Gate(0.0, 0.0)})
    menu = overview.canvas.menu_for(index_of(overview, "layer2.2"))
    assert [a.text().split()[0] for a in menu.actions()[:2]] == ["Restore", "Restore"]
    menu.close()


@pytest.mark.qt_log_ignore("This plugin does not support")  # pop-ups on the offscreen platform
def test_right_click_on_a_square_opens_the_menu_of_that_block(
    qtbot: QtBot, overview: OverviewWidget
) -> None:
    at = square_of(overview, "layer3.3")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, overview.canvas.mapToGlobal(at))
    QApplication.sendEvent(overview.canvas, event)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert "layer3.3" in menu.actions()[0].text()
    menu.close()


def test_a_lanes_title_explains_its_figure_with_the_formula(overview: OverviewWidget) -> None:
    scene = overview.canvas.scene
    for place in scene.places():
        title = QPoint(scene.axis.left + 20, round(place.top - scene.scroll + 4))
        explained = overview.canvas._tool_tip(title)
        assert explained, place.lane.name
        assert scene.lane_titled_at(title.y() + scene.style.row + 4) == ""
    gradient = scene.places()[0]
    assert "√(Σ g_i²)" in overview.canvas._tool_tip(QPoint(300, round(gradient.top + 4)))


def test_hover_lights_the_block_and_shows_its_figures(
    qtbot: QtBot, overview: OverviewWidget
) -> None:
    with qtbot.waitSignal(overview.block_hovered) as hovered:
        qtbot.mouseMove(overview.canvas, lane_of(overview, "layer2.1"))
    assert hovered.args == ["layer2.1"]
    tip = overview.canvas.scene.tip_text(index_of(overview, "layer2.1"))
    assert tip.startswith("layer2.1")
    assert "‖∂L/∂x‖" in tip
    highlight = overview.canvas.scene.style.color("highlight")
    column = overview.canvas.grab().toImage()
    x, y = lane_of(overview, "layer2.1").x(), overview.canvas.height() - 2
    ratio = overview.canvas.devicePixelRatioF()
    colour = column.pixelColor(round(x * ratio), round(y * ratio))
    assert colour.blue() < 250  # tinted towards the highlight, away from the white card
    assert highlight.blue() < colour.blue()
    with qtbot.waitSignal(overview.block_hovered) as left:
        QApplication.sendEvent(overview.canvas, QEvent(QEvent.Type.Leave))
    assert left.args == [""]


def test_cursor_tells_what_can_be_clicked(qtbot: QtBot, overview: OverviewWidget) -> None:
    canvas = overview.canvas
    for at in (arc_of(overview, "layer2.1"), square_of(overview, "layer2.1")):
        qtbot.mouseMove(canvas, at)
        assert canvas.cursor().shape() is Qt.CursorShape.PointingHandCursor
    qtbot.mouseMove(canvas, lane_of(overview, "layer2.1"))
    assert canvas.cursor().shape() is Qt.CursorShape.ArrowCursor


# --- keyboard -------------------------------------------------------------------------------


def test_keys_move_the_selection_and_stop_at_the_ends(
    qtbot: QtBot, overview: OverviewWidget
) -> None:
    chosen: list[str] = []
    overview.block_selected.connect(chosen.append)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_End,
                Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Home):  # fmt: skip
        qtbot.keyClick(overview.canvas, key)
    assert chosen == ["layer1.1", "layer1.2", "layer4.2", "layer4.1", "layer1.0"]


def test_s_and_d_act_on_the_selected_block(qtbot: QtBot, overview: OverviewWidget) -> None:
    overview.set_selected("layer3.2")
    with qtbot.waitSignal(overview.skip_clicked) as skip:
        qtbot.keyClick(overview.canvas, Qt.Key.Key_S)
    with qtbot.waitSignal(overview.branch_clicked) as branch:
        qtbot.keyClick(overview.canvas, Qt.Key.Key_D)
    assert (skip.args, branch.args) == (["layer3.2"], ["layer3.2"])


def test_selected_block_is_described_for_screen_readers(
    qtbot: QtBot, overview: OverviewWidget
) -> None:
    assert overview.accessibleName()
    overview.set_selected("layer2.0")
    assert overview.canvas.accessibleDescription().startswith("layer2.0, basic block")
    overview.set_gates({"layer2.0": Gate(0.0, 1.0)})
    assert "skip cut" in overview.canvas.accessibleDescription()
    qtbot.keyClick(overview.canvas, Qt.Key.Key_Right)
    assert overview.accessibleDescription().startswith("layer2.1")


def test_selecting_from_outside_is_silent_and_unknown_names_are_ignored(
    qtbot: QtBot, overview: OverviewWidget
) -> None:
    with qtbot.assertNotEmitted(overview.block_selected):
        overview.set_selected("layer2.1")
        overview.set_selected("layer9.9")
    assert overview.state.name(overview.state.selected) == "layer2.1"


# --- zoom, pan, fold ------------------------------------------------------------------------


def test_wheel_zooms_around_the_pointer(qtbot: QtBot) -> None:
    overview = shown(qtbot, spec("resnet110"))
    scene = overview.canvas.scene
    x = scene.axis.centre(20)
    for _ in range(4):
        wheel(overview, x)
        assert scene.axis.index_at(x) == 20
        assert scene.axis.coordinate(x) == pytest.approx(20.5, abs=1e-6)
    assert scene.axis.zoom == pytest.approx(1.25**4)
    assert overview.fit_button.isEnabled()


def test_dragging_pans_and_does_not_click(qtbot: QtBot) -> None:
    overview = shown(qtbot, spec("resnet110"))
    wheel(overview, 400.0, notches=6)
    axis = overview.canvas.scene.axis
    at = arc_of(overview, overview.state.name(axis.index_at(500.0)))
    with (
        qtbot.assertNotEmitted(overview.skip_clicked),
        qtbot.assertNotEmitted(overview.block_selected),
    ):
        drag(overview, at, -80)
    moved = overview.canvas.scene.axis
    assert moved.centre(30) - axis.centre(30) == pytest.approx(-80, abs=1e-6)


def test_sideways_wheel_pans(qtbot: QtBot) -> None:
    overview = shown(qtbot, spec("resnet110"))
    wheel(overview, 400.0, notches=6)
    before = overview.canvas.scene.axis
    wheel(overview, 400.0, notches=0, sideways=120)
    after = overview.canvas.scene.axis
    assert after.start < before.start
    assert after.zoom == before.zoom


def test_deep_network_is_folded_and_zooming_unfolds_it(qtbot: QtBot) -> None:
    overview = shown(qtbot, spec("resnet1202"))
    scene = overview.canvas.scene
    assert scene.axis.detail is Detail.GROUPED
    assert f"1 arc = {scene.axis.blocks_per_arc} blocks" in overview.readout.hint
    for _ in range(30):
        wheel(overview, 500.0)
    assert scene.axis.detail is Detail.BLOCKS
    assert overview.readout.hint == ""
    qtbot.keyClick(overview.canvas, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert scene.axis.zoom == 1.0
    assert not overview.fit_button.isEnabled()


def test_double_click_in_a_stage_zooms_to_it(qtbot: QtBot) -> None:
    overview = shown(qtbot, spec("resnet1202"))
    qtbot.mouseDClick(overview.canvas, LEFT, pos=lane_of(overview, "layer2.100"))
    axis = overview.canvas.scene.axis
    assert axis.x(200) == pytest.approx(axis.left)
    assert axis.x(400) == pytest.approx(axis.right)
    overview.fit_button.click()
    assert overview.canvas.scene.axis.zoom == 1.0


def test_folded_arcs_are_clickable_where_they_can_be_aimed_at(qtbot: QtBot) -> None:
    overview = shown(qtbot, spec("resnet1202"))
    overview.canvas.show_stage(2)
    wheel(overview, 500.0, notches=2)
    assert overview.canvas.scene.axis.detail is Detail.FOLDED
    index = overview.canvas.scene.axis.index_at(500.0)
    name = overview.state.name(index)
    with qtbot.waitSignal(overview.skip_clicked) as clicked:
        qtbot.mouseClick(overview.canvas, LEFT, pos=arc_of(overview, name) + QPoint(0, 5))
    assert clicked.args == [name]


def test_keyboard_selection_stays_in_view_when_zoomed(qtbot: QtBot) -> None:
    overview = shown(qtbot, spec("resnet110"))
    wheel(overview, 100.0, notches=8)
    qtbot.keyClick(overview.canvas, Qt.Key.Key_End)
    axis = overview.canvas.scene.axis
    assert axis.left <= axis.centre(53) <= axis.right


@pytest.mark.parametrize("name", ["resnet18", "resnet56", "resnet152", "resnet1202"])
@pytest.mark.parametrize("theme", ["light", "projector"])
@pytest.mark.parametrize("notches", [0, 5])
def test_no_two_block_labels_overlap(
    qtbot: QtBot, name: str, theme: ThemeName, notches: int
) -> None:
    overview = shown(qtbot, spec(name))
    overview.set_theme(THEMES[theme])
    overview.set_selected("layer2.1")
    wheel(overview, 470.0, notches=notches)
    scene = overview.canvas.scene
    shown_labels = labelled(scene.axis, scene.style, scene.state)
    assert shown_labels
    spans = []
    for i in shown_labels:
        half = scene.style.metrics.horizontalAdvance(short_name(scene.state, i)) / 2
        spans.append((scene.axis.centre(i) - half, scene.axis.centre(i) + half))
    assert all(a[1] < b[0] for a, b in itertools.pairwise(spans))


# --- figures --------------------------------------------------------------------------------


def gradient_positions(overview: OverviewWidget) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Pixel heights and marks, and the top and bottom of the lane's plot."""
    scene = overview.canvas.scene
    place = next(p for p in scene.places() if isinstance(p.lane, GradientLane))
    context = scene.context(place)
    now = scene.state.now
    assert now is not None
    scale = scene.gradient.scale(scene.state)
    y, marks = scene.gradient.positions(context, now, scale)
    return y, marks, context.plot.top(), context.plot.bottom()


def test_underflow_stands_on_a_floor_below_every_measured_value(qtbot: QtBot) -> None:
    network = spec("resnet56", plain=True)
    overview = shown(qtbot, network)
    overview.set_snapshot(synthetic_snapshot(network, first=1e-80, last=0.1))
    now = overview.state.now
    assert now is not None
    zero = now.grad_in == 0
    assert 0 < zero.sum() < zero.size
    y, marks, top, bottom = gradient_positions(overview)
    assert (marks[zero] == Mark.ZERO).all()
    assert (marks[~zero] == Mark.POINT).all()
    assert len(set(y[zero])) == 1
    assert y[zero][0] > y[~zero].max()
    assert ((y >= top) & (y <= bottom)).all()


def test_not_finite_gradients_stand_on_a_ceiling(overview: OverviewWidget) -> None:
    snapshot = synthetic_snapshot(RESNET34)
    blocks = list(snapshot.blocks)
    blocks[0] = replace(blocks[0], grad_in=float("inf"))
    blocks[1] = replace(blocks[1], grad_in=float("nan"))
    overview.set_snapshot(replace(snapshot, blocks=tuple(blocks)))
    y, marks, _, _ = gradient_positions(overview)
    assert marks[:2].tolist() == [Mark.INFINITE, Mark.NOT_A_NUMBER]
    assert y[0] == y[1] < y[2:].min()
    overview.grab()


def test_pinned_scale_stays_and_is_stated(qtbot: QtBot, overview: OverviewWidget) -> None:
    scene = overview.canvas.scene
    before = scene.gradient.scale(scene.state)
    place = next(p for p in scene.places() if isinstance(p.lane, GradientLane))
    pin = scene.gradient.pin_rect(scene.context(place)).center().toPoint()
    qtbot.mouseClick(overview.canvas, LEFT, pos=pin)
    assert overview.pin_action.isChecked()
    overview.set_snapshot(synthetic_snapshot(RESNET34, first=1e-9))
    after = scene.gradient.scale(scene.state)
    assert (after.low, after.high) == (before.low, before.high)
    _, marks, _, _ = gradient_positions(overview)
    assert marks[0] == Mark.BELOW
    overview.pin_action.trigger()
    assert scene.gradient.scale(scene.state).low <= -9


def test_snapshot_of_another_network_is_refused(overview: OverviewWidget) -> None:
    with pytest.raises(ValueError, match="8 blocks"):
        overview.set_snapshot(synthetic_snapshot(spec("resnet18")))
    with pytest.raises(ValueError, match="8 blocks"):
        overview.set_ghost(synthetic_snapshot(spec("resnet18")))
    assert overview.state.now is not None


def test_another_network_drops_figures_and_view(overview: OverviewWidget) -> None:
    wheel(overview, 300.0)
    overview.set_network(spec("plain56"))
    assert overview.state.now is None
    assert overview.canvas.scene.axis.zoom == 1.0
    assert (overview.state.skip == 0).all()
    assert overview.readout.pieces() == [("layer1.0", ""), ("", "skip cut")]


def test_what_was_hovered_in_the_old_network_is_forgotten(
    qtbot: QtBot, overview: OverviewWidget
) -> None:
    rect = header_rect(overview.canvas.scene.chain, 4)
    qtbot.mouseMove(overview.canvas, rect.center().toPoint())
    overview.set_network(spec("resnet20"))  # has three stages
    overview.grab()
    qtbot.mouseMove(overview.canvas, square_of(overview, "layer3.2"))
    overview.set_network(replace(spec("resnet20"), depths=(1, 1, 1)))
    overview.grab()
    assert overview.state.hovered is None


def test_scale_cannot_be_pinned_before_there_is_one(qtbot: QtBot) -> None:
    overview = OverviewWidget()
    qtbot.addWidget(overview)
    overview.resize(950, 380)
    overview.set_network(RESNET34)
    overview.show()
    scene = overview.canvas.scene
    assert not overview.pin_action.isEnabled()
    pin = scene.gradient.pin_rect(scene.context(scene.places()[0])).center()
    qtbot.mouseClick(overview.canvas, LEFT, pos=pin.toPoint())
    assert scene.gradient.pinned is None


def test_stage_headers_say_channels_size_depth_and_cuts(overview: OverviewWidget) -> None:
    assert overview.state.stage_title(1)[0] == "layer1 · 64 ch · 56² · 3 blocks"
    assert overview.state.stage_title(4)[0] == "layer4 · 512 ch · 7² · 3 blocks"
    overview.set_gates({"layer4.1": Gate(0.0, 1.0)})
    assert overview.state.stage_title(4)[0].endswith("· 1 cut")
    overview.set_network(spec("resnet56"))
    assert overview.state.stage_title(2)[0] == "layer2 · 32 ch · 16² · 9 blocks"


def test_gates_show_before_they_are_measured(overview: OverviewWidget) -> None:
    overview.set_selected("layer2.1")
    overview.set_gates({"layer2.1": Gate(0.4, 1.0)})
    assert ("", "skip α 0.40") in overview.readout.pieces()
    share = overview.state.arc_shares()[index_of(overview, "layer2.1")]
    stats = overview.state.now.stats[index_of(overview, "layer2.1")]  # type: ignore[union-attr]
    through = 0.4 * stats.norm_shortcut
    assert share == pytest.approx(through / (through + stats.norm_branch))


def test_cut_arc_is_told_by_form_not_only_by_colour(overview: OverviewWidget) -> None:
    """The apex of an open arc is amber all along; a cut one has a gap around its ×."""
    name = "layer2.1"
    at = arc_of(overview, name)
    shortcut = overview.canvas.scene.style.color("shortcut")

    def near_apex() -> list[int]:
        """Distance in colour from the shortcut's of the pixels on either side of the apex."""
        image = overview.canvas.grab().toImage()
        ratio = overview.canvas.devicePixelRatioF()
        colours = [
            image.pixelColor(round((at.x() + dx) * ratio), round((at.y() + dy) * ratio))
            for dx in (-7, 7)
            for dy in (-1, 0, 1)
        ]
        return [abs(c.red() - shortcut.red()) + abs(c.blue() - shortcut.blue()) for c in colours]

    assert min(near_apex()) < 60
    overview.set_gates({name: Gate(0.0, 1.0)})
    assert min(near_apex()) > 60


def test_stale_hint_waits_and_leaves_at_once(qtbot: QtBot, overview: OverviewWidget) -> None:
    overview.set_stale(True)
    assert overview.readout.hint == ""
    overview.set_stale(False)  # quicker than the delay: never shown
    overview.set_stale(True)
    qtbot.waitUntil(lambda: overview.readout.hint == "measuring…", timeout=2000)
    overview.set_stale(False)
    assert overview.readout.hint == ""


# --- lanes ----------------------------------------------------------------------------------


def test_lanes_menu_shows_and_hides_and_tells(qtbot: QtBot, overview: OverviewWidget) -> None:
    assert overview.lanes == {"gradient", "forward", "backward"}
    with qtbot.waitSignal(overview.lanes_changed) as changed:
        overview.lane_actions["cost"].trigger()
    assert changed.args == [frozenset({"gradient", "forward", "backward", "cost"})]
    with qtbot.assertNotEmitted(overview.lanes_changed):
        overview.set_lanes({"gradient"})
    assert [p.lane.name for p in overview.canvas.scene.places()] == ["gradient"]
    assert not overview.lane_actions["cost"].isChecked()
    with pytest.raises(ValueError, match="'loss'"):
        overview.set_lanes({"loss"})


def test_lanes_that_do_not_fit_scroll_under_the_blocks(
    qtbot: QtBot, overview: OverviewWidget
) -> None:
    assert not overview.scroll_bar.isVisible()
    overview.resize(950, 300)
    overview.set_lanes({"gradient", "forward", "backward", "activation", "cost"})
    qtbot.waitUntil(overview.scroll_bar.isVisible)
    overview.scroll_bar.setValue(overview.scroll_bar.maximum())
    scene = overview.canvas.scene
    last = scene.context(scene.places()[-1])
    assert last.top + last.height <= overview.canvas.height() + 1
    # The chain of blocks stays where it was and stays clickable.
    with qtbot.waitSignal(overview.skip_clicked):
        qtbot.mouseClick(overview.canvas, LEFT, pos=arc_of(overview, "layer2.1"))


@pytest.mark.parametrize("lanes", [set(), {"cost"}, {"gradient", "activation"}])
def test_lanes_never_overlap_and_keep_their_order(
    overview: OverviewWidget, lanes: set[str]
) -> None:
    overview.set_lanes(lanes)
    places = overview.canvas.scene.places()
    assert {p.lane.name for p in places} == lanes
    tops = [overview.canvas.scene.lanes_top, *(p.top + p.height for p in places)]
    assert all(p.top >= end - 1e-6 for p, end in zip(places, tops, strict=False))
    overview.grab()


def test_hits_below_the_chain_are_columns(overview: OverviewWidget) -> None:
    scene = overview.canvas.scene
    for y in np.arange(scene.lanes_top + 1, overview.canvas.height(), 7.0):
        hit = scene.hit(scene.axis.centre(4), float(y))
        assert hit is not None
        assert hit.part is Part.COLUMN


def test_keyboard_zooms_around_the_selected_block(qtbot: QtBot) -> None:
    overview = shown(qtbot, spec("resnet110"))
    overview.set_selected("layer2.8")
    index = index_of(overview, "layer2.8")
    x = overview.canvas.scene.axis.centre(index)
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(overview.canvas, Qt.Key.Key_Plus, control)
    qtbot.keyClick(overview.canvas, Qt.Key.Key_Equal, control)
    assert overview.canvas.scene.axis.zoom == pytest.approx(1.25**2)
    assert overview.canvas.scene.axis.centre(index) == pytest.approx(x)
    qtbot.keyClick(overview.canvas, Qt.Key.Key_Minus, control)
    assert overview.canvas.scene.axis.zoom == pytest.approx(1.25)
