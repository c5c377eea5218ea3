"""The Lecture workspace: scenes on the left, the chosen one live in the middle, its words right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QSettings, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QSplitter, QWidget

from resnet_viz.errors import UserError
from resnet_viz.lecture import toggling
from resnet_viz.lecture.made import versions_here
from resnet_viz.lecture.scenes import Scene
from resnet_viz.lecture.views import View
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.lecture.bundle_check import numbers_at_start
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.files import LectureFiles
from resnet_viz.ui.lecture.handing_out import HandingOut
from resnet_viz.ui.lecture.library import RecentLectures, built_in_lectures
from resnet_viz.ui.lecture.packing import Packed, Packer
from resnet_viz.ui.lecture.preview import Preview
from resnet_viz.ui.lecture.scene_column import SceneColumn
from resnet_viz.ui.lecture.scene_form import SceneForm
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.workspace import Workspace

if TYPE_CHECKING:
    from resnet_viz.ui.lecture.presentation import Presentation
    from resnet_viz.ui.lecture.screens import Place

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
        presentation: full screen; None before the first time.
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
        self._client = client
        self._notifier = notifier
        self._recent = recent
        self._theme: Theme = LIGHT
        self._device = ""
        self.document = LectureDocument(self)
        self.files = LectureFiles(self.document, notifier, self)
        self.packer = Packer(self)
        self.handing_out = HandingOut(client, notifier, self)
        self.preview = Preview(client, self.document)
        self.preview.pool.set_paused(True)  # until it is on screen
        self.column = SceneColumn(self.document, self.preview.pool)
        self.form = SceneForm(self.document, self.preview)
        self.presentation: Presentation | None = None
        self._screen = ""
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
        self.packer.done.connect(self._on_packed)
        self.packer.failed.connect(self._on_failed)
        preview.thumbnail_ready.connect(self.column.list.set_thumbnail)
        preview.add_wanted.connect(self.add_scene)
        preview.refused.connect(self._on_failed)
        preview.bar.present.connect(lambda: self.present(from_start=False))
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

    def pack(self) -> None:
        """Choose a file and pack the lecture with its pictures into it."""
        usual = self.document.place.folder / f"{self.document.lecture.title}.rvl"
        name, _ = QFileDialog.getSaveFileName(
            self, "Pack the lecture into one file", str(usual), "Bundles (*.rvl)"
        )
        if name:
            self.pack_to(Path(name).with_suffix(".rvl"))

    def pack_to(self, path: Path) -> None:
        """Pack the lecture with its pictures and the figures measured so far."""
        self.preview.show_step(0)
        self.packer.start(
            Packed(
                self.document.lecture,
                self.document.place.folder,
                path,
                numbers_at_start(self.preview.pool),
                versions_here(),
                self._device,
            )
        )

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

    def present(
        self, *, from_start: bool, screen: Place | None = None, beside: Place | None = None
    ) -> None:
        """Show the lecture full screen, from the chosen scene or from the first.

        Args:
            from_start: whether to begin with the first scene.
            screen: for the slides, where not the usual one.
            beside: for the presenter view, where not the usual one.
        """
        if not self.document.lecture.scenes:
            self._notifier.info("There is no scene to present. Add one first.")
            return
        presentation = self.presentation or self._make_presentation()
        self.preview.pool.set_paused(True)
        presentation.set_theme(self._theme)
        presentation.chosen_screen = self._screen
        presentation.start(
            self.document.lecture,
            self.document.place.folder,
            first=0 if from_start else self.document.selected,
            step=0 if from_start else self.preview.step,
            screen=screen,
            presenter_screen=beside,
        )

    def fill_screens(self, menu: QMenu) -> None:
        """Put the screens that slides can be shown on into a menu."""
        from resnet_viz.ui.lecture import screens

        screens.fill_menu(menu, self._screen, self._choose_screen)

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
        if self.presentation is None or not self.presentation.running:
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
        self._device = device
        self.column.check.set_device(device)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        for part in (self.column, self.preview, self.form):
            part.set_theme(theme)

    def may_close(self) -> bool:
        """Ask what becomes of unsaved changes."""
        return self.files.may_lose()

    def close_down(self) -> None:
        """End what is under way."""
        self.files.close_down()
        self.handing_out.stop()
        self.packer.wait()
        if self.presentation is not None:
            self.presentation.close_down()
        self.preview.close_down()

    def save(self, settings: QSettings) -> None:
        """Remember which lecture is open, and how wide the columns are."""
        settings.setValue(_LAST, "" if self.files.path is None else str(self.files.path))
        settings.setValue("lecture/scene", self.document.selected)
        settings.setValue("lecture/split", self.splitter.saveState())
        settings.setValue(_SCREEN, self._screen)

    def restore(self, settings: QSettings) -> None:
        """Take up the lecture of the last time, or the first that ships with the program."""
        split = settings.value("lecture/split")
        if split is not None:
            self.splitter.restoreState(split)
        self._screen = str(settings.value(_SCREEN, "") or "")
        last = Path(str(settings.value(_LAST, "") or ""))
        shipped = built_in_lectures()
        if not (last.is_file() and self.open(last)) and shipped:
            self.open(shipped[0][1])
        scene = str(settings.value("lecture/scene", ""))
        if last.is_file() and scene.isdecimal():
            self.document.select(int(scene))
        self.files.offer_draft()

    # --- inside ------------------------------------------------------------------------------

    def _make_presentation(self) -> Presentation:
        from resnet_viz.ui.lecture.presentation import Presentation

        self.presentation = Presentation(self._client, self._theme, self.window())
        self.presentation.ended.connect(self._on_ended)
        self.presentation.screen_chosen.connect(self._choose_screen)
        self._notifier.posted.connect(self.presentation.tell)
        return self.presentation

    def _choose_screen(self, name: str) -> None:
        self._screen = name

    def _on_ended(self, scene: int, step: int) -> None:
        """The presentation was left: go on editing there."""
        self.document.select(scene)
        if self.isVisible():
            self.preview.pool.set_paused(False)
        self.preview.show_step(step)
        self.window().activateWindow()

    def _on_place(self) -> None:
        self.column.check.show_bundle(self.files.made)
        self._tell_facts()

    def _on_packed(self, path: Path, left_out: Sequence[str]) -> None:
        self._recent.add(path)
        if left_out:
            self._notifier.warning(f"{path.name} is packed, but not whole.", " ".join(left_out))
        else:
            self._notifier.info(f"{path.name} is packed; it opens on any machine.")

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._notifier.error(error.message, error.hint)
        else:
            raise error

    def _tell_facts(self) -> None:
        self.headline_changed.emit(self.headline)
        self.status_changed.emit(self.status)
