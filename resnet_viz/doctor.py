"""`resnet-viz doctor`: what works here, what does not, and how to mend it."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.text import Text

from resnet_viz import __version__
from resnet_viz.display import install_hint, missing_libraries, require_display
from resnet_viz.errors import UserError

_PACKAGES = {
    "torch": "torch",
    "torchvision": "torchvision",
    "numpy": "numpy",
    "PIL": "pillow",
    "safetensors": "safetensors",
    "matplotlib": "matplotlib",
    "pyqtgraph": "pyqtgraph",
    "psutil": "psutil",
    "rich": "rich",
    "platformdirs": "platformdirs",
    "skimage": "scikit-image",
}
_ENOUGH_DISK_GB = 1.0


class State(Enum):
    """How a check came out."""

    OK = "ok"
    #: Something works less well than it could.
    NOTE = "note"
    #: The program cannot do its work before this is mended.
    FAULT = "FAULT"


@dataclass(frozen=True)
class Finding:
    """One line of the report: `what` was checked, what was found, how to mend it."""

    state: State
    what: str
    found: str
    mend: str = ""


def run() -> int:
    """Print every finding; returns 0 if the program is usable, 1 if not."""
    console = Console(highlight=False)
    worst = State.OK
    colours = {State.OK: "green", State.NOTE: "yellow", State.FAULT: "red"}
    for check in CHECKS:
        for finding in check():
            line = Text(f"{finding.state.value:<6}", style=colours[finding.state])
            line.append(f"{finding.what}: {finding.found}", style="default")
            console.print(line, soft_wrap=True)
            if finding.mend:
                console.print(Text(f"       {finding.mend}"), soft_wrap=True)
            if finding.state is State.FAULT:
                worst = State.FAULT
    if worst is State.FAULT:
        console.print("\nSomething must be mended before ResNet Visualizer works here.")
        return 1
    console.print("\nResNet Visualizer works here.")
    return 0


def _python() -> Iterator[Finding]:
    yield Finding(State.OK, "resnet-viz", __version__)
    found = f"{platform.python_version()} ({sys.executable})"
    yield Finding(State.OK, "Python", found)


def _packages() -> Iterator[Finding]:
    for module, package in _PACKAGES.items():
        if importlib.util.find_spec(module) is None:
            needed = package not in ("scikit-image",)
            yield Finding(
                State.FAULT if needed else State.NOTE,
                package,
                "not installed" if needed else "not installed: there are no sample photographs",
                f"pip install {package}",
            )
        else:
            yield Finding(State.OK, package, _version(package))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown version"


def _torch() -> Iterator[Finding]:
    try:
        import torch
    except ImportError as error:
        yield Finding(State.FAULT, "torch", f"cannot be imported ({error})", "pip install torch")
        return
    from resnet_viz.models.devices import list_devices
    from resnet_viz.torchvision_compat import ensure_torchvision

    fault = ensure_torchvision()
    if fault is None:
        yield Finding(State.OK, "torchvision's operators", "fit torch")
    else:
        yield Finding(State.NOTE, "torchvision's operators", fault)
    yield Finding(State.OK, "devices", "; ".join(d.label for d in list_devices()))
    if torch.version.cuda is None:
        yield Finding(State.OK, "CUDA", "this build of torch has none: it computes on the CPU")
    elif torch.cuda.is_available():
        yield Finding(State.OK, "CUDA", torch.version.cuda)
    else:
        yield Finding(
            State.NOTE,
            "CUDA",
            f"torch was built for {torch.version.cuda}, but no GPU can be used",
            "If this machine has an NVIDIA GPU, install or update its driver.",
        )


def _qt() -> Iterator[Finding]:
    if missing := missing_libraries():
        yield Finding(
            State.FAULT,
            "Qt's system libraries",
            f"missing: {', '.join(missing)} (the window needs them, `report` does not)",
            install_hint(missing.values()),
        )
    else:
        yield Finding(State.OK, "Qt's system libraries", "found")
    try:
        # By name: only resnet_viz.ui may import Qt, and here it is only asked for its version.
        qt = importlib.import_module("PySide6.QtCore")
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as error:
        yield Finding(
            State.FAULT, "PySide6", f"cannot be loaded ({error})", "pip install PySide6-Essentials"
        )
        return
    found = qt.__version__
    if found.startswith("6.12.0"):
        yield Finding(
            State.FAULT,
            "PySide6",
            f"{found} aborts Python after some minutes of painting",
            "pip install 'PySide6-Essentials!=6.12.0'",
        )
    else:
        yield Finding(State.OK, "PySide6", found)


def _display() -> Iterator[Finding]:
    try:
        require_display()
    except UserError as error:
        # Not a fault: a server without a display runs `report` and `train`.
        yield Finding(State.NOTE, "display", error.message, error.hint)
        return
    names = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")
    found = [f"{name}={os.environ[name]}" for name in names if os.environ.get(name)]
    yield Finding(State.OK, "display", ", ".join(found) or "the system's own")


def _assets() -> Iterator[Finding]:
    from resnet_viz.assets import assets_dir
    from resnet_viz.images import sample_images
    from resnet_viz.models.bundled import read_cards, weights_dir

    try:
        assets_dir()
    except FileNotFoundError as error:
        yield Finding(State.FAULT, "assets", str(error), "pip install --force-reinstall resnet-viz")
        return
    cards, notes = read_cards(weights_dir())
    for card in cards.values():
        if card.intact():
            yield Finding(State.OK, f"bundled {card.name}", card.label())
        else:
            yield Finding(
                State.NOTE,
                f"bundled {card.name}",
                f"{card.path.name} is not the file that was shipped",
                "Reinstall resnet-viz.",
            )
    if not cards:
        yield Finding(State.NOTE, "bundled networks", "none: the first network has random weights")
    for note in notes:
        yield Finding(State.NOTE, "bundled networks", note, "Reinstall resnet-viz.")
    titles = ", ".join(s.title for s in sample_images())
    yield Finding(State.OK if titles else State.NOTE, "sample photographs", titles or "none")


def _folders() -> Iterator[Finding]:
    import platformdirs

    folders = {"settings and logs": Path(platformdirs.user_config_dir("resnet-viz"))}
    if importlib.util.find_spec("torch") is not None:
        import torch

        folders["downloaded weights"] = Path(torch.hub.get_dir())
    for what, folder in folders.items():
        yield _folder(what, folder)


def _folder(what: str, folder: Path) -> Finding:
    """Whether a folder that may not exist yet can be written, and how much room there is."""
    there = next(p for p in (folder, *folder.parents) if p.exists())
    if not os.access(there, os.W_OK):
        return Finding(
            State.NOTE, what, f"{folder} cannot be written", "Change the folder's permissions."
        )
    free_gb = shutil.disk_usage(there).free / 1e9
    found = f"{folder}, {free_gb:.1f} GB free"
    if free_gb < _ENOUGH_DISK_GB:
        return Finding(State.NOTE, what, found, "ImageNet weights need up to 0.4 GB each.")
    return Finding(State.OK, what, found)


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _torch,
    _qt,
    _display,
    _assets,
    _folders,
)
