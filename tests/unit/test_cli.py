"""The command line: its commands, their help, and one clear line for everything that is wrong."""

import io
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz import __version__, cli
from resnet_viz.cli import COMMANDS, main
from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def photo(tmp_path) -> str:
    path = tmp_path / "photo.png"
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return str(path)


def refused(capsys, *arguments: str) -> str:
    """The one line that the program leaves with."""
    assert main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1, captured.err
    assert captured.err.startswith("resnet-viz: ")
    assert "Traceback" not in captured.err
    return captured.err


# --- help and version ----------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    assert main([command, "--help"]) == 0
    assert f"usage: resnet-viz {command}" in capsys.readouterr().out


def test_help_lists_the_commands_and_version_is_printed(capsys):
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    assert all(f"  {name} " in printed for name in COMMANDS)
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"resnet-viz {__version__}\n"


def test_report_has_the_documented_options(capsys):
    main(["report", "--help"])
    printed = capsys.readouterr().out
    weights = ("model", "weights", "norm", "init", "activation", "order", "seed")
    for option in (*weights, "out", "cut", "drop", "target", "device"):
        assert f"--{option}" in printed


def test_help_and_refusals_import_nothing_heavy():
    code = (
        "import sys; from resnet_viz.cli import main; main(['--help']); main(['report', '--help']);"
        "main(['report', 'none.png', '--out', sys.argv[1]]); main(['models', '--json']);"
        "heavy = ('torch', 'torchvision', 'matplotlib', 'PySide6', 'skimage');"
        "print([m for m in heavy if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, os.devnull + ".d"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# --- the window ----------------------------------------------------------------------------


@pytest.fixture
def window(monkeypatch):
    """Records what the window would be opened with."""
    opened = []
    fake = type(sys)("resnet_viz.ui.app")
    fake.run = lambda image: opened.append(image) or 0
    monkeypatch.setitem(sys.modules, "resnet_viz.ui.app", fake)
    monkeypatch.setattr("resnet_viz.display.require_display", lambda: None)
    monkeypatch.setattr("resnet_viz.display.require_qt", lambda: None)
    return opened


def test_without_a_command_the_window_opens(window, photo, tmp_path, monkeypatch):
    assert main([]) == 0
    assert main([photo]) == 0
    assert main([Path(photo).as_uri()]) == 0
    # A picture that is called like a command is given with its folder.
    Path(photo).rename(tmp_path / "report")
    monkeypatch.chdir(tmp_path)
    assert main(["./report"]) == 0
    assert window == [None, photo, photo, "report"]


def test_a_wrong_picture_is_refused_before_the_window(window, capsys):
    assert "no such file" in refused(capsys, "nothing.png")
    assert "web address" in refused(capsys, "https://host/cat.png")
    assert "Did you mean `resnet-viz doctor`?" in refused(capsys, "doctr")
    assert "Unrecognized arguments: b.png" in refused(capsys, "a.png", "b.png")
    assert window == []


def test_without_a_display_report_is_named(monkeypatch, capsys):
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    line = refused(capsys)
    assert "no display" in line
    assert "resnet-viz report" in line


# --- report --------------------------------------------------------------------------------


def report(photo: str, out: Path, *more: str) -> list[str]:
    return ["report", photo, "--out", str(out), *more]


def test_report_writes_everything(photo, tmp_path, capsys):
    out = tmp_path / "deep" / "out"
    options = ["--model", "plain20", "--weights", "none", "--norm", "none", "--init", "torch"]
    options += ["--seed", "7", "--activation", "tanh", "--drop", "layer1.0", "--device", "cpu"]
    assert main(report(photo, out, *options)) == 0
    content = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert (content["model"], content["seed"], content["device"]) == ("plain20", 7, "cpu")
    assert content["options"] == {
        "norm": "none",
        "activation": "tanh",
        "init": "torch",
        "order": "post",
    }
    assert {b["skip"] for b in content["blocks"]} == {0.0}
    assert content["blocks"][0]["main"] == 0.0
    names = {p.name for p in out.iterdir()}
    assert {"report.json", "blocks.csv", "index.html", "overview.png", "overview.svg"} <= names
    assert not [name for name in names if name.startswith(".")]
    captured = capsys.readouterr()
    assert str(out / "index.html") in captured.out
    assert captured.err == ""


def png_header(width: int, height: int) -> bytes:
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr))
    return data + struct.pack(">I", 4) + b"IDAT" + bytes(8)


def png() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(buffer, "PNG")
    return buffer.getvalue()


BAD_IMAGES = {
    "truncated.png": (lambda: png()[:900], "truncated"),
    "empty.png": (lambda: b"", "empty"),
    "text.png": (lambda: b"just words, no picture\n" * 9, "text"),
    "bomb.png": (lambda: png_header(30_000, 30_000), "900,000,000"),
    "noise.jpg": (lambda: bytes(range(255, 0, -1)) * 9, "known format"),
}


@pytest.mark.parametrize("name", BAD_IMAGES)
def test_bad_images(name, tmp_path, capsys):
    content, words = BAD_IMAGES[name]
    (tmp_path / name).write_bytes(content())
    out = tmp_path / "out"
    line = refused(capsys, *report(str(tmp_path / name), out))
    assert name in line
    assert words in line
    assert not list(out.iterdir())


