"""Zooming the grids of the block view, and its large maps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from block_views import centre, show, wheel
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from resnet_viz.ui.block_view.panels import ROLES
from resnet_viz.ui.block_view.view import BlockView

# The offscreen platform warns of each window that has a minimum size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_the_wheel_zooms_all_three_and_keeps_the_row(view: BlockView) -> None:
    show(view)
    grid = view.sum_row.panes["branch"].grid
    assert grid.tiles is not None
    before = grid.tiles.tile[0]
    wheel(grid, QPointF(5, 5), 120)
    sizes = {view.sum_row.panes[role].grid.tiles.tile for role in ROLES}  # type: ignore[union-attr]
    assert len(sizes) == 1
    assert sizes.pop()[0] > before
    for _ in range(30):
        wheel(grid, QPointF(5, 5), -120)
    assert grid.tiles.tile[0] < before
    assert grid.tiles.last_first_row == 0


def test_small_turns_of_a_touchpad_add_up(view: BlockView) -> None:
    show(view)
    grid = view.sum_row.panes["output"].grid
    before = grid.tiles
    for _ in range(3):
        wheel(grid, QPointF(5, 5), 30)
    assert grid.tiles == before
    wheel(grid, QPointF(5, 5), 30)
    assert grid.tiles != before


def test_a_double_click_opens_one_map_and_another_or_escape_returns(
    qtbot: QtBot, view: BlockView
) -> None:
    show(view)
    grid = view.sum_row.panes["output"].grid
    qtbot.mouseDClick(grid, Qt.MouseButton.LeftButton, pos=centre(view, "output", 6))
    assert view.is_magnified
    assert view.channel == 6
    assert view.controls.open.isChecked()
    assert "channel 6" in view.sum_row.panes["branch"].caption.text()
    big = view.sum_row.panes["branch"].big
    assert big.isVisible()
    qtbot.mouseDClick(big, Qt.MouseButton.LeftButton, pos=QPoint(140, 60))
    assert not view.is_magnified
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert view.is_magnified
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not view.is_magnified
    assert view.sum_row.panes["output"].grid.isVisible()


def test_zooming_a_large_map_shows_the_same_part_of_all_three_with_values(
    view: BlockView,
) -> None:
    show(view)
    view.magnify()
    bigs = [view.sum_row.panes[role].big for role in ROLES]
    assert not any(big.prints_values for big in bigs)
    assert "whole map" in view.controls.rows.text()
    wheel(bigs[0], QPointF(bigs[0].rect().center()), 120)
    assert all(big.prints_values for big in bigs)
    assert len({big.view for big in bigs}) == 1
    assert bigs[0].view is not None
    assert "rows" in view.controls.rows.text()
    top = bigs[0].view.row
    wheel(bigs[1], QPointF(5, 5), -120, Qt.KeyboardModifier.ShiftModifier)
    assert {big.view.row for big in bigs if big.view} == {min(top + 1, 8 - bigs[0].view.rows)}
    wheel(bigs[0], QPointF(5, 5), -120)
    assert "whole map" in view.controls.rows.text()


def test_printed_values_are_drawn_on_the_map(view: BlockView) -> None:
    maps = show(view)
    flat = dataclasses.replace(maps, branch=np.full_like(maps.branch, 0.5))
    show(view, maps=flat)
    view.resize(1600, 450)
    view.magnify()
    big = view.sum_row.panes["branch"].big
    assert big.prints_values
    QApplication.processEvents()
    image = big.grab().toImage()
    assert big.view is not None
    cell = big.view.cell
    colours = {
        image.pixel(big.view.left + x, y) for x in range(1, cell - 1) for y in range(1, cell - 1)
    }
    assert len(colours) > 2  # one colour for a flat map, more with type on it
