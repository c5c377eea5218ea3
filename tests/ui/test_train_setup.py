"""The set-up panel: presets, every field, what cannot be, and what is shown while training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from train_pages import Stage, staged

from resnet_viz.engine.messages import DeviceInfo
from resnet_viz.errors import UserError
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import parse_config, to_toml
from resnet_viz.ui.gradients.controls import Choice, WholeNumber
from resnet_viz.ui.notify import Level, Notifier
from resnet_viz.ui.style import style_sheet
from resnet_viz.ui.theme import LIGHT, THEMES, Theme
from resnet_viz.ui.train import fields
from resnet_viz.ui.train.changes import changed
from resnet_viz.ui.train.fields import TypedField
from resnet_viz.ui.train.presets import first_line, presets
from resnet_viz.ui.train.recipe_text import RecipeText
from resnet_viz.ui.train.schedule_preview import shares
from resnet_viz.ui.train.setup_data import data_facts, duel_kind, rebuilt, start_choices
from resnet_viz.ui.train.setup_panel import SetupPanel
from resnet_viz.ui.train.setup_summary import summary_lines

RECIPE = """
[network]
name = "resnet20"
[rival]
name = "plain20"
[data]
source = "shapes"
dataset = "Shapes"
[run]
epochs = 10
"""


class Desk:
    """A panel on screen with its session."""

    def __init__(self, qtbot: QtBot, stage: Stage) -> None:
        self.session, self.client = stage.session, stage.client
        self.session.begin_with(parse_config(RECIPE))
        self.holder = QWidget()
        self.notifier = Notifier()
        self.text = RecipeText(self.session, self.notifier, self.holder)
        self.panel = SetupPanel(self.session, self.text, self.holder)
        qtbot.addWidget(self.holder)
        self.show(LIGHT)

    def show(self, theme: Theme) -> None:
        self.holder.setStyleSheet(style_sheet(theme))
        self.panel.set_theme(theme)
        self.holder.resize(self.panel.width(), 600)
        self.panel.resize(self.panel.width(), 600)
        self.holder.show()

    @property
    def config(self) -> TrainConfig:
        return self.session.config

    def choose(self, box: Choice, data: str) -> None:
        index = box.findData(data)
        assert index >= 0, data
        box.setCurrentIndex(index)
        box.activated.emit(index)

    def type(self, field: TypedField, text: str) -> None:
        field.setText(text)
        field.editingFinished.emit()

    def set(self, box: WholeNumber, value: int) -> None:
        box.setValue(value)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Desk:
    return Desk(qtbot, staged(tmp_path))


# --- presets ---------------------------------------------------------------------------------


def test_the_first_presets_need_no_reading(qapp: object) -> None:
    names = [preset.name for preset in presets()[:3]]
    assert names == ["Two-minute demo", "Paper's CIFAR recipe", "Fine-tune my folder"]
    assert presets()[0].config.data.source == "shapes"  # neither data nor a network is needed
    assert all(preset.line.endswith((".", ":")) for preset in presets())
    assert len({preset.name for preset in presets()}) == len(presets())


def test_a_preset_is_one_step_of_undo(desk: Desk) -> None:
    desk.choose(desk.panel.preset, "Two-minute demo")
    assert desk.config == presets()[0].config
    assert desk.panel.line.text() == presets()[0].line
    desk.session.undo.undo()
    assert desk.config == parse_config(RECIPE)
    assert desk.panel.preset.currentText() == "your own"


def test_every_preset_is_shown_as_itself(desk: Desk) -> None:
    for preset in presets():
        desk.session.set_config(preset.config)
        assert desk.panel.preset.currentText() == preset.name


def test_a_changed_preset_is_ones_own(desk: Desk) -> None:
    desk.choose(desk.panel.preset, "Two-minute demo")
    desk.set(desk.panel.length.epochs, 9)
    assert desk.panel.preset.currentText() == "your own"


def test_fine_tuning_asks_for_a_folder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(desk.panel, "ask_folder", lambda: asked.append(True))
    desk.choose(desk.panel.preset, "Fine-tune my folder")
    assert asked == [True]
    assert desk.config == parse_config(RECIPE)


def test_a_folder_is_fine_tuned_on_and_looked_at(desk: Desk, tmp_path: Path) -> None:
    desk.session.use_folder(tmp_path / "pets")
    assert desk.config.data.folder == str(tmp_path / "pets")
    assert desk.config.data.dataset == "pets"
    assert desk.config.start.weights == "bundled"
    assert parse_config(desk.client.looks[-1].recipe).data == desk.config.data
    assert desk.panel.preset.currentText() == "Fine-tune my folder"


def test_a_sentence_ends_before_a_capital() -> None:
    text = "# By He et al. 2015 (section\n# 4.2): days. More of it.\n#\n# Later.\n[run]"
    assert first_line(text) == "By He et al. 2015 (section 4.2): days."


# --- fields ----------------------------------------------------------------------------------

Get = Callable[[TrainConfig], object]


def test_every_choice_sets_its_entry(desk: Desk) -> None:
    panel = desk.panel
    cases: list[tuple[Choice, str, Get]] = [
        (panel.data.source, "mnist", lambda c: c.data.source),
        (panel.networks.norm, "group", lambda c: c.network.norm),
        (panel.networks.order, "pre", lambda c: c.rival and c.rival.order),
        (panel.rate.name, "adamw", lambda c: c.optimiser.name),
        (panel.rate.schedule, "cosine", lambda c: c.schedule.name),
        (panel.compute.precision, "bfloat16", lambda c: c.run.precision),
        (panel.compute.device, "cpu", lambda c: c.run.device),
    ]
    for box, data, get in cases:
        desk.choose(box, data)
        assert get(desk.config) == data
        desk.session.undo.undo()
        assert box.currentData() != data


def test_every_number_sets_its_entry(desk: Desk) -> None:
    panel = desk.panel
    typed: list[tuple[TypedField, str, float, Get]] = [
        (panel.rate.lr, "3e-2", 0.03, lambda c: c.optimiser.lr),
        (panel.rate.momentum, "0,8", 0.8, lambda c: c.optimiser.momentum),
        (panel.rate.warm_up, "0.1", 0.1, lambda c: c.schedule.warm_up),
        (panel.length.decay, "1e-4", 1e-4, lambda c: c.optimiser.weight_decay),
        (panel.length.smoothing, ".1", 0.1, lambda c: c.run.label_smoothing),
        (panel.recording.share, "0.1", 0.1, lambda c: c.recording.share),
        (panel.augment.clutter, "0.5", 0.5, lambda c: c.data.clutter),
    ]
    for field, text, value, get in typed:
        desk.type(field, text)
        assert get(desk.config) == value
    whole: list[tuple[WholeNumber, int, Get]] = [
        (panel.length.epochs, 30, lambda c: c.run.epochs),
        (panel.length.batch, 64, lambda c: c.run.batch_size),
        (panel.length.seed, 5, lambda c: c.run.seed),
        (panel.length.train_images, 500, lambda c: c.data.train_images),
        (panel.augment.padding, 1, lambda c: c.data.padding),
        (panel.compute.threads, 2, lambda c: c.run.threads),
        (panel.recording.every, 25, lambda c: c.recording.every),
        (panel.recording.snapshots, 3, lambda c: c.recording.snapshots),
        (panel.recording.evaluate, 2, lambda c: c.run.evaluate_every),
        (panel.recording.evaluate_steps, 50, lambda c: c.run.evaluate_steps),
        (panel.recording.tested, 100, lambda c: c.run.evaluate_images),
        (panel.recording.patience, 4, lambda c: c.run.patience),
        (panel.recording.checkpoint, 70, lambda c: c.run.checkpoint_every),
    ]
    for box, number, get in whole:
        desk.set(box, number)
        assert get(desk.config) == number


def test_what_cannot_be_is_said_where_it_was_typed(desk: Desk) -> None:
    rate = desk.panel.rate
    desk.type(rate.lr, "-1")
    assert "must be positive" in rate.error.text()
    assert rate.error.isVisible()
    assert rate.lr.text() == "0.1"
    desk.type(rate.lr, "fast")
    assert "'fast' is no learning rate" in rate.error.text()
    desk.type(rate.lr, "0.3")
    assert not rate.error.isVisible()


def test_a_folded_group_opens_for_its_error(desk: Desk) -> None:
    group = desk.panel.recording
    assert not group.body.isVisible()
    desk.type(group.share, "2")
    assert group.body.isVisible()
    assert "share" in group.error.text()


def test_a_duel_becomes_one_network_and_a_duel_again(desk: Desk) -> None:
    networks = desk.panel.networks
    assert networks.duel.currentData() == "twin"
    desk.choose(networks.duel, "one")
    assert desk.config.rival is None
    desk.choose(networks.duel, "two")
    assert duel_kind(desk.config) == "two"
    assert desk.config.rival is not None
    assert desk.config.rival.name != desk.config.network.name
    desk.choose(networks.duel, "twin")
    assert desk.config.rival is not None
    assert desk.config.rival.plain


def test_another_depth_is_that_of_both_twins(desk: Desk, qtbot: QtBot) -> None:
    networks = desk.panel.networks
    desk.choose(networks.norm, "group")
    networks.layers.chosen.emit("resnet56")
    assert [s.title() for s in desk.config.networks.values()] == ["ResNet-56", "plain-56"]
    assert {s.norm for s in desk.config.networks.values()} == {"group"}
    networks.layers.setEditText("57")
    line = networks.layers.lineEdit()
    assert line is not None
    line.editingFinished.emit()
    assert "There is no residual network of 57 layers" in networks.error.text()


def test_width_and_side_survive_another_depth() -> None:
    demo = presets()[0].config.network
    made = rebuilt(demo, "resnet20")
    assert (made.name, made.widths, made.input_size) == ("resnet20", demo.widths, demo.input_size)


def test_adam_brings_a_rate_of_its_own(desk: Desk) -> None:
    desk.choose(desk.panel.rate.name, "adam")
    assert desk.config.optimiser.lr == 1e-3
    assert not desk.panel.rate.nesterov.isVisible()


def test_the_step_schedule_begins_with_milestones(desk: Desk) -> None:
    rate = desk.panel.rate
    desk.choose(rate.schedule, "step")
    assert desk.config.schedule.milestones == (5, 7)
    desk.type(rate.milestones, "3; 6, 9")
    assert desk.config.schedule.milestones == (3, 6, 9)
    desk.type(rate.milestones, "soon")
    assert "are no milestones" in rate.error.text()


def test_bundled_weights_are_offered_where_they_fit(desk: Desk) -> None:
    assert "bundled:resnet20-cifar10" in start_choices(desk.config)
    assert "imagenet" not in start_choices(desk.config)
    desk.choose(desk.panel.start.weights, "bundled:resnet20-cifar10")
    assert (desk.config.start.weights, desk.config.start.path) == ("bundled", "resnet20-cifar10")
    desk.choose(desk.panel.start.freeze, "layer2")
    desk.type(desk.panel.start.body_lr, "0.1")
    assert (desk.config.start.freeze, desk.config.start.body_lr) == ("layer2", 0.1)
    assert desk.panel.start.freeze.isVisible()
    desk.choose(desk.panel.start.weights, "none")
    assert not desk.panel.start.freeze.isVisible()


def test_what_is_known_of_the_data_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    config = parse_config(RECIPE)
    assert "nothing to download" in data_facts(config, 0, 0, 0)
    assert data_facts(config, 8000, 2000, 10) == (
        "8,000 to learn from, 2,000 held out, 10 classes."
    )
    cifar = changed(config, data={"source": "cifar10"})
    module = "resnet_viz.ui.train.setup_data.seems_on_disk"
    monkeypatch.setattr(module, lambda source, folder: False)
    assert data_facts(cifar, 0, 0, 0).endswith("Downloaded once: 170 MB.")
    monkeypatch.setattr(module, lambda source, folder: True)
    assert data_facts(cifar, 0, 0, 0).endswith("Found on disk.")


def test_a_look_says_how_many_there_are(desk: Desk) -> None:
    desk.session.look_at_data()
    desk.client.answer_look()
    assert "held out, 10 classes" in desk.panel.data.note.text()


def test_the_engines_devices_are_offered(desk: Desk) -> None:
    desk.panel.set_devices((DeviceInfo("cpu", "CPU"), DeviceInfo("cuda:0", "A GPU")))
    desk.choose(desk.panel.compute.device, "cuda:0")
    assert desk.config.run.device == "cuda:0"


# --- while training --------------------------------------------------------------------------


def test_while_training_the_recipe_is_shown_to_read(desk: Desk) -> None:
    desk.session.play()
    assert not desk.panel.preset.isVisible()
    assert desk.panel.summary.isVisible()
    assert desk.panel.summary.value("Networks") == "ResNet-20 and its plain twin"
    assert desk.panel.summary.value("Optimiser") == "SGD, momentum 0.9, Nesterov"
    desk.client.answer_training()
    assert desk.panel.preset.isVisible()
    assert not desk.panel.summary.isVisible()


def test_the_summary_names_what_decides_a_run() -> None:
    config = parse_config(RECIPE)
    lines = dict(summary_lines(config))
    assert lines["Start"] == "same weights, same batches"
    tuned = changed(
        config,
        start={"weights": "bundled", "path": "resnet20-cifar10", "freeze": "stem", "body_lr": 0.1},
        run={"label_smoothing": 0.1, "precision": "bfloat16"},
        schedule={"name": "step", "milestones": (3, 6), "warm_up": 0.0},
    )
    lines = dict(summary_lines(tuned))
    assert lines["Start"] == "resnet20-cifar10; up to the stem kept; body × 0.1"
    assert lines["Learning rate"] == "0.1, step, × 0.1 after 3, 6"
    assert lines["Loss"] == "cross-entropy, smoothing 0.1"
    assert lines["Precision"] == "bfloat16"


def test_the_measured_cost_is_shown(desk: Desk) -> None:
    assert "measured while training" in desk.panel.recording.note.text()
    desk.session.play()
    desk.client.tell_status(probe_share=0.024)
    assert desk.panel.recording.note.text() == "Measured: 2.4 % of the training time."


# --- text ------------------------------------------------------------------------------------


def test_copied_and_pasted_it_is_the_same(desk: Desk) -> None:
    desk.session.change(run={"epochs": 77})
    before = desk.config
    desk.text.copy()
    assert 'name = "resnet20"' in QGuiApplication.clipboard().text()
    desk.session.change(run={"epochs": 1})
    desk.text.paste()
    assert desk.config == before


def test_a_bad_text_is_explained(desk: Desk) -> None:
    desk.text.take("[network]\nname = 'resnet21'\n[run]\nepochs = 1")
    notice = desk.notifier.history[-1]
    assert notice.level is Level.ERROR
    assert "resnet21" in notice.message
    assert desk.config == parse_config(RECIPE)


def test_saved_and_opened_it_is_the_same(desk: Desk, tmp_path: Path) -> None:
    desk.text.save_to(tmp_path / "mine")
    assert parse_config((tmp_path / "mine.toml").read_text()) == desk.config
    desk.session.change(run={"epochs": 1})
    desk.text.open_from(tmp_path / "mine.toml")
    assert desk.config.run.epochs == 10
    desk.text.save_to(tmp_path / "nowhere" / "mine.toml")
    assert "Cannot write" in desk.notifier.history[-1].message


# --- looks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_nothing_is_wider_than_the_panel(desk: Desk, theme: Theme, qtbot: QtBot) -> None:
    desk.session.change(schedule={"name": "step", "milestones": (5, 7)})
    desk.session.change(start={"weights": "bundled", "path": "resnet20-cifar10"})
    desk.choose(desk.panel.networks.duel, "two")
    for group in desk.panel.groups:
        group.unfold()
    desk.show(theme)
    body = desk.panel.widget()
    assert body is not None
    bar = desk.panel.verticalScrollBar().sizeHint().width()
    assert body.minimumSizeHint().width() <= desk.panel.width() - bar - 2


def test_every_field_explains_itself_and_has_a_name(desk: Desk) -> None:
    for group in desk.panel.groups:
        for kind in (Choice, WholeNumber, TypedField):
            for control in group.findChildren(kind):
                assert control.toolTip(), control.accessibleName()
                assert control.accessibleName()


def test_letters_typed_into_a_number_do_not_reach_the_window(desk: Desk, qtbot: QtBot) -> None:
    field = desk.panel.rate.lr
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "2e-2")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.config.optimiser.lr == 0.02
    qtbot.keyClicks(field, "9")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.02"


def test_numbers_are_written_as_they_are_typed() -> None:
    for value, text in ((0.1, "0.1"), (5e-4, "5e-4"), (0.0, "0"), (1.0, "1"), (1e-3, "0.001")):
        assert fields.written(value) == text
        assert fields.number_in(text, "number") == value
    with pytest.raises(UserError):
        fields.number_in("", "number")


def test_the_drawn_schedule_rises_to_its_peak_and_falls(desk: Desk) -> None:
    drawn = shares(desk.config)  # one-cycle, a quarter of it warm-up
    assert max(drawn) == pytest.approx(1, abs=0.02)
    assert drawn.index(max(drawn)) == pytest.approx(len(drawn) / 4, abs=2)
    assert drawn[-1] < 0.01


def test_recipes_survive_their_text() -> None:
    for preset in presets():
        assert parse_config(to_toml(preset.config)) == preset.config
