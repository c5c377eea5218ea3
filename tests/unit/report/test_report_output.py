"""The files of a report: strict JSON, honest figures, one page that needs nothing else."""

import base64
import csv
import io
import json
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from resnet_viz.errors import UserError
from resnet_viz.glossary import term
from resnet_viz.report.command import render
from resnet_viz.report.files import prepare_folder, write_files
from resnet_viz.report.maps import draw_maps, draw_maps_narrow, formula, mosaic
from resnet_viz.report.overview import draw_overview
from resnet_viz.report.tables import FIELDS, blocks_csv, report_json

# Copied from the documentation, not from the code: others read these names.
BLOCK_FIELDS = [
    *("name", "stage", "kind", "shortcut", "skip", "main", "out_shape", "parameters", "macs"),
    *("norm_shortcut", "norm_branch", "norm_out", "cosine", "zero_share", "grad_in", "grad_out"),
    *("grad_via_shortcut", "grad_via_branch", "grad_params"),
]
TOP_FIELDS = {
    *("model", "weights", "device", "seed", "image", "input_shape", "loss", "target"),
    *("predictions", "totals", "blocks"),
}


@pytest.fixture(scope="module")
def files(result):
    return render(result)


def test_json_has_the_documented_fields(files, result):
    content = json.loads(files["report.json"])
    assert set(content) >= TOP_FIELDS
    assert content["model"] == "resnet20"
    assert content["weights"] == "none"
    assert content["input_shape"] == [1, 3, 32, 32]
    assert content["target"] == 3
    assert set(content["totals"]) == {"parameters", "macs", "activation_bytes"}
    assert content["totals"]["parameters"] == 269_722
    assert content["not_finite"] == []

    predictions = content["predictions"]
    assert [set(p) for p in predictions] == [{"index", "label", "probability"}] * 5
    logits = result.snapshot.logits[0].astype(float)
    expected = np.exp(logits) / np.exp(logits).sum()
    best = np.argsort(-expected)[:5]
    assert [p["index"] for p in predictions] == best.tolist()
    np.testing.assert_allclose([p["probability"] for p in predictions], expected[best])

    blocks = content["blocks"]
    assert [b["name"] for b in blocks] == [b.name for b in result.blocks]
    assert all(list(b)[: len(BLOCK_FIELDS)] == BLOCK_FIELDS for b in blocks)
    assert {b["name"] for b in blocks if b["skip"] == 0} == {"layer2.1"}
    assert {b["name"] for b in blocks if b["main"] == 0} == {"layer3.2"}
    assert {b["shortcut"] for b in blocks} == {"identity", "pad"}
    assert blocks[-1]["out_shape"] == [64, 8, 8]


def broken(result):
    """The same measurement with an overflow, a NaN and an underflow in it."""
    first, second, third, *rest = result.blocks
    blocks = (
        replace(first, grad_in=math.inf, grad_via_branch=math.nan),
        replace(second, grad_in=0.0, grad_via_branch=0.0, grad_via_shortcut=0.0),
        replace(third, norm_branch=math.inf, zero_share=math.nan),
        *rest,
    )
    return replace(result, snapshot=replace(result.snapshot, blocks=blocks, loss=math.nan))


def test_what_json_cannot_say_is_null_and_listed(result):
    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    content = json.loads(report_json(broken(result)), parse_constant=refuse)
    assert content["loss"] is None
    assert content["blocks"][0]["grad_in"] is None
    assert content["blocks"][1]["grad_in"] == 0.0
    listed = {entry["place"]: entry["value"] for entry in content["not_finite"]}
    assert listed["blocks[0].grad_in"] == "inf"
    assert listed["blocks[0].grad_via_branch"] == "nan"
    assert listed["loss"] == "nan"


def test_csv_holds_the_same_numbers(result):
    rows = list(csv.DictReader(io.StringIO(blocks_csv(result))))
    assert tuple(rows[0]) == FIELDS
    assert [r["name"] for r in rows] == [b.name for b in result.blocks]
    assert [float(r["grad_in"]) for r in rows] == [b.grad_in for b in result.blocks]
    assert rows[0]["out_shape"] == "16x32x32"
    assert blocks_csv(broken(result)).splitlines()[1].count("inf") == 1


