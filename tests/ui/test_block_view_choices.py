"""What can be chosen in the block view: order, scale, modules, links."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from block_views import bottleneck, centre, hover, marks, show
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from resnet_viz.ui.block_view.panels import ROLES
from resnet_viz.ui.block_view.segments import plain
from resnet_viz.ui.block_view.view import BlockView

# The offscreen platform warns of each window that has a minimum size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_after_sorting_the_first_channels_are_in_sight(view: BlockView) -> None:
    maps = show(view)
    view.set_channel(40)
    view.controls.sort.choose("energy_branch")
    grid = view.sum_row.panes["branch"].grid
    assert grid.first_row == 0
    strongest = int(np.argmax(np.linalg.norm(maps.branch.reshape(64, -1), axis=1)))
    pixel = grid.pixel_at(QPointF(grid.tile_rect(strongest).center()))
    assert pixel is not None
    assert pixel.channel == strongest
    assert "energy ‖F(x)‖" in view.controls.sort.text()


def test_the_scope_of_the_scale_is_always_printed(view: BlockView) -> None:
    show(view)
    expected = {"shared": "shared by x, F, y", "tensor": "own scale", "map": "here channel 0"}
    for scope, words in expected.items():
        view.controls.scope.choose(scope)
        for role in ROLES:
            assert words in view.sum_row.panes[role].bar.text()


def test_a_pinned_scale_survives_a_cut_and_is_released(view: BlockView) -> None:
    maps = show(view)
    view.controls.pin.click()
    ends = view.sum_row.panes["output"].bar.text().split("  ")[0].lstrip("0 …≥")
    weak = dataclasses.replace(
        maps, shortcut=0.01 * maps.shortcut, branch=0.01 * maps.branch, out=0.01 * maps.out
    )
    show(view, maps=weak)
    text = view.sum_row.panes["output"].bar.text()
    assert "pinned" in text
    assert ends in text
    view.controls.pin.click()
    assert "pinned" not in view.sum_row.panes["output"].bar.text()
    assert ends not in view.sum_row.panes["output"].bar.text()


def test_changing_the_scope_pins_the_new_scale(view: BlockView) -> None:
    show(view)
    view.controls.pin.click()
    view.controls.scope.choose("tensor")
    assert all("pinned" in view.sum_row.panes[role].bar.text() for role in ROLES)


def test_the_chips_show_each_module_and_say_when_the_link_is_off(
    qtbot: QtBot, view: BlockView
) -> None:
    maps = bottleneck(view)
    assert not view.strip.isVisible()
    view.controls.inner.click()
    assert view.strip.isVisible()
    assert list(view.strip.chips) == ["conv1", "bn1", "conv2", "conv3", ""]
    view.strip.chips["conv2"].click()
    pane = view.sum_row.panes["branch"]
    assert pane.panel is not None
    assert pane.panel.tensor is maps.inner["conv2"]
    assert "after conv2" in pane.caption.text()
    assert "not linked" in pane.caption.text()
    assert "conv2" in view.strip.note.text()
    view.set_channel(3)
    qtbot.mouseClick(pane.grid, Qt.MouseButton.LeftButton, pos=centre(view, "branch", 8))
    assert view.channel == 3
    hover(pane.grid, pane.grid.tile_rect(8).center())
    assert [mark is not None for mark in marks(view)] == [False, True, False]
    view.strip.chips["conv3"].click()
    assert view.strip.note.text() == ""
    hover(pane.grid, pane.grid.tile_rect(1).center())
    assert all(marks(view))
    view.controls.inner.click()
    assert not view.strip.isVisible()
    assert plain(pane.caption.shown()) == "F(x)  main path"


def test_an_unlinked_grid_scrolls_and_steps_alone(qtbot: QtBot, view: BlockView) -> None:
    bottleneck(view)
    view.controls.inner.click()
    view.strip.chips["conv2"].click()
    branch, output = (view.sum_row.panes[r].grid for r in ("branch", "output"))  # type: ignore[index]
    assert view.sum_row.bars["branch"].isVisible()
    view.sum_row.bars["branch"].setValue(2)
    assert (branch.first_row, output.first_row) == (2, 0)
    branch.setFocus()
    qtbot.waitUntil(branch.hasFocus)
    qtbot.keyClick(branch, Qt.Key.Key_Down)
    assert view.channel == 0


def test_the_raw_input_can_be_shown_where_the_shortcut_changes_it(view: BlockView) -> None:
    maps = bottleneck(view)
    assert view.controls.raw.isEnabled()
    view.controls.raw.click()
    pane = view.sum_row.panes["shortcut"]
    assert pane.panel is not None
    assert pane.panel.tensor is maps.x
    assert "raw input" in pane.caption.text()
    show(view)  # an identity shortcut: nothing to tell apart
    assert not view.controls.raw.isEnabled()
    assert pane.panel is not None
    assert pane.panel.name == "shortcut"
