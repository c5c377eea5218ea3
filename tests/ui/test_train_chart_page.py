"""The Live page: a recorded run, a growing one, looking back, and what happened when."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from recorded_runs import duel_facts, foreign_facts, write_run
from train_pages import Stage, open_run, staged

from resnet_viz.runs.layout import RunPaths
from resnet_viz.runs.reader import RunReader
from resnet_viz.runs.series import EvaluationSeries, StepSeries
from resnet_viz.ui.style import style_sheet
from resnet_viz.ui.theme import THEMES
from resnet_viz.ui.train.happenings import happenings
from resnet_viz.ui.train.live_page import LivePage
from resnet_viz.ui.train.overfitting import overfitting


@pytest.fixture
def stage(qapp: object, tmp_path: Path) -> Stage:
    return staged(tmp_path)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A window that does not take its size from the page in it."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1600, 1000)
    return made


@pytest.fixture
def page(qtbot: QtBot, window: QWidget, stage: Stage, tmp_path: Path) -> LivePage:
    """The page with a run of 437 of 1200 steps that goes on."""
    made = placed(qtbot, window, stage)
    open_run(qtbot, stage.session, write_run(tmp_path / "run", state="running"))
    settled(qtbot, made)
    return made


def placed(qtbot: QtBot, window: QWidget, stage: Stage) -> LivePage:
    page = LivePage(stage.session, window)
    page.resize(960, 600)
    window.show()
    qtbot.waitExposed(window)
    return page


def settled(qtbot: QtBot, page: LivePage) -> None:
    qtbot.waitUntil(lambda: not page.board.behind)


def add_records(folder: Path, *records: dict[str, object]) -> None:
    with RunPaths(folder).metrics.open("a") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def step_record(step: int, key: str = "network", loss: float = 0.1) -> dict[str, object]:
    return {
        "kind": "step", "network": key, "step": step, "epoch": 5, "lr": 0.1,
        "loss": loss, "accuracy": 0.9, "seconds": 1.0,
    }  # fmt: skip


# --- what is shown --------------------------------------------------------------------------


def test_before_there_is_a_run_the_page_is_empty(
    qtbot: QtBot, window: QWidget, stage: Stage, tmp_path: Path
) -> None:
    page = placed(qtbot, window, stage)
    assert page.heat.maps == []
    assert not page.grab().isNull()
    open_run(qtbot, stage.session, write_run(tmp_path / "run"))
    assert len(page.heat.maps) == 2


def test_both_networks_have_solid_and_dashed_lines_and_a_heatmap(page: LivePage) -> None:
    for card in (page.loss, page.accuracy):
        looks = [(line.label, line.colour, line.dashed) for line in card.chart.lines]
        assert looks == [
            ("", "output", True),
            ("● ResNet-20", "output", False),
            ("", "trouble", True),
            ("■ plain-20", "trouble", False),
        ]
    assert [m.title for m in page.heat.maps] == ["ResNet-20", "plain-20"]
    assert page.heat.maps[0].scale == page.heat.maps[1].scale
    lefts = {m.mapTo(page, m.plot.topLeft().toPoint()).x() for m in page.heat.maps}
    strip = page.heat.strip
    lefts.add(strip.mapTo(page, strip.plot.topLeft().toPoint()).x())
    assert len(lefts) == 1
    assert len({m.plot.width() for m in (*page.heat.maps, strip)}) == 1


def test_guessing_is_drawn_where_the_classes_are_known(page: LivePage) -> None:
    assert page.loss.chart.guides[0].value == pytest.approx(np.log(10))
    assert page.loss.chart.guides[0].text == "guessing: ln 10 = 2.30"
    assert page.accuracy.chart.guides[0].value == 0.1


def test_a_growing_run_is_followed(
    page: LivePage, stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    add_records(
        tmp_path / "run", *(step_record(s, k) for s in (438, 439) for k in ("network", "rival"))
    )
    with qtbot.waitSignal(stage.session.run_grew):
        pass
    settled(qtbot, page)
    assert page.timeline.last == 439
    assert [len(line.curve) for line in page.loss.chart.lines] == [4, 439, 4, 439]
    assert page.loss.chart.lines[1].curve.y[-1] == 0.1


def test_another_run_takes_the_place_of_the_first(
    page: LivePage, stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    page.timeline.show(100, 150)
    facts = duel_facts(rival=None)
    open_run(qtbot, stage.session, write_run(tmp_path / "other", facts, n_steps=90))
    settled(qtbot, page)
    assert len(page.heat.maps) == 1
    assert page.timeline.last == 90
    assert not page.timeline.zoomed
    assert len(page.loss.chart.lines) == 2


def test_a_run_of_somebodys_own_script_is_shown(
    window: QWidget, stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    page = placed(qtbot, window, stage)
    open_run(qtbot, stage.session, write_run(tmp_path / "run", foreign_facts(), every=0))
    settled(qtbot, page)
    assert page.loss.chart.guides == []
    assert page.controls.unit.isHidden()
    assert page.heat.maps[0].reading() == "no block measured yet"
    page.grab()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(960, 600), (700, 420), (1500, 900)])
def test_nothing_overlaps_in_any_theme(page: LivePage, theme: str, size: tuple[int, int]) -> None:
    page.setStyleSheet(style_sheet(THEMES[theme]))  # type: ignore[index]
    page.set_theme(THEMES[theme])  # type: ignore[index]
    page.resize(*size)
    page.grab()
    cards = [page.loss, page.accuracy, page.heat]
    if not page.controls.isHidden():
        cards.append(page.controls)  # type: ignore[arg-type]
    boxes = [card.geometry() for card in cards]
    for i, box in enumerate(boxes):
        assert page.rect().contains(box), cards[i]
        assert not any(box.intersects(other) for other in boxes[i + 1 :])


# --- looking back ---------------------------------------------------------------------------


def test_scrubbing_reaches_the_session_and_comes_back_everywhere(
    page: LivePage, stage: Stage
) -> None:
    page.heat.strip.timeline.scrub(123)
    assert stage.session.position == 123
    assert page.timeline.position == 123
    assert page.controls.live.isVisible()
    values = {row.line.name: row.value for row in page.loss.values.rows()}
    raw = page.loss.chart.lines[1].curve.mean_at(122, page.loss.chart.width_of_mean)
    assert values["ResNet-20, train"] == f"{raw:#.3g}"
    page.controls.live.click()
    assert stage.session.position is None
    assert not page.controls.live.isVisible()


def test_escape_returns_to_now(page: LivePage, stage: Stage, qtbot: QtBot) -> None:
    page.activateWindow()
    stage.session.scrub(50)
    page.loss.chart.setFocus()
    QTest.keyClick(page.loss.chart, Qt.Key.Key_Escape)
    assert stage.session.position is None


def test_the_way_back_is_called_by_what_the_newest_step_is(
    page: LivePage, stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    assert page.controls.live.text() == "Live"
    add_records(tmp_path / "run", {"kind": "event", "step": 437, "what": "finished"})
    with qtbot.waitSignal(stage.session.run_grew):
        pass
    assert page.controls.live.text() == "To the end"


def test_a_row_selects_its_block_in_every_map(page: LivePage, stage: Stage) -> None:
    page.heat.maps[1].block_clicked.emit("layer2.1")
    assert stage.session.selected == "layer2.1"
    assert [m.selected for m in page.heat.maps] == ["layer2.1"] * 2


# --- controls -------------------------------------------------------------------------------


def test_smoothing_suits_the_run_until_the_user_chooses(
    page: LivePage, stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    assert page.controls.smoothing == 5
    assert page.loss.chart.width_of_mean == 5
    page.controls.slider.setFocus()
    QTest.keyClick(page.controls.slider, Qt.Key.Key_Right)
    assert page.accuracy.chart.width_of_mean == 11
    long = write_run(tmp_path / "long", n_steps=900)
    open_run(qtbot, stage.session, long)
    assert page.controls.smoothing == 11


@pytest.mark.parametrize("key", ["lr", "update", "dead", "speed", "memory"])
def test_a_third_chart_is_shown_when_it_is_chosen(page: LivePage, qtbot: QtBot, key: str) -> None:
    assert page.third.isHidden()
    page.controls.third.setCurrentIndex(page.controls.third.findData(key))
    settled(qtbot, page)
    assert page.third.isVisible()
    if key in ("update", "dead"):
        assert [len(line.curve) for line in page.third.chart.lines] == [43, 43]
    page.grab()
    page.controls.third.setCurrentIndex(0)
    assert page.third.isHidden()


def test_another_quantity_recolours_all_maps(page: LivePage, qtbot: QtBot) -> None:
    before = page.heat.maps[0].scale
    page.heat.choose("dead")
    settled(qtbot, page)
    assert page.heat.maps[0].scale.share
    assert page.heat.maps[0].scale != before
    assert page.heat.legend.words() == "Colours: linear scale, 0 to 100 %"


def test_a_pinned_scale_stays_while_the_run_grows(
    page: LivePage, stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    from recorded_runs import block_dtype, block_values

    page.heat.pin.click()
    pinned = page.heat.maps[0].scale
    record = np.zeros(1, block_dtype(9))
    record["step"], record["values"] = 440, block_values("network", 440, 9) * 1e6
    with RunPaths(tmp_path / "run").blocks("network").open("ab") as file:
        for _ in range(60):
            file.write(record.tobytes())
    with qtbot.waitSignal(stage.session.run_grew):
        pass
    settled(qtbot, page)
    assert page.heat.maps[0].scale == pinned
    page.heat.pin.click()
    assert page.heat.maps[0].scale.high > pinned.high


# --- what happened --------------------------------------------------------------------------


def test_events_are_told_in_a_few_words(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", state="running")
    add_records(
        folder,
        {"kind": "event", "step": 10, "what": "paused"},
        {"kind": "event", "step": 10, "what": "continued"},
        {"kind": "event", "step": 20, "what": "lr", "lr_factor": 0.5},
        {"kind": "event", "step": 30, "what": "gates", "network": "network",
         "gates": {"layer2.0": [0.0, 1.0]}},
        {"kind": "event", "step": 40, "what": "gates", "network": "network",
         "gates": {n: [0.0, 1.0] for n in ("layer2.0", "layer2.1", "layer3.0")}},
        {"kind": "event", "step": 50, "what": "gates", "network": "network", "gates": {}},
        {"kind": "event", "step": 60, "what": "gates", "network": "rival", "gates": {}},
        {"kind": "event", "step": 70, "what": "stopped", "message": "You stopped it."},
        {"kind": "event", "step": 70, "what": "resumed"},
        {"kind": "event", "step": 80, "what": "paused"},
    )  # fmt: skip
    reader = RunReader(folder)
    reader.read_all()
    assert [(h.step, h.text) for h in happenings(reader)] == [
        (20, "lr × 0.500"),
        (30, "layer2.0 cut"),
        (40, "2 skips cut"),
        (50, "3 skips restored"),
        (60, "9 skips restored"),
        (70, "stopped"),
        (70, "resumed"),
        (80, "paused"),
    ]


def runs(held_out: list[float], train: list[float]) -> tuple[StepSeries, EvaluationSeries]:
    """Measurements every 100 steps; the training loss is constant between them."""
    steps = np.arange(1, 100 * len(train) + 1)
    loss = np.repeat(train, 100)
    at = np.arange(1, len(held_out) + 1) * 100
    zeros = np.zeros(len(steps))
    return (
        StepSeries(steps, steps, zeros, loss, zeros, zeros),
        EvaluationSeries(at, at, np.array(held_out), np.zeros(len(at)), at),
    )


def test_overfitting_is_since_the_lowest_held_out_loss() -> None:
    found = overfitting(*runs([1.0, 0.7, 0.8, 0.85, 0.9], [0.9, 0.6, 0.3, 0.2, 0.1]))
    assert found is not None
    assert found.step == 200
    assert found.held_out == (0.7, pytest.approx(0.85))
    assert found.words().startswith("Overfitting since step 200: held-out loss rose from 0.700")


@pytest.mark.parametrize(
    ("held_out", "train"),
    [
        ([1.0, 0.7, 0.8, 0.9], [0.9, 0.6, 0.3, 0.2]),  # only two worse ones
        ([1.0, 0.7, 0.8, 0.705, 0.9], [0.9, 0.6, 0.3, 0.2, 0.1]),  # one is as good
        ([1.0, 0.7, 0.8, 0.85, 0.9], [0.9, 0.6, 0.7, 0.8, 0.9]),  # training got worse too
        ([1.0, 0.9, 0.8, 0.7, 0.6], [0.9, 0.8, 0.7, 0.6, 0.5]),
        ([np.nan] * 5, [0.9, 0.8, 0.7, 0.6, 0.5]),
        ([], []),
    ],
)
def test_nothing_is_called_overfitting_that_is_not(
    held_out: list[float], train: list[float]
) -> None:
    assert overfitting(*runs(held_out, train)) is None


def test_overfitting_is_marked_on_the_time_axis(
    page: LivePage, stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    def evaluation(step: int, loss: float) -> dict[str, object]:
        return {
            "kind": "evaluation", "network": "rival", "step": step, "epoch": 5,
            "loss": loss, "accuracy": 0.5, "n_images": 1000,
        }  # fmt: skip

    add_records(
        tmp_path / "run",
        *(step_record(s, "rival", 0.01) for s in range(438, 740)),
        *(evaluation(s, 2.5) for s in (500, 600, 700)),
    )
    with qtbot.waitSignal(stage.session.run_grew):
        pass
    assert [h.text for h in page.heat.strip.happenings] == ["plain-20 overfits"]
    assert page.loss.chart.happenings[0].step == 400
