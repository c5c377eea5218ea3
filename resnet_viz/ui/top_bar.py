"""The bar at the top: which network, on which device, which workspace, in which look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from resnet_viz.engine.messages import DeviceInfo
from resnet_viz.ui.model_picker import ModelPicker
from resnet_viz.ui.session import Session
from resnet_viz.ui.theme import Choice

_NARROWEST = 180


class Headline(QPushButton):
    """The button with the network's name, which gives way where the bar is narrow."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("model")
        self.setAccessibleName("Network")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(_NARROWEST, hint.width()), hint.height())

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        """Write what there is room for; all of it is the tool tip then."""
        super().initStyleOption(option)
        missing = self.sizeHint().width() - self.width()
        if missing > 0:
            metrics = self.fontMetrics()
            room = metrics.horizontalAdvance(self.text()) - missing
            option.text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room)

    def sizeHint(self) -> QSize:
        # Not by the style option, which holds the shortened text.
        whole = QStyleOptionButton()
        super().initStyleOption(whole)
        metrics = self.fontMetrics()
        text = QSize(metrics.horizontalAdvance(self.text()), metrics.height())
        kind = QStyle.ContentsType.CT_PushButton
        return self.style().sizeFromContents(kind, whole, text, self)


class TopBar(QFrame):
    """Shows the network on screen and lets another one be chosen.

    Args:
        session: whose network the form chooses.
        workspaces: titles, in the order of their buttons.
        parent: owner.

    Signals:
        network_clicked: the user wants another network.
        workspace_chosen: title of a workspace.
        device_chosen: name of a device.
        theme_chosen: a theme `Choice`.
        export_clicked: the user wants a picture of the window.
    """

    network_clicked = Signal()
    workspace_chosen = Signal(str)
    device_chosen = Signal(str)
    theme_chosen = Signal(str)
    export_clicked = Signal()

    def __init__(
        self, session: Session, workspaces: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self._session = session
        self.picker = ModelPicker(self)
        self.model = Headline()
        self.device = QComboBox()
        self.device.setAccessibleName("Device")
        self.device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.device.addItem("CPU", "auto")
        self.device.setEnabled(False)
        self.switches = {title: self._switch(title) for title in workspaces}
        self.theme = QComboBox()
        self.theme.setAccessibleName("Theme")
        for name in get_args(Choice):
            self.theme.addItem(f"{name} theme", name)
        self.export = QPushButton("Export  Ctrl+E")
        self._lay_out()
        self._connect()
        self._show_device()

    def _switch(self, title: str) -> QPushButton:
        button = QPushButton(title)
        button.setProperty("role", "switch")
        button.setCheckable(True)
        button.setAccessibleName(f"Workspace {title}")
        button.clicked.connect(lambda _=False: self.workspace_chosen.emit(title))
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.addWidget(self.model)
        row.addWidget(self.device)
        row.addStretch()
        self._group = QButtonGroup(self)
        for button in self.switches.values():
            self._group.addButton(button)
            row.addWidget(button)
        row.addStretch()
        row.addWidget(self.theme)
        row.addWidget(self.export)

    def _connect(self) -> None:
        self.model.clicked.connect(self.network_clicked)
        self.picker.chosen.connect(self._session.choose)
        self.device.activated.connect(lambda: self.device_chosen.emit(self.device.currentData()))
        self.theme.activated.connect(lambda: self.theme_chosen.emit(self.theme.currentData()))
        self.export.clicked.connect(self.export_clicked)
        self._session.choice_changed.connect(self._show_device)
        self._session.network_changed.connect(self._show_device)

    def show_picker(self, below: QWidget) -> None:
        """Open the form that chooses a network."""
        self.picker.show_choice(self._session.choice)
        self.picker.pop_up(below)

    def show_headline(self, text: str) -> None:
        """Say which network is on screen."""
        self.model.setText(f"{text}   ▾")
        self.model.setToolTip(text)

    def show_workspace(self, title: str) -> None:
        """Show which workspace is on screen."""
        self.switches[title].setChecked(True)

    def set_devices(self, devices: Sequence[DeviceInfo]) -> None:
        """Offer the devices that the engine found; with only one there is nothing to choose."""
        self.device.clear()
        for device in devices:
            self.device.addItem(device.label, device.name)
        self.device.setEnabled(len(devices) > 1)
        self._show_device()

    def show_theme(self, choice: Choice) -> None:
        """Show the theme in force, without a signal."""
        self.theme.setCurrentIndex(self.theme.findData(choice))

    def _show_device(self) -> None:
        index = self.device.findData(self._session.choice.device)
        if index >= 0:
            self.device.setCurrentIndex(index)
