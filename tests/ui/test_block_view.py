"""The block view as a widget: links, keys, gates, empty states, names."""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pytest
from block_views import NETWORK, block_of, bottleneck, centre, hover, marks, show, wheel
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from snapshots import synthetic_snapshot

from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import BlockSpec
from resnet_viz.probe.snapshot import BlockMaps
from resnet_viz.ui.block_view.colour import BAD_COLOUR
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.panels import ROLES, Pixel
from resnet_viz.ui.block_view.segments import plain
from resnet_viz.ui.block_view.view import BlockView
from resnet_viz.ui.theme import DARK, THEMES

# The offscreen platform warns of each window that has a minimum size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


# --- selection and hover ------------------------------------------------------------------


def test_a_click_in_any_grid_selects_the_channel_in_all(qtbot: QtBot, view: BlockView) -> None:
    show(view)
    for role, channel in zip(ROLES, (3, 7, 1), strict=True):
        with qtbot.waitSignal(view.channel_changed) as signal:
            grid = view.sum_row.panes[role].grid
            qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=centre(view, role, channel))
        assert signal.args == [channel]
        assert view.channel == channel
        assert view.status.channel.text().startswith(f"channel {channel}")


def test_selecting_the_same_channel_again_says_nothing(qtbot: QtBot, view: BlockView) -> None:
    show(view)
    view.set_channel(4)
    with qtbot.assertNotEmitted(view.channel_changed):
        view.set_channel(4)


def test_a_channel_beyond_the_last_is_the_last(view: BlockView) -> None:
    show(view)
    view.set_channel(10_000)
    assert view.channel == 63
    view.set_channel(-5)
    assert view.channel == 0


def test_pointing_at_a_pixel_marks_it_in_all_three_and_writes_the_sum(view: BlockView) -> None:
    maps = show(view)
    grid = view.sum_row.panes["branch"].grid
    tile = grid.tile_rect(5)
    size = tile.width() / 8
    hover(grid, QPointF(tile.left() + 6.5 * size, tile.top() + 2.5 * size))
    assert marks(view) == [Pixel(5, 2, 6)] * 3
    text = view.status.pointer.text()
    assert text.startswith("channel 5, row 2, column 6")
    assert f"{float(maps.branch[5, 2, 6]):.3g}".replace("-", "−") in text
    QApplication.sendEvent(grid, QEvent(QEvent.Type.Leave))
    assert marks(view) == [None] * 3
    assert "wheel zooms" in view.status.pointer.text()


def test_the_figures_of_the_selected_channel_stay_while_pointing_elsewhere(
    view: BlockView,
) -> None:
    show(view)
    view.set_channel(2)
    grid = view.sum_row.panes["output"].grid
    hover(grid, grid.tile_rect(9).center())
    assert view.status.channel.text().startswith("channel 2")
    assert view.status.pointer.text().startswith("channel 9")


# --- order and keys -----------------------------------------------------------------------


def test_arrow_keys_follow_the_sorted_order(qtbot: QtBot, view: BlockView) -> None:
    maps = show(view)
    view.controls.sort.choose("gradient")
    order = np.argsort(-maps.grad_out, kind="stable").tolist()
    view.set_channel(order[0])
    visited = []
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Down)
        visited.append(view.channel)
    assert visited == order[1:4]
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.channel == order[2]
    view.next_channel()
    view.previous_channel()
    assert view.channel == order[2]
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.channel == order[-1]
    view.next_channel()
    assert view.channel == order[-1]
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.channel == order[0]


def test_left_and_right_are_left_to_the_window(qtbot: QtBot) -> None:
    keys = []

    class Window(QWidget):
        def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
            keys.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    view = BlockView(window)
    show(view)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Escape, Qt.Key.Key_S):
        qtbot.keyClick(view.sum_row.panes["shortcut"].grid, key)
    assert keys == [Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Escape, Qt.Key.Key_S]


def test_stepping_out_of_sight_scrolls_all_three(qtbot: QtBot, view: BlockView) -> None:
    show(view)
    grids = [view.sum_row.panes[role].grid for role in ROLES]
    assert grids[0].tiles is not None
    assert grids[0].tiles.last_first_row > 0
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert {g.first_row for g in grids} == {grids[0].tiles.last_first_row}
    view.set_channel(0)
    assert {g.first_row for g in grids} == {0}


def test_shift_wheel_page_keys_and_bar_scroll_all_three(qtbot: QtBot, view: BlockView) -> None:
    show(view)
    grids = [view.sum_row.panes[role].grid for role in ROLES]
    shift = Qt.KeyboardModifier.ShiftModifier
    wheel(grids[1], grids[1].rect().toRectF().center(), -120, shift)
    assert [g.first_row for g in grids] == [1, 1, 1]
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert len({g.first_row for g in grids}) == 1
    assert grids[0].first_row > 1
    view.sum_row.bars["output"].setValue(0)
    assert [g.first_row for g in grids] == [0, 0, 0]
    assert view.sum_row.bars["output"].isVisible()
    assert not view.sum_row.bars["branch"].isVisible()


# --- gates, bad values, empty states ------------------------------------------------------


