"""What the README says can be checked, so it is."""

import re
from pathlib import Path

from resnet_viz.models import specs
from resnet_viz.models.bundled import bundled

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_bundled_networks_are_listed_with_the_figures_of_their_cards() -> None:
    listed = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in README.splitlines()
        if "assets/recipes/" in line and line.startswith("|")
    ]
    told = {
        (
            specs.title(card.name),
            card.dataset,
            f"{100 * card.test_accuracy:.1f} % of {card.test_images:,} images",
            str(card.epochs),
            f"`assets/recipes/{card.recipe}`",
        )
        for card in bundled().values()
    }
    assert set(listed) == told


def test_files_named_in_the_readme_exist() -> None:
    named = re.findall(r"`((?:assets|docs|\.ci)/[\w./-]+)`", README)
    named += re.findall(r"\]\((docs/[\w./-]+)\)", README)
    assert len(named) > 6
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_both_commands_set_up_everything_on_their_own() -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[0].endswith(".venv/bin/python main.py")
    assert commands[1].endswith(".venv/bin/python -m pytest")
