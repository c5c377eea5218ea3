"""`resnet-viz lab`: its files agree with each other and with what was measured."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz.cli import main
from resnet_viz.errors import UserError
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.csv_text import curves_csv, table_csv
from resnet_viz.lab.experiments import DepthSweep, Pair
from resnet_viz.lab.findings import Chart, Curve, Finding, Table
from resnet_viz.lab.line import from_line
from resnet_viz.lab.results import slug
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies.table import STUDIES
from resnet_viz.models.network import build

CONFIG = """\
title = "Tiny & quick"

[settings]
network = "resnet8"
batch = "noise"
batch_size = 2
seed = 3
device = "cpu"

[[experiment]]
kind = "pair"
name = "No norm, <Xavier>"
settings = { init = "xavier" }

[[experiment]]
kind = "depth"
depths = [8, 14]
"""

FOLDERS = ("01-no-norm-xavier", "02-gradient-against-depth")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def lab(config: Path, out: Path, *more: str) -> int:
    return main(["lab", str(config), "--out", str(out), *more])


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes, on a device named on the command line."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "tiny.toml").write_text(CONFIG, encoding="utf-8")
    assert lab(folder / "tiny.toml", folder / "deep" / "out", "--device", "cpu") == 0
    return folder / "deep" / "out"


def content(out: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((out / "lab.json").read_text(encoding="utf-8"))
    return loaded


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


# --- what is written -----------------------------------------------------------------------


def test_every_experiment_has_its_folder_with_every_file(out: Path) -> None:
    assert {path.name for path in out.iterdir()} == {"lab.json", "index.html", *FOLDERS}
    for experiment in content(out)["experiments"]:
        assert experiment["status"] == "complete"
        listed = [f for kind in ("charts", "tables") for e in experiment[kind] for f in e["files"]]
        written = [f"{p.parent.name}/{p.name}" for p in (out / experiment["folder"]).iterdir()]
        assert sorted(listed) == sorted(written)
    assert not list(out.rglob(".*"))


def test_figures_are_real_pictures(out: Path) -> None:
    for path in out.rglob("*.png"):
        with Image.open(path) as picture:
            assert picture.size == (1382, 777)  # readable on a slide
            assert len(picture.convert("L").getcolors() or []) > 10
        svg = ET.parse(path.with_suffix(".svg")).getroot()
        assert svg.tag.endswith("svg")


def test_numbers_are_those_of_plain_torch(out: Path) -> None:
    """Xavier weights, random images: the first block's gradient by autograd alone."""
    settings = LabSettings(
        network="resnet8", init="xavier", batch="noise", batch_size=2, seed=3, device="cpu"
    )
    batch = Bench().batch(settings)
    found = rows(out / FOLDERS[0] / "gradient-by-block.csv")
    for side, role in (("residual", "residual"), ("plain", "plain")):
        net = build(settings.spec(side), seed=3).train()  # type: ignore[arg-type]
        inputs: list[torch.Tensor] = []
        block = net.get_submodule("layer1.0")
        handle = block.register_forward_pre_hook(lambda module, args, i=inputs: i.append(args[0]))  # type: ignore[misc]
        loss = torch.nn.functional.cross_entropy(net(batch.images), batch.targets)
        (gradient,) = torch.autograd.grad(loss, inputs)
        handle.remove()
        (row,) = [r for r in found if r["role"] == role and r["name"] == "layer1.0"]
        assert float(row["y"]) == pytest.approx(gradient.norm().item(), rel=1e-4)


def test_csv_and_json_hold_the_same_numbers(out: Path) -> None:
    for experiment in content(out)["experiments"]:
        for chart in experiment["charts"]:
            written = rows(out / chart["files"][2])
            expected = [
                (curve["label"], x, y)
                for curve in chart["curves"]
                for x, y in zip(curve["x"], curve["y"], strict=True)
            ]
            assert [(r["curve"], float(r["x"]), float(r["y"])) for r in written] == expected
        for table in experiment["tables"]:
            written = rows(out / table["files"][0])
            assert len(written) == len(table["rows"])
            assert list(written[0]) == table["columns"]


