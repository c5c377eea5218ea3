"""Charts on paper: everything measured is on them, nothing is cut off, roles keep their look."""

from __future__ import annotations

import math
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from resnet_viz.lab.figures.chart import caption, draw
from resnet_viz.lab.figures.scales import Scale, short, x_scale, y_scale
from resnet_viz.lab.findings import Chart, Curve
from resnet_viz.report.palette import RC

FLOOR = 2.0**-149
BLOCKS = tuple(f"layer{stage}.{index}" for stage in (1, 2, 3) for index in range(9))
X = np.arange(27.0)
FADING = np.where(X < 12, 0.0, 10 ** (-44.0 + 1.6 * (X - 12)))


def underflow() -> Chart:
    return Chart(
        "gradient-by-block",
        "Gradient at every block",
        "residual block, forward order",
        "‖∂L/∂x‖ at the block's input, L2 norm over the whole batch",
        (
            Curve("with skips", "residual", X, 10 ** np.sin(X)),
            Curve("plain twin", "plain", X, FADING),
            Curve("a twelfth per block", "theory", X, 12.0 ** (X - 26), source="A 2020, eq. 1"),
            Curve("before", "ghost", X, np.ones(27)),
        ),
        y_log=True,
        floor=FLOOR,
        ticks=BLOCKS,
        note="L: mean cross-entropy; 56 layers, no norm, torch's default initialisation; 16 "
        "images of noise, random classes, seed 0; float32; and so on, at some length",
    )


def lesion() -> Chart:
    return Chart(
        "accuracy",
        "Accuracy without one block",
        "block left out",
        "share of 1,000 images named rightly",
        (
            Curve("ResNet-56", "residual", X, 0.8 + 0.01 * np.sin(X)),
            Curve("plain-56", "plain", X, np.where(X == 3, np.nan, 0.1)),
        ),
        kind="bars",
        ticks=BLOCKS,
        references={"chance": 0.1, "ResNet-56, whole": 0.85, "plain-56, whole": 0.83},
    )


def overflow() -> Chart:
    gains = np.array([0.25, 0.5, 1.0, 2.0, 2.8])
    return Chart(
        "gain",
        "Gradient against weight scale",
        "gain",
        "‖∂L/∂x‖",
        (Curve("with skips", "residual", gains, np.array([1e-3, 1.0, 1e20, np.inf, np.inf])),),
        x_log=True,
        y_log=True,
        floor=FLOOR,
    )


def seeds() -> Chart:
    return Chart(
        "seeds",
        "Many seeds",
        "residual block",
        "‖∂L/∂x‖",
        (Curve("median", "plain", X, 2.0**X, 2.0 ** (X - 2), 2.0 ** (X + 2)),),
        y_log=True,
        ticks=BLOCKS,
    )


def deep() -> Chart:
    names = tuple(f"layer{1 + i // 200}.{i % 200}" for i in range(600))
    x = np.arange(600.0)
    fading = np.where(x < 300, 0.0, np.exp2(-1074 + (x - 300) * 3))
    return Chart(
        "deep",
        "A " + "very " * 30 + "long title",
        "residual block",
        "‖∂L/∂x‖",
        (Curve("a network whose " + "long " * 40 + "name", "plain", x, fading),),
        y_log=True,
        floor=2.0**-1074,
        ticks=names,
    )


def points() -> Chart:
    ks = np.array([1.0, 2, 3, 4, 6, 8, 10, 14, 20])
    return Chart(
        "k",
        "Error without k blocks",
        "blocks left out",
        "error",
        (Curve("ResNet-56", "residual", ks, ks / 25, ks / 30, ks / 22),),
        kind="points",
    )


def networks() -> Chart:
    names = ("ResNet-20", "ResNet-110", "ResNet-1202", "Wide ResNet-101 2", "ResNeXt-101 64x4d")
    x = np.arange(5.0)
    return Chart(
        "cost",
        "Time of a pass",
        "network",
        "ms",
        (
            Curve("forward", "output", x, np.array([1.0, 6.0, np.nan, 90.0, 0.0])),
            Curve("backward", "gradient", x, np.array([2.0, 12.0, np.nan, 180.0, 300.0])),
        ),
        kind="bars",
        y_log=True,
        ticks=names,
    )


def nothing() -> Chart:
    return Chart("e", "Empty", "x", "y", (Curve("a", "residual", X, np.full(27, np.nan)),))


CHARTS = (underflow, lesion, overflow, seeds, deep, points, networks, nothing)


def drawn(chart: Chart) -> Figure:
    with mpl.rc_context(RC):
        return draw(chart)


def texts(figure: Figure) -> list[str]:
    return [t.get_text().replace("\n", " ") for t in figure.findobj(Text) if t.get_text()]


def line(figure: Figure, marker: str) -> Line2D:
    """The one curve with this marker."""
    lines = [i for i in figure.axes[0].lines if i.get_marker() == marker]
    assert len(lines) == 1
    return lines[0]


