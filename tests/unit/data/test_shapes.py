"""Drawn pictures: what they show, that they repeat, and that neither half names the class."""

from __future__ import annotations

import numpy as np
import pytest

from resnet_viz.data.shapes import CLASSES, FORMS, SIDE, TEXTURES, coloured, draw, shapes


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_every_class_has_as_many_pictures_in_mixed_order() -> None:
    data = shapes(200, 50)
    assert data.classes == CLASSES
    assert len(set(CLASSES)) == 10
    for split, per_class in ((data.train, 20), (data.test, 5)):
        assert split.images.shape == (10 * per_class, SIDE, SIDE, 3)
        assert split.images.dtype == np.uint8
        assert np.bincount(split.labels).tolist() == [per_class] * 10
    assert (np.diff(data.train.labels[:20]) != 1).any()


def test_a_seed_draws_the_same_pictures_and_another_seed_others() -> None:
    first, again, other = shapes(40, 20), shapes(40, 20), shapes(40, 20, seed=1)
    np.testing.assert_array_equal(first.train.images, again.train.images)
    np.testing.assert_array_equal(first.test.images, again.test.images)
    assert (first.train.images != other.train.images).mean() > 0.9


def test_training_and_test_pictures_are_different_ones() -> None:
    data = shapes(40, 40)
    seen = {picture.tobytes() for picture in data.train.images}
    assert not any(picture.tobytes() in seen for picture in data.test.images)


def test_more_pictures_begin_with_the_same_test_set() -> None:
    np.testing.assert_array_equal(shapes(20, 30).test.images, shapes(60, 30).test.images)


def test_too_few_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="9"):
        shapes(100, 9)


def covered(form: str, n: int = 200) -> np.ndarray:
    """Share of each picture that differs between two fillings of one form."""
    labels = np.full(n, CLASSES.index(f"striped {form}"))
    one, two = draw(labels, generator()), draw(labels + 1, generator())
    # The same stream but for the filling's texture: only what lies inside the form changes.
    changed = np.abs(one.astype(int) - two.astype(int)).max(axis=-1) > 0
    return changed.mean(axis=(1, 2))


@pytest.mark.parametrize("form", FORMS)
def test_forms_cover_a_visible_part_and_leave_background(form: str) -> None:
    share = covered(form)
    assert 0.05 < np.median(share) < 0.5
    assert share.max() < 0.8


@pytest.mark.parametrize("form", ["disc", "square"])
def test_forms_have_the_area_of_their_formula(form: str) -> None:
    """Radii are uniform from 7 to 12 pixels; a few forms reach over the picture's edge."""
    mean_square = np.mean(np.linspace(7, 12, 1001) ** 2)
    area = {"disc": np.pi * 0.9**2, "square": (2 * 0.8) ** 2}[form] * mean_square / SIDE**2
    assert covered(form).mean() == pytest.approx(area, rel=0.15)


def test_stripes_vary_in_one_direction_and_checks_in_two() -> None:
    """The structure tensor of a striped surface has one large eigenvalue, a checked one two."""
    ratios = {}
    for texture in TEXTURES:
        index = np.full(100, TEXTURES.index(texture))
        grey = coloured(index, generator()).mean(axis=-1)
        dy, dx = np.gradient(grey, axis=(1, 2))
        trace = (dx**2 + dy**2).sum((1, 2))
        det = (dx**2).sum((1, 2)) * (dy**2).sum((1, 2)) - (dx * dy).sum((1, 2)) ** 2
        ratios[texture] = np.median(4 * det / trace**2)  # 1 for two equal, 0 for one direction
    assert ratios["striped"] < 0.2
    assert ratios["checked"] > 0.8


def test_the_mean_colour_does_not_name_the_class() -> None:
    data = shapes(2000, 10)
    colour = data.train.images.mean(axis=(1, 2)) / 255
    means = np.stack([colour[data.train.labels == c].mean(axis=0) for c in range(10)])
    assert np.ptp(means, axis=0).max() < 0.05


def test_without_clutter_the_background_has_one_colour_and_the_form_its_texture() -> None:
    images = shapes(2000, 10, clutter=0.0).train.images.astype(float)
    cluttered = shapes(2000, 10).train.images.astype(float)
    corner = np.s_[:, :3, :3]  # forms seldom reach into it
    middle = np.s_[:, 13:19, 13:19]

    def spread(pixels: np.ndarray) -> float:
        return float(np.median(pixels.std((1, 2)).mean(1)))

    assert spread(images[corner]) < 0.3 * spread(cluttered[corner])
    assert spread(images[middle]) > 2 * spread(images[corner])
