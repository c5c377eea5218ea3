"""A figure's numbers as CSV, for spreadsheets, and as NPZ, for numpy. No Qt."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnet_viz.errors import UserError


def csv_text(data: Mapping[str, NDArray[Any]]) -> str:
    """One column for each array; those of two dimensions have one for each second index.

    Columns may differ in length: the shorter ones end in empty cells. NaN is an empty cell too,
    infinities are `inf`.

    Raises:
        UserError: if there are no numbers, or an array has more than two dimensions.
    """
    columns = list(_columns(_checked(data)))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(name for name, _ in columns)
    writer.writerows(zip_longest(*(map(_cell, values) for _, values in columns), fillvalue=""))
    return out.getvalue()


def npz_bytes(data: Mapping[str, NDArray[Any]], title: str, caption: str) -> bytes:
    """All arrays by name, as they are, with `title` and `caption` beside them.

    Raises:
        UserError: if there are no numbers.
    """
    out = io.BytesIO()
    named = {**_checked(data), "title": np.array(title), "caption": np.array(caption)}
    np.savez_compressed(out, **named)  # type: ignore[arg-type]
    return out.getvalue()


def _checked(data: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    arrays = {name: np.asarray(values) for name, values in data.items()}
    if not arrays:
        raise UserError(
            "This figure has no numbers of its own.", "Choose one of its charts, or a picture."
        )
    return arrays


def _columns(arrays: Mapping[str, NDArray[Any]]) -> Iterable[tuple[str, list[Any]]]:
    for name, values in arrays.items():
        if values.ndim > 2:
            raise UserError(
                f"The numbers {name!r} have {values.ndim} dimensions, which a table has not.",
                "Choose NPZ.",
            )
        if values.ndim == 2:
            yield from ((f"{name}[{i}]", column.tolist()) for i, column in enumerate(values.T))
        else:
            yield name, np.atleast_1d(values).tolist()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(value)
    return value
