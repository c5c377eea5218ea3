import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from resnet_viz.errors import UserError
from resnet_viz.ui.intake import Intake
from resnet_viz.ui.pictures import PictureLoader, accepts, from_qimage, read_mime


def png(colour: tuple[int, int, int] = (10, 200, 30), size: tuple[int, int] = (8, 5)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def urls(*values: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(v) for v in values])
    return mime


def test_local_files_come_in_order(tmp_path: Path) -> None:
    mime = urls((tmp_path / "b.png").as_uri(), (tmp_path / "a b ü.png").as_uri())
    assert accepts(mime)
    assert read_mime(mime).files == (tmp_path / "b.png", tmp_path / "a b ü.png")


def test_image_data_comes_before_the_address_a_browser_adds() -> None:
    mime = urls("https://example.org/cat.png")
    mime.setHtml('<img src="https://example.org/cat.png">')
    mime.setData("image/png", png())
    assert read_mime(mime).data == png()


def test_an_image_of_another_program(qapp: object) -> None:
    image = QImage(4, 3, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 255, 128))
    mime = QMimeData()
    mime.setImageData(image)
    found = read_mime(mime)
    assert found.data is not None or found.image is not None


def test_a_data_url_in_html_is_decoded() -> None:
    mime = QMimeData()
    mime.setHtml(f'<img src="data:image/png;base64,{base64.b64encode(png()).decode()}">')
    assert read_mime(mime).data == png()


def test_a_path_as_text_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "cat.png"
    file.write_bytes(png())
    mime = QMimeData()
    mime.setText(f"{file}\n")
    assert read_mime(mime).files == (file,)


@pytest.mark.parametrize(
    ("mime", "sentence"),
    [
        (urls("https://example.org/cat.png"), "only the address"),
        (urls(), "no picture"),
    ],
)
def test_what_is_no_picture_is_explained(mime: QMimeData, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read_mime(mime)


def test_transparency_is_laid_on_white_and_rows_are_not_sheared(qapp: object) -> None:
    image = QImage(5, 2, QImage.Format.Format_ARGB32)  # 5 pixels: rows are padded in RGB888
    image.fill(QColor(0, 0, 255, 128))
    image.setPixelColor(4, 1, QColor(255, 0, 0, 255))
    rgb = from_qimage(image, "x").rgb
    assert rgb.shape == (2, 5, 3)
    np.testing.assert_allclose(rgb[0, 0], [127, 127, 255], atol=1)
    np.testing.assert_array_equal(rgb[1, 4], [255, 0, 0])


def test_only_the_newest_picture_is_reported(qtbot: QtBot, tmp_path: Path) -> None:
    loader = PictureLoader()
    heard = []
    loader.loaded.connect(heard.append)
    for i in range(4):
        (tmp_path / f"{i}.png").write_bytes(png(size=(8 + i, 4)))
        loader.load_file(tmp_path / f"{i}.png")
    qtbot.waitUntil(lambda: bool(heard))
    loader.wait()
    assert [p.name for p in heard] == ["3.png"]
    assert heard[0].rgb.shape == (4, 11, 3)
    assert heard[0].path == str(tmp_path / "3.png")


def test_a_broken_picture_is_reported_as_something_the_user_can_mend(
    qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "notes.png"
    file.write_text("not a picture")
    intake = Intake()
    with qtbot.waitSignal(intake.problem) as caught:
        intake.open_paths([file])
    assert isinstance(caught.args[0], UserError)
    assert "notes.png" in str(caught.args[0])
    intake.close()


def test_several_files_make_a_gallery_and_the_first_is_opened(qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png())
    intake = Intake()
    galleries, checkpoints = [], []
    intake.gallery.connect(galleries.append)
    intake.checkpoint.connect(checkpoints.append)
    with qtbot.waitSignal(intake.picture) as caught:
        intake.open_paths([tmp_path / "a.png", tmp_path / "net.pth", tmp_path / "b.png"])
    assert caught.args[0].name == "a.png"
    assert [name for name, _ in galleries[0]] == ["a.png", "b.png"]
    assert checkpoints == [tmp_path / "net.pth"]
    intake.close()


def test_a_folder_opens_as_its_pictures(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "one.png").write_bytes(png())
    (tmp_path / "readme.txt").write_text("text")
    intake = Intake()
    with qtbot.waitSignal(intake.picture) as caught:
        intake.open_paths([tmp_path])
    assert caught.args[0].name == "one.png"
    intake.close()
