"""A tab of experiments: its form, runs, partial findings, hints, export."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from charts import TABLE, bar_chart, finding, sweep_chart
from fakes import FakeClient
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from resnet_viz.errors import UserError
from resnet_viz.lab.entries import EntryError
from resnet_viz.lab.experiments import (
    EXPERIMENTS,
    AlphaSweep,
    DepthCost,
    DepthSweep,
    Experiment,
    Identity,
    Lesion,
    ScaleSweep,
    SeedSweep,
    Shattering,
)
from resnet_viz.lab.findings import Curve
from resnet_viz.lab.settings import LabSettings
from resnet_viz.ui.gradients.chart_deck import groups_of, short_names
from resnet_viz.ui.gradients.experiment_page import ExperimentPage
from resnet_viz.ui.gradients.explanations import EXPLANATIONS
from resnet_viz.ui.gradients.finding_view import FindingView
from resnet_viz.ui.gradients.option_form import OptionForm
from resnet_viz.ui.gradients.options import experiment_of, options_of
from resnet_viz.ui.gradients.run_bar import duration
from resnet_viz.ui.gradients.session import LabSession
from resnet_viz.ui.gradients.settings_words import differences
from resnet_viz.ui.theme import DARK, PROJECTOR

# The offscreen platform says of every shown widget that it cannot limit its size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton
START = LabSettings(network="resnet20", batch="noise")
SWEEPS = (DepthSweep, AlphaSweep, ScaleSweep, SeedSweep)
KINDS = [kind for key, kind in EXPERIMENTS.items() if key != "pair"]


@pytest.fixture
def session(client: FakeClient) -> LabSession:
    made = LabSession(client, START)
    client.found.connect(made.on_found)
    client.failed.connect(made.on_failed)
    client.cancelled.connect(made.on_cancelled)
    return made


def shown(
    qtbot: QtBot, session: LabSession, *kinds: type[Experiment], size: tuple[int, int] = (960, 560)
) -> ExperimentPage:
    page = ExperimentPage(session, kinds or SWEEPS)
    qtbot.addWidget(page)
    page.resize(*size)
    page.show()
    qtbot.waitExposed(page)
    return page


@pytest.fixture
def page(qtbot: QtBot, session: LabSession) -> ExperimentPage:
    return shown(qtbot, session)


def found_in(page: ExperimentPage) -> FindingView:
    assert page.finding_view is not None
    return page.finding_view


# --- options --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_as_it_comes_describes_the_default_experiment(
    qtbot: QtBot, kind: type[Experiment]
) -> None:
    form = OptionForm(kind)
    qtbot.addWidget(form)
    assert form.experiment() == kind()
    assert [option.name for option in form.options] == [field.name for field in fields(kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_and_experiment_is_explained(kind: type[Experiment]) -> None:
    assert all(option.label and option.tip for option in options_of(kind))
    assert len(EXPLANATIONS[kind.key].text) > 40
    assert EXPLANATIONS[kind.key].formula


@pytest.mark.parametrize("text", ["8, 14,20", " 8 14 20 ", "8;14;20,"])
def test_lists_are_read_however_they_are_separated(text: str) -> None:
    assert experiment_of(DepthSweep, {"depths": text}) == DepthSweep((8, 14, 20))


@pytest.mark.parametrize(
    ("kind", "texts", "said"),
    [
        (DepthSweep, {"depths": "8, x, 20"}, "Depths: 'x' is not a whole number."),
        (DepthSweep, {"depths": "8, 9"}, "Depths cannot hold 9."),
        (DepthSweep, {"depths": " "}, "Depths cannot be empty."),
        (AlphaSweep, {"alphas": "0, 1.5"}, "Skip strengths α cannot hold 1.5."),
        (ScaleSweep, {"gains": "0"}, "Weight factors cannot hold 0.0."),
        (SeedSweep, {"n_seeds": "2.5"}, "Draws: '2.5' is not a whole number."),
        (SeedSweep, {"n_seeds": "0"}, "Draws must be at least 1, got 0."),
    ],
)
def test_what_cannot_be_used_is_named_as_on_screen(
    kind: type[Experiment], texts: dict[str, str], said: str
) -> None:
    with pytest.raises(EntryError) as error:
        experiment_of(kind, texts)
    assert error.value.message == said
    assert error.value.key == next(iter(texts))


def test_a_wrong_field_says_so_and_cannot_be_run(page: ExperimentPage, client: FakeClient) -> None:
    form = page.forms["depth"]
    form.set_text("depths", "8, 9")
    assert form.problem.isVisible()
    assert form.problem.text() == (
        "Depths cannot hold 9. CIFAR networks have 6n+2 layers: 8, 14, 20, 32, 44, 56, 110."
    )
    assert not page.intro.run_button.isEnabled()
    page.run()
    assert client.experiments == []
    form.set_text("depths", "8, 14")
    assert not form.problem.isVisible()
    assert page.intro.run_button.isEnabled()


def test_options_that_change_nothing_are_hidden_and_ignored(qtbot: QtBot) -> None:
    form = OptionForm(Lesion)
    qtbot.addWidget(form)
    form.show()
    assert not form._rows["ks"].isVisible()
    assert not form._rows["n_images"].isVisible()
    form.set_text("ks", "nonsense")
    assert form.experiment() == Lesion()
    form.set_text("how", "random")
    assert form._rows["ks"].isVisible()
    assert form.error is not None
    form.set_text("ks", "1, 2")
    form.set_text("folder", "/pictures")
    assert form._rows["n_images"].isVisible()
    assert form.experiment() == Lesion("random", (1, 2), folder="/pictures")


def test_networks_may_be_left_empty_or_listed() -> None:
    texts = {"networks": "resnet20, resnet56", "time_up_to": "56", "repeats": "3"}
    assert experiment_of(DepthCost, texts) == DepthCost(("resnet20", "resnet56"), 56, 3)


def test_an_experiment_from_elsewhere_fills_the_form(page: ExperimentPage) -> None:
    page.show_experiment(AlphaSweep((0.0, 0.25)))
    assert page.key == "alpha"
    assert page.segments.value == "alpha"
    assert page.forms["alpha"].texts == {"alphas": "0, 0.25"}


# --- runs -----------------------------------------------------------------------------------


def test_nothing_is_explained_by_emptiness(page: ExperimentPage) -> None:
    assert page.body.currentWidget() is page.intro
    assert page.intro.isVisible()
    assert page.intro.title.text() == "Gradient against depth"
    assert "arXiv" in page.intro.source.text()
    page.choose("seeds")
    assert "Draws the random weights" in page.intro.text.text()


def test_run_asks_with_the_forms_options_and_cancel_stops_it(
    qtbot: QtBot, page: ExperimentPage, client: FakeClient, session: LabSession
) -> None:
    page.forms["depth"].set_text("depths", "8, 20")
    qtbot.mouseClick(page.intro.run_button, LEFT)
    asked = client.experiments[-1]
    assert asked.experiment == DepthSweep((8, 20))
    assert asked.settings == START
    assert session.running == "depth"
    assert page.run_bar.button.text() == "Cancel"
    assert page.run_bar.words.text() == "waiting for the first numbers"
    qtbot.mouseClick(page.run_bar.button, LEFT)
    assert client.cancels == [asked.request_id]
    assert session.running == ""
    assert page.body.currentWidget() is page.intro
    assert page.intro.run_button.isEnabled()


def test_partial_findings_are_drawn_as_they_come(
    qtbot: QtBot, page: ExperimentPage, client: FakeClient
) -> None:
    page.run()
    nan = [np.nan] * 5
    partial = finding(DepthSweep(), START, sweep_chart([1e-2, *nan]), done=1, total=4)
    client.answer_experiment(finding=partial)
    view = found_in(page)
    assert page.body.currentWidget() is view
    assert (page.run_bar.bar.value(), page.run_bar.bar.maximum()) == (1, 4)
    assert page.run_bar.words.text() == "1 of 4, 2.0 s so far, about 6.0 s left"
    chart = view.deck.first
    kept = chart.canvas._curves["plain", 0]
    client.answer_experiment(finding=finding(DepthSweep(), START))
    assert chart.canvas._curves["plain", 0] is kept
    assert view.sentence.text().startswith("Without skips the gradient underflows")
    assert page.run_bar.button.text() == "Run again"
    assert page.run_bar.words.text() == "computed in 2.0 s"
    assert not page.run_bar.bar.isVisible()


def test_a_run_that_was_cancelled_says_how_far_it_came(
    page: ExperimentPage, client: FakeClient
) -> None:
    page.run()
    client.answer_experiment(finding=finding(DepthSweep(), START, done=1, total=4))
    page._session.cancel_run()
    assert page.run_bar.words.text() == "stopped at 1 of 4, after 2.0 s"
    assert found_in(page).isVisible()


def test_a_run_on_another_tab_is_named(
    qtbot: QtBot, session: LabSession, client: FakeClient, page: ExperimentPage
) -> None:
    page.run()
    client.answer_experiment(finding=finding(DepthSweep(), START))
    session.run(Identity())
    assert page.run_bar.button.text() == "Run again"
    assert "Learning the identity" in page.run_bar.button.toolTip()
    assert page.run_bar.words.text() == "computed in 2.0 s"


def test_findings_of_other_experiments_are_kept(
    page: ExperimentPage, client: FakeClient, session: LabSession
) -> None:
    page.run()
    client.answer_experiment(finding=finding(DepthSweep(), START))
    page.choose("alpha")
    assert page.body.currentWidget() is page.intro
    session.run(DepthSweep((8, 14)))
    client.answer_experiment(finding=finding(DepthSweep((8, 14)), START))
    assert page.body.currentWidget() is page.intro
    page.choose("depth")
    assert page.finding is not None
    assert page.finding.experiment == DepthSweep((8, 14))
    assert found_in(page).isVisible()


# --- other settings -------------------------------------------------------------------------


def test_other_settings_are_told_beside_the_finding(
    page: ExperimentPage, client: FakeClient, session: LabSession
) -> None:
    page.run()
    client.answer_experiment(finding=finding(DepthSweep(), replace(START, device="cpu")))
    assert not page.hint.isVisible()
    session.change(norm="batch", alpha=0.5)
    assert page.hint.isVisible()
    assert "norm none → batch, α 1 → 0.5" in page.hint.text()
    page.forms["depth"].set_text("depths", "8, 14")
    assert "other options" in page.hint.text()
    page.run()
    assert not page.hint.isVisible()
    again = finding(DepthSweep((8, 14)), session.settings)
    client.answer_experiment(finding=again)
    assert not page.hint.isVisible()


def test_differences_name_every_field_that_differs() -> None:
    names = frozenset({"layer1.0", "layer1.1"})
    now = replace(START, cut=names, training_mode=False, seed=3, device="cuda:0")
    assert differences(START, now) == [
        "seed 0 → 3",
        "mode training → evaluation",
        "cut skips 0 → 2",
    ]
    moved = replace(START, cut=frozenset({"layer1.0", "layer1.2"}))
    assert differences(replace(START, cut=names), moved) == ["cut skips others, 2 as before"]
    assert differences(START, START) == []


# --- charts ---------------------------------------------------------------------------------


def test_a_click_on_a_bar_selects_its_block_everywhere(
    qtbot: QtBot, session: LabSession, client: FakeClient
) -> None:
    page = shown(qtbot, session, Lesion)
    page.run()
    client.answer_experiment(finding=finding(Lesion(), START, bar_chart()))
    canvas = found_in(page).deck.first.canvas
    at = canvas.position_of(4.0, 50.0).toPoint()
    qtbot.mouseClick(canvas.graphics.viewport(), LEFT, pos=at)
    assert session.selected == "layer2.1"
    assert canvas.backdrop.column.getRegion() == (3.5, 4.5)
    session.select("layer3.0")
    assert canvas.backdrop.column.getRegion() == (5.5, 6.5)


def test_charts_are_chosen_by_tabs_and_stand_side_by_side_where_there_is_room(
    qtbot: QtBot, page: ExperimentPage, client: FakeClient
) -> None:
    page.run()
    client.answer_experiment(finding=finding(DepthSweep(), START))
    deck = found_in(page).deck
    assert not deck.side_by_side
    assert [b.text() for b in deck.tabs.buttons.values()] == ["Gradient", "Ratio"]
    qtbot.mouseClick(deck.tabs.buttons["ratio-by-depth"], LEFT)
    assert deck.first.title.text() == "First over last"
    client.answer_experiment(finding=finding(DepthSweep(), START))
    assert deck.first.title.text() == "First over last"
    page.resize(1500, 800)
    qtbot.waitUntil(lambda: deck.side_by_side)
    assert deck.first.title.text() == "Gradient at the input against depth"
    assert deck.second.title.text() == "First over last"
    assert not deck.tabs.isVisible()


def test_charts_of_several_depths_are_chosen_by_a_slider(
    qtbot: QtBot, session: LabSession, client: FakeClient
) -> None:
    page = shown(qtbot, session, Shattering)
    charts = [replace(sweep_chart(), key=f"correlation-{n}", title=f"{n}") for n in (8, 20, 56)]
    page.run()
    client.answer_experiment(finding=finding(Shattering(), START, *charts))
    deck = found_in(page).deck
    assert deck.slider.isVisible()
    assert deck.first.title.text() == "56"
    deck.slider.setValue(1)
    assert deck.first.title.text() == "20"
    assert deck.slider_words.text() == "depth 20"
    client.answer_experiment(finding=finding(Shattering(), START, *charts))
    assert deck.first.title.text() == "20"


def test_tabs_that_become_many_leave_the_sentence_its_room(
    qtbot: QtBot, session: LabSession, client: FakeClient
) -> None:
    page = shown(qtbot, session, Identity)
    page.resize(960, 560)
    keys = ["branch", *(f"{w}-{s}" for w in ("distance", "cosine") for s in ("trained", "start"))]
    charts = [replace(bar_chart(), key=f"identity-{key}") for key in (*keys, "distance-zero")]
    page.run()
    client.answer_experiment(finding=finding(Identity(), START, *charts[:2], done=1))
    view = found_in(page)
    qtbot.waitUntil(lambda: view.deck.bar.y() > 0)  # beside the sentence
    client.answer_experiment(finding=finding(Identity(), START, *charts))
    qtbot.waitUntil(lambda: view.deck.bar_width() > 0.55 * view.width())
    qtbot.waitUntil(lambda: view.sentence.width() > 0.55 * view.width())


def test_charts_that_differ_in_more_than_a_number_stay_apart() -> None:
    charts = [replace(sweep_chart(), key=key) for key in ("a-1", "b", "c-2", "c-3")]
    assert [group.key for group in groups_of(charts)] == ["a-1", "b", "c"]


def test_short_names_tell_charts_apart() -> None:
    assert short_names(["lesion-single-error", "lesion-single-loss"]) == ["Error", "Loss"]
    assert short_names(["cost-macs", "cost-time-cpu"]) == ["MACs", "Time CPU"]
    assert short_names(["gradient-by-depth", "ratio-by-depth"]) == ["Gradient", "Ratio"]
    assert short_names(["paths"]) == ["Paths"]
    assert short_names(["shattering", "shattering-far"]) == ["Shattering", "Shattering far"]


def test_table_and_notes_are_behind_a_toggle(
    qtbot: QtBot, page: ExperimentPage, client: FakeClient
) -> None:
    page.run()
    client.answer_experiment(finding=finding(DepthSweep(), START))
    view = found_in(page)
    assert view.deck.isVisible()
    qtbot.mouseClick(view.what.buttons["table"], LEFT)
    assert view.table.isVisible()
    assert view.table.source.table == TABLE
    assert not view.deck.bar.isVisible()
    client.answer_experiment(finding=finding(DepthSweep(), START))
    assert view.table.isVisible()
    qtbot.mouseClick(view.what.buttons["notes"], LEFT)
    assert view.notes.text() == "Single cuts are left out."
    assert view.notes.isVisible()


def test_sources_of_theories_are_in_legend_or_notes_however_low_the_chart(
    qtbot: QtBot, page: ExperimentPage, client: FakeClient
) -> None:
    chart = sweep_chart()
    theory = Curve("theory", "theory", chart.curves[0].x, chart.curves[0].y, source="A. B. 2000")
    page.run()
    charts = replace(chart, curves=(*chart.curves, theory))
    client.answer_experiment(finding=finding(DepthSweep(), START, charts))
    view = found_in(page)
    assert "theory: A. B. 2000." in view.notes.text()
    page.resize(960, 800)
    qtbot.waitUntil(lambda: view.deck.first.legend.texts[-1] == "theory (A. B. 2000)")
    page.resize(960, 400)
    qtbot.waitUntil(lambda: view.deck.first.legend.texts[-1] == "theory")


@pytest.mark.parametrize("theme", [DARK, PROJECTOR])
def test_a_page_takes_every_theme_before_and_after_a_finding(
    qtbot: QtBot, page: ExperimentPage, client: FakeClient, theme: object
) -> None:
    page.set_theme(theme)  # type: ignore[arg-type]
    page.run()
    client.answer_experiment(finding=finding(DepthSweep(), START))
    assert found_in(page).deck.first.canvas.theme is theme


# --- export ---------------------------------------------------------------------------------


def test_a_finding_is_exported_as_the_headless_laboratory_writes_it(
    qtbot: QtBot, page: ExperimentPage, client: FakeClient, tmp_path: Path
) -> None:
    page.run()
    client.answer_experiment(finding=finding(DepthSweep(), START, sweep_chart(), done=2, total=4))
    with qtbot.waitSignal(page.said, timeout=60_000) as said:
        page.export_to(tmp_path / "out")
    assert said.args is not None
    assert str(tmp_path / "out") in said.args[0]
    written = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.*")}
    stem = "01-gradient-against-depth"
    assert {f"{stem}/gradient-by-depth.{kind}" for kind in ("png", "svg", "csv")} <= written
    assert {"lab.json", "index.html", f"{stem}/table-sweep.csv"} <= written
    content = json.loads((tmp_path / "out" / "lab.json").read_text())
    assert content["experiments"][0]["status"] == "stopped"
    assert content["experiments"][0]["settings"]["network"] == "resnet20"


def test_a_folder_that_cannot_be_written_is_told(
    qtbot: QtBot, page: ExperimentPage, client: FakeClient, tmp_path: Path
) -> None:
    page.run()
    client.answer_experiment(finding=finding(DepthSweep(), START))
    (tmp_path / "file").write_text("")
    with qtbot.waitSignal(page.failed, timeout=60_000) as failed:
        page.export_to(tmp_path / "file")
    assert failed.args is not None
    assert isinstance(failed.args[0], UserError)
    assert "Choose a folder" in failed.args[0].hint
    assert "--out" not in str(failed.args[0])


# --- small ----------------------------------------------------------------------------------


def test_times_are_written_for_people() -> None:
    assert [duration(s) for s in (0.42, 12.4, 59.7, 185.0)] == [
        "0.4 s",
        "12 s",
        "1 min 0 s",
        "3 min 5 s",
    ]


def test_pyqtgraph_waits_until_a_page_is_shown() -> None:
    code = (
        "import sys; import resnet_viz.ui.gradients.experiment_page; "
        "print([m for m in ('pyqtgraph', 'matplotlib', 'torch') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_closed_page_leaves_nothing_behind(
    qtbot: QtBot, session: LabSession, client: FakeClient
) -> None:
    def alive() -> set[QWidget]:
        return set(QApplication.topLevelWidgets())

    before = alive()
    page = ExperimentPage(session, SWEEPS)
    page.show()
    page.run()
    client.answer_experiment(finding=finding(DepthSweep(), START))
    canvas = found_in(page).deck.first.canvas
    page.deleteLater()
    qtbot.waitUntil(lambda: not isValid(canvas))
    assert alive() <= before
    session.change(norm="batch")  # nobody listens any more
    client.answer_experiment(finding=finding(DepthSweep(), START))
