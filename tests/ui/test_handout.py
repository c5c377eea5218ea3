"""A lecture goes through a fake engine and comes out as pages."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from fakes import FakeClient
from PIL import Image
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.errors import UserError
from resnet_viz.lecture.handout import Handout
from resnet_viz.lecture.scenes import Lecture, Question, Scene, Step
from resnet_viz.lecture.views import Anatomy, Photo, Training
from resnet_viz.ui.lecture import handout_maker
from resnet_viz.ui.lecture.handing_out import HandingOut
from resnet_viz.ui.lecture.handout_files import write_handout
from resnet_viz.ui.lecture.handout_maker import HandoutMaker, moments, unknown
from resnet_viz.ui.notify import Notifier

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LECTURE = Lecture(
    "Blocks",
    "A. Author",
    (
        Scene(
            "One block",
            "It has {params} parameters.",
            "Counted from {convs} layers.",
            (Anatomy(network="resnet18"),),
            (Step(say="Now {params}.", change={"network": "resnet50", "block": "layer1.1"}),),
            questions=(Question("How many?", "{params}, not fewer."),),
        ),
        Scene("Another", "Pre-activated.", views=(Anatomy(network="resnet18", order="pre"),)),
    ),
)


def handed_out(qtbot: QtBot, lecture: Lecture) -> Handout:
    maker = HandoutMaker(FakeClient(), lecture, Path(), {"torch": "9"})  # type: ignore[arg-type]
    with qtbot.waitSignal(maker.finished, timeout=20_000) as finished:
        maker.start()
    made = finished.args[0]
    assert isinstance(made, Handout)
    return made


@pytest.fixture(scope="module")
def handout(qapp: object) -> Handout:
    maker = HandoutMaker(FakeClient(), LECTURE, Path(), {"torch": "9"})  # type: ignore[arg-type]
    from PySide6.QtCore import QEventLoop

    loop, made = QEventLoop(), []
    maker.finished.connect(made.append)
    maker.finished.connect(lambda _: loop.quit())
    maker.start()
    loop.exec()
    assert isinstance(made[0], Handout)
    return made[0]


def test_every_step_is_kept_with_the_figures_of_its_moment(handout: Handout) -> None:
    first, second = handout.scenes
    # torchvision's BasicBlock of 64 channels: 2 (9 64 64) + 2 2 64; Bottleneck of 256 likewise.
    assert [shown.sentence for shown in first.shown] == ["It has 74.0 k parameters.", "Now 70.4 k."]
    assert first.questions == (("How many?", "74.0 k, not fewer."),)
    assert first.notes.startswith("Counted from 2")
    assert [shown.sentence for shown in second.shown] == ["Pre-activated."]
    assert "torch 9" in handout.measured
    assert unknown(handout) == 0


def test_pictures_show_the_views_sharply_and_differ_from_step_to_step(handout: Handout) -> None:
    pictures = [Image.open(io.BytesIO(s.picture)) for scene in handout.scenes for s in scene.shown]
    for picture in pictures:
        assert picture.width > 2 * 1000
        ink = picture.convert("L").point(lambda v: 255 * (v < 128)).getbbox()
        assert ink is not None
        assert ink[2] - ink[0] > picture.width / 4, "a block is drawn"
    assert len({p.tobytes() for p in pictures}) == len(pictures)


def test_a_step_that_trains_is_left_to_the_lecture() -> None:
    steps = (Step(say="a"), Step(do="train"), Step(say="b"))
    assert moments(Scene("T", views=(Training(),), steps=steps)) == (0, 1)
    assert moments(Scene("T", steps=steps[:1])) == (0, 1)
    assert moments(Scene("T")) == (0,)


def test_what_is_not_measured_in_time_is_said(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handout_maker, "_PATIENCE_S", 0.3)
    scene = Scene("Photo", "It says {top1}.", views=(Photo(network="resnet20"),))
    made = handed_out(qtbot, Lecture("L", "", (scene,)))
    (shown,) = made.scenes[0].shown
    assert shown.sentence == "It says …."
    assert "in time" in shown.remark
    assert unknown(made) == 1


def test_a_view_that_cannot_be_shown_stops_nothing(qtbot: QtBot) -> None:
    scenes = (Scene("Gone", views=(Photo(picture="gone.png"),)), LECTURE.scenes[1])
    made = handed_out(qtbot, Lecture("L", "", scenes))
    assert [scene.title for scene in made.scenes] == ["Gone", "Another"]


def test_the_pdf_has_a_page_for_each_scene_and_text_that_can_be_searched(
    handout: Handout, tmp_path: Path
) -> None:
    path = write_handout(handout, tmp_path / "out.pdf")
    assert path.read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: the PDF's pages cannot be read here")
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True)
    pages = [" ".join(page.split()) for page in done.stdout.split("\f")][:-1]
    assert len(pages) == 4
    assert "1. One block" in pages[0]
    assert "Now 70.4 k." in pages[0]
    assert "2. Another" in pages[1]
    assert "How many?" in pages[2]
    assert "not fewer" not in pages[2]
    assert "74.0 k, not fewer." in pages[3]


def test_the_html_is_written_and_another_kind_refused(handout: Handout, tmp_path: Path) -> None:
    assert "One block" in write_handout(handout, tmp_path / "out.html").read_text()
    with pytest.raises(UserError, match=r"out\.docx"):
        write_handout(handout, tmp_path / "out.docx")
    with pytest.raises(UserError):
        write_handout(handout, tmp_path / "no such folder" / "out.html")


def test_it_is_handed_out_from_the_window_and_said(qtbot: QtBot, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    notifier = Notifier(window)
    handing = HandingOut(FakeClient(), notifier, window)  # type: ignore[arg-type]
    handing.start(LECTURE, Path(), tmp_path / "out.html")
    qtbot.waitUntil(lambda: (tmp_path / "out.html").exists(), timeout=20_000)
    assert handing.maker is None
    assert notifier.history[-1].message == f"Wrote {tmp_path / 'out.html'}."


def test_a_handout_is_stopped_and_nothing_written(qtbot: QtBot, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    handing = HandingOut(FakeClient(), Notifier(window), window)  # type: ignore[arg-type]
    handing.start(LECTURE, Path(), tmp_path / "out.html")
    assert handing.maker is not None
    handing.stop()
    qtbot.wait(300)
    assert not (tmp_path / "out.html").exists()
    handing.start(LECTURE, Path(), tmp_path / "out.odt")
    assert handing.maker is None
