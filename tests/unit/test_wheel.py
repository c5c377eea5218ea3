"""The installed program: a wheel, built and put elsewhere, finds its assets and starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed into it, without its dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", site, wheel],
        check=True,
        capture_output=True,
    )
    return site


def environment(site: Path, home: Path) -> dict[str, str]:
    env = {**os.environ, "PYTHONPATH": str(site), "QT_QPA_PLATFORM": "offscreen"}
    for name in ("CONFIG", "CACHE", "STATE", "DATA"):
        env[f"XDG_{name}_HOME"] = str(home / name.lower())
    return env


def test_assets_are_those_in_the_wheel(site: Path, tmp_path: Path) -> None:
    code = (
        "from resnet_viz.assets import assets_dir; from resnet_viz.models.bundled import bundled;"
        "print(assets_dir()); print(*bundled())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(site, tmp_path),
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    folder, names = done.stdout.splitlines()
    assert Path(folder) == site / "resnet_viz" / "assets"
    shipped = {p.name.split("-")[0] for p in (ROOT / "assets" / "weights").glob("*.json")}
    assert shipped == set(names.split())
    assert shipped


def test_no_asset_stays_behind(site: Path) -> None:
    """Lectures and the glossary as well as weights: a folder too many is as bad as one missing."""
    here, there = (
        {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
        for folder in (ROOT / "assets", site / "resnet_viz" / "assets")
    )
    assert there == here
    assert {"lectures/residual-networks.toml", "glossary.toml"} <= there


def test_the_installed_lecture_has_everything_it_names(site: Path, tmp_path: Path) -> None:
    lecture = site / "resnet_viz" / "assets" / "lectures" / "residual-networks.toml"
    done = subprocess.run(
        [sys.executable, "-m", "resnet_viz", "lecture", lecture, "--check"],
        env=environment(site, tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert " scenes" in done.stdout.splitlines()[0]


def test_the_installed_window_opens_and_closes(site: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "resnet_viz"],
        env=environment(site, tmp_path),
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    log = tmp_path / "state" / "resnet-viz" / "log" / "window.log"
    try:
        end = time.monotonic() + 60
        while not (log.exists() and "window shown" in log.read_text()):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < end, "no window after a minute"
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
