"""What Explore shows, as views of a lecture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast, get_args

from resnet_viz.engine.messages import ModelChoice
from resnet_viz.errors import UserError
from resnet_viz.lecture.views import ALL, Lane, Look, LookWeights, Maps, Mode, Overview, View
from resnet_viz.models.specs import ResNetSpec, plain_name
from resnet_viz.ui.kept_files import picture_name
from resnet_viz.ui.session import Session
from resnet_viz.ui.toggles import Toggles, block_names

_NOT_HELD = "Choose a network by its name, with its usual widths and classes."


def explore_views(session: Session, lanes: Iterable[str]) -> tuple[View, ...]:
    """The network with its lanes, and the selected block beside it.

    Args:
        session: what is explored.
        lanes: those that are shown.

    Raises:
        UserError: if a lecture's file cannot say what is on screen.
    """
    look = _look(session)
    shown = tuple(lane for lane in get_args(Lane) if lane in set(lanes))
    return Overview(**look, lanes=shown), Maps(**look)


def _look(session: Session) -> dict[str, Any]:
    """Fields of `Look` for a session."""
    choice = session.choice
    fields = _network(choice) | {
        "picture": picture_name(session.picture),
        "target": "" if session.target is None else _class_name(session, session.target),
        "alpha": session.toggles.alpha,
        "dropped": session.toggles.dropped,
        "cut": _cuts(choice.spec, session.toggles),
        "selected": session.selected,
        "mode": _mode(choice),
    }
    made = Look(**fields)
    if choice.weights != "file" and made.choice(choice.device) != choice:
        raise UserError(f"A lecture cannot name this {choice.title()}.", _NOT_HELD)
    return fields


def _network(choice: ModelChoice) -> dict[str, Any]:
    if choice.weights not in get_args(LookWeights):
        raise UserError(
            "A lecture cannot show a network in the middle of its training.",
            "Add the run from the Train workspace instead.",
        )
    spec = choice.spec
    fields: dict[str, Any] = {
        "network": plain_name(spec.name) if spec.plain else spec.name,
        "weights": cast(LookWeights, choice.weights),
        "path": choice.path,
        "seed": choice.seed,
        "dtype": choice.dtype,
    }
    if choice.weights == "none":
        names = ("norm", "activation", "order", "init", "zero_init")
        fields |= {name: getattr(spec, name) for name in names}
    return fields


def _mode(choice: ModelChoice) -> Mode:
    if choice.training_mode == choice.usual_mode:
        return "usual"
    return "train" if choice.training_mode else "eval"


def _cuts(spec: ResNetSpec, toggles: Toggles) -> frozenset[str]:
    every = frozenset(block_names(spec))
    if spec.plain and toggles.cut != every:
        raise UserError(
            "A lecture cannot give a plain network some of its skips back.",
            f"Choose {spec.title().replace('plain-', 'ResNet-')} and cut the others.",
        )
    return frozenset({ALL}) if toggles.cut == every else toggles.cut


def _class_name(session: Session, index: int) -> str:
    """The label, or the number where two classes are called the same."""
    labels = session.labels
    label = labels[index] if index < len(labels) else ""
    return label if labels.count(label) == 1 else str(index)
