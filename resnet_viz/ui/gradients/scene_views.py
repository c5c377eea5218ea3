"""What the Gradients workspace shows, as views of a lecture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from resnet_viz.lab.settings import LabSettings
from resnet_viz.lecture.views import Pair, Study, View
from resnet_viz.ui.gradients.pair_page import PairPage
from resnet_viz.ui.gradients.session import LabSession
from resnet_viz.ui.kept_files import picture_name
from resnet_viz.ui.pictures import Picture

if TYPE_CHECKING:
    from resnet_viz.ui.gradients.experiment_page import ExperimentPage


def pair_views(session: LabSession, page: PairPage, picture: Picture | None) -> tuple[View, ...]:
    """The pair with its chart as it is set.

    Raises:
        UserError: if a pasted picture cannot be written into a file.
    """
    chart = page.pair.chart.scene
    shown = Pair(
        _settings(session.settings),
        quantity=chart.quantity.name,
        theory=chart.with_theory,
        selected=session.selected,
        picture=_picture(session.settings, picture),
    )
    return (shown,)


def experiment_views(
    session: LabSession, page: ExperimentPage, picture: Picture | None
) -> tuple[View, ...]:
    """The experiment whose finding is on screen, else the one that the form describes.

    Raises:
        UserError: if the form's options cannot be used.
    """
    finding, form = page.finding, page.forms[page.key]
    if finding is not None:
        settings, experiment = finding.settings, finding.experiment
    elif form.error is None:
        settings, experiment = session.settings, form.experiment()
    else:
        raise form.error
    made = Study(_settings(settings), experiment, _chart(page), picture=_picture(settings, picture))
    return (made,)


def _chart(page: ExperimentPage) -> int:
    """Which of the finding's charts is on screen, from 1; of two the one that was chosen."""
    if page.finding is None or page.finding_view is None:
        return 1
    deck, charts = page.finding_view.deck, page.finding.charts
    chosen = deck.second.chart if deck.side_by_side else deck.first.chart
    return next((i for i, chart in enumerate(charts, 1) if chart is chosen), 1)


def _settings(settings: LabSettings) -> LabSettings:
    return replace(settings, device="auto")  # another machine has other devices


def _picture(settings: LabSettings, picture: Picture | None) -> str:
    return picture_name(picture) if settings.batch == "picture" else Pair.picture
