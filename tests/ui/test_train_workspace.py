"""Train in the window: switching, keys, drops, memory, closing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeClient
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot
from recorded_runs import with_checkpoint, write_run
from windows import shown

from resnet_viz.train.recipe import parse_config, to_toml
from resnet_viz.ui.main_window import MainWindow
from resnet_viz.ui.train import run_folders
from resnet_viz.ui.train.dropping import is_recipe_text, what_is
from resnet_viz.ui.train.workspace import TrainWorkspace

CTRL = Qt.KeyboardModifier.ControlModifier
RECIPE = """[network]
name = "resnet20"
[rival]
name = "plain20"
[data]
source = "shapes"
dataset = "Shapes"
[run]
epochs = 3
"""


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    made = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made.setValue("train/recipe", RECIPE)
    return made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where new runs go; none came with the program."""
    from resnet_viz.runs import places

    monkeypatch.setattr(places, "runs_folder", lambda: tmp_path / "runs")
    monkeypatch.setattr(run_folders, "bundled_runs_folder", lambda: tmp_path / "none")
    return tmp_path / "runs"


Opener = Callable[[], MainWindow]


@pytest.fixture
def opened(qtbot: QtBot, client: FakeClient, settings: QSettings, home: Path) -> Iterator[Opener]:
    windows = []

    def make() -> MainWindow:
        made = shown(qtbot, settings, client)
        windows.append(made)
        return made

    yield make
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(opened: Opener) -> MainWindow:
    return opened()


@pytest.fixture
def train(window: MainWindow, qtbot: QtBot) -> TrainWorkspace:
    qtbot.keyClick(window, Qt.Key.Key_3, CTRL)
    assert isinstance(window.workspace, TrainWorkspace)
    return window.workspace


