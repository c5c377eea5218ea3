"""The groups of the set-up panel that say how networks learn, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from resnet_viz.engine.messages import DeviceInfo
from resnet_viz.numerals import percent
from resnet_viz.train.config import TrainConfig
from resnet_viz.ui.gradients.controls import Choice, WholeNumber, cell
from resnet_viz.ui.labels import muted
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train import setup_words as words
from resnet_viz.ui.train.fields import TypedField, whole_numbers_in, written
from resnet_viz.ui.train.fold import SetupGroup
from resnet_viz.ui.train.schedule_preview import SchedulePreview

_LARGEST = 2**31 - 1


class RateGroup(SetupGroup):
    """Optimiser, learning rate and its schedule.

    Signals:
        find_wanted: search a rate.
    """

    find_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Optimiser")
        self.name = Choice("Optimiser", words.OPTIMISERS, words.OPTIMISER_TIP)
        self.name.activated.connect(self._on_name)
        self.lr = self._number("Learning rate", words.LR_TIP, "optimiser", "lr")
        self.search = QPushButton("Find")
        self.search.setToolTip(words.FIND_TIP)
        self.search.setAccessibleName("Find a learning rate")
        self.search.clicked.connect(self.find_wanted)
        self.momentum = self._number("Momentum", words.MOMENTUM_TIP, "optimiser", "momentum")
        self.nesterov = self._tick("Nesterov", words.NESTEROV_TIP, "optimiser", "nesterov")
        self.schedule = Choice("Schedule", words.SCHEDULES, words.SCHEDULE_TIP)
        self.schedule.activated.connect(self._on_schedule)
        self.warm_up = self._number("Warm-up", words.WARM_UP_TIP, "schedule", "warm_up")
        self.milestones = TypedField("Milestones", words.MILESTONES_TIP)
        self.milestones.typed.connect(self._on_milestones)
        self.gamma = self._number("γ", words.GAMMA_TIP, "schedule", "gamma")
        self.preview = SchedulePreview()
        self._epochs = 1
        self._lay_out()

    def _lay_out(self) -> None:
        self._momentum_cell = cell("Momentum μ", self.momentum)
        self._milestones_cell = cell("Milestones, epochs", self.milestones)
        self._gamma_cell = cell("× γ at each", self.gamma)
        self._add(0, cell("Optimiser", self.name), self._momentum_cell)
        self._add(1, self.nesterov)
        self._add(2, cell("Learning rate η", self.lr), self.search)
        self._add(3, cell("Schedule", self.schedule), cell("Warm-up, share", self.warm_up))
        self._add(4, self._milestones_cell, self._gamma_cell)
        self._add(5, self.preview)

    def show_config(self, config: TrainConfig) -> None:
        """Show how the weights change; what the optimiser does not have is hidden."""
        optimiser, schedule = config.optimiser, config.schedule
        self._epochs = config.run.epochs
        self.name.show_data(optimiser.name)
        self.lr.show_text(written(optimiser.lr))
        self.momentum.show_text(written(optimiser.momentum))
        self._momentum_cell.setVisible(optimiser.name in ("sgd", "rmsprop"))
        self.nesterov.setVisible(optimiser.name == "sgd")
        self.nesterov.setChecked(optimiser.nesterov)
        self.schedule.show_data(schedule.name)
        self.warm_up.show_text(written(schedule.warm_up))
        self.milestones.show_text(", ".join(map(str, schedule.milestones)))
        self.gamma.show_text(written(schedule.gamma))
        for box in (self._milestones_cell, self._gamma_cell):
            box.setVisible(schedule.name == "step")
        self.preview.show_config(config)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.preview.set_theme(theme)

    def _on_name(self) -> None:
        """Adam's steps have about the size of the rate itself: SGD's 0.1 would be far too much."""
        name = self.name.currentData()
        lr = 0.1 if name == "sgd" else 1e-3
        self._want(optimiser={"name": name, "lr": lr})

    def _on_schedule(self) -> None:
        name = self.schedule.currentData()
        change: dict[str, object] = {"name": name}
        if name == "step":  # the paper's: at half and at three quarters of the run
            halves = {max(1, self._epochs // 2), max(1, 3 * self._epochs // 4)}
            change["milestones"] = tuple(sorted(halves))
        self._want(schedule=change)

    def _on_milestones(self, text: str) -> None:
        self._try(lambda: self._want(schedule={"milestones": whole_numbers_in(text, "milestones")}))


class LengthGroup(SetupGroup):
    """Decay, batch, epochs, seed."""

    def __init__(self) -> None:
        super().__init__("Run")
        self.epochs = WholeNumber("Epochs", 1, 100_000, words.EPOCHS_TIP)
        self.batch = WholeNumber("Batch", 1, 65_536, words.BATCH_TIP)
        self.seed = WholeNumber("Seed", 0, _LARGEST, words.SEED_TIP)
        self.decay = self._number("Weight decay", words.DECAY_TIP, "optimiser", "weight_decay")
        self.smoothing = self._number(
            "Label smoothing", words.SMOOTHING_TIP, "run", "label_smoothing"
        )
        self.train_images = WholeNumber("Pictures", 0, _LARGEST, words.TRAIN_IMAGES_TIP)
        self.train_images.setSpecialValueText("all")
        self._add(0, cell("Epochs", self.epochs), cell("Batch", self.batch))
        self._add(1, cell("Weight decay λ", self.decay), cell("Smoothing ε", self.smoothing))
        self._add(2, cell("Pictures", self.train_images), cell("Seed", self.seed))
        for box, section, entry in (
            (self.epochs, "run", "epochs"),
            (self.batch, "run", "batch_size"),
            (self.seed, "run", "seed"),
            (self.train_images, "data", "train_images"),
        ):
            box.valueChanged.connect(
                lambda value, s=section, e=entry: self._want(**{s: {e: value}})
            )

    def show_config(self, config: TrainConfig) -> None:
        """Show how long and on how much."""
        self.epochs.show_value(config.run.epochs)
        self.batch.show_value(config.run.batch_size)
        self.seed.show_value(config.run.seed)
        self.train_images.show_value(config.data.train_images)
        self.decay.show_text(written(config.optimiser.weight_decay))
        self.smoothing.show_text(written(config.run.label_smoothing))


class AugmentGroup(SetupGroup):
    """How pictures are varied."""

    def __init__(self) -> None:
        super().__init__("Augmentation", folded=True)
        self.flip = self._tick("mirror half of them", words.FLIP_TIP, "data", "flip")
        self.padding = WholeNumber("Border", 0, 256, words.PADDING_TIP)
        self.held_out = self._number("Held-out share", words.HELD_OUT_TIP, "data", "held_out")
        self.note = muted("")
        self.note.setWordWrap(True)
        self._add(0, self.flip)
        self.clutter = self._number("Clutter", words.CLUTTER_TIP, "data", "clutter")
        self._held_cell = cell("Held-out share", self.held_out)
        self._clutter_cell = cell("Clutter, 0 to 1", self.clutter)
        second = QHBoxLayout()
        second.addWidget(self._held_cell)
        second.addWidget(self._clutter_cell)
        self._add(1, cell("Border, pixels", self.padding), second)
        self._add(2, self.note)
        self.padding.valueChanged.connect(lambda value: self._want(data={"padding": value}))

    def show_config(self, config: TrainConfig) -> None:
        """Show how pictures are varied."""
        self.flip.setChecked(config.data.flip)
        self.padding.show_value(config.data.padding)
        self.held_out.show_text(written(config.data.held_out))
        self._held_cell.setVisible(config.data.source == "folder")
        self.clutter.show_text(written(config.data.clutter))
        self._clutter_cell.setVisible(config.data.source == "shapes")
        self.note.setText(_crop_words(config))


def _crop_words(config: TrainConfig) -> str:
    """Zoomed and smaller crops, which the text of a recipe can ask for."""
    parts = []
    if scale := config.data.scale:
        parts.append(f"Crops hold {percent(scale[0])} to {percent(scale[1])} of a picture.")
    parts += [f"{epochs} epochs at {side} pixels." for epochs, side in config.data.crops]
    return " ".join(parts) or "Random crops of the picture's own size."


class ComputeGroup(SetupGroup):
    """Where and how exactly it is computed."""

    def __init__(self) -> None:
        super().__init__("Computing", folded=True)
        devices = {"auto": "auto", "cpu": "CPU"}
        self.device = self._choice("Device", devices, words.DEVICE_TIP, "run", "device")
        self.precision = self._choice(
            "Precision", words.PRECISIONS, words.PRECISION_TIP, "run", "precision"
        )
        self.threads = WholeNumber("Threads", 0, 1024, words.THREADS_TIP)
        self.threads.setSpecialValueText("torch's")
        self.threads.valueChanged.connect(lambda value: self._want(run={"threads": value}))
        self._add(0, cell("Device", self.device), cell("Precision", self.precision))
        self._add(1, cell("CPU threads", self.threads))

    def set_devices(self, devices: Sequence[DeviceInfo]) -> None:
        """Offer what the engine found."""
        for device in devices:
            if self.device.findData(device.name) < 0:
                self.device.addItem(device.label, device.name)

    def show_config(self, config: TrainConfig) -> None:
        """Show where it is computed."""
        if self.device.findData(config.run.device) < 0:
            self.device.addItem(config.run.device, config.run.device)
        self.device.show_data(config.run.device)
        self.precision.show_data(config.run.precision)
        self.threads.show_value(config.run.threads)


class RecordingGroup(SetupGroup):
    """What is measured beside loss and accuracy, how often, and what that costs."""

    def __init__(self) -> None:
        super().__init__("Measuring and saving", folded=True)
        self.share = self._number("Share of the time", words.SHARE_TIP, "recording", "share")
        self.every = WholeNumber("Every so many steps", 0, 1_000_000, words.EVERY_TIP)
        self.every.setSpecialValueText("auto")
        self.evaluate = WholeNumber("Epochs", 1, 100_000, words.EVALUATE_TIP)
        self.evaluate_steps = WholeNumber("Steps", 0, _LARGEST, words.EVALUATE_STEPS_TIP)
        self.evaluate_steps.setSpecialValueText("by epochs")
        self.patience = WholeNumber("Patience", 0, 100_000, words.PATIENCE_TIP)
        self.patience.setSpecialValueText("never")
        self.checkpoint = WholeNumber("Checkpoints", 1, _LARGEST, words.CHECKPOINT_TIP)
        self.snapshots = WholeNumber("Snapshots", 0, 1000, words.SNAPSHOTS_TIP)
        self.note = muted("")
        self.note.setWordWrap(True)
        self._add(0, cell("Time share", self.share), cell("or every, steps", self.every))
        self._add(1, self.note)
        self._add(2, cell("Test, epochs", self.evaluate), cell("or steps", self.evaluate_steps))
        self._add(3, cell("Save, steps", self.checkpoint), cell("Stop early", self.patience))
        self.tested = WholeNumber("Test pictures", 0, _LARGEST, words.EVALUATE_IMAGES_TIP)
        self.tested.setSpecialValueText("all")
        self._add(4, cell("Kept weights", self.snapshots), cell("Test pictures", self.tested))
        for box, section, entry in (
            (self.every, "recording", "every"),
            (self.snapshots, "recording", "snapshots"),
            (self.evaluate, "run", "evaluate_every"),
            (self.evaluate_steps, "run", "evaluate_steps"),
            (self.tested, "run", "evaluate_images"),
            (self.patience, "run", "patience"),
            (self.checkpoint, "run", "checkpoint_every"),
        ):
            box.valueChanged.connect(
                lambda value, s=section, e=entry: self._want(**{s: {e: value}})
            )

    def show_config(self, config: TrainConfig) -> None:
        """Show what is measured and kept."""
        self.share.show_text(written(config.recording.share))
        self.every.show_value(config.recording.every)
        self.snapshots.show_value(config.recording.snapshots)
        self.evaluate.show_value(config.run.evaluate_every)
        self.evaluate_steps.show_value(config.run.evaluate_steps)
        self.patience.show_value(config.run.patience)
        self.tested.show_value(config.run.evaluate_images)
        self.checkpoint.show_value(config.run.checkpoint_every)

    def show_measured_share(self, share: float | None) -> None:
        """Say what measuring has cost; None where nothing has been trained yet."""
        if share is None:
            self.note.setText("What it costs is measured while training.")
        else:
            self.note.setText(f"Measured: {100 * share:.1f} % of the training time.")