def test_every_figure_is_a_png_and_a_well_formed_svg(files):
    names = {name[:-4] for name in files if name.endswith(".png")}
    shown = {"maps-layer1.0", "maps-layer2.1", "maps-layer3.2"}
    assert names == {"input", "overview", *shown}
    for name in names:
        with Image.open(io.BytesIO(files[f"{name}.png"])) as image:
            assert image.format == "PNG"
            assert len(image.convert("RGB").getcolors(1 << 24)) > 20
        assert ET.fromstring(files[f"{name}.svg"]).tag.endswith("svg")


def test_figures_of_the_same_measurement_are_the_same_files(files, result):
    again = render(result)
    assert all(again[name] == content for name, content in files.items())


class Page(HTMLParser):
    """Collects what a page asks for from outside, and whether its tags are closed."""

    VOID = {"meta", "link", "img", "br", "input", "hr"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.outside, self.ids, self.open, self.data = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "data", "srcset", "action"):
                if not value.startswith(("#", "data:")):
                    self.outside.append(value)
            elif name == "id":
                self.ids.append(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.data.append(data)


def test_page_needs_nothing_else(files):
    text = files["index.html"].decode()
    page = Page(text)
    assert page.open == []
    assert page.outside == []
    assert len(page.ids) == len(set(page.ids))
    for forbidden in ("http:", "https:", "@import", "<script", "<link"):
        assert forbidden not in text
    references = set(re.findall(r"url\(#([^)]+)\)", text)) | set(
        re.findall(r'href="#([^"]+)', text)
    )
    assert references <= set(page.ids)
    assert "prefers-color-scheme:dark" in text
    assert 'name="viewport"' in text


def test_page_says_what_was_measured(files, result):
    text = files["index.html"].decode()
    words = " ".join("".join(Page(text).data).split())
    assert "ResNet-20 on a <b> & c.png" in words  # and not as markup
    for block in result.blocks:
        assert block.name in words
    assert "1 of 9 skip connections cut" in words
    assert result.versions["torch"] in words
    assert "The network is not trained" in words


def test_figures_in_the_page_follow_its_colours(files):
    text = files["index.html"].decode()
    figures = "".join(re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL))
    assert "var(--shortcut)" in figures
    assert "#e69f00" not in figures
    assert "#e69f00" in files["overview.svg"].decode()


def lanes(result) -> tuple[Figure, list]:
    figure, _ = draw_overview(result)
    return figure, figure.axes


def drawn(axes) -> dict[str, list[float]]:
    """x positions of the markers in a lane, by marker."""
    return {line.get_marker(): list(line.get_xdata()) for line in axes.get_lines()}


def test_underflow_and_overflow_are_drawn_and_named(result):
    _, (_, gradient, *_) = lanes(broken(result))
    markers = drawn(gradient)
    assert markers["v"] == [1]  # 0 on the floor
    assert markers["^"] == [0]  # infinity at the ceiling
    words = [text.get_text() for text in gradient.texts]
    assert "0: below 1e-45" in words
    assert "not finite" in words
    low, high = gradient.get_ylim()
    for line in gradient.get_lines():
        heights = np.asarray(line.get_ydata(), dtype=float)
        assert np.nanmin(heights) > low
        assert np.nanmax(heights) < high


def test_gradient_of_nothing_but_zeros_is_still_a_figure(result):
    blocks = tuple(replace(b, grad_in=0.0) for b in result.blocks)
    _, (_, gradient, *_) = lanes(replace(result, snapshot=replace(result.snapshot, blocks=blocks)))
    assert drawn(gradient)["v"] == list(range(9))


def test_lane_heights_are_the_measured_shares(result):
    _, (_, gradient, forward, _, zeros) = lanes(result)
    line = next(x for x in gradient.get_lines() if len(x.get_xdata()) == 9)
    np.testing.assert_allclose(10 ** line.get_ydata(), [b.grad_in for b in result.blocks])
    branch, shortcut = forward.containers
    for i, block in enumerate(result.blocks):
        a, b = block.skip * block.norm_shortcut, block.main * block.norm_branch
        assert shortcut[i].get_height() == pytest.approx(a / (a + b))
        assert branch[i].get_height() == pytest.approx(b / (a + b))
    heights = [bar.get_height() for bar in zeros.containers[0]]
    np.testing.assert_allclose(heights, [b.zero_share for b in result.blocks])


