"""Every control of the cause panel, and settings as text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fakes import FakeClient
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from resnet_viz.errors import UserError
from resnet_viz.lab.experiments import AlphaSweep
from resnet_viz.lab.fit import Fit
from resnet_viz.lab.settings import LabSettings
from resnet_viz.ui.gradients import cause_panel as panel_module
from resnet_viz.ui.gradients import depths
from resnet_viz.ui.gradients.cause_panel import CausePanel
from resnet_viz.ui.gradients.controls import Choice
from resnet_viz.ui.gradients.presets import presets
from resnet_viz.ui.gradients.session import LabSession
from resnet_viz.ui.gradients.settings_text import SettingsText, is_settings_text
from resnet_viz.ui.notify import Level, Notifier
from resnet_viz.ui.style import style_sheet
from resnet_viz.ui.theme import LIGHT, PROJECTOR, Theme

START = LabSettings(network="resnet20", batch="noise")


class Desk:
    """A panel with its session, on screen."""

    def __init__(self, qtbot: QtBot) -> None:
        self.client = FakeClient()
        self.session = LabSession(self.client, START)
        self.client.pair_measured.connect(self.session.on_pair_measured)
        self.notifier = Notifier()
        holder = panel_module.QWidget()
        self.text = SettingsText(self.session, self.notifier, lambda: "2.13.0", holder)
        self.panel = CausePanel(self.session, self.text, holder)
        self.refused: list[UserError] = []
        self.panel.refused.connect(self.refused.append)
        self.holder = holder
        qtbot.addWidget(holder)
        self.show(LIGHT)

    def show(self, theme: Theme) -> None:
        self.holder.setStyleSheet(style_sheet(theme))
        self.panel.set_theme(theme)
        self.panel.resize(self.panel.width(), 600)
        self.holder.resize(self.panel.width(), 600)
        self.holder.show()

    def choose(self, box: Choice, data: str) -> None:
        """As a user does: from the list, which greys out what cannot be."""
        index = box.findData(data)
        assert box.model().item(index).isEnabled(), data  # type: ignore[attr-defined]
        box.setCurrentIndex(index)
        box.activated.emit(index)

    def allowed(self, box: Choice) -> set[str]:
        model = box.model()
        return {
            box.itemData(i)
            for i in range(box.count())
            if model.item(i).isEnabled()  # type: ignore[attr-defined]
        }

    @property
    def settings(self) -> LabSettings:
        return self.session.settings


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def type_depth(desk: Desk, qtbot: QtBot, text: str) -> None:
    line = desk.panel.network.layers.lineEdit()
    assert line is not None
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_norms_come_with_their_mode(desk: Desk) -> None:
    norm = desk.panel.network.norm
    assert norm.currentData() == "none"
    desk.choose(norm, "batch_train")
    assert (desk.settings.norm, desk.settings.training_mode) == ("batch", True)
    desk.choose(norm, "batch_eval")
    assert (desk.settings.norm, desk.settings.training_mode) == ("batch", False)
    desk.choose(norm, "group")
    assert desk.settings.norm == "group"
    desk.session.undo.undo()
    assert norm.currentData() == "batch_eval"


def test_every_combo_sets_its_field(desk: Desk) -> None:
    panel = desk.panel
    for box, field, value in (
        (panel.network.activation, "activation", "tanh"),
        (panel.network.order, "order", "pre"),
        (panel.weights.init, "init", "xavier"),
        (panel.batch.dtype, "dtype", "float64"),
        (panel.batch.batch, "batch", "photographs"),
    ):
        desk.choose(box, value)
        assert getattr(desk.settings, field) == value
        desk.session.undo.undo()
        assert getattr(desk.settings, field) == getattr(START, field)
        assert box.currentData() == getattr(START, field)


def test_sigma_is_there_for_the_small_normal_alone(desk: Desk) -> None:
    weights = desk.panel.weights
    assert not weights.init_std.isVisible()
    desk.choose(weights.init, "normal")
    assert weights.init_std.isVisible()
    weights.init_std.setValue(0.02)
    assert desk.settings.init_std == pytest.approx(0.02)


def test_the_next_seed_is_one_click(desk: Desk) -> None:
    desk.panel.weights.next_seed.click()
    desk.panel.weights.next_seed.click()
    assert desk.settings.seed == 2
    assert desk.panel.weights.seed.value() == 2


def test_the_slider_moves_alpha_live_in_one_step_of_undo(desk: Desk, qtbot: QtBot) -> None:
    slider = desk.panel.skips.alpha
    slider.setSliderDown(True)
    for value in (90, 60, 30):
        slider.setValue(value)
        assert desk.client.pairs[-1].settings.alpha == value / 100
    slider.setSliderDown(False)
    assert desk.panel.skips.value.text() == "α = 0.30"
    desk.session.undo.undo()
    assert desk.settings.alpha == 1.0
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Left)  # not the window's "previous block"
    assert desk.settings.alpha == pytest.approx(0.99)


def test_depths_can_be_chosen_or_typed(desk: Desk, qtbot: QtBot) -> None:
    box = desk.panel.network.layers
    index = box.findData(44)
    box.setCurrentIndex(index)
    box.activated.emit(index)
    assert desk.settings.network == "resnet44"
    type_depth(desk, qtbot, "62")
    assert desk.settings.network == "resnet62"
    assert not box.hasFocus()  # letters are shortcuts again
    type_depth(desk, qtbot, "ResNet-50")
    assert desk.settings.network == "resnet50"
    assert desk.refused == []


@pytest.mark.parametrize("text", ["57", "1", "deep", "99999"])
def test_a_depth_that_cannot_be_is_refused_with_what_can(
    desk: Desk, qtbot: QtBot, text: str
) -> None:
    type_depth(desk, qtbot, text)
    assert len(desk.refused) == 1
    assert desk.settings == START
    assert desk.panel.network.layers.currentText() == "20"


def test_a_refused_depth_names_its_neighbours() -> None:
    with pytest.raises(UserError, match=r"57") as refused:
        depths.network_of(57, "post")
    assert "56, 62" in refused.value.hint
    assert depths.network_of(164, "pre") == "preresnet164"
    assert depths.network_of(164, "post") == "resnet164"
    with pytest.raises(UserError):
        depths.network_of(1001, "post")


def test_depths_of_bottlenecks_are_offered_for_pre_activation(desk: Desk) -> None:
    layers = desk.panel.network.layers
    assert layers.findData(164) < 0
    desk.choose(desk.panel.network.order, "pre")
    assert layers.findData(1001) >= 0
    index = layers.findData(1001)
    layers.setCurrentIndex(index)
    layers.activated.emit(index)
    assert desk.settings.network == "preresnet1001"
    desk.choose(desk.panel.network.order, "post")  # 1001 layers exist only as pre-activation
    assert desk.settings.order == "pre"
    assert len(desk.refused) == 1
    assert desk.panel.network.order.currentData() == "pre"


def test_trained_weights_are_offered_where_they_are_bundled_and_fix_the_rest(desk: Desk) -> None:
    weights, network = desk.panel.weights, desk.panel.network
    assert desk.allowed(weights.weights) == {"random", "trained", "twins"}
    desk.choose(weights.weights, "trained")
    assert desk.allowed(network.norm) == {"batch_train", "batch_eval"}
    assert network.norm.currentData() == "batch_eval"
    assert not network.activation.isEnabled()
    assert not weights.init.isEnabled()
    desk.choose(network.norm, "batch_train")
    assert desk.settings.training_mode
    desk.session.set_depth("resnet32")
    assert desk.allowed(weights.weights) == {"random"}
    assert network.activation.isEnabled()


def test_a_folder_is_asked_for_and_can_be_declined(desk: Desk) -> None:
    answers = ["", "/pictures"]
    batch = desk.panel.batch
    batch._ask_folder = lambda begin: answers.pop(0)  # type: ignore[assignment]
    desk.choose(batch.batch, "folder")
    assert desk.settings == START
    assert batch.batch.currentData() == "noise"
    desk.choose(batch.batch, "folder")
    assert (desk.settings.batch, desk.settings.folder) == ("folder", "/pictures")
    assert batch.folder.isVisible()
    assert "pictures" in batch.folder.text()


def test_one_picture_has_no_batch_size(desk: Desk) -> None:
    n_images = desk.panel.batch.n_images
    assert n_images.text() == "16 (usual)"
    n_images.setValue(4)
    assert desk.settings.n_images == 4
    desk.choose(desk.panel.batch.batch, "picture")
    assert not n_images.isEnabled()
    desk.session.set_depth("resnet18")
    desk.choose(desk.panel.batch.batch, "noise")
    desk.session.change(batch_size=0)
    assert n_images.text() == "2 (usual)"


def test_the_eight_presets_are_named_by_what_they_are(desk: Desk) -> None:
    actions = [a for a in desk.panel.menu("Presets").actions() if a.text()]
    assert [a.text() for a in actions[:-1]] == [p.name for p in presets()]
    assert len(presets()) == 8
    by_name = {a.text(): a for a in actions}
    by_name["56 layers, no norm, Xavier"].trigger()
    s = desk.settings
    assert (s.network, s.norm, s.init, s.batch) == ("resnet56", "none", "xavier", "noise")
    actions[-1].trigger()
    assert desk.settings == LabSettings()
    desk.session.undo.undo()
    assert desk.settings.init == "xavier"
    claims = ("vanish", "explode", "underflow", "kept")
    assert not any(claim in p.name for p in presets() for claim in claims)


def test_what_does_not_fit_is_asked_about_before_it_is_built(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        panel_module, "will_fit", lambda settings: Fit(9, 1, False, "It needs 9 of 1 bytes.")
    )
    asked: list[tuple[str, object]] = []
    desk.panel.too_large.connect(lambda sentence, go_on: asked.append((sentence, go_on)))
    desk.panel.network.layers.chosen.emit("resnet1202")
    assert desk.settings == START
    assert desk.panel.network.layers.currentText() == "20"
    assert asked[0][0] == "It needs 9 of 1 bytes."
    desk.panel.skips.alpha.setValue(50)  # takes no more memory, so it is not asked about
    assert len(asked) == 1
    asked[0][1]()  # type: ignore[operator]
    assert desk.settings.network == "resnet1202"


def test_cuts_are_counted(desk: Desk) -> None:
    cuts = desk.panel.skips.cuts
    assert cuts.text() == "0 of 9 cut"
    desk.session.flip_stage("residual", 1)
    desk.session.flip_skip("plain", "layer1.0")
    desk.session.flip_branch("residual", "layer3.0")
    assert cuts.text() == "3 of 9 cut · 1 in the twin · 1 dropped"


def test_what_was_measured_is_said(desk: Desk) -> None:
    assert "Not measured" in desk.panel.measured.text()
    desk.session.activate()
    desk.client.answer_pair()
    assert "16 invented images" in desk.panel.measured.text()
    assert "the same in both" in desk.panel.measured.text()


def test_the_wheel_scrolls_the_panel_and_changes_nothing(desk: Desk) -> None:
    for control in (desk.panel.network.norm, desk.panel.weights.seed, desk.panel.weights.gain):
        control.clearFocus()
        event = QWheelEvent(
            QPointF(5, 5),
            control.mapToGlobal(QPointF(5, 5)),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(control, event)
    assert desk.settings == START


@pytest.mark.parametrize("theme", [LIGHT, PROJECTOR])
def test_nothing_is_cut_off_at_the_side(desk: Desk, theme: Theme) -> None:
    desk.show(theme)
    body = desk.panel.widget()
    assert body is not None
    assert 250 <= desk.panel.width() <= 310
    assert body.minimumSizeHint().width() <= desk.panel.viewport().width()


@pytest.mark.parametrize("theme", [LIGHT, PROJECTOR])
def test_every_entry_has_words_that_fit_its_column(desk: Desk, theme: Theme) -> None:
    desk.show(theme)
    for box in desk.panel.findChildren(Choice):
        for index in range(box.count()):
            if not isinstance(box.itemData(index), str):
                continue  # depths, which are written as their number
            box.setCurrentIndex(index)
            option = QStyleOptionComboBox()
            box.initStyleOption(option)
            assert "…" not in option.currentText or option.currentText == "folder…"


# --- settings as text ----------------------------------------------------------------------


def notices(desk: Desk) -> list[tuple[Level, str]]:
    return [(n.level, f"{n.message} {n.hint}") for n in desk.notifier.history]


def test_copied_settings_come_back_from_the_clipboard(desk: Desk) -> None:
    desk.session.change(network="resnet32", norm="batch", init="he", seed=5)
    desk.session.flip_skip("residual", "layer2.1")
    wanted = desk.settings
    desk.text.copy()
    text = QGuiApplication.clipboard().text()
    assert is_settings_text(text)
    assert "torch=2.13.0" in text
    assert "\n" not in text
    desk.session.set_settings(START)
    desk.text.paste()
    assert desk.settings == wanted
    desk.session.undo.undo()
    assert desk.settings == START
    assert [level for level, _ in notices(desk)] == [Level.INFO]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("resnet-viz lab norm=bach", "bach"),
        ("resnet-viz lab network=resnet57", "resnet57"),
        ("resnet-viz lab alpha=2", "alpha"),
        ("resnet-viz lab colour=red", "colour"),
        ("no settings at all", "holds no settings"),
    ],
)
def test_bad_text_is_explained_and_changes_nothing(desk: Desk, text: str, named: str) -> None:
    desk.text.take(text)
    assert desk.settings == START
    level, words = notices(desk)[-1]
    assert level is Level.ERROR
    assert named in words


def test_text_of_another_version_is_used_with_a_warning(desk: Desk) -> None:
    desk.text.take("resnet-viz lab seed=3 torch=1.0.0")
    assert desk.settings.seed == 3
    level, words = notices(desk)[-1]
    assert level is Level.WARNING
    assert "1.0.0" in words


def test_a_text_measured_on_another_picture_says_so(desk: Desk) -> None:
    first, second = np.zeros((8, 8, 3), np.uint8), np.ones((8, 8, 3), np.uint8)
    desk.session.change(batch="picture")
    desk.text.picture_name = "cat.png"
    desk.session.set_picture(first)
    line = desk.text.line()
    desk.text.take(line)
    assert notices(desk) == []
    desk.session.set_picture(second)
    desk.text.take(line)
    assert "cat.png" in notices(desk)[-1][1]


def test_an_experiment_travels_with_the_settings(desk: Desk) -> None:
    asked = AlphaSweep(alphas=(0.0, 0.5))
    desk.text.experiment = lambda: asked
    named: list[object] = []
    desk.text.experiment_named.connect(named.append)
    desk.text.take(desk.text.line())
    assert named == [asked]


def test_files_hold_the_same_text_and_lists_give_their_first_settings(
    desk: Desk, tmp_path: Path
) -> None:
    desk.session.change(seed=9)
    desk.text.save_to(tmp_path / "mine")
    assert is_settings_text((tmp_path / "mine.txt").read_text(encoding="utf-8"))
    desk.session.undo.undo()
    desk.text.open_from(tmp_path / "mine.txt")
    assert desk.settings.seed == 9
    listed = tmp_path / "list.toml"
    listed.write_text('[settings]\nnetwork = "resnet32"\n[[experiment]]\nkind = "pair"\n')
    desk.text.open_from(listed)
    assert desk.settings.network == "resnet32"


def test_files_that_cannot_be_read_or_written_are_named(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    desk.text.open_from(tmp_path / "none.txt")
    desk.text.open_from(tmp_path / "bytes.txt")
    desk.text.save_to(tmp_path / "no" / "where.txt")
    told = notices(desk)
    assert [level for level, _ in told] == [Level.ERROR] * 3
    assert all(
        name in words
        for name, (_, words) in zip(("none.txt", "bytes.txt", "where.txt"), told, strict=True)
    )
    assert desk.settings == START
