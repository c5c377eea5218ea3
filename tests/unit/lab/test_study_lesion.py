"""The lesion study: its charts, its slices and what it says, with networks of three blocks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from resnet_viz.analysis.lesion import Score
from resnet_viz.analysis.routes import random_drop, single_drops
from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import Lesion
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies import lesion, lesion_charts, lesion_words
from resnet_viz.lab.studies.lesion_numbers import Draws, LesionNumbers, SideScores
from resnet_viz.lab.studies.table import STUDIES
from resnet_viz.models.gates import Gate

SETTINGS = LabSettings("resnet8", norm="none", init="torch", batch="noise", batch_size=4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures of two of CIFAR-10's classes."""
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number in range(3):
            pixels = rng.integers(0, 256, (32, 32, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    return tmp_path


def findings(settings: LabSettings, experiment: Lesion) -> list[Finding]:
    return list(lesion.run(Bench(), settings, experiment))


def test_it_answers_lesions() -> None:
    assert STUDIES[Lesion] is lesion.run


def test_single_lesions_of_an_unlabelled_batch() -> None:
    found = findings(SETTINGS, Lesion())
    last = found[-1]
    assert last.complete
    assert [f.done for f in found] == sorted(f.done for f in found)
    assert last.total == 2 * (1 + 3)
    error, loss = last.charts
    assert error.ticks == loss.ticks == ("layer1.0", "layer2.0", "layer3.0")
    assert "other than the intact network's" in error.y_label
    assert "chance" not in error.references
    assert [curve.role for curve in error.curves] == ["residual", "plain"]
    bench = Bench()
    batch = bench.batch(SETTINGS)
    with torch.no_grad():
        net = bench.network(SETTINGS, "residual")
        predicted = net(batch.images).argmax(1)
        net.gates["layer2.0"] = Gate(main=0.0)
        logits = net(batch.images)
    assert loss.curves[0].y[1] == pytest.approx(F.cross_entropy(logits, predicted).item(), rel=1e-5)
    changed = 100 * (logits.argmax(1) != predicted).double().mean().item()
    assert error.curves[0].y[1] == pytest.approx(changed)
    assert any("no true labels" in note for note in last.notes)
    assert "changes the class" in last.sentence


def test_what_is_not_measured_yet_is_not_drawn_and_nothing_is_said_of_it() -> None:
    first = findings(SETTINGS, Lesion())[0]
    assert not first.complete
    assert first.sentence == ""
    assert np.isnan(first.charts[0].curves[1].y).all()
    assert first.tables[0].rows[-1][3] is None


def test_a_labelled_folder_gives_errors_against_its_labels(folder: Path) -> None:
    last = findings(SETTINGS, Lesion(folder=str(folder), n_images=6))[-1]
    error, loss = last.charts
    assert error.references["chance"] == pytest.approx(90.0)
    assert loss.references["even guess"] == pytest.approx(np.log(10))
    shown = replace(SETTINGS, batch="folder", folder=str(folder), batch_size=6)
    bench = Bench()
    batch = bench.batch(shown)
    net = bench.network(shown, "residual")
    with torch.no_grad():
        wrong = (net(batch.images).argmax(1) != batch.targets).double().mean().item()
    assert error.references["with skips, intact"] == pytest.approx(100 * wrong)
    table = last.tables[0]
    assert len(table.columns) == len(table.rows[0]) == 7
    assert len(table.rows) == 2 * (1 + 3)
    assert all(row[-1] == 6 for row in table.rows)
    assert last.settings == SETTINGS


def test_large_folders_are_measured_in_chunks(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Lesion(folder=str(folder), n_images=6)
    at_once = findings(SETTINGS, asked)[-1]
    monkeypatch.setitem(lesion._CHUNK, "cifar", 4)
    in_parts = findings(SETTINGS, asked)[-1]
    assert in_parts.total == 2 * at_once.total
    for a, b in zip(at_once.charts, in_parts.charts, strict=True):
        np.testing.assert_allclose(a.curves[0].y, b.curves[0].y, rtol=1e-5)
    batch_norm = replace(SETTINGS, norm="batch")
    assert findings(batch_norm, asked)[-1].total == at_once.total  # statistics need it whole


def test_random_lesions_have_a_median_and_a_range() -> None:
    last = findings(SETTINGS, Lesion(how="random", ks=(1, 2, 3, 8), trials=3))[-1]
    error, _ = last.charts
    for curve in error.curves:
        assert list(curve.x) == [1, 2, 3]  # there are no 8 blocks
        assert curve.low is not None
        assert curve.high is not None
        assert (curve.low <= curve.y).all()
        assert (curve.y <= curve.high).all()
    rows = [row for row in last.tables[0].rows if row[0] == "with skips"]
    assert [row[2] for row in rows] == [0, 1, 1, 1, 2, 2, 2, 3]
    assert rows[-1][1] == "layer1.0 layer2.0 layer3.0"
    assert "blocks left out at random" in last.sentence


def test_swaps_are_drawn_against_kendalls_tau() -> None:
    settings = replace(SETTINGS, network="resnet20")
    last = findings(settings, Lesion(how="shuffle", ks=(1, 2), trials=2))[-1]
    assert [chart.key for chart in last.charts] == [
        "lesion-shuffle-error",
        "lesion-shuffle-tau",
        "lesion-shuffle-loss",
    ]
    tau = last.charts[1]
    assert tau.kind == "points"
    assert len(tau.curves[0].x) == 4
    assert (tau.curves[0].x < 1).all()
    assert " at layer" in str(last.tables[0].rows[1][1])
    assert "swapped at random" in last.sentence


def test_the_same_seed_gives_the_same_lesions_whatever_else_is_asked() -> None:
    spec = SETTINGS.spec("residual")
    _, some = lesion._lesions(spec, Lesion(how="random", ks=(2,), trials=2), 5)
    _, more = lesion._lesions(spec, Lesion(how="random", ks=(1, 2), trials=4), 5)
    assert more[4:6] == some
    _, other = lesion._lesions(spec, Lesion(how="random", ks=(1, 2), trials=4), 6)
    assert other != more


@pytest.mark.parametrize(
    ("experiment", "message"),
    [
        (Lesion(how="shuffle"), "0 pairs"),
        (Lesion(how="random", ks=(4, 5)), "3 blocks"),
        (Lesion(folder="/no/such/folder"), "no folder"),
    ],
)
def test_questions_that_cannot_be_answered(experiment: Lesion, message: str) -> None:
    with pytest.raises(UserError, match=message):
        findings(SETTINGS, experiment)


def test_it_can_be_cancelled_between_blocks() -> None:
    calls = 0

    def cancelled() -> bool:
        nonlocal calls
        calls += 1
        return calls > 6

    with pytest.raises(OperationCancelled):
        list(lesion.run(Bench(cancelled=cancelled), SETTINGS, Lesion()))


def numbers(
    residual: list[int],
    plain: list[int],
    intact: tuple[int, int] = (930, 900),
    weights: str = "twins",
    labelled: bool = True,
) -> LesionNumbers:
    """Scores with the given counts of correct images out of 1,000."""

    def scored(correct: int) -> Score:
        return Score(1000, 500.0, correct, correct, 0)

    settings = LabSettings("resnet8", weights=weights, training_mode=False)
    return LesionNumbers(
        settings=settings,
        experiment=Lesion(),
        n_classes=10,
        labelled=labelled,
        batch_note="pictures",
        routes=tuple(single_drops(3)),
        draws=(Draws(1, (0, 1, 2)),),
        sides={
            "residual": SideScores(scored(intact[0]), tuple(map(scored, residual))),
            "plain": SideScores(scored(intact[1]), tuple(map(scored, plain))),
        },
    )


def test_the_sentence_gives_median_and_worst_of_both() -> None:
    said = lesion_words.sentence(numbers([920, 700, 935], [100, 90, 110]))
    assert said == (
        "Leaving out one of 3 blocks costs ResNet-8 1.0 points of accuracy in the median (7.0 % "
        "error intact) and 23.0 at worst (layer2.0, which changes the shape); it costs plain-8 "
        "80.0 points of accuracy in the median (10.0 % error intact) and 81.0 at worst (layer2.0, "
        "which changes the shape): 1,000 images, 8 layers, batch norm in evaluation mode, each "
        "trained on its own."
    )


def test_a_network_at_chance_has_nothing_to_lose() -> None:
    said = lesion_words.sentence(
        numbers([920, 700, 935], [100, 90, 110], intact=(930, 112), weights="trained")
    )
    assert "ResNet-8 with its skips cut has nothing to lose: 88.8 % error intact" in said
    assert "guessing gives 90.0 %" in said


def test_the_sentence_says_up_to_how_many_a_network_bears() -> None:
    rng = np.random.default_rng(0)
    several = replace(
        numbers([900, 800, 300], [300, 200, 100]),
        experiment=Lesion(how="random"),
        routes=tuple(random_drop(3, k, rng) for k in (1, 2, 3)),
        draws=(Draws(1, (0,)), Draws(2, (1,)), Draws(3, (2,))),
    )
    assert lesion_words.sentence(several).startswith(
        "ResNet-8 keeps more than half of its lead over guessing with up to 2 of 3 blocks left "
        "out at random, plain-8 not even with 1 of 3 blocks left out at random; with 3 of 3 "
        "blocks left out at random the error is 70.0 % and 90.0 % (median of 1 draw; intact "
        "7.0 % and 10.0 %): "
    )


def test_the_notes_say_how_sure_the_numbers_are() -> None:
    some = numbers([920, 700, 935], [100, 90, 110])
    said = " ".join(lesion_words.notes(some))
    assert "7.0 % is known to ± 0.8 points" in said
    assert "changes the shape (layer2.0, layer3.0): 18.2 % in the median" in said
    broken = replace(some.sides["plain"], scores=(Score(10, 1.0, 0, 0, 10),) * 3)
    with_broken = replace(some, sides={**some.sides, "plain": broken})
    assert "After 3 lesions some outputs were not finite" in " ".join(
        lesion_words.notes(with_broken)
    )


def test_a_loss_that_is_not_finite_is_left_out_of_the_chart() -> None:
    some = numbers([920, 700, 935], [100, 90, 110])
    wild = (Score(10, float("inf"), 0, 0, 10), *some.sides["plain"].scores[1:])
    some = replace(some, sides={**some.sides, "plain": replace(some.sides["plain"], scores=wild)})
    loss = lesion_charts.charts(some)[1]
    assert list(np.isnan(loss.curves[1].y)) == [True, False, False]
