"""What a block of a training does to one picture, with the weights of the step on screen."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from resnet_viz.images import load_image, sample_images
from resnet_viz.numerals import percent
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.runs.layout import NetworkFacts
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Segment
from resnet_viz.ui.block_view.view import BlockView
from resnet_viz.ui.gradients.segments import Segments
from resnet_viz.ui.hint_card import HintCard
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.picture_button import PictureButton
from resnet_viz.ui.train.recorded_lanes import GLYPHS
from resnet_viz.ui.train.run_gates import spec_of
from resnet_viz.ui.train.session import TrainSession
from resnet_viz.ui.train.step_words import weights_words

_SETTLE_MS = 150
"""Scrubbing passes many steps: weights are loaded where it stops."""
_LIVE_MS = 3000
"""A training's own weights are looked at again so often."""


class MapsPanel(QWidget):
    """Asks for the maps of the selected block while it is on screen, and shows them.

    Signals:
        network_chosen(str): another network of the run is looked into.
    """

    network_chosen = Signal(str)

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = ""
        self._words = ""
        self.key: NetworkKey = "network"
        self.networks = Segments("Network")
        self.words = LineLabel(Look(LIGHT), LIGHT.small_px + 1)
        self.picture = PictureButton(session)
        self.view = BlockView()
        self.hint = HintCard()
        self.body = QStackedWidget()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._again = QTimer(self)
        self._again.setInterval(_LIVE_MS)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.head = QHBoxLayout()
        self.head.setContentsMargins(12, 6, 12, 0)
        self.head.setSpacing(10)
        self.head.addWidget(self.networks, 0, Qt.AlignmentFlag.AlignVCenter)
        self.head.addWidget(self.words, 1)
        self.head.addWidget(self.picture)
        self.body.addWidget(self.view)
        self.body.addWidget(self.hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(self.head)
        column.addWidget(self.body, 1)

    def _connect(self) -> None:
        session = self._session
        self._settle.timeout.connect(self._ask)
        self._again.timeout.connect(self._ask_again)
        self.networks.chosen.connect(self.choose)
        self.hint.run_clicked.connect(self._use_sample)
        self.picture.picked.connect(self._on_question)
        for changed in (session.selected_changed, session.position_changed):
            changed.connect(self._on_question)
        session.gates_changed.connect(self._on_question)
        session.run_changed.connect(self._on_run)
        session.run_grew.connect(self._on_grew)
        session.state_changed.connect(self._on_question)
        session.explored_changed.connect(self._on_explored)

    # --- what is shown -----------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.networks.set_theme(theme)
        self.words.set_look(Look(theme), theme.small_px + 1)
        self.view.set_theme(theme)
        self.hint.set_theme(theme)
        self.picture.set_theme(theme)

    def choose(self, key: str) -> None:
        """Look into another network of the run."""
        if key in self.networks.buttons:
            self.networks.choose(key)
            self.key = cast(NetworkKey, key)
            self._show()
            self.network_chosen.emit(key)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for maps from now on."""
        super().showEvent(event)
        self._on_run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Ask for nothing: nobody sees it."""
        super().hideEvent(event)
        self._settle.stop()
        self._again.stop()

    @property
    def reader(self) -> RunReader | None:
        """The run on screen."""
        return self._session.reader

    def _on_run(self) -> None:
        reader = self.reader
        if reader is not None:
            self.networks.set_choices(
                [
                    (n.key, f"{GLYPHS[cast(NetworkKey, n.key)]} {n.title}", "Look into this one")
                    for n in reader.facts.networks
                ]
            )
            self.networks.setVisible(len(reader.facts.networks) > 1)
            self.key = cast(NetworkKey, self.networks.value or "network")
        self._on_question()

    def _on_question(self, *_: object) -> None:
        self._show()
        if self.isVisible() and not self._problem():
            self._settle.start()
            self._again.start()

    def _on_grew(self) -> None:
        if self.body.currentWidget() is self.hint:
            self._on_question()  # the first weights may have been kept

    def _ask_again(self) -> None:
        session = self._session
        if session.own and session.position is None and session.phase == "running":
            self._ask()

    def _ask(self) -> None:
        reader = self.reader
        if reader is not None and self.isVisible() and not self._problem():
            live = self._session.own
            self._asked = weights_words(reader, self._session.position, live=live)
            self._session.explore_block()
            self._show()

    def _on_explored(self) -> None:
        self._words = self._asked
        self._show()

    def _problem(self) -> tuple[str, str, str] | None:
        """Why there can be no maps: heading, explanation, button; None if there can."""
        reader, session = self.reader, self._session
        network = self._network()
        if reader is None or network is None:
            return None
        if spec_of(network) is None:
            return (
                "Not a network of ours",
                f"{network.title} was trained by a script of its own. What it recorded of its "
                "blocks is shown, but only networks that this program can build can be looked "
                "into.",
                "",
            )
        if not weights_words(reader, session.position, live=session.own):
            return (
                "No weights were kept",
                "Maps need the weights of some step, and this run keeps none, or none yet. "
                "“snapshots” in the recipe's section [recording] says how many are kept.",
                "",
            )
        if session.picture is None:
            return (
                "No picture yet",
                "Open or drop a picture to see what the blocks do to it as they learn.",
                "Use a sample picture",
            )
        return None

    def _network(self) -> NetworkFacts | None:
        reader = self.reader
        networks = () if reader is None else reader.facts.networks
        return next((n for n in networks if n.key == self.key), None)

    def _use_sample(self) -> None:
        data, samples = self._session.data, sample_images()
        if data is not None and len(data.samples):
            self.picture.use(data.samples[0])
        elif samples:
            self.picture.use(load_image(samples[0].path))
        else:
            self.picture.showMenu()

    def _show(self) -> None:
        problem = self._problem()
        if problem is not None:
            self.hint.say(*problem)
            self.body.setCurrentWidget(self.hint)
            self.words.set_line((Segment(""),))
            return
        self.body.setCurrentWidget(self.view)
        self._show_block()

    def _show_block(self) -> None:
        network, block = self._network(), self._session.selected
        made = None if network is None else spec_of(network)
        shown = None if made is None else next((b for b in made.blocks() if b.name == block), None)
        if made is None or shown is None:
            self.view.clear()
            self._say(f"{network.title} has no block {block}" if network is not None else "")
            return
        explored = self._session.explored.get(self.key)
        snapshot = None if explored is None else explored.snapshot
        maps = None if snapshot is None else snapshot.maps.get(block)
        stats = snapshot.block(block) if snapshot is not None and maps is not None else None
        self.view.set_block(shown, made.order, made.activation, stats, maps)
        says = "" if snapshot is None else self._answer(snapshot)
        if maps is None or self._asked != self._words:  # what is shown is still of other weights
            self._say(f"{self._asked}: measuring…")
        else:
            self._say(self._words, says)

    def _answer(self, snapshot: Snapshot) -> str:
        """What the network calls the picture."""
        reader = self.reader
        probabilities = snapshot.probabilities()[0]
        best = int(probabilities.argmax())
        classes = () if reader is None else reader.facts.classes
        name = classes[best] if best < len(classes) else f"class {best}"
        return f"names it {name}, {percent(float(probabilities[best]))}"

    def _say(self, words: str, says: str = "") -> None:
        words = words[:1].upper() + words[1:]
        full = (Segment(words), Segment(f"  ·  {says}" if says else "", "muted"))
        self.words.set_line(full, (Segment(words),))