@pytest.mark.parametrize(
    ("image", "words"),
    [("missing.png", "no such file"), (".", "folder"), ("http://host/cat.png", "web address")],
)
def test_things_that_are_no_images(image, words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = refused(capsys, *report(image, tmp_path / "out"))
    assert image in line
    assert words in line


BAD_ARGUMENTS = {
    "unknown model": (["--model", "resnet21"], "resnet21"),
    "unknown block to cut": (["--model", "resnet20", "--cut", "layer4.0"], "layer3.0 to layer3.2"),
    "unknown block to drop": (["--model", "resnet20", "--drop", "layer1.9"], "'layer1.9'"),
    "class out of range": (["--model", "resnet20", "--target", "10"], "Choose 0 to 9"),
    "unknown class": (["--model", "resnet20", "--target", "zebra"], "cat"),
    "unknown norm": (["--norm", "layer"], "batch"),
    "unknown activation": (["--activation", "swish"], "silu"),
    "unknown order": (["--order", "middle"], "pre"),
    "unknown device": (["--device", "tpu"], "tpu"),
    "seed with a fraction": (["--seed", "1.5"], "1.5"),
    "negative seed": (["--seed", "-1"], "--seed"),
    "unknown option": (["--frobnicate"], "--frobnicate"),
    "no imagenet weights": (["--model", "resnet20", "--weights", "imagenet"], "ResNet-20"),
    "missing checkpoint": (["--weights", "nowhere.pth"], "nowhere.pth"),
}


@pytest.mark.parametrize("case", BAD_ARGUMENTS)
def test_bad_arguments(case, photo, tmp_path, capsys):
    arguments, words = BAD_ARGUMENTS[case]
    out = tmp_path / "out"
    if "--weights" not in arguments and "--norm" not in arguments:
        arguments = [*arguments, "--weights", "none"]
    assert words in refused(capsys, *report(photo, out, *arguments))
    assert not out.exists() or not list(out.iterdir())


def test_out_is_required_and_must_be_writable(photo, tmp_path, capsys):
    assert "--out" in refused(capsys, "report", photo)
    (tmp_path / "file").write_text("x")
    line = refused(capsys, *report(photo, tmp_path / "file"))
    assert "Cannot write the report" in line


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.pth", b""), ("words.pth", b"no weights here"), ("cut.safetensors", b"\x20\0\0\0")],
)
def test_bad_checkpoints(name, content, photo, tmp_path, capsys):
    path = tmp_path / name
    path.write_bytes(content)
    assert name in refused(capsys, *report(photo, tmp_path / "out", "--weights", str(path)))


def test_a_checkpoint_of_another_network_is_refused(photo, tmp_path, capsys):
    path = tmp_path / "mine.pth"
    torch.save(build(spec("resnet20")).state_dict(), path)
    weights = ["--weights", str(path)]
    line = refused(capsys, *report(photo, tmp_path / "out", "--model", "resnet32", *weights))
    assert "ResNet-20, not of ResNet-32" in line
    for option in (["--norm", "none"], ["--norm", "group"], ["--order", "pre"]):
        line = refused(capsys, *report(photo, tmp_path / "out", *option, *weights))
        assert f"mine.pth do not fit {' '.join(option)}" in line


def test_what_no_tensor_tells_is_taken_from_the_arguments(photo, tmp_path):
    path, out = tmp_path / "mine.pth", tmp_path / "out"
    torch.save(build(spec("resnet20")).state_dict(), path)
    more = ["--model", "plain20", "--activation", "tanh", "--weights", str(path)]
    assert main(report(photo, out, *more)) == 0
    content = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert content["model"] == "plain20"
    assert content["options"]["activation"] == "tanh"
    assert {b["skip"] for b in content["blocks"]} == {0.0}
    # tanh is never exactly 0 where ReLU is, so the other activation really ran.
    assert max(b["zero_share"] for b in content["blocks"]) < 0.01


# --- endings -------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OperationCancelled()])
def test_interruption(error, monkeypatch, capsys):
    def interrupted(arguments):
        raise error

    monkeypatch.setattr(cli, "_dispatch", interrupted)
    assert main([]) == 130
    assert capsys.readouterr().err == "resnet-viz: interrupted.\n"


def test_messages_of_several_lines_become_one(monkeypatch, capsys):
    def fail(arguments):
        raise UserError("First line\nsecond line.", "And\na hint.")

    monkeypatch.setattr(cli, "_dispatch", fail)
    assert refused(capsys) == "resnet-viz: First line second line. And a hint.\n"


def test_bugs_keep_their_traceback(monkeypatch):
    def bug(arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "_dispatch", bug)
    with pytest.raises(ZeroDivisionError):
        main([])


def test_train_gets_its_arguments(monkeypatch):
    asked = []
    monkeypatch.setattr("resnet_viz.train.command.run", lambda *a: asked.append(a) or 0)
    assert main(["train", "r.toml", "--out", "run", "--resume"]) == 0
    assert asked == [(Path("r.toml"), Path("run"), True)]


# --- as a process --------------------------------------------------------------------------


def python(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ, PYTHONWARNINGS="error", PYTHONPATH=str(ROOT))
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, env=environment
    )


def test_main_py_reports_without_a_display(photo, tmp_path):
    arguments = report(photo, tmp_path / "out", "--model", "resnet20", "--weights", "none")
    done = python(str(ROOT / "main.py"), *arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / "index.html").stat().st_size > 100_000


def test_module_refuses_in_one_line(tmp_path):
    done = python("-m", "resnet_viz", "report", "none.png", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_is_no_crash():
    command = f"{sys.executable} main.py models --json | head -n 1"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stdout == "[\n"
    assert done.stderr == ""
