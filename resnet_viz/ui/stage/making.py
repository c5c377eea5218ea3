"""The widget of each kind of view; imported when the first of its kind is made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from resnet_viz.lecture import views
from resnet_viz.ui.stage.stage_view import StageView

if TYPE_CHECKING:
    from resnet_viz.ui.stage.engine import StageEngine


def make_stage(view: views.View, engine: StageEngine, folder: Path) -> StageView:
    """A live view.

    Args:
        view: what it shows.
        engine: measures for it alone.
        folder: that files named in `view` are relative to.
    """
    match view:
        case views.Overview():
            from resnet_viz.ui.stage.overview_stage import OverviewStage

            return OverviewStage(view, engine, folder)
        case views.Maps():
            from resnet_viz.ui.stage.maps_stage import MapsStage

            return MapsStage(view, engine, folder)
        case views.Photo():
            from resnet_viz.ui.stage.photo_stage import PhotoStage

            return PhotoStage(view, engine, folder)
        case views.Anatomy():
            from resnet_viz.ui.stage.anatomy_stage import AnatomyStage

            return AnatomyStage(view, engine, folder)
        case views.Pair():
            from resnet_viz.ui.stage.pair_stage import PairStage

            return PairStage(view, engine, folder)
        case views.AddNode():
            from resnet_viz.ui.stage.add_node_stage import AddNodeStage

            return AddNodeStage(view, engine, folder)
        case views.Study():
            from resnet_viz.ui.stage.study_stage import StudyStage

            return StudyStage(view, engine, folder)
        case views.Run():
            from resnet_viz.ui.stage.run_stage import RunStage

            return RunStage(view, engine, folder)
        case views.Training():
            from resnet_viz.ui.stage.training_stage import TrainingStage

            return TrainingStage(view, engine, folder)
