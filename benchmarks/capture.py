"""Speed of `capture` as a multiple of a bare forward and backward pass.

    python benchmarks/capture.py [--models NAME,...] [--repeats N] [--device D] [--json]

`--models resnet20,resnet56,resnet110,resnet1202` shows that it is linear in depth.
"""

from __future__ import annotations

import argparse
import json
import sys

from resnet_viz.analysis.capture_speed import GOAL, MODELS, measure


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed of capture against bare torch.")
    parser.add_argument("--models", default=",".join(MODELS), help="presets, comma-separated")
    parser.add_argument("--repeats", type=int, default=20, help="runs of each (default 20)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda:0, mps (default cpu)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    rows = measure(options.models.split(","), options.repeats, options.device)
    if options.json:
        json.dump(rows, sys.stdout, indent=2)
        print()
        return 0
    titles = list(rows[0])
    print("  ".join(f"{title:>12}" for title in titles))
    for row in rows:
        print("  ".join(f"{row[title]:>{max(12, len(title))}}" for title in titles))
    print(f"ratios are capture / bare; goal <= {GOAL}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
