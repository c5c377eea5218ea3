"""Gates as a mapping, and what they do to a whole network."""

from __future__ import annotations

import copy

import pytest
import torch

from resnet_viz.models.gates import OPEN, PLAIN, Gate, Gates
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf")])
@pytest.mark.parametrize("field", ["skip", "main"])
def test_a_gate_lies_between_zero_and_one(field: str, value: float):
    with pytest.raises(ValueError, match=f"gate {field} must lie in"):
        Gate(**{field: value})


def test_gates_start_open_and_report_each_change():
    changes: list[tuple[str, Gate]] = []
    gates = Gates(["a", "b"], lambda name, gate: changes.append((name, gate)))
    assert dict(gates) == {"a": OPEN, "b": OPEN}
    gates["b"] = PLAIN
    del gates["b"]
    assert changes == [("b", PLAIN), ("b", OPEN)]
    assert len(gates) == 2


def test_unknown_names_are_refused_and_change_nothing():
    changes: list[str] = []
    gates = Gates(["layer1.0", "layer2.0"], lambda name, _: changes.append(name))
    with pytest.raises(KeyError, match=r"layer9\.0.*run from layer1\.0 to layer2\.0"):
        gates["layer9.0"] = PLAIN
    with pytest.raises(KeyError, match="layer9"):
        gates.assign({"layer1.0": PLAIN, "layer9.0": PLAIN})
    assert not changes
    assert set(gates.values()) == {OPEN}


def test_assign_sets_every_block():
    gates = Gates(["a", "b", "c"], lambda *_: None)
    gates["a"] = PLAIN
    gates.assign({"b": Gate(0.5)}, default=Gate(main=0.0))
    assert dict(gates) == {"a": Gate(main=0.0), "b": Gate(0.5), "c": Gate(main=0.0)}


def test_a_plain_twin_is_the_network_with_every_skip_cut():
    plain, net = build(spec("plain20"), seed=3), build(spec("resnet20"), seed=3)
    x = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        assert not torch.equal(plain(x), net(x))
        net.gates.set_all(PLAIN)
        assert torch.equal(plain(x), net(x))


def test_cutting_and_restoring_one_skip_gives_back_the_same_numbers():
    net = build(spec("resnet20"), seed=1)
    x = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        before = net(x)
        net.gates["layer2.1"] = PLAIN
        cut = net(x)
        net.gates["layer2.1"] = OPEN
        assert not torch.equal(cut, before)
        assert torch.equal(net(x), before)


def test_dropping_every_branch_of_a_pre_activation_network_leaves_the_shortcuts():
    net = build(spec("preresnet20"), seed=1)
    net.gates.set_all(Gate(main=0.0))
    x = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        stem = net.stem(x)
        seen: list[torch.Tensor] = []
        net.layer1.register_forward_hook(lambda _m, _a, out: seen.append(out))
        net(x)
    assert torch.equal(seen[0], stem)


def test_a_copied_network_has_gates_of_its_own():
    net = build(spec("resnet20"))
    twin = copy.deepcopy(net)
    twin.gates["layer1.0"] = PLAIN
    assert twin.blocks["layer1.0"].gate == PLAIN
    assert net.blocks["layer1.0"].gate == OPEN
