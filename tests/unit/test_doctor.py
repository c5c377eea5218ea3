"""The doctor finds what is missing, says how to get it, and judges the whole."""

import json
import re
import shutil
from importlib.metadata import requires

from resnet_viz import doctor, model_table
from resnet_viz.doctor import Finding, State, run
from resnet_viz.models.specs import names


def findings(check) -> dict[str, Finding]:
    return {f.what: f for f in check()}


def test_here_it_works(capsys):
    assert run() == 0
    printed = capsys.readouterr().out
    for expected in ("resnet-viz:", "torch:", "devices: ", "CPU", "PySide6:", "free"):
        assert expected in printed
    assert "works here" in printed


def test_a_fault_makes_it_fail(monkeypatch, capsys):
    def broken():
        yield Finding(State.FAULT, "thing", "missing", "pip install thing")

    monkeypatch.setattr(doctor, "CHECKS", (broken,))
    assert run() == 1
    printed = capsys.readouterr().out
    assert "FAULT thing: missing" in printed
    assert "pip install thing" in printed


def test_missing_packages_are_faults_only_where_needed(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    found = findings(doctor._packages)
    assert found["torch"].state is State.FAULT
    assert found["torch"].mend == "pip install torch"
    assert found["scikit-image"].state is State.NOTE


def test_missing_system_libraries(monkeypatch):
    monkeypatch.setattr(doctor, "missing_libraries", lambda: {"libEGL.so.1": "libegl1"})
    found = findings(doctor._qt)["Qt's system libraries"]
    assert found.state is State.FAULT
    assert "libEGL.so.1" in found.found
    assert "libegl1" in found.mend


def test_the_version_of_qt_that_aborts_python(monkeypatch):
    import PySide6.QtCore

    monkeypatch.setattr(PySide6.QtCore, "__version__", "6.12.0")
    assert findings(doctor._qt)["PySide6"].state is State.FAULT


def test_no_display_is_no_fault(monkeypatch):
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    found = findings(doctor._display)["display"]
    assert found.state is State.NOTE
    assert "report" in found.mend


def test_little_room_and_folders_that_cannot_be_written(tmp_path, monkeypatch):
    deep = tmp_path / "not" / "there" / "yet"
    assert doctor._folder("cache", deep).state is State.OK
    full = shutil._ntuple_diskusage(100, 100, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    assert doctor._folder("cache", deep).state is State.NOTE
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert "cannot be written" in doctor._folder("cache", deep).found


def test_models_lists_every_preset(capsys):
    assert model_table.run(as_json=False) == 0
    table = capsys.readouterr().out
    assert model_table.run(as_json=True) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(names()) <= set(rows)
    assert all(name in table for name in names())
    assert rows["resnet50"]["parameters"] == 25_557_032
    assert rows["resnet50"]["weights"] == ["imagenet"]
    assert rows["preresnet50"]["weights"] == []
    assert rows["resnet1202"]["blocks"] == 600


def test_models_shows_bundled_weights(monkeypatch):
    from resnet_viz.images import CIFAR10
    from resnet_viz.models.bundled import Card

    labels = tuple("abcdefghij")
    card = Card("plain20", "CIFAR-10", {}, 10, labels, CIFAR10, 0.9, 10_000, "r.toml", 0, 1, "0")
    monkeypatch.setattr(model_table, "bundled", lambda: {"plain20": card})
    order = [row.name for row in model_table.rows()]
    assert order[order.index("resnet20") + 1] == "plain20"
    row = next(row for row in model_table.rows() if row.name == "plain20")
    assert (row.weights, row.accuracy, row.title) == (("bundled",), 0.9, "plain-20")


def test_bench_prints_what_was_measured(monkeypatch, capsys):
    from resnet_viz import bench
    from resnet_viz.analysis import capture_speed

    row = {
        "name": "tiny",
        "blocks": 3,
        "ratio_min": 1.01,
        "ratio_median": 1.02,
        "ratio_cpu": 1.03,
        "bare_ms": 10.0,
        "capture_ms": 10.1,
        "capture_ms_per_block": 3.4,
    }
    asked = []
    monkeypatch.setattr(
        capture_speed, "measure", lambda models, repeats: asked.append((*models, repeats)) or [row]
    )
    assert bench.run(quick=True) == 0
    printed = capsys.readouterr().out
    assert asked == [("resnet20", 5), ("resnet18", 5)]
    for expected in ("1.01", "1.02", "1.03", "10.1", "torch", "1.05"):
        assert expected in printed
    assert bench.run(as_json=True) == 0
    content = json.loads(capsys.readouterr().out)
    assert [r["name"] for r in content["rows"]] == ["tiny"] * 4
    assert content["environment"]["torch"]


def test_every_dependency_is_looked_for_and_nothing_else():
    declared = {
        re.split(r"[^\w.-]", r)[0] for r in requires("resnet-viz") or () if "extra" not in r
    }
    assert set(doctor._PACKAGES.values()) == declared - {"pyside6-essentials"}  # has its own line
