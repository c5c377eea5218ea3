"""The low overview: blocks alone, drawn in whatever height there is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot
from snapshots import synthetic_snapshot

from resnet_viz.models.specs import spec
from resnet_viz.ui.overview.compact import CompactCanvas
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.theme import THEMES, Theme

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def shown(
    qtbot: QtBot, network: str, theme: Theme, height: int, *, labelled: bool
) -> CompactCanvas:
    state = OverviewState()
    state.set_network(spec(network))
    state.set_now(synthetic_snapshot(spec(network)))
    canvas = CompactCanvas(state, Style(theme), labelled=labelled)
    qtbot.addWidget(canvas)
    canvas.scene.axis = BlockAxis(spec(network).depths)
    canvas.resize(1000, height or canvas.minimumHeight())
    canvas.show()
    qtbot.waitExposed(canvas)
    return canvas


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
@pytest.mark.parametrize("network", ["resnet18", "resnet56", "resnet110", "resnet1202"])
@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("height", [0, 200])
def test_arcs_and_squares_lie_between_header_and_edge(
    qtbot: QtBot, theme: Theme, network: str, labelled: bool, height: int
) -> None:
    canvas = shown(qtbot, network, theme, height, labelled=labelled)
    chain = canvas.scene.chain
    assert chain.header_top + chain.header_height < chain.arc_base - chain.arc_height
    assert chain.arc_height >= 12
    assert chain.line_y + chain.square / 2 <= canvas.height() - 2
    if labelled:
        assert chain.label_y + canvas.scene.style.row <= canvas.height() + 2
    assert canvas.scene.places() == []
    canvas.grab()


def test_arc_is_clicked_as_in_the_large_overview(qtbot: QtBot) -> None:
    canvas = shown(qtbot, "resnet56", THEMES["light"], 0, labelled=True)
    chain = canvas.scene.chain
    at = QPoint(round(chain.axis.centre(7)), round(chain.arc_base - chain.arc_height) + 1)
    with qtbot.waitSignal(canvas.skip_clicked) as clicked:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert clicked.args == ["layer1.7"]


def test_shown_hover_and_selection_are_not_told(qtbot: QtBot) -> None:
    canvas = shown(qtbot, "resnet56", THEMES["light"], 0, labelled=True)
    with (
        qtbot.assertNotEmitted(canvas.block_hovered),
        qtbot.assertNotEmitted(canvas.block_selected),
    ):
        canvas.show_hovered(5)
        canvas.show_selected(6)
    assert (canvas.state.hovered, canvas.state.selected) == (5, 6)
