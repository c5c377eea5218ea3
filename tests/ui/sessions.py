"""Explore sessions whose engine the test plays."""

from __future__ import annotations

from fakes import FakeClient

from resnet_viz.engine.messages import ModelChoice
from resnet_viz.models.specs import spec
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.session import Session


def begun(client: FakeClient, picture: Picture) -> Session:
    """A session of ResNet-20 that has its network and its picture; nothing is measured yet."""
    made = Session(client, ModelChoice(spec("resnet20")))
    client.model_ready.connect(made.on_model_ready)
    client.explored.connect(made.on_explored)
    client.failed.connect(made.on_failed)
    made.choose(made.choice)
    client.answer_load()
    made.show_picture(picture)
    return made
