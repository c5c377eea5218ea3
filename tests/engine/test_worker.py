"""Parts of the worker that need no process: matching choices, checking requests, failures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from asking import OTHER, TINY, explore, load, picture

from resnet_viz.engine.current import Current
from resnet_viz.engine.explorer import check_explore
from resnet_viz.engine.failures import failure
from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.messages import (
    EngineReady,
    Explored,
    Failed,
    ModelChoice,
    ModelReady,
    Progress,
    Reply,
)
from resnet_viz.engine.worker import Worker
from resnet_viz.errors import UserError
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.models.weights import LoadedNetwork, load_network


@pytest.fixture(scope="module")
def loaded() -> LoadedNetwork:
    return load_network(TINY.spec)


def test_a_choice_is_served_as_asked_and_as_found(loaded: LoadedNetwork) -> None:
    asked = replace(TINY, device="auto")
    current = Current(asked, TINY, loaded)
    assert current.serves(asked)
    assert current.serves(TINY)
    assert current.serves(replace(TINY, training_mode=True))
    for other in (OTHER, replace(TINY, seed=1), replace(TINY, dtype="float64")):
        assert not current.serves(other)


def test_a_file_is_known_by_its_path_whatever_network_was_guessed(loaded: LoadedNetwork) -> None:
    asked = ModelChoice(spec("resnet56"), "file", "net.pth", device="cpu")
    found = replace(asked, spec=TINY.spec)
    current = Current(asked, found, loaded)
    assert current.serves(asked)
    assert current.serves(found)
    assert current.serves(replace(asked, spec=spec("resnet20")))
    assert not current.serves(replace(asked, path="other.pth"))


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (explore(1, image=np.zeros((32, 32), np.uint8)), "shape (32, 32)"),
        (explore(1, image=np.zeros((0, 32, 3), np.uint8)), "shape (0, 32, 3)"),
        (explore(1, image=np.zeros((32, 32, 3), np.float32)), "type float32"),  # type: ignore[arg-type]
        (explore(1, target=10), "ResNet-8 has no class 10."),
        (explore(1, target=-1), "ResNet-8 has no class -1."),
        (explore(1, gates={"layer9.0": Gate()}), "Gates were given for 'layer9.0'"),
        (explore(1, keep=("layer1.7",)), "Maps were asked for 'layer1.7'"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_words(
    loaded: LoadedNetwork, job: object, message: str
) -> None:
    with pytest.raises(UserError) as caught:
        check_explore(job, loaded)  # type: ignore[arg-type]
    assert message in caught.value.message
    assert caught.value.hint


def test_a_bug_is_reported_with_its_traceback() -> None:
    try:
        raise ZeroDivisionError("by zero")
    except ZeroDivisionError as error:
        failed = failure(explore(4), error)
    assert failed.request_id == 4
    assert failed.message == "The engine could not measure ResNet-8: ZeroDivisionError: by zero"
    assert "test_worker.py" in failed.details


def test_an_error_of_the_user_comes_without_a_traceback() -> None:
    failed = failure(load(4), UserError("Cannot load `a.pth`.", "Choose another."))
    assert failed == Failed(4, "Cannot load `a.pth`.", "Choose another.")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate ..."),
    ],
)
def test_missing_memory_is_named_and_mendable(error: Exception) -> None:
    failed = failure(load(1), error)
    assert failed.message == "There is not enough memory to load ResNet-8 on cpu."
    assert "smaller" in failed.hint


class _Line:
    """A worker without a process: requests in, replies out."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.inbox = Inbox(self.replies.append)
        self._worker = Worker(self.inbox, self.replies.append)

    def ask(self, *jobs: object) -> list[Reply]:
        """What the worker replies to jobs, each put once the one before it is answered."""
        self.replies.clear()
        todo = list(jobs)
        take = self.inbox.take

        def take_next() -> object:
            if not todo:
                return None
            self.inbox.put(todo.pop(0))  # type: ignore[arg-type]
            return take()

        self.inbox.take = take_next  # type: ignore[assignment,method-assign]
        self._worker.run()
        self.inbox.take = take  # type: ignore[method-assign]
        return [r for r in self.replies if not isinstance(r, EngineReady | Progress)]

    @property
    def progress(self) -> list[Progress]:
        """What was reported on the way; a slow machine reports more."""
        return [r for r in self.replies if isinstance(r, Progress)]


