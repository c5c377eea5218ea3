"""The live views of a scene: which there are, and their settings."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMenu

from resnet_viz.lecture.checks import MOST_VIEWS
from resnet_viz.lecture.scenes import Scene
from resnet_viz.lecture.views import View
from resnet_viz.ui.lecture.cards_page import CardsPage
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.view_fields import KIND_TITLES, fresh
from resnet_viz.ui.lecture.view_form import ViewForm
from resnet_viz.ui.theme import LIGHT, Theme


class ViewsPage(CardsPage):
    """Shows the views of the chosen scene and changes them.

    Args:
        document: what is edited.

    Attributes:
        forms: one for each view.
    """

    def __init__(self, document: LectureDocument) -> None:
        super().__init__(document, _HINT, "+ View", "Add a live view")
        self._theme: Theme = LIGHT
        self.forms: list[ViewForm] = []
        menu = QMenu(self.add)
        for kind, title in KIND_TITLES.items():
            menu.addAction(title).triggered.connect(partial(self._add, kind))
        self.add.setMenu(menu)

    def show_scene(self, scene: Scene) -> None:
        """Show a scene, without a signal."""
        views = scene.views
        while len(self.forms) > len(views):
            self._drop(self.forms.pop())
        for form, view in zip(self.forms, views, strict=False):
            form.show_view(view)
        for view in views[len(self.forms) :]:
            self._add_form(view)
        self.hint.setVisible(not views)
        self.add.setVisible(len(views) < MOST_VIEWS)
        self.add.setText("+ View beside it" if views else "+ View")

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        for form in self.forms:
            form.set_theme(theme)

    # --- inside ------------------------------------------------------------------------------

    def _add_form(self, view: View) -> None:
        form = ViewForm(view)
        form.set_theme(self._theme)
        form.wanted.connect(lambda made: self._change(form, made))
        form.removed.connect(lambda: self._remove(form))
        self._put(len(self.forms), form)
        self.forms.append(form)

    def _views(self) -> list[View]:
        return [] if self._document.scene is None else list(self._document.scene.views)

    def _add(self, kind: str) -> None:
        views = self._views()
        self._document.change_scene("Add a view", views=(*views, fresh(kind, views)))

    def _change(self, form: ViewForm, view: View) -> None:
        views = self._views()
        views[self.forms.index(form)] = view
        self._document.change_scene("Change a view", views=tuple(views))

    def _remove(self, form: ViewForm) -> None:
        views = self._views()
        del views[self.forms.index(form)]
        self._document.change_scene("Remove a view", views=tuple(views))


_HINT = (
    "A scene of words only so far. Add a live view here, or set one up in Explore, Gradients or "
    "Train and press Ctrl+Shift+L there."
)
