"""The groups of the set-up panel that say what is learned from, by what, from where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QPushButton, QWidget

from resnet_viz.data.places import seems_on_disk
from resnet_viz.models.bundled import bundled
from resnet_viz.models.specs import IMAGENET, ResNetSpec, spec
from resnet_viz.numerals import counted
from resnet_viz.train.config import TrainConfig
from resnet_viz.ui.gradients.cause_words import SHORTER
from resnet_viz.ui.gradients.controls import Choice, cell
from resnet_viz.ui.gradients.depth_box import DepthBox
from resnet_viz.ui.labels import muted
from resnet_viz.ui.train import setup_words as words
from resnet_viz.ui.train.fields import written
from resnet_viz.ui.train.fold import SetupGroup
from resnet_viz.ui.train.sources import SOURCES


class DataGroup(SetupGroup):
    """The pictures.

    Signals:
        folder_wanted: a folder of the user's is to be chosen.
        look_wanted: load the pictures and show them.
    """

    folder_wanted = Signal()
    look_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Data")
        self.source = Choice("Data", words.SOURCE_NAMES, words.SOURCE_TIP)
        self.source.activated.connect(self._on_source)
        self.look = QPushButton("Look")
        self.look.setToolTip("Load the pictures and show some of each class")
        self.look.clicked.connect(self.look_wanted)
        self.note = muted("")
        self.note.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.source, 1)
        row.addWidget(self.look)
        self._add(0, row)
        self._add(1, self.note)
        self._source = "shapes"

    def show_config(self, config: TrainConfig) -> None:
        """Show where the pictures are."""
        self._source = config.data.source
        self.source.show_data(config.data.source)
        self.source.setToolTip(f"{words.SOURCE_TIP}\n{config.data.folder}".strip())

    def say_facts(self, text: str) -> None:
        """Say what is known about the pictures."""
        self.note.setText(text)

    def _on_source(self) -> None:
        chosen = self.source.currentData()
        if chosen == "folder":
            self.source.show_data(self._source)  # until one is chosen
            self.folder_wanted.emit()
        elif chosen != self._source:
            self._want(data={"source": chosen})


def data_facts(config: TrainConfig, n_train: int, n_held_out: int, n_classes: int) -> str:
    """What is known about a recipe's pictures; the counts are 0 before a look at them."""
    source = SOURCES[config.data.source]
    what = source.what[0].upper() + source.what[1:]
    name = Path(config.data.folder).name if config.data.source == "folder" else ""
    first = f"`{name}`: " if name else ""
    if n_train:
        return (
            f"{first}{n_train:,} to learn from, {n_held_out:,} held out, "
            f"{counted(n_classes, 'class')}."
        )
    if not source.download_mb:
        return f"{first}{source.what if first else what}."
    if seems_on_disk(config.data.source, config.data.folder):
        return f"{what}. Found on disk."
    return f"{what}. Downloaded once: {source.download_mb} MB."


