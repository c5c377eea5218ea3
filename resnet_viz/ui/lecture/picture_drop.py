"""Pictures dropped onto a slide: they go to the live view under the mouse."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from resnet_viz.errors import UserError
from resnet_viz.ui.lecture.stage_place import StagePlace, words_of
from resnet_viz.ui.pictures import Picture, PictureLoader, read_mime
from resnet_viz.ui.theme import Theme


class PictureDrop(QObject):
    """Decodes what is dropped and hands it to a view.

    Args:
        window: where things are dropped.
        places: the live views on screen.

    Signals:
        problem: words why something was not taken.
    """

    problem = Signal(str)

    def __init__(self, window: QWidget, places: Callable[[], tuple[StagePlace, ...]]) -> None:
        super().__init__(window)
        self._window = window
        self._places = places
        self._target: StagePlace | None = None
        self._frame = QLabel("Drop the picture here", window)
        self._frame.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
        self._frame.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._frame.hide()
        self._loader = PictureLoader(self)
        self._loader.loaded.connect(self._on_picture)
        self._loader.failed.connect(lambda error: self.problem.emit(" ".join(words_of(error))))

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        t = theme
        self._frame.setStyleSheet(
            f"border: {max(3, round(t.line))}px dashed {t.output}; border-radius: 14px;"
            f" color: {t.output}; font-size: {t.title_px}px; font-weight: 600;"
            f" padding: {t.small_px}px; background: transparent;"
        )

    def drag_to(self, at: QPoint) -> None:
        """Show which view would get it; `at` in the window's coordinates."""
        place = self._under(at)
        if place is None:
            self._frame.hide()
            return
        self._frame.setGeometry(place.rect().translated(place.mapTo(self._window, QPoint())))
        self._frame.show()
        self._frame.raise_()

    def drag_away(self) -> None:
        """Nothing is dragged over the slide any more."""
        self._frame.hide()

    def drop(self, mime: QMimeData, at: QPoint) -> None:
        """Decode it for the view under the mouse."""
        self._frame.hide()
        self._target = self._under(at)
        try:
            found = read_mime(mime)
        except UserError as error:
            self.problem.emit(str(error))
            return
        if found.files:
            self._loader.load_file(found.files[0])
        elif found.data is not None:
            self._loader.load_bytes(found.data, "dropped picture")
        elif found.image is not None:
            self._loader.load_qimage(found.image, "dropped picture")

    def close(self) -> None:
        """Let a running decode end."""
        self._loader.wait()

    def _under(self, at: QPoint) -> StagePlace | None:
        """The view at a point; the only one is meant wherever it is dropped."""
        places = self._places()
        if len(places) == 1:
            return places[0]
        for place in places:
            if place.rect().contains(place.mapFrom(self._window, at)):
                return place
        return None

    def _on_picture(self, picture: Picture) -> None:
        if self._target is None or self._target not in self._places():
            self.problem.emit("Drop a picture onto one of the views.")
            return
        if self._target.stage is not None:
            self._target.stage.take_picture(picture)
