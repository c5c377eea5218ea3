"""Whether a measurement fits into memory: by hand, and without torch."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from resnet_viz import memory
from resnet_viz.lab import fit
from resnet_viz.lab.fit import images_that_fit, needed_bytes, will_fit
from resnet_viz.lab.settings import LabSettings
from resnet_viz.memory import free_memory

MIB, GIB = 2**20, 2**30
DEEP = LabSettings(network="resnet1202", norm="batch", init="he", batch_size=16)


def test_two_gibibytes_hold_a_thousand_layers_and_one_does_not() -> None:
    # By hand: 600 blocks keep four tensors of 16, 8 and 4 KiB numbers an image, one stage each.
    kept = 16 * 4 * 200 * (16 + 8 + 4) * 1024 * 4
    assert 1.1 * kept < needed_bytes(DEEP, 16) < 1.5 * kept
    assert will_fit(DEEP, 3 * GIB).fits
    refused = will_fit(DEEP, GIB)
    assert not refused.fits
    assert refused.available_bytes == GIB
    assert refused.needed_bytes == needed_bytes(DEEP, 16)


def test_the_sentence_names_what_would_fit() -> None:
    refused = will_fit(DEEP, GIB)
    fitting = images_that_fit(DEEP, GIB)
    assert 1 <= fitting < 16
    assert needed_bytes(DEEP, fitting) <= 0.9 * GIB < needed_bytes(DEEP, fitting + 1)
    assert refused.sentence.startswith("ResNet-1202 on 16 images needs about 1.8 GiB")
    assert f"but 1.0 GiB are free: {fitting} images would fit" in refused.sentence
    assert will_fit(DEEP, 3 * GIB).sentence.endswith("; 3.0 GiB are free.")


def test_not_even_one_image() -> None:
    small = will_fit(DEEP, 64 * MIB)
    assert images_that_fit(DEEP, 64 * MIB) == 0
    assert "too little for a single image" in small.sentence


def test_what_makes_it_more() -> None:
    base = needed_bytes(DEEP, 16)
    assert needed_bytes(replace(DEEP, dtype="float64"), 16) > 1.9 * base
    assert needed_bytes(replace(DEEP, norm="none"), 16) < 0.6 * base
    assert needed_bytes(replace(DEEP, activation="gelu"), 16) > 1.3 * base
    twins = LabSettings(network="resnet20", weights="twins")
    own_weights = needed_bytes(twins, 1) - needed_bytes(replace(twins, weights="trained"), 1)
    assert own_weights == pytest.approx(4 * 0.27e6, rel=0.01)  # a second set of weights


def test_a_picture_is_one_image() -> None:
    assert "on 1 image needs" in will_fit(replace(DEEP, batch="picture"), GIB).sentence


def test_a_containers_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit, used = tmp_path / "limit", tmp_path / "used"
    monkeypatch.setattr(memory, "_CGROUP_FILES", ((str(limit), str(used)),))
    monkeypatch.setattr(
        memory.psutil, "virtual_memory", lambda: SimpleNamespace(available=8 * GIB, total=16 * GIB)
    )
    assert free_memory() == 8 * GIB  # no such files
    used.write_text(f"{GIB}\n")
    limit.write_text("max\n")
    assert free_memory() == 8 * GIB
    limit.write_text(f"{3 * GIB}\n")
    assert free_memory() == 2 * GIB
    limit.write_text(f"{GIB // 2}\n")
    assert free_memory() == 0
    assert not will_fit(LabSettings(network="resnet8")).fits


def test_it_is_asked_without_torch() -> None:
    code = (
        "import sys; from resnet_viz.lab.fit import will_fit; "
        "from resnet_viz.lab.settings import LabSettings; will_fit(LabSettings()); "
        "assert not {'torch', 'torchvision', 'PySide6'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_small_tensors_are_held_as_the_gradient_reader_says() -> None:
    from resnet_viz.probe.gradients import LARGE

    assert fit._SMALL == LARGE
