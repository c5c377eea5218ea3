"""Peak memory of a measurement against what `lab.fit` estimates for it.

    python benchmarks/memory.py [--cases NAME:NORM:IMAGES,...] [--device cpu|cuda:0]

Each case runs in a process of its own. On the CPU it is the peak of the resident memory above
what it was before the network was built (Unix only), on CUDA that of torch's allocator.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import cast

from resnet_viz.lab.fit import needed_bytes
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.specs import Norm

CASES = (
    *("resnet20:batch:64", "resnet56:batch:16", "resnet56:none:16", "preresnet56:batch:16"),
    *("resnet110:batch:16", "resnet110:batch:128", "resnet110:batch:2", "resnet1202:batch:4"),
    *("resnet18:batch:4", "resnet50:batch:2", "resnet50:none:2", "resnet152:batch:2"),
)


def peak_bytes(settings: LabSettings) -> int:
    """What one forward and one backward pass take, weights included, in this process."""
    import torch

    from resnet_viz.models.network import build
    from resnet_viz.probe.capturing import capture

    device = settings.device
    spec = settings.spec("residual")
    images = torch.randn(settings.n_images, 3, spec.input_size, spec.input_size)
    # What libraries allocate at their first use is not the network's; more would leave free
    # memory behind for the network to take.
    warm_up = build(LabSettings(network="resnet8").spec("residual"), device=device)
    capture(warm_up, torch.zeros(2, 3, 32, 32))
    before = _memory(device, peak=False)
    capture(build(spec, device=device), images, training_mode=True)
    return _memory(device, peak=True) - before


def _memory(device: str, *, peak: bool) -> int:
    if device != "cpu":
        import torch

        return torch.cuda.max_memory_allocated() if peak else torch.cuda.memory_allocated()
    if peak:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    import psutil

    return int(psutil.Process().memory_info().rss)


def settings_of(case: str, device: str) -> LabSettings:
    """Settings of `NAME:NORM:IMAGES`."""
    network, norm, images = case.split(":")
    return LabSettings(
        network=network, norm=cast(Norm, norm), init="he", batch_size=int(images), device=device
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Measured against estimated peak memory.")
    parser.add_argument("--cases", default=",".join(CASES), help="NAME:NORM:IMAGES, ...")
    parser.add_argument("--device", default="cpu", help="cpu or cuda:0 (default cpu)")
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(peak_bytes(settings_of(options.one, options.device)))
        return 0
    print(f"{'case':>24}  {'estimated MiB':>13}  {'measured MiB':>12}  ratio")
    for case in options.cases.split(","):
        command = [sys.executable, __file__, "--one", case, "--device", options.device]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        measured = int(done.stdout)
        settings = settings_of(case, options.device)
        estimated = needed_bytes(settings, settings.n_images)
        row = f"{case:>24}  {estimated / 2**20:>13.0f}  {measured / 2**20:>12.0f}"
        print(f"{row}  {estimated / measured:.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
