"""Runs the real window and answers questions about it on its standard input.

The mouse and keyboard come from xdotool, outside; this only tells where things are and what
the window shows. One question a line, one JSON answer a line.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path

from lecture_answers import LectureAnswers
from PySide6.QtCore import QObject, QPoint, QSettings, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QSlider, QWidget

from resnet_viz.lab.experiments import EXPERIMENTS
from resnet_viz.lab.line import from_line, to_line
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.gradients.workspace import GradientsWorkspace
from resnet_viz.ui.main_window import MainWindow
from resnet_viz.ui.overview.canvas import OverviewCanvas
from resnet_viz.ui.train.workspace import TrainWorkspace


class Answers(LectureAnswers, QObject):
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
        try:
            answer = getattr(self, f"ask_{words[0]}")(*words[1:])
        except Exception:
            # Whoever asked waits for a line: ending says at once that none will come.
            traceback.print_exc()
            QApplication.exit(1)
            return
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
            "top": self._window.explore.side.top5.rows[:1],
            "notice": notice.message if notice else None,
            "torch": "torch" in sys.modules,
            "workspace": self._window.workspaces.current.title,
        }

    def ask_lab(self) -> dict[str, object]:
        """What the Gradients workspace shows; it must have been opened."""
        lab = self._laboratory()
        s = lab.session
        measured, ghost = s.measured, s.ghost
        return {
            "network": s.settings.network,
            "line": to_line(s.settings),
            "selected": s.selected,
            "stale": s.stale or measured is None,
            "residual": [b.grad_in for b in measured.residual.blocks] if measured else None,
            "plain": [b.grad_in for b in measured.plain.blocks] if measured else None,
            "ghost": [b.grad_in for b in ghost.residual.blocks] if ghost else None,
            "sentence": lab.page.sentence.text(),
            "running": s.running,
            "done": {key: [f.done, f.total] for key, f in s.findings.items()},
            "said": {key: f.sentence for key, f in s.findings.items()},
        }

    def ask_lab_arc(self, side: str, name: str) -> list[int]:
        """Where on the screen the arc of a block of one network can be clicked."""
        canvas = self._laboratory().page.pair.sides[side].canvas  # type: ignore[index]
        chain = canvas.scene.chain
        return self._on_chain(canvas, name, chain.arc_base - chain.arc_height)

    def ask_lab_square(self, side: str, name: str) -> list[int]:
        """Where on the screen the square of a block of one network is."""
        canvas = self._laboratory().page.pair.sides[side].canvas  # type: ignore[index]
        return self._on_chain(canvas, name, canvas.scene.chain.line_y)

    def ask_lab_alpha(self, share: str) -> list[int]:
        """Where on the screen the handle of the skips' slider is at a share of its range."""
        slider = self._laboratory().causes.findChild(QSlider)
        x = 9 + float(share) * (slider.width() - 18)
        return _on_screen(slider, QPoint(round(x), slider.height() // 2))

    def ask_tab(self, title: str) -> bool:
        """Show a tab of the Gradients workspace."""
        tabs = self._laboratory().tabs
        for index in range(tabs.count()):
            if tabs.tabText(index) == title:
                tabs.setCurrentIndex(index)
                return True
        return False

    def ask_run(self, key: str) -> bool:
        """Start an experiment with its usual options."""
        self._laboratory().session.run(EXPERIMENTS[key]())
        return True

    def ask_stop(self) -> bool:
        """Stop the experiment that runs."""
        self._laboratory().session.cancel_run()
        return True

    def ask_lab_set(self, line: str) -> bool:
        """Take up settings from a file that holds their line of text."""
        self._laboratory().session.set_settings(from_line(Path(line).read_text()).settings)
        return True

    def ask_train(self) -> dict[str, object]:
        """What the Train workspace shows; it must have been opened."""
        train = self._training()
        s = train.session
        reader, status = s.reader, s.status
        keys = [network.key for network in reader.facts.networks] if reader else []
        return {
            "tab": train.tabs.tabText(train.tabs.currentIndex()),
            "phase": s.phase,
            "step": status.step if status else None,
            "button": train.transport.play.accessibleName(),
            "folder": str(reader.path) if reader else None,
            "run_state": reader.state if reader else None,
            "last_step": reader.last_step if reader else 0,
            "steps": {key: len(reader.steps(key).step) for key in keys} if reader else {},
            "blocks": {key: list(reader.blocks(key).values.shape) for key in keys}
            if reader
            else {},
            "events": [event["what"] for event in reader.events] if reader else [],
            "position": s.position,
            "explored": sorted(s.explored),
            "cut": {key: sorted(gates) for key, gates in s.gates.items()},
            "classes": list(s.data.classes) if s.data else [],
            "held_out": sum(s.data.n_held_out) if s.data else 0,
            "broken": [Path(name).name for name, _ in s.data.broken] if s.data else [],
            "recipe": s.config.data.dataset,
        }

    def ask_train_recipe(self, file: str) -> bool:
        """Take up a recipe."""
        self._training().text.open_from(Path(file))
        return True

    def ask_train_open(self, folder: str) -> bool:
        """Open a run's folder."""
        self._training().session.open_run(Path(folder))
        return True

    def ask_train_button(self, name: str) -> list[int]:
        """Where on the screen a button of the transport is."""
        button = getattr(self._training().transport, name)
        return _on_screen(button, button.rect().center())

    def ask_train_tab(self, title: str) -> bool:
        """Show a tab of the Train workspace."""
        tabs = self._training().tabs
        titles = [tabs.tabText(index) for index in range(tabs.count())]
        tabs.setCurrentIndex(titles.index(title))
        return True

    def ask_train_time(self, share: str) -> list[int]:
        """Where on the screen the time axis is at a share of its width."""
        strip = self._training().pages["Live"].heat.strip  # type: ignore[attr-defined]
        plot = strip.place_plot()
        x = plot.left() + float(share) * plot.width()
        return _on_screen(strip, QPoint(round(x), round(plot.center().y())))

    def ask_train_arc(self, key: str, name: str) -> list[int]:
        """Where on the screen the arc of a block of one network can be clicked."""
        page = self._training().pages["Blocks"]
        row = page.recorded.rows[key]  # type: ignore[attr-defined]
        chain, axis = row.canvas.scene.chain, row.canvas.scene.axis
        y = chain.arc_base - chain.arc_height
        return _on_screen(row.canvas, QPoint(round(axis.centre(row.state.index(name))), round(y)))

    def _training(self) -> TrainWorkspace:
        training = self._window.findChild(TrainWorkspace)
        assert training is not None, "the Train workspace has not been opened"
        return training

    def _laboratory(self) -> GradientsWorkspace:
        laboratory = self._window.findChild(GradientsWorkspace)
        assert laboratory is not None, "the Gradients workspace has not been opened"
        return laboratory

    def _on_chain(self, canvas: OverviewCanvas, name: str, y: float) -> list[int]:
        names = [b.name for b in self._laboratory().session.spec.blocks()]
        x = canvas.scene.axis.centre(names.index(name))
        return _on_screen(canvas, QPoint(round(x), round(y)))

    def ask_arc(self, name: str) -> list[int]:
        """Where on the screen the arc of a block can be clicked: its top."""
        chain = self._window.explore.overview.canvas.scene.chain
        return self._on_canvas(name, chain.arc_base - chain.arc_height)

    def ask_square(self, name: str) -> list[int]:
        """Where on the screen the square of a block is."""
        return self._on_canvas(name, self._window.explore.overview.canvas.scene.chain.line_y)

    def _on_canvas(self, name: str, y: float) -> list[int]:
        canvas = self._window.explore.overview.canvas
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
