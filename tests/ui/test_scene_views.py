"""What Explore, Gradients and Train show can be said as views of a lecture, and means the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeClient
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot
from windows import lecturing

from resnet_viz.engine.messages import ModelChoice
from resnet_viz.errors import UserError
from resnet_viz.images import load_image
from resnet_viz.lecture import drafts
from resnet_viz.lecture.script import view_from_table, view_to_table
from resnet_viz.lecture.views import BUNDLED, Maps, Overview, Pair, Run, Study, Training
from resnet_viz.models.bundled import bundled
from resnet_viz.models.specs import plain_name, spec
from resnet_viz.samples import sample_images
from resnet_viz.train.recipe import parse_config, to_toml
from resnet_viz.ui import kept_files
from resnet_viz.ui.explore_views import explore_views
from resnet_viz.ui.gradients.workspace import GradientsWorkspace
from resnet_viz.ui.lecture.workspace import LectureWorkspace
from resnet_viz.ui.main_window import MainWindow
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.session import Session
from resnet_viz.ui.train.run_folders import bundled_runs
from resnet_viz.ui.train.scene_views import recipe_name, run_name
from resnet_viz.ui.train.workspace import TrainWorkspace


@pytest.fixture(autouse=True)
def _kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kept_files, "kept_folder", lambda: tmp_path / "kept")
    monkeypatch.setattr(drafts, "drafts_folder", lambda: tmp_path / "drafts")


def explored(choice: ModelChoice, picture: Picture | None = None) -> Session:
    """A session with that network on screen."""
    client = FakeClient()
    session = Session(client, choice)
    client.model_ready.connect(session.on_model_ready)
    sample = sample_images()[0]
    session.show_picture(
        picture or Picture(sample.path.name, load_image(sample.path), str(sample.path))
    )
    session.choose(choice)
    name = plain_name(choice.spec.name) if choice.spec.plain else choice.spec.name
    # Bundled weights may be of a narrower network than the name alone says.
    client.answer_load(bundled()[name].spec() if choice.weights == "bundled" else None)
    return session


SMALL = spec("resnet20", norm="none", init="torch")


def test_explore_says_network_toggles_class_and_picture_and_the_engine_is_asked_the_same() -> None:
    choice = ModelChoice(SMALL, "none", seed=3, device="cpu", training_mode=True)
    session = explored(choice)
    session.flip_skip("layer2.0")
    session.flip_branch("layer1.1")
    session.set_alpha(0.5)
    session.set_target(7)
    session.select("layer3.2")
    overview, maps = explore_views(session, {"cost", "gradient"})
    assert isinstance(overview, Overview)
    assert isinstance(maps, Maps)
    assert overview.lanes == ("gradient", "cost")
    for view in (overview, maps):
        assert view.choice("cpu") == session.choice
        assert view.gates(view.spec()) == session.toggles.gates(session.spec)
        assert (view.picture, view.target, view.selected) == (
            f"sample:{sample_images()[0].key}", "class 7", "layer3.2",
        )  # fmt: skip
        assert view.mode == "train"
        assert view_from_table(view_to_table(view)) == view


@pytest.mark.parametrize("name", ["resnet20", "plain20", "resnet18"])
def test_trained_networks_are_said_by_name(name: str) -> None:
    session = explored(ModelChoice(spec(name), "bundled", device="cpu"))
    view = explore_views(session, ())[0]
    assert isinstance(view, Overview)
    assert view.network == name
    assert view.choice("cpu") == session.choice
    assert view.gates(view.spec()) == session.toggles.gates(session.spec)


def test_a_pasted_picture_is_written_into_a_file_once() -> None:
    rgb = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)
    session = explored(ModelChoice(SMALL, "none", device="cpu"), Picture("pasted", rgb))
    names = {v.picture for _ in range(2) for v in explore_views(session, ())}  # type: ignore[union-attr]
    assert len(names) == 1
    assert np.array_equal(load_image(Path(names.pop())), rgb)


def test_what_a_lecture_cannot_say_is_refused_with_a_reason() -> None:
    wide = replace(SMALL, widths=(32, 64, 128))
    with pytest.raises(UserError, match="cannot name"):
        explore_views(explored(ModelChoice(wide, "none", device="cpu")), ())
    plain = explored(ModelChoice(spec("plain20"), "bundled", device="cpu"))
    plain.flip_skip("layer1.0")
    with pytest.raises(UserError, match="skips back"):
        explore_views(plain, ())


# --- in the window ---------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    with lecturing(qtbot, settings) as made:
        yield made


def test_gradients_says_the_pair_or_the_experiment_of_the_tab(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.workspaces.show_titled("Gradients")
    ws = window.workspace
    assert isinstance(ws, GradientsWorkspace)
    ws.session.change(network="resnet20", norm="batch", seed=5)
    ws.session.set_device("cpu")
    ws.page.pair.set_quantity("grad_params")
    (pair,) = ws.scene_views()
    assert pair == Pair(
        replace(ws.session.settings, device="auto"),
        quantity="grad_params",
        theory=pair.theory,  # type: ignore[union-attr]
        selected=ws.session.selected,
    )
    for index in range(1, ws.tabs.count()):
        ws.tabs.setCurrentIndex(index)
        page = ws.pages[ws.tabs.tabText(index)]
        (study,) = ws.scene_views()
        assert isinstance(study, Study)
        assert study.experiment == page.forms[page.key].experiment()
        assert study.settings.seed == 5
        assert study.settings.device == "auto"
        assert view_from_table(view_to_table(study)) == study


def test_train_says_the_run_at_the_step_looked_at(window: MainWindow, qtbot: QtBot) -> None:
    window.workspaces.show_titled("Train")
    ws = window.workspace
    assert isinstance(ws, TrainWorkspace)
    qtbot.waitUntil(lambda: ws.session.reader is not None)
    (run,) = ws.scene_views()
    assert isinstance(run, Run)
    assert run.run == BUNDLED + bundled_runs()[0].name
    assert run.step == -1
    assert run.parts[:2] == ("loss", "accuracy")
    ws.session.scrub(200)
    (run,) = ws.scene_views()
    assert isinstance(run, Run)
    assert run.step == ws.session.position
    ws.session.close_run()
    (training,) = ws.scene_views()
    assert isinstance(training, Training)


def test_runs_and_recipes_of_ones_own_are_said_by_their_files(tmp_path: Path) -> None:
    assert run_name(tmp_path / "mine") == str(tmp_path / "mine")
    demo = Path("assets/recipes/two-minute-demo.toml")
    config = parse_config(demo.read_text(encoding="utf-8"))
    assert recipe_name(config) == "bundled:two-minute-demo"
    changed = replace(config, run=replace(config.run, seed=77))
    name = recipe_name(changed)
    assert to_toml(parse_config(Path(name).read_text(encoding="utf-8"))) == to_toml(changed)
    assert recipe_name(changed) == name


def test_what_is_seen_becomes_a_scene_and_stays_on_screen(window: MainWindow, qtbot: QtBot) -> None:
    window.workspaces.show_titled("Gradients")
    window.actions_by_name["Add what I see to the lecture"].trigger()
    assert window.workspace.title == "Gradients"
    notice = window.strip.notice
    assert notice is not None
    assert "scene 2" in notice.message
    window.workspaces.show_titled("Train")
    train = window.workspace
    assert isinstance(train, TrainWorkspace)
    qtbot.waitUntil(lambda: train.session.reader is not None)
    window.actions_by_name["Add what I see to the lecture"].trigger()
    assert notice.on_action is not None
    notice.on_action()
    ws = window.workspace
    assert isinstance(ws, LectureWorkspace)
    kinds = [[view.kind for view in scene.views] for scene in ws.document.lecture.scenes[1:3]]
    assert kinds == [["pair"], ["run"]]
    assert ws.document.selected == 2
    ws.undo.undo()
    ws.undo.undo()
    assert not ws.document.unsaved