def test_a_cut_skip_is_seen_in_equation_and_caption(view: BlockView) -> None:
    show(view, gate=Gate(skip=0.0))
    assert view.header.formula.text().startswith("y = ReLU( [off: x] + F(x) )")
    assert "cut: adds nothing" in view.sum_row.panes["shortcut"].caption.text()
    show(view, gate=Gate(main=0.0))
    assert "dropped: adds nothing" in view.sum_row.panes["branch"].caption.text()
    show(view)
    assert view.header.formula.text().startswith("y = ReLU( x + F(x) )")


def test_values_that_are_not_finite_are_counted_and_coloured(view: BlockView) -> None:
    maps = show(view)
    branch = maps.branch.copy()
    branch[0, 1:3, 2:5] = np.nan
    branch[1, 0, 0] = np.inf
    show(view, maps=dataclasses.replace(maps, branch=branch))
    assert "7 NaN or ∞" in view.sum_row.panes["branch"].bar.text()
    assert "NaN" not in view.sum_row.panes["shortcut"].bar.text()
    grid = view.sum_row.panes["branch"].grid
    image = grid.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    tile = grid.tile_rect(0)
    size = tile.width() / 8
    spot = QPoint(int(tile.left() + 3.5 * size), int(tile.top() + 1.5 * size))
    assert image.pixelColor(spot).name().upper() == BAD_COLOUR


def test_a_map_of_nothing_but_nan_can_be_selected_and_opened(view: BlockView) -> None:
    maps = show(view)
    show(view, maps=dataclasses.replace(maps, out=np.full_like(maps.out, np.nan)))
    view.resize(1600, 450)
    view.set_channel(3)
    view.magnify()
    assert view.sum_row.panes["output"].big.prints_values
    view.grab()
    assert "64 NaN or ∞" in view.sum_row.panes["output"].bar.text()


def test_without_a_block_the_view_says_how_to_choose_one(view: BlockView) -> None:
    assert view.hint.isVisible()
    assert "Click a square F" in view.hint.text()
    assert not view.sum_row.isVisible()
    show(view)
    assert not view.hint.isVisible()
    assert view.sum_row.isVisible()
    view.set_block(None)
    assert view.hint.isVisible()


def test_figures_come_before_maps_and_maps_are_awaited_in_words(view: BlockView) -> None:
    snapshot = synthetic_snapshot(NETWORK)
    block = block_of(NETWORK, "layer3.1")
    view.set_block(block, "post", "relu", snapshot.block("layer3.1"), None)
    assert "‖F(x)‖" in view.header.formula.text()
    assert all(view.sum_row.panes[r].figures.text() == "measuring…" for r in ROLES)
    view.magnify()
    assert not view.is_magnified
    view.set_block(block, "post", "relu")
    assert "measuring…" in view.header.formula.text()
    view.next_channel()
    view.grab()


def test_a_new_measurement_of_the_block_keeps_channel_scroll_and_size(view: BlockView) -> None:
    show(view)
    view.sum_row.zoom(1)
    view.set_channel(50)
    before = (view.sum_row.panes["branch"].grid.first_row, view.sum_row.panes["branch"].grid.tiles)
    assert before[0] > 0
    show(view, gate=Gate(skip=0.0))
    grid = view.sum_row.panes["branch"].grid
    assert (view.channel, grid.first_row, grid.tiles) == (50, *before)


def test_2048_channels_are_shown_and_reached(view: BlockView) -> None:
    rng = np.random.default_rng(0)
    block = BlockSpec("layer4.1", 4, "bottleneck", 2048, 512, 2048, 1, "identity")
    tensor = np.abs(rng.normal(size=(2048, 7, 7))).astype(np.float32)
    gradient = rng.random(2048).astype(np.float32)
    maps = BlockMaps(tensor, tensor, tensor, tensor, {}, gradient, gradient, gradient)
    view.set_block(block, "post", "relu", None, maps)
    view.set_channel(2047)
    tiles = view.sum_row.panes["output"].grid.tiles
    assert tiles is not None
    assert tiles.tile[0] >= 28
    assert view.controls.rows.text().endswith("2048 of 2048 channels")
    grid = view.sum_row.panes["output"].grid
    assert grid.rect().contains(grid.tile_rect(2047).center().toPoint())
    assert not view.controls.inner.isEnabled()


# --- looks, names, housekeeping -----------------------------------------------------------


@pytest.mark.parametrize("theme", list(THEMES))
def test_every_theme_paints_on_its_own_card(view: BlockView, theme: str) -> None:
    show(view)
    view.set_theme(THEMES[theme])  # type: ignore[index]
    image = view.grab().toImage()
    assert image.pixelColor(60, 2).name() == THEMES[theme].card.lower()  # type: ignore[index]


def test_all_controls_fit_the_smallest_window_in_light_and_dark(view: BlockView) -> None:
    view.set_theme(DARK)
    show(view)
    QApplication.processEvents()
    right = max(b.geometry().right() for b in view.controls.findChildren(QToolButton))
    assert right < view.controls.width()
    assert view.width() == 950
    assert view.height() == 260
    assert plain(view.header.formula.shown()).startswith("y = ReLU")
    assert "cos" in plain(view.header.formula.shown())


