"""One addition on stage."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.pair_facts import pair_facts
from resnet_viz.lecture.views import AddNode, View
from resnet_viz.ui.gradients.pair_view import PairView
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.lab_stage import LabStage
from resnet_viz.ui.theme import Theme


class AddNodeStage(LabStage):
    """A residual network and its plain twin, live."""

    def __init__(
        self, view: AddNode, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(view, engine, folder, parent)
        self.pair = PairView()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pair)
        s = self.session
        self.pair.set_network(s.settings.spec("residual"), s.settings.spec("plain"))
        s.measured_changed.connect(self._on_measured)
        s.stale_changed.connect(lambda _: self._tell())
        s.activate()

    @property
    def complete(self) -> bool:
        """Whether the pair on screen is of the settings of now."""
        return self.session.measured is not None and not self.session.stale

    def show_view(self, view: View) -> None:
        """Show another pair."""
        assert isinstance(view, AddNode)
        self._view = view
        self._load_picture()
        self.session.set_settings(view.settings)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self.pair.set_theme(theme)

    def facts(self) -> Facts:
        """As `lecture/pair_facts`."""
        measured = self.session.measured
        return pair_facts(measured) if self.complete and measured is not None else {}

    def caption(self) -> str:
        """What was measured."""
        return self.pair.caption.text()

    def _on_measured(self) -> None:
        self.pair.set_measured(self.session.measured)
        self._tell()