# --- nothing is lost -----------------------------------------------------------------------


@pytest.mark.parametrize("chart", CHARTS)
def test_no_words_are_cut_off_or_cover_others(chart: object) -> None:
    assert callable(chart)
    figure = drawn(chart())
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    shown = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    boxes = {t: t.get_window_extent(renderer) for t in shown}
    whole = figure.bbox
    for text, box in boxes.items():
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= whole.x1 and box.y1 <= whole.y1
        assert inside, text.get_text()
    # Labels of lines may lie on curves, but not on each other; all other words stand alone.
    for i, one in enumerate(shown):
        for other in shown[i + 1 :]:
            assert not boxes[one].overlaps(boxes[other]), (one.get_text(), other.get_text())


def test_zeros_stand_at_the_foot_and_are_counted() -> None:
    chart = underflow()
    figure = drawn(chart)
    scale = y_scale(chart)
    assert scale.foot is not None
    assert scale.foot < math.log10(FLOOR) == scale.floor
    marks = line(figure, "v")
    np.testing.assert_array_equal(marks.get_xdata(), X[FADING == 0])
    assert set(np.asarray(marks.get_ydata())) == {scale.foot}
    assert to_hex(marks.get_color()) == "#d55e00"
    words = "float32 underflow, below 1.4×10⁻⁴⁵: exactly 0 at 12 of 27 (plain twin)"
    assert words in texts(figure)
    # The curve itself goes down to them, and is right where it is positive.
    curve = np.asarray(line(figure, "s").get_ydata())
    assert (curve[:12] == scale.foot).all()
    np.testing.assert_allclose(curve[12:], np.log10(FADING[12:]))


def test_infinities_stand_at_the_ceiling_and_are_counted() -> None:
    figure = drawn(overflow())
    marks = line(figure, "^")
    assert len(marks.get_xdata()) == 2  # type: ignore[arg-type]
    assert "not finite at 2 of 5 (with skips)" in texts(figure)
    assert not any("underflow" in text for text in texts(figure))  # 45 decades away


def test_float64_has_its_own_floor() -> None:
    said = texts(drawn(deep()))
    assert any(t.startswith("float64 underflow, below 4.9×10⁻³²⁴: exactly 0 at 300") for t in said)


def test_a_chart_says_what_and_on_which_scale() -> None:
    said = texts(drawn(underflow()))
    assert "Gradient at every block" in said
    assert "‖∂L/∂x‖ at the block's input, L2 norm over the whole batch, log scale" in said
    assert "residual block, forward order" in said
    assert any(text.startswith("L: mean cross-entropy; 56 layers") for text in said)
    assert "a twelfth per block (A 2020, eq. 1)" in said
    assert "A 2020" in caption(underflow())


def test_before_anything_is_measured_the_chart_says_so() -> None:
    assert "nothing measured yet" in texts(drawn(nothing()))


def test_references_are_drawn_with_their_values() -> None:
    figure = drawn(lesion())
    assert {"chance: 0.1", "ResNet-56, whole: 0.85", "plain-56, whole: 0.83"} <= set(texts(figure))
    across = {i.get_ydata()[0] for i in figure.axes[0].lines if len(i.get_ydata()) == 2}  # type: ignore[arg-type,index]
    assert across >= {0.1, 0.85, 0.83}


# --- looks ---------------------------------------------------------------------------------


def test_roles_differ_in_colour_marker_and_dashes() -> None:
    figure = drawn(underflow())
    curves = {i.get_label(): i for i in figure.axes[0].lines if len(i.get_xdata()) == 27}  # type: ignore[arg-type]
    residual, plain, theory, ghost = curves.values()
    assert [to_hex(i.get_color()) for i in curves.values()] == [
        *("#009e73", "#d55e00", "#1b1f24", "#9aa3ae")
    ]
    assert [i.get_marker() for i in curves.values()] == ["o", "s", "", ""]
    assert residual.get_linestyle() == "-"
    assert len({str(i._dash_pattern) for i in curves.values()}) == 4  # type: ignore[attr-defined]
    assert theory.get_linewidth() < ghost.get_linewidth() < plain.get_linewidth()


def test_curves_of_one_role_can_be_told_apart() -> None:
    curves = tuple(Curve(name, "branch", X, X + i) for i, name in enumerate("abc"))
    figure = drawn(Chart("i", "Identity", "block", "‖F(x)‖", curves, ticks=BLOCKS))
    drawn_curves = [i for i in figure.axes[0].lines if len(i.get_xdata()) == 27]  # type: ignore[arg-type]
    assert len({to_hex(i.get_color()) for i in drawn_curves}) == 1
    assert len({i.get_marker() for i in drawn_curves}) == 3
    assert len({i.get_alpha() for i in drawn_curves}) == 3


