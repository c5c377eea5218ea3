"""A block opened: what its rows say, where they lie, and how they are chosen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot
from snapshot_stages import SIZES, staged

from resnet_viz.analysis.block_layers import opened
from resnet_viz.errors import UserError
from resnet_viz.lecture.views import Anatomy
from resnet_viz.models.specs import spec
from resnet_viz.ui.anatomy.layout import band_width
from resnet_viz.ui.anatomy.rows import reckoning, rows_of
from resnet_viz.ui.anatomy.widget import AnatomyWidget
from resnet_viz.ui.stage.anatomy_stage import AnatomyStage
from resnet_viz.ui.stage.stage_theme import stage_theme
from resnet_viz.ui.theme import LIGHT

VIEWS = [
    Anatomy(network="resnet18"),
    Anatomy(network="resnet20", block="layer2.0", order="pre"),
    Anatomy(network="resnet50"),
    Anatomy(network="resnet152", block="layer4.0"),
    Anatomy(network="resnet50", block="layer2.0", order="pre", norm="none", activation="tanh"),
    Anatomy(network="resnext50_32x4d", block="layer3.0", norm="group"),
]


def shown(qtbot: QtBot, view: Anatomy, *, height: int = 720, half: bool = False) -> AnatomyStage:
    stage, _ = staged(qtbot, view, height=height, half=half)
    assert isinstance(stage, AnatomyStage)
    stage.anatomy.resize(stage.size())
    return stage


# --- rows -------------------------------------------------------------------------------------


def test_rows_follow_the_sum_from_x_to_y() -> None:
    network = spec("resnet50")
    rows = rows_of(network, opened(network, "layer2.0"))
    assert [row.label for row in rows] == [
        "x", "conv 1×1", "batch norm", "ReLU", "conv 3×3 /2", "batch norm", "ReLU", "conv 1×1",
        "batch norm", "conv 1×1 /2", "batch norm", "W·x + F(x)", "ReLU", "y",
    ]  # fmt: skip
    assert rows[0].shape_text == "256 × 56 × 56"
    assert rows[-1].shape_text == "512 × 28 × 28"
    assert rows[-1].parameters == sum(row.parameters for row in rows[:-1])
    assert rows[-1].macs == sum(row.macs for row in rows[:-1])


def test_a_convolution_is_reckoned_factor_by_factor() -> None:
    network = spec("resnext50_32x4d")
    rows = rows_of(network, opened(network, "layer1.1"))
    grouped = next(row for row in rows if row.label == "conv 3×3")
    said = reckoning(grouped)[0]
    assert said == (
        "conv2: 3 · 3 · 128 / 32 · 128 = 4,608 weights,  at 56 · 56 places = "
        "14,450,688 multiply-adds"
    )
    assert 3 * 3 * 128 // 32 * 128 == 4_608
    assert 4_608 * 56 * 56 == 14_450_688


def test_what_learns_nothing_says_so() -> None:
    network = spec("resnet20")
    rows = rows_of(network, opened(network, "layer2.0"))
    padded = next(row for row in rows if row.label == "zero pad /2")
    assert reckoning(padded)[0] == "every 2nd pixel, 16 more channels of zeros: nothing is learnt"
    assert padded.parameters == padded.macs == 0


# --- places -----------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: f"{v.network}-{v.block}-{v.order}")
@pytest.mark.parametrize("height", [720, 1080])
@pytest.mark.parametrize("half", [False, True])
def test_nothing_overlaps_and_nothing_is_too_small(
    qtbot: QtBot, view: Anatomy, height: int, half: bool
) -> None:
    widget = shown(qtbot, view, height=height, half=half).anatomy
    assert widget.size().toTuple() == SIZES[height][half]
    sheet = widget.sheet
    columns, wording = sheet.columns, sheet.columns.wording
    least = stage_theme(LIGHT, height).small_px
    assert sheet.style.small.pixelSize() >= least
    metrics = QFontMetricsF(sheet.style.bold)
    labels_end = columns.label + max(
        metrics.horizontalAdvance(wording.label(r)) for r in sheet.rows
    )
    lefts = [end - width for end, width in zip(columns.ends, columns.widths, strict=True)]
    assert labels_end <= lefts[0]
    assert columns.ends[0] < lefts[1] < columns.ends[1] < lefts[2]
    assert columns.ends[2] <= widget.width()
    symbol = metrics.horizontalAdvance(sheet.symbol)
    assert columns.lane - symbol / 2 >= 0
    assert columns.lane + symbol / 2 <= columns.centre - columns.band / 2
    assert sheet.pitch >= sheet.style.metrics.height()
    assert sheet.top + len(sheet.rows) * sheet.pitch + sheet.style.row <= widget.height()


def test_a_wide_place_writes_every_digit(qtbot: QtBot) -> None:
    wide = shown(qtbot, VIEWS[0]).anatomy.sheet.columns.wording
    narrow = shown(qtbot, VIEWS[0], half=True).anatomy.sheet.columns.wording
    assert wide.cost(115_605_504) == "115,605,504"
    assert narrow.cost(115_605_504) == "116 M"


def test_the_band_is_as_wide_as_its_channels() -> None:
    assert band_width(256, 256, 120.0) == 120.0
    assert band_width(64, 256, 120.0) == 30.0
    assert band_width(1, 2048, 120.0) > 5.0  # never a line that nobody sees


def test_it_paints_what_differs(qtbot: QtBot) -> None:
    pictures = []
    for view in VIEWS:
        image = shown(qtbot, view).grab().toImage()
        pictures.append(bytes(image.constBits()))
    assert len(set(pictures)) == len(VIEWS)


# --- choosing ---------------------------------------------------------------------------------


def test_a_click_explains_a_row_until_the_script_comes_back(qtbot: QtBot) -> None:
    stage = shown(qtbot, VIEWS[0])
    widget = stage.anatomy
    assert widget.rows[widget.selected].label == "conv 3×3"
    with qtbot.waitSignal(stage.changed_by_hand):
        at = QPoint(300, round(widget.sheet.middle(2)))
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)
    assert widget.rows[widget.selected].label == "batch norm"
    assert "128 parameters" in widget.accessibleDescription()
    stage.show_view(VIEWS[0])
    assert widget.selected == 1


def test_keys_walk_the_rows_and_stop_at_both_ends(qtbot: QtBot) -> None:
    widget = AnatomyWidget()
    qtbot.addWidget(widget)
    network = spec("resnet20")
    widget.show_block(network, opened(network, "layer1.0"))
    for _ in range(20):
        qtbot.keyClick(widget, Qt.Key.Key_Down)
    assert widget.selected == len(widget.rows) - 1
    for _ in range(20):
        qtbot.keyClick(widget, Qt.Key.Key_Up)
    assert widget.selected == 0


# --- as a stage -------------------------------------------------------------------------------


def test_it_needs_no_measurement(qtbot: QtBot) -> None:
    stage, client = staged(qtbot, Anatomy(network="resnet50"))
    assert stage.complete
    assert client.loads == []
    assert stage.facts()["block"].text == "layer1.1"  # the first with an identity shortcut
    assert stage.data()["parameters"].sum() == 70_400


def test_a_step_opens_another_block(qtbot: QtBot) -> None:
    stage = shown(qtbot, Anatomy(network="resnet18"))
    with qtbot.waitSignal(stage.facts_changed):
        stage.show_view(Anatomy(network="resnet50", order="pre"))
    assert stage.facts()["convs"].value == 3
    assert stage.view == Anatomy(network="resnet50", order="pre")


def test_a_pre_activation_preset_stays_one(qtbot: QtBot) -> None:
    stage = shown(qtbot, Anatomy(network="preresnet20"))
    assert [row.label for row in stage.anatomy.rows][1] == "batch norm"


def test_a_network_that_does_not_exist_is_told() -> None:
    with pytest.raises(UserError, match="resnet17"):
        Anatomy(network="resnet17")
