"""Films of the workspace on screen: a dialog, a file, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resnet_viz.ui.window_exports import WindowExports

if TYPE_CHECKING:
    from resnet_viz.ui.figures.film import Film
    from resnet_viz.ui.figures.film_dialog import FilmDialog

_NOTHING = (
    "There is nothing to film here: open a training in Train, or run an experiment in Gradients."
)


class WindowFilms(WindowExports):
    """Asks what to film, and tells where the film is."""

    dialog: FilmDialog | None

    def ask(self) -> None:
        """Open the dialog."""
        from resnet_viz.ui.figures.film_dialog import FilmDialog  # with the first film

        films = self._workspaces.current.films()
        if not films:
            self._notifier.info(_NOTHING)
            return
        self.dialog = FilmDialog(films, self._settings, self._looks.theme, self._window)
        self.dialog.save_wanted.connect(self._ask_file)
        self.dialog.made.connect(lambda path: self._notifier.info(f"Written to {path}."))
        self.dialog.failed.connect(self._tell)
        self.dialog.finished.connect(self._on_closed)
        self.dialog.open()

    def _ask_file(self, film: Film, suffix: str) -> None:
        path = self._choose_file("Save the film", film.file_name, suffix)
        if path is not None and self.dialog is not None:
            self.dialog.begin(path)
