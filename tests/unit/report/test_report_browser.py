"""The report in a real browser, as wide as a phone and as a desk."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from resnet_viz.report.command import render
from resnet_viz.report.result import Result

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")

# A window cannot be as narrow as a phone; a frame can, and what depends on the width asks it.
_FRAME = """<!DOCTYPE html><body style="margin:0">
<iframe src="index.html" style="border:0;width:{width}px;height:900px"></iframe>
<script>
const frame = document.querySelector("iframe");
frame.onload = () => {{
  const page = frame.contentDocument, view = frame.contentWindow;
  const shown = e => e.getClientRects().length > 0;
  const boxed = e => e.closest(".scroll") !== null;
  const outside = [...page.querySelectorAll("main *")]
    .filter(e => shown(e) && !boxed(e) && e.getBoundingClientRect().right > view.innerWidth + 1)
    .map(e => e.tagName + "." + e.className);
  const texts = [...page.querySelectorAll("svg text")].filter(shown);
  const found = {{
    width: page.documentElement.scrollWidth,
    inner: view.innerWidth,
    outside: outside,
    narrow: [...page.querySelectorAll(".narrow")].filter(shown).length,
    wide: [...page.querySelectorAll(".wide")].filter(shown).length,
    scrolling: [...page.querySelectorAll("figure .scroll")]
      .filter(e => shown(e) && e.scrollWidth > e.clientWidth).length,
    smallest: Math.min(...texts.map(e => e.getBoundingClientRect().height)),
    broken: [...page.querySelectorAll("img, svg image")]
      .filter(e => shown(e) && e.getBoundingClientRect().width === 0).length,
    headings: [...page.querySelectorAll("h2")].filter(shown).map(e => e.textContent),
  }};
  document.body.innerHTML = "<pre>" + JSON.stringify(found).replaceAll("<", "&lt;") + "</pre>";
}};
</script></body>
"""


@pytest.fixture(scope="module")
def folder(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    (folder / "index.html").write_bytes(render(result)["index.html"])
    return folder


def seen(folder: Path, width: int) -> dict[str, Any]:
    """What a reader of the page sees, measured in a frame of this width."""
    assert CHROMIUM is not None
    page = folder / f"frame-{width}.html"
    page.write_text(_FRAME.format(width=width))
    command = [
        *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
        *("--enable-logging=stderr", "--allow-file-access-from-files"),
        f"--user-data-dir={folder / 'profile'}",
        *(f"--window-size={max(width, 800)},1000", "--dump-dom", page.as_uri()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr, done.stderr  # the page has an error or a warning
    found = re.search(r"<pre>(.*)</pre>", done.stdout, re.DOTALL)
    assert found is not None, done.stdout[:2000]
    measured: dict[str, Any] = json.loads(html.unescape(found[1]))
    return measured


def test_on_a_phone_nothing_is_wider_than_the_screen(folder: Path, result: Result) -> None:
    page = seen(folder, 390)
    assert page["inner"] == 390
    assert page["width"] == 390
    assert page["outside"] == []
    assert page["broken"] == 0
    assert (page["narrow"], page["wide"]) == (1 + len(result.shown), 0)
    assert page["scrolling"] == 0  # no figure has to be pushed about
    assert page["smallest"] >= 8


def test_on_a_desk_the_wide_figures_are_shown_whole(folder: Path, result: Result) -> None:
    page = seen(folder, 1280)
    assert page["width"] == page["inner"] == 1280
    assert page["outside"] == []
    assert (page["narrow"], page["wide"]) == (0, 1 + len(result.shown))
    assert page["scrolling"] == 0
    assert page["smallest"] >= 9
    assert page["headings"][0] == "What was measured"
    assert "Every block" in page["headings"]


def test_the_frame_notices_what_is_too_wide(folder: Path) -> None:
    """Else the two above could not fail."""
    text = (folder / "index.html").read_text()
    other = folder / "other"
    other.mkdir()
    (other / "index.html").write_text(
        text.replace("</main>", '<p id="x" style="width:2000px;max-width:none">x</p></main>')
    )
    page = seen(other, 390)
    assert page["width"] > 390
    assert page["outside"] == ["P."]
