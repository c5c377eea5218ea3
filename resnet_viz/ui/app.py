"""Start-up of the window process."""

from __future__ import annotations

import faulthandler
import logging
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import QMessageLogContext, QSettings, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from resnet_viz import __version__
from resnet_viz.assets import assets_dir
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.main_window import MainWindow

_log = logging.getLogger(__name__)


def run(image: str | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    log = _start_log()
    qInstallMessageHandler(_on_qt_message)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("resnet-viz")
    application.setApplicationDisplayName("ResNet Visualizer")
    application.setApplicationVersion(__version__)
    application.setStyle("Fusion")  # the same look everywhere; the theme colours it
    application.setWindowIcon(QIcon(str(assets_dir() / "icons" / "resnet-viz.svg")))

    settings = QSettings(
        str(Path(platformdirs.user_config_dir("resnet-viz"), "window.ini")),
        QSettings.Format.IniFormat,
    )
    window = MainWindow(settings, EngineClient(), image)
    _report_bugs_to(window, log)
    window.show()
    window.help.show_tour_once()
    _log.info("window shown")
    # Python sees Ctrl+C only when it runs; Qt's loop would keep it asleep.
    signal.signal(signal.SIGINT, lambda *_: window.close())
    awake = QTimer()
    awake.timeout.connect(lambda: None)
    awake.start(250)
    return application.exec()


def _start_log() -> Path:
    """Log into a file; returns its path. Without a writable folder, to stderr."""
    folder = Path(platformdirs.user_log_dir("resnet-viz"))
    path = folder / "window.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        logging.basicConfig(filename=path, filemode="w", level=logging.INFO)
        # Stays open on purpose: a crash writes to it.
        faulthandler.enable(path.with_suffix(".crash").open("w"))
    except OSError:
        logging.basicConfig(level=logging.WARNING)
        faulthandler.enable()
    return path


def _report_bugs_to(window: MainWindow, log: Path) -> None:
    """What nobody caught is logged and shown, and the window lives on."""

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        _log.error("%s", details)
        window.notifier.error(
            f"An error of the program: {error or kind.__name__}.",
            f"What you had is kept. The log is in {log}.",
            details,
        )

    sys.excepthook = report

    def report_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            _log.error("in thread %s", args.thread, exc_info=args.exc_value)

    threading.excepthook = report_thread


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    level = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }.get(kind, logging.ERROR)
    logging.getLogger("qt").log(level, "%s", message)
    if kind == QtMsgType.QtFatalMsg:
        sys.stderr.write(message + "\n")
