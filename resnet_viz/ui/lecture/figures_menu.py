"""The figures that a scene's texts may name, to choose from: with their values once measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction
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
            action = _add(menu, written(number, name), f"\t{fact.text}", insert)
            action.setToolTip(explanation(views[number - 1], name))
    if menu.isEmpty():
        menu.addAction("Nothing is measured yet").setEnabled(False)
    for number, view in enumerate(views, 1):
        known = facts[number - 1] if number <= len(facts) else {}
        if waiting := {n: words for n, words in names_of(view).items() if n not in known}:
            whose = f", view {number}" if len(views) > 1 else ""
            later = menu.addMenu(f"Not measured yet{whose}")
            for name, words in waiting.items():
                _add(later, written(number, name), f"   {words}", insert)


def _add(menu: QMenu, text: str, beside: str, insert: Insert) -> QAction:
    action = menu.addAction(text + beside)
    action.triggered.connect(lambda _=False: insert(text))
    return action
