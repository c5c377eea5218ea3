"""The picture with the network's crop on it, and the input as the network sees it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from resnet_viz.images import RGBArray, crop_box
from resnet_viz.report.palette import MUTED, SHORTCUT
from resnet_viz.report.result import Result

# A photograph of 50 megapixels would make a report of 100 MB.
_LONGEST = 900


def draw_input(result: Result) -> tuple[Figure, str]:
    """Both pictures side by side."""
    height, width = result.photo.shape[:2]
    side = result.view.shape[0]
    figure = Figure(figsize=(4.9, 2.75))
    photo, view = figure.subplots(1, 2)
    shown = _shrunk(result.photo)
    photo.imshow(shown, extent=(0, width, height, 0), interpolation="antialiased")
    # A strip of 1 x 5000 pixels would be invisible at its own proportions.
    photo.set_aspect("auto" if max(width, height) > 20 * min(width, height) else "equal")
    left, top, right, bottom = crop_box(width, height, result.preprocess)
    frame = Rectangle((left, top), right - left, bottom - top, fill=False, lw=2, ec=SHORTCUT)
    frame.set_clip_on(False)
    photo.add_patch(frame)
    _title(photo, "Picture", f"{width} × {height}, framed: what is kept")
    view.imshow(result.view, interpolation="nearest")
    _title(view, "As the network sees it", f"{side} × {side}")
    figure.subplots_adjust(left=0.03, right=0.97, bottom=0.02, top=0.84, wspace=0.08)
    caption = (
        f"The picture, {width} by {height} pixels, with the part that the network is shown; "
        f"and that part at the network's {side} by {side} pixels."
    )
    return figure, caption


def _title(axes: Axes, title: str, detail: str) -> None:
    axes.set_axis_off()
    axes.set_anchor("N")  # both heads stand on one line
    for text, up_points, style in (
        (title, 16, {"weight": "bold"}),
        (detail, 5, {"color": MUTED, "size": 8}),
    ):
        written = axes.annotate(
            text,
            (0, 1),
            xycoords="axes fraction",
            xytext=(0, up_points),
            textcoords="offset points",
        )
        written.set(**style)


def _shrunk(photo: RGBArray) -> RGBArray:
    image = Image.fromarray(photo)
    scale = _LONGEST / max(image.size)
    if scale >= 1:
        return photo
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))
