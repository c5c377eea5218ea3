"""Figures as files: other programs see in SVG and PDF what the PNG shows, in type that prints."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from charts import bar_chart, finding, ratio_chart, sweep_chart
from fakes import FakeClient
from figure_checks import (
    Page,
    assert_alike,
    assert_printable,
    drawn_by_poppler,
    drawn_by_rsvg,
    ink_box,
    needs,
    opened,
    saved,
)
from PIL import Image
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from recorded_runs import write_run
from train_pages import open_run, staged

from resnet_viz.engine.messages import ModelChoice
from resnet_viz.errors import UserError
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.specs import spec
from resnet_viz.ui.explore import ExploreWorkspace
from resnet_viz.ui.figures.chart_figures import chart_figure, finding_figures
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.figures.gradients_figures import pair_figures
from resnet_viz.ui.figures.sheet import DOUBLE, SINGLE, SLIDE, Sheet
from resnet_viz.ui.figures.train_figures import block_figure, live_figures
from resnet_viz.ui.figures.writing import Options, clipboard, encoded, write
from resnet_viz.ui.gradients.pair_view import PairView
from resnet_viz.ui.gradients.session import LabSession
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.session import Session
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.block_page import BlockPage
from resnet_viz.ui.train.live_page import LivePage

KINDS = (
    "overview", "maps", "photo", "pair", "chart", "addition", "sweep", "ratio", "bars",
    "all charts", "loss", "heatmaps", "blocks",
)  # fmt: skip
Maker = Callable[[str], Figure]


# --- the figures under test ----------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A window that does not take its size from what is in it."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1200, 800)
    return made


@pytest.fixture
def made(qtbot: QtBot, window: QWidget, tmp_path: Path) -> Maker:
    """Makes a figure of each kind from invented measurements."""

    def make(kind: str) -> Figure:
        if kind in ("overview", "maps", "photo"):
            figures = explored(window)[1].figures()
            return figures[("overview", "maps", "photo").index(kind)]
        if kind in ("pair", "chart", "addition"):
            return paired(window)[("pair", "chart", "addition").index(kind)]
        if kind in ("sweep", "ratio", "bars"):
            charts = {"sweep": sweep_chart(), "ratio": ratio_chart(), "bars": bar_chart()}
            return chart_figure(charts[kind])
        figures = recorded(qtbot, window, tmp_path)
        return figures[{"all charts": 0, "loss": 1, "heatmaps": 3, "blocks": 4}[kind]]

    return make


def explored(window: QWidget) -> tuple[Session, ExploreWorkspace]:
    """Explore after a measurement and a cut."""
    client = FakeClient()
    client.setParent(window)
    session = Session(client, ModelChoice(spec("resnet20"), "bundled"), window)
    workspace = ExploreWorkspace(session, lambda _button: None, window)
    workspace.resize(1100, 700)
    client.model_ready.connect(session.on_model_ready)
    client.explored.connect(session.on_explored)
    session.choose(session.choice)
    client.answer_load()
    rgb = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    session.show_picture(Picture("noise.png", rgb))
    client.answer_explore()
    session.flip_skip("layer2.1")
    client.answer_explore(seed=1)
    return session, workspace


def paired(window: QWidget) -> tuple[Figure, ...]:
    client = FakeClient()
    session = LabSession(client, LabSettings(network="resnet20"), window)
    client.pair_measured.connect(session.on_pair_measured)
    session.activate()
    client.answer_pair()
    view = PairView(window)
    view.resize(900, 500)
    view.set_network(session.settings.spec("residual"), session.settings.spec("plain"))
    view.set_measured(session.measured)
    view.theory.wait()
    return pair_figures(session, view)


def recorded(qtbot: QtBot, window: QWidget, folder: Path) -> tuple[Figure, ...]:
    stage = staged(folder)
    stage.session.setParent(window)
    page, blocks = LivePage(stage.session, window), BlockPage(stage.session, window)
    for widget in (page, blocks):
        widget.resize(1000, 700)
    window.show()
    qtbot.waitExposed(window)
    open_run(qtbot, stage.session, write_run(folder / "run"))
    qtbot.waitUntil(lambda: not page.board.behind)
    reader = stage.session.reader
    assert reader is not None
    return (*live_figures(reader, page), block_figure(reader, blocks.recorded, None))


class Sign(QLabel):
    """The simplest widget of a figure."""

    def set_theme(self, theme: Theme) -> None:
        self.setStyleSheet(f"font-size: {theme.small_px}px;")


def sign(text: str = "words on a sheet", **more: object) -> Figure:
    return Figure("Sign", "Nothing was measured.", lambda: Sign(text), **more)  # type: ignore[arg-type]


# --- the three forms are one picture -------------------------------------------------------


@needs("rsvg-convert")
@pytest.mark.parametrize("kind", KINDS)
def test_another_program_draws_the_svg_as_the_png_is(
    made: Maker, tmp_path: Path, kind: str
) -> None:
    figure = made(kind)
    picture = opened(saved(figure, ".png", tmp_path))
    assert_alike(picture, drawn_by_rsvg(saved(figure, ".svg", tmp_path)))


@needs("pdftoppm")
@pytest.mark.parametrize("kind", KINDS)
def test_another_program_draws_the_pdf_as_the_png_is(
    made: Maker, tmp_path: Path, kind: str
) -> None:
    figure = made(kind)
    picture = opened(saved(figure, ".png", tmp_path))
    assert_alike(picture, drawn_by_poppler(saved(figure, ".pdf", tmp_path)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sheet", [SINGLE, DOUBLE, SLIDE], ids=["single", "double", "slide"])
def test_type_is_text_large_enough_and_whole(
    made: Maker, tmp_path: Path, kind: str, sheet: Sheet
) -> None:
    # What is too high for a slide is laid out a little smaller.
    least_pt = (0.8 if sheet is SLIDE else 0.95) * sheet.text_pt
    page = assert_printable(saved(made(kind), ".svg", tmp_path, sheet), least_pt)
    cut = [w.text for w in page.words() if w.text.endswith("…")]
    assert cut == []


@pytest.mark.parametrize("kind", ["overview", "pair", "chart", "sweep", "loss", "blocks"])
def test_charts_are_vectors_and_not_an_image_of_them(
    made: Maker, tmp_path: Path, kind: str
) -> None:
    svg = saved(made(kind), ".svg", tmp_path).read_text(encoding="utf-8")
    widths = [float(w) for w in re.findall(r'<image [^>]*width="([\d.]+)"', svg)]
    assert max(widths, default=0.0) < 330  # at most the band of raw values behind the curves
    assert svg.count("<path") > 15
    if kind in ("overview", "pair", "sweep"):
        assert not widths


@pytest.mark.parametrize("kind", ["sweep", "bars"])
def test_no_stroke_of_a_chart_depends_on_the_screen(made: Maker, tmp_path: Path, kind: str) -> None:
    """Lines are as wide as the type's size demands, in every form and at every resolution."""
    page = Page.read(saved(made(kind), ".svg", tmp_path))
    widths = [
        float(e.attrib["stroke-width"]) * page.mm_per_unit / 25.4 * 72
        for e in page.root.iter()
        if "stroke-width" in e.attrib
    ]
    assert 0.4 < min(widths) <= max(widths) < 3.0
    assert "vector-effect" not in (tmp_path / "figure.svg").read_text(encoding="utf-8")
    inks = []
    for dpi in (150, 600):
        image = opened(saved(made(kind), ".png", tmp_path, Sheet(85.0, dpi=dpi)))
        inks.append((np.asarray(image.convert("L")) < 160).mean())
    assert inks[0] == pytest.approx(inks[1], rel=0.12)


def test_pdf_has_its_fonts_and_its_size(made: Maker, tmp_path: Path) -> None:
    content = saved(made("pair"), ".pdf", tmp_path).read_bytes()
    assert b"/FontFile" in content
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert box is not None
    assert float(box[1]) == pytest.approx(85 / 25.4 * 72, abs=1.0)


@needs("pdftotext")
def test_the_text_of_a_pdf_can_be_searched(made: Maker, tmp_path: Path) -> None:
    import subprocess

    pdf = saved(made("pair"), ".pdf", tmp_path)
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True)
    assert "plain twin" in done.stdout.decode()


# --- sizes ---------------------------------------------------------------------------------


def test_a_png_is_as_large_as_the_sheet_says(tmp_path: Path) -> None:
    path = saved(sign(), ".png", tmp_path, Sheet(100.0, 50.0, dpi=254))
    with Image.open(path) as image:
        assert image.size == (1000, 500)
        assert image.info["dpi"][0] == pytest.approx(254, abs=0.1)
        assert image.info["Description"] == "Nothing was measured."


def test_an_svg_is_as_large_as_the_sheet_says(tmp_path: Path) -> None:
    root = Page.read(saved(sign(), ".svg", tmp_path, Sheet(100.0, 50.0))).root
    assert float(root.attrib["width"].removesuffix("mm")) == pytest.approx(100.0, abs=0.01)
    assert float(root.attrib["height"].removesuffix("mm")) == pytest.approx(50.0, abs=0.2)


def test_a_slide_has_the_pixels_of_a_screen(made: Maker, tmp_path: Path) -> None:
    image = opened(saved(made("overview"), ".png", tmp_path, SLIDE))
    assert image.width == 1920
    assert image.height == pytest.approx(1080, abs=1)


def test_type_grows_with_the_size_wanted(tmp_path: Path) -> None:
    for size in (8.0, 12.0):
        page = Page.read(saved(sign(), ".svg", tmp_path, Sheet(100.0, text_pt=size)))
        assert min(page.points()) == pytest.approx(size, rel=0.02)


def test_what_does_not_fit_is_laid_out_smaller_or_refused(tmp_path: Path) -> None:
    def wide() -> QWidget:
        label = Sign("wide")
        label.setMinimumWidth(360)
        return label

    figure = Figure("Wide", "", wide)
    smaller = Page.read(saved(figure, ".svg", tmp_path, Sheet(85.0)))
    assert 7.0 < min(smaller.points()) < 7.5
    with pytest.raises(UserError, match="does not fit") as error:
        saved(figure, ".svg", tmp_path, Sheet(50.0))
    assert "mm wide" in (error.value.hint or "")


@pytest.mark.parametrize(
    "wrong", [{"width_mm": 1.0}, {"height_mm": 5000.0}, {"text_pt": 2.0}, {"dpi": 10}]
)
def test_sizes_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UserError, match="must lie between"):
        Sheet(**wrong)  # type: ignore[arg-type]


def test_a_picture_too_large_for_memory_is_refused_before_it_is_made(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="too large"):
        saved(sign(), ".png", tmp_path, Sheet(1000.0, 1000.0, dpi=1200))
    assert list(tmp_path.iterdir()) == []


# --- caption, look, what is left out -------------------------------------------------------


def test_the_caption_says_what_the_numbers_depend_on(made: Maker) -> None:
    caption = made("overview").caption
    for part in ("ResNet-20", "random, seed 0", "noise.png", "float32", "1 of 9 skips cut"):
        assert part in caption
    assert caption.endswith("Dashes: before the last change.")
    pair = made("pair").caption
    for part in ("ResNet-20 and plain-20", "invented", "float32"):
        assert part in pair


def test_without_its_caption_a_figure_is_lower(tmp_path: Path) -> None:
    heights = [
        opened(write(sign(), tmp_path / "f.png", Options(caption=caption))).height
        for caption in (True, False)
    ]
    assert heights[0] > heights[1] + 30


@pytest.mark.parametrize("kind", KINDS)
def test_paper_is_white_up_to_the_edge(made: Maker, tmp_path: Path, kind: str) -> None:
    image = np.asarray(opened(saved(made(kind), ".png", tmp_path)))
    for edge in (image[0], image[-1], image[:, 0], image[:, -1]):
        assert (edge > 250).all()


def test_what_is_on_screen_stays_as_it_is(qtbot: QtBot, window: QWidget, tmp_path: Path) -> None:
    session, workspace = explored(window)
    window.show()
    qtbot.waitExposed(window)
    QApplication.processEvents()
    before = window.grab().toImage()
    for figure in workspace.figures():
        saved(figure, ".svg", tmp_path)
    assert window.grab().toImage() == before
    assert session.selected == "layer1.1"


def test_the_selection_leaves_no_mark(window: QWidget, tmp_path: Path) -> None:
    session, workspace = explored(window)
    pictures = []
    for name in ("layer1.1", "layer3.2"):
        session.select(name)
        pictures.append(saved(workspace.figures()[0], ".svg", tmp_path).read_bytes())
    assert pictures[0] == pictures[1]


# --- numbers -------------------------------------------------------------------------------


def test_csv_has_a_row_for_every_block(made: Maker, tmp_path: Path) -> None:
    figure = made("overview")
    text = saved(figure, ".csv", tmp_path).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["name"] for row in rows] == [b.name for b in spec("resnet20").blocks()]
    assert float(rows[4]["skip"]) == 0.0
    assert float(rows[0]["grad_in"]) == figure.data()["grad_in"][0]


def test_csv_keeps_every_digit_and_what_is_no_number(tmp_path: Path) -> None:
    data = {
        "x": np.array([0.1, np.nan, np.inf]),
        "short": np.array([1]),
        "grid": np.array([[1.0, 2.0], [3.0, 4.0]]),
    }
    text = saved(sign(data=lambda: data), ".csv", tmp_path).read_text(encoding="utf-8")
    assert text == "x,short,grid[0],grid[1]\n0.1,1,1.0,2.0\n,,3.0,4.0\ninf,,,\n"


def test_npz_gives_the_arrays_back(made: Maker, tmp_path: Path) -> None:
    figure = made("maps")
    with np.load(saved(figure, ".npz", tmp_path)) as arrays:
        for name, values in figure.data().items():
            np.testing.assert_array_equal(arrays[name], values)
        assert arrays["branch"].ndim == 3
        assert str(arrays["caption"]) == figure.caption


def test_maps_do_not_fit_into_a_table(made: Maker, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="3 dimensions"):
        saved(made("maps"), ".csv", tmp_path)


def test_charts_of_findings_have_their_numbers_and_sources() -> None:
    chart = sweep_chart()
    theory = replace(chart.curves[0], label="theory", role="theory", source="Somebody 2015")
    found = finding_figures([finding(None, None, replace(chart, curves=(*chart.curves, theory)))])[
        0
    ]
    assert "Somebody 2015" in found.caption
    np.testing.assert_array_equal(found.data()["plain twin y"], chart.curves[1].y)


# --- failures ------------------------------------------------------------------------------


def test_an_unknown_form_is_told_with_those_there_are() -> None:
    with pytest.raises(UserError, match="cannot be written") as error:
        encoded(sign(), ".docx", Options())
    assert ".svg" in (error.value.hint or "")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Cannot write"):
        write(sign(), tmp_path / "nowhere" / "figure.svg")


def test_a_figure_without_numbers_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no numbers"):
        saved(sign(), ".csv", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_clipboard_gets_pixels_and_vectors(made: Maker) -> None:
    mime = clipboard(made("pair"), Options(SINGLE))
    assert mime.hasImage()
    assert mime.imageData().width() == SINGLE.dots(85.0)
    assert bytes(mime.data("image/png").data()).startswith(b"\x89PNG")
    assert b"<svg" in bytes(mime.data("image/svg+xml").data())


def test_ink_is_found() -> None:
    """The oracle itself: a box of ink is where it was put."""
    image = Image.new("RGB", (50, 40), "white")
    image.paste((0, 0, 0), (10, 5, 30, 25))
    assert ink_box(image) == (10, 5, 29, 24)
