"""A real engine process: it answers, gives way, fails in words, and leaves no trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from asking import DEEP, OTHER, PATIENCE_S, TINY, Asking, explore, gone_within, load, picture

from resnet_viz.engine import entry
from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    Explored,
    Failed,
    ModelChoice,
    ModelReady,
    Progress,
    Starting,
    Superseded,
)
from resnet_viz.engine.process import EngineProcess, Exit
from resnet_viz.images import CIFAR10, normalise
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.probe.snapshot import Snapshot

LARGE = picture(128)


@pytest.fixture
def no_thread_left() -> Iterator[None]:
    """The test ends all threads that it starts; the module's engine has some of its own."""
    before = set(threading.enumerate())
    yield
    assert [t.name for t in threading.enumerate() if t not in before] == []


def test_it_says_that_it_lives_and_then_what_it_has(engine: Asking) -> None:
    ready = engine.ready()
    starting = engine.seen[0]
    assert isinstance(starting, Starting)
    assert starting.pid == engine.process.pid
    assert ready.versions["torch"] == torch.__version__
    assert ready.devices[-1].name == "cpu"


def test_a_network_is_loaded_with_all_that_the_window_shows(engine: Asking) -> None:
    reply = engine.answer(load(1, replace(TINY, device="auto")))
    assert isinstance(reply, ModelReady)
    assert reply.choice.spec == TINY.spec
    assert reply.choice.device != "auto"
    assert reply.preprocess == CIFAR10
    assert len(reply.labels) == 10
    assert reply.parameters == _count_by_hand(TINY.spec)
    assert "seed 0" in reply.weights_label


def _count_by_hand(spec: ResNetSpec) -> int:
    """Learnable numbers of a CIFAR network with padding shortcuts, from its block table."""
    convolutions = 3 * 3 * 3 * 16 + 2 * 16
    for block in spec.blocks():
        convolutions += 9 * block.in_channels * block.width + 2 * block.width
        convolutions += 9 * block.width * block.out_channels + 2 * block.out_channels
    return convolutions + 64 * 10 + 10


def test_its_numbers_are_those_of_a_capture_in_this_process(engine: Asking) -> None:
    gates = {"layer2.0": Gate(skip=0.0), "layer3.0": Gate(main=0.5)}
    reply = engine.answer(explore(2, gates=gates, target=3, keep=("layer2.0",)))
    assert isinstance(reply, Explored)
    assert reply.gates == gates
    expected = _capture_here(gates, 3, ("layer2.0",))
    got = reply.snapshot
    for mine, theirs in zip(got.blocks, expected.blocks, strict=True):
        for name, value in asdict(theirs).items():
            if isinstance(value, float):
                value = pytest.approx(value, rel=1e-4, abs=1e-7)
            assert getattr(mine, name) == value, name
    assert got.loss == pytest.approx(expected.loss, rel=1e-5)
    assert got.targets == (3,)
    np.testing.assert_allclose(got.logits, expected.logits, rtol=1e-4, atol=1e-6)
    assert list(got.maps) == ["layer2.0"]
    mine, theirs = got.maps["layer2.0"], expected.maps["layer2.0"]
    np.testing.assert_allclose(mine.out, theirs.out, rtol=1e-4, atol=1e-5)
    assert mine.inner.keys() == theirs.inner.keys()


def _capture_here(gates: dict[str, Gate], target: int, keep: tuple[str, ...]) -> Snapshot:
    from resnet_viz.models.network import build
    from resnet_viz.probe.capturing import capture

    net = build(TINY.spec, TINY.seed)
    net.gates.assign(gates)
    return capture(net, torch.from_numpy(normalise(picture(), CIFAR10)), [target], keep=keep)


def test_a_failed_load_keeps_the_former_network(engine: Asking, tmp_path: Path) -> None:
    path = tmp_path / "notes.pth"
    path.write_text("not a checkpoint")
    reply = engine.answer(load(3, ModelChoice(TINY.spec, "file", str(path))))
    assert isinstance(reply, Failed)
    assert "notes.pth" in reply.message
    assert reply.hint
    assert isinstance(engine.answer(explore(4)), Explored)


@pytest.mark.parametrize(
    ("request_id", "options", "message"),
    [
        (5, {"target": 10}, "ResNet-8 has no class 10."),
        (6, {"gates": {"layer7.0": Gate()}}, "layer7.0"),
        (7, {"image": np.zeros((4, 4), np.uint8)}, "shape (4, 4)"),
    ],
)
def test_a_bad_request_fails_in_words_and_the_engine_lives_on(
    engine: Asking, request_id: int, options: dict[str, object], message: str
) -> None:
    reply = engine.answer(explore(request_id, **options))  # type: ignore[arg-type]
    assert isinstance(reply, Failed)
    assert message in reply.message
    assert reply.details == ""


def test_of_many_quick_explorations_the_last_is_answered(engine: Asking) -> None:
    engine.send(explore(20, DEEP, image=LARGE))
    engine.wait_for(Progress, 20)  # it runs, and will for seconds
    engine.send(*(explore(i, DEEP, image=picture(16, seed=i)) for i in range(21, 26)))
    answers = engine.answers(20, 21, 22, 23, 24, 25)
    assert isinstance(answers[20], Superseded)
    assert isinstance(answers[25], Explored)
    # At most one between them was taken up before the next arrived.
    superseded = [i for i in answers if isinstance(answers[i], Superseded)]
    assert len(superseded) >= 4


