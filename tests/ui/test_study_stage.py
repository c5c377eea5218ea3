"""Studies on stage: begun by themselves, one chart alone, one curve kept for a guess."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from charts import bar_chart, finding, ratio_chart, sweep_chart
from fakes import FakeClient
from lab_stages import NARROW, SETTINGS, WIDE, labels, on_stage, pixels
from PySide6.QtGui import QFontInfo
from pytestqt.qtbot import QtBot

from resnet_viz.lab.experiments import AlphaSweep, DepthSweep
from resnet_viz.lab.findings import Chart, Curve
from resnet_viz.lecture.views import Study
from resnet_viz.ui.stage.study_stage import StudyStage

DEPTH = Study(SETTINGS, DepthSweep((8, 14, 20)))


def shown(
    qtbot: QtBot, *charts: Chart, view: Study = DEPTH, size: tuple[int, int] = WIDE
) -> tuple[StudyStage, FakeClient]:
    """A stage whose experiment is finished."""
    stage, client = on_stage(qtbot, view, size)
    assert isinstance(stage, StudyStage)
    client.answer_experiment(finding=finding(view.experiment, SETTINGS, *charts))
    return stage, client


def lone(y: list[float], **changes: object) -> Chart:
    """A chart of one curve."""
    curve = Curve("paths", "gradient", np.arange(float(len(y))), np.array(y))
    chart = Chart("key", "Paths", "length", "share [%]", (curve,))
    return replace(chart, **changes)  # type: ignore[arg-type]


# --- computing ----------------------------------------------------------------------------------


def test_it_begins_by_itself_and_is_complete_when_the_finding_is(qtbot: QtBot) -> None:
    stage, client = on_stage(qtbot, DEPTH)
    assert isinstance(stage, StudyStage)
    asked = client.experiments[0]
    assert (asked.settings, asked.experiment) == (SETTINGS, DEPTH.experiment)
    assert client.pairs == []  # a study needs no pair
    assert stage.progress.isVisible()
    client.answer_experiment(finding=finding(DEPTH.experiment, SETTINGS, done=1))
    assert not stage.complete
    assert stage.facts() == {}
    assert stage.deck.first.chart is not None  # what is known is drawn
    assert "1 of 4" in stage.progress.text()
    with qtbot.waitSignal(stage.complete_changed):
        client.answer_experiment(finding=finding(DEPTH.experiment, SETTINGS))
    assert stage.complete
    assert not stage.progress.isVisible()
    assert stage.facts()["last_with_skips"].value == 0.7
    assert stage.view == DEPTH


def test_another_chart_of_the_same_finding_is_shown_without_computing(qtbot: QtBot) -> None:
    stage, client = shown(qtbot, sweep_chart(), ratio_chart())
    stage.show_view(replace(DEPTH, chart=2))
    assert stage.complete
    assert len(client.experiments) == 1
    assert stage.deck.first.chart is not None
    assert stage.deck.first.chart.key == "ratio-by-depth"
    assert stage.facts()["last_plain_twin"].text == "inf"


def test_charts_that_differ_in_a_number_are_chosen_by_their_place(qtbot: QtBot) -> None:
    charts = [replace(sweep_chart(), key=key) for key in ("corr-8", "corr-20", "mean")]
    stage, _ = shown(qtbot, *charts)
    for number, chart in enumerate(charts, 1):
        stage.show_view(replace(DEPTH, chart=number))
        assert stage.deck.first.chart is chart
        assert stage.deck.number == number


def test_other_settings_are_computed_and_those_from_before_come_at_once(qtbot: QtBot) -> None:
    stage, client = shown(qtbot, sweep_chart())
    other = replace(DEPTH, settings=replace(SETTINGS, norm="batch"))
    stage.show_view(other)
    assert not stage.complete
    assert stage.facts() == {}
    client.answer_experiment(finding=finding(other.experiment, other.settings, bar_chart()))
    assert stage.complete
    stage.show_view(DEPTH)
    qtbot.waitUntil(lambda: stage.complete)
    assert len(client.experiments) == 2
    assert stage.deck.first.chart is not None
    assert stage.deck.first.chart.key == "gradient-by-depth"


def test_an_answer_to_another_experiment_is_not_shown(qtbot: QtBot) -> None:
    stage, client = shown(qtbot, sweep_chart())
    stage.show_view(Study(SETTINGS, AlphaSweep()))
    client.answer_experiment(0, finding=finding(DEPTH.experiment, SETTINGS, bar_chart()))
    assert not stage.complete


def test_a_failure_is_told_and_can_be_tried_again(qtbot: QtBot) -> None:
    stage, client = on_stage(qtbot, DEPTH)
    with qtbot.waitSignal(stage.failed):
        client.fail(client.experiments[-1].request_id)
    assert not stage.complete
    stage.show_view(DEPTH)
    assert len(client.experiments) == 2


def test_closing_ends_what_is_computed(qtbot: QtBot) -> None:
    stage, client = on_stage(qtbot, DEPTH)
    stage.close_down()
    assert client.cancels == [client.experiments[0].request_id]


def test_the_speaker_can_choose_another_chart(qtbot: QtBot) -> None:
    stage, _ = shown(qtbot, sweep_chart(), ratio_chart())
    assert not stage.deck.bar.isVisible()
    assert not stage.run_bar.isVisible()
    stage.set_controls(True)
    assert stage.run_bar.isVisible()
    with qtbot.waitSignal(stage.changed_by_hand):
        stage.deck.tabs.chosen.emit("ratio-by-depth")
    assert stage.view == replace(DEPTH, chart=2)


def test_the_numbers_are_those_of_the_chart(qtbot: QtBot) -> None:
    stage, _ = shown(qtbot, bar_chart())
    data = stage.data()
    assert data["ticks"][0] == "layer1.0"
    assert data["with_skips_y"].tolist() == bar_chart().curves[0].y.tolist()


# --- what is on the slide -----------------------------------------------------------------------


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(
    "chart", [sweep_chart(), ratio_chart(), bar_chart(9)], ids=["sweep", "ratio", "bars"]
)
def test_the_plot_keeps_half_the_height_and_all_type_is_large(
    qtbot: QtBot, chart: Chart, size: tuple[int, int]
) -> None:
    stage, _ = shown(qtbot, chart, size=size)
    canvas = stage.deck.first.canvas
    assert canvas.view.height() > 0.45 * size[1]
    assert canvas.view.width() > 0.55 * size[0]
    shown_labels = labels(stage)
    assert shown_labels
    for label in shown_labels:
        assert QFontInfo(label.font()).pixelSize() >= 18
        assert label.heightForWidth(label.width()) <= label.height() + 1
    assert QFontInfo(canvas.font_used).pixelSize() >= 18
    assert not stage.deck.first.note.isVisible()
    assert not stage.deck.first.buttons.isVisible()


def test_names_under_the_axis_leave_each_other_room(qtbot: QtBot) -> None:
    stage, _ = shown(qtbot, bar_chart(9), size=NARROW)
    canvas = stage.deck.first.canvas
    spans = [
        (canvas.position_of(at, 0).x(), canvas.metrics.horizontalAdvance(text))
        for at, text in canvas.x_ticks
    ]
    assert len(spans) >= 3
    for (left, width), (right, other) in pairwise(spans):
        assert right - left > (width + other) / 2 + 4


# --- a curve that is to be guessed -----------------------------------------------------------


def test_curves_are_named_by_their_labels_and_theory_cannot_be_guessed(qtbot: QtBot) -> None:
    chart = sweep_chart()
    theory = Curve("theory", "theory", np.array([8.0, 56.0]), np.array([1.0, 1.0]))
    stage, _ = shown(qtbot, replace(chart, curves=(*chart.curves, theory)))
    curves = stage.predictable()
    assert curves is not None
    assert curves.curve_names() == ("with_skips", "plain_twin")


def test_before_the_finding_begins_there_are_no_curves_and_no_plot(qtbot: QtBot) -> None:
    stage, _ = on_stage(qtbot, DEPTH)
    curves = stage.predictable()
    assert curves is not None
    assert curves.curve_names() == ()
    assert not curves.plot_area().isValid()


@pytest.mark.parametrize(
    ("chart", "name"),
    [
        (lambda k: sweep_chart(plain=[1e-2, 1e-4, k * 6e-7, k * 1e-14, 0.0, 0.0]), "plain_twin"),
        (lambda k: sweep_chart(residual=[0.5, 0.6 * k, 0.6, 0.9, 0.6 * k, 0.7]), "with_skips"),
        (lambda k: lone([0.0, 20.0 * k, 10.0, 50.0]), "paths"),
        (lambda k: lone([1.0, 20.0 * k, 10.0, 50.0], kind="bars"), "paths"),
    ],
    ids=["underflow", "log", "linear", "bars"],
)
def test_a_hidden_curve_leaves_no_mark_but_the_scale(
    qtbot: QtBot, chart: object, name: str
) -> None:
    """Other numbers of the hidden curve on the same scale: not a pixel may differ."""
    grabs = []
    for k in (1.0, 1.3):
        stage, client = on_stage(qtbot, DEPTH)
        assert isinstance(stage, StudyStage)
        curves = stage.predictable()
        assert curves is not None
        curves.hide_curve(name)
        made = chart(k)  # type: ignore[operator]
        client.answer_experiment(finding=finding(DEPTH.experiment, SETTINGS, made, done=1))
        client.answer_experiment(finding=finding(DEPTH.experiment, SETTINGS, made))
        grabs.append(pixels(stage))
    assert grabs[0] == grabs[1]
    curves.hide_curve("")
    assert pixels(stage) != grabs[1]
    assert stage.deck.first.canvas.backdrop.empty.isVisible() is False


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(
    ("chart", "name"),
    [(sweep_chart(), "with_skips"), (lone([1.0, 4.0, 2.0]), "paths")],
    ids=["log", "linear"],
)
def test_places_and_values_are_each_others_inverse(
    qtbot: QtBot, chart: Chart, name: str, size: tuple[int, int]
) -> None:
    stage, _ = shown(qtbot, chart, size=size)
    curves = stage.predictable()
    assert curves is not None
    x, y = curves.measured(name)
    px, py = curves.to_pixels(x, y)
    area = curves.plot_area()
    assert all(area.contains(px[i], py[i]) for i in range(len(px)))
    back = curves.to_values(px, py)
    assert back[0] == pytest.approx(x)
    assert back[1] == pytest.approx(y)
    assert curves.logarithmic() == chart.y_log


def test_the_line_is_drawn_where_its_values_are_placed(qtbot: QtBot) -> None:
    stage, _ = shown(qtbot, sweep_chart())
    curves = stage.predictable()
    assert curves is not None
    px, py = curves.to_pixels(*curves.measured("with_skips"))
    image = stage.grab().toImage()
    # Markers are filled with the curve's colour.
    for x, y in zip(px, py, strict=True):
        assert image.pixelColor(round(x), round(y)).name() == "#009e73"


def test_measured_values_come_in_the_order_of_x_without_gaps(qtbot: QtBot) -> None:
    curve = Curve("a", "residual", np.array([3.0, 1.0, 2.0]), np.array([30.0, 10.0, np.nan]))
    stage, _ = shown(qtbot, replace(lone([1.0]), curves=(curve,)))
    curves = stage.predictable()
    assert curves is not None
    x, y = curves.measured("a")
    assert x.tolist() == [1.0, 3.0]
    assert y.tolist() == [10.0, 30.0]
    assert curves.measured("b")[0].size == 0