def test_bars_stand_side_by_side_with_hatches() -> None:
    figure = drawn(lesion())
    bars = [p for p in figure.axes[0].patches if isinstance(p, Rectangle) and p.get_width() < 1]
    filled = [bar for bar in bars if not bar.get_hatch()]
    hatched = [bar for bar in bars if bar.get_hatch()]
    assert (len(filled), len(hatched)) == (27, 26)  # nothing was measured at one block
    np.testing.assert_allclose([bar.get_height() for bar in filled], 0.8 + 0.01 * np.sin(X))
    edges = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars)
    assert all(right <= left + 1e-9 for (_, right), (left, _) in pairwise(edges))


def test_zero_is_no_bar_on_a_log_axis_but_a_mark() -> None:
    figure = drawn(networks())
    bars = [p for p in figure.axes[0].patches if isinstance(p, Rectangle) and p.get_width() < 1]
    assert len(bars) == 3 + 4
    assert len(line(figure, "v").get_xdata()) == 1  # type: ignore[arg-type]
    assert "exactly 0 at 1 of 4 (forward)" in texts(figure)


def test_names_of_many_blocks_are_thinned() -> None:
    labels = [t.get_text() for t in drawn(deep()).axes[0].get_xticklabels()]
    assert labels[0] == "1.0"
    assert 5 < len(labels) < 40
    assert len(drawn(underflow()).axes[0].get_xticklabels()) == 27


def test_a_band_is_drawn_between_its_edges() -> None:
    (band,) = drawn(seeds()).axes[0].collections
    y = band.get_paths()[0].vertices[:, 1]  # type: ignore[index,call-overload]
    assert y.min() == pytest.approx(np.log10(2.0**-2))
    assert y.max() == pytest.approx(np.log10(2.0**28))


def test_labels_of_lines_avoid_each_other() -> None:
    references = {f"reference {i}": 0.5 + 0.004 * i for i in range(4)}
    chart = Chart("r", "R", "x", "y", (Curve("a", "residual", X, X / 26),), references=references)
    figure = drawn(chart)
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [t.get_window_extent(renderer) for t in figure.findobj(Annotation)]
    assert len(boxes) == 4
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


# --- scales --------------------------------------------------------------------------------


def test_places_on_a_log_axis() -> None:
    scale = Scale(True, -50.0, 5.0, foot=-48.0, ceiling=4.0)
    places = scale.place(np.array([1e-3, 0.0, np.inf, np.nan, 100.0]))
    np.testing.assert_allclose(places, [-3.0, -48.0, 4.0, np.nan, 2.0])


def test_a_near_floor_is_drawn_and_a_far_one_is_not() -> None:
    def scale(lowest: float) -> Scale:
        curve = Curve("a", "plain", np.arange(2.0), np.array([lowest, 1.0]))
        return y_scale(Chart("a", "a", "x", "y", (curve,), y_log=True, floor=FLOOR))

    assert scale(1e-40).floor == pytest.approx(math.log10(FLOOR))
    assert scale(1e-10).floor is None
    assert scale(1e-10).low > -12


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (-0.1, 0.4, ["1", "2"]),
        (-3.2, 1.2, ["10⁻³", "10⁻²", "10⁻¹", "1", "10"]),
        (-48.0, 0.0, ["10⁻⁴⁸", "10⁻⁴²", "10⁻³⁶", "10⁻³⁰", "10⁻²⁴", "10⁻¹⁸", "10⁻¹²", "10⁻⁶", "1"]),
    ],
)
def test_ticks_of_a_log_axis(low: float, high: float, labels: list[str]) -> None:
    places, said = Scale(True, low, high).ticks()
    assert said == labels
    assert all(low <= place <= high for place in places)


def test_ticks_of_a_linear_axis() -> None:
    assert Scale(False, 0.0, 1.05).ticks()[1] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert Scale(False, -2e6, 2e6).ticks()[1][0] == "−2×10⁶"


def test_depths_get_their_own_ticks() -> None:
    depths = np.array([8.0, 14, 20, 32, 44, 56, 80, 110])
    curve = Curve("a", "residual", depths, depths)
    chart = Chart("d", "D", "layers", "y", (curve,), x_log=True)
    labels = [t.get_text() for t in drawn(chart).axes[0].get_xticklabels()]
    assert labels == ["8", "14", "20", "32", "44", "56", "80", "110"]
    assert x_scale(chart).low < math.log10(8) < math.log10(110) < x_scale(chart).high


def test_crooked_numbers_get_round_ticks() -> None:
    x = np.array([0.722222, 0.777778, 0.944444])
    chart = Chart("t", "T", "τ", "y", (Curve("a", "residual", x, x),), kind="points")
    labels = [t.get_text() for t in drawn(chart).axes[0].get_xticklabels()]
    assert labels[:2] == ["0.75", "0.8"]


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0"), (0.1, "0.1"), (-200.0, "−200"), (2e6, "2×10⁶"), (1e8, "10⁸"), (-1e-5, "−1×10⁻⁵")],
)
def test_short_numbers(value: float, said: str) -> None:
    assert short(value) == said
