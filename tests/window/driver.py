"""Runs the real window and answers questions about it on its standard input.

The mouse and keyboard come from xdotool, outside; this only tells where things are and what
the window shows. One question a line, one JSON answer a line.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QSettings, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.main_window import MainWindow


class Answers(QObject):
    """Answers questions from standard input."""

    def __init__(self, window: MainWindow, client: EngineClient) -> None:
        super().__init__()
        self._window = window
        self._client = client
        self._notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_line)

    def _on_line(self) -> None:
        words = sys.stdin.readline().split()
        if not words:
            QApplication.quit()
            return
        answer = getattr(self, f"ask_{words[0]}")(*words[1:])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    def ask_state(self) -> dict[str, object]:
        s = self._window.session
        notice = self._window.strip.notice
        return {
            "title": self._window.windowTitle(),
            "engine": self._client.state.name,
            "engine_pid": self._client.pid,
            "network": s.spec.name,
            "selected": s.selected,
            "cut": sorted(s.toggles.cut),
            "stale": s.stale,
            "grads": [b.grad_in for b in s.snapshot.blocks] if s.snapshot else None,
            "ghost": [b.grad_in for b in s.ghost.blocks] if s.ghost else None,
            "top": self._window.workspace.side.top5.rows[:1],
            "notice": notice.message if notice else None,
            "torch": "torch" in sys.modules,
        }

    def ask_arc(self, name: str) -> list[int]:
        """Where on the screen the arc of a block can be clicked: its top."""
        chain = self._window.workspace.overview.canvas.scene.chain
        return self._on_canvas(name, chain.arc_base - chain.arc_height)

    def ask_square(self, name: str) -> list[int]:
        """Where on the screen the square of a block is."""
        return self._on_canvas(name, self._window.workspace.overview.canvas.scene.chain.line_y)

    def _on_canvas(self, name: str, y: float) -> list[int]:
        canvas = self._window.workspace.overview.canvas
        index = [b.name for b in self._window.session.spec.blocks()].index(name)
        return _on_screen(canvas, QPoint(round(canvas.scene.axis.centre(index)), round(y)))

    def ask_centre(self) -> list[int]:
        return _on_screen(self._window, self._window.rect().center())

    def ask_resize(self, width: str, height: str) -> bool:
        self._window.showNormal()
        self._window.resize(int(width), int(height))
        # Asked of the window manager again once the window has its new size.
        QTimer.singleShot(200, lambda: self._window.move(0, 0))
        return True

    def ask_theme(self, name: str) -> bool:
        self._window.set_theme(name)  # type: ignore[arg-type]
        return True

    def ask_load(self, name: str) -> bool:
        from dataclasses import replace

        from resnet_viz.models.specs import spec

        session = self._window.session
        choice = replace(session.choice, spec=spec(name), weights="none")
        session.choose(replace(choice, training_mode=choice.usual_mode))
        return True


def _on_screen(widget: QWidget, point: QPoint) -> list[int]:
    at = widget.mapToGlobal(point)
    return [at.x(), at.y()]


def main() -> int:
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    settings = QSettings(
        str(Path(os.environ["XDG_CONFIG_HOME"], "window.ini")), QSettings.Format.IniFormat
    )
    client = EngineClient()
    window = MainWindow(settings, client, sys.argv[1] if len(sys.argv) > 1 else None)
    answers = Answers(window, client)
    assert answers is not None
    window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
