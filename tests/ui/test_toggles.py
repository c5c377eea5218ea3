from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.ui.toggles import Toggles, block_names

SPEC = spec("resnet20")


def test_everything_is_open_at_first_and_a_plain_twin_has_every_skip_cut() -> None:
    assert Toggles.initial(SPEC).gates(SPEC) == {}
    plain = spec("plain20")
    gates = Toggles.initial(plain).gates(plain)
    assert list(gates) == block_names(plain)
    assert set(gates.values()) == {Gate(skip=0.0)}


def test_alpha_spares_what_is_cut() -> None:
    toggles = Toggles().with_skip_flipped("layer2.0").with_alpha(0.4)
    assert toggles.gate("layer2.0") == Gate(skip=0.0)
    assert toggles.gate("layer2.1") == Gate(skip=0.4)
    assert toggles.with_skip_flipped("layer2.0").gate("layer2.0") == Gate(skip=0.4)


def test_a_branch_is_dropped_without_touching_its_skip() -> None:
    assert Toggles().with_branch_flipped("layer1.1").gate("layer1.1") == Gate(main=0.0)


def test_a_group_is_cut_as_a_whole_and_restored_only_when_all_of_it_is_cut() -> None:
    stage = block_names(SPEC, 2)
    assert stage == ["layer2.0", "layer2.1", "layer2.2"]
    one = Toggles().with_skip_flipped("layer2.1")
    all_cut = one.with_skips_flipped(stage)
    assert all_cut.cut == set(stage)
    assert all_cut.with_skips_flipped(stage).cut == set()
