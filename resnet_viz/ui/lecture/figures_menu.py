"""The figures that a scene's texts may name, to choose from: with their values once measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtWidgets import QMenu

from resnet_viz.lecture.fact_names import explanation, names_of
from resnet_viz.lecture.facts import Facts, written
from resnet_viz.lecture.views import View

Insert = Callable[[str], object]
"""Takes a figure's name in its braces."""


def fill_menu(menu: QMenu, views: Sequence[View], facts: Sequence[Facts], insert: Insert) -> None:
    """List the figures of a scene.

    Args:
        menu: emptied first.
        views: of the scene.
        facts: of each view as far as they are measured; may be shorter than `views`.
        insert: called with what is chosen.
    """
    menu.clear()
    for submenu in menu.findChildren(QMenu):
        submenu.deleteLater()  # clear() leaves them alive
    menu.setToolTipsVisible(True)
    for number, known in enumerate(facts[: len(views)], 1):
        for name, fact in known.items():
            words = explanation(views[number - 1], name)
            _add(menu, written(number, name), fact.text, words, insert)
    if menu.isEmpty():
        menu.addAction("Nothing is measured yet").setEnabled(False)
    if waiting := list(_waiting(views, facts)):
        later = menu.addMenu("Not measured yet")
        for text, words in waiting:
            _add(later, text, words, "", insert)


def _waiting(views: Sequence[View], facts: Sequence[Facts]) -> Iterator[tuple[str, str]]:
    """What may be named and has no value yet, and what it is."""
    for number, view in enumerate(views, 1):
        known = facts[number - 1] if number <= len(facts) else {}
        for name, words in names_of(view).items():
            if name not in known:
                yield written(number, name), words


def _add(menu: QMenu, text: str, beside: str, tip: str, insert: Insert) -> None:
    action = menu.addAction(f"{text}\t{beside}")
    action.setToolTip(tip)
    action.triggered.connect(lambda _=False: insert(text))