class NetworkGroup(SetupGroup):
    """Which networks learn."""

    def __init__(self) -> None:
        super().__init__("Networks")
        self.duel = Choice("Networks", words.DUELS, words.DUEL_TIP)
        self.layers = DepthBox()
        self.layers.setToolTip(words.LAYERS_TIP)
        self.rival = DepthBox()
        self.rival.setAccessibleName("Layers of the rival")
        self.rival.setToolTip(words.LAYERS_TIP)
        self.plain = QCheckBox("plain")
        self.plain.setToolTip(words.PLAIN_TIP)
        self.rival_plain = QCheckBox("plain")
        self.rival_plain.setToolTip(words.PLAIN_TIP)
        norms = {"batch": "batch", "group": "group", "none": "none"}
        self.norm = Choice("Normalisation", norms, words.NORM_TIP)
        orders = {"post": "post (2015)", "pre": "pre (2016)"}
        self.order = Choice("Order", orders, words.ORDER_TIP, SHORTER)
        self.note = muted("")
        self.note.setWordWrap(True)
        self._rival_cell = cell("Rival: layers", _with_tick(self.rival, self.rival_plain))
        self._add(0, self.duel)
        self._add(1, cell("Layers", _with_tick(self.layers, self.plain)), self._rival_cell)
        self._add(2, cell("Norm", self.norm), cell("Order", self.order))
        self._add(3, self.note)
        self._config: TrainConfig | None = None
        self._connect()

    def _connect(self) -> None:
        self.duel.activated.connect(self._on_duel)
        self.layers.chosen.connect(lambda name: self._rename(name))
        self.rival.chosen.connect(lambda name: self._rename_rival(name))
        for box in (self.layers, self.rival):
            box.refused.connect(self.say)
        self.plain.clicked.connect(lambda on: self._both(plain=on))
        self.rival_plain.clicked.connect(lambda on: self._want_rival(plain=on))
        self.norm.activated.connect(lambda _i: self._both(norm=self.norm.currentData()))
        self.order.activated.connect(lambda _i: self._both(order=self.order.currentData()))

    def show_config(self, config: TrainConfig) -> None:
        """Show both networks."""
        self._config = config
        first, second = config.network, config.rival
        kind = duel_kind(config)
        self.duel.show_data(kind)
        self.layers.show_network(first.name, first.order)
        self.plain.setVisible(kind != "twin")
        self.plain.setChecked(first.plain)
        self._rival_cell.setVisible(kind == "two")
        if second is not None:
            self.rival.show_network(second.name, second.order)
            self.rival_plain.setChecked(second.plain)
        self.norm.show_data(first.norm)
        self.order.show_data(first.order)
        self.note.setText(network_facts(config))

    def _on_duel(self) -> None:
        kind = self.duel.currentData()
        config = self._config
        if config is None:
            return
        first = config.network
        if kind == "one":
            self._want(rival=None)
        elif kind == "twin":
            self._want(network=replace(first, plain=False), rival=replace(first, plain=True))
        elif duel_kind(config) != "two":
            self._want(rival=_other_depth(first))

    def _rename(self, name: str) -> None:
        config = self._config
        if config is None:
            return
        made = rebuilt(config.network, name)
        if duel_kind(config) == "twin":
            self._try(lambda: self._want(network=made, rival=replace(made, plain=True)))
        else:
            self._want(network=made)

    def _rename_rival(self, name: str) -> None:
        if self._config is not None and self._config.rival is not None:
            self._want(rival=rebuilt(self._config.rival, name))

    def _both(self, **options: Any) -> None:
        """Change the network, and the rival alike; what makes it plain stays its own."""
        config = self._config
        if config is None:
            return
        changes: dict[str, Any] = {"network": replace(config.network, **options)}
        if config.rival is not None and "plain" not in options:
            changes["rival"] = replace(config.rival, **options)
        self._want(**changes)

    def _want_rival(self, **options: Any) -> None:
        if self._config is not None and self._config.rival is not None:
            self._want(rival=replace(self._config.rival, **options))


def duel_kind(config: TrainConfig) -> str:
    """The entry of `DUELS` that a recipe is: `one`, `twin` or `two`."""
    if config.rival is None:
        return "one"
    twin = replace(config.network, plain=not config.network.plain)
    return "twin" if twin == config.rival and config.rival.plain else "two"


def rebuilt(before: ResNetSpec, name: str) -> ResNetSpec:
    """The preset of another name with the free choices, classes and side of a network."""
    made = spec(name)
    kept = ("norm", "activation", "init", "init_std", "zero_init", "n_classes", "input_size")
    made = replace(made, **{field: getattr(before, field) for field in kept}, plain=before.plain)
    usual = spec(before.name)
    same_stages = len(made.depths) == len(before.widths) and before.widths != usual.widths
    return replace(made, widths=before.widths) if same_stages else made


