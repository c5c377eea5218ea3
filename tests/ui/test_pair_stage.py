"""The pair on stage: its parts, clicks on it, steps back and forth, one curve kept for a guess."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import FakeClient
from lab_stages import NARROW, SETTINGS, WIDE, click_arc, on_stage, pixels
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES, LabSettings
from resnet_viz.lecture.views import Pair
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.stage.pair_stage import PairStage
from resnet_viz.ui.theme import THEMES, Theme

ALL = frozenset(block.name for block in SETTINGS.spec("residual").blocks())


def shown(
    qtbot: QtBot, view: Pair | None = None, size: tuple[int, int] = WIDE, **answer: float
) -> tuple[PairStage, FakeClient]:
    """A stage whose first question is answered."""
    stage, client = on_stage(qtbot, view or Pair(SETTINGS), size)
    assert isinstance(stage, PairStage)
    client.answer_pair(**answer)  # type: ignore[arg-type]
    return stage, client


def answered(stage: PairStage, client: FakeClient, **answer: float) -> PairMeasured:
    measured = client.answer_pair(**answer)  # type: ignore[arg-type]
    assert stage.complete
    return measured


# --- measuring --------------------------------------------------------------------------------


def test_it_measures_by_itself_and_is_complete_when_the_answer_came(qtbot: QtBot) -> None:
    stage, client = on_stage(qtbot, Pair(SETTINGS))
    assert [asked.settings for asked in client.pairs] == [SETTINGS]
    assert not stage.complete
    assert stage.facts() == {}
    with qtbot.waitSignals([stage.complete_changed, stage.facts_changed]):
        measured = client.answer_pair()
    assert stage.complete
    assert stage.facts()["first_plain"].value == measured.plain.blocks[0].grad_in
    assert "ResNet-20" in stage.caption()
    assert stage.view == Pair(SETTINGS)  # nothing was changed by hand


def test_the_numbers_drawn_are_those_measured(qtbot: QtBot) -> None:
    stage, _ = shown(qtbot, Pair(SETTINGS, quantity="grad_params"))
    measured = stage.session.measured
    assert measured is not None
    data = stage.data()
    assert data["block"].tolist() == [b.name for b in measured.plain.blocks]
    assert data["grad_params_plain"].tolist() == [b.grad_params for b in measured.plain.blocks]


def test_a_clicked_arc_is_cut_and_how_it_was_stays_as_an_outline(qtbot: QtBot) -> None:
    stage, client = shown(qtbot)
    before = stage.session.measured
    with qtbot.waitSignal(stage.changed_by_hand):
        click_arc(qtbot, stage.board, "residual", 4)
    assert stage.facts() == {}  # those on screen are of the uncut network
    assert client.pairs[-1].settings.cut == {"layer2.1"}
    answered(stage, client, first=1e-4)
    assert isinstance(stage.view, Pair)
    assert stage.view.settings.cut == {"layer2.1"}
    assert stage.board.state.ghost is before
    assert "1 skip cut" in stage.board.grid.titles["residual"].text()


def test_going_back_to_what_was_measured_asks_nothing(qtbot: QtBot) -> None:
    stage, client = shown(qtbot)
    cut = Pair(replace(SETTINGS, cut=ALL))
    stage.show_view(cut)
    assert not stage.complete
    answered(stage, client, first=1e-9)
    first = stage.facts()["first_residual"].value
    stage.show_view(Pair(SETTINGS))
    qtbot.waitUntil(lambda: stage.complete)
    assert len(client.pairs) == 2
    assert stage.facts()["first_residual"].value != first
    stage.show_view(cut)
    qtbot.waitUntil(lambda: stage.complete)
    assert stage.facts()["first_residual"].value == first
    assert len(client.pairs) == 2


def test_an_answer_to_an_older_step_does_not_come_over_the_newer_one(qtbot: QtBot) -> None:
    stage, client = shown(qtbot)
    stage.show_view(Pair(replace(SETTINGS, alpha=0.5)))
    stage.show_view(Pair(SETTINGS))
    qtbot.waitUntil(lambda: stage.complete)
    client.answer_pair(0)  # late
    client.answer_pair(1)
    qtbot.waitUntil(lambda: stage.complete)
    assert stage.session.measured is not None
    assert stage.session.measured.settings.alpha == 1.0
    client.answer_pair(1)
    assert stage.session.measured.settings.alpha == 1.0


def test_a_scene_is_entered_without_outlines_of_where_it_was_left(qtbot: QtBot) -> None:
    stage, client = shown(qtbot)
    click_arc(qtbot, stage.board, "plain", 2)
    answered(stage, client, plain_first=1e-3)
    assert stage.board.state.ghost is not None
    stage.hide()
    stage.show_view(Pair(SETTINGS))
    qtbot.waitUntil(lambda: stage.complete)
    stage.show()
    assert stage.board.state.ghost is None


def test_another_network_takes_the_place_of_both_when_it_is_measured(qtbot: QtBot) -> None:
    stage, client = shown(qtbot)
    stage.show_view(Pair(LabSettings(network="resnet32", batch="noise"), selected="layer3.4"))
    assert len(stage.board.state.one.blocks) == 9
    answered(stage, client)
    assert len(stage.board.state.one.blocks) == 15
    assert stage.board.state.one.name(stage.board.state.one.selected) == "layer3.4"
    assert stage.facts()["network"].text == "ResNet-32"


def test_a_dropped_picture_becomes_the_batch(qtbot: QtBot) -> None:
    stage, client = shown(qtbot)
    picture = Picture("cat.png", np.zeros((8, 8, 3), np.uint8), "/somewhere/cat.png")
    with qtbot.waitSignal(stage.changed_by_hand):
        stage.take_picture(picture)
    assert client.pairs[-1].settings.batch == "picture"
    assert client.pairs[-1].picture is picture.rgb
    assert isinstance(stage.view, Pair)
    assert stage.view.picture == "/somewhere/cat.png"


def test_a_failure_is_told_and_leaves_what_was_there(qtbot: QtBot) -> None:
    stage, client = shown(qtbot)
    stage.show_view(Pair(replace(SETTINGS, seed=1)))
    with qtbot.waitSignal(stage.failed):
        client.fail(client.pairs[-1].request_id)
    assert stage.session.measured is not None
    assert stage.session.settings == SETTINGS


# --- what is on the slide -----------------------------------------------------------------------


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("network", ["resnet20", "resnet56"])
def test_everything_has_its_place_and_columns_stay_under_each_other(
    qtbot: QtBot, network: str, size: tuple[int, int]
) -> None:
    stage, _ = shown(qtbot, Pair(LabSettings(network=network, batch="noise")), size)
    assert (stage.width(), stage.height()) == size
    board = stage.board
    parts = [part for side in SIDES for part in (board.sides[side], board.charts.bars[side])]
    tops = [part.mapTo(stage, QPoint(0, 0)).y() for part in parts]
    for part, top, below in zip(parts, tops, [*tops[1:], size[1]], strict=True):
        assert part.isVisible()
        assert part.height() >= 2.5 * stage.board._style.row
        assert top + part.height() <= below  # none over another, none clipped
    centres = {
        round(part.mapTo(stage, QPoint(0, 0)).x() + axis.centre(index))
        for index in (0, 5)
        for part, axis in (
            (board.sides["plain"].canvas, board.sides["plain"].canvas.scene.axis),
            (board.charts.bars["residual"], board.charts.bars["residual"].scene.axis),
            (board.charts.bars["plain"], board.charts.bars["plain"].scene.axis),
        )
    }
    assert len(centres) == 2


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_captions_are_no_smaller_than_the_theme_and_fit_their_column(
    qtbot: QtBot, theme: Theme
) -> None:
    stage, client = on_stage(qtbot, Pair(SETTINGS), WIDE, theme)
    client.answer_pair(plain_first=1e-40)
    assert isinstance(stage, PairStage)
    grid = stage.board.grid
    for side in SIDES:
        for caption in (grid.titles[side], grid.captions[side]):
            assert caption.isVisible()
            assert caption.fontInfo().pixelSize() >= 18
            assert caption.heightForWidth(caption.width()) <= caption.height()
            caption.setWordWrap(False)
            assert caption.minimumSizeHint().width() <= caption.width()


@pytest.mark.parametrize(
    ("part", "networks", "bars", "shared"),
    [("both", True, True, False), ("networks", True, False, False), ("chart", False, False, True)],
)
def test_parts_show_what_they_say(
    qtbot: QtBot, part: str, networks: bool, bars: bool, shared: bool
) -> None:
    stage, _ = shown(qtbot, Pair(SETTINGS, part=part))  # type: ignore[arg-type]
    board = stage.board
    for side in SIDES:
        assert board.sides[side].isVisible() == networks
        assert board.charts.bars[side].isVisible() == bars
    assert board.charts.shared.isVisible() == shared
    assert (stage.predictable() is None) == (part == "networks")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_chart_alone_fills_its_width(qtbot: QtBot, size: tuple[int, int]) -> None:
    stage, _ = shown(qtbot, Pair(SETTINGS, part="chart"), size)
    pixels(stage)  # grabbing tells hidden networks their size, which is not the chart's
    axis = stage.board.charts.shared.scene.axis
    assert axis.left > 20
    assert 0.97 * size[0] < axis.right < size[0]


def test_buttons_are_there_for_the_speaker_alone(qtbot: QtBot) -> None:
    stage, _ = shown(qtbot)
    assert not stage.board.controls.isVisible()
    stage.set_controls(True)
    assert stage.board.controls.isVisible()
    with qtbot.waitSignal(stage.changed_by_hand):
        stage.board.controls.quantity_actions["mean_square"].trigger()
    assert isinstance(stage.view, Pair)
    assert stage.view.quantity == "mean_square"
    assert "mean_square_plain" in stage.data()


def test_no_block_is_lit_until_one_is_chosen(qtbot: QtBot) -> None:
    stage, _ = shown(qtbot)
    assert stage.board.state.one.selected is None
    stage.show_view(Pair(SETTINGS, selected="layer3.0"))
    assert stage.board.state.one.name(stage.board.state.one.selected) == "layer3.0"


# --- a curve that is to be guessed -----------------------------------------------------------


@pytest.mark.parametrize("part", ["both", "chart"])
@pytest.mark.parametrize("name", SIDES)
def test_a_hidden_network_leaves_no_mark_but_the_scale(qtbot: QtBot, part: str, name: str) -> None:
    """Other numbers of the hidden network on the same scale: not a pixel may differ."""
    grabs = []
    for wobble in (0, 1):
        stage, client = on_stage(qtbot, Pair(SETTINGS, part=part))  # type: ignore[arg-type]
        assert isinstance(stage, PairStage)
        chart = stage.predictable()
        assert chart is not None
        chart.hide_curve(name)
        measured = client.answer_pair()
        other = measured.plain if name == "plain" else measured.residual
        changed = replace(
            other,
            blocks=tuple(
                replace(b, grad_in=b.grad_in * (1.0 + 0.2 * wobble * (0 < i < 8)))
                for i, b in enumerate(other.blocks)
            ),
        )
        altered = replace(measured, **{name: changed})  # type: ignore[arg-type]
        stage.board.set_measured(altered, None)
        before = stage.board.charts.scene.scale()
        assert before.low <= -9
        charts = (stage.board.charts.shared, *stage.board.charts.bars.values())
        grabs.append((pixels(stage), [c.accessibleDescription() for c in charts]))
    assert grabs[0] == grabs[1]


def test_what_is_hidden_is_shown_again(qtbot: QtBot) -> None:
    stage, _ = shown(qtbot)
    chart = stage.predictable()
    assert chart is not None
    open_, scale = pixels(stage), stage.board.charts.scene.scale()
    chart.hide_curve("plain")
    assert pixels(stage) != open_
    assert stage.board.charts.scene.scale() == scale
    assert "?" in stage.board.grid.captions["plain"].text()
    chart.hide_curve("")
    assert pixels(stage) == open_


@pytest.mark.parametrize("part", ["both", "chart"])
@pytest.mark.parametrize("name", SIDES)
def test_places_and_values_are_each_others_inverse_and_lie_on_the_chart(
    qtbot: QtBot, part: str, name: str
) -> None:
    stage, _ = shown(qtbot, Pair(SETTINGS, part=part))  # type: ignore[arg-type]
    chart = stage.predictable()
    assert chart is not None
    assert chart.curve_names() == SIDES
    chart.hide_curve(name)
    area = chart.plot_area()
    assert area.width() > 800
    x, y = chart.measured(name)
    assert x.tolist() == list(range(9))
    px, py = chart.to_pixels(x, y)
    assert all(area.contains(px[i], py[i]) for i in range(len(px)))
    back = chart.to_values(px, py)
    assert back[0] == pytest.approx(x)
    assert back[1] == pytest.approx(y, rel=1e-6)
    assert chart.logarithmic()
    # The chart of its own network, not of the other one.
    if part == "both":
        own = stage.board.charts.bars[name]  # type: ignore[index]
        assert area.top() >= own.mapTo(stage, QPoint(0, 0)).y()
        assert area.bottom() <= own.mapTo(stage, QPoint(0, own.height())).y()


def test_a_bar_ends_where_its_value_is_placed(qtbot: QtBot) -> None:
    stage, _ = shown(qtbot)
    chart = stage.predictable()
    assert chart is not None
    chart.hide_curve("plain")
    chart.hide_curve("")
    px, py = chart.to_pixels(*chart.measured("plain"))
    image = stage.grab().toImage()
    for x, y in zip(px[1:], py[1:], strict=True):  # the first is too low to be hit
        colours = [image.pixelColor(round(x), round(y) + off).name() for off in (-3, 3)]
        assert colours[0] != "#8e4ec6"
        assert colours[1] == "#8e4ec6"
