"""Whether a run goes on, by the events it has recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from resnet_viz.runs.layout import FORMAT, RunFacts, RunState

_AFTER: Mapping[str, RunState] = {
    "started": "running",
    "resumed": "running",
    "continued": "running",
    "paused": "paused",
    "stopped": "stopped",
    "finished": "finished",
    "failed": "failed",
}


def run_state(events: Iterable[Mapping[str, Any]], facts: RunFacts, folder: Path) -> RunState:
    """The state after some events; one who was killed leaves `running`.

    Args:
        events: the newest first.
        facts: of the run.
        folder: of the run; looked into only for runs from before events were recorded.
    """
    for event in events:
        if state := _AFTER.get(str(event.get("what"))):
            return state
    if facts.format >= FORMAT:
        return "running"
    # Weights were exported at the end.
    return "finished" if any(folder.glob("*.safetensors")) else "stopped"
