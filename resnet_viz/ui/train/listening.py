"""Lets a session of a training hear what the engine answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resnet_viz.ui.engine_client import EngineClient
    from resnet_viz.ui.stage.engine import StageEngine
    from resnet_viz.ui.train.session import TrainSession


def listen(session: TrainSession, engine: EngineClient | StageEngine) -> None:
    """Connect the engine's signals with the session's methods for them."""
    engine.training_status.connect(session.on_training_status)
    engine.trained.connect(session.on_trained)
    engine.order_refused.connect(session.on_order_refused)
    engine.data_seen.connect(session.on_data_seen)
    engine.rate_found.connect(session.on_rate_found)
    engine.explored.connect(session.on_explored)
    engine.progress.connect(session.on_progress)
    engine.failed.connect(session.on_failed)
    engine.cancelled.connect(session.on_cancelled)