def test_formula_shows_the_gates(result):
    identity, pad = result.blocks[0], result.blocks[3]
    assert formula(result, identity) == "y = relu(x + F(x))"
    assert formula(result, replace(pad, skip=0.8)) == "y = relu(0.8 shortcut(x) + F(x))"
    assert formula(result, replace(identity, skip=0.0)) == "y = relu(F(x))"
    assert formula(result, replace(identity, skip=0.0, main=0.0)) == "y = relu(0)"
    pre = replace(result, spec=replace(result.spec, order="pre"))
    assert formula(pre, identity) == "y = x + F(x)"


def test_closed_paths_are_grey_and_named(result):
    figure, _ = draw_maps(result, "layer2.1")
    words = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert {"x, cut", "F(x)", "y"} <= words
    assert "+" not in {text.get_text() for text in figure.texts}
    figure, caption = draw_maps(result, "layer3.2")
    words = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert {"x", "F(x), left out", "y"} <= words
    figure, caption = draw_maps(result, "layer1.0")
    assert "+" in {text.get_text() for text in figure.texts}
    assert "16 channels" in caption


def test_the_class_asked_for_is_shown_even_if_improbable(result):
    worst = int(np.argmin(result.snapshot.logits[0]))
    snapshot = replace(result.snapshot, targets=(worst,))
    text = render(replace(result, snapshot=snapshot))["index.html"].decode()
    assert f"{result.labels[worst]} <span" in text
    assert text.count('class="bar"') == 6


def test_mosaic_keeps_every_value_in_place():
    grid = np.arange(6 * 3 * 2, dtype=float).reshape(6, 3, 2)
    picture = mosaic(grid)
    assert picture.shape == (2 * 3 + 1, 4 * 2 + 3)
    np.testing.assert_array_equal(picture[4:7, 3:5], grid[5])
    assert np.isnan(picture[3]).all()


def test_maps_for_a_phone_show_the_same_channels(result):
    """Under each other, in twice as long rows, on the same scale."""
    wide, narrow = draw_maps(result, "layer2.1"), draw_maps_narrow(result, "layer2.1")
    assert wide[1] == narrow[1]
    for figure, per_row in ((wide[0], 4), (narrow[0], 8)):
        maps = result.snapshot.maps["layer2.1"]
        places = [place for place in figure.axes if place.images][:3]
        for place, grid in zip(places, (maps.shortcut, maps.branch, maps.out), strict=True):
            drawn = np.asarray(place.images[0].get_array())
            chosen = [int(n) for n in re.findall(r"numbers ([\d, ]+);", wide[1])[0].split(",")]
            np.testing.assert_allclose(drawn, mosaic(grid[chosen].astype(float), per_row))
            assert place.images[0].get_clim() == wide[0].axes[0].images[0].get_clim()


def test_the_overview_for_a_phone_has_every_block(result):
    figure, caption = draw_overview(result, 3.7)
    assert caption == draw_overview(result)[1]
    gradient = figure.axes[1].lines[0].get_ydata()
    np.testing.assert_allclose(gradient, np.log10([b.grad_in for b in result.blocks]))


def test_words_are_explained_without_the_program(files):
    words = " ".join("".join(Page(files["index.html"].decode()).data).split())
    for name in ("residual block", "skip connection", "share of the skip", "gradient norm"):
        assert name in words
    assert "window" not in words
    assert term("gradient").says in words


def test_the_page_carries_the_figures_with_all_digits(files):
    text = files["index.html"].decode()
    for name, kind in (("blocks.csv", "text/csv"), ("report.json", "application/json")):
        pattern = f'<a download="{name}" href="data:{kind};base64,([^"]+)"'
        (inside,) = re.findall(pattern, text)
        assert base64.b64decode(inside) == files[name]


def test_a_full_disk_leaves_the_earlier_report(tmp_path, monkeypatch):
    write_files(tmp_path, {"report.json": b"old", "blocks.csv": b"old"})
    from pathlib import Path

    real = Path.write_bytes

    def full(self, content):
        if "blocks.csv" in self.name:
            raise OSError(28, "No space left on device")
        return real(self, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match="No space left"):
        write_files(tmp_path, {"report.json": b"new", "blocks.csv": b"new"})
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        "report.json": b"old",
        "blocks.csv": b"old",
    }


def test_folders_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "inside", tmp_path / ("x" * 300)):
        with pytest.raises(UserError, match="Cannot write the report"):
            prepare_folder(folder)
    prepare_folder(tmp_path / "new" / "deep")
    assert (tmp_path / "new" / "deep").is_dir()
    assert not list((tmp_path / "new" / "deep").iterdir())
