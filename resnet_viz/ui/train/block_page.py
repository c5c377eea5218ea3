"""The tab "Blocks": a run's networks at one step, what was recorded of every block, and maps."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.models.gates import Gate
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.gradients.segments import Segments
from resnet_viz.ui.hint_card import HintCard
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.maps_panel import MapsPanel
from resnet_viz.ui.train.recorded_state import closed
from resnet_viz.ui.train.recorded_view import RecordedView
from resnet_viz.ui.train.run_gates import gates_of
from resnet_viz.ui.train.session import TrainSession
from resnet_viz.ui.train.step_bar import StepBar
from resnet_viz.ui.train.step_words import looked_at, measured_steps, step_words, values_at

_ROOMY = 800
"""Height, at normal type, from which figures and maps are shown together."""
_NO_LIMIT = 16_777_215  # the largest size that Qt gives a widget
_LOOKING_BACK = "You are looking back: skips are cut at the newest step. Press “Newest step” first."
_OVER = (
    "Skips are cut here while a run trains or is paused. This one is not being trained: "
    "resume it, or try cuts on trained weights in Explore."
)


class BlockPage(QWidget):
    """Shows the session's run at its position, and passes on what is clicked."""

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme: Theme = LIGHT
        self.steps = StepBar()
        self.parts = Segments("Below the networks")
        self.notice = QLabel()
        self.recorded = RecordedView()
        self.maps = MapsPanel(session)
        self.empty = HintCard()
        self._lay_out()
        self._connect()
        self.set_theme(LIGHT)
        self._on_run()

    # --- construction ------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.parts.set_choices(
            [
                ("figures", "Figures", "What was recorded of every block at this step"),
                ("maps", "Maps", "What the selected block does to a picture"),
            ]
        )
        self.empty.say(
            "No run on screen",
            "Here you see every block of both networks as it learns: the gradient that reaches "
            "it, how much its weights change, which channels are dead, who carries the signal. "
            "Press Play, or open a run in the tab Runs.",
            "Play",
        )
        self.notice.setWordWrap(True)
        self.notice.hide()
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.steps, 1)
        top.addWidget(self.parts)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self._upper, self._lower = _card(self.recorded, 12), _card(self.maps, 0)
        self.splitter.addWidget(self._upper)
        self.splitter.addWidget(self._lower)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(8)
        self.splitter.setStretchFactor(0, 55)
        self.splitter.setStretchFactor(1, 45)
        run = QWidget()
        column = QVBoxLayout(run)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        top.setContentsMargins(6, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self.notice)
        # Wrapped texts stay outside: they would make a scroll area give all it holds its hint.
        column.addWidget(scrolled(self.splitter), 1)
        self.body = QStackedWidget()
        self.body.addWidget(self.empty)
        self.body.addWidget(run)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.body)

    def _connect(self) -> None:
        session, recorded = self._session, self.recorded
        self.empty.run_clicked.connect(session.play)
        self.steps.scrubbed.connect(session.scrub)
        self.parts.chosen.connect(lambda _: self._show_parts())
        self.maps.network_chosen.connect(lambda _: self._show_parts())
        recorded.skip_clicked.connect(self._on_skip)
        recorded.branch_clicked.connect(self._on_branch)
        recorded.stage_skips_clicked.connect(self._on_stage)
        recorded.block_selected.connect(session.select)
        recorded.block_opened.connect(self._on_opened)
        session.run_changed.connect(self._on_run)
        session.run_grew.connect(self._on_grew)
        session.position_changed.connect(lambda _: self._show_step())
        session.gates_changed.connect(self._show_gates)
        session.selected_changed.connect(recorded.show_selected)
        session.state_changed.connect(lambda: self.notice.hide())

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        for part in (self.steps, self.parts, self.recorded, self.maps, self.empty):
            part.set_theme(theme)
        self.notice.setStyleSheet(
            f"color: {theme.text}; font-size: {theme.font_px}px; background: {theme.highlight};"
            " border-radius: 6px; padding: 4px 8px;"
        )
        self._show_parts()

    def fit(self) -> None:
        """Show all blocks."""
        self.recorded.fit()

    # --- what is shown -----------------------------------------------------------------------

    def _on_run(self) -> None:
        reader = self._session.reader
        self.notice.hide()
        self.body.setCurrentIndex(0 if reader is None else 1)
        self.recorded.show_run(None if reader is None else reader.facts)
        self._shown = () if reader is None else reader.facts.networks
        self._show_step()
        self.recorded.show_selected(self._session.selected)
        self._show_parts()

    def _on_grew(self) -> None:
        reader = self._session.reader
        if reader is not None and reader.facts.networks != self._shown:
            self._on_run()
        elif self.isVisible():
            self._show_step()

    def _show_step(self) -> None:
        """Show gates and figures as they were at the position on screen."""
        reader, position = self._session.reader, self._session.position
        if reader is None:
            return
        step = looked_at(reader, position)
        found = {key: values_at(reader, key, step) for key in self.recorded.shown}
        self._show_gates()
        self.recorded.show_values(
            {key: values for key, (_, values) in found.items()},
            "No block was measured by this step.",
        )
        measured = max((at for at, _ in found.values()), default=-1)
        words = step_words(reader, position, measured)
        self.steps.show_steps(measured_steps(reader), position, words)

    def _show_gates(self) -> None:
        reader, position = self._session.reader, self._session.position
        if reader is None:
            return
        gates = self._session.gates
        if position is not None:
            gates = gates_of(reader.facts, reader.events, position)
        for key in self.recorded.shown:
            self.recorded.show_gates(key, gates.get(key, {}))

    def _show_parts(self) -> None:
        """Figures and maps together where there is room, else the one that is chosen."""
        roomy = self.height() >= _ROOMY * self._theme.font_px / 13.0
        maps = self.parts.value == "maps"
        self.parts.setVisible(not roomy)
        alone = maps and not roomy
        self.recorded.show_parts(
            lanes=not alone, whole=roomy, only=self.maps.key if alone else None
        )
        self._lower.setVisible(roomy or maps)
        for part in (self.recorded, self._upper):
            if (layout := part.layout()) is not None:
                layout.activate()  # or the hint is still that of the rows before
        self._upper.setMaximumHeight(self._upper.sizeHint().height() if alone else _NO_LIMIT)

    # --- reactions ---------------------------------------------------------------------------

    def _on_skip(self, key: str, block: str) -> None:
        if self._may_cut():
            self._session.flip_skip(cast(NetworkKey, key), block)

    def _on_branch(self, key: str, block: str) -> None:
        state = self.recorded.rows[cast(NetworkKey, key)].state
        index = state.index(block)
        if index is not None:
            self._set_gates(key, closed(state, [index], main=True))

    def _on_stage(self, key: str, stage: int) -> None:
        state = self.recorded.rows[cast(NetworkKey, key)].state
        members = [i for i, block in enumerate(state.blocks) if block.stage == stage]
        self._set_gates(key, closed(state, members))

    def _set_gates(self, key: str, gates: dict[str, Gate]) -> None:
        if self._may_cut():
            self._session.set_gates(cast(NetworkKey, key), gates)

    def _may_cut(self) -> bool:
        """Whether a cut can act; says why not."""
        session = self._session
        words = ""
        if not session.own:
            words = _OVER
        elif session.position is not None:
            words = _LOOKING_BACK
        self.notice.setText(words)
        self.notice.setVisible(bool(words))
        return not words

    def _on_opened(self, key: str, block: str) -> None:
        """A square was clicked: look into the block."""
        self.maps.choose(key)
        self.parts.choose("maps")
        self._show_parts()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give figures and maps the room there is."""
        super().resizeEvent(event)
        self._show_parts()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with the run."""
        super().showEvent(event)
        self._on_run()


def scrolled(widget: QWidget) -> QScrollArea:
    """A widget that scrolls where the window is lower than it can be."""
    area = QScrollArea()
    area.setObjectName("page")
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    return area


def _card(widget: QWidget, margin: int) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(margin, margin // 2, max(margin - 4, 0), margin // 2)
    layout.addWidget(widget)
    return card
