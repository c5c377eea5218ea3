"""Charts and findings as studies make them, with numbers made up for the tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from resnet_viz.lab.experiments import DepthSweep, Experiment
from resnet_viz.lab.findings import Chart, Curve, Finding, Table
from resnet_viz.lab.settings import LabSettings

FLOOR = 1.4e-45
DEPTHS = np.array([8.0, 14.0, 20.0, 32.0, 44.0, 56.0])


def block_names(per_stage: int) -> tuple[str, ...]:
    return tuple(f"layer{stage}.{i}" for stage in (1, 2, 3) for i in range(per_stage))


def sweep_chart(plain: list[float] | None = None, residual: list[float] | None = None) -> Chart:
    """The gradient against depth; the plain twin's underflows from 44 layers on."""
    plain = [1e-2, 1e-4, 6e-7, 1e-14, 0.0, 0.0] if plain is None else plain
    residual = [0.5, 0.6, 0.6, 0.7, 0.6, 0.7] if residual is None else residual
    return Chart(
        key="gradient-by-depth",
        title="Gradient at the input against depth",
        x_label="depth (weighted layers)",
        y_label="‖∂L/∂x‖ at the first block's input, L2",
        curves=(
            Curve("with skips", "residual", DEPTHS, np.array(residual)),
            Curve("plain twin", "plain", DEPTHS, np.array(plain)),
        ),
        y_log=True,
        floor=FLOOR,
        note="no norm, 16 images",
    )


def ratio_chart() -> Chart:
    chart = sweep_chart(plain=[3.0, 8.0, 19.0, 3e2, 1e4, np.inf])
    return replace(
        chart,
        key="ratio-by-depth",
        title="First over last",
        y_label="first ÷ last",
        floor=None,
        references={"as large as the last's": 1.0},
    )


def bar_chart(per_stage: int = 3) -> Chart:
    """One bar per block and network, between 0 and 100."""
    names = block_names(per_stage)
    x = np.arange(len(names), dtype=np.float64)
    return Chart(
        key="lesion-single-error",
        title="Error without each block",
        x_label="block",
        y_label="top-1 error [%]",
        curves=(
            Curve("with skips", "residual", x, 10.0 + x),
            Curve("plain twin", "plain", x, 80.0 + x / len(x)),
        ),
        kind="bars",
        ticks=names,
        references={"chance": 90.0},
    )


TABLE = Table(
    "sweep",
    "Every depth",
    ("network", "depth", "gradient"),
    (("with skips", 20, 0.61), ("plain twin", 8, None), ("plain twin", 110, 1.23456e-20)),
)


def finding(
    experiment: Experiment | None = None,
    settings: LabSettings | None = None,
    *charts: Chart,
    done: int = 4,
    total: int = 4,
) -> Finding:
    return Finding(
        DepthSweep() if experiment is None else experiment,
        LabSettings(network="resnet20", batch="noise") if settings is None else settings,
        charts=charts or (sweep_chart(), ratio_chart()),
        tables=(TABLE,),
        sentence="Without skips the gradient underflows from 44 layers on.",
        done=done,
        total=total,
        notes=("Single cuts are left out.",),
        elapsed_s=2.0,
    )
