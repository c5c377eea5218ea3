"""`report.json` and `blocks.csv`: the figures for other programs."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import Any

from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.report.result import Result
from resnet_viz.report.strict import strict_json

# The stable fields in their documented order; those that follow were added later.
FIELDS = (
    *("name", "stage", "kind", "shortcut", "skip", "main", "out_shape", "parameters", "macs"),
    *("norm_shortcut", "norm_branch", "norm_out", "cosine", "zero_share", "grad_in", "grad_out"),
    *("grad_via_shortcut", "grad_via_branch", "grad_params"),
    *("in_shape", "activation_bytes", "norm_in", "mean_out", "std_out"),
)


def report_json(result: Result) -> str:
    """The text of `report.json`; see `strict_json`."""
    snapshot = result.snapshot
    content = {
        "model": result.model,
        "weights": result.weights,
        "weights_label": result.weights_label,
        "device": snapshot.device,
        "seed": result.seed,
        "image": result.image,
        "input_shape": list(snapshot.input_shape),
        "loss": snapshot.loss,
        "target": result.target,
        "target_label": result.labels[result.target],
        "target_is_predicted": result.target_is_predicted,
        "predictions": [
            {"index": index, "label": label, "probability": probability}
            for index, label, probability in result.top()
        ],
        "totals": asdict(snapshot.totals),
        "options": {
            name: getattr(result.spec, name) for name in ("norm", "activation", "init", "order")
        },
        "training_mode": snapshot.training_mode,
        "dtype": snapshot.dtype,
        "elapsed_ms": round(snapshot.elapsed_ms, 3),
        "versions": dict(result.versions),
        "notes": list(result.notes),
        "blocks": [_row(block) for block in result.blocks],
    }
    return strict_json(content)


def _row(block: BlockStats) -> dict[str, Any]:
    return {name: getattr(block, name) for name in FIELDS}


def blocks_csv(result: Result) -> str:
    """The text of `blocks.csv`: a row per block, shapes as `16x32x32`, `inf` and `nan` as such."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    for block in result.blocks:
        row = _row(block)
        row["in_shape"] = "x".join(map(str, block.in_shape))
        row["out_shape"] = "x".join(map(str, block.out_shape))
        writer.writerow(row.values())
    return text.getvalue()
