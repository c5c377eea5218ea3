"""Small dialogs of text: versions, and the messages so far."""

from __future__ import annotations

import platform
from collections.abc import Sequence

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from resnet_viz import __version__
from resnet_viz.engine.messages import EngineReady
from resnet_viz.ui.notify import Notice


class AboutDialog(QDialog):
    """A page of text that can be copied."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(560, 380)
        page = QPlainTextEdit(text)
        page.setReadOnly(True)
        page.setAccessibleName(title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(page)
        layout.addWidget(buttons)

    @classmethod
    def versions(cls, engine: EngineReady | None, parent: QWidget | None = None) -> AboutDialog:
        """What runs here; the engine's part is missing until it is up."""
        lines = [
            f"ResNet Visualizer {__version__}",
            "Real residual networks, measured live.",
            "",
            f"Python {platform.python_version()} on {platform.platform()}",
            f"Qt {qVersion()}, PySide6 {PySide6.__version__}",
            f"Qt platform {QGuiApplication.platformName()}",
        ]
        if engine is None:
            lines.append("The engine is still starting.")
        else:
            lines += [f"{name} {number}" for name, number in engine.versions.items()]
            lines += ["", "Devices:"] + [f"  {d.name}: {d.label}" for d in engine.devices]
            lines += ["", *engine.notes]
        return cls("About ResNet Visualizer", "\n".join(lines), parent)

    @classmethod
    def messages(cls, notices: Sequence[Notice], parent: QWidget | None = None) -> AboutDialog:
        """Everything the strip has shown, newest first."""
        texts = [
            f"{n.level.value}: {n.message} {n.hint}\n{n.details}".strip() for n in reversed(notices)
        ]
        return cls("Messages so far", "\n\n".join(texts) or "No messages yet.", parent)
