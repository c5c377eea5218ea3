"""What both networks of the laboratory are shown: noise, photographs, the picture, a folder.

Pictures are made as bytes, (N, S, S, 3) uint8, and normalised once; noise is drawn as it is.
Everything random comes from a seed by way of streams of its own: torch's generator with the
bare seed draws the weights, and pixels that repeat the weights' numbers would be no noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from resnet_viz.errors import UserError
from resnet_viz.images import Preprocess, RGBArray, load_image, network_view, normalise
from resnet_viz.samples import sample_images

# Smallest share of a photograph's shorter side that a crop shows.
_MIN_CROP = 0.5


@dataclass(frozen=True)
class Batch:
    """What both networks are shown.

    Attributes:
        images: (N, C, H, W) normalised, on the settings' device and in their precision.
        targets: (N,) int64 class per image; None where the predicted class of each is meant.
        labelled: whether the targets are true labels, so that an accuracy means something.
        note: for people: "16 images of noise, random classes, seed 0".
    """

    images: Tensor
    targets: Tensor | None
    labelled: bool
    note: str


def stream(seed: int, purpose: str) -> int:
    """A seed for one purpose, unrelated to the streams of other purposes and seeds."""
    words = np.frombuffer(purpose.encode().ljust(8, b"\0")[:8], np.uint32)
    state = np.random.SeedSequence([seed, *words.tolist()]).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))


def noise(n_images: int, shape: tuple[int, int, int], n_classes: int, seed: int) -> Batch:
    """Standard normal pixels and random classes.

    Args:
        n_images: size of the batch.
        shape: (C, H, W) of an image.
        n_classes: the classes are drawn from, evenly.
        seed: of both.
    """
    generator = torch.Generator().manual_seed(stream(seed, "noise"))
    return Batch(
        images=torch.randn(n_images, *shape, generator=generator),
        targets=torch.randint(n_classes, (n_images,), generator=generator),
        labelled=False,
        note=f"{counted(n_images, 'image')} of noise, random classes, seed {seed}",
    )


def photographs(
    n_images: int, pre: Preprocess, seed: int, check: Callable[[], None] = lambda: None
) -> Batch:
    """Random square crops of the bundled photographs, resized to the network's input.

    Args:
        n_images: size of the batch; the photographs take turns.
        pre: the network's preprocessing.
        seed: of the crops.
        check: called before each photograph is read; may raise.

    Raises:
        UserError: if the photographs are not installed.
    """
    samples = sample_images()
    if not samples:
        raise UserError(
            "The sample photographs are not installed.",
            "Install scikit-image, which carries them, or choose another batch.",
        )
    rng = np.random.default_rng(stream(seed, "crops"))
    views = np.empty((n_images, pre.crop, pre.crop, 3), np.uint8)
    order = rng.permutation(len(samples))
    for turn, index in enumerate(order[:n_images]):
        check()
        picture = Image.fromarray(load_image(samples[index].path))
        for place in range(turn, n_images, len(samples)):
            views[place] = _random_crop(picture, pre.crop, rng)
    kind = "crop" if n_images == 1 else "crops"
    return Batch(
        images=_normalised(views, pre),
        targets=None,
        labelled=False,
        note=f"{n_images} {kind} of the sample photographs, predicted classes, seed {seed}",
    )


def _random_crop(picture: Image.Image, side: int, rng: np.random.Generator) -> RGBArray:
    """A square of random size and place, (side, side, 3)."""
    width, height = picture.size
    length = min(width, height) * rng.uniform(_MIN_CROP, 1.0)
    left = rng.uniform(0, width - length)
    top = rng.uniform(0, height - length)
    box = (left, top, left + length, top + length)
    return np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR, box=box), np.uint8)


def one_picture(picture: NDArray[np.uint8] | None, pre: Preprocess) -> Batch:
    """The picture on screen as the network sees it, alone.

    Args:
        picture: (H, W, 3) uint8, the whole picture.
        pre: the network's preprocessing.

    Raises:
        UserError: if there is none.
    """
    if picture is None:
        raise UserError("There is no picture to measure on.", "Open one, or choose another batch.")
    return Batch(
        images=_normalised(network_view(picture, pre)[None], pre),
        targets=None,
        labelled=False,
        note="the picture on screen, predicted class",
    )


def from_views(
    views: RGBArray, targets: NDArray[np.int64] | None, pre: Preprocess, note: str
) -> Batch:
    """Pictures as a batch.

    Args:
        views: (N, S, S, 3) uint8 as the network sees them.
        targets: (N,) true classes; None if they are not known.
        pre: the network's preprocessing.
        note: for people.
    """
    return Batch(
        images=_normalised(views, pre),
        targets=None if targets is None else torch.from_numpy(targets),
        labelled=targets is not None,
        note=note,
    )


def _normalised(views: RGBArray, pre: Preprocess) -> Tensor:
    return torch.from_numpy(normalise(views, pre))


def counted(number: int, noun: str) -> str:
    """`1 image`, `16 images`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
