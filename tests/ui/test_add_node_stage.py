"""One addition on stage: the block that the lecture names, in the room that a slide gives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import FakeClient
from lab_stages import NARROW, SETTINGS, WIDE, on_stage
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from resnet_viz.lab.settings import SIDES, LabSettings
from resnet_viz.lecture.views import AddNode
from resnet_viz.ui.stage.add_node_stage import AddNodeStage


def shown(
    qtbot: QtBot, view: AddNode, size: tuple[int, int] = WIDE
) -> tuple[AddNodeStage, FakeClient]:
    stage, client = on_stage(qtbot, view, size)
    assert isinstance(stage, AddNodeStage)
    client.answer_pair()
    return stage, client


def test_the_named_block_is_opened_and_told(qtbot: QtBot) -> None:
    stage, _ = shown(qtbot, AddNode(SETTINGS, "layer2.1"))
    assert stage.complete
    assert stage.session.measured is not None
    stats = stage.session.measured.residual.block("layer2.1")
    facts = stage.facts()
    assert facts["block"].text == "layer2.1"
    assert facts["norm_y"].value == stats.norm_out
    assert "layer2.1" in stage.node.title.text()
    assert stage.data()["grad_in_residual"].tolist() == [stats.grad_in]
    assert stage.caption().startswith("layer2.1 of ResNet-20")
    assert stage.view == AddNode(SETTINGS, "layer2.1")


def test_without_a_name_the_first_block_is_opened(qtbot: QtBot) -> None:
    stage, _ = shown(qtbot, AddNode(SETTINGS))
    assert stage.facts()["block"].text == "layer1.0"


def test_another_block_of_the_same_pair_comes_without_measuring(qtbot: QtBot) -> None:
    stage, client = shown(qtbot, AddNode(SETTINGS, "layer2.1"))
    with qtbot.waitSignal(stage.facts_changed):
        stage.show_view(AddNode(SETTINGS, "layer3.2"))
    assert stage.complete
    assert len(client.pairs) == 1
    assert stage.facts()["block"].text == "layer3.2"


def test_a_cut_skip_is_measured_and_a_step_back_is_not(qtbot: QtBot) -> None:
    stage, client = shown(qtbot, AddNode(SETTINGS, "layer2.1"))
    stage.show_view(AddNode(replace(SETTINGS, cut={"layer2.1"}), "layer2.1"))
    assert not stage.complete
    assert stage.facts() == {}
    client.answer_pair()
    assert stage.facts()["share_x"].value == 0.0
    stage.show_view(AddNode(SETTINGS, "layer2.1"))
    qtbot.waitUntil(lambda: stage.complete)
    assert len(client.pairs) == 2


def test_a_block_of_a_network_that_is_not_measured_yet_waits_for_it(qtbot: QtBot) -> None:
    stage, client = shown(qtbot, AddNode(SETTINGS, "layer2.1"))
    stage.show_view(AddNode(LabSettings(network="resnet32", batch="noise"), "layer2.4"))
    client.answer_pair()
    assert stage.facts()["block"].text == "layer2.4"


@pytest.mark.parametrize(("size", "both"), [(WIDE, True), (NARROW, True), ((590, 380), False)])
def test_both_networks_stand_over_one_another_where_there_is_room(
    qtbot: QtBot, size: tuple[int, int], both: bool
) -> None:
    stage, _ = shown(qtbot, AddNode(SETTINGS, "layer2.1"), size)
    panels = [stage.node.panels[side] for side in SIDES]
    assert panels[0].isVisible()
    assert panels[1].isVisible() == both
    for panel in panels[: 1 + both]:
        top = panel.mapTo(stage, QPoint(0, 0))
        assert top.y() + panel.height() <= size[1]
        assert top.x() + panel.width() <= size[0]
        assert panel.height() >= panel.minimumHeight()
    assert not any(button.isVisible() for button in stage.node.buttons.values())
    stage.set_controls(True)
    assert all(button.isVisible() != both for button in stage.node.buttons.values())
