"""Whether a window can be opened here, asked before Qt is: Qt ends the process if not.

Imports neither torch nor Qt.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable, Mapping

from resnet_viz.errors import UserError

# Libraries that the wheels of PySide6 expect of the system, and the Debian package of each.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
}
XCB_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}

_REPORT = "`resnet-viz report IMAGE --out DIR` needs none."


def require_display(environment: Mapping[str, str] = os.environ) -> None:
    """Make sure that there is a display.

    Raises:
        UserError: on Linux, if none is named or the X server named does not answer.
    """
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return
    x_display = environment.get("DISPLAY")
    if environment.get("WAYLAND_DISPLAY"):
        return
    if not x_display:
        raise UserError(
            "There is no display to open the window on (neither DISPLAY nor WAYLAND_DISPLAY "
            "is set).",
            _REPORT,
        )
    if not _x_server_answers(x_display):
        raise UserError(
            f"Cannot open the window: the display {x_display} does not answer.", _REPORT
        )


def _x_server_answers(display: str) -> bool:
    """Whether an X server accepts us; True if the question cannot be asked."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # then a library is missing, which is another complaint
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    try:
        return int(xcb.xcb_connection_has_error(connection)) == 0
    finally:
        xcb.xcb_disconnect(connection)


def missing_libraries(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """System libraries that Qt needs here and that do not load, with their Debian packages."""
    if not sys.platform.startswith("linux"):
        return {}
    wanted = dict(QT_LIBRARIES)
    platform = environment.get("QT_QPA_PLATFORM", "")
    wayland = environment.get("WAYLAND_DISPLAY") and not platform
    if platform.startswith("xcb") or (not platform and not wayland):
        wanted |= XCB_LIBRARIES
    return {library: package for library, package in wanted.items() if not _loads(library)}


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_hint(packages: Iterable[str]) -> str:
    """How to get Debian packages."""
    return f"Install with `sudo apt install {' '.join(packages)}` (Debian, Ubuntu)."


def require_qt() -> None:
    """Make sure that Qt can start.

    Raises:
        UserError: if a system library or PySide6 itself is missing, naming what to install.
    """
    if missing := missing_libraries():
        libraries = ", ".join(missing)
        plural = "libraries are" if len(missing) > 1 else "library is"
        raise UserError(
            f"Cannot open the window: the system {plural} missing that Qt needs: {libraries}.",
            install_hint(missing.values()),
        )
    try:
        import PySide6.QtWidgets  # noqa: F401 - asked here because app.py would die of it
    except ImportError as error:
        raise UserError(
            f"Cannot open the window: Qt cannot be loaded ({error}).",
            "`resnet-viz doctor` says what is missing.",
        ) from error
