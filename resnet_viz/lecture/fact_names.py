"""Which figures a text may name, known without measuring any. Imports neither torch nor Qt."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_viz.lab.entries import nearest
from resnet_viz.lecture import finding_facts, pair_facts, run_facts, snapshot_facts
from resnet_viz.lecture.facts import Names
from resnet_viz.lecture.views import AddNode, Anatomy, Look, Pair, Study, View

_CURVE = "CURVE"
_MOST_TOLD = 12


def names_of(view: View) -> Names:
    """The figures that a view may have, each with one short explanation.

    Those of a study's curves are not among them, since only the finding knows its curves;
    `is_figure` knows them by their pattern.
    """
    if isinstance(view, Look):
        return snapshot_facts.NAMES
    if isinstance(view, Anatomy):
        return snapshot_facts.ANATOMY_NAMES
    if isinstance(view, Pair):
        return pair_facts.NAMES
    if isinstance(view, AddNode):
        return pair_facts.NODE_NAMES
    return finding_facts.NAMES if isinstance(view, Study) else run_facts.NAMES


def is_figure(view: View, name: str) -> bool:
    """Whether a view may have a figure of this name."""
    return explanation(view, name) != ""


def explanation(view: View, name: str) -> str:
    """What a figure is; empty for one that the view cannot have."""
    if isinstance(view, Study) and name not in finding_facts.NAMES:
        return finding_facts.of_a_curve(name)
    return names_of(view).get(name, "")


def suggestion(view: View, name: str) -> str:
    """The nearest figure of a view to a name that is none; some that there are if none is near."""
    if sides := [known for known in names_of(view) if known.startswith(f"{name}_")]:
        return f"Did you mean {' or '.join(map(repr, sides))}?"
    if near := nearest(name, _candidates(view, name)):
        return near.strip()
    names = [*names_of(view)]
    if isinstance(view, Study):
        names += [f"{prefix}_{_CURVE}" for prefix in finding_facts.CURVE_NAMES]
    more = " and others" if len(names) > _MOST_TOLD else ""
    return f"There are {', '.join(names[:_MOST_TOLD])}{more}."


def _candidates(view: View, name: str) -> Iterator[str]:
    yield from names_of(view)
    if isinstance(view, Study):  # whatever the curve is called, it was written behind a prefix
        words = name.split("_")
        for start in range(1, len(words)):
            curve = "_".join(words[start:])
            for prefix in finding_facts.CURVE_NAMES:
                if finding_facts.of_a_curve(candidate := f"{prefix}_{curve}"):
                    yield candidate
