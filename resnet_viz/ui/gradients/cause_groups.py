"""The groups of the cause panel: networks, weights, skips, and what is measured.

Each shows settings and tells which fields the user wants to have changed; none changes them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.errors import UserError
from resnet_viz.lab.settings import LabSettings
from resnet_viz.ui.gradients import cause_words as words
from resnet_viz.ui.gradients import depths
from resnet_viz.ui.gradients.changes import has_weights
from resnet_viz.ui.gradients.controls import Choice, Number, WholeNumber, cell
from resnet_viz.ui.gradients.depth_box import DepthBox
from resnet_viz.ui.labels import muted, title
from resnet_viz.ui.skip_panel import KeyedSlider

_LARGEST_SEED = 2**31 - 1


class CauseGroup(QWidget):
    """A heading and a grid of controls.

    Signals:
        wanted: `dict` of fields of `LabSettings` that are to change.
        refused: a `UserError`: what was typed cannot be.
        drag_ended: a slider was let go.
    """

    wanted = Signal(dict)
    refused = Signal(object)
    drag_ended = Signal()

    def __init__(self, heading: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(title(heading))
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(8)
        self.grid.setVerticalSpacing(4)
        for index in (0, 1):
            self.grid.setColumnStretch(index, 1)
            self.grid.setColumnMinimumWidth(index, 60)
        column.addLayout(self.grid)

    def show_settings(self, settings: LabSettings) -> None:
        """Show settings, without a signal."""
        raise NotImplementedError

    def _want(self, **fields: Any) -> None:
        self.wanted.emit(fields)

    def _choice(self, name: str, items: dict[str, str], tip: str, field: str) -> Choice:
        """A combo box for one field."""
        box = Choice(name, items, tip, words.SHORTER)
        box.activated.connect(lambda _i: self._want(**{field: box.currentData()}))
        return box

    def _add(self, row: int, *widgets: QWidget | QLayout) -> None:
        """Fill a row: one widget takes both columns."""
        for column, widget in enumerate(widgets):
            span = 2 if len(widgets) == 1 else 1
            if isinstance(widget, QWidget):
                self.grid.addWidget(widget, row, column, 1, span, Qt.AlignmentFlag.AlignBottom)
            else:
                self.grid.addLayout(widget, row, column, 1, span)


class NetworkGroup(CauseGroup):
    """How both networks are built."""

    def __init__(self) -> None:
        super().__init__("Both networks")
        self.layers = DepthBox()
        self.order = Choice("Order", words.ORDERS, words.ORDER_TIP, words.SHORTER)
        self.norm = Choice("Normalisation", words.NORMS, words.NORM_TIP, words.SHORTER)
        self.activation = self._choice(
            "Activation", words.ACTIVATIONS, words.ACTIVATION_TIP, "activation"
        )
        self._add(0, cell("Layers", self.layers), cell("Norm", self.norm))
        self._add(1, cell("Activation", self.activation), cell("Order", self.order))
        self._settings = LabSettings()
        self.layers.chosen.connect(lambda name: self._want(network=name))
        self.layers.refused.connect(self.refused)
        self.norm.activated.connect(self._on_norm)
        self.order.activated.connect(self._on_order)

    def show_settings(self, settings: LabSettings) -> None:
        """Show what both networks are; trained weights fix most of it."""
        self._settings = settings
        spec, random = settings.spec("residual"), settings.weights == "random"
        self.layers.show_network(settings.network, spec.order)
        self.order.show_data(spec.order)
        self.activation.show_data(spec.activation)
        self.norm.show_data(words.norm_key(spec.norm, settings.training_mode))
        trained_with = words.MODES if spec.norm == "batch" else (spec.norm,)
        self.norm.offer({key: random or key in trained_with for key in words.NORMS})
        self.order.setEnabled(random)
        self.activation.setEnabled(random)

    def _on_norm(self) -> None:
        norm, training = words.norm_fields(self.norm.currentData())
        fields: dict[str, Any] = {"training_mode": training} if norm == "batch" else {}
        if self._settings.weights == "random":
            fields["norm"] = norm
        self._want(**fields)

    def _on_order(self) -> None:
        order = self.order.currentData()
        try:
            network = depths.with_order(self._settings.network, order)
        except UserError as error:
            self.refused.emit(error)
            return
        self._want(order=order, network=network)


class WeightsGroup(CauseGroup):
    """Which numbers are in both."""

    def __init__(self) -> None:
        super().__init__("Weights")
        self.weights = self._choice("Weights", words.WEIGHTS, words.WEIGHTS_TIP, "weights")
        self.seed = WholeNumber("Seed", 0, _LARGEST_SEED, words.SEED_TIP)
        self.next_seed = QToolButton()
        self.next_seed.setText("+1")
        self.next_seed.setAccessibleName("Next seed")
        self.next_seed.setToolTip("Draw other weights: the next seed")
        self.init = self._choice("Initialisation", words.INITS, words.INIT_TIP, "init")
        self.init_std = Number("σ of small normal", 1e-4, 1.0, 0.005, 4, words.STD_TIP)
        self.gain = Number("Gain", 0.01, 100.0, 0.1, 2, words.GAIN_TIP)
        self.zero_init = QCheckBox("branches start at zero")
        self.zero_init.setToolTip(words.ZERO_TIP)
        self._std_cell = cell("σ", self.init_std)
        self._gain_cell = cell("× gain", self.gain)
        self._add(0, cell("Drawn or trained", self.weights), cell("Initialisation", self.init))
        self._add(1, cell("Seed", self._seed_row()), self._numbers())
        self._add(2, self.zero_init)
        self._connect()

    def _seed_row(self) -> QWidget:
        made = QWidget()
        made.setToolTip(words.SEED_TIP)
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        row.addWidget(self.seed, 1)
        row.addWidget(self.next_seed)
        return made

    def _numbers(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._std_cell, 1)
        row.addWidget(self._gain_cell, 1)
        return made

    def _connect(self) -> None:
        self.seed.valueChanged.connect(lambda value: self._want(seed=value))
        self.next_seed.clicked.connect(lambda: self._want(seed=self.seed.value() + 1))
        for box, field in ((self.init_std, "init_std"), (self.gain, "gain")):
            box.valueChanged.connect(lambda value, f=field: self._want(**{f: value}))
            box.editingFinished.connect(self.drag_ended)
        self.zero_init.clicked.connect(lambda checked: self._want(zero_init=checked))

    def show_settings(self, settings: LabSettings) -> None:
        """Show which weights are in both; trained ones are not drawn."""
        spec, random = settings.spec("residual"), settings.weights == "random"
        self.weights.offer({w: has_weights(settings.network, w) for w in words.WEIGHTS})
        self.weights.show_data(settings.weights)
        self.seed.show_value(settings.seed)
        self.init.show_data(spec.init)
        self.init_std.show_value(settings.init_std)
        self.gain.show_value(settings.gain)
        with QSignalBlocker(self.zero_init):
            self.zero_init.setChecked(settings.zero_init)
        self._std_cell.setVisible(random and settings.init == "normal")
        self.init.setEnabled(random)
        self.zero_init.setEnabled(random)


class SkipGroup(CauseGroup):
    """The strength of the skips that are not cut."""

    STEPS = 100

    def __init__(self) -> None:
        super().__init__("Skips")
        self.alpha = KeyedSlider(Qt.Orientation.Horizontal)
        self.alpha.setRange(0, self.STEPS)
        self.alpha.setPageStep(10)
        self.alpha.setAccessibleName("Strength α of all skips that are not cut")
        self.alpha.setToolTip(words.ALPHA_TIP)
        self.value = muted("")
        self.value.setToolTip(words.ALPHA_TIP)
        self.cuts = muted("")
        captions = QHBoxLayout()
        captions.addWidget(self.value)
        captions.addStretch()
        captions.addWidget(self.cuts)
        self._add(0, self.alpha)
        self._add(1, captions)
        self.alpha.valueChanged.connect(self._on_alpha)
        self.alpha.sliderReleased.connect(self.drag_ended)

    def show_settings(self, settings: LabSettings) -> None:
        """Show α and how many skips of each network are cut."""
        with QSignalBlocker(self.alpha):
            self.alpha.setValue(round(settings.alpha * self.STEPS))
        self.value.setText(f"α = {settings.alpha:.2f}")
        self.cuts.setText(words.cut_words(settings))

    def _on_alpha(self, value: int) -> None:
        self._want(alpha=value / self.STEPS)
        if not self.alpha.isSliderDown():
            self.drag_ended.emit()


class BatchGroup(CauseGroup):
    """What both networks are shown, and in which precision.

    Args:
        ask_folder: lets the user choose a folder, beginning at the given one; "" for none.
    """

    def __init__(self, ask_folder: Callable[[str], str]) -> None:
        super().__init__("Measured on")
        self._ask_folder = ask_folder
        self._settings = LabSettings()
        self.batch = Choice("Batch", words.BATCHES, words.BATCH_TIP, words.SHORTER)
        self.n_images = WholeNumber("Images in the batch", 0, 1024, words.SIZE_TIP)
        self.dtype = self._choice("Precision", words.DTYPES, words.DTYPE_TIP, "dtype")
        self.folder = QPushButton()
        self.folder.setAccessibleName("Folder of the batch")
        self._n_images_cell = cell("Images", self.n_images)
        self._add(0, cell("Batch", self.batch), self._n_images_cell)
        self._add(1, cell("Precision", self.dtype), self.folder)
        self.batch.activated.connect(self._on_batch)
        self.n_images.valueChanged.connect(lambda value: self._want(batch_size=value))
        self.folder.clicked.connect(self._on_folder)

    def show_settings(self, settings: LabSettings) -> None:
        """Show batch and precision."""
        self._settings = settings
        self.batch.show_data(settings.batch)
        self.n_images.show_value(settings.batch_size)
        usual = words.usual_size(settings)
        self.n_images.setSpecialValueText(f"{usual} (usual)")
        self.n_images.setEnabled(settings.batch != "picture")
        self.dtype.show_data(settings.dtype)
        self.folder.setVisible(settings.batch == "folder")
        name = Path(settings.folder).name or settings.folder
        self.folder.setText(
            self.fontMetrics().elidedText(f"{name} …", Qt.TextElideMode.ElideMiddle, 90)
        )
        self.folder.setToolTip(f"{settings.folder}\nChoose another folder of class folders")

    def _on_batch(self) -> None:
        batch = self.batch.currentData()
        if batch == "folder":
            self._on_folder()
        else:
            self._want(batch=batch)

    def _on_folder(self) -> None:
        folder = self._ask_folder(self._settings.folder)
        if folder:
            self._want(batch="folder", folder=folder)
        else:
            self.batch.show_data(self._settings.batch)
