"""One measurement that the tests of the report share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from resnet_viz.report.command import measure
from resnet_viz.report.question import Question
from resnet_viz.report.result import Result


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture with something in it, wider than high."""
    y, x = np.mgrid[0:40, 0:60]
    rgb = np.stack([4 * x, 6 * y, 2 * (x + y)], axis=2).astype(np.uint8)
    path = tmp_path_factory.mktemp("photo") / "a <b> & c.png"
    Image.fromarray(rgb).save(path)
    return path


@pytest.fixture(scope="session")
def result(photo: Path) -> Result:
    """ResNet-20 with random weights, one skip cut, one branch left out."""
    question = Question(
        image=str(photo),
        model="resnet20",
        weights="none",
        options={"init": "torch"},
        cut="layer2.1",
        drop="layer3.2",
        target="cat",
        device="cpu",
    )
    return measure(question)
