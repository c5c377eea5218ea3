"""Lists of experiments: what is read, and that every mistake is named with its line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from resnet_viz.assets import assets_dir
from resnet_viz.errors import UserError
from resnet_viz.lab.config import read_config
from resnet_viz.lab.experiments import DepthSweep, Lesion, Pair
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.toml_lines import Lines

GOOD = """\
title = "Two questions"

[settings]
network = "resnet20"    # of all experiments
norm = "batch"

[[experiment]]
kind = "pair"
name = "As it is"

[[experiment]]
kind = "depth"
depths = [8,
  14]
settings = { norm = "none", alpha = 1 }
"""


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path: Path, only: tuple[str, ...] = ()) -> str:
    with pytest.raises(UserError) as caught:
        read_config(path, only)
    return str(caught.value)


def test_settings_are_common_and_options_an_experiments_own(write: Any) -> None:
    config = read_config(write(GOOD))
    assert (config.title, config.source, config.picture) == ("Two questions", "mine.toml", None)
    assert config.text == GOOD
    first, second = config.tasks
    assert (first.number, first.name, first.experiment) == (1, "As it is", Pair())
    assert first.settings == LabSettings(network="resnet20", norm="batch")
    assert (second.number, second.name) == (2, DepthSweep.title)
    assert second.experiment == DepthSweep(depths=(8, 14))
    assert second.settings == LabSettings(network="resnet20", norm="none", alpha=1.0)


@pytest.mark.parametrize("word", ["As it is", "pair", "1"])
def test_one_experiment_can_be_asked_for(write: Any, word: str) -> None:
    (task,) = read_config(write(GOOD), [word]).tasks
    assert task.name == "As it is"


MISTAKES = {
    "syntax": ("alpha = 1 }", "alpha = 1", "mine.toml is not valid TOML", "at line 15"),
    "entry": ("title =", "titel =", "mine.toml, line 1: There is no entry 'titel'", "'title'?"),
    "setting": ("norm =", "nrom =", "mine.toml, line 5: 'nrom' is not a setting", "'norm'?"),
    "network": ('"resnet20"', '"resnt20"', "line 4: There is no network called", "'resnet20'?"),
    "kind": ('"pair"', '"par"', "line 8, [[experiment]] 1: There is no experiment", "'pair'?"),
    "choice": ('norm = "none"', 'norm = "nome"', "line 15, [[experiment]] 2: norm", "'none'?"),
    "range": ("alpha = 1 ", "alpha = 2 ", "[[experiment]] 2: alpha must lie between 0", "2.0"),
    "type": ("alpha = 1 ", 'alpha = "1" ', "[[experiment]] 2: alpha must be a number", "'1'"),
    "option": ("depths =", "depth =", "line 13, [[experiment]] 2: 'depth' is not an", "'depths'?"),
    "depth": ("  14]", "  15]", "line 13, [[experiment]] 2: depths cannot hold 15", "6n+2"),
    "name": ('"As it is"', "7", "line 9, [[experiment]] 1: name must be text", "7"),
    "table": ("{ norm", "3 # { norm", "[[experiment]] 2: settings must be a table", ""),
    "bracket": ('[[experiment]]\nkind = "p', '[experiment]\nkind = "p', "TOML", "line 11"),
    "picture": ("title", "picture = 'no.png'\ntitle", "line 1: There is no picture", "no.png"),
    "no picture": ('norm = "b', 'batch = "picture"\nnorm = "b', "line 5", "picture = "),
    "no folder": ('norm = "b', 'batch = "folder"\nnorm = "b', "line 3: batch = ", "a folder"),
    "folder": ("norm = ", "batch = 'folder'\nfolder = 'no'\nnorm = ", "line 6", "no folder"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_named_with_their_line(write: Any, mistake: str) -> None:
    old, new, where, hint = MISTAKES[mistake]
    assert old in GOOD
    line = refusal(write(GOOD.replace(old, new, 1)))
    assert where in line
    assert hint in line


def test_what_is_missing_is_asked_for(write: Any, tmp_path: Path) -> None:
    assert 'Add [[experiment]] with kind = "..."' in refusal(write(""))
    assert "needs a kind. Choose pair, depth" in refusal(write("[[experiment]]\nname = 'x'"))
    assert "with two brackets" in refusal(write("[experiment]\nkind = 'pair'"))
    assert "no experiment 'As it s'. Did you mean 'As it is'?" in refusal(write(GOOD), ("As it s",))
    assert "No such file" in refusal(tmp_path / "nothing.toml")
    (tmp_path / "raw.toml").write_bytes(b"\xff\xfe\x00")
    assert "it is not text" in refusal(tmp_path / "raw.toml")


def test_paths_start_at_the_file_and_else_at_the_working_directory(
    write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    for folder in (tmp_path / "near", elsewhere / "near", elsewhere / "far"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(elsewhere)
    path = write(
        "[settings]\nbatch = 'folder'\nfolder = 'near'\n"
        "[[experiment]]\nkind = 'lesion'\nfolder = 'far'\n"
    )
    (task,) = read_config(path).tasks
    assert Path(task.settings.folder) == tmp_path / "near"
    assert isinstance(task.experiment, Lesion)
    assert Path(task.experiment.folder).resolve() == elsewhere / "far"


def test_a_missing_folder_matters_only_to_who_asks_for_it(write: Any) -> None:
    path = write("[[experiment]]\nkind = 'lesion'\nfolder = 'no'\n[[experiment]]\nkind = 'pair'\n")
    assert "line 3, [[experiment]] 1: There is no folder" in refusal(path)
    assert [task.number for task in read_config(path, ["pair"]).tasks] == [2]


def test_a_block_that_a_smaller_network_has_not(write: Any) -> None:
    text = GOOD.replace('norm = "batch"', 'cut = ["layer3.2"]')
    text = text.replace("{ norm", '{ network = "resnet14", norm')
    line = refusal(write(text))
    assert "line 5: ResNet-14 has no block named 'layer3.2'. Did you mean 'layer3.1'?" in line


TOML = '''\
"quoted key" = 1
text = """
[not.a.table]
key = 2
""" # [nor.this]
list = [ # [[
  "]", '[',
  { a = 1 },
]
[one.two]
three.four = '#'
[[many]]
x = 1
[many.sub]
y = 2
[[many]]
"x" = 3
[[many.deep]]
z = 4
[[many.deep]]
z = 5
'''


def test_lines_of_entries() -> None:
    lines = Lines(TOML)
    expected = {
        ("quoted key",): 1,
        ("text",): 2,
        ("list",): 6,
        ("list", 2, "a"): 6,  # the nearest entry around it
        ("one", "two"): 10,
        ("one", "two", "three", "four"): 11,
        ("many", 0, "x"): 13,
        ("many", 0, "sub", "y"): 15,
        ("many", 1): 16,
        ("many", 1, "x"): 17,
        ("many", 1, "deep", 0, "z"): 19,
        ("many", 1, "deep", 1, "z"): 21,
        ("not", "a", "table"): None,
        ("key",): None,
    }
    assert {path: lines.of(*path) for path in expected} == expected


@pytest.mark.parametrize("name", ["gradients", "tour", "lesion"])
def test_what_ships_can_be_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data" / "cifar10" / "test").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert read_config(assets_dir() / "lab" / f"{name}.toml").tasks


def test_reading_needs_no_torch() -> None:
    code = (
        "import sys, resnet_viz.lab.config; "
        "print([m for m in ('torch', 'matplotlib', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
