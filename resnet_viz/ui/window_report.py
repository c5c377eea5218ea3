"""A report of what Explore shows, as one HTML file that can be read without the program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from resnet_viz.engine.messages import Explored, Failed, ModelChoice
from resnet_viz.errors import UserError
from resnet_viz.models.gates import Gate
from resnet_viz.report.one_file import write_page
from resnet_viz.report.question import maps_to_show
from resnet_viz.report.result import Result
from resnet_viz.report.versions import versions
from resnet_viz.ui.background import Background
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.notify import Level, Notice, Notifier
from resnet_viz.ui.session import Session
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.toggles import block_names

_FOLDER = "folder/report"


@dataclass(frozen=True)
class Measured:
    """What a report is about, as it was when it was asked for.

    Attributes:
        result: from what is on screen; its maps are those of the selected block.
        choice: the network.
        gates: of the blocks that are not fully open.
        target: class whose loss is differentiated; None for the predicted one.
    """

    result: Result
    choice: ModelChoice
    gates: Mapping[str, Gate]
    target: int | None

    @property
    def blocks(self) -> tuple[str, ...]:
        """Whose maps a report shows: the first, a middle, the last and the selected one."""
        names = block_names(self.result.spec)
        asked = {*maps_to_show(names), *self.result.shown}
        return tuple(name for name in names if name in asked)


class WindowReport(QObject):
    """Asks where to, measures once more for the maps of several blocks, draws beside the window.

    Args:
        window: the dialogs' parent.
        client: the engine; it is asked in a lane of its own, so that clicks are answered first.
        session: what Explore shows.
        settings: where the folder is kept.
        notifier: tells what was written, and what cannot be.
    """

    def __init__(
        self,
        window: QWidget,
        client: EngineClient,
        session: Session,
        settings: QSettings,
        notifier: Notifier,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._client = client
        self._session = session
        self._settings = settings
        self._notifier = notifier
        self._engine: StageEngine | None = None
        self._asked: dict[int, tuple[Measured, Path]] = {}
        self._drawing = Background(self)
        self._drawing.done.connect(self._on_written)
        self._drawing.failed.connect(self._tell)

    def ask(self) -> None:
        """Choose a file, and write a report of the measurement on screen."""
        measured = self._measured()
        if measured is None:
            self._notifier.info("There is no measurement yet to report on.")
            return
        name, _ = QFileDialog.getSaveFileName(
            self._window,
            "Write a report",
            str(Path(str(self._settings.value(_FOLDER, ""))) / _suggested(measured.result)),
            "Web page (*.html)",
        )
        if name:
            path = Path(name)
            self._settings.setValue(_FOLDER, str(path.parent))
            self.write(measured, path if path.suffix else path.with_suffix(".html"))

    def write(self, measured: Measured, path: Path) -> None:
        """Measure once more for the maps of several blocks, then draw."""
        self._notifier.info(f"Writing the report {path.name} …")
        request_id = self._lane().explore(
            measured.choice, measured.result.view, measured.gates, measured.target, measured.blocks
        )
        self._asked[request_id] = measured, path

    def wait(self) -> None:
        """Let what is being written end; called before the window closes."""
        self._drawing.wait()

    # --- inside ------------------------------------------------------------------------------

    def _measured(self) -> Measured | None:
        """What is on screen; None before it is measured."""
        s = self._session
        if s.snapshot is None or s.stale or s.picture is None or s.view is None or not s.network:
            return None
        result = Result(
            image=s.picture.name,  # without its folder: the page is for others to read
            photo=s.picture.rgb,
            view=s.view,
            spec=s.spec,
            weights=Path(s.choice.path).name or s.choice.weights,
            weights_label=s.network.weights_label,
            seed=s.choice.seed,
            labels=s.network.labels,
            preprocess=s.network.preprocess,
            snapshot=s.snapshot,
            target_is_predicted=s.target is None,
            shown=tuple(s.snapshot.maps),
            versions=versions(),
            notes=s.network.notes,
        )
        return Measured(result, s.choice, s.toggles.gates(s.spec), s.target)

    def _lane(self) -> StageEngine:
        if self._engine is None:
            self._engine = StageEngine(self._client, self)
            self._engine.explored.connect(self._on_explored)
            self._engine.failed.connect(self._on_failed)
        return self._engine

    def _on_explored(self, explored: Explored) -> None:
        if explored.request_id in self._asked:
            measured, path = self._asked.pop(explored.request_id)
            result = replace(measured.result, snapshot=explored.snapshot, shown=measured.blocks)
            self._draw(result, path)

    def _on_failed(self, failed: Failed) -> None:
        """Without the engine there are still the numbers and maps on screen."""
        if failed.request_id in self._asked:
            measured, path = self._asked.pop(failed.request_id)
            self._draw(measured.result, path)

    def _draw(self, result: Result, path: Path) -> None:
        def work() -> str:
            write_page(result, path)
            return str(path)

        self._drawing.start(work)

    def _on_written(self, name: str) -> None:
        def open_it() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(name))

        self._notifier.post(
            Notice(Level.INFO, f"Wrote {name}.", action="Open it", on_action=open_it)
        )

    def _tell(self, error: UserError) -> None:
        self._notifier.error(error.message, error.hint)


def _suggested(result: Result) -> str:
    """A file name: `ResNet-56 on cat.html`."""
    name = f"{result.spec.title()} on {Path(result.image).stem}"
    return re.sub(r'[<>:"/\\|?*\x00-\x1f]', "-", name) + ".html"
