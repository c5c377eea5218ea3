"""The trained networks that ship with the program, and the card that each carries.

A network is two files in `assets/weights`: `<name>-<dataset>.safetensors` and, beside it, its
card `<name>-<dataset>.json`. Imports no torch: the window lists them too.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from resnet_viz.assets import assets_dir
from resnet_viz.errors import UserError
from resnet_viz.images import Preprocess
from resnet_viz.models.specs import ResNetSpec, spec

_log = logging.getLogger(__name__)

# The best network to start with comes first: the deepest one whose blocks still fit a screen.
_START_UP = ("resnet56", "resnet20")


@dataclass(frozen=True)
class Card:
    """What is known about one bundled network; the JSON keys are the field names.

    Attributes:
        name: as in `spec(name)`: `resnet56`, `plain20`.
        dataset: what it was trained on, for people: `CIFAR-10`.
        options: fields of `ResNetSpec` that differ from the preset.
        n_classes: size of the output.
        labels: class names by index.
        preprocess: how a picture becomes the network's input.
        test_accuracy: share of the test images named rightly, 0 to 1.
        test_images: how many images that was measured on.
        recipe: file name in `assets/recipes`.
        seed: of the training run.
        epochs: passes over the training data.
        sha256: of the safetensors file, 64 hexadecimal digits.
        versions: libraries used for training (`torch`, ...).
        path: the safetensors file; not part of the JSON.
    """

    name: str
    dataset: str
    options: Mapping[str, Any]
    n_classes: int
    labels: tuple[str, ...]
    preprocess: Preprocess
    test_accuracy: float
    test_images: int
    recipe: str
    seed: int
    epochs: int
    sha256: str
    versions: Mapping[str, str] = field(default_factory=dict)
    path: Path = Path()

    def __post_init__(self) -> None:
        if len(self.labels) != self.n_classes:
            raise ValueError(f"{len(self.labels)} labels for {self.n_classes} classes")
        if not 0.0 <= self.test_accuracy <= 1.0:
            raise ValueError(f"test_accuracy must lie in [0, 1], got {self.test_accuracy!r}")

    def spec(self) -> ResNetSpec:
        """The network that the weights belong to.

        Raises:
            UserError: if this version cannot build it.
        """
        return spec(self.name, **{"n_classes": self.n_classes, **self.options})

    def label(self) -> str:
        """For people: `CIFAR-10, 91.2 % test accuracy`."""
        return f"{self.dataset}, {100 * self.test_accuracy:.1f} % test accuracy"

    def intact(self) -> bool:
        """Whether the weights are still the file that the accuracy was measured on."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256

    def to_json(self) -> str:
        """The card as the text of its file."""
        values = asdict(self)
        del values["path"]
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str, path: Path = Path()) -> Card:
        """Read a card.

        Args:
            text: content of the JSON file.
            path: of the safetensors file beside it.

        Raises:
            ValueError: if the text is not a card; says what is wrong.
        """
        values = json.loads(text)
        if not isinstance(values, dict):
            raise ValueError("a card is a JSON object")
        known = {f.name for f in fields(cls)} - {"path"}
        if missing := sorted(known - {"versions"} - set(values)):
            raise ValueError(f"{missing[0]!r} is missing")
        if unknown := sorted(set(values) - known):
            raise ValueError(f"{unknown[0]!r} is not a field of a card")
        try:
            pre = values["preprocess"]
            values["preprocess"] = Preprocess(
                int(pre["resize"]), int(pre["crop"]), _rgb(pre["mean"]), _rgb(pre["std"])
            )
            values["labels"] = tuple(map(str, values["labels"]))
            values["options"] = {k: _hashable(v) for k, v in values["options"].items()}
            return cls(path=path, **values)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"a value has the wrong type ({error})") from error


def _hashable(value: Any) -> Any:
    # JSON has no tuples, specifications have no lists.
    return tuple(value) if isinstance(value, list) else value


def _rgb(values: list[float]) -> tuple[float, float, float]:
    red, green, blue = map(float, values)
    return red, green, blue


def weights_dir() -> Path:
    """The folder of the bundled weights; it need not exist."""
    return assets_dir() / "weights"


def write_card(card: Card, weights: Path) -> Path:
    """Write the card of a finished safetensors file beside it, hash included; returns its path."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    target = weights.with_suffix(".json")
    target.write_text(replace(card, sha256=digest, path=weights).to_json(), encoding="utf-8")
    return target


def read_cards(folder: Path) -> tuple[dict[str, Card], tuple[str, ...]]:
    """Every usable card in a folder by network name, and a sentence for each that is not."""
    cards: dict[str, Card] = {}
    notes: list[str] = []
    for file in sorted(folder.glob("*.json")):
        weights = file.with_suffix(".safetensors")
        try:
            card = Card.from_json(file.read_text(encoding="utf-8"), weights)
            card.spec()
            if not weights.is_file():
                raise ValueError(f"{weights.name} is not beside it")
        except (OSError, TypeError, ValueError, UserError) as error:
            reason = str(error).rstrip(".")
            notes.append(f"The bundled network {file.stem} is left out: {reason}.")
        else:
            cards.setdefault(card.name, card)
    return cards, tuple(notes)


def bundled() -> dict[str, Card]:
    """The usable bundled networks by name; those with a broken card are logged and left out."""
    cards, notes = read_cards(weights_dir())
    for note in notes:
        _log.warning(note)
    return cards


class StartUp(NamedTuple):
    """The network shown first: `spec(name)` with these weights."""

    name: str
    weights: Literal["none", "bundled"]


def default_model() -> StartUp:
    """The best bundled network, or ResNet-20 with random weights if there is none."""
    cards = bundled()
    for name in (*_START_UP, *cards):
        if name in cards:
            return StartUp(name, "bundled")
    return StartUp("resnet20", "none")
