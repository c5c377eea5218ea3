"""The line under an overview on stage."""

from __future__ import annotations

from snapshots import synthetic_snapshot

from resnet_viz.models.specs import spec
from resnet_viz.ui.block_view.segments import plain
from resnet_viz.ui.stage.gradient_readout import gradient_lines

SPEC = spec("resnet20")


def test_it_says_that_it_waits() -> None:
    assert [plain(line) for line in gradient_lines(None, None)] == ["measuring…"]


def test_both_ends_are_told_and_those_before_where_there_is_room() -> None:
    now = synthetic_snapshot(SPEC, first=1e-9, last=0.5, wobble=0.0)
    before = synthetic_snapshot(SPEC, first=0.2, last=0.5, wobble=0.0)
    lines = [plain(line) for line in gradient_lines(now, before)]
    assert "first block 1.00×10⁻⁹" in lines[0]
    assert "before 0.200" in lines[0]
    assert "before" not in lines[-1]
    assert len(lines[-1]) < len(lines[0])
    assert "before" not in plain(gradient_lines(now, None)[0])


def test_an_underflow_is_no_zero() -> None:
    lost = synthetic_snapshot(SPEC, first=1e-60, last=0.5, wobble=0.0)
    assert "first block below 1.4×10⁻⁴⁵" in plain(gradient_lines(lost, None)[0])
