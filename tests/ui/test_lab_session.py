"""The state of the Gradients workspace, with an engine that answers on demand."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import FakeClient

from resnet_viz.engine.messages import Cancelled, Failed
from resnet_viz.errors import UserError
from resnet_viz.lab.experiments import AlphaSweep, DepthSweep
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import Gate
from resnet_viz.ui.gradients.session import LabSession

START = LabSettings(network="resnet20", batch="noise")


def connected(client: FakeClient, settings: LabSettings = START) -> LabSession:
    made = LabSession(client, settings)
    client.pair_measured.connect(made.on_pair_measured)
    client.found.connect(made.on_found)
    client.failed.connect(made.on_failed)
    client.cancelled.connect(made.on_cancelled)
    return made


@pytest.fixture
def session(client: FakeClient) -> LabSession:
    """A session with a first measurement of ResNet-20 and its plain twin."""
    made = connected(client)
    made.activate()
    client.answer_pair()
    return made


def failures(session: LabSession) -> list[Failed]:
    heard: list[Failed] = []
    session.failed.connect(heard.append)
    return heard


def test_nothing_is_measured_before_the_workspace_is_shown(client: FakeClient) -> None:
    session = connected(client)
    session.set_picture(np.zeros((4, 4, 3), np.uint8))
    assert client.pairs == []
    session.activate()
    assert client.pairs[-1].settings == START
    assert session.stale
    client.answer_pair()
    assert not session.stale
    session.deactivate()
    session.activate()
    assert len(client.pairs) == 1  # it is on screen already


def test_a_cut_is_asked_for_and_leaves_the_old_pair_as_ghost(
    session: LabSession, client: FakeClient
) -> None:
    before = session.measured
    session.flip_skip("residual", "layer2.1")
    assert client.pairs[-1].settings.gates("residual") == {"layer2.1": Gate(skip=0.0)}
    assert session.stale
    assert session.measured is before
    client.answer_pair(seed=1)
    assert session.ghost is before
    assert session.measured is not before
    assert not session.stale


def test_a_skip_of_the_plain_twin_is_restored_by_the_first_click(session: LabSession) -> None:
    session.flip_skip("plain", "layer2.1")
    assert session.settings.plain_restored == {"layer2.1"}
    assert session.settings.cut == frozenset()
    session.flip_skip("plain", "layer2.1")
    assert session.settings.plain_restored == frozenset()


def test_with_the_switch_a_cut_is_made_in_both_and_follows_the_clicked_side(
    session: LabSession,
) -> None:
    session.set_both(True)
    session.flip_skip("plain", "layer1.0")  # cut there, so it is restored, in both
    assert session.settings.plain_restored == {"layer1.0"}
    assert session.settings.cut == frozenset()
    session.flip_skip("residual", "layer1.0")
    assert session.settings.cut == {"layer1.0"}
    assert session.settings.plain_restored == frozenset()
    session.flip_branch("plain", "layer3.2")
    assert session.settings.dropped == session.settings.plain_dropped == {"layer3.2"}
    session.flip_all("plain")  # all of the twin's are cut, so all of both are restored
    assert session.settings.cut == frozenset()
    assert len(session.settings.plain_restored) == 9


def test_stages_and_all_skips_are_cut_first_and_restored_when_all_are_cut(
    session: LabSession,
) -> None:
    session.flip_skip("residual", "layer2.1")
    session.flip_stage("residual", 2)
    assert session.settings.cut == {"layer2.0", "layer2.1", "layer2.2"}
    session.flip_all("residual")
    assert len(session.settings.cut) == 9
    session.flip_all("residual")
    assert session.settings.cut == frozenset()


def test_one_drag_keeps_its_ghost_and_is_one_step_of_undo(
    session: LabSession, client: FakeClient
) -> None:
    before = session.measured
    for alpha in (0.9, 0.8, 0.7):
        session.change(alpha=alpha)
        client.answer_pair(seed=int(100 * alpha))
    assert session.ghost is before
    session.end_drag()
    third = session.measured
    session.change(alpha=0.6)
    client.answer_pair(seed=9)
    assert session.ghost is third
    session.undo.undo()
    assert session.settings.alpha == 0.7
    session.undo.undo()
    assert session.settings.alpha == 1.0
    session.undo.redo()
    assert session.settings.alpha == 0.7
    assert client.pairs[-1].settings.alpha == 0.7


def test_a_drag_after_a_cut_has_the_cut_as_its_ghost(
    session: LabSession, client: FakeClient
) -> None:
    session.flip_skip("residual", "layer1.0")
    client.answer_pair(seed=1)
    cut = session.measured
    for alpha in (0.9, 0.8):
        session.change(alpha=alpha)
        client.answer_pair(seed=int(100 * alpha))
    assert session.ghost is cut


def test_two_sliders_are_two_steps_even_without_a_pause(session: LabSession) -> None:
    session.change(alpha=0.5)
    session.change(gain=2.0)
    session.undo.undo()
    assert (session.settings.alpha, session.settings.gain) == (0.5, 1.0)


def test_answers_on_the_way_to_the_newest_question_are_shown_as_such(
    session: LabSession, client: FakeClient
) -> None:
    session.flip_skip("residual", "layer1.0")
    session.flip_skip("residual", "layer1.1")
    client.answer_pair(number=-2, seed=3)
    assert session.stale
    client.answer_pair(seed=4)
    newest = session.measured
    assert not session.stale
    client.answer_pair(number=-2, seed=5)
    assert session.measured is newest


def test_another_depth_keeps_the_cuts_that_exist_and_the_place_of_the_selection(
    session: LabSession, client: FakeClient, qtbot: object
) -> None:
    session.set_depth("resnet32")
    client.answer_pair()
    session.select("layer2.4")
    session.flip_skip("residual", "layer2.4")
    session.flip_skip("residual", "layer1.0")
    session.flip_branch("plain", "layer3.3")
    client.answer_pair()
    session.set_depth("resnet20")
    assert session.settings.cut == {"layer1.0"}
    assert session.settings.plain_dropped == frozenset()
    assert session.spec.name == "resnet32"  # until the other one is measured
    told = []
    session.network_changed.connect(lambda: told.append(session.measured))
    client.answer_pair()
    assert told == [session.measured]
    assert session.spec.name == "resnet20"
    assert session.selected == "layer2.2"
    session.undo.undo()
    assert session.settings.cut == {"layer1.0", "layer2.4"}


def test_another_norm_is_no_other_network_on_screen(
    session: LabSession, client: FakeClient
) -> None:
    told = []
    session.network_changed.connect(lambda: told.append(1))
    session.change(norm="batch")
    client.answer_pair()
    assert told == []
    assert session.spec.norm == "batch"


def test_trained_weights_bring_evaluation_mode_and_random_ones_the_mode_of_their_norm(
    session: LabSession,
) -> None:
    session.change(norm="batch", training_mode=True)
    session.change(weights="trained")
    assert not session.settings.training_mode
    session.change(training_mode=True)  # the user may still choose
    session.change(weights="twins")
    assert not session.settings.training_mode
    session.change(weights="random")
    assert session.settings.training_mode
    session.change(weights="trained")
    session.set_depth("resnet32")  # has no bundled weights
    assert session.settings.weights == "random"


def test_a_value_that_cannot_be_is_refused_and_nothing_changes(
    session: LabSession, client: FakeClient
) -> None:
    asked = len(client.pairs)
    with pytest.raises(UserError):
        session.set_depth("resnet57")
    with pytest.raises(UserError):
        session.change(alpha=1.5)
    assert session.settings == START
    assert len(client.pairs) == asked
    assert not session.undo.canUndo()


def test_what_fails_is_told_and_taken_back_with_its_step_of_undo(
    session: LabSession, client: FakeClient
) -> None:
    heard = failures(session)
    session.flip_skip("residual", "layer1.0")
    client.answer_pair(seed=1)
    shown, settings = session.measured, session.settings
    session.change(network="resnet110")
    session.change(dtype="float64")
    client.fail(client.pairs[-1].request_id, "Too large.")
    assert [f.message for f in heard] == ["Too large."]
    assert session.measured is shown
    assert session.settings == settings
    assert not session.stale
    assert not session.undo.canRedo()
    session.undo.undo()  # the cut is still a step
    assert session.settings == START


def test_undo_into_something_that_fails_comes_back_too(
    session: LabSession, client: FakeClient
) -> None:
    session.change(batch="folder", folder="/pictures")  # never measured
    session.change(seed=4, batch="noise")
    client.answer_pair(seed=1)
    settings = session.settings
    session.undo.undo()
    client.fail(client.pairs[-1].request_id)
    assert session.settings == settings
    assert not session.stale


def test_a_failure_of_an_old_question_changes_nothing(
    session: LabSession, client: FakeClient
) -> None:
    session.change(seed=1)
    old = client.pairs[-1].request_id
    session.change(seed=2)
    client.fail(old)
    assert session.settings.seed == 2
    client.answer_pair()
    assert not session.stale


def test_a_first_measurement_that_fails_can_be_asked_for_again(client: FakeClient) -> None:
    session = connected(client)
    heard = failures(session)
    session.activate()
    client.fail(client.pairs[-1].request_id)
    assert len(heard) == 1
    assert session.stale
    session.activate()
    assert len(client.pairs) == 2


def test_cancelling_a_measurement_keeps_the_pair_on_screen(
    session: LabSession, client: FakeClient
) -> None:
    heard = failures(session)
    session.set_depth("resnet1202")
    client.cancelled.emit(Cancelled(client.pairs[-1].request_id))
    assert session.settings == START
    assert not session.stale
    assert heard == []


def test_another_device_is_no_step_of_undo_and_survives_one(
    session: LabSession, client: FakeClient
) -> None:
    session.change(seed=3)
    session.set_device("cuda:0")
    assert client.pairs[-1].settings.device == "cuda:0"
    session.undo.undo()
    assert session.settings.device == "cuda:0"
    assert session.settings.seed == 0
    session.set_settings(LabSettings(network="resnet32", device="cpu"))
    assert session.settings.device == "cuda:0"


def test_a_picture_is_measured_where_it_is_the_batch(
    session: LabSession, client: FakeClient
) -> None:
    asked = len(client.pairs)
    first, second = np.zeros((2, 9, 9, 3), np.uint8)
    session.set_picture(first)
    assert len(client.pairs) == asked
    session.change(batch="picture")
    assert client.pairs[-1].picture is first
    client.answer_pair()
    session.set_picture(second)
    assert client.pairs[-1].picture is second
    assert session.stale


def test_findings_come_in_and_say_when_the_settings_have_moved_on(
    session: LabSession, client: FakeClient
) -> None:
    states: list[str] = []
    session.running_changed.connect(states.append)
    session.run(AlphaSweep())
    assert session.running == "alpha"
    client.answer_experiment(finding=Finding(AlphaSweep(), session.settings, done=1, total=3))
    assert session.running == "alpha"
    client.answer_experiment(finding=Finding(AlphaSweep(), session.settings, done=3, total=3))
    assert states == ["alpha", ""]
    assert session.findings["alpha"].complete
    assert not session.outdated("alpha")
    session.change(seed=1)
    assert session.outdated("alpha")
    session.undo.undo()
    assert not session.outdated("alpha")
    assert not session.outdated("depth")


def test_another_experiment_takes_the_place_of_the_running_one(
    session: LabSession, client: FakeClient
) -> None:
    session.run(AlphaSweep())
    session.run(DepthSweep())
    client.answer_experiment(number=-2)
    assert session.findings == {}
    assert session.running == "depth"
    session.cancel_run()
    assert session.running == ""
    assert client.cancels == [client.experiments[-1].request_id]
    client.answer_experiment()
    assert session.findings == {}


def test_an_experiment_that_fails_leaves_the_pair_and_its_settings_alone(
    session: LabSession, client: FakeClient
) -> None:
    heard = failures(session)
    session.run(AlphaSweep())
    session.change(seed=7)
    client.fail(client.experiments[-1].request_id, "No room.")
    assert [f.message for f in heard] == ["No room."]
    assert session.running == ""
    assert session.settings.seed == 7


def test_walking_along_the_blocks_stops_at_the_ends(session: LabSession) -> None:
    session.select_neighbour(-100)
    assert session.selected == "layer1.0"
    session.select_neighbour(+1)
    assert session.selected == "layer1.1"
    session.select_neighbour(+100)
    assert session.selected == "layer3.2"
    session.select("layer9.9")
    assert session.selected == "layer3.2"
