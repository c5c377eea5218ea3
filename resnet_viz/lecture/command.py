"""`resnet-viz lecture FILE --check`: what a lecture holds, and every mistake in it."""

from __future__ import annotations

import sys
from pathlib import Path

from resnet_viz.lecture.scenes import Lecture, Scene
from resnet_viz.lecture.storage import all_mistakes, open_lecture
from resnet_viz.lecture.text import examine, read_text
from resnet_viz.lecture.unpacking import is_bundle
from resnet_viz.numerals import counted


def check(path: Path) -> int:
    """Print the scenes of a lecture, and on stderr a line for each thing that will not work.

    Returns:
        Exit code: 0 if everything will, else 2.

    Raises:
        UserError: if the file cannot be read, or a bundle is damaged.
    """
    lecture, remarks = _looked_at(path)
    if lecture is not None:
        print(_overview(lecture))
    for remark in remarks:
        print("resnet-viz:", remark, file=sys.stderr)
    return 2 if remarks else 0


def _looked_at(path: Path) -> tuple[Lecture | None, tuple[str, ...]]:
    if is_bundle(path):
        opened = open_lecture(path)
        return opened.lecture, opened.remarks
    reading = examine(read_text(path), path.name)
    return reading.lecture, tuple(map(str, all_mistakes(reading, path.parent)))


def _overview(lecture: Lecture) -> str:
    who = f" ({lecture.author})" if lecture.author else ""
    head = f"{lecture.title}{who}: {counted(len(lecture.scenes), 'scene')}"
    return "\n".join([head, *(_line(n, scene) for n, scene in enumerate(lecture.scenes, 1))])


def _line(number: int, scene: Scene) -> str:
    kinds = " + ".join(view.kind for view in scene.views) or "text alone"
    parts = [kinds]
    if scene.steps:
        parts.append(counted(len(scene.steps), "step"))
    if scene.predict:
        parts.append("a guess")
    if scene.questions:
        parts.append(counted(len(scene.questions), "question"))
    return f"{number:>3}  {scene.title}  [{', '.join(parts)}]"
