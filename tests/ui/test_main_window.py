"""Every control of the window, with an engine that answers on demand."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeClient
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot
from windows import shown

from resnet_viz.engine.messages import Progress
from resnet_viz.engine.recovery import Recovery
from resnet_viz.ui.engine_client import EngineState
from resnet_viz.ui.main_window import MainWindow
from resnet_viz.ui.theme import THEMES


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(qtbot: QtBot, client: FakeClient, settings: QSettings) -> Iterator[MainWindow]:
    """The window after its first measurement of the first sample."""
    made = shown(qtbot, settings, client)
    qtbot.waitUntil(lambda: bool(client.loads))
    client.say_ready()
    client.answer_load()
    client.answer_explore()
    yield made
    made.close()
    made.deleteLater()


def picture(path: Path, size: tuple[int, int] = (50, 30)) -> Path:
    Image.new("RGB", size, (200, 30, 90)).save(path)
    return path


def drop(window: MainWindow, mime: QMimeData) -> None:
    """Drag over the window, then drop; tests/window does it with a real mouse."""
    centre = window.rect().center()
    button, modifier = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(centre, action, mime, button, modifier)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert window._drop.isVisible()
    window.dropEvent(QDropEvent(QPointF(centre), action, mime, button, modifier))
    assert not window._drop.isVisible()


def test_before_the_engine_is_up_the_window_is_usable_and_says_what_it_waits_for(
    qtbot: QtBot, client: FakeClient, settings: QSettings, tmp_path: Path
) -> None:
    window = MainWindow(settings, client, str(picture(tmp_path / "mine.png")))  # type: ignore[arg-type]
    window.show()
    qtbot.waitUntil(lambda: client.state is EngineState.STARTING)
    assert "importing torch" in window.engine_bar.text
    qtbot.waitUntil(lambda: window.windowTitle() == "mine.png – ResNet Visualizer")
    assert window.workspace.overview.state.blocks  # drawn from the specification alone
    assert client.asked == []
    window.close()
    assert client.closed


def test_the_first_measurement_fills_every_part(window: MainWindow) -> None:
    assert len(window.workspace.side.top5.rows) == 5
    assert window.workspace.side.classes.itemText(0).startswith("predicted: class")
    assert window.workspace.overview.state.now is not None
    assert window.workspace.block_view.channel >= 0
    assert "loss" in window.engine_bar._measured.text()


@pytest.mark.parametrize("kind", ["file", "png data", "image", "html", "text"])
def test_a_drop_of_every_kind_shows_the_picture(
    window: MainWindow, client: FakeClient, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    file = picture(tmp_path / "dropped.png", (50, 30))
    mime = QMimeData()
    if kind == "file":
        mime.setUrls([QUrl.fromLocalFile(str(file))])
    elif kind == "png data":
        mime.setData("image/png", file.read_bytes())
        mime.setUrls([QUrl("https://example.org/x.png")])
    elif kind == "image":
        mime.setImageData(QImage(str(file)))
    elif kind == "html":
        code = base64.b64encode(file.read_bytes()).decode()
        mime.setHtml(f'<img src="data:image/png;base64,{code}">')
    else:
        mime.setText(str(file))
    before = len(client.asked)
    drop(window, mime)
    qtbot.waitUntil(lambda: len(client.asked) > before)
    assert window.session.picture is not None
    assert window.session.picture.rgb.shape == (30, 50, 3)
    np.testing.assert_array_equal(client.asked[-1].image[0, 0], [200, 30, 90])


def test_several_dropped_files_become_a_strip_to_pick_from(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    files = [picture(tmp_path / f"{n}.png", (20 + n, 20)) for n in range(3)]
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(f)) for f in files])
    drop(window, mime)
    strip = window.workspace.side.strip
    assert strip.count() == 3
    qtbot.waitUntil(lambda: window.windowTitle().startswith("0.png"))
    rect = strip.visualItemRect(strip.item(2))
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    qtbot.waitUntil(lambda: window.windowTitle().startswith("2.png"))
    assert strip.count() == 3


def test_a_dropped_checkpoint_is_loaded(window: MainWindow, client: FakeClient) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/somewhere/net.safetensors")])
    drop(window, mime)
    assert client.loads[-1][1].weights == "file"
    assert client.loads[-1][1].path == "/somewhere/net.safetensors"


def test_a_bad_drop_is_explained_and_nothing_is_lost(
    window: MainWindow, client: FakeClient, qtbot: QtBot, tmp_path: Path
) -> None:
    shown = window.session.picture
    bad = tmp_path / "notes.png"
    bad.write_text("no picture")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(bad))])
    drop(window, mime)
    qtbot.waitUntil(window.strip.isVisible)
    assert window.strip.notice is not None
    assert "notes.png" in window.strip.notice.message
    assert window.session.picture is shown
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.strip.isVisible()


def test_paste_takes_the_picture_on_the_clipboard(
    window: MainWindow, client: FakeClient, qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setImage(QImage(12, 9, QImage.Format.Format_RGB32))
    before = len(client.asked)
    qtbot.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(client.asked) > before)
    assert window.windowTitle().startswith("pasted picture")


def test_arcs_squares_and_stage_headers(
    window: MainWindow, client: FakeClient, qtbot: QtBot
) -> None:
    window.workspace.overview.skip_clicked.emit("layer2.0")
    assert window.session.toggles.cut == {"layer2.0"}
    window.workspace.overview.branch_clicked.emit("layer2.0")
    assert window.session.toggles.dropped == {"layer2.0"}
    window.workspace.overview.block_selected.emit("layer3.0")
    assert client.asked[-1].keep == ("layer3.0",)
    window.workspace.overview.stage_skips_clicked.emit(1)
    assert {"layer1.0", "layer1.1"} <= window.session.toggles.cut
    client.answer_explore()
    assert window.workspace.overview.state.ghost is not None


@pytest.mark.parametrize(
    ("key", "modifier", "cut", "dropped"),
    [
        (Qt.Key.Key_S, Qt.KeyboardModifier.NoModifier, {"layer1.1"}, set()),
        (Qt.Key.Key_D, Qt.KeyboardModifier.NoModifier, set(), {"layer1.1"}),
    ],
)
def test_keys_toggle_the_selected_block(
    window: MainWindow,
    qtbot: QtBot,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    cut: set[str],
    dropped: set[str],
) -> None:
    assert window.session.selected == "layer1.1"
    qtbot.keyClick(window, key, modifier)
    assert window.session.toggles.cut == cut
    assert window.session.toggles.dropped == dropped
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not window.session.toggles.cut
    assert not window.session.toggles.dropped
    qtbot.keyClick(
        window,
        Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert window.session.toggles.cut == cut


def test_keys_walk_along_blocks_and_channels_and_cut_everything(
    window: MainWindow, client: FakeClient, qtbot: QtBot
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert window.session.selected == "layer1.2"
    client.answer_explore()
    channel = window.workspace.block_view.channel
    qtbot.keyClick(window, Qt.Key.Key_Down)
    assert window.workspace.block_view.channel != channel
    qtbot.keyClick(window, Qt.Key.Key_Up)
    assert window.workspace.block_view.channel == channel
    qtbot.keyClick(window, Qt.Key.Key_A)
    assert len(window.session.toggles.cut) == window.session.spec.n_blocks
    qtbot.keyClick(window, Qt.Key.Key_A)
    assert not window.session.toggles.cut


def test_the_slider_weakens_every_skip_and_keeps_the_arrow_keys(
    window: MainWindow, client: FakeClient, qtbot: QtBot
) -> None:
    slider = window.workspace.side.skips.slider
    slider.setFocus()
    selected = window.session.selected
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert window.session.selected == selected
    assert window.session.toggles.alpha == pytest.approx(0.99)
    gates = client.asked[-1].gates
    assert {g.skip for g in gates.values()} == {0.99}
    assert len(gates) == window.session.spec.n_blocks


@pytest.mark.qt_log_ignore("This plugin does not support")  # pop-ups on the offscreen platform
def test_a_class_is_found_by_typing(window: MainWindow, client: FakeClient, qtbot: QtBot) -> None:
    box = window.workspace.side.classes
    line = box.lineEdit()
    assert line is not None
    box.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "class 7")  # the letters s and a must not cut skips meanwhile
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert client.asked[-1].target == 7
    assert not window.session.toggles.cut
    line.selectAll()
    qtbot.keyClicks(line, "no such class")
    line.editingFinished.emit()
    assert box.currentText() == "class 7"
    assert window.session.target == 7


def test_the_picker_loads_what_its_form_says(window: MainWindow, client: FakeClient) -> None:
    picker = window.top_bar.picker
    picker.show_choice(window.session.choice)
    picker.family.setCurrentIndex(picker.family.findData("imagenet"))
    picker.order.setCurrentIndex(picker.order.findData("pre"))
    picker.network.setCurrentIndex(picker.network.findData("preresnet50"))
    picker.norm.setCurrentIndex(picker.norm.findData("none"))
    picker.weights.setCurrentIndex(picker.weights.findData("none"))
    picker.init.setCurrentIndex(picker.init.findData("normal"))
    picker.init_std.setValue(0.02)
    picker.seed.setValue(11)
    picker.dtype.setCurrentIndex(picker.dtype.findData("float64"))
    picker._load.click()
    choice = client.loads[-1][1]
    assert choice.spec.name == "preresnet50"
    assert (choice.spec.norm, choice.spec.init, choice.spec.init_std) == ("none", "normal", 0.02)
    assert (choice.seed, choice.dtype, choice.weights) == (11, "float64", "none")
    assert window.workspace.overview.state.blocks[0].name == "layer1.0"
    assert len(window.workspace.overview.state.blocks) != 16  # still the old network
    client.answer_load()
    assert len(window.workspace.overview.state.blocks) == 16


def test_a_failed_load_keeps_the_network_and_shows_why(
    window: MainWindow, client: FakeClient
) -> None:
    label = window.top_bar.model.text()
    window.session.choose(window.session.choice)
    client.fail(client.loads[-1][0], "The checkpoint is damaged.")
    assert window.strip.notice is not None
    assert window.strip.notice.message == "The checkpoint is damaged."
    assert window.top_bar.model.text() == label


def test_devices_are_offered_once_the_engine_knows_them(
    window: MainWindow, client: FakeClient
) -> None:
    assert [window.top_bar.device.itemText(i) for i in range(window.top_bar.device.count())] == [
        "CPU",
        "Pretend GPU",
    ]
    window.top_bar.device.setCurrentIndex(1)
    window.top_bar.device.activated.emit(1)
    assert client.loads[-1][1].device == "cuda:0"


def test_progress_is_shown_and_can_be_cancelled(window: MainWindow, client: FakeClient) -> None:
    client.progress.emit(Progress(42, "Downloading ResNet-50", 3, 10, "MB"))
    assert window.engine_bar.text == "Downloading ResNet-50: 3 of 10 MB"
    window.engine_bar._stop.click()
    assert client.cancels == [42]


def test_a_dead_engine_is_named_and_can_be_restarted(
    window: MainWindow, client: FakeClient
) -> None:
    client.recovery = Recovery.OFFERED
    client.set_state(EngineState.CRASHED)
    client.engine_died.emit("The engine was killed.")
    assert window.strip.notice is not None
    assert window.strip.notice.message == "The engine was killed."
    window.strip._action.click()
    assert client.restarts == 1


def test_an_engine_that_is_started_again_anyway_offers_no_button_and_comes_back_quietly(
    window: MainWindow, client: FakeClient
) -> None:
    client.recovery = Recovery.AUTOMATIC
    client.engine_died.emit("The engine was killed. It is being started again.")
    assert window.strip.isVisible()
    assert not window.strip._action.isVisible()
    client.answer_load()
    assert not window.strip.isVisible()


@pytest.mark.parametrize("name", ["light", "dark", "projector"])
def test_themes_reach_every_part_and_are_remembered(
    window: MainWindow, settings: QSettings, name: str
) -> None:
    window.looks.choose(name)  # type: ignore[arg-type]
    assert window.theme is THEMES[name]  # type: ignore[index]
    assert settings.value("theme") == name
    corner = window.grab().toImage().pixelColor(8, window.height() // 2).name().upper()
    assert corner == window.theme.window.upper()


def test_every_command_is_in_a_menu_and_every_key_on_the_sheet(window: MainWindow) -> None:
    keys = [k.toString() for a in window.actions_by_name.values() for k in a.shortcuts()]
    assert len(keys) == len(set(keys))
    wanted = {"Ctrl+O", "Ctrl+V", "Right", "Left", "Up", "Down", "S", "D", "A", "Ctrl+Z"}
    wanted |= {"Ctrl+Shift+Z", "F11", "Ctrl+E", "?"}
    assert wanted <= set(keys)
    window.show_keys()
    assert window._keys.isVisible()


def test_a_key_closes_the_sheet_and_does_nothing_else(window: MainWindow, qtbot: QtBot) -> None:
    window.show_keys()
    qtbot.keyClick(window._keys, Qt.Key.Key_S)
    assert not window._keys.isVisible()
    assert not window.session.toggles.cut


def test_the_sheet_of_keys_is_read_to_the_end_of_its_lines(window: MainWindow) -> None:
    window.set_theme("projector")
    window.show_keys()
    QApplication.processEvents()
    labels = window._keys.findChildren(QLabel)
    assert len(labels) > 40
    assert [x.text() for x in labels if x.width() < x.sizeHint().width()] == []
    lowest = max(x.mapTo(window._keys, QPoint(0, x.height())).y() for x in labels)
    assert lowest <= window._keys.height()


def test_recent_pictures_are_remembered(
    window: MainWindow, client: FakeClient, qtbot: QtBot, tmp_path: Path
) -> None:
    window.open_paths([picture(tmp_path / "kept.png")])
    qtbot.waitUntil(lambda: window.windowTitle().startswith("kept.png"))
    entries = [a.text() for a in window.files.recent_menu.actions()]
    assert entries == ["kept.png"]


def test_every_control_has_a_name_for_screen_readers(window: MainWindow) -> None:
    unnamed = [
        w
        for w in window.findChildren(QWidget)
        if isinstance(w, QAbstractButton | QComboBox)
        and w.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not (w.accessibleName() or (isinstance(w, QAbstractButton) and w.text()))
        and not w.objectName().startswith("qt_")
    ]
    assert unnamed == []


def test_nothing_is_cut_off_at_the_smallest_size(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1280, 720)
    body = window.workspace.side.widget()
    assert body is not None
    assert body.minimumSizeHint().width() <= window.workspace.side.viewport().width()
    assert window.workspace.side.mapTo(window, QPoint(0, 0)).x() >= 0
    assert body.sizeHint().height() <= window.workspace.side.viewport().height()
