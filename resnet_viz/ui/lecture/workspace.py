"""The Lecture workspace: scenes on the left, the chosen one live in the middle, its words right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QSettings, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QWidget

from resnet_viz.errors import UserError
from resnet_viz.lecture import toggling
from resnet_viz.lecture.scenes import Scene
from resnet_viz.lecture.views import View
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.files import LectureFiles
from resnet_viz.ui.lecture.handing_out import HandingOut
from resnet_viz.ui.lecture.library import RecentLectures, built_in_lectures
from resnet_viz.ui.lecture.packing_up import PackingUp
from resnet_viz.ui.lecture.presenting import Presenting
from resnet_viz.ui.lecture.preview import Preview
from resnet_viz.ui.lecture.scene_column import SceneColumn
from resnet_viz.ui.lecture.scene_form import SceneForm
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.workspace import Workspace

_LAST = "lecture/last"
_SCREEN = "lecture/screen"


def lecture_workspace(
    client: EngineClient, notifier: Notifier, settings: QSettings
) -> LectureWorkspace:
    """The workspace.

    Args:
        client: the engine.
        notifier: tells what does not work.
        settings: where the lectures opened last are kept.
    """
    return LectureWorkspace(client, notifier, RecentLectures(settings))


class LectureWorkspace(Workspace):
    """Shows a lecture and edits it.

    Args:
        client: the engine.
        notifier: tells what does not work.
        recent: the lectures opened last.
        parent: owner.

    Attributes:
        document: what is edited.
        files: opens and saves it.
        preview: the chosen scene, live.
        packing: makes a bundle of it.
        handing_out: makes a handout of it.
        presenting: shows it full screen.
    """

    title = "Lecture"

    def __init__(
        self,
        client: EngineClient,
        notifier: Notifier,
        recent: RecentLectures,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._notifier = notifier
        self._recent = recent
        self.document = LectureDocument(self)
        self.files = LectureFiles(self.document, notifier, self)
        self.handing_out = HandingOut(client, notifier, self)
        self.preview = Preview(client, self.document)
        self.preview.pool.set_paused(True)  # until it is on screen
        self.packing = PackingUp(self.document, self.preview, notifier, self)
        self.presenting = Presenting(client, notifier, self.document, self.preview, self)
        self.column = SceneColumn(self.document, self.preview.pool)
        self.form = SceneForm(self.document, self.preview)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.column, self.preview, self.form):
            self.splitter.addWidget(part)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(10)
        self.splitter.setSizes([220, 2000, 300])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.splitter)

    def _connect(self) -> None:
        document, preview = self.document, self.preview
        document.lecture_changed.connect(lambda _lecture: self._tell_facts())
        document.selected_changed.connect(lambda _index: self._tell_facts())
        document.unsaved_changed.connect(lambda _unsaved: self._tell_facts())
        document.place_changed.connect(self._on_place)
        self.files.opened.connect(self._recent.add)
        self.packing.packed.connect(self._recent.add)
        self.packing.failed.connect(self._on_failed)
        preview.thumbnail_ready.connect(self.column.list.set_thumbnail)
        preview.add_wanted.connect(self.add_scene)
        preview.refused.connect(self._on_failed)
        preview.bar.present.connect(lambda: self.presenting.start(from_start=False))
        self.form.refused.connect(self._on_failed)
        self.column.add_wanted.connect(self.add_scene)
        self.column.open_wanted.connect(self.choose_network)

    # --- lectures ----------------------------------------------------------------------------

    def open(self, path: Path) -> bool:
        """Open a lecture; a damaged one is told with its line, and the one before stays.

        Returns:
            Whether it is on screen.
        """
        return self.files.open(path)

    def fill_menu(self, menu: QMenu) -> None:
        """List the lectures to open."""
        menu.clear()
        for path in self._recent.paths():
            menu.addAction(path.name).triggered.connect(lambda _=False, p=path: self.open(p))
        if not menu.isEmpty():
            menu.addSeparator()
        for title, path in built_in_lectures():
            action = menu.addAction(f"{title} (built in)")
            action.triggered.connect(lambda _=False, p=path: self.open(p))

    def hand_out(self) -> None:
        """Choose a file and write the lecture for readers into it."""
        self.handing_out.ask(self.document.lecture, self.document.place.folder)

    # --- scenes ------------------------------------------------------------------------------

    def add(self, views: Sequence[View], title: str) -> int:
        """Put a scene with these views behind the chosen one.

        Returns:
            Its number, from 1.
        """
        self.document.add([Scene(title, views=tuple(views))])
        return self.document.selected + 1

    def add_scene(self) -> None:
        """Put an empty scene behind the chosen one, its title ready to be typed."""
        self.document.add([Scene("New scene")])
        self.preview.words.edit_title()

    # --- as the window's workspace -----------------------------------------------------------

    @property
    def undo(self) -> QUndoStack:
        """Steps of the lecture."""
        return self.document.undo

    @property
    def headline(self) -> str:
        """The lecture's title, and whether it is saved."""
        place, title = self.document.place, self.document.lecture.title
        if self.document.unsaved:
            return f"{title} · not saved"
        return f"{title} · built in" if place.built_in else title

    @property
    def status(self) -> str:
        """Which scene is chosen."""
        count = len(self.document.lecture.scenes)
        return f"scene {self.document.selected + 1} of {count}" if count else ""

    @property
    def export_name(self) -> str:
        """The lecture and the scene."""
        return f"{self.document.lecture.title} {self.document.selected + 1}"

    def scene_views(self) -> tuple[View, ...]:
        """The views on the preview, as they are now."""
        view = self.preview.view
        return () if view is None else tuple(stage.view for stage in view.stages)

    def figures(self) -> tuple[Figure, ...]:
        """The scene on the preview, and each of its views."""
        from resnet_viz.ui.figures.stage_figures import scene_figures

        view = self.preview.view
        scenes = self.document.lecture.scenes
        if view is None or not scenes:
            return ()
        return scene_figures(scenes[self.document.selected].title, view.places)

    def choose_network(self, button: QWidget) -> None:
        """Show which lectures there are."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def walk_blocks(self, step: int) -> None:
        """Select a neighbour on the preview."""
        self.preview.by_hand.toggle(lambda view: toggling.walked(view, step))

    def flip_skip(self) -> None:
        """Cut or restore the selected block's skip on the preview."""
        self.preview.by_hand.toggle(toggling.skip_flipped)

    def flip_branch(self) -> None:
        """Drop or restore the selected block's branch on the preview."""
        self.preview.by_hand.toggle(toggling.branch_flipped)

    def flip_stage(self) -> None:
        """Cut or restore all skips of the selected block's stage on the preview."""
        self.preview.by_hand.toggle(toggling.stage_flipped)

    def flip_all(self) -> None:
        """Cut or restore all skips on the preview."""
        self.preview.by_hand.toggle(toggling.all_flipped)

    def fit(self) -> None:
        """Show the scene as the lecture has it."""
        self.preview.back_to_script()

    def take(self, mime: QMimeData) -> bool:
        """Pictures are meant for the view that they are dropped on; the rest is the window's."""
        return False

    def enter(self) -> None:
        """It is on screen: measure, unless a presentation does."""
        if not self.presenting.running:
            self.preview.pool.set_paused(False)
        self.column.list.setFocus()

    def leave(self) -> None:
        """Let the engine serve another workspace."""
        self.document.end_typing()
        self.preview.pool.set_paused(True)

    def show_picture(self, picture: Picture, *, chosen: bool) -> None:
        """Show a picture that the user chose while a scene was on screen on its views."""
        if chosen and self.preview.view is not None:
            for stage in self.preview.view.stages:
                stage.take_picture(picture)

    def set_device(self, device: str) -> None:
        """What the figures of a bundle are compared on."""
        self.packing.set_device(device)
        self.column.check.set_device(device)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        for part in (self.column, self.preview, self.form, self.presenting):
            part.set_theme(theme)

    def may_close(self) -> bool:
        """Ask what becomes of unsaved changes."""
        return self.files.may_lose()

    def close_down(self) -> None:
        """End what is under way."""
        self.files.close_down()
        self.handing_out.stop()
        self.packing.wait()
        self.presenting.close_down()
        self.preview.close_down()

    def save(self, settings: QSettings) -> None:
        """Remember which lecture is open, and how wide the columns are."""
        settings.setValue(_LAST, "" if self.files.path is None else str(self.files.path))
        settings.setValue("lecture/scene", self.document.selected)
        settings.setValue("lecture/split", self.splitter.saveState())
        settings.setValue(_SCREEN, self.presenting.screen)

    def restore(self, settings: QSettings) -> None:
        """Take up the lecture of the last time, or the first that ships with the program."""
        split = settings.value("lecture/split")
        if split is not None:
            self.splitter.restoreState(split)
        self.presenting.screen = str(settings.value(_SCREEN, "") or "")
        last = Path(str(settings.value(_LAST, "") or ""))
        shipped = built_in_lectures()
        if not (last.is_file() and self.open(last)) and shipped:
            self.open(shipped[0][1])
        scene = str(settings.value("lecture/scene", ""))
        if last.is_file() and scene.isdecimal():
            self.document.select(int(scene))
        self.files.offer_draft()

    # --- inside ------------------------------------------------------------------------------

    def _on_place(self) -> None:
        self.column.check.show_bundle(self.files.made)
        self._tell_facts()

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._notifier.error(error.message, error.hint)
        else:
            raise error

    def _tell_facts(self) -> None:
        self.headline_changed.emit(self.headline)
        self.status_changed.emit(self.status)
