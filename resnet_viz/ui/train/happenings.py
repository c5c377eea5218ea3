"""What happened in a run, in the few words that have room on a time axis. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from resnet_viz.numerals import counted, figure
from resnet_viz.runs.layout import RunFacts
from resnet_viz.runs.recorded import Recorded
from resnet_viz.ui.train.chart_values import Happening
from resnet_viz.ui.train.overfitting import overfitting
from resnet_viz.ui.train.run_gates import built_gates

_PLAIN_WORDS = {
    "resumed": ("resumed", "muted"),
    "stopped": ("stopped", "trouble"),
    "finished": ("finished", "output"),
    "failed": ("failed", "trouble"),
    "paused": ("paused", "muted"),
}


def happenings(reader: Recorded) -> list[Happening]:
    """All that is marked on the time axes of a run, by step."""
    found = _recorded(reader.facts, reader.events)
    for network in reader.facts.networks:
        over = overfitting(reader.steps(network.key), reader.evaluations(network.key))
        if over is not None:
            text = f"{network.title} overfits"
            found.append(Happening(over.step, text, "trouble", f"{network.title}: {over.words()}"))
    return sorted(found, key=lambda happening: happening.step)


def _recorded(facts: RunFacts, events: Iterable[Mapping[str, Any]]) -> list[Happening]:
    found: list[Happening] = []
    gates: dict[str, Mapping[str, Any]] = {
        n.key: {name: [g.skip, g.main] for name, g in built_gates(n).items()}
        for n in facts.networks
    }
    for event in events:
        what, step = event["what"], int(event.get("step") or 0)
        more = str(event.get("message") or "")
        if found and found[-1].text == "paused":
            found.pop()  # training went on as if there had been no pause
        if what == "lr":
            text = f"lr × {figure(float(event.get('lr_factor') or 1.0))}"
            found.append(Happening(step, text, "branch", more))
        elif what == "gates":
            key, after = str(event.get("network", "network")), event.get("gates") or {}
            found.append(Happening(step, _gates(gates.get(key, {}), after), "shortcut", more))
            gates[key] = after
        elif what in _PLAIN_WORDS:
            text, colour = _PLAIN_WORDS[what]
            found.append(Happening(step, text, colour, more))
    return found


def _gates(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """`layer2.0 cut`, `3 skips cut`, `layer1.1 restored`."""
    was, now = _cut(before), _cut(after)
    for names, word in ((sorted(now - was), "cut"), (sorted(was - now), "restored")):
        if names:
            return f"{names[0] if len(names) == 1 else counted(len(names), 'skip')} {word}"
    return "gates changed"


def _cut(gates: Mapping[str, Any]) -> set[str]:
    """Names of the blocks whose skip is closed."""
    skips = {k: v["skip"] if isinstance(v, Mapping) else v[0] for k, v in gates.items()}
    return {name for name, skip in skips.items() if skip == 0}
