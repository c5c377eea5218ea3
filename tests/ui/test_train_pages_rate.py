"""The tab of the learning rate: search, suggestion, taking it over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from train_pages import Stage, shown, staged

from resnet_viz.engine.messages import RateFound
from resnet_viz.ui.theme import DARK, LIGHT, PROJECTOR
from resnet_viz.ui.train.rate_chart import rate_chart, rounded
from resnet_viz.ui.train.rate_page import RatePage

# The offscreen platform says of every shown widget that it cannot limit its size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def stage(qapp: object, tmp_path: Path) -> Stage:
    return staged(tmp_path)


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> RatePage:
    made = RatePage(stage.session)
    shown(qtbot, made)
    return made


def found(stage: Stage, n: int = 100, suggestion: float = 0.0794) -> RateFound:
    rates = np.geomspace(1e-4, 10.0, 100)[:n]
    losses = 2.3 - np.tanh(np.log10(rates) + 2) + rates
    complete = n == 100
    return RateFound(
        stage.client.searches[-1].request_id if stage.client.searches else 0,
        rates,
        losses,
        suggestion if complete else 0.0,
        100,
        complete,
        "It falls fastest around 0.079." if complete else "",
    )


def test_the_search_is_explained_and_offered(page: RatePage, stage: Stage) -> None:
    assert "copy of the network" in page.hint.text.text()
    page.hint.run_button.click()
    assert len(stage.client.searches) == 1
    assert page.hint.run_button.text() == "Cancel"


def test_progress_is_shown_and_cancelled(page: RatePage, stage: Stage) -> None:
    page.hint.run_button.click()
    stage.client.rate_found.emit(found(stage, 40))
    assert (page.bar.value(), page.bar.maximum()) == (40, 100)
    assert page.words.text() == "40 of 100 steps"
    assert not page.use.isVisible()
    page.run.click()
    assert stage.client.cancels == [stage.client.searches[-1].request_id]
    assert not page.bar.isVisible()


def test_the_suggestion_goes_into_the_recipe(page: RatePage, stage: Stage) -> None:
    page.hint.run_button.click()
    stage.client.rate_found.emit(found(stage))
    assert page.use.text() == "Use 0.079"
    assert page.sentence.text() == "It falls fastest around 0.079."
    page.use.click()
    assert stage.session.config.optimiser.lr == 0.079
    assert not page.use.isEnabled()
    assert not page.outdated.isVisible()  # the rate itself is no other setting
    stage.session.undo.undo()
    assert page.use.isEnabled()


def test_without_a_suggestion_none_is_offered(page: RatePage, stage: Stage) -> None:
    page.hint.run_button.click()
    stage.client.rate_found.emit(found(stage, suggestion=0.0))
    assert not page.use.isVisible()


def test_another_recipe_makes_the_search_old(page: RatePage, stage: Stage) -> None:
    page.hint.run_button.click()
    stage.client.rate_found.emit(found(stage))
    stage.session.change(run={"batch_size": 7})
    assert page.outdated.isVisible()
    stage.session.undo.undo()
    assert not page.outdated.isVisible()


def test_while_training_the_recipe_stays(page: RatePage, stage: Stage) -> None:
    page.hint.run_button.click()
    stage.client.rate_found.emit(found(stage))
    stage.session.play()
    assert not page.use.isEnabled()
    assert "stays" in page.use.toolTip()


@pytest.mark.parametrize("theme", [LIGHT, DARK, PROJECTOR])
def test_it_is_painted_in_every_theme(page: RatePage, stage: Stage, theme: object) -> None:
    page.set_theme(theme)  # type: ignore[arg-type]
    page.hint.run_button.click()
    stage.client.rate_found.emit(found(stage))
    assert not page.grab().isNull()


def test_the_chart_marks_both_rates(stage: Stage) -> None:
    chart = rate_chart(found(stage), 0.2)
    assert [curve.label for curve in chart.curves[1:]] == ["suggested: 0.079", "in the recipe: 0.2"]
    assert chart.curves[1].x.tolist() == [0.0794, 0.0794]
    assert chart.x_log


def test_a_rate_that_was_not_tried_is_not_drawn(stage: Stage) -> None:
    assert len(rate_chart(found(stage, 10), 0.2).curves) == 1


def test_a_loss_that_blew_up_is_seen_on_a_log_axis(stage: Stage) -> None:
    calm = found(stage)
    assert not rate_chart(calm, 1.0).y_log
    wild = RateFound(0, calm.rates, np.where(calm.rates > 5, 1e6, 2.0), 0.1, 100, True)
    assert rate_chart(wild, 1.0).y_log


def test_rates_have_two_digits() -> None:
    assert rounded(0.07943) == 0.079
    assert rounded(1.26e-4) == 1.3e-4
