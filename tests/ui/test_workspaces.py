"""Two workspaces in one window: switching, keys, pictures, memory, and an engine that dies."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeClient
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from windows import shown

from resnet_viz.engine.messages import Cancelled
from resnet_viz.engine.recovery import Recovery
from resnet_viz.lab.experiments import AlphaSweep, DepthSweep
from resnet_viz.lab.settings import LabSettings
from resnet_viz.ui.gradients.workspace import GradientsWorkspace
from resnet_viz.ui.main_window import MainWindow

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LINE = "resnet-viz lab network=resnet20 batch=noise"


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """Remembers a small network: painting 27 blocks twice takes time."""
    made = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made.setValue("gradients/settings", LINE)
    return made


Opener = Callable[[], MainWindow]


@pytest.fixture
def opened(qtbot: QtBot, client: FakeClient, settings: QSettings) -> Iterator[Opener]:
    """Opens windows, one after the other, that remember the same."""
    windows = []

    def make() -> MainWindow:
        made = shown(qtbot, settings, client)
        windows.append(made)
        qtbot.waitUntil(lambda: bool(client.loads))
        client.say_ready()
        client.answer_load()
        return made

    yield make
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(opened: Opener, client: FakeClient) -> MainWindow:
    """The window after its first measurement in Explore."""
    made = opened()
    client.answer_explore()
    return made


@pytest.fixture
def lab(window: MainWindow, client: FakeClient) -> GradientsWorkspace:
    """Gradients on screen, after its first measurement."""
    window.workspaces.show_titled("Gradients")
    client.answer_pair()
    assert isinstance(window.workspace, GradientsWorkspace)
    return window.workspace


def drop(window: MainWindow, mime: QMimeData) -> None:
    centre = QPointF(window.rect().center())
    button, modifier = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(centre, Qt.DropAction.CopyAction, mime, button, modifier))


def picture_mime(path: Path, colour: tuple[int, int, int] = (200, 30, 90)) -> QMimeData:
    Image.new("RGB", (50, 30), colour).save(path)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def test_explore_comes_first_and_gradients_costs_nothing_before_it_is_shown(
    window: MainWindow, client: FakeClient
) -> None:
    assert window.workspace is window.explore
    assert window.top_bar.switches["Explore"].isChecked()
    assert window.workspaces.count() == 1
    assert client.pairs == []


def test_starting_the_window_imports_nothing_that_is_wanted_later_if_at_all() -> None:
    later = (
        "resnet_viz.ui.gradients",
        "resnet_viz.ui.lecture.",
        "resnet_viz.ui.stage.",
        "resnet_viz.lecture.",
        "resnet_viz.report",
        "pyqtgraph",
        "torch",
    )
    code = (
        "import sys, resnet_viz.ui.main_window;"
        f"print([m for m in sys.modules if m.startswith({later})])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_showing_the_pair_imports_no_pyqtgraph() -> None:
    code = (
        "import sys, resnet_viz.ui.gradients.workspace;"
        "print([m for m in ('pyqtgraph', 'torch', 'torchvision', 'matplotlib')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_keys_and_buttons_switch_between_the_workspaces(
    window: MainWindow, client: FakeClient, qtbot: QtBot
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_2, CTRL)
    assert isinstance(window.workspace, GradientsWorkspace)
    assert window.top_bar.switches["Gradients"].isChecked()
    assert client.pairs[-1].settings.network == "resnet20"
    client.answer_pair()
    assert "plain-20" in window.top_bar.model.text()
    assert "without" in window.engine_bar._measured.text()
    asked = len(client.pairs)
    window.top_bar.switches["Explore"].click()
    assert window.workspace is window.explore
    assert "plain" not in window.top_bar.model.text()
    assert "forward and backward" in window.engine_bar._measured.text()
    qtbot.keyClick(window, Qt.Key.Key_2, CTRL)
    assert len(client.pairs) == asked  # it is measured already
    qtbot.keyClick(window, Qt.Key.Key_1, CTRL)
    assert window.workspace is window.explore


def test_keys_act_on_the_workspace_on_screen_alone(
    window: MainWindow, lab: GradientsWorkspace, qtbot: QtBot
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert lab.session.settings.cut == {"layer1.0"}
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert lab.session.selected == "layer1.1"
    qtbot.keyClick(window, Qt.Key.Key_D)
    assert lab.session.settings.dropped == {"layer1.1"}
    qtbot.keyClick(window, Qt.Key.Key_S, SHIFT)
    assert lab.session.settings.cut == {"layer1.0", "layer1.1", "layer1.2"}
    qtbot.keyClick(window, Qt.Key.Key_A)
    assert len(lab.session.settings.cut) == 9
    assert not window.session.toggles.cut
    assert window.session.selected == "layer1.1"
    for _ in range(4):
        qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert lab.session.settings.cut == frozenset()
    assert not window.actions_by_name["Undo"].isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Y, CTRL)
    assert lab.session.settings.cut == {"layer1.0"}

    window.workspaces.show_titled("Explore")
    assert not window.actions_by_name["Undo"].isEnabled()  # nothing was done there
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.session.toggles.cut == {"layer1.1"}
    assert lab.session.settings.cut == {"layer1.0"}


def test_channels_are_for_explore(window: MainWindow, lab: GradientsWorkspace) -> None:
    assert not window.actions_by_name["Next channel"].isEnabled()
    window.workspaces.show_titled("Explore")
    assert window.actions_by_name["Next channel"].isEnabled()


def test_keys_act_on_the_network_clicked_last_or_on_both(
    window: MainWindow, lab: GradientsWorkspace, client: FakeClient, qtbot: QtBot
) -> None:
    lab.page.pair.skip_clicked.emit("plain", "layer2.0")
    assert lab.session.settings.plain_restored == {"layer2.0"}
    assert "plain twin" in lab.page.keys.text()
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert lab.session.settings.plain_restored == {"layer2.0", "layer1.0"}
    lab.page.both.click()
    assert "both" in lab.page.keys.text()
    qtbot.keyClick(window, Qt.Key.Key_A)  # 7 of the twin's 9 are cut: now all are, in both
    assert lab.session.settings.plain_restored == frozenset()
    assert len(lab.session.settings.cut) == 9
    lab.page.pair.sides["residual"].canvas.setFocus()
    qtbot.waitUntil(lambda: lab.page.side == "residual")


def test_clicks_reach_the_session_and_the_page_shows_them(
    lab: GradientsWorkspace, client: FakeClient
) -> None:
    pair = lab.page.pair
    pair.branch_clicked.emit("residual", "layer3.1")
    assert lab.session.settings.dropped == {"layer3.1"}
    pair.stage_skips_clicked.emit("residual", 2)
    assert lab.session.settings.cut == {"layer2.0", "layer2.1", "layer2.2"}
    state = pair.state.sides["residual"]
    assert state.skip[state.index("layer2.1")] == 0
    assert pair.state.sides["plain"].skip.max() == 0
    pair.block_selected.emit("layer2.1")
    assert lab.session.selected == "layer2.1"
    assert "layer2.1" in lab.page.add_node.title.text()
    pair.block_hovered.emit("layer1.0")
    assert "layer1.0" in lab.page.add_node.title.text()
    pair.block_hovered.emit("")
    assert "layer2.1" in lab.page.add_node.title.text()
    client.answer_pair(seed=2)
    assert pair.state.ghost is not None


def test_the_sentence_is_made_of_the_numbers_on_screen(
    lab: GradientsWorkspace, client: FakeClient
) -> None:
    before = lab.page.sentence.text()
    assert "no norm" in before
    lab.session.change(seed=1)
    assert lab.page.sentence.text() == before  # until they are there
    client.answer_pair(seed=1, plain_first=1e-60)
    assert lab.page.sentence.text() != before


def test_another_depth_is_shown_when_it_is_measured(
    window: MainWindow, lab: GradientsWorkspace, client: FakeClient
) -> None:
    lab.session.set_depth("resnet32")
    assert len(lab.page.pair.state.one.blocks) == 9
    assert "ResNet-20" in window.top_bar.model.text()
    client.answer_pair()
    assert len(lab.page.pair.state.one.blocks) == 15
    assert "ResNet-32" in window.top_bar.model.text()


def test_a_picture_dropped_here_becomes_the_batch_and_is_seen_there_too(
    window: MainWindow,
    lab: GradientsWorkspace,
    client: FakeClient,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    drop(window, picture_mime(tmp_path / "mine.png"))
    qtbot.waitUntil(lambda: client.pairs[-1].settings.batch == "picture")
    picture = client.pairs[-1].picture
    assert picture is not None
    assert picture.shape == (30, 50, 3)
    assert window.windowTitle() == "mine.png – ResNet Visualizer"
    assert window.session.picture is not None
    assert window.session.picture.name == "mine.png"
    lab.session.undo.undo()
    assert lab.session.settings.batch == "noise"


def test_a_picture_dropped_in_explore_leaves_the_laboratory_as_it_is(
    window: MainWindow,
    lab: GradientsWorkspace,
    client: FakeClient,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    lab.session.change(batch="picture")
    client.answer_pair()
    asked = len(client.pairs)
    window.workspaces.show_titled("Explore")
    drop(window, picture_mime(tmp_path / "mine.png"))
    qtbot.waitUntil(lambda: window.windowTitle().startswith("mine.png"))
    assert len(client.pairs) == asked  # it is not on screen
    window.workspaces.show_titled("Gradients")
    picture = client.pairs[-1].picture
    assert picture is not None
    assert picture.shape == (30, 50, 3)


def test_settings_are_pasted_onto_the_workspace_and_bad_ones_explained(
    window: MainWindow, lab: GradientsWorkspace, qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setText("resnet-viz lab network=resnet20 norm=batch seed=8")
    qtbot.keyClick(window, Qt.Key.Key_V, CTRL)
    assert (lab.session.settings.norm, lab.session.settings.seed) == ("batch", 8)
    QGuiApplication.clipboard().setText("resnet-viz lab norm=bath")
    qtbot.keyClick(window, Qt.Key.Key_V, CTRL)
    assert window.strip.notice is not None
    assert "bath" in window.strip.notice.message
    assert lab.session.settings.seed == 8
    mime = QMimeData()
    mime.setText("resnet-viz lab network=resnet20 seed=9")
    drop(window, mime)
    assert lab.session.settings.seed == 9


def test_other_text_and_settings_in_explore_go_the_way_of_pictures(
    window: MainWindow, lab: GradientsWorkspace, qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setText("hello")
    qtbot.keyClick(window, Qt.Key.Key_V, CTRL)
    assert window.strip.notice is not None
    assert "no picture" in window.strip.notice.message
    window.workspaces.show_titled("Explore")
    before = lab.session.settings
    QGuiApplication.clipboard().setText("resnet-viz lab seed=9")
    qtbot.keyClick(window, Qt.Key.Key_V, CTRL)
    assert lab.session.settings == before


def test_the_device_follows_the_window(
    window: MainWindow, lab: GradientsWorkspace, client: FakeClient
) -> None:
    assert lab.session.settings.device == "cpu"  # as Explore's network says it is
    window.top_bar.device.setCurrentIndex(1)
    window.top_bar.device.activated.emit(1)
    client.answer_load()  # the fake engine says "cpu" again, whatever was asked
    assert window.session.choice.device == "cpu"
    window.workspaces.set_device("cuda:0")
    assert client.pairs[-1].settings.device == "cuda:0"


def test_what_is_remembered_comes_back(
    opened: Opener, client: FakeClient, settings: QSettings
) -> None:
    first = opened()
    first.workspaces.show_titled("Gradients")
    lab = first.workspace
    assert isinstance(lab, GradientsWorkspace)
    lab.session.change(norm="batch", seed=4)
    lab.session.flip_skip("residual", "layer3.0")
    lab.session.set_both(True)
    wanted = lab.session.settings
    first.close()
    second = opened()
    assert isinstance(second.workspace, GradientsWorkspace)
    session = second.workspace.session
    assert session.settings == wanted
    assert session.both
    assert client.pairs[-1].settings == wanted
    assert not session.undo.canUndo()
    # The sample that the program opens by itself does not become the batch.
    assert session.settings.batch == "noise"


@pytest.mark.parametrize("line", ["", "nonsense", "resnet-viz lab norm=bath", 7])
def test_memory_that_cannot_be_read_is_left_aside(
    opened: Opener, client: FakeClient, settings: QSettings, line: object
) -> None:
    settings.setValue("gradients/settings", line)
    settings.setValue("gradients/tab", "No such tab")
    settings.setValue("workspace", "Nowhere")
    window = opened()
    assert window.workspace is window.explore
    window.workspaces.show_titled("Gradients")
    assert client.pairs[-1].settings == LabSettings(device="cpu")
    assert window.strip.notice is None


def test_a_dead_engine_is_named_here_too_and_a_pair_brings_it_back(
    window: MainWindow, lab: GradientsWorkspace, client: FakeClient
) -> None:
    client.recovery = Recovery.AUTOMATIC
    client.engine_died.emit("The engine was killed. It is being started again.")
    assert window.strip.isVisible()
    shown = lab.session.measured
    assert shown is not None
    lab.session.change(seed=2)
    client.answer_pair()
    assert not window.strip.isVisible()


def test_failures_are_told_once_and_taken_back(
    window: MainWindow, lab: GradientsWorkspace, client: FakeClient
) -> None:
    lab.session.set_depth("resnet110")
    told = len(window.notifier.history)
    client.fail(client.pairs[-1].request_id, "There is no room.")
    assert len(window.notifier.history) == told + 1
    assert window.strip.notice is not None
    assert window.strip.notice.message == "There is no room."
    assert lab.causes.network.layers.currentText() == "20"


def test_a_measurement_can_be_stopped_at_the_engines_bar(
    lab: GradientsWorkspace, client: FakeClient
) -> None:
    lab.session.set_depth("resnet1202")
    client.cancelled.emit(Cancelled(client.pairs[-1].request_id))
    assert lab.session.settings.network == "resnet20"
    assert lab.causes.network.layers.currentText() == "20"


def test_pages_of_experiments_are_built_when_they_are_shown(
    window: MainWindow, lab: GradientsWorkspace, client: FakeClient
) -> None:
    assert lab.pages == {}
    lab.tabs.setCurrentIndex(1)
    assert list(lab.pages) == ["Sweeps"]
    lab.text.take("resnet-viz lab network=resnet20 batch=noise experiment=alpha alpha.alphas=0,0.5")
    assert lab.pages["Sweeps"].key == "alpha"
    assert lab.pages["Sweeps"].forms["alpha"].experiment() == AlphaSweep((0.0, 0.5))
    assert "experiment=alpha" in lab.text.line()
    window.workspace.flip_all()  # no network is on screen
    assert lab.session.settings.cut == frozenset()
    lab.session.run(DepthSweep())
    client.fail(client.experiments[-1].request_id, "It cannot be.")
    assert window.strip.notice is not None
    assert window.strip.notice.message == "It cannot be."


def test_a_network_too_large_can_be_built_anyway(
    window: MainWindow, lab: GradientsWorkspace
) -> None:
    lab.causes.too_large.emit(
        "It needs more than there is.", lambda: lab.session.set_depth("resnet32")
    )
    assert window.strip.notice is not None
    assert window.strip.notice.message == "It needs more than there is."
    window.strip._action.click()
    assert lab.session.settings.network == "resnet32"


@pytest.mark.qt_log_ignore("This plugin does not support")  # dialogs on the offscreen platform
def test_the_exported_figures_are_of_the_workspace_on_screen(
    window: MainWindow, lab: GradientsWorkspace
) -> None:
    assert lab.export_name == "Gradients ResNet-20"
    assert len(lab.figures()) == 3
    window.figures.ask()
    assert window.figures.dialog is not None
    assert window.figures.dialog.figure is not None
    assert "plain-20" in window.figures.dialog.figure.caption
    window.figures.dialog.reject()


def test_a_checkpoint_opens_in_explore(window: MainWindow, lab: GradientsWorkspace) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/somewhere/net.safetensors")])
    drop(window, mime)
    assert window.workspace is window.explore


@pytest.mark.qt_log_ignore("This plugin does not support")  # pop-ups on the offscreen platform
def test_choosing_a_network_opens_the_depths(
    window: MainWindow, lab: GradientsWorkspace, qtbot: QtBot
) -> None:
    window.top_bar.model.click()
    layers = lab.causes.network.layers
    assert layers.view().isVisible()
    layers.hidePopup()
    assert not window.top_bar.picker.isVisible()


@pytest.mark.parametrize("theme", ["light", "projector"])
def test_everything_fits_beside_each_other_at_the_smallest_size(
    window: MainWindow, lab: GradientsWorkspace, theme: str, qtbot: QtBot
) -> None:
    window.set_theme(theme)  # type: ignore[arg-type]
    QApplication.processEvents()
    assert window.width() == 1280
    bar = window.top_bar
    assert bar.minimumSizeHint().width() <= window.width()
    page = lab.page
    assert page.pair.height() >= page.pair.minimumSizeHint().height()
    assert page.add_node.height() >= page.add_node.minimumSizeHint().height()
    if theme == "light":
        assert not page.verticalScrollBar().isVisible()