@pytest.fixture
def line() -> _Line:
    return _Line()


@pytest.fixture
def n_captures(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many forward and backward passes the worker has run."""
    from resnet_viz.engine import explorer

    count = 0
    real = explorer.capture

    def counting(*args: object, **options: object) -> object:
        nonlocal count
        count += 1
        return real(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(explorer, "capture", counting)
    return lambda: count


def test_maps_of_another_block_and_undone_cuts_cost_no_pass(
    line: _Line, n_captures: Callable[[], int]
) -> None:
    cut = {"layer1.0": Gate(skip=0.0)}
    replies = line.ask(
        explore(1, keep=("layer1.0",)),
        explore(2, keep=("layer2.0",)),  # the neighbour came along
        explore(3, gates=cut),
        explore(4, keep=("layer1.0",)),  # undone
    )
    assert [type(r) for r in replies] == [Explored] * 4
    assert n_captures() == 2
    first, neighbour, _, undone = replies
    assert isinstance(first, Explored)
    assert isinstance(neighbour, Explored)
    assert isinstance(undone, Explored)
    assert list(neighbour.snapshot.maps) == ["layer2.0"]
    assert neighbour.snapshot.blocks == first.snapshot.blocks == undone.snapshot.blocks


def test_gates_are_those_of_the_request_and_all_others_open(line: _Line) -> None:
    a = {"layer1.0": Gate(skip=0.5)}
    b = {"layer2.0": Gate(main=0.0)}
    replies = line.ask(explore(1, gates=a), explore(2, gates=b))
    second = replies[1]
    assert isinstance(second, Explored)
    assert second.gates == b
    gates = [(block.skip, block.main) for block in second.snapshot.blocks]
    assert gates == [(1, 1), (1, 0), (1, 1)]


def test_training_mode_measures_the_same_network_otherwise(line: _Line) -> None:
    replies = line.ask(load(1), explore(2), explore(3, replace(TINY, training_mode=True)))
    _, evaluation, training = replies
    assert isinstance(evaluation, Explored)
    assert isinstance(training, Explored)
    assert training.snapshot.training_mode
    assert training.snapshot.loss != evaluation.snapshot.loss


def test_float64_is_one_switch_away(line: _Line) -> None:
    (reply,) = line.ask(explore(1, replace(TINY, dtype="float64")))
    assert isinstance(reply, Explored)
    assert reply.snapshot.dtype == "float64"


def test_a_failed_load_keeps_the_former_network(line: _Line, n_captures: Callable[[], int]) -> None:
    missing = ModelChoice(TINY.spec, "file", "/nowhere/net.pth", device="cpu")
    replies = line.ask(load(1), load(2, missing), explore(3))
    assert [type(r) for r in replies] == [ModelReady, Failed, Explored]
    failed = replies[1]
    assert isinstance(failed, Failed)
    assert "net.pth" in failed.message
    assert failed.details == ""


def test_an_unknown_device_is_refused(line: _Line) -> None:
    (failed,) = line.ask(load(1, replace(TINY, device="tpu")))
    assert isinstance(failed, Failed)
    assert "'tpu'" in failed.message
    assert "cpu" in failed.hint


def test_a_slow_measurement_reports_progress_in_blocks(
    line: _Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    from resnet_viz.engine import explorer, meter

    monkeypatch.setattr(explorer, "QUIET_S", 0.0)
    monkeypatch.setattr(meter, "PAUSE_S", 0.0)
    line.ask(load(1), explore(2, image=picture(16)))
    steps = [p for p in line.progress if p.request_id == 2]
    assert [s.done for s in steps] == [0, 0, 1, 1, 2]
    assert {(s.what, s.total, s.unit) for s in steps} == {("Measuring ResNet-8", 3, "blocks")}
