"""The left panel of Train: a preset to begin with, and everything that it decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.engine.messages import DeviceInfo
from resnet_viz.errors import UserError
from resnet_viz.ui.gradients.controls import Choice
from resnet_viz.ui.labels import muted, title
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train import setup_words as words
from resnet_viz.ui.train.fold import SetupGroup
from resnet_viz.ui.train.presets import presets
from resnet_viz.ui.train.recipe_text import RecipeText
from resnet_viz.ui.train.session import TrainSession
from resnet_viz.ui.train.setup_data import DataGroup, NetworkGroup, StartGroup, data_facts
from resnet_viz.ui.train.setup_summary import SetupSummary
from resnet_viz.ui.train.setup_training import (
    AugmentGroup,
    ComputeGroup,
    LengthGroup,
    RateGroup,
    RecordingGroup,
)

_OWN = "own"
"""The entry of a recipe that is none of the presets."""


class SetupPanel(QScrollArea):
    """Shows a session's recipe and passes on what is chosen.

    While a training is under way its recipe is shown to read.

    Args:
        session: whose recipe.
        text: copies, pastes, saves and opens it; None leaves the menu out.
        parent: owner.

    Signals:
        look_wanted: the pictures are to be loaded and shown.
        find_wanted: a learning rate is to be searched.
        folder_chosen: `Path` of class folders to fine-tune on.
    """

    look_wanted = Signal()
    find_wanted = Signal()
    folder_chosen = Signal(object)

    def __init__(
        self, session: TrainSession, text: RecipeText | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._projector = False
        self.setObjectName("card")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.preset = Choice("Recipe", {p.name: p.name for p in presets()}, words.PRESET_TIP)
        self.line = muted("")
        self.line.setWordWrap(True)
        self.menu = QMenu(self)
        self.data = DataGroup()
        self.networks = NetworkGroup()
        self.start = StartGroup()
        self.rate = RateGroup()
        self.length = LengthGroup()
        self.augment = AugmentGroup()
        self.compute = ComputeGroup()
        self.recording = RecordingGroup()
        self.groups: tuple[SetupGroup, ...] = (
            self.data, self.networks, self.start, self.rate, self.length,
            self.augment, self.compute, self.recording,
        )  # fmt: skip
        self.summary = SetupSummary()
        self._fill_menu(text)
        self._lay_out()
        self._connect()
        self._show_config()
        self._show_state()

    def sizeHint(self) -> QSize:
        return QSize(320 if self._projector else 272, 600)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's sizes; colours come with the window's style sheet."""
        self._projector = theme.name == "projector"
        self.setFixedWidth(self.sizeHint().width())
        self.rate.set_theme(theme)

    def set_devices(self, devices: Sequence[DeviceInfo]) -> None:
        """Offer the devices that the engine found."""
        self.compute.set_devices(devices)
        self._show_config()

    def show_networks(self) -> None:
        """Bring the networks into sight and open the first list."""
        if not self._session.training:
            self.ensureWidgetVisible(self.networks)
            self.networks.duel.setFocus()
            self.networks.duel.showPopup()

    def ask_folder(self) -> None:
        """Choose a folder of class folders to fine-tune on."""
        name = QFileDialog.getExistingDirectory(self, "A folder with one folder for each class")
        if name:
            self.folder_chosen.emit(Path(name))

    # --- construction ------------------------------------------------------------------------

    def _lay_out(self) -> None:
        body = QWidget()
        body.setObjectName("causes")
        outer = QVBoxLayout(body)
        outer.setContentsMargins(12, 8, 12, 8)
        outer.setSpacing(9)
        row = QHBoxLayout()
        row.addWidget(title("Recipe"), 1)
        self.more = QPushButton("File ▾")
        self.more.setAccessibleName("Copy, paste, save or open the recipe")
        self.more.setToolTip("Copy, paste, save or open the recipe as TOML")
        # Not `setMenu`, which would draw a second arrow.
        self.more.clicked.connect(
            lambda: self.menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
        )
        row.addWidget(self.more)
        outer.addLayout(row)
        self._form = QWidget()
        form = QVBoxLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(9)
        form.addWidget(self.preset)
        form.addWidget(self.line)
        for group in self.groups:
            form.addWidget(group)
        outer.addWidget(self._form)
        outer.addWidget(self.summary)
        outer.addStretch(1)
        self.setWidget(body)

    def _fill_menu(self, text: RecipeText | None) -> None:
        entries: list[tuple[str, Callable[[], None]]] = []
        if text is not None:
            entries = [
                ("Copy as text", text.copy),
                ("Paste", text.paste),
                ("Save…", text.save),
                ("Open…", text.open),
            ]
        for name, act in entries:
            self.menu.addAction(name).triggered.connect(lambda _=False, a=act: a())
        self.menu.addSeparator()
        of_run = self.menu.addAction("Take that of the run on screen")
        of_run.triggered.connect(self._session.use_recipe_of_run)
        self.menu.aboutToShow.connect(
            lambda: of_run.setEnabled(
                self._session.reader is not None and not self._session.training
            )
        )

    def _connect(self) -> None:
        session = self._session
        for group in self.groups:
            group.wanted.connect(lambda changes, g=group: self._change(g, changes))
        self.preset.activated.connect(self._on_preset)
        self.data.folder_wanted.connect(self.ask_folder)
        self.data.look_wanted.connect(self.look_wanted)
        self.rate.find_wanted.connect(self.find_wanted)
        session.config_changed.connect(self._show_config)
        session.state_changed.connect(self._show_state)
        session.status_changed.connect(self._show_share)
        session.data_changed.connect(self._show_data)

    # --- reactions ---------------------------------------------------------------------------

    def _change(self, group: SetupGroup, sections: dict[str, Any]) -> None:
        try:
            self._session.change(**sections)
        except UserError as error:
            self._show_config()
            group.say(error)
        else:
            group.say(None)

    def _on_preset(self) -> None:
        name = self.preset.currentData()
        found = next((p for p in presets() if p.name == name), None)
        if found is None:
            return
        if found.wants_folder:
            self._show_config()  # until a folder is chosen
            self.ask_folder()
        else:
            self._session.set_config(found.config)

    def _show_config(self) -> None:
        config = self._session.config
        for group in self.groups:
            group.show_config(config)
        self.summary.show_config(config)
        self._show_preset()
        self._show_data()
        self._show_share()

    def _show_preset(self) -> None:
        config = self._session.config
        found = next((p for p in presets() if p.is_of(config)), None)
        own = self.preset.findData(_OWN)
        if own >= 0:
            self.preset.removeItem(own)
        if found is None:
            self.preset.addItem("your own", _OWN)
        self.preset.show_data(found.name if found is not None else _OWN)
        self.line.setText(found.line if found is not None else "Changed, or of another file.")
        self.line.setVisible(bool(self.line.text()))

    def _show_data(self) -> None:
        data = self._session.data
        counts = (0, 0, 0)
        if data is not None:
            counts = (sum(data.n_train), sum(data.n_held_out), len(data.classes))
        self.data.say_facts(data_facts(self._session.config, *counts))

    def _show_state(self) -> None:
        training = self._session.training
        self._form.setVisible(not training)
        self.summary.setVisible(training)
        self.data.look.setEnabled(not self._session.looking)
        self.rate.search.setEnabled(not self._session.finding)
        self._show_share()

    def _show_share(self) -> None:
        reader, status = self._session.reader, self._session.status
        share = status.probe_share if status is not None and status.step else None
        if share is None and reader is not None and len(reader.system.probe_share):
            share = float(reader.system.probe_share[-1])
        self.recording.show_measured_share(share)
