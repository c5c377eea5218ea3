"""The overview paints every state it can be in, and paints it without losing references."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from snapshots import synthetic_snapshot

from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import ResNetSpec, spec
from resnet_viz.ui.overview.lanes import LANE_NAMES
from resnet_viz.ui.overview.off_axis import note_place
from resnet_viz.ui.overview.widget import OverviewWidget
from resnet_viz.ui.theme import THEMES, Theme

# The offscreen platform says of every shown widget that it cannot limit its size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def shown(qtbot: QtBot, network: ResNetSpec) -> OverviewWidget:
    widget = OverviewWidget()
    qtbot.addWidget(widget)
    widget.resize(950, 520)
    widget.set_lanes(set(LANE_NAMES))
    widget.set_network(network)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def painted(widget: OverviewWidget) -> QImage:
    return widget.grab().toImage()


def has_colour(image: QImage, name: str, tolerance: int = 6) -> bool:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4)[:, :3].astype(int)
    wanted = QColor(name)
    off = np.abs(pixels - (wanted.blue(), wanted.green(), wanted.red()))
    return bool((off.max(axis=1) <= tolerance).any())


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_each_theme_paints_its_own_colours(qtbot: QtBot, theme: Theme) -> None:
    network = spec("resnet18")
    widget = shown(qtbot, network)
    widget.set_theme(theme)
    widget.set_snapshot(synthetic_snapshot(network))
    image = painted(widget)
    for colour in (theme.card, theme.shortcut, theme.branch, theme.gradient, theme.highlight):
        assert has_colour(image, colour)


def test_waiting_overview_draws_blocks_but_no_curve(qtbot: QtBot) -> None:
    widget = shown(qtbot, spec("resnet18"))
    image = painted(widget)
    theme = THEMES["light"]
    assert has_colour(image, theme.shortcut)
    assert not has_colour(image, theme.gradient)
    widget.set_snapshot(synthetic_snapshot(spec("resnet18")))
    assert has_colour(painted(widget), theme.gradient)


def test_overview_without_a_network_is_an_empty_card(qtbot: QtBot) -> None:
    widget = OverviewWidget()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    assert not has_colour(painted(widget), THEMES["light"].shortcut)


@pytest.mark.parametrize("name", ["resnet18", "resnet110", "resnet1202"])
@pytest.mark.parametrize("zoom", [1.0, 4.0, 40.0])
@pytest.mark.parametrize("case", ["plain", "mixed", "underflow", "broken"])
def test_every_state_is_painted_at_every_depth(
    qtbot: QtBot, name: str, zoom: float, case: str
) -> None:
    network = spec(name)
    names = [b.name for b in network.blocks()]
    gates = {
        "plain": dict.fromkeys(names, Gate(0.0, 1.0)),
        "mixed": {
            n: (Gate(0.4, 1.0), Gate(1.0, 0.0), Gate(0.0, 0.0), Gate(0.0, 0.5))[i % 4]
            for i, n in enumerate(names)
        },
    }.get(case, {})
    first = 1e-90 if case == "underflow" else 0.01
    snapshot = synthetic_snapshot(network, gates, first=first)
    if case == "broken":
        bad = {"grad_in": float("nan"), "norm_branch": float("inf"), "mean_out": float("nan"),
               "zero_share": float("nan"), "grad_via_branch": float("inf")}  # fmt: skip
        blocks = [replace(b, **bad) if i % 3 else b for i, b in enumerate(snapshot.blocks)]
        snapshot = replace(snapshot, blocks=tuple(blocks))
    widget = shown(qtbot, network)
    widget.set_gates(gates)
    widget.set_snapshot(snapshot)
    widget.set_ghost(synthetic_snapshot(network, seed=5))
    canvas = widget.canvas
    canvas.set_axis(canvas.scene.axis.zoomed(zoom, 400.0))
    assert has_colour(painted(widget), THEMES["light"].gradient) or case == "broken"


def test_ghost_is_drawn_beside_the_curve(qtbot: QtBot) -> None:
    network = spec("resnet18")
    widget = shown(qtbot, network)
    widget.set_snapshot(synthetic_snapshot(network, first=1e-3))
    before = painted(widget)
    widget.set_ghost(synthetic_snapshot(network, first=1e-1))
    assert painted(widget) != before
    widget.set_ghost(None)
    assert painted(widget) == before


def test_painting_keeps_the_references_to_none(qtbot: QtBot) -> None:
    """One release of PySide6 lost a reference to None at every call of a painter.

    Thousands of calls later the interpreter aborts, so the count is what can be tested.
    """
    network = spec("resnet34")
    widget = shown(qtbot, network)
    widget.set_snapshot(synthetic_snapshot(network, {"layer2.1": Gate(0.0, 1.0)}))
    widget.set_ghost(synthetic_snapshot(network, seed=2))
    image = QImage(widget.size(), QImage.Format.Format_ARGB32_Premultiplied)

    def paint(times: int) -> None:
        for index in range(times):
            widget.canvas.state.hovered = index % 16
            widget.canvas.invalidate()
            widget.render(image)
        QApplication.processEvents()

    paint(3)
    gc.collect()
    before = sys.getrefcount(None)
    paint(40)
    gc.collect()
    # A painting has some hundreds of such calls: 40 of them would lose or leave thousands.
    assert abs(sys.getrefcount(None) - before) < 400


@pytest.mark.parametrize("zeros", [range(0), range(5), range(11, 16), range(4, 9), range(16)])
@pytest.mark.parametrize("selected", [0, 6, 15])
def test_note_on_the_floor_hides_neither_marks_nor_curve(
    qtbot: QtBot, zeros: range, selected: int
) -> None:
    widget = shown(qtbot, spec("resnet34"))
    widget.set_snapshot(synthetic_snapshot(spec("resnet34")))
    widget.state.selected = selected
    scene = widget.canvas.scene
    context = scene.context(scene.places()[0])
    centres = np.array([scene.axis.centre(i) for i in zeros])
    width = 190.0
    left, on_line = note_place(context, width, centres)
    assert scene.axis.left <= left <= scene.axis.right - width
    covered = [i for i in range(16) if left - 6 < scene.axis.centre(i) < left + width + 6]
    if on_line:
        assert not set(covered) & set(zeros)
    elif len(zeros) == 16:  # beside the line only over blocks without a curve
        assert abs(left + width / 2 - scene.axis.centre(selected)) > width / 2


def share_of_pixels(widget: OverviewWidget, index: int, lane: str) -> float:
    """The shortcut's share of a bar, counted in pixels of its colour."""
    scene = widget.canvas.scene
    place = next(p for p in scene.places() if p.lane.name == lane)
    plot = scene.context(place).plot
    image = widget.canvas.grab().toImage()
    ratio = widget.canvas.devicePixelRatioF()
    x = round(scene.axis.centre(index) * ratio)
    rows = range(round(plot.top() * ratio), round(plot.bottom() * ratio))
    theme = THEMES["light"]
    counts = {
        colour: sum(image.pixelColor(x, y).name() == QColor(colour).name() for y in rows)
        for colour in (theme.shortcut, theme.branch)
    }
    assert sum(counts.values()) >= len(rows) - 3  # all but the blended edges
    return counts[theme.shortcut] / sum(counts.values())


