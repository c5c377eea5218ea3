"""Says how the figures of a bundle that was made elsewhere compare with those measured here."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMessageBox, QPushButton, QSizePolicy, QWidget

from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.made import Made, Numbers, differences, versions_here
from resnet_viz.ui.lecture.scene_pool import ScenePool

_LATER_MS = 400


class BundleCheck(QPushButton):
    """One line under the scenes; a click tells every difference. Hidden where there is no bundle.

    Args:
        pool: measures the scenes.
        parent: owner.
    """

    def __init__(self, pool: ScenePool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pool = pool
        self._made: Made | None = None
        self._device = ""
        self.differences: list[str] = []
        self.setFlat(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip("How the figures compare with those of the machine that made the bundle")
        self._later = QTimer(self, singleShot=True, interval=_LATER_MS)
        self._later.timeout.connect(self._compare)
        pool.prepared_changed.connect(lambda _index: self._later.start())
        self.clicked.connect(self._tell)
        self.hide()

    def show_bundle(self, made: Made | None) -> None:
        """Compare with another bundle; None where a lecture is no bundle."""
        self._made = made
        self.setVisible(made is not None)
        self._compare()

    def set_device(self, device: str) -> None:
        """What is computed on here."""
        self._device = device
        self._later.start()

    def _compare(self) -> None:
        if self._made is None:
            return
        numbers = numbers_at_start(self._pool)
        self.differences = differences(self._made, versions_here(), self._device, numbers)
        measured = sum(1 for scene in numbers if scene)
        if self.differences:
            self.setText(f"Bundle: differs here ({measured} of {len(numbers)} scenes compared)")
        elif measured < len(numbers):
            self.setText(f"Bundle: the same in {measured} of {len(numbers)} scenes so far")
        else:
            self.setText("Bundle: the same numbers as where it was made")

    def _tell(self) -> None:
        text = "\n\n".join(self.differences) or "Nothing that was measured here differs."
        box = QMessageBox(QMessageBox.Icon.Information, "The bundle and this machine", text)
        box.setParent(self.window(), box.windowFlags())
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()


def numbers_at_start(pool: ScenePool) -> Numbers:
    """Measured figures of the scenes as they begin; empty where one is not complete."""

    def of(index: int, facts: tuple[Facts, ...]) -> tuple[Facts, ...]:
        if not facts:
            return ()
        view = pool.scene(index)
        begins = view.step == 0 and not view.improvised
        return facts if view.complete and begins else ()

    return tuple(of(index, facts) for index, facts in enumerate(pool.numbers()))
