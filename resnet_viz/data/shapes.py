"""Shapes: a data set of form and texture that is drawn, not downloaded.

Each picture shows one of five forms filled with one of two textures, in any place, size,
direction and colour, over a background that has a texture of its own. Neither form nor texture
alone names the class. The same seed draws the same pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnet_viz.data.dataset import Dataset, Split
from resnet_viz.data.watch import Watch
from resnet_viz.images import RGBArray

Floats = NDArray[np.float32]

SIDE = 32
FORMS = ("disc", "square", "triangle", "cross", "ring")
TEXTURES = ("striped", "checked")
CLASSES = tuple(f"{texture} {form}" for form in FORMS for texture in TEXTURES)

N_TRAIN, N_TEST = 20_000, 4_000
"""Pictures of the data set, to learn from and to measure on."""

_CHUNK = 1000
_NOISE = 0.08


def shapes(
    n_train: int = N_TRAIN,
    n_test: int = N_TEST,
    seed: int = 0,
    *,
    few_seed: int | None = None,
    clutter: float = 1.0,
    watch: Watch | None = None,
) -> Dataset:
    """Draw the data set: as many pictures of each class, in mixed order.

    Args:
        n_train: pictures to learn from; about 0.1 ms each.
        n_test: pictures to measure on, drawn from a random stream of their own.
        seed: of both streams.
        few_seed: draws the pictures to learn from by this seed too, while those to measure on
            stay the same; None for the data set itself.
        clutter: how much of texture and noise the background has, 0 to 1; without any, a
            network begins to learn after a hundred steps instead of several hundred.
        watch: told how many are drawn.

    Raises:
        ValueError: if there is not one picture of each class in both parts.
        OperationCancelled: if the user changed their mind.
    """
    if min(n_train, n_test) < len(CLASSES):
        raise ValueError(f"{n_train} and {n_test} pictures are too few for {len(CLASSES)} classes")
    watch = watch or Watch()
    train, test = np.random.default_rng(seed).spawn(2)
    if few_seed is not None:
        train = np.random.default_rng([seed, few_seed])
    parts = ((n_train, train), (n_test, test))
    return Dataset(CLASSES, *(_split(n, stream, clutter, watch) for n, stream in parts))


def _split(n_images: int, generator: np.random.Generator, clutter: float, watch: Watch) -> Split:
    labels = np.resize(np.arange(len(CLASSES)), n_images)
    generator.shuffle(labels)
    images = np.empty((n_images, SIDE, SIDE, 3), np.uint8)
    for start in range(0, n_images, _CHUNK):
        part = slice(start, start + _CHUNK)
        watch.at("Drawing Shapes", start, n_images)
        images[part] = draw(labels[part], generator, clutter)
    return Split(images, labels.astype(np.int64))


def draw(
    labels: NDArray[np.integer[Any]], generator: np.random.Generator, clutter: float = 1.0
) -> RGBArray:
    """Pictures of the classes asked for.

    Args:
        labels: (N,) indices into `CLASSES`.
        generator: where place, size, direction, colours and noise come from.
        clutter: see `shapes`.

    Returns:
        (N, 32, 32, 3) uint8 RGB.
    """
    n = len(labels)
    form, texture = np.divmod(np.asarray(labels), len(TEXTURES))
    inside = _cover(form, generator)
    # The background has either texture, so that only what lies inside the form counts.
    filling = coloured(texture, generator)
    ground = coloured(generator.integers(len(TEXTURES), size=n), generator)
    if clutter != 1.0:  # untouched otherwise, to the last bit
        plain = ground.mean((1, 2), keepdims=True)
        ground = plain + np.float32(clutter) * (ground - plain)
    rgb = ground + inside[..., None] * (filling - ground)
    rgb += generator.normal(0.0, _NOISE * (0.25 + 0.75 * clutter), rgb.shape).astype(np.float32)
    pixels: RGBArray = np.clip(rgb * 255.0 + 0.5, 0.0, 255.0).astype(np.uint8)
    return pixels


def _grid() -> tuple[Floats, Floats]:
    """How far right and down each pixel lies from the centre, pixels; (32, 32) each."""
    axis = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    x, y = np.meshgrid(axis, axis)
    return x.astype(np.float32), y.astype(np.float32)


def _one(generator: np.random.Generator, low: float, high: float, n: int) -> Floats:
    """(n, 1, 1) uniform numbers."""
    return generator.uniform(low, high, (n, 1, 1)).astype(np.float32)


def _turned(angle: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(c * x + s * y, np.float32), np.asarray(c * y - s * x, np.float32)


def _cover(form: NDArray[np.integer[Any]], generator: np.random.Generator) -> Floats:
    """How much of each pixel lies inside the form, (N, 32, 32) in [0, 1]."""
    n = len(form)
    x, y = _grid()
    radius = _one(generator, 7.0, 12.0, n)
    u, v = _turned(
        _one(generator, 0.0, 2 * np.pi, n),
        x - _one(generator, -5.0, 5.0, n),
        y - _one(generator, -5.0, 5.0, n),
    )
    distance = np.empty((n, SIDE, SIDE), np.float32)
    for index, name in enumerate(FORMS):
        of = form == index
        distance[of] = _DISTANCES[name](u[of], v[of], radius[of])
    return np.asarray(np.clip(0.5 - distance, 0.0, 1.0), np.float32)  # one pixel of soft edge


def _disc(u: Floats, v: Floats, r: Floats) -> Floats:
    return np.asarray(np.hypot(u, v) - 0.9 * r)


def _square(u: Floats, v: Floats, r: Floats) -> Floats:
    return np.asarray(np.maximum(np.abs(u), np.abs(v)) - 0.8 * r)


def _triangle(u: Floats, v: Floats, r: Floats) -> Floats:
    slant = np.float32(np.sqrt(0.75))
    return np.asarray(
        np.maximum(np.maximum(slant * u - 0.5 * v, -slant * u - 0.5 * v), v) - 0.6 * r
    )


def _cross(u: Floats, v: Floats, r: Floats) -> Floats:
    along, across = (np.maximum(np.abs(a) - r, np.abs(b) - 0.36 * r) for a, b in ((u, v), (v, u)))
    return np.asarray(np.minimum(along, across))


def _ring(u: Floats, v: Floats, r: Floats) -> Floats:
    return np.asarray(np.abs(np.hypot(u, v) - 0.75 * r) - 0.27 * r)


# Signed distance to the edge, pixels, negative inside; from coordinates in the form's own frame.
_DISTANCES: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "disc": _disc,
    "square": _square,
    "triangle": _triangle,
    "cross": _cross,
    "ring": _ring,
}


def coloured(texture: NDArray[np.integer[Any]], generator: np.random.Generator) -> Floats:
    """A surface of each texture, (N, 32, 32, 3), white = 1."""
    n = len(texture)
    x, y = _grid()
    u, v = _turned(_one(generator, 0.0, 2 * np.pi, n), x, y)
    wave = 2 * np.pi / _one(generator, 3.5, 6.0, n)
    first = np.sin(wave * u + _one(generator, 0.0, 2 * np.pi, n))
    second = np.sin(wave * v + _one(generator, 0.0, 2 * np.pi, n))
    striped = (texture == TEXTURES.index("striped"))[:, None, None]
    pattern = np.tanh(3.0 * np.where(striped, first, first * second))[..., None]
    middle = generator.uniform(0.25, 0.75, (n, 1, 1, 3)).astype(np.float32)
    swing = generator.uniform(-0.25, 0.25, (n, 1, 1, 3)).astype(np.float32)
    return np.asarray(middle + swing * pattern, dtype=np.float32)
