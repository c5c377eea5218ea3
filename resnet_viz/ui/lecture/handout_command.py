"""`resnet-viz lecture FILE --handout OUT`: a handout without a window, or a display."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from resnet_viz.errors import UserError
from resnet_viz.lecture.handout import Handout
from resnet_viz.lecture.storage import open_lecture
from resnet_viz.report.versions import versions
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.lecture.handout_files import check_suffix, write_handout
from resnet_viz.ui.lecture.handout_maker import HandoutMaker, unknown


def run(source: Path, out: Path) -> int:
    """Measure a lecture scene by scene and write its handout; returns the exit code.

    Raises:
        UserError: if the lecture cannot be read or the file not be written.
    """
    check_suffix(out)
    opened = open_lecture(source)
    # Nothing is shown: it works on machines without a display, and beside an open window.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setStyle("Fusion")
    client = EngineClient()
    maker = HandoutMaker(client, opened.lecture, opened.folder, versions())
    made: list[Handout] = []
    maker.finished.connect(made.append)
    maker.finished.connect(lambda _handout: application.quit())
    signal.signal(signal.SIGINT, lambda *_: application.quit())
    awake = QTimer()  # Python sees Ctrl+C only when it runs
    awake.timeout.connect(lambda: None)
    awake.start(250)
    with _bar() as bar:
        task = bar.add_task(opened.lecture.title)
        maker.progressed.connect(lambda n, total: bar.update(task, completed=n, total=total))
        client.start()
        maker.start()
        application.exec()
    client.close()
    if not made:
        maker.cancel()
        raise UserError("The handout was stopped; nothing was written.")
    return _write(made[0], out)


def _bar() -> Bar:
    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Bar(*columns, console=console, disable=not console.is_terminal, transient=True)


def _write(handout: Handout, out: Path) -> int:
    path = write_handout(handout, out)
    print(f"Wrote {path}: {len(handout.scenes)} scenes.")
    if lacking := unknown(handout):
        print(
            f"{lacking} of its sentences lack a figure, because a view could not be measured or a "
            "training is part of the lecture.",
            file=sys.stderr,
        )
    return 0
