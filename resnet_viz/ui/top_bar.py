"""The bar at the top: which network, on which device, in which look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPushButton, QWidget

from resnet_viz.engine.messages import DeviceInfo
from resnet_viz.ui.model_picker import ModelPicker
from resnet_viz.ui.session import Session
from resnet_viz.ui.theme import Choice


class TopBar(QFrame):
    """Shows a session's network and lets another one be chosen.

    Signals:
        device_chosen: name of a device.
        theme_chosen: a theme `Choice`.
        export_clicked: the user wants a picture of the window.
    """

    device_chosen = Signal(str)
    theme_chosen = Signal(str)
    export_clicked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self._session = session
        self.picker = ModelPicker(self)
        self.model = QPushButton()
        self.model.setObjectName("model")
        self.model.setAccessibleName("Network")
        self.device = QComboBox()
        self.device.setAccessibleName("Device")
        self.device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.device.addItem("CPU", "auto")
        self.device.setEnabled(False)
        self.theme = QComboBox()
        self.theme.setAccessibleName("Theme")
        for name in get_args(Choice):
            self.theme.addItem(f"{name} theme", name)
        export = QPushButton("Export  Ctrl+E")

        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.addWidget(self.model)
        row.addWidget(self.device)
        row.addStretch()
        row.addWidget(self.theme)
        row.addWidget(export)

        self.model.clicked.connect(self.show_picker)
        self.picker.chosen.connect(session.choose)
        self.device.activated.connect(lambda: self.device_chosen.emit(self.device.currentData()))
        self.theme.activated.connect(lambda: self.theme_chosen.emit(self.theme.currentData()))
        export.clicked.connect(self.export_clicked)
        session.choice_changed.connect(self._show_choice)
        session.network_changed.connect(self._show_choice)
        self._show_choice()

    def show_picker(self) -> None:
        """Open the form that chooses a network."""
        self.picker.show_choice(self._session.choice)
        self.picker.pop_up(self.model)

    def set_devices(self, devices: Sequence[DeviceInfo]) -> None:
        """Offer the devices that the engine found; with only one there is nothing to choose."""
        self.device.clear()
        for device in devices:
            self.device.addItem(device.label, device.name)
        self.device.setEnabled(len(devices) > 1)
        self._show_choice()

    def show_theme(self, choice: Choice) -> None:
        """Show the theme in force, without a signal."""
        self.theme.setCurrentIndex(self.theme.findData(choice))

    def _show_choice(self) -> None:
        network = self._session.network
        label = network.weights_label if network else "loading…"
        self.model.setText(f"{self._session.spec.title()} · {label}   ▾")
        index = self.device.findData(self._session.choice.device)
        if index >= 0:
            self.device.setCurrentIndex(index)