def test_cancel_stops_a_running_exploration(engine: Asking) -> None:
    engine.send(explore(30, DEEP, image=LARGE))
    progress = engine.wait_for(Progress, 30)
    assert isinstance(progress, Progress)
    assert (progress.total, progress.unit) == (150, "blocks")
    engine.send(explore(31, image=picture(16)), Cancel(31), Cancel(30))
    answers = engine.answers(30, 31)
    assert answers[31] == Cancelled(31)
    assert type(answers[30]) in (Cancelled, Superseded)  # 31 had told it to give way
    assert isinstance(engine.answer(explore(32)), Explored)


def test_cancel_stops_a_load(engine: Asking) -> None:
    engine.send(explore(40, DEEP, image=LARGE))
    engine.wait_for(Progress, 40)
    engine.send(load(41, OTHER), Cancel(41), Cancel(40))
    assert engine.answers(40, 41) == {40: Cancelled(40), 41: Cancelled(41)}


def test_ctrl_c_in_the_terminal_is_left_to_the_window(engine: Asking) -> None:
    assert engine.process.pid is not None
    os.kill(engine.process.pid, signal.SIGINT)
    assert isinstance(engine.answer(explore(50)), Explored)


@pytest.mark.usefixtures("no_thread_left")
def test_close_while_it_computes_takes_a_moment_and_leaves_nothing() -> None:
    asking = Asking()
    try:
        asking.send(explore(1, DEEP, image=LARGE))
        asking.wait_for(Progress, 1)
        pid = asking.process.pid
        assert pid is not None
    finally:
        asking.process.close()
    assert gone_within(pid, 0.1)
    assert asking.ended.get(timeout=1) == Exit(0)


@pytest.mark.usefixtures("no_thread_left")
def test_closing_twice_or_before_the_start_is_harmless() -> None:
    ended: list[Exit] = []
    process = EngineProcess(lambda reply: None, ended.append)
    process.close()
    process = EngineProcess(lambda reply: None, ended.append)
    process.start()
    process.close()
    process.close()
    assert len(ended) == 1
    assert process.pid is None


@pytest.mark.usefixtures("no_thread_left")
def test_a_stopped_engine_is_killed_when_asking_does_not_help() -> None:
    asking = Asking()
    starting = asking.wait_for(Starting)
    assert isinstance(starting, Starting)
    os.kill(starting.pid, signal.SIGSTOP)
    asking.process.close(patience_s=0.2)
    assert asking.ended.get(timeout=1) == Exit(-signal.SIGKILL)
    assert gone_within(starting.pid, 1)


@pytest.mark.usefixtures("no_thread_left")
def test_a_large_request_to_a_stopped_engine_does_not_hold_up_the_sender() -> None:
    asking = Asking()
    starting = asking.wait_for(Starting)
    assert isinstance(starting, Starting)
    os.kill(starting.pid, signal.SIGSTOP)
    try:
        # Far beyond what the pipe holds: a write in this thread would never return.
        asking.send(explore(1, image=np.zeros((4096, 4096, 3), np.uint8)))
    finally:
        asking.process.abort()
    assert asking.ended.get(timeout=PATIENCE_S) == Exit(-signal.SIGKILL)
    asking.process.close()


def test_an_engine_that_cannot_import_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "torch.py"
    broken.write_text("raise ImportError('libtorch_cpu.so: file too short')\n")
    script = _parent_script("", wait_for="Failed")
    result = _run_parent(script, tmp_path, PYTHONPATH=str(tmp_path))
    assert "The engine cannot start: libtorch_cpu.so: file too short." in result
    assert f"exit {entry.EXIT_NO_START}" in result


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
@pytest.mark.parametrize("moment", ["Starting", "Progress"])
def test_the_engine_leaves_when_its_parent_is_killed(tmp_path: Path, moment: str) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_parent_script("time.sleep(600)", wait_for=moment))
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=_environment()
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert parent.stdout.readline().startswith(moment)
        parent.kill()
    assert gone_within(pid, 20), "the engine outlived its parent"


def test_a_parent_that_forgets_to_close_still_ends(tmp_path: Path) -> None:
    output = _run_parent(_parent_script("", wait_for="Starting"), tmp_path)
    assert gone_within(int(output.split()[0]), 5)


def _parent_script(then: str, *, wait_for: str) -> str:
    """A program that starts an engine, prints its pid and the awaited reply, and goes on."""
    return textwrap.dedent(f"""
        import queue, sys, time
        sys.path.insert(0, {str(Path(__file__).parent)!r})

        def main():
            from asking import DEEP, explore, picture
            from resnet_viz.engine.process import EngineProcess
            replies = queue.Queue()
            process = EngineProcess(
                replies.put, lambda end: print("exit", end.code, flush=True)
            )
            process.start()
            process.send(explore(1, DEEP, image=picture(128)))
            while True:
                reply = replies.get(timeout={PATIENCE_S})
                if type(reply).__name__ == "Starting":
                    print(reply.pid, flush=True)
                if type(reply).__name__ == {wait_for!r}:
                    print(reply, flush=True)
                    break
            if {wait_for!r} == "Failed":
                process.close()
            {then}

        if __name__ == "__main__":
            main()
    """)


def _environment(**changes: str) -> dict[str, str]:
    return {**os.environ, **changes}


def _run_parent(script: str, folder: Path, **environment: str) -> str:
    path = folder / "parent.py"
    path.write_text(script)
    result = subprocess.run(
        [sys.executable, str(path)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env=_environment(**environment),
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout
