"""Files behind what is on screen that a lecture can name: pasted pictures, edited recipes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import platformdirs
from PIL import Image

from resnet_viz.files import write_atomically, writing
from resnet_viz.lecture.views import SAMPLE
from resnet_viz.samples import sample_images
from resnet_viz.ui.pictures import Picture


def kept_folder() -> Path:
    """Where such files are written; it need not exist."""
    return Path(platformdirs.user_data_path("resnet-viz")) / "lectures" / "kept"


def picture_name(picture: Picture | None) -> str:
    """What a lecture calls a picture: `sample:cat`, or the path of its file.

    A picture without a file, such as a pasted one, is written into one first.

    Raises:
        UserError: if it cannot be written.
    """
    if picture is None:
        return ""
    for sample in sample_images():
        if picture.path == str(sample.path):
            return SAMPLE + sample.key
    return picture.path or str(_written(picture))


def keep_text(text: str, stem: str, suffix: str) -> Path:
    """Write a text into a file named after its content; the same text is the same file.

    Raises:
        UserError: if it cannot be written.
    """
    content = text.encode()
    path = _named(content, stem, suffix)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda file: file.write(content))
    return path


def _written(picture: Picture) -> Path:
    path = _named(picture.rgb.tobytes(), "picture", ".png")
    if not path.exists():
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            image = Image.fromarray(picture.rgb)
            write_atomically(path, lambda file: image.save(file, "PNG"))
    return path


def _named(content: bytes, stem: str, suffix: str) -> Path:
    digest = hashlib.sha256(content).hexdigest()[:12]
    return kept_folder() / f"{stem}-{digest}{suffix}"
