"""What the block view says: equation, facts, captions, scales, status."""

import numpy as np
import pytest
from snapshots import synthetic_snapshot

from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.probe.snapshot import BlockMaps, BlockStats
from resnet_viz.ui.block_view.colour import Scale
from resnet_viz.ui.block_view.formula import activation_name, equation, facts, norms
from resnet_viz.ui.block_view.panels import Choices, Panel, PanelRole, Pixel, Tensors, build_panels
from resnet_viz.ui.block_view.segments import counted, number, plain, share
from resnet_viz.ui.block_view.summary import Summary, summarise
from resnet_viz.ui.block_view.wording import (
    BlockContext,
    bad_words,
    channel_status,
    link_note,
    pixel_status,
    reduction_words,
    scale_ends,
    scale_words,
    title,
)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("identity", 1.0, 1.0), "y = ReLU( x + F(x) )"),
        (("identity", 0.0, 1.0), "y = ReLU( [off: x] + F(x) )"),
        (("identity", 0.5, 1.0), "y = ReLU( 0.50·x + F(x) )"),
        (("identity", 1.0, 0.0), "y = ReLU( x + [off: F(x)] )"),
        (("identity", 1.0, 0.25), "y = ReLU( x + 0.25·F(x) )"),
        (("identity", 0.0, 0.0), "y = ReLU( [off: x] + [off: F(x)] )"),
        (("projection", 1.0, 1.0), "y = ReLU( W·x + F(x) )"),
        (("projection", 0.0, 1.0), "y = ReLU( [off: W·x] + F(x) )"),
        (("pad", 1.0, 1.0), "y = ReLU( pad(x) + F(x) )"),
        (("identity", 1.0, 1.0, "pre"), "y = x + F(x)"),
        (("projection", 0.5, 1.0, "pre"), "y = 0.50·W·x + F(x)"),
        (("identity", 1.0, 1.0, "post", "tanh"), "y = tanh( x + F(x) )"),
        (("identity", 1.0, 1.0, "post", "sigmoid"), "y = σ( x + F(x) )"),
        (("identity", 1.0, 1.0, "post", "identity"), "y = x + F(x)"),
    ],
)
def test_the_equation_says_what_the_block_does(arguments: tuple, text: str) -> None:  # type: ignore[type-arg]
    assert plain(equation(*arguments)) == text


def test_every_activation_of_the_networks_has_a_name() -> None:
    for name in ("relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"):
        assert activation_name("post", name)
    with pytest.raises(ValueError, match="swish"):
        activation_name("post", "swish")


def test_a_cut_term_is_struck_through_in_grey_and_an_open_one_has_its_colour() -> None:
    line = {s.text: s for s in equation("identity", 0.0, 1.0)}
    assert line["x"].struck
    assert line["x"].role == "ghost"
    assert line["F(x)"].role == "branch"
    assert not line["F(x)"].struck


def stats_of(network: str, name: str, gate: Gate | None = None) -> BlockStats:
    gates = {} if gate is None else {name: gate}
    return synthetic_snapshot(spec(network), gates).block(name)


def test_the_norms_are_the_measured_ones_and_fade_with_their_gate() -> None:
    stats = stats_of("resnet20", "layer1.1", Gate(skip=0.0))
    line = norms(stats)
    assert f"‖x‖ {number(stats.norm_shortcut)}" in plain(line)
    assert f"‖F(x)‖ {number(stats.norm_branch)}" in plain(line)
    assert f"‖y‖ {number(stats.norm_out)}" in plain(line)
    assert "‖y‖" not in plain(norms(stats, brief=True))
    roles = {s.text.strip(): s.role for s in line}
    assert roles["‖x‖"] == "ghost"
    assert roles["‖F(x)‖"] == "branch"