def test_json_holds_everything_that_decides_the_numbers(out: Path) -> None:
    loaded = content(out)
    assert loaded["title"] == "Tiny & quick"
    assert loaded["config"] == {"name": "tiny.toml", "text": CONFIG}
    assert loaded["versions"]["torch"] == torch.__version__
    assert loaded["not_finite"] == []
    first, second = loaded["experiments"]
    assert first["name"] == "No norm, <Xavier>"
    assert first["experiment"] == {"kind": "pair"}
    assert second["experiment"] == {"kind": "depth", "depths": [8, 14]}
    assert (first["settings"]["init"], second["settings"]["init"]) == ("xavier", "torch")
    assert first["settings"]["alpha"] == 1.0
    assert first["settings"]["cut"] == []
    assert first["sentence"].startswith("With skips")
    assert first["elapsed_s"] > 0
    assert first["done"] == first["total"] == 2


def test_the_line_asks_the_same_again(out: Path) -> None:
    for experiment in content(out)["experiments"]:
        state = from_line(experiment["line"])
        assert state.experiment is not None
        assert state.experiment.key == experiment["experiment"]["kind"]
        assert state.settings.init == experiment["settings"]["init"]
        assert state.settings.network == "resnet8"


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values["href"])
        elif tag in ("script", "link", "img", "iframe"):
            self.loaded.append(tag)


def test_the_page_needs_nothing_else(out: Path) -> None:
    text = (out / "index.html").read_text(encoding="utf-8")
    page = Links()
    page.feed(text)
    assert page.loaded == []
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        assert link[1:] in page.ids if link.startswith("#") else (out / link).is_file()
    assert "<h1>Tiny &amp; quick</h1>" in text
    assert "No norm, &lt;Xavier&gt;" in text
    experiments = content(out)["experiments"]
    assert all(e["sentence"].replace("'", "&#x27;") in text for e in experiments)
    assert text.count("<svg") == sum(len(e["charts"]) for e in experiments)


