"""Networks of a run as they were, ready to be measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from resnet_viz.errors import UserError
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.runs.facts import network_facts, network_spec
from resnet_viz.runs.layout import NetworkFacts, RunFacts
from resnet_viz.train.run_writer import RunWriter
from resnet_viz.train.snapshots import load_snapshot


@pytest.fixture
def kept(writer: RunWriter, facts: RunFacts) -> RunWriter:
    """Snapshots of both networks at steps 0 and 10, drawn by these seeds."""
    specs = {network.key: network_spec(network) for network in facts.networks}
    for step in (0, 10):
        nets = {key: build(of, seed=step) for key, of in specs.items() if of is not None}
        writer.snapshot(step, {key: net.state_dict() for key, net in nets.items()})
    return writer


@pytest.mark.parametrize(("step", "seed"), [(0, 0), (10, 10), (-1, 10)])
@pytest.mark.parametrize("key", ["network", "rival"])
def test_a_snapshot_computes_what_the_network_computed(
    kept: RunWriter, facts: RunFacts, key: str, step: int, seed: int
) -> None:
    loaded = load_snapshot(kept.path, key, step)
    assert loaded.spec.plain == (key == "rival")
    assert loaded.labels == facts.classes
    assert (loaded.preprocess.mean, loaded.preprocess.std) == (facts.mean, facts.std)
    assert (loaded.preprocess.resize, loaded.preprocess.crop) == (8, 8)
    assert loaded.label == f"Colours, step {seed}"
    assert loaded.notes == ()
    assert not loaded.net.training
    images = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    wanted = build(loaded.spec, seed=seed)
    with torch.no_grad():
        assert torch.equal(loaded.net(images), wanted(images))


def test_a_step_that_was_not_kept_is_answered_with_those_that_were(kept: RunWriter) -> None:
    with pytest.raises(UserError, match="at step 7") as caught:
        load_snapshot(kept.path, "network", 7)
    assert caught.value.hint == "It has those of 0, 10."


def test_a_run_without_snapshots(writer: RunWriter) -> None:
    with pytest.raises(UserError, match="kept no weights") as caught:
        load_snapshot(writer.path)
    assert "snapshots = 12" in caught.value.hint


def test_a_network_that_the_run_does_not_have(kept: RunWriter, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no network 'third'") as caught:
        load_snapshot(kept.path, "third")
    assert "network and rival" in caught.value.hint
    with pytest.raises(UserError, match="no run"):
        load_snapshot(tmp_path / "nowhere")


@pytest.mark.parametrize("content", [b"", b"torn", None])
def test_a_damaged_snapshot_is_named(kept: RunWriter, content: bytes | None) -> None:
    path = kept.paths.snapshot(10, "rival")
    path.write_bytes(path.read_bytes()[:-8] if content is None else content)
    with pytest.raises(UserError, match="is damaged") as caught:
        load_snapshot(kept.path, "rival", 10)
    assert str(path) in caught.value.message


def test_weights_of_another_network_are_refused(kept: RunWriter) -> None:
    wide = build(spec("resnet20"), seed=0).state_dict()
    kept.snapshot(20, {"network": wide})
    with pytest.raises(UserError, match="the snapshot of ResNet-20"):
        load_snapshot(kept.path)


def test_a_users_own_network_cannot_be_rebuilt(tmp_path: Path) -> None:
    own = NetworkFacts("network", "MyNet", "MyNet", None, ("a",), (1,), 10)
    with RunWriter(tmp_path / "run") as writer:
        writer.create(RunFacts((own,)))
        writer.snapshot(1, {"network": {"a": torch.ones(1)}})
    with pytest.raises(UserError, match="MyNet is not a network that resnet_viz can build"):
        load_snapshot(tmp_path / "run")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("resnet56", {}),
        ("plain20", {"n_classes": 3}),
        ("resnet50", {"norm": "group", "input_size": 64}),
        ("preresnet110", {"init": "xavier"}),
        ("resnet18", {"widths": (16, 32, 64, 128)}),
    ],
)
def test_a_network_is_built_again_from_what_was_written_down(
    name: str, options: dict[str, object]
) -> None:
    wanted = spec(name, **options)
    facts = network_facts("network", wanted)
    assert network_spec(facts) == wanted
    net = build(wanted)
    assert facts.parameters == sum(p.numel() for p in net.parameters())
    assert facts.blocks == tuple(net.blocks)
    assert facts.stages == tuple(int(block[5]) for block in net.blocks)


def test_a_network_of_a_later_version_is_not_guessed() -> None:
    facts = network_facts("network", spec("resnet20"))
    assert network_spec(replace(facts, name="resnet20000000")) is None
    assert network_spec(replace(facts, options={"sparkle": True})) is None
