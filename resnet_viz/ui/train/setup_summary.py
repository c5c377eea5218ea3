"""The recipe of a running training as lines to read: nothing of it can be changed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from resnet_viz.numerals import percent
from resnet_viz.train.config import TrainConfig
from resnet_viz.ui.labels import muted
from resnet_viz.ui.train import setup_words as words
from resnet_viz.ui.train.fields import written
from resnet_viz.ui.train.setup_data import duel_kind


def summary_lines(config: TrainConfig) -> list[tuple[str, str]]:
    """(caption, value) of everything in a recipe that decides the run."""
    run, data = config.run, config.data
    images = f", {data.train_images:,} pictures" if data.train_images else ""
    lines = [
        ("Data", f"{data.dataset}{images}"),
        ("Networks", _networks(config)),
        ("Start", _start(config)),
        ("Optimiser", _optimiser(config)),
        ("Learning rate", f"{written(config.optimiser.lr)}, {_schedule(config)}"),
        ("Weight decay", written(config.optimiser.weight_decay)),
        ("Batch", str(run.batch_size)),
        ("Epochs", str(run.epochs)),
        ("Loss", _loss(config)),
        ("Seed", str(run.seed)),
    ]
    if run.precision != "float32":
        lines.append(("Precision", run.precision))
    return lines


def _networks(config: TrainConfig) -> str:
    if duel_kind(config) == "twin":
        return f"{config.network.title()} and its plain twin"
    return " and ".join(spec.title() for spec in config.networks.values())


def _start(config: TrainConfig) -> str:
    start = config.start
    if start.weights == "none":
        return "same weights, same batches" if config.rival is not None else "random weights"
    what = words.STARTS[start.weights] if start.weights == "imagenet" else Path(start.path).name
    kept = f"; {words.FREEZES[start.freeze]} kept" if start.freeze else ""
    slower = f"; body × {written(start.body_lr)}" if start.body_lr != 1 else ""
    return f"{what}{kept}{slower}"


def _optimiser(config: TrainConfig) -> str:
    optimiser = config.optimiser
    name = words.OPTIMISERS[optimiser.name]
    if optimiser.name not in ("sgd", "rmsprop") or not optimiser.momentum:
        return name
    nesterov = ", Nesterov" if optimiser.name == "sgd" and optimiser.nesterov else ""
    return f"{name}, momentum {written(optimiser.momentum)}{nesterov}"


def _schedule(config: TrainConfig) -> str:
    schedule = config.schedule
    parts = [words.SCHEDULES[schedule.name]]
    if schedule.warm_up:
        parts.append(f"{percent(schedule.warm_up)} warm-up")
    if schedule.name == "step":
        epochs = ", ".join(map(str, schedule.milestones))
        parts.append(f"× {written(schedule.gamma)} after {epochs}")
    return ", ".join(parts)


def _loss(config: TrainConfig) -> str:
    smoothing = config.run.label_smoothing
    return f"cross-entropy, smoothing {written(smoothing)}" if smoothing else "cross-entropy"


class SetupSummary(QWidget):
    """Shows `summary_lines`, captions above values as in the form."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        self._values: dict[str, QLabel] = {}

    def show_config(self, config: TrainConfig) -> None:
        """Show a recipe."""
        lines = summary_lines(config)
        if list(self._values) != [caption for caption, _ in lines]:
            self._rebuild([caption for caption, _ in lines])
        for caption, value in lines:
            self._values[caption].setText(value)
            self._values[caption].setAccessibleName(f"{caption}: {value}")

    def value(self, caption: str) -> str:
        """What stands under a caption."""
        return self._values[caption].text()

    def _rebuild(self, captions: list[str]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        self._values = {}
        for caption in captions:
            value = QLabel()
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._column.addWidget(muted(caption))
            self._column.addWidget(value)
            self._column.addSpacing(5)
            self._values[caption] = value
