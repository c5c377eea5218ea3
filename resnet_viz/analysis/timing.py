"""Comparing the speed of two things on a machine that stalls now and then."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """How long `b` takes as a multiple of `a`.

    The ratio of minima is the least disturbed one; the ratio of processor times shows what a
    stall hides. Where the three disagree the machine was busy.

    Attributes:
        ratio_min: of the shortest wall times.
        ratio_median: of the median wall times.
        ratio_cpu: of the shortest processor times, all threads of the process together.
        ratio_cpu_total: of all processor times together: the fair one where runs of `b` differ
            on purpose, since the shortest is then not the usual one.
        a_ms: shortest wall time of `a`.
        b_ms: shortest wall time of `b`.
        repeats: runs of each.
    """

    ratio_min: float
    ratio_median: float
    ratio_cpu: float
    ratio_cpu_total: float
    a_ms: float
    b_ms: float
    repeats: int


def interleaved(
    a: Callable[[], object], b: Callable[[], object], repeats: int = 20, warm_up: int = 2
) -> Timing:
    """Run `a` and `b` in turn, so that a slow spell of the machine meets both.

    Who goes first changes from pair to pair: the second finds warm caches and freed memory.

    Args:
        a: the reference.
        b: what is compared with it.
        repeats: runs of each that count.
        warm_up: runs of each before.
    """
    for _ in range(warm_up):
        a()
        b()
    wall: dict[Callable[[], object], list[float]] = {a: [], b: []}
    cpu: dict[Callable[[], object], list[float]] = {a: [], b: []}
    collecting = gc.isenabled()
    gc.disable()  # as timeit does
    try:
        for turn in range(repeats):
            for run in (a, b) if turn % 2 == 0 else (b, a):
                wall_start, cpu_start = time.perf_counter(), time.process_time()
                run()
                cpu[run].append(time.process_time() - cpu_start)
                wall[run].append(time.perf_counter() - wall_start)
    finally:
        if collecting:
            gc.enable()
    return Timing(
        ratio_min=min(wall[b]) / min(wall[a]),
        ratio_median=statistics.median(wall[b]) / statistics.median(wall[a]),
        ratio_cpu=min(cpu[b]) / min(cpu[a]),
        ratio_cpu_total=sum(cpu[b]) / sum(cpu[a]),
        a_ms=min(wall[a]) * 1e3,
        b_ms=min(wall[b]) * 1e3,
        repeats=repeats,
    )
