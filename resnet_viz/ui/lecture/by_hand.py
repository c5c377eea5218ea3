"""The live views on the preview as the script has them, and as they were changed by hand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from resnet_viz.lecture.improvising import Changes, difference
from resnet_viz.lecture.toggling import has_blocks
from resnet_viz.lecture.views import View
from resnet_viz.ui.lecture.scene_view import SceneView
from resnet_viz.ui.stage.stage_view import StageView


class ByHand(QObject):
    """Tells what was changed on the views of a slide, and changes them as if by hand.

    Args:
        view: the slide on screen; None where there is none.
        parent: owner.
    """

    def __init__(self, view: Callable[[], SceneView | None], parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._active: StageView | None = None
        self._before: dict[int, View] = {}  # views as the script has them, by number
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)

    def remember_script(self) -> None:
        """Keep the views as they are before anybody touches them."""
        self._before = {number: stage.view for number, stage in self._stages().items()}

    def changes(self) -> Changes:
        """What differs on the live views from the script."""
        found = {}
        for number, stage in self._stages().items():
            before = self._before.get(number)
            if before is not None and (changed := difference(before, stage.view)):
                found[number] = changed
        return found

    def toggle(self, act: Callable[[View], View]) -> None:
        """Change the view that was used last, or the first that has blocks, as if by hand."""
        stage = self._stage_with_blocks()
        if stage is not None:
            stage.show_view(act(stage.view))
            stage.changed_by_hand.emit()

    def turn_page(self) -> None:
        """Another slide is on screen: none of its views was used yet."""
        self._active = None

    # --- inside ------------------------------------------------------------------------------

    def _stages(self) -> dict[int, StageView]:
        """The live views by number."""
        view = self._view()
        places = () if view is None else view.places
        return {i: p.stage for i, p in enumerate(places, 1) if p.stage is not None}

    def _stage_with_blocks(self) -> StageView | None:
        stages = [s for s in self._stages().values() if has_blocks(s.view)]
        if self._active in stages:
            return self._active
        return stages[0] if stages else None

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        for stage in self._stages().values():
            if now is not None and stage.isAncestorOf(now):
                self._active = stage