def network_facts(config: TrainConfig) -> str:
    """The networks in a sentence."""
    first = config.network
    size = f"{first.input_size} × {first.input_size} pixels, {counted(first.n_classes, 'class')}"
    names = " and ".join(s.title() for s in config.networks.values())
    together = " in lock-step on the same batches" if config.rival is not None else ""
    return f"{names}{together}; {size}."


def _other_depth(first: ResNetSpec) -> ResNetSpec:
    """A rival worth comparing with: the same network, much shallower or deeper."""
    name = "resnet20" if first.family == "cifar" else "resnet18"
    if first.name == name:
        name = "resnet56" if first.family == "cifar" else "resnet34"
    return rebuilt(replace(first, plain=False), name)


def _with_tick(box: DepthBox, tick: QCheckBox) -> QWidget:
    made = QWidget()
    made.setToolTip(box.toolTip())
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    row.addWidget(box, 1)
    row.addWidget(tick)
    return made


class StartGroup(SetupGroup):
    """Which weights the networks begin with, and which of them may change."""

    def __init__(self) -> None:
        super().__init__("Start")
        self.weights = Choice("Start weights", {}, words.START_TIP)
        self.weights.activated.connect(self._on_weights)
        self.freeze = self._choice(
            "Keep", words.FREEZES, words.FREEZE_TIP, "start", "freeze", words.SHORTER_FREEZES
        )
        self.body_lr = self._number("Rate of the body", words.BODY_LR_TIP, "start", "body_lr")
        self._add(0, self.weights)
        self._freeze_cell = cell("Keep unchanged", self.freeze)
        self._body_cell = cell("Body's rate ×", self.body_lr)
        self._add(1, self._freeze_cell, self._body_cell)
        self._config: TrainConfig | None = None

    def show_config(self, config: TrainConfig) -> None:
        """Show the start; what is kept matters only where there is something to keep."""
        self._config = config
        self._fill(config)
        trained = config.start.weights != "none"
        self._freeze_cell.setVisible(trained)
        self._body_cell.setVisible(trained)
        self.freeze.show_data(config.start.freeze)
        stages = {f"layer{n}": n <= len(config.network.depths) for n in range(1, 5)}
        self.freeze.offer(stages)
        self.body_lr.show_text(written(config.start.body_lr))

    def _fill(self, config: TrainConfig) -> None:
        self.weights.blockSignals(True)
        self.weights.clear()
        for key, text in start_choices(config).items():
            self.weights.addItem(text, key)
        self.weights.blockSignals(False)
        self.weights.show_data(start_key(config))

    def _on_weights(self) -> None:
        kind, _, path = str(self.weights.currentData()).partition(":")
        if kind == "file":
            if self._config is not None:
                self._fill(self._config)  # until one is chosen
            name, _ = QFileDialog.getOpenFileName(self, "Start from a checkpoint")
            if name:
                self._want(start={"weights": "file", "path": name})
        else:
            self._want(start={"weights": kind, "path": path})


def start_key(config: TrainConfig) -> str:
    """The entry of `start_choices` that a recipe has."""
    start = config.start
    return f"{start.weights}:{start.path}" if start.path else start.weights


def start_choices(config: TrainConfig) -> dict[str, str]:
    """Weights that the recipe's network can begin with, for people."""
    network = config.network
    choices = {"none": words.STARTS["none"]}
    for card in bundled().values():
        made = card.spec()
        same = (made.name, made.widths, made.order) == (network.name, network.widths, network.order)
        if same and made.norm == network.norm:
            choices[f"bundled:{card.path.stem}"] = f"bundled: {card.dataset}"
    usual = IMAGENET.get(network.name)
    if usual is not None and usual.widths == network.widths:
        choices["imagenet"] = words.STARTS["imagenet"]
    if config.start.weights != "none":
        name = Path(config.start.path).name
        choices.setdefault(start_key(config), f"{config.start.weights} {name}".strip())
    choices["file"] = words.STARTS["file"]
    return choices
