"""The bench: networks and batches that settings ask for, built once, never mixed up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.images import CIFAR10, network_view, normalise
from resnet_viz.lab import networks
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.networks import Networks, network_key, scale_branches
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.bundled import bundled
from resnet_viz.models.gates import OPEN, PLAIN, Gate
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import spec
from resnet_viz.probe.capturing import capture

TINY = LabSettings(network="resnet8", batch="noise", batch_size=2, device="cpu")
TWINS = LabSettings(network="resnet20", weights="twins", training_mode=False, device="cpu")


def same_weights(a: ResNet, b: ResNet) -> bool:
    mine, theirs = a.state_dict(), b.state_dict()
    return mine.keys() == theirs.keys() and all(torch.equal(mine[k], theirs[k]) for k in mine)


# --- networks --------------------------------------------------------------------------------


def test_a_random_pair_is_one_network_with_other_gates() -> None:
    bench = Bench()
    residual = bench.network(TINY, "residual")
    assert set(residual.gates.values()) == {OPEN}
    plain = bench.network(TINY, "plain")
    assert plain is residual
    assert set(plain.gates.values()) == {PLAIN}
    assert same_weights(plain, build(spec("resnet8", norm="none", init="torch"), seed=0))


def test_gates_are_those_of_the_settings_each_time() -> None:
    bench = Bench()
    settings = replace(
        TINY,
        alpha=0.5,
        cut=frozenset({"layer1.0"}),
        dropped=frozenset({"layer3.0"}),
        plain_restored=frozenset({"layer2.0"}),
        plain_dropped=frozenset({"layer1.0"}),
    )
    gates = bench.network(settings, "residual").gates
    assert list(gates.values()) == [Gate(0.0, 1.0), Gate(0.5, 1.0), Gate(0.5, 0.0)]
    gates = bench.network(settings, "plain").gates
    assert list(gates.values()) == [Gate(0.0, 0.0), Gate(0.5, 1.0), Gate(0.0, 1.0)]
    assert set(bench.network(TINY, "residual").gates.values()) == {OPEN}


@pytest.mark.parametrize(
    "changes", [{"seed": 1}, {"gain": 2.0}, {"norm": "batch"}, {"init": "he"}, {"zero_init": True}]
)
def test_other_numbers_are_another_network(changes: dict[str, object]) -> None:
    bench = Bench()
    other = replace(TINY, **changes)  # type: ignore[arg-type]
    assert not same_weights(bench.network(TINY, "plain"), bench.network(other, "plain"))


def test_double_precision_holds_the_same_weights() -> None:
    bench = Bench()
    double = bench.network(replace(TINY, dtype="float64"), "residual")
    single = bench.network(TINY, "residual")
    assert double.conv1.weight.dtype == torch.float64
    assert torch.equal(double.conv1.weight.float(), single.conv1.weight)


@pytest.mark.parametrize("options", [{"shortcut": "projection"}, {"order": "pre"}])
def test_gain_multiplies_the_convolutions_of_the_branches_and_nothing_else(
    options: dict[str, object],
) -> None:
    usual = build(spec("resnet8", **options), seed=0).state_dict()
    scaled = build(spec("resnet8", **options), seed=0)
    scale_branches(scaled, 3.0)
    in_branches = {
        f"layer{stage}.0.{name}.weight" for stage in (1, 2, 3) for name in ("conv1", "conv2")
    }
    for key, tensor in scaled.state_dict().items():
        factor = 3.0 if key in in_branches else 1.0
        assert torch.equal(tensor, usual[key] * factor), key


def test_the_bench_scales_what_it_has_drawn() -> None:
    bench = Bench()
    settings = replace(TINY, gain=0.5)
    weight = bench.network(settings, "plain").get_submodule("layer2.0.conv1").weight
    drawn = bench.network(TINY, "plain").get_submodule("layer2.0.conv1").weight
    assert torch.equal(weight, 0.5 * drawn)  # type: ignore[operator, arg-type]
    assert bench.weights_note(settings) == "random, seed 0, branches times 0.5, the same in both"


def test_trained_weights_are_the_residual_networks_in_both() -> None:
    bench = Bench()
    settings = replace(TWINS, weights="trained")
    residual, plain = bench.network(settings, "residual"), bench.network(settings, "plain")
    assert residual is plain
    assert set(plain.gates.values()) == {PLAIN}
    assert not same_weights(residual, build(spec("resnet20"), seed=0))
    card = bundled()["resnet20"]
    assert bench.weights_note(settings) == f"{card.label()}, the same in both"
    assert bench.labels(settings) == card.labels
    assert bench.preprocess(settings) == card.preprocess


def test_twins_hold_each_its_own_training() -> None:
    bench = Bench()
    residual, plain = bench.network(TWINS, "residual"), bench.network(TWINS, "plain")
    assert not same_weights(residual, plain)
    assert set(residual.gates.values()) == {OPEN}
    assert set(plain.gates.values()) == {PLAIN}
    cards = bundled()
    assert bench.weights_note(TWINS) == (
        f"ResNet-20: {cards['resnet20'].label()}; plain-20: {cards['plain20'].label()}"
    )


def test_the_mode_of_trained_networks_is_the_settings() -> None:
    """Running statistics are not those of 16 crops: the two modes give two losses."""
    bench = Bench()
    losses = {}
    for mode in (False, True):
        settings = replace(TWINS, weights="trained", batch_size=2, training_mode=mode)
        batch = bench.batch(settings)
        snapshot = capture(bench.network(settings, "residual"), batch.images, training_mode=mode)
        assert snapshot.training_mode is mode
        losses[mode] = snapshot.loss
    assert losses[False] != losses[True]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (LabSettings(network="resnet50", weights="trained"), "ResNet-50"),
        (LabSettings(network="resnet32", weights="twins"), "ResNet-32"),
    ],
)
def test_weights_that_are_not_bundled_are_named_with_those_that_are(
    settings: LabSettings, message: str
) -> None:
    with pytest.raises(UserError) as caught:
        Bench().network(settings, "residual")
    assert caught.value.message == f"There are no trained weights for {message}."
    assert "ResNet-20" in caught.value.hint
    assert "plain-20" in caught.value.hint


def test_a_missing_twin_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    only = {"resnet20": bundled()["resnet20"]}
    networks.trained_spec.cache_clear()
    monkeypatch.setattr(networks, "bundled", lambda: only)
    bench = Bench()
    bench.network(TWINS, "residual")
    with pytest.raises(UserError, match="no trained weights for plain-20"):
        bench.network(TWINS, "plain")
    networks.trained_spec.cache_clear()


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(UserError, match="'tpu'"):
        Bench().network(replace(TINY, device="tpu"), "residual")
    assert Bench().resolved(replace(TINY, device="auto")).device != "auto"


def test_networks_are_kept_until_memory_is_short() -> None:
    keys = [network_key(replace(TINY, seed=seed), "residual") for seed in range(3)]
    kept = Networks(lambda: False, limit_bytes=2 * keys[0].nbytes)
    first = kept.get(keys[0])
    kept.get(keys[1])
    assert kept.get(keys[0]) is first
    kept.get(keys[2])
    assert [key in kept for key in keys] == [True, False, True]
    assert kept.nbytes == 2 * keys[0].nbytes


def test_a_network_above_the_limit_is_built_alone() -> None:
    small = network_key(TINY, "residual")
    deep = network_key(replace(TINY, network="resnet14"), "residual")
    kept = Networks(lambda: False, limit_bytes=small.nbytes)
    kept.get(small)
    assert kept.get(deep).spec.name == "resnet14"
    assert small not in kept


def test_memory_is_counted_as_it_is() -> None:
    for settings in (TINY, replace(TINY, dtype="float64", norm="batch")):
        net = Bench().network(settings, "residual")
        held = sum(p.numel() * p.element_size() for p in net.parameters())
        assert network_key(settings, "residual").nbytes == held


def test_nothing_is_built_for_somebody_who_has_left() -> None:
    bench = Bench(cancelled=lambda: True)
    with pytest.raises(OperationCancelled):
        bench.network(TINY, "residual")
    with pytest.raises(OperationCancelled):
        bench.check()
    with pytest.raises(OperationCancelled):
        bench.batch(replace(TINY, batch="photographs"))
    Bench().check()


# --- batches ---------------------------------------------------------------------------------


def test_a_batch_is_made_once_for_all_settings_that_share_it() -> None:
    bench = Bench()
    first = bench.batch(TINY)
    assert bench.batch(replace(TINY, norm="batch", alpha=0.5, gain=2.0)) is first
    assert bench.batch(replace(TINY, network="resnet14")) is first
    for changes in ({"seed": 1}, {"batch_size": 3}, {"batch": "photographs"}):
        assert bench.batch(replace(TINY, **changes)) is not first  # type: ignore[arg-type]


def test_a_batch_has_the_settings_precision() -> None:
    bench = Bench()
    single, double = bench.batch(TINY), bench.batch(replace(TINY, dtype="float64"))
    assert double.images.dtype == torch.float64
    assert torch.equal(single.images, double.images.float())


def test_the_picture_is_what_the_network_sees_of_it() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (50, 80, 3), dtype=np.uint8)
    bench = Bench(rgb)
    settings = replace(TINY, batch="picture", batch_size=5)
    batch = bench.batch(settings)
    expected = normalise(network_view(rgb, CIFAR10), CIFAR10)
    np.testing.assert_array_equal(batch.images.numpy(), expected)
    assert batch.targets is None
    assert not batch.labelled


def test_another_picture_is_another_batch_and_the_same_one_is_not() -> None:
    rgb = np.zeros((40, 40, 3), np.uint8)
    bench = Bench(rgb)
    settings = replace(TINY, batch="picture")
    first = bench.batch(settings)
    bench.picture = rgb.copy()
    assert bench.batch(settings) is first
    bench.picture = rgb + np.uint8(1)
    assert bench.batch(settings) is not first
    bench.picture = None
    with pytest.raises(UserError, match="no picture"):
        bench.batch(settings)


def test_questions_differ_where_the_numbers_do() -> None:
    bench = Bench(np.zeros((40, 40, 3), np.uint8))
    asked = bench.question(TINY, "residual")
    assert asked == bench.question(replace(TINY, plain_dropped=frozenset({"layer1.0"})), "residual")
    assert asked != bench.question(TINY, "plain")
    for changes in (
        {"cut": frozenset({"layer1.0"})},
        {"alpha": 0.5},
        {"training_mode": False},
        {"seed": 1},
        {"dtype": "float64"},
        {"batch": "picture"},
    ):
        assert asked != bench.question(replace(TINY, **changes), "residual")  # type: ignore[arg-type]


def test_a_plain_twin_with_all_skips_restored_is_the_residual_network() -> None:
    names = frozenset(block.name for block in TINY.spec("plain").blocks())
    settings = replace(TINY, plain_restored=names)
    bench = Bench()
    assert bench.question(settings, "plain") == bench.question(settings, "residual")
