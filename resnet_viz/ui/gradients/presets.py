"""Settings worth starting from: those of the list of experiments that ships with the program."""

from __future__ import annotations

import logging
from typing import NamedTuple

from resnet_viz.assets import assets_dir
from resnet_viz.errors import UserError
from resnet_viz.lab.config import read_config
from resnet_viz.lab.settings import LabSettings

_log = logging.getLogger(__name__)


class Preset(NamedTuple):
    """Named settings; the name says what they are, not what will be seen."""

    name: str
    settings: LabSettings


def presets() -> tuple[Preset, ...]:
    """The shipped settings in their order; none if the list is missing or cannot be read."""
    try:
        tasks = read_config(assets_dir() / "lab" / "gradients.toml").tasks
    except UserError as error:
        _log.warning("no presets: %s", error)
        return ()
    return tuple(Preset(task.name, task.settings) for task in tasks)
