"""Why a window cannot be opened is said before Qt ends the process."""

import sys

import pytest

from resnet_viz import display
from resnet_viz.errors import UserError

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="displays are named on Linux only"
)


def test_no_display_names_the_report_command():
    with pytest.raises(UserError, match="no display") as caught:
        display.require_display({})
    assert "resnet-viz report" in caught.value.hint


def test_silent_display_is_told_before_qt_aborts():
    with pytest.raises(UserError, match=r":4711 does not answer"):
        display.require_display({"DISPLAY": ":4711"})


@pytest.mark.parametrize(
    "environment",
    [
        {"QT_QPA_PLATFORM": "offscreen"},
        {"WAYLAND_DISPLAY": "wayland-0"},
        {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":4711"},
    ],
)
def test_other_platforms_are_left_to_qt(environment):
    display.require_display(environment)


def test_missing_libraries_are_named_with_their_packages(monkeypatch):
    gone = {"libEGL.so.1", "libxcb-cursor.so.0"}
    monkeypatch.setattr(display, "_loads", lambda library: library not in gone)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    found = display.missing_libraries({"DISPLAY": ":0"})
    assert found == {"libEGL.so.1": "libegl1", "libxcb-cursor.so.0": "libxcb-cursor0"}
    # Without X11 the cursor library is of no use.
    for other in ({"QT_QPA_PLATFORM": "offscreen"}, {"WAYLAND_DISPLAY": "wayland-0"}):
        assert list(display.missing_libraries(other)) == ["libEGL.so.1"]


def test_require_qt_says_what_to_install(monkeypatch):
    monkeypatch.setattr(display, "missing_libraries", lambda: {"libEGL.so.1": "libegl1"})
    with pytest.raises(UserError, match=r"libEGL\.so\.1") as caught:
        display.require_qt()
    assert "apt install libegl1" in caught.value.hint


def test_require_qt_without_pyside(monkeypatch):
    monkeypatch.setattr(display, "missing_libraries", dict)
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)
    with pytest.raises(UserError, match="Qt cannot be loaded") as caught:
        display.require_qt()
    assert "doctor" in caught.value.hint


def test_a_library_that_does_not_exist_does_not_load():
    assert not display._loads("libnobody-has-this.so.9")
    assert display._loads("libc.so.6")
