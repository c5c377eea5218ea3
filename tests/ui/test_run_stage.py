"""A recorded run on stage: figures, steps of the script, scrubbing, a curve that is guessed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeClient
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from recorded_runs import duel_facts, write_run
from run_stages import NARROW, WIDE, run_on_stage

from resnet_viz.errors import UserError
from resnet_viz.lecture.run_facts import run_facts
from resnet_viz.lecture.views import Run, RunPart
from resnet_viz.runs.reader import RunReader
from resnet_viz.ui.stage.chart_grid import stands
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.held_out_curves import HeldOutCurves
from resnet_viz.ui.stage.run_stage import RunStage
from resnet_viz.ui.theme import THEMES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_run(tmp_path / "duel")
    write_run(tmp_path / "alone", duel_facts("Alone", rival=None), n_steps=300)
    return tmp_path


def guessing(stage: RunStage) -> HeldOutCurves:
    found = stage.predictable()
    assert isinstance(found, HeldOutCurves)
    return found


# --- what is shown ----------------------------------------------------------------------------


def test_a_run_is_read_by_itself_and_its_figures_are_those_recorded(
    qtbot: QtBot, folder: Path
) -> None:
    stage = RunStage(Run("duel"), StageEngine(FakeClient()), folder)  # type: ignore[arg-type]
    qtbot.addWidget(stage)
    assert not stage.complete
    assert stage.facts() == {}
    with qtbot.waitSignal(stage.complete_changed):
        pass
    reader = RunReader(folder / "duel")
    reader.read_all()
    assert stage.facts() == run_facts(reader, None, stage.charts.width_of_mean)
    held_out = reader.evaluations("rival")
    assert stage.facts()["loss_rival"].value == held_out.loss[-1]
    assert "ResNet-20 and plain-20 · Shapes" in stage.caption()
    assert stage.view == Run("duel")


def test_a_run_that_is_not_there_is_told_at_once(qtbot: QtBot, folder: Path) -> None:
    with pytest.raises(UserError, match="is not there"):
        RunStage(Run("nothing"), StageEngine(FakeClient()), folder)  # type: ignore[arg-type]


def test_the_means_told_are_those_that_are_drawn(qtbot: QtBot, folder: Path) -> None:
    stage = run_on_stage(qtbot, Run("duel", step=200, smoothing=51), folder)
    rows = {row.line.name: row.value for row in stage.charts.cards["loss"].values.rows()}
    assert rows["ResNet-20, train"] == stage.facts()["train_loss_network"].text
    assert rows["plain-20, held-out"] == stage.facts()["loss_rival"].text


def test_charts_stand_in_the_order_of_the_parts(qtbot: QtBot, folder: Path) -> None:
    stage = run_on_stage(qtbot, Run("duel", parts=("accuracy", "loss", "lr")), folder)
    left = [card.mapTo(stage, QPoint(0, 0)).x() for card in stage.charts.cards.values()]
    assert list(stage.charts.cards) == ["accuracy", "loss", "lr"]
    assert left == sorted(left)
    assert stage.charts.board.heat.isHidden()


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("theme", THEMES)
def test_nothing_overlaps_and_no_type_is_too_small(
    qtbot: QtBot, folder: Path, size: tuple[int, int], theme: str
) -> None:
    parts: tuple[RunPart, ...] = ("loss", "accuracy", "gradients")
    stage = run_on_stage(qtbot, Run("duel", parts), folder, size, THEMES[theme])  # type: ignore[index]
    stage.grab()
    charts = stage.charts
    shown = [*charts.cards.values(), charts.board.heat, charts.words, charts.key]
    boxes = [w.rect().translated(w.mapTo(stage, QPoint(0, 0))) for w in shown]
    for i, box in enumerate(boxes):
        assert stage.rect().contains(box), shown[i]
        assert not any(box.intersects(other) for other in boxes[i + 1 :]), shown[i]
    least = 720 / 40
    for card in charts.cards.values():
        assert card.chart.style_.small.pixelSize() >= least
        assert card.title.font().pixelSize() >= least
    assert charts.words.font().pixelSize() >= least


def test_charts_are_stacked_where_they_would_be_narrow() -> None:
    assert not stands(1200, 540, 2)
    assert stands(590, 540, 2)
    assert not stands(590, 100, 2)


# --- the script and the hand --------------------------------------------------------------------


def test_a_step_of_the_script_undoes_what_was_scrubbed(qtbot: QtBot, folder: Path) -> None:
    view = Run("duel", step=100)
    stage = run_on_stage(qtbot, view, folder)
    assert stage.facts()["step"].value == 100
    chart = stage.charts.cards["loss"].chart
    x = round(chart.axis.x(300))
    with qtbot.waitSignal(stage.changed_by_hand):
        QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(x, chart.height() // 2))
    scrubbed = stage.view
    assert abs(scrubbed.step - 300) <= 2
    assert stage.facts()["step"].value == scrubbed.step
    stage.show_view(view)
    assert stage.view == view
    assert stage.facts()["step"].value == 100
    stage.show_view(replace(view, step=-1))
    assert stage.facts()["step"].value == 437


def test_a_step_after_the_end_is_the_end(qtbot: QtBot, folder: Path) -> None:
    stage = run_on_stage(qtbot, Run("duel", step=10_000), folder)
    assert stage.facts()["step"].value == 437


def test_another_run_takes_its_place_at_its_own_step(qtbot: QtBot, folder: Path) -> None:
    stage = run_on_stage(qtbot, Run("duel"), folder)
    stage.show_view(Run("alone", ("accuracy",), step=50))
    assert not stage.complete
    qtbot.waitUntil(lambda: stage.complete)
    assert stage.facts()["run_title"].text == "Alone"
    assert stage.facts()["step"].value == 50
    assert "accuracy_rival" not in stage.facts()
    assert list(stage.charts.cards) == ["accuracy"]


def test_a_block_is_framed_when_it_is_clicked_and_no_longer_after_a_step(
    qtbot: QtBot, folder: Path
) -> None:
    stage = run_on_stage(qtbot, Run("duel", ("gradients",)), folder)
    heat = stage.charts.board.heat
    assert [m.selected for m in heat.maps] == ["", ""]
    with qtbot.waitSignal(stage.changed_by_hand):
        heat.maps[0].block_clicked.emit("layer2.1")
    assert [m.selected for m in heat.maps] == ["layer2.1"] * 2
    stage.show_view(stage.view)
    assert [m.selected for m in heat.maps] == ["", ""]


def test_controls_are_the_speakers(qtbot: QtBot, folder: Path) -> None:
    stage = run_on_stage(qtbot, Run("duel", ("loss", "gradients")), folder)
    charts = stage.charts
    hidden = (charts.controls, charts.cards["loss"].log, charts.board.heat.pin)
    assert all(widget.isHidden() for widget in hidden)
    assert charts.board.heat.title.isVisible()
    stage.set_controls(True)
    assert not any(widget.isHidden() for widget in hidden)
    assert charts.board.heat.title.isHidden()


def test_the_numbers_are_those_of_the_parts(qtbot: QtBot, folder: Path) -> None:
    stage = run_on_stage(qtbot, Run("duel", ("accuracy", "gradients")), folder)
    data = stage.data()
    reader = RunReader(folder / "duel")
    reader.read_all()
    assert set(data) == {
        f"{name}_{key}"
        for key in ("network", "rival")
        for name in (
            *("step", "train_accuracy", "held_out_step", "held_out_accuracy"),
            *("block_step", "gradient"),
        )
    }
    np.testing.assert_array_equal(data["train_accuracy_rival"], reader.steps("rival").accuracy)
    np.testing.assert_array_equal(
        data["gradient_network"], reader.blocks("network").values[:, 0, :]
    )


# --- a curve that is guessed --------------------------------------------------------------------


def test_places_and_values_are_each_others_inverse(qtbot: QtBot, folder: Path) -> None:
    stage = run_on_stage(qtbot, Run("duel"), folder)
    curves = guessing(stage)
    for log in (False, True):
        stage.charts.cards["loss"].chart.set_log(log)
        assert curves.logarithmic() is log
        x, y = np.array([0.0, 100.0, 437.0]), np.array([0.5, 1.0, 2.0])
        back = curves.to_values(*curves.to_pixels(x, y))
        np.testing.assert_allclose(back, (x, y), rtol=1e-9, atol=1e-9)


def test_places_are_where_the_chart_draws_the_values(qtbot: QtBot, folder: Path) -> None:
    stage = run_on_stage(qtbot, Run("duel", ("accuracy",)), folder)
    curves = guessing(stage)
    area = curves.plot_area()
    assert stage.rect().contains(area.toRect())
    x, y = curves.measured("network")
    px, py = curves.to_pixels(x, y)
    colour = stage.charts.cards["accuracy"].chart.style_.color("output")
    picture = stage.grab().toImage()
    for left, top in zip(px[1:], py[1:], strict=True):  # each value is a dot
        near = [
            picture.pixelColor(round(left) + dx, round(top) + dy)
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
        ]
        assert any(abs(c.hue() - colour.hue()) < 12 and c.saturation() > 90 for c in near)


def test_a_hidden_network_is_drawn_nowhere_and_the_axes_stay(qtbot: QtBot, folder: Path) -> None:
    stage = run_on_stage(qtbot, Run("duel"), folder)
    curves = guessing(stage)
    assert curves.curve_names() == ("network", "rival")
    charts = [card.chart for card in stage.charts.cards.values()]
    before = [chart.picture().scale for chart in charts]
    curves.hide_curve("network")
    for chart in charts:
        assert {one.line.group for one in chart.picture().seen} == {"plain-20"}
        assert {row.line.group for row in chart.readings(200)} == {"plain-20"}
    assert [chart.picture().scale for chart in charts] == before
    curves.hide_curve("")
    assert {one.line.group for one in charts[0].picture().seen} == {"ResNet-20", "plain-20"}


def test_alone_a_network_keeps_its_training_curve(qtbot: QtBot, folder: Path) -> None:
    stage = run_on_stage(qtbot, Run("alone"), folder)
    chart = stage.charts.cards["loss"].chart
    assert [line.label for line in chart.lines] == ["held-out", "train"]
    guessing(stage).hide_curve("network")
    assert [one.line.label for one in chart.picture().seen] == ["train"]


def test_what_is_hidden_stays_so_when_the_run_is_read_anew(qtbot: QtBot, folder: Path) -> None:
    stage = RunStage(Run("duel"), StageEngine(FakeClient()), folder)  # type: ignore[arg-type]
    qtbot.addWidget(stage)
    guessing(stage).hide_curve("rival")
    qtbot.waitUntil(lambda: stage.complete)
    chart = stage.charts.cards["loss"].chart
    assert {one.line.group for one in chart.picture().seen} == {"ResNet-20"}
    assert chart.happenings == []


def test_measured_is_the_held_out_curve_of_the_first_part(qtbot: QtBot, folder: Path) -> None:
    stage = run_on_stage(qtbot, Run("duel", ("gradients", "accuracy", "loss")), folder)
    reader = RunReader(folder / "duel")
    reader.read_all()
    x, y = guessing(stage).measured("rival")
    np.testing.assert_array_equal(x, [100, 200, 300, 400])
    np.testing.assert_array_equal(y, reader.evaluations("rival").accuracy)


def test_there_is_nothing_to_guess_without_loss_or_accuracy(qtbot: QtBot, folder: Path) -> None:
    assert run_on_stage(qtbot, Run("duel", ("gradients",)), folder).predictable() is None
