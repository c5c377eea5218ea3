"""File > Report: one page of what Explore shows, made without torch."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FakeClient
from PySide6.QtCore import QSettings, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from sessions import begun

from resnet_viz.engine.messages import Failed
from resnet_viz.ui.notify import Level, Notifier
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.session import Session
from resnet_viz.ui.window_report import WindowReport

PHOTO = Picture("cat: 1.png", np.full((40, 60, 3), 90, np.uint8), "/secret/folder/cat: 1.png")


@pytest.fixture
def session(client: FakeClient) -> Session:
    """ResNet-20 with one skip cut, measured."""
    made = begun(client, PHOTO)
    made.flip_skip("layer1.1")
    client.answer_explore()
    return made


@pytest.fixture
def report(
    qtbot: QtBot, client: FakeClient, session: Session, tmp_path: Path
) -> Iterator[WindowReport]:
    window = QWidget()
    qtbot.addWidget(window)
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    made = WindowReport(window, client, session, settings, Notifier(window))  # type: ignore[arg-type]
    yield made
    made.wait()


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | None) -> list[str]:
    """Let the file dialog answer `path`; returns what it is shown as suggestion."""
    suggested: list[str] = []

    def answer(_parent: object, _title: str, name: str, _filter: str) -> tuple[str, str]:
        suggested.append(name)
        return ("" if path is None else str(path)), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return suggested


def in_page(path: Path) -> dict[str, Any]:
    """The report.json that a page carries."""
    (inside,) = re.findall(r"application/json;base64,([^\"]+)", path.read_text(encoding="utf-8"))
    found: dict[str, Any] = json.loads(base64.b64decode(inside))
    return found


def test_one_page_with_the_maps_of_several_blocks(
    report: WindowReport,
    client: FakeClient,
    session: Session,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session.select("layer1.2")
    client.answer_explore()
    target = tmp_path / "mine"
    suggested = choose(monkeypatch, target)
    report.ask()
    asked = client.asked[-1]
    assert client.lanes[asked.request_id] != ""  # nobody's clicks are superseded by it
    assert asked.keep == ("layer1.0", "layer1.2", "layer2.1", "layer3.2")
    assert asked.gates == session.toggles.gates(session.spec)
    session.flip_skip("layer3.0")  # what is done meanwhile is not in the report
    measured = client.answer_explore([a.request_id for a in client.asked].index(asked.request_id))
    notifier = report._notifier
    qtbot.waitUntil(lambda: notifier.history[-1].message.startswith("Wrote"), timeout=60_000)

    assert Path(suggested[0]).name == "ResNet-20 on cat- 1.html"
    page = target.with_suffix(".html")
    text = page.read_text(encoding="utf-8")
    for name in asked.keep:
        assert f"Inside {name}" in text
    assert "1 of 9 skip connections cut" in text
    assert "/secret" not in text
    written = in_page(page)["blocks"]
    np.testing.assert_allclose(
        [b["grad_in"] for b in written], [b.grad_in for b in measured.snapshot.blocks]
    )

    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    act = notifier.history[-1].on_action
    assert act is not None
    act()
    assert [url.toLocalFile() for url in opened] == [str(page)]


def test_without_the_engine_it_is_made_of_what_is_on_screen(
    report: WindowReport,
    client: FakeClient,
    session: Session,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choose(monkeypatch, tmp_path / "r.html")
    report.ask()
    client.failed.emit(Failed(client.asked[-1].request_id, "The engine died."))
    qtbot.waitUntil(
        lambda: report._notifier.history[-1].message.startswith("Wrote"), timeout=60_000
    )
    headings = re.findall(r"<h2>Inside ([^<]+)", (tmp_path / "r.html").read_text(encoding="utf-8"))
    assert headings == [session.selected]


def test_what_cannot_be_written_is_told(
    report: WindowReport,
    client: FakeClient,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choose(monkeypatch, tmp_path / "none" / "r.html")
    report.ask()
    client.answer_explore()
    qtbot.waitUntil(lambda: report._notifier.history[-1].level is Level.ERROR, timeout=60_000)
    assert "Cannot write" in report._notifier.history[-1].message


def test_nothing_is_asked_without_a_file_or_a_measurement(
    report: WindowReport, client: FakeClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(client.asked)
    choose(monkeypatch, None)
    report.ask()
    assert len(client.asked) == before
    session.flip_skip("layer3.0")  # not answered yet
    suggested = choose(monkeypatch, Path("never"))
    report.ask()
    assert suggested == []
    assert "no measurement" in report._notifier.history[-1].message


def test_the_window_does_not_import_torch_or_matplotlib_for_it() -> None:
    code = (
        "import sys, resnet_viz.ui.window_report;"
        "print([m for m in ('torch', 'matplotlib', 'pyqtgraph') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