def test_every_control_can_be_reached_by_keyboard_and_has_a_name(view: BlockView) -> None:
    bottleneck(view)
    view.controls.inner.click()
    for button in view.findChildren(QToolButton):
        assert button.accessibleName(), button.text()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus, button.text()
    for role in ROLES:
        pane = view.sum_row.panes[role]
        assert pane.grid.accessibleName()
        assert pane.bar.accessibleName()
        assert view.sum_row.bars[role].accessibleName()
    for label in view.findChildren(LineLabel):
        assert label.accessibleName() == label.text()


def test_a_menu_entry_chosen_by_hand_changes_the_order(view: BlockView) -> None:
    show(view)
    menu = view.controls.sort.menu()
    next(a for a in menu.actions() if "gradient" in a.text()).trigger()
    assert view.controls.sort.value == "gradient"
    assert [a.text() for a in menu.actions() if a.isChecked()] == ["gradient ‖∂L/∂y‖"]


def test_painting_keeps_the_reference_count_of_none(view: BlockView) -> None:
    """PySide6 6.12.0 lost one at every call of QPainter that returns nothing."""
    show(view)
    view.grab()
    before = sys.getrefcount(None)
    for _ in range(20):
        view.grab()
    assert abs(sys.getrefcount(None) - before) < 20


def test_a_scale_pinned_before_the_maps_came_is_that_of_the_first_ones(view: BlockView) -> None:
    snapshot = synthetic_snapshot(NETWORK)
    block = block_of(NETWORK, "layer3.1")
    view.set_block(block, "post", "relu", snapshot.block("layer3.1"), None)
    view.controls.pin.click()
    maps = show(view)
    first = view.sum_row.panes["output"].bar.text()
    assert "pinned" in first
    show(view, maps=dataclasses.replace(maps, shortcut=100 * maps.shortcut))
    assert view.sum_row.panes["output"].bar.text() == first


def test_the_gradient_of_the_selected_channel_is_written(view: BlockView) -> None:
    maps = show(view)
    view.set_channel(7)
    value = f"{float(maps.grad_out[7]):.3g}"
    assert view.status.channel.text().endswith(f"‖∂L/∂y‖ {value}")


def test_enter_on_a_control_does_not_open_a_map(qtbot: QtBot, view: BlockView) -> None:
    show(view)
    view.activateWindow()
    view.controls.pin.setFocus()
    qtbot.waitUntil(view.controls.pin.hasFocus)
    qtbot.keyClick(view.controls.pin, Qt.Key.Key_Return)
    assert not view.is_magnified
    view.sum_row.panes["shortcut"].grid.setFocus()
    qtbot.keyClick(view.sum_row.panes["shortcut"].grid, Qt.Key.Key_Return)
    assert view.is_magnified


def limit_of(view: BlockView) -> float:
    panel = view.sum_row.panes["output"].panel
    assert panel is not None
    assert isinstance(panel.scale.limit, float)
    return panel.scale.limit


def test_limits_pinned_under_another_scope_do_not_come_back(view: BlockView) -> None:
    maps = show(view)
    view.controls.pin.click()
    before = limit_of(view)
    view.controls.scope.choose("tensor")
    show(
        view,
        maps=dataclasses.replace(
            maps, shortcut=0.1 * maps.shortcut, branch=0.1 * maps.branch, out=0.1 * maps.out
        ),
    )
    view.controls.scope.choose("shared")
    assert limit_of(view) == pytest.approx(0.1 * before, rel=1e-3)
    assert "pinned" in view.sum_row.panes["output"].bar.text()


def test_the_selected_channel_is_framed_in_all_three(view: BlockView) -> None:
    show(view)
    view.set_channel(5)
    for role in ROLES:
        grid = view.sum_row.panes[role].grid
        image = grid.grab().toImage()
        framed = [
            channel
            for channel in range(16)
            if image.pixelColor(
                int(grid.tile_rect(channel).center().x()), int(grid.tile_rect(channel).bottom())
            ).name()
            == THEMES["light"].text.lower()
        ]
        assert framed == [5]


def test_the_line_over_a_closed_path_is_dashed(view: BlockView) -> None:
    def colours() -> set[str]:
        image = view.sum_row.panes["shortcut"].top.grab().toImage()
        return {image.pixelColor(x, 1).name() for x in range(100)}

    show(view)
    assert colours() == {THEMES["light"].shortcut.lower()}
    show(view, gate=Gate(skip=0.0))
    assert THEMES["light"].shortcut.lower() not in colours()
    assert len(colours()) == 2


def test_tiny_values_are_printed_as_multiples_of_a_power_of_ten(view: BlockView) -> None:
    maps = show(view)
    show(view, maps=dataclasses.replace(maps, branch=np.full_like(maps.branch, 3.2e-7)))
    view.resize(1600, 450)
    view.magnify()
    assert "values ×10⁻⁷" in view.sum_row.panes["branch"].caption.text()
    assert "values" not in view.sum_row.panes["shortcut"].caption.text()
