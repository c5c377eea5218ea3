"""The settings as a value: what they refuse, which networks and gates they mean."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace

import pytest

from resnet_viz.errors import UserError
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import PLAIN, Gate

TINY = LabSettings(network="resnet8")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": "mine"}, "weights cannot be 'mine'"),
        ({"batch": "movie"}, "batch cannot be 'movie'"),
        ({"dtype": "float16"}, "dtype cannot be 'float16'"),
        ({"norm": "layer"}, "norm cannot be 'layer'"),
        ({"init": "kaiming"}, "init cannot be 'kaiming'"),
        ({"network": "resnet9"}, "'resnet9'"),
        ({"alpha": 1.01}, "alpha must lie between 0 and 1"),
        ({"alpha": float("nan")}, "alpha must lie between 0 and 1"),
        ({"gain": 0.0}, "gain must be positive"),
        ({"gain": float("inf")}, "gain must be positive"),
        ({"gain": float("nan")}, "gain must be positive"),
        ({"init_std": -1.0}, "init_std must be positive"),
        ({"seed": -1}, "cannot be negative"),
        ({"batch_size": -1}, "cannot be negative"),
        ({"cut": {"layer4.0"}}, "ResNet-8 has no block named 'layer4.0'"),
        ({"dropped": {"layer1.1"}}, "ResNet-8 has no block named 'layer1.1'"),
        ({"plain_restored": {"stem"}}, "ResNet-8 has no block named 'stem'"),
    ],
)
def test_values_out_of_range_are_refused_in_words(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        replace(TINY, **changes)  # type: ignore[arg-type]
    assert message in caught.value.message


def test_a_twin_is_plain_by_its_gates_alone() -> None:
    assert TINY.gates("residual") == {}
    assert TINY.gates("plain") == dict.fromkeys(["layer1.0", "layer2.0", "layer3.0"], PLAIN)
    assert TINY.spec("plain") == replace(TINY.spec("residual"), plain=True)


def test_alpha_is_of_the_skips_that_are_there() -> None:
    settings = replace(
        TINY, alpha=0.25, cut={"layer1.0"}, dropped={"layer2.0"}, plain_restored={"layer3.0"}
    )
    assert settings.gates("residual") == {
        "layer1.0": Gate(0.0, 1.0),
        "layer2.0": Gate(0.25, 0.0),
        "layer3.0": Gate(0.25, 1.0),
    }
    assert settings.gates("plain")["layer3.0"] == Gate(0.25, 1.0)
    assert settings.gates("plain")["layer1.0"] == PLAIN


def test_trained_networks_keep_their_own_options() -> None:
    trained = LabSettings(network="resnet20", weights="trained", norm="none", activation="tanh")
    assert trained.spec("residual").norm == "batch"
    assert trained.spec("residual").activation == "relu"
    assert trained.same_weights
    assert not replace(trained, weights="twins").same_weights


def test_the_usual_size_of_a_batch_is_the_familys() -> None:
    assert TINY.n_images == 16
    assert LabSettings(network="resnet18").n_images == 2
    assert replace(TINY, batch_size=5).n_images == 5
    assert replace(TINY, batch="picture", batch_size=5).n_images == 1


def test_settings_are_values() -> None:
    settings = replace(TINY, cut=["layer1.0"])  # type: ignore[arg-type]
    assert settings == replace(TINY, cut={"layer1.0"})
    assert len({settings, replace(TINY, cut=frozenset({"layer1.0"})), TINY}) == 2
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_they_import_neither_torch_nor_qt() -> None:
    program = (
        "import sys, resnet_viz.lab.settings, resnet_viz.lab.text, resnet_viz.lab.findings;"
        "print([m for m in sys.modules if m.split('.')[0] in ('torch', 'PySide6')])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr
