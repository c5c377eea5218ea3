"""What a figure's files must be like, seen by other programs than the one that wrote them."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from PySide6.QtGui import QFont, QFontMetricsF

from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.figures.sheet import Sheet
from resnet_viz.ui.figures.writing import Options, write

SVG = "{http://www.w3.org/2000/svg}"
DPI = 200
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def needs(program: str) -> pytest.MarkDecorator:
    """Skips where another program that could look at the file is missing."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def saved(figure: Figure, suffix: str, folder: Path, sheet: Sheet | None = None) -> Path:
    sheet = sheet or Sheet(85.0, dpi=DPI)
    return write(figure, folder / f"figure{suffix}", Options(sheet))


def drawn_by_rsvg(svg: Path) -> Image.Image:
    target = svg.with_suffix(".rsvg.png")
    dpi = str(DPI)
    command = ["rsvg-convert", "-b", "white", "-d", dpi, "-p", dpi, svg, "-o", target]
    subprocess.run(command, check=True)
    return opened(target)


def drawn_by_poppler(pdf: Path) -> Image.Image:
    target = pdf.with_suffix("")
    command = ["pdftoppm", "-r", str(DPI), "-png", "-singlefile", pdf, target]
    subprocess.run(command, check=True)
    found = target.with_name(target.name + ".png")
    return opened(found.replace(pdf.with_suffix(".poppler.png")))


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def ink_box(image: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of everything that is not nearly white."""
    dark = np.asarray(image).min(axis=2) < 200
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def soft(image: Image.Image) -> NDArray[np.float64]:
    """Without what differs in the smoothing of edges."""
    return np.asarray(image.filter(ImageFilter.GaussianBlur(2.5)), np.float64)


def assert_alike(one: Image.Image, other: Image.Image) -> None:
    """Two pictures of a figure: the same size, the same ink, nothing missing anywhere."""
    assert abs(one.width - other.width) <= 2
    assert abs(one.height - other.height) <= 2
    np.testing.assert_allclose(ink_box(one), ink_box(other), atol=4)
    difference = np.abs(soft(one) - soft(other.resize(one.size)))
    assert difference.mean() < 6.0
    # A line, a label or a bar that is missing shows in a spot of its own.
    spots = difference.max(axis=2)
    height, width = (n // 12 * 12 for n in spots.shape)
    blocks = spots[:height, :width].reshape(height // 12, 12, width // 12, 12).mean(axis=(1, 3))
    assert blocks.max() < 70.0


@dataclass(frozen=True)
class Words:
    """A text of an SVG: where it begins, and how wide and high it is, in units of the page."""

    text: str
    x: float
    y: float
    width: float
    size: float


@dataclass(frozen=True)
class Page:
    """An SVG as another program reads it."""

    root: ElementTree.Element
    width: float
    height: float
    mm_per_unit: float

    @classmethod
    def read(cls, path: Path) -> Page:
        root = ElementTree.parse(path).getroot()
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        mm = float(root.attrib["width"].removesuffix("mm"))
        return cls(root, width, height, mm / width)

    def words(self) -> list[Words]:
        """All texts that are not turned."""
        found = []
        for element in self.root.iter(f"{SVG}text"):
            if "transform" in element.attrib:
                continue
            size = float(element.attrib["font-size"])
            font = QFont()
            font.setPixelSize(round(size * 8))  # metrics of large type are not rounded
            font.setWeight(QFont.Weight(int(element.attrib.get("font-weight", "400"))))
            text = element.text or ""
            width = QFontMetricsF(font).horizontalAdvance(text) * size / round(size * 8)
            x, y = float(element.attrib["x"]), float(element.attrib["y"])
            found.append(Words(text, x, y, width, size))
        return found

    def points(self) -> list[float]:
        """The sizes of all type in print."""
        sizes = [float(e.attrib["font-size"]) for e in self.root.iter(f"{SVG}text")]
        return [size * self.mm_per_unit / 25.4 * 72 for size in sizes]

    def unclipped_places(self) -> NDArray[np.float64]:
        """(n, 2) corners of everything that no clip keeps inside."""
        places: list[tuple[float, float]] = []
        for element in self.root:
            if element.tag == f"{SVG}path":
                numbers = list(map(float, _NUMBER.findall(element.attrib["d"])))
                places += zip(numbers[::2], numbers[1::2], strict=True)
        return np.array(places).reshape(-1, 2)


def assert_printable(svg: Path, least_pt: float = 7.5) -> Page:
    """Text is text, large enough, whole and on the page; so are all lines."""
    page = Page.read(svg)
    words = page.words()
    assert len(words) > 3
    assert min(page.points()) >= least_pt
    for one in words:
        assert one.x >= -0.5, one
        assert one.x + one.width <= page.width + 1.5, one
        assert 0 < one.y <= page.height, one
    places = page.unclipped_places()
    assert places.size
    assert places.min() >= -1.0
    assert places[:, 0].max() <= page.width + 1.0
    assert places[:, 1].max() <= page.height + 1.0
    return page
