"""`resnet-viz bench`: what measuring costs, as ratios to the bare network."""

from __future__ import annotations

import json
import os
import platform
from typing import Any

from rich.console import Console
from rich.table import Table

from resnet_viz import __version__
from resnet_viz.errors import UserError

_QUICK_MODELS = ("resnet20", "resnet18")
_QUICK_REPEATS = 5

_COLUMNS = {
    "name": "network",
    "blocks": "blocks",
    "ratio_min": "minima",
    "ratio_median": "medians",
    "ratio_cpu": "CPU time",
    "bare_ms": "bare ms",
    "capture_ms": "capture ms",
    "capture_ms_per_block": "ms per block",
}


def environment() -> dict[str, Any]:
    """What a timing depends on."""
    import torch

    return {
        "resnet_viz": __version__,
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "threads": torch.get_num_threads(),
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def run(as_json: bool = False, quick: bool = False) -> int:
    """Time, then print the table, or JSON; returns the exit code.

    Args:
        as_json: print one JSON object instead: `environment`, `goal`, `rows`.
        quick: two small networks and few repeats.

    Raises:
        UserError: if memory runs out.
    """
    from resnet_viz.analysis.capture_speed import GOAL, MODELS, measure

    console = Console(highlight=False)
    around = environment()
    models, repeats = (_QUICK_MODELS, _QUICK_REPEATS) if quick else (MODELS, 20)
    if not as_json:
        console.print(
            ", ".join(f"{name} {value}" for name, value in around.items()), soft_wrap=True
        )
        console.print(
            f"capture ÷ bare forward and backward, batch 1, CPU, {repeats} interleaved pairs; "
            f"goal: at most {GOAL}",
            soft_wrap=True,
        )
    rows = []
    try:
        for name in models:
            rows += measure((name,), repeats=repeats)
    except MemoryError as error:
        raise UserError("Not enough memory for the benchmark.", "Try --quick.") from error
    if as_json:
        print(json.dumps({"environment": around, "goal": GOAL, "rows": rows}, indent=1))
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key, heading in _COLUMNS.items():
        table.add_column(heading, justify="left" if key == "name" else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(str(row[key]) for key in _COLUMNS))
    console.print(table)
    return 0
