from dataclasses import replace

import numpy as np
import pytest
from fakes import FakeClient
from sessions import begun

from resnet_viz.engine.messages import ModelChoice
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.session import Session

PHOTO = Picture("cat.png", np.full((40, 60, 3), 90, np.uint8), "/pictures/cat.png")


@pytest.fixture
def session(client: FakeClient) -> Session:
    """A session with network, picture and a first measurement."""
    made = begun(client, PHOTO)
    client.answer_explore()
    return made


def test_the_picture_goes_to_the_engine_as_the_network_sees_it(
    session: Session, client: FakeClient
) -> None:
    assert client.asked[-1].image.shape == (32, 32, 3)
    assert client.asked[-1].keep == (session.selected,)
    assert not session.stale


def test_two_pictures_of_one_name_are_two_pictures(session: Session, client: FakeClient) -> None:
    first = Picture("pasted picture", np.full((40, 60, 3), 10, np.uint8))
    second = Picture("pasted picture", np.full((40, 60, 3), 20, np.uint8))
    session.show_picture(first)
    session.show_picture(second)
    client.answer_explore(number=-2)  # of the first, which is no longer on screen
    assert session.stale
    client.answer_explore()
    assert not session.stale


def test_nothing_is_asked_before_network_and_picture_are_there(client: FakeClient) -> None:
    made = Session(client, ModelChoice(spec("resnet20")))
    made.show_picture(PHOTO)
    made.flip_skip("layer1.0")
    assert client.asked == []


def test_a_cut_is_asked_for_and_leaves_the_old_curve_as_ghost(
    session: Session, client: FakeClient
) -> None:
    before = session.snapshot
    session.flip_skip("layer2.1")
    assert client.asked[-1].gates == {"layer2.1": Gate(skip=0.0)}
    assert session.stale
    assert session.snapshot is before
    client.answer_explore(seed=1)
    assert session.ghost is before
    assert session.snapshot is not before
    assert not session.stale


def test_one_drag_of_the_slider_keeps_its_ghost_and_is_one_step_of_undo(
    session: Session, client: FakeClient
) -> None:
    before = session.snapshot
    for alpha in (0.9, 0.8, 0.7):
        session.set_alpha(alpha)
        client.answer_explore(seed=int(100 * alpha))
    assert session.ghost is before
    session.end_drag()
    third = session.snapshot
    session.set_alpha(0.6)
    client.answer_explore(seed=9)
    assert session.ghost is third
    session.undo.undo()
    assert session.toggles.alpha == 0.7
    session.undo.undo()
    assert session.toggles.alpha == 1.0
    session.undo.redo()
    assert session.toggles.alpha == 0.7


def test_a_drag_after_a_cut_has_the_cut_as_its_ghost(session: Session, client: FakeClient) -> None:
    session.flip_skip("layer1.0")
    client.answer_explore(seed=1)
    cut = session.snapshot
    for alpha in (0.9, 0.8):
        session.set_alpha(alpha)
        client.answer_explore(seed=int(100 * alpha))
    assert session.ghost is cut


def test_selecting_a_block_keeps_numbers_and_ghost_and_asks_only_for_maps(
    session: Session, client: FakeClient
) -> None:
    session.flip_all()
    client.answer_explore(seed=1)
    ghost, toggles = session.ghost, session.toggles
    session.select("layer3.2")
    assert session.maps is None
    assert not session.stale
    assert client.asked[-1].keep == ("layer3.2",)
    client.answer_explore(seed=1)
    assert session.maps is not None
    assert session.ghost is ghost
    assert session.toggles == toggles


def test_answers_on_the_way_to_the_newest_question_are_shown_as_such(
    session: Session, client: FakeClient
) -> None:
    session.flip_skip("layer1.0")
    session.flip_skip("layer1.1")
    client.answer_explore(number=-2, seed=3)
    assert session.stale
    client.answer_explore(seed=4)
    newest = session.snapshot
    assert not session.stale
    client.answer_explore(number=-2, seed=5)
    assert session.snapshot is newest


def test_answers_about_another_picture_are_dropped(session: Session, client: FakeClient) -> None:
    session.flip_skip("layer1.0")
    shown = session.snapshot
    session.show_picture(replace(PHOTO, name="dog.png"))
    client.answer_explore(number=-2, seed=3)
    assert session.snapshot is shown
    assert session.stale


def test_a_network_that_cannot_be_loaded_leaves_everything_as_it_was(
    session: Session, client: FakeClient, qtbot: object
) -> None:
    snapshot, choice = session.snapshot, session.choice
    heard = []
    session.failed.connect(heard.append)
    session.choose(ModelChoice(spec("resnet50"), "file", "/nowhere.pth"))
    client.fail(client.loads[-1][0], "Cannot read `nowhere.pth`.")
    assert [f.message for f in heard] == ["Cannot read `nowhere.pth`."]
    assert session.snapshot is snapshot
    assert session.choice == choice
    assert not session.stale
    session.flip_skip("layer1.0")
    assert client.asked[-1].choice == choice


def test_a_twin_with_the_same_blocks_keeps_the_cuts_another_network_does_not(
    session: Session, client: FakeClient
) -> None:
    session.flip_skip("layer2.1")
    session.choose(replace(session.choice, spec=spec("resnet20", norm="none")))
    client.answer_load()
    assert session.toggles.cut == {"layer2.1"}
    session.choose(replace(session.choice, spec=spec("resnet32")))
    client.answer_load()
    assert session.toggles.cut == set()
    assert not session.undo.canUndo()
    assert session.snapshot is None
    session.choose(replace(session.choice, spec=spec("plain32")))
    client.answer_load()
    assert len(session.toggles.cut) == 15


def test_the_class_goes_back_to_predicted_with_another_network(
    session: Session, client: FakeClient
) -> None:
    session.set_target(7)
    assert client.asked[-1].target == 7
    session.choose(ModelChoice(spec("resnet50")))
    client.answer_load()
    assert session.target is None
    assert client.asked[-1].target is None


def test_walking_along_the_blocks_stops_at_the_ends(session: Session) -> None:
    session.select_neighbour(-100)
    assert session.selected == "layer1.0"
    session.select_neighbour(+1)
    assert session.selected == "layer1.1"
    session.select_neighbour(+100)
    assert session.selected == "layer3.2"
    session.select("layer9.9")
    assert session.selected == "layer3.2"
