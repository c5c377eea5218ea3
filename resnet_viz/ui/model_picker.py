"""The pop-up that chooses a network: family, size, weights and every free choice."""

from __future__ import annotations

from dataclasses import replace
from typing import cast, get_args

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.engine.messages import DType, ModelChoice, WeightsKind
from resnet_viz.errors import UserError
from resnet_viz.glossary import tip
from resnet_viz.models import specs
from resnet_viz.models.bundled import bundled
from resnet_viz.models.specs import CIFAR_DEPTHS, IMAGENET, PRE_CIFAR_DEPTHS, ResNetSpec

_NORMS = {"batch": "batch norm", "group": "group norm", "none": "none"}
_INITS = {"he": "He", "xavier": "Xavier", "torch": "torch's default", "normal": "small normal"}
_ORDERS = {"post": "post-activation (2015)", "pre": "pre-activation (2016)"}


class ModelPicker(QFrame):
    """A form over `ModelChoice`; nothing is loaded until "Load" is pressed.

    Signals:
        chosen: the `ModelChoice` to load.
        open_file: the user wants a checkpoint of their own.
    """

    chosen = Signal(object)
    open_file = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAccessibleName("Choose a network")
        self._base = ModelChoice(specs.spec("resnet20"))

        self.family = _combo(
            "Family", {"cifar": "CIFAR, 32 pixels", "imagenet": "ImageNet, 224 pixels"}
        )
        self.network = _combo("Size", {})
        self.weights = _combo("Weights", {})
        self.order = _combo("Order", _ORDERS)
        self.plain = QCheckBox("plain twin: the same parameters, every skip cut")
        self.norm = _combo("Norm", _NORMS)
        self.activation = _combo(
            "Activation", {a: a.replace("_", " ") for a in get_args(specs.Activation)}
        )
        self.init = _combo("Initialisation", _INITS)
        self.init_std = QDoubleSpinBox()
        self.init_std.setDecimals(4)
        self.init_std.setRange(0.0001, 1.0)
        self.init_std.setSingleStep(0.005)
        self.init_std.setPrefix("σ ")
        self.init_std.setAccessibleName("Standard deviation of the small normal initialisation")
        self.zero_init = QCheckBox("start every block as the identity (zero-init)")
        self.seed = QSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setAccessibleName("Seed")
        self.dtype = _combo("Precision", {d: d for d in get_args(DType)})
        self.mode = _combo(
            "Batch norm uses",
            {"eval": "running statistics (evaluation)", "train": "this image's own (training)"},
        )
        self._note = QLabel()
        self._note.setProperty("role", "muted")
        self._note.setWordWrap(True)
        self._load = QPushButton("Load")
        self._load.setProperty("role", "primary")
        self._load.setDefault(True)
        self._file = QPushButton("Open a checkpoint…")

        self._lay_out()
        self.family.currentIndexChanged.connect(self._on_family)
        self.order.currentIndexChanged.connect(self._on_family)
        self.network.currentIndexChanged.connect(self._on_structure)
        self.plain.toggled.connect(self._on_structure)
        for box in (self.norm, self.weights):
            box.currentIndexChanged.connect(self._suggest_mode)
        for box in (self.norm, self.activation, self.init, self.weights):
            box.currentIndexChanged.connect(self._refresh)
        self.zero_init.toggled.connect(self._refresh)
        self._load.clicked.connect(self._on_load)
        self._file.clicked.connect(self._on_file)
        self.show_choice(self._base)

    # --- public ----------------------------------------------------------------------------

    def show_choice(self, choice: ModelChoice) -> None:
        """Fill the form with what is loaded."""
        self._base = choice
        spec = choice.spec
        _select(self.family, spec.family)
        _select(self.order, spec.order)
        self._fill_sizes()
        if self.network.findData(spec.name) < 0:  # an unlisted depth, or a checkpoint's own network
            self.network.addItem(f"{spec.title()}   {spec.n_blocks} blocks", spec.name)
        _select(self.network, spec.name)
        self.plain.setChecked(spec.plain)
        self._fill_weights()
        _select(self.weights, choice.weights)
        _select(self.norm, spec.norm)
        _select(self.activation, spec.activation)
        _select(self.init, spec.init)
        self.init_std.setValue(spec.init_std)
        self.zero_init.setChecked(spec.zero_init)
        self.seed.setValue(choice.seed)
        _select(self.dtype, choice.dtype)
        _select(self.mode, "train" if choice.training_mode else "eval")
        self._refresh()

    def choice(self) -> ModelChoice:
        """What the form says.

        Raises:
            UserError: if the parts do not go together.
        """
        weights = cast(WeightsKind, self.weights.currentData() or "none")
        made = replace(
            self._base,
            weights=weights,
            path=self._base.path if weights == "file" else "",
            seed=self.seed.value(),
            dtype=cast(DType, self.dtype.currentData()),
            training_mode=self.mode.currentData() == "train",
        )
        if weights == "file":
            return made  # the specification comes from the file
        return replace(made, spec=self._spec())

    def pop_up(self, below: QWidget) -> None:
        """Open under a button, inside the screen."""
        self.adjustSize()
        corner = below.mapToGlobal(QPoint(0, below.height() + 4))
        screen = below.screen().availableGeometry()
        x = min(corner.x(), screen.right() - self.width())
        y = min(corner.y(), screen.bottom() - self.height())
        self.move(max(x, screen.left()), max(y, screen.top()))
        self.show()
        self.network.setFocus()

    # --- inside ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("Family", self.family)
        form.addRow("Order", self.order)
        form.addRow("Size", self.network)
        form.addRow("", self.plain)
        form.addRow("Weights", self.weights)
        form.addRow("Norm", self.norm)
        form.addRow("Activation", self.activation)
        init = QHBoxLayout()
        init.addWidget(self.init, 1)
        init.addWidget(self.init_std)
        form.addRow("Initialisation", init)
        form.addRow("", self.zero_init)
        form.addRow("Seed", self.seed)
        form.addRow("Precision", self.dtype)
        form.addRow("Batch norm uses", self.mode)
        buttons = QHBoxLayout()
        buttons.addWidget(self._file)
        buttons.addStretch()
        buttons.addWidget(self._load)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addLayout(form)
        layout.addWidget(self._note)
        layout.addLayout(buttons)
        self.setMinimumWidth(430)
        for widget, word in (
            (self.order, "pre-activation"),
            (self.plain, "plain network"),
            (self.norm, "batch norm"),
            (self.activation, "activation function"),
            (self.init, "initialisation"),
            (self.zero_init, "identity"),
            (self.dtype, "underflow"),
            (self.mode, "training mode"),
        ):
            widget.setToolTip(tip(word))

    def _spec(self) -> ResNetSpec:
        """The specification that the form describes."""
        name, shown = self.network.currentData(), self._base.spec
        # What is loaded may have its own depths or classes that no preset of the name has.
        base = shown if name == shown.name else specs.spec(name)
        return replace(
            base,
            plain=self.plain.isChecked(),
            norm=self.norm.currentData(),
            activation=self.activation.currentData(),
            init=self.init.currentData(),
            init_std=self.init_std.value(),
            zero_init=self.zero_init.isChecked(),
        )

    def _on_family(self) -> None:
        self._fill_sizes()
        self._on_structure()

    def _on_structure(self) -> None:
        self._fill_weights()
        self._suggest_mode()
        self._refresh()

    def _fill_sizes(self) -> None:
        """Offer the sizes of the family and order, keeping the depth where it exists."""
        family, pre = self.family.currentData(), self.order.currentData() == "pre"
        if family == "imagenet":
            names = [f"preresnet{d}" for d in (18, 34, 50, 101, 152)] if pre else list(IMAGENET)
        else:
            depths = PRE_CIFAR_DEPTHS if pre else CIFAR_DEPTHS
            names = [f"{'preresnet' if pre else 'resnet'}{d}" for d in depths]
        before = str(self.network.currentData() or "").removeprefix("pre")
        self.network.blockSignals(True)
        self.network.clear()
        for name in names:
            found = specs.spec(name)
            self.network.addItem(f"{specs.title(name)}   {found.n_blocks} blocks", name)
        for index, name in enumerate(names):
            if name.removeprefix("pre") == before:
                self.network.setCurrentIndex(index)
        self.network.blockSignals(False)

    def _fill_weights(self) -> None:
        """Offer the weights that exist for the size: trained ones first."""
        name = str(self.network.currentData() or "")
        before = self.weights.currentData()
        self.weights.blockSignals(True)
        self.weights.clear()
        card = bundled().get(specs.plain_name(name) if self.plain.isChecked() else name)
        if card is not None:
            self.weights.addItem(
                f"bundled: {card.dataset}, {100 * card.test_accuracy:.1f} % test accuracy",
                "bundled",
            )
        if name in IMAGENET and not self.plain.isChecked():
            self.weights.addItem("ImageNet-1k (downloaded once)", "imagenet")
        self.weights.addItem("random, by seed", "none")
        if self._base.weights == "file":
            self.weights.addItem(f"file {self._base.path.rsplit('/', 1)[-1]}", "file")
        _select(self.weights, before)
        self.weights.blockSignals(False)

    def _suggest_mode(self) -> None:
        """Another kind of weights or norm: the mode that goes with it."""
        _select(self.mode, "train" if self.choice().usual_mode else "eval")

    def _refresh(self) -> None:
        weights = self.weights.currentData()
        random = weights == "none"
        from_file = weights == "file"
        structure: tuple[QWidget, ...] = (
            self.family, self.order, self.network, self.plain, self.norm, self.activation
        )  # fmt: skip
        for widget in structure:
            widget.setEnabled(not from_file)
        drawn: tuple[QWidget, ...] = (self.init, self.init_std, self.zero_init, self.seed)
        for widget in drawn:
            widget.setEnabled(random)
        self.init_std.setVisible(self.init.currentData() == "normal")
        note = ""
        try:
            spec = self._spec()
            note = f"{spec.n_layers} layers in {spec.n_blocks} {spec.block} blocks."
            if not random and not from_file and self._departs(spec):
                note += (
                    " These weights were trained with batch norm and ReLU; expect other figures."
                )
        except UserError as error:
            note = str(error)
        self._note.setText(note)

    def _departs(self, spec: ResNetSpec) -> bool:
        base = specs.spec(spec.name)
        return (spec.norm, spec.activation) != (base.norm, base.activation)

    def _on_load(self) -> None:
        try:
            choice = self.choice()
        except UserError as error:
            self._note.setText(str(error))
            return
        self.hide()
        self.chosen.emit(choice)

    def _on_file(self) -> None:
        self.hide()
        self.open_file.emit()


def _combo(name: str, items: dict[str, str]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for data, text in items.items():
        box.addItem(text, data)
    return box


def _select(box: QComboBox, data: object) -> None:
    index = box.findData(data)
    if index >= 0:
        box.setCurrentIndex(index)