def mime_of(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drop(window: MainWindow, *paths: Path) -> None:
    centre = QPointF(window.rect().center())
    button, modifier = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    mime = mime_of(*paths)  # the event does not keep it alive
    window.dropEvent(QDropEvent(centre, Qt.DropAction.CopyAction, mime, button, modifier))


def class_folders(folder: Path, names: tuple[str, ...] = ("cat", "dog")) -> Path:
    for name in names:
        (folder / name).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(folder / name / "0.png")
    return folder


# --- in the window ---------------------------------------------------------------------------


def test_before_it_is_shown_it_costs_nothing() -> None:
    code = (
        "import sys, resnet_viz.ui.main_window;"
        "print([m for m in sys.modules if m.startswith(('resnet_viz.ui.train.', 'pyqtgraph'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_neither_torch_nor_charts_are_needed_to_show_it() -> None:
    code = (
        "import sys, resnet_viz.ui.train.workspace;"
        "print([m for m in ('torch', 'torchvision', 'pyqtgraph') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_on_a_fresh_machine_play_is_enough(
    window: MainWindow, train: TrainWorkspace, client: FakeClient, home: Path
) -> None:
    assert train.invitation.isVisible()
    assert "ResNet-20 and plain-20 side by side" in train.invitation.text.text()
    train.invitation.run_button.click()
    assert parse_config(client.trainings[-1].recipe) == train.session.config
    assert client.trainings[-1].folder.parent == home
    assert train.invitation.title.text() == "Preparing"
    client.tell_progress(client.trainings[-1].request_id, 30, 100, "pictures")
    assert "30 of 100 pictures" in train.invitation.text.text()


def test_charts_come_with_the_run(
    window: MainWindow, train: TrainWorkspace, client: FakeClient, qtbot: QtBot
) -> None:
    train.session.play()
    write_run(client.trainings[-1].folder, n_steps=30, state="running")
    with qtbot.waitSignal(train.session.run_changed):
        client.tell_status()
    assert train.pages["Live"].isVisible()
    assert window.top_bar.model.text().startswith("ResNet-20 and plain-20 · Shapes")
    assert "step 30 of 1,200" in window.engine_bar._measured.text()


def test_a_bundled_run_is_what_is_seen_first(
    opened: Opener, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_run(tmp_path / "bundled" / "duel", n_steps=30)
    monkeypatch.setattr(run_folders, "bundled_runs_folder", lambda: tmp_path / "bundled")
    window = opened()
    window.workspaces.show_titled("Train")
    assert isinstance(window.workspace, TrainWorkspace)
    session = window.workspace.session
    qtbot.waitUntil(lambda: session.reader is not None)
    assert session.reader is not None
    assert session.reader.path == path
    assert session.read_only
    assert not session.resumable


@pytest.mark.parametrize("tab", ["Blocks", "Data", "Runs", "Learning rate"])
def test_every_tab_can_be_shown(train: TrainWorkspace, tab: str, home: Path) -> None:
    titles = [train.tabs.tabText(i) for i in range(train.tabs.count())]
    train.tabs.setCurrentIndex(titles.index(tab))
    assert train.pages[tab].isVisible()


def test_what_auto_turns_out_to_be_changes_no_recipe(
    train: TrainWorkspace, client: FakeClient
) -> None:
    before = train.session.config
    client.say_ready()  # a CPU comes first
    train.set_device("cpu")
    assert train.session.config is before
    train.set_device("cuda:0")
    assert train.session.config.run.device == "cuda:0"
    train.set_device("cpu")
    assert train.session.config.run.device == "auto"


# --- keys ------------------------------------------------------------------------------------


def test_the_keys_of_a_player(train: TrainWorkspace, client: FakeClient, qtbot: QtBot) -> None:
    qtbot.keyClick(train, Qt.Key.Key_Space)
    assert len(client.trainings) == 1
    client.tell_status()
    qtbot.keyClick(train, Qt.Key.Key_Space)
    qtbot.keyClick(train, Qt.Key.Key_Period)
    client.tell_status(state="paused")
    qtbot.keyClick(train, Qt.Key.Key_Space)
    assert [o.order for o in client.orders] == ["pause", "step", "continue"]


def test_the_button_with_the_focus_has_the_space_bar(
    window: MainWindow, train: TrainWorkspace, client: FakeClient, qtbot: QtBot
) -> None:
    train.session.play()
    client.tell_status()
    qtbot.keyClick(train.transport.stop, Qt.Key.Key_Space)
    assert [o.order for o in client.orders] == ["stop"]


def test_stop_works_from_the_menu(
    window: MainWindow, train: TrainWorkspace, client: FakeClient, qtbot: QtBot
) -> None:
    train.session.play()
    client.tell_status()
    qtbot.keyClick(window, Qt.Key.Key_Period, CTRL)
    assert client.orders[-1].order == "stop"


def test_keys_of_other_workspaces_change_no_training(
    window: MainWindow, train: TrainWorkspace, client: FakeClient, qtbot: QtBot
) -> None:
    train.session.play()
    write_run(client.trainings[-1].folder, n_steps=30, state="running")
    with qtbot.waitSignal(train.session.run_changed):
        client.tell_status()
    for key in (Qt.Key.Key_S, Qt.Key.Key_D, Qt.Key.Key_A):
        qtbot.keyClick(window, key)
    assert client.orders == []
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert train.session.selected == "layer1.1"


def test_undo_rests_while_training(
    window: MainWindow, train: TrainWorkspace, client: FakeClient
) -> None:
    train.session.change(run={"epochs": 9})
    undo = window.actions_by_name["Undo"]
    assert undo.isEnabled()
    train.session.play()
    assert not undo.isEnabled()
    client.answer_training()
    undo.trigger()
    assert train.session.config.run.epochs == 3


# --- drops -----------------------------------------------------------------------------------


def test_class_folders_dropped_anywhere_are_fine_tuned_on(
    window: MainWindow, client: FakeClient, tmp_path: Path
) -> None:
    drop(window, class_folders(tmp_path / "pets"))
    train = window.workspace
    assert isinstance(train, TrainWorkspace)
    assert train.session.config.data.folder == str(tmp_path / "pets")
    assert "pets" in client.looks[-1].recipe
    assert train.pages["Data"].isVisible()
    client.answer_look()
    assert "could not be read" in window.notifier.history[-1].message


def test_a_run_is_opened_and_a_recipe_loaded(
    window: MainWindow, train: TrainWorkspace, tmp_path: Path, qtbot: QtBot
) -> None:
    path = write_run(tmp_path / "run", n_steps=20)
    with qtbot.waitSignal(train.session.run_changed):
        drop(window, path)
    recipe = tmp_path / "mine.toml"
    recipe.write_text(RECIPE.replace("epochs = 3", "epochs = 5"))
    drop(window, recipe)
    assert train.session.config.run.epochs == 5


def test_pictures_still_go_to_the_picture(
    window: MainWindow, train: TrainWorkspace, tmp_path: Path, qtbot: QtBot
) -> None:
    Image.new("RGB", (50, 30), (200, 30, 90)).save(tmp_path / "cat.png")
    drop(window, tmp_path / "cat.png")
    qtbot.waitUntil(lambda: train.session.picture is not None)
    qtbot.waitUntil(lambda: "cat.png" in window.windowTitle())


def test_while_training_the_recipe_is_not_replaced(
    window: MainWindow, train: TrainWorkspace, client: FakeClient, tmp_path: Path
) -> None:
    train.session.play()
    drop(window, class_folders(tmp_path / "pets"))
    assert train.session.config == parse_config(RECIPE)
    assert "Stop the training first" in window.notifier.history[-1].message


def test_what_files_are_for(tmp_path: Path) -> None:
    def kind(*paths: Path) -> str:
        meant = what_is(paths)
        return meant.kind if meant is not None else ""

    pets = class_folders(tmp_path / "pets")
    assert kind(pets) == "classes"
    class_folders(tmp_path / "split" / "train")
    class_folders(tmp_path / "split" / "val")
    assert kind(tmp_path / "split") == "classes"
    assert kind(write_run(tmp_path / "run", n_steps=20)) == "run"
    assert kind(pets / "cat") == ""  # a gallery of pictures
    assert kind(pets / "cat" / "0.png") == ""
    assert kind(pets, tmp_path / "run") == ""
    assert kind(tmp_path / "nowhere") == ""
    (tmp_path / "lab.toml").write_text("[[experiment]]\nkind = 'lesion'\n")
    assert kind(tmp_path / "lab.toml") == ""
    (tmp_path / "mine.toml").write_text(RECIPE)
    assert kind(tmp_path / "mine.toml") == "recipe"


def test_a_pasted_recipe_is_known_as_one() -> None:
    assert is_recipe_text(RECIPE)
    assert not is_recipe_text("resnet-viz lab network=resnet20")
    assert not is_recipe_text("Have a look at [network] and [run], they = differ")


# --- memory ----------------------------------------------------------------------------------


def test_recipe_run_and_tab_are_there_again(
    opened: Opener, client: FakeClient, tmp_path: Path, qtbot: QtBot
) -> None:
    path = write_run(tmp_path / "run", n_steps=20)
    window = opened()
    window.workspaces.show_titled("Train")
    train = window.workspace
    assert isinstance(train, TrainWorkspace)
    with qtbot.waitSignal(train.session.run_changed):
        train.session.open_run(path)
    train.session.change(run={"epochs": 8})
    train.tabs.setCurrentIndex(1)
    window.close()
    again = opened().workspace
    assert isinstance(again, TrainWorkspace)
    qtbot.waitUntil(lambda: again.session.reader is not None)
    assert again.session.reader is not None
    assert again.session.reader.path == path
    assert again.session.config.run.epochs == 8
    assert again.tabs.currentIndex() == 1


def test_closing_stops_the_training_and_the_next_start_offers_to_resume_it(
    opened: Opener, client: FakeClient, qtbot: QtBot, home: Path
) -> None:
    window = opened()
    window.workspaces.show_titled("Train")
    assert isinstance(window.workspace, TrainWorkspace)
    window.workspace.session.play()
    folder = client.trainings[-1].folder
    write_run(folder, n_steps=20, state="stopped")
    with_checkpoint(folder, to_toml(parse_config(RECIPE)), 20)
    client.tell_status()
    window.close()
    assert client.orders[-1].order == "stop"
    again = opened()
    notice = again.strip.notice
    assert notice is not None
    assert notice.action == "Resume it"
    assert notice.on_action is not None
    notice.on_action()
    assert (client.trainings[-1].folder, client.trainings[-1].resume) == (folder, True)
    client.answer_training()
    again.close()
    assert opened().strip.notice is None  # it is offered once