@pytest.mark.parametrize("name", ["resnet18", "resnet110", "resnet1202"])
def test_bars_have_the_height_of_the_shares(qtbot: QtBot, name: str) -> None:
    network = spec(name)
    blocks = list(network.blocks())
    gates = {b.name: Gate(0.0, 1.0) for b in blocks[: len(blocks) // 4]}
    gates |= {b.name: Gate(1.0, 0.0) for b in blocks[-len(blocks) // 4 :]}
    snapshot = synthetic_snapshot(network, gates)
    widget = shown(qtbot, network)
    widget.resize(1300, 900)
    widget.set_lanes({"forward", "backward"})
    widget.set_snapshot(snapshot)
    for index in (0, len(blocks) // 2, len(blocks) - 1):
        b = snapshot.blocks[index]
        shortcut, branch = b.skip * b.norm_shortcut, b.main * b.norm_branch
        expected = shortcut / (shortcut + branch)
        assert share_of_pixels(widget, index, "forward") == pytest.approx(expected, abs=0.03)
        expected = b.grad_via_shortcut / (b.grad_via_shortcut + b.grad_via_branch)
        assert share_of_pixels(widget, index, "backward") == pytest.approx(expected, abs=0.03)


def test_curve_passes_through_the_measured_values(qtbot: QtBot) -> None:
    """Where the log axis says a block's gradient is, there are pixels of its colour."""
    network = spec("resnet34")
    widget = shown(qtbot, network)
    widget.set_lanes({"gradient"})
    snapshot = synthetic_snapshot(network, first=1e-3, last=0.5)
    widget.set_snapshot(snapshot)
    widget.set_selected("layer4.2")
    scene = widget.canvas.scene
    image = widget.canvas.grab().toImage()
    ratio = widget.canvas.devicePixelRatioF()
    wanted = QColor(THEMES["light"].gradient).name()
    found = []
    for index in range(10):
        x = round(scene.axis.centre(index) * ratio)
        rows = [
            y
            for y in range(round(scene.lanes_top * ratio) + 30, image.height())
            if image.pixelColor(x, y).name() == wanted
        ]
        assert rows
        found.append(np.mean(rows))
    # On a log axis heights are linear in the logarithms.
    logs = np.log10([b.grad_in for b in snapshot.blocks[:10]])
    slope, offset = np.polyfit(logs, found, 1)
    assert slope < 0
    assert np.abs(slope * logs + offset - found).max() < 1.5