def test_facts_name_kind_channels_size_costs_and_shortcut() -> None:
    snapshot = synthetic_snapshot(spec("resnet34"))
    block = {b.name: b for b in spec("resnet34").blocks()}["layer3.1"]
    words = facts(block, "post", snapshot.block("layer3.1"))
    assert words == [
        "BasicBlock",
        "256 channels",
        "14×14",
        "1.18 M params",
        "231 M MACs",
        "identity shortcut",
    ]
    first = {b.name: b for b in spec("resnet50").blocks()}["layer2.0"]
    assert facts(first, "pre", None) == [
        "PreActBottleneck",
        "512 channels (128 inside)",
        "stride 2, 1×1 projection shortcut",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (41.23, "41.2"),
        (-0.08, "−0.08"),
        (0.0, "0"),
        (1234.5, "1234"),
        (1.234e-9, "1.2×10⁻⁹"),
        (2.5e7, "2.5×10⁷"),
        (float("nan"), "NaN"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_counts_and_shares_are_short_and_never_round_to_a_lie() -> None:
    assert [counted(n) for n in (0, 640, 4672, 1_180_160, 231_211_008)] == [
        "0",
        "640",
        "4.67 k",
        "1.18 M",
        "231 M",
    ]
    assert [share(s) for s in (0.0, 0.0001, 0.004, 0.46, 0.996, 0.99999, 1.0)] == [
        "0 %",
        "< 0.1 %",
        "0.4 %",
        "46 %",
        "99.6 %",
        "> 99.9 %",
        "100 %",
    ]


# --- captions, scales, status -------------------------------------------------------------


def panels_of(choices: Choices | None = None) -> tuple[BlockMaps, dict[PanelRole, Panel]]:
    snapshot = synthetic_snapshot(spec("resnet20"), keep=["layer2.0"])
    maps = snapshot.maps["layer2.0"]
    return maps, build_panels(Tensors(maps), choices or Choices())


def test_titles_name_the_tensor_and_its_gate() -> None:
    _, panels = panels_of()
    cut = BlockContext("projection", skip=0.0, main=0.5)
    assert plain(title("shortcut", panels["shortcut"], BlockContext())) == "x  skip"
    assert plain(title("shortcut", None, BlockContext("projection"))) == "Wx  skip (projection)"
    assert plain(title("shortcut", None, cut)) == "[off: Wx]  skip (projection), cut: adds nothing"
    assert plain(title("branch", panels["branch"], cut)) == "F(x)  main path × 0.50"
    _, inside = panels_of(Choices(inner="conv1", raw_input=True))
    assert plain(title("branch", inside["branch"], BlockContext())) == "F(x)  after conv1"
    assert plain(title("shortcut", inside["shortcut"], BlockContext("pad"))) == "x  raw input"
    assert plain(title("output", None, cut)) == "y  output"


def test_the_colour_bar_tells_its_ends_its_scope_and_what_lies_beyond() -> None:
    summary = Summary(mean=0.1, low=-3.0, high=5.0, zero_share=0, n_bad=0)
    assert scale_ends(Scale(2.0, signed=True), 0, summary) == ("≤ −2", "≥ 2")
    assert scale_ends(Scale(5.0, signed=True), 0, summary) == ("−5", "5")
    assert scale_ends(Scale(4.0, signed=False), 0, summary) == ("0", "≥ 4")
    each = Scale(np.array([1.0, 5.0], np.float32), signed=True)
    assert scale_ends(each, 1, summary) == ("−5", "5")
    words = [plain(w) for w in scale_words(Scale(2.0, True, pinned=True), "shared", 0, summary)]
    assert words[0] == "max 5 · scale shared by x, F, y · pinned"
    assert all("shared" in w and "pinned" in w for w in words)
    assert "channel 1" in plain(scale_words(each, "map", 1, summary)[-1])


def test_what_is_not_finite_and_what_is_averaged_is_said() -> None:
    assert bad_words(Summary(0, 0, 1, 0, n_bad=7)) == "7 NaN or ∞"
    assert bad_words(Summary(0, 0, 1, 0, n_bad=0)) == ""
    assert reduction_words({"shortcut": 1, "branch": 1}) == ""
    assert reduction_words({"shortcut": 2, "branch": 2}) == "means of 2×2 px"
    assert reduction_words({"shortcut": 4, "branch": 1}) == "means of x 4×4 px"


def test_the_selected_channel_is_described_in_every_tensor_with_its_rank() -> None:
    maps, panels = panels_of(Choices(sort="gradient"))
    channel = int(panels["output"].order[2])
    summaries = {role: summarise(panel.tensor[channel]) for role, panel in panels.items()}
    text = plain(channel_status(panels, summaries, channel, "gradient", BlockContext())[0])
    assert text.startswith(f"channel {channel}  (3 of 32 by gradient ‖∂L/∂y‖)")
    assert f"F mean {number(float(maps.branch[channel].mean()))}" in text
    assert f"to {number(float(maps.out[channel].max()))}" in text


def test_the_pixel_under_the_pointer_is_a_sum_written_out() -> None:
    maps, panels = panels_of()
    pixel = Pixel(5, 3, 7)
    context = BlockContext(skip=0.5, activation="ReLU")
    text = plain(pixel_status(panels, pixel, "branch", context)[0])
    x, f, y = (number(float(t[5, 3, 7])) for t in (maps.shortcut, maps.branch, maps.out))
    assert text == f"channel 5, row 3, column 7:  0.50·x {x}  +  F {f}  → ReLU →  y {y}"


def test_no_sum_is_written_where_a_part_is_not_shown() -> None:
    _, panels = panels_of(Choices(raw_input=True))
    text = plain(pixel_status(panels, Pixel(5, 3, 7), "output", BlockContext("pad"))[0])
    assert "+" not in text
    assert "→" not in text
    assert "x " not in text.split(":", 1)[1]
    alone = plain(pixel_status(panels, Pixel(5, 3, 7), "shortcut", BlockContext("pad"))[0])
    assert "y " not in alone
    assert link_note(panels["shortcut"]) != ""
    assert link_note(panels["branch"]) == ""
