"""Live views of a lecture and the workspaces ask one engine at a time and do not disturb it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from asking import DEEP, OTHER, TINY, experiment, explore, load, pair, picture
from in_thread import InThread

from resnet_viz.engine.messages import Explored, Found, ModelReady, PairMeasured
from resnet_viz.lab.experiments import Lesion, Pair
from resnet_viz.lab.findings import Finding
from resnet_viz.models.gates import Gate


@pytest.fixture
def engine() -> Iterator[InThread]:
    engine = InThread()
    try:
        engine.ready()
        yield engine
    finally:
        engine.close()


def test_each_view_gets_the_answer_to_its_own_question(engine: InThread) -> None:
    cut = {"layer1.0": Gate(skip=0.0)}
    engine.send(
        load(1),
        replace(load(2, OTHER), lane="a"),
        explore(3),
        replace(explore(4, OTHER), lane="a"),
        replace(explore(5, gates=cut), lane="b"),
        replace(explore(6), lane="c"),
        replace(pair(7), lane="a"),
        pair(8),
    )
    answers = engine.answers(*range(1, 9))
    assert isinstance(answers[1], ModelReady)
    measured = {i: a.snapshot for i, a in answers.items() if isinstance(a, Explored)}
    assert {i: len(s.blocks) for i, s in measured.items()} == {3: 3, 4: 6, 5: 3, 6: 3}
    assert measured[5].blocks[0].skip == 0.0
    assert measured[6].blocks[0] == measured[3].blocks[0], "gates of one view are not another's"
    pairs = [answers[i] for i in (7, 8)]
    assert all(isinstance(p, PairMeasured) for p in pairs)
    assert pairs[0].residual.blocks == pairs[1].residual.blocks  # type: ignore[union-attr]


def test_a_measurement_in_the_background_gives_way_and_comes_out_the_same(
    engine: InThread,
) -> None:
    deep = explore(1, DEEP, image=picture(side=64))
    engine.send(replace(deep, lane="a"), explore(2, TINY))
    answers = engine.answers(1, 2)
    order = [r.request_id for r in engine.seen if isinstance(r, Explored)]
    assert order == [2, 1]
    interrupted = answers[1]
    engine.send(replace(explore(3, DEEP, image=picture(side=64)), lane="b"))
    again = engine.answers(3)[3]
    assert isinstance(interrupted, Explored)
    assert isinstance(again, Explored)
    norms = [[b.grad_in for b in a.snapshot.blocks] for a in (interrupted, again)]
    assert np.array_equal(*norms)


def test_experiments_of_two_lanes_both_end(engine: InThread) -> None:
    engine.send(replace(experiment(1, Lesion()), lane="a"), experiment(2, Pair()))
    answers = engine.answers(1, 2)
    assert all(isinstance(a, Found) and a.finding.complete for a in answers.values())
    complete = [r.request_id for r in engine.seen if isinstance(r, Found) and r.finding.complete]
    assert complete == [2, 1]


def test_a_lectures_experiment_is_computed_once_a_workspaces_as_often_as_it_is_run(
    engine: InThread,
) -> None:
    def parts(request_id: int, lane: str) -> int:
        """Findings on the way and the last one."""
        engine.seen.clear()
        engine.send(replace(experiment(request_id, Lesion()), lane=lane))
        found = engine.answers(request_id)[request_id]
        assert isinstance(found, Found)
        findings.append(found.finding)
        return sum(isinstance(r, Found) for r in engine.seen)

    findings: list[Finding] = []
    assert parts(1, "a") > 1
    assert parts(2, "b") == 1
    assert findings[1] is findings[0]
    assert parts(3, "") > 1
    assert findings[2] is not findings[0]
