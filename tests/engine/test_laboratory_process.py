"""Pairs and experiments with a real engine process: in between, cancelled, killed."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import numpy as np
import pytest
from asking import (
    PATIENCE_S,
    SETTINGS,
    SLOW_SETTINGS,
    Asking,
    experiment,
    explore,
    load,
    pair,
)

from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    Explored,
    Found,
    MeasurePair,
    ModelReady,
    PairMeasured,
    Progress,
    Superseded,
)
from resnet_viz.engine.process import Exit
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import AlphaSweep
from resnet_viz.lab.studies.pair import measure

# Many slices of milliseconds each: long enough to ask other things meanwhile.
LONG = AlphaSweep(alphas=tuple(np.linspace(0, 1, 60).tolist()))


def test_a_pair_has_the_numbers_of_this_process(engine: Asking) -> None:
    reply = engine.answer(pair(1, keep=("layer3.0",)))
    assert isinstance(reply, PairMeasured)
    here = measure(Bench(), SETTINGS)
    for there, mine in ((reply.residual, here.residual), (reply.plain, here.plain)):
        assert there.loss == pytest.approx(mine.loss, rel=1e-5)
        for a, b in zip(there.blocks, mine.blocks, strict=True):
            assert a.grad_in == pytest.approx(b.grad_in, rel=1e-4)
            assert (a.skip, a.main) == (b.skip, b.main)
    assert reply.plain.blocks[0].grad_in < reply.residual.blocks[0].grad_in
    assert list(reply.residual.maps) == ["layer3.0"]


def test_a_slow_pair_tells_how_far_it_is_and_can_be_cancelled(engine: Asking) -> None:
    engine.send(pair(10, SLOW_SETTINGS))
    progress = engine.wait_for(Progress, 10)
    assert isinstance(progress, Progress)
    assert progress.what == "Measuring ResNet-302 and plain-302"
    assert (progress.total, progress.unit) == (300, "blocks")
    engine.send(Cancel(10))
    assert engine.answers(10) == {10: Cancelled(10)}


def test_of_many_quick_pairs_the_last_is_answered(engine: Asking) -> None:
    engine.send(pair(20, SLOW_SETTINGS))
    engine.wait_for(Progress, 20)
    engine.send(*(pair(i) for i in range(21, 26)))
    answers = engine.answers(20, 21, 22, 23, 24, 25)
    assert isinstance(answers[20], Superseded)
    assert isinstance(answers[25], PairMeasured)


def test_clicks_are_answered_while_an_experiment_runs(engine: Asking) -> None:
    engine.send(experiment(30, LONG))
    engine.wait_for(Found, 30)
    asked = (explore(31), pair(32), load(33))
    kinds = (Explored, PairMeasured, ModelReady)
    for request, kind in zip(asked, kinds, strict=True):
        engine.seen.clear()
        assert isinstance(engine.answer(request), kind)
        found = [r for r in engine.seen if isinstance(r, Found)]
        assert all(not r.finding.complete for r in found), "it was over before the click"
    last = engine.answers(30)[30]
    assert isinstance(last, Found)
    assert last.finding.complete
    assert last.finding.experiment == LONG


def test_cancel_ends_an_experiment_and_the_next_one_runs(engine: Asking) -> None:
    engine.send(experiment(40, LONG))
    engine.wait_for(Found, 40)
    engine.send(Cancel(40))
    assert engine.answers(40) == {40: Cancelled(40)}
    engine.send(experiment(41, LONG))
    engine.wait_for(Found, 41)
    engine.send(experiment(42))
    answers = engine.answers(41, 42)
    assert answers[41] == Superseded(41)
    assert isinstance(answers[42], Found)


def test_a_bad_pair_and_a_bad_experiment_fail_in_words(engine: Asking) -> None:
    missing = MeasurePair(50, replace(SETTINGS, weights="trained"), None)
    engine.send(missing, experiment(51, settings=missing.settings))
    for reply in engine.answers(50, 51).values():
        assert reply.message == "There are no trained weights for ResNet-8."  # type: ignore[union-attr]
        assert "ResNet-20" in reply.hint  # type: ignore[union-attr]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_an_engine_that_is_killed_in_an_experiment_is_told_of() -> None:
    asking = Asking()
    try:
        asking.send(experiment(1, LONG))
        asking.wait_for(Found, 1)
        assert asking.process.pid is not None
        os.kill(asking.process.pid, signal.SIGKILL)
        assert asking.ended.get(timeout=PATIENCE_S) == Exit(-signal.SIGKILL)
    finally:
        asking.process.close()
