"""A recorded run for other programs: tables as CSV, curves for TensorBoard; no torch, no Qt."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from resnet_viz.errors import OperationCancelled
from resnet_viz.files import write_atomically, writing
from resnet_viz.runs.reader import RunReader
from resnet_viz.runs.series import EvaluationSeries, StepSeries, SystemSeries
from resnet_viz.runs.tensorboard import event_groups, n_groups

Row = Sequence[object]
Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do."""

Cancelled = Callable[[], bool]

_ROWS_BETWEEN_LOOKS = 2000

_STEPS = ("step", "epoch", "lr", "loss", "accuracy", "seconds")
_EVALUATIONS = ("step", "epoch", "loss", "accuracy", "n_images")
_SYSTEM = ("step", "images_per_second", "memory_bytes", "probe_share")
_EVENTS = ("step", "time", "what", "details")


def export_csv(
    reader: RunReader,
    folder: Path,
    *,
    progress: Progress = lambda done, total: None,
    cancelled: Cancelled = lambda: False,
) -> tuple[Path, ...]:
    """Write `steps.csv`, `evaluations.csv`, `blocks.csv`, `system.csv` and `events.csv`.

    Each has a row per observation and a column per variable; empty where nothing was recorded.
    `blocks.csv` has a row per network, measured step and block.

    Args:
        reader: of the run; what it has not read yet is read.
        folder: where the files go; made if need be, files of these names are replaced.
        progress: called now and then, in rows.
        cancelled: asked as often; the file in work is not written then.

    Returns:
        The files.

    Raises:
        UserError: if a file cannot be written.
        OperationCancelled: if `cancelled()` became true.
    """
    reader.read_all()
    tables = _tables(reader)
    total = sum(n for _, _, n in tables.values())
    done = 0
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for name, (columns, rows, n) in tables.items():
        watched = _watched(rows, done, total, progress, cancelled)
        with writing(folder / name):
            write_atomically(folder / name, _csv_writer(columns, watched))
        done += n
    progress(total, total)
    return tuple(folder / name for name in tables)


def export_tensorboard(
    reader: RunReader,
    folder: Path,
    *,
    progress: Progress = lambda done, total: None,
    cancelled: Cancelled = lambda: False,
) -> tuple[Path, ...]:
    """Write TensorBoard event files, one in a folder for each network.

    Tags are `loss/train`, `loss/held-out`, `accuracy/train`, `accuracy/held-out`, `lr`,
    `system/images_per_second`, `system/memory_bytes` and for every block `gradient/layer1.0`
    and so on. Of a block's curve 1,000 points at most are written, evenly
    chosen.

    Args:
        reader: of the run; what it has not read yet is read.
        folder: for `tensorboard --logdir`; made if need be.
        progress: called after each curve.
        cancelled: asked as often; nothing is written for the network in work then.

    Returns:
        The files.

    Raises:
        UserError: if a file cannot be written.
        OperationCancelled: if `cancelled()` became true.
    """
    reader.read_all()
    networks = reader.facts.networks
    total, done = n_groups(reader) * len(networks), 0
    written = []
    for network, name in zip(networks, _folder_names(reader), strict=True):
        path = folder / name / f"events.out.tfevents.{int(reader.facts.created)}.resnet_viz"
        groups = _noted(event_groups(reader, network.key), done, total, progress, cancelled)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, _bytes_writer(groups))
        done += n_groups(reader)
        written.append(path)
    return tuple(written)


def _tables(reader: RunReader) -> dict[str, tuple[Row, Iterable[Row], int]]:
    """Columns, rows and number of rows by file name."""
    keys = [network.key for network in reader.facts.networks]
    steps = {key: reader.steps(key) for key in keys}
    evaluations = {key: reader.evaluations(key) for key in keys}
    n_blocks = sum(len(reader.blocks(n.key)) * len(n.blocks) for n in reader.facts.networks)
    block_columns = ("network", "step", "block", "stage", *reader.facts.quantities)
    return {
        "steps.csv": _of_networks(_STEPS, steps),
        "evaluations.csv": _of_networks(_EVALUATIONS, evaluations),
        "blocks.csv": (block_columns, _block_rows(reader), n_blocks),
        "system.csv": (_SYSTEM, _rows(_SYSTEM, reader.system), len(reader.system)),
        "events.csv": (_EVENTS, _event_rows(reader), len(reader.events)),
    }


def _of_networks(
    names: tuple[str, ...], series: dict[str, StepSeries] | dict[str, EvaluationSeries]
) -> tuple[Row, Iterable[Row], int]:
    rows = ((key, *row) for key, of in series.items() for row in _rows(names, of))
    return ("network", *names), rows, sum(map(len, series.values()))


def _rows(
    names: tuple[str, ...], series: StepSeries | EvaluationSeries | SystemSeries
) -> Iterator[Row]:
    columns = [getattr(series, name) for name in names]
    for start in range(0, len(series), _ROWS_BETWEEN_LOOKS):
        # As Python's numbers, which are written as short as they can be.
        part = [column[start : start + _ROWS_BETWEEN_LOOKS].tolist() for column in columns]
        yield from ([_cell(value) for value in row] for row in zip(*part, strict=True))


def _block_rows(reader: RunReader) -> Iterator[Row]:
    for network in reader.facts.networks:
        blocks = reader.blocks(network.key)
        for step, values in zip(blocks.steps.tolist(), blocks.values, strict=True):
            for name, stage, row in zip(network.blocks, network.stages, values.T, strict=True):
                yield [network.key, step, name, stage, *map(_single, row.tolist())]


def _event_rows(reader: RunReader) -> Iterator[Row]:
    for event in reader.events:
        more = {k: v for k, v in event.items() if k not in ("kind", "step", "time", "what")}
        details = json.dumps(more, ensure_ascii=False) if more else ""
        yield [event.get("step", ""), event.get("time", ""), event["what"], details]


def _cell(value: float) -> object:
    return "" if isinstance(value, float) and math.isnan(value) else value


def _single(value: float) -> str:
    """A float32 with the digits that tell it from its neighbours."""
    return "" if math.isnan(value) else f"{value:.9g}"


def _noted(
    pieces: Iterable[bytes], done: int, total: int, progress: Progress, cancelled: Cancelled
) -> Iterator[bytes]:
    for index, piece in enumerate(pieces, 1):
        if cancelled():
            raise OperationCancelled
        progress(done + index, total)
        yield piece


def _watched(
    rows: Iterable[Row], done: int, total: int, progress: Progress, cancelled: Cancelled
) -> Iterator[Row]:
    for index, row in enumerate(rows):
        if index % _ROWS_BETWEEN_LOOKS == 0:
            if cancelled():
                raise OperationCancelled
            progress(done + index, total)
        yield row


def _bytes_writer(pieces: Iterable[bytes]) -> Callable[[BinaryIO], None]:
    return lambda file: file.writelines(pieces)


def _csv_writer(columns: Row, rows: Iterable[Row]) -> Callable[[BinaryIO], None]:
    def write(file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
        text.detach()  # the file is closed by its owner

    return write


def _folder_names(reader: RunReader) -> list[str]:
    """One for each network, by its title; two of the same title are told apart by their keys."""
    titles = [re.sub(r"[^\w.-]+", "-", network.title) for network in reader.facts.networks]
    keys = [network.key for network in reader.facts.networks]
    same = len(set(titles)) < len(titles)
    return [f"{t}-{k}" if same else t for t, k in zip(titles, keys, strict=True)]
