"""The report as one HTML file that needs no other: what is read, mailed, handed in.

Imports neither torch nor Qt: the window writes it from what its engine has measured.
"""

from __future__ import annotations

from pathlib import Path

from resnet_viz.files import write_atomically, writing
from resnet_viz.report.result import Result


def write_page(result: Result, path: Path) -> None:
    """Draw all figures and write the page; takes seconds.

    Args:
        result: the measurement, with the maps of the blocks in `shown`.
        path: of the file; replaced whole or not at all.

    Raises:
        UserError: if it cannot be written.
    """
    # Here, because matplotlib takes a second to import.
    from resnet_viz.report.drawing import draw_all
    from resnet_viz.report.page import page

    content = page(result, draw_all(result)).encode()
    with writing(path):
        write_atomically(path, lambda file: file.write(content))