def test_only_one_and_over_an_earlier_run(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    (out / "02-gradient-against-depth").mkdir(parents=True)
    (out / "index.html").write_text("earlier")
    (out / "mine.txt").write_text("kept")
    assert lab(config, out, "--only", "depth") == 0
    assert [e["number"] for e in content(out)["experiments"]] == [2]
    assert (out / "mine.txt").read_text() == "kept"
    assert "earlier" not in (out / "index.html").read_text(encoding="utf-8")
    printed = capsys.readouterr()
    assert printed.out == f"Wrote {out / 'index.html'}\n"
    (line,) = printed.err.splitlines()
    assert line.startswith("[1/1] Gradient against depth: ")
    assert "\x1b" not in printed.err


# --- endings -------------------------------------------------------------------------------


def test_refusals_are_one_line_and_write_nothing(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    config.write_text(CONFIG.replace("depths", "deps"))
    for arguments, words in (
        ([str(tmp_path / "no.toml")], "Cannot read the experiments"),
        ([str(config)], "tiny.toml, line 17, [[experiment]] 2: 'deps' is not an option"),
    ):
        assert main(["lab", *arguments, "--out", str(out)]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert words in printed.err
        assert printed.err.count("\n") == 1
        assert not out.exists()
    config.write_text(CONFIG)
    assert lab(config, out, "--device", "tpu") == 2
    assert "no device 'tpu'" in capsys.readouterr().err
    assert not out.exists()
    (tmp_path / "file").write_text("x")
    assert lab(config, tmp_path / "file") == 2
    assert "it is a file" in capsys.readouterr().err


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replace what answers a kind of experiment."""

    def replace_study(kind: type, answer: Any) -> None:
        monkeypatch.setitem(STUDIES, kind, answer)

    return replace_study


def partial(settings: LabSettings, done: int) -> Finding:
    y = np.array([1.0, 2.0, np.nan])
    curve = Curve("with skips", "residual", np.arange(3.0), y)
    chart = Chart("some-chart", "Some", "x", "y", (curve,))
    return Finding(DepthSweep(), settings, (chart,), sentence="So far.", done=done, total=3)


def test_interrupted_keeps_what_is_finished(
    config: Path, tmp_path: Path, study: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(bench: Bench, settings: LabSettings, asked: object) -> Iterator[Finding]:
        yield partial(settings, 1)
        signal.raise_signal(signal.SIGINT)
        bench.check()
        yield partial(settings, 2)

    study(DepthSweep, interrupted)
    config.write_text(CONFIG + '[[experiment]]\nkind = "pair"\n')
    before = signal.getsignal(signal.SIGINT)
    assert lab(config, tmp_path / "out") == 130
    assert signal.getsignal(signal.SIGINT) is before
    first, second = content(tmp_path / "out")["experiments"]
    assert (first["status"], second["status"]) == ("complete", "stopped")
    assert (second["done"], second["total"]) == (1, 3)
    assert second["charts"][0]["curves"][0]["y"] == [1.0, 2.0, None]
    assert (tmp_path / "out" / FOLDERS[1] / "some-chart.png").is_file()
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Stopped after 1 of 3 parts. So far." in page
    assert "1 of 3 not run." in page
    assert "[2/3] Gradient against depth: stopped. So far." in capsys.readouterr().err


def test_interrupted_before_anything_was_found(config: Path, tmp_path: Path, study: Any) -> None:
    def interrupted(bench: Bench, settings: LabSettings, asked: object) -> Iterator[Finding]:
        signal.raise_signal(signal.SIGINT)
        bench.check()
        yield partial(settings, 1)

    study(Pair, interrupted)
    assert lab(config, tmp_path / "out") == 130
    (only,) = content(tmp_path / "out")["experiments"]
    assert (only["status"], only["charts"]) == ("stopped", [])


def test_a_failure_leaves_the_others_alone(
    config: Path, tmp_path: Path, study: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(bench: Bench, settings: LabSettings, asked: object) -> Iterator[Finding]:
        yield partial(settings, 1)
        raise UserError("The memory is full.", "Choose less.")

    study(Pair, failing)
    assert lab(config, tmp_path / "out") == 2
    first, second = content(tmp_path / "out")["experiments"]
    assert (first["status"], second["status"]) == ("failed", "complete")
    assert first["message"] == "The memory is full. Choose less."
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("resnet-viz: 1 of 2 experiments failed; the first, 'No norm, <Xavier>':")
    assert "Failed: The memory is full." in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_missing_weights_fail_their_experiment_alone(config: Path, tmp_path: Path) -> None:
    config.write_text(CONFIG.replace('init = "xavier"', 'weights = "trained"'))
    assert lab(config, tmp_path / "out") == 2
    first, second = content(tmp_path / "out")["experiments"]
    assert (first["status"], second["status"]) == ("failed", "complete")
    assert "weights" in first["message"]


# --- files of strange numbers --------------------------------------------------------------


def test_strange_numbers_in_csv() -> None:
    y = np.array([0.0, np.inf, np.nan])
    curve = Curve("a, b", "plain", np.arange(3.0), y, low=y, high=y)
    chart = Chart("k", "K", "x", "y", (curve,), ticks=("one", "two", "three"))
    assert curves_csv(chart).splitlines() == [
        "curve,role,x,name,y,low,high",
        '"a, b",plain,0.0,one,0.0,0.0,0.0',
        '"a, b",plain,1.0,two,inf,inf,inf',
        '"a, b",plain,2.0,three,,,',
    ]
    table = Table("t", "T", ("a", "b (ms)"), ((1, None), ("x", np.float64(0.1))))
    assert table_csv(table) == "a,b (ms)\n1,\nx,0.1\n"


def test_strange_numbers_in_json(config: Path, tmp_path: Path, study: Any) -> None:
    def strange(bench: Bench, settings: LabSettings, asked: object) -> Iterator[Finding]:
        y = np.array([0.0, np.inf, np.nan])
        chart = Chart("c", "C", "x", "y", (Curve("a", "plain", np.arange(3.0), y),), y_log=True)
        table = Table("t", "T", ("a", "b"), ((np.float64(2.5), None), (np.int64(3), "x")))
        yield replace(partial(settings, 3), charts=(chart,), tables=(table,))

    study(Pair, strange)
    assert lab(config, tmp_path / "out", "--only", "1") == 0
    text = (tmp_path / "out" / "lab.json").read_text(encoding="utf-8")
    loaded = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    (experiment,) = loaded["experiments"]
    assert experiment["charts"][0]["curves"][0]["y"] == [0.0, None, None]
    assert experiment["tables"][0]["rows"] == [[2.5, None], [3, "x"]]
    # What was measured and is infinite is told apart from what was not measured.
    place = "experiments[0].charts[0].curves[0].y[1]"
    assert loaded["not_finite"] == [{"place": place, "value": "inf"}]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20 layers, no norm, torch's default", "20-layers-no-norm-torchs-default"),
        ("Größe/../α", "groe"),
        ("???", "experiment"),
        ("a" * 99, "a" * 48),
    ],
)
def test_names_become_safe_folders(name: str, expected: str) -> None:
    assert slug(name).startswith(expected[:4])
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?", slug(name))
