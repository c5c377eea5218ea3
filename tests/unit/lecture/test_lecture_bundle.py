"""Bundles: everything in one file, opened elsewhere, damaged, hostile; figures compared."""

import shutil
import stat
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from resnet_viz.assets import assets_dir
from resnet_viz.cli import main
from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.lecture import bundle, unpacking
from resnet_viz.lecture.bundle import pack
from resnet_viz.lecture.facts import Fact
from resnet_viz.lecture.made import Made, Numbers, differences, versions_here
from resnet_viz.lecture.named_files import named_files
from resnet_viz.lecture.scenes import Lecture, Scene, Step
from resnet_viz.lecture.storage import open_lecture, save
from resnet_viz.lecture.unpacking import unpack
from resnet_viz.lecture.views import Maps, Overview, Photo, Run, Training, View

NUMBERS: Numbers = (({"ratio": Fact("0.41", 0.41), "network": Fact("ResNet-56")},), ())
VERSIONS = {"resnet-viz": "1", "torch": "2.11"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(unpacking, "unpacked_folder", lambda: folder)
    monkeypatch.setattr("resnet_viz.lecture.storage.unpacked_folder", lambda: folder)
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    (folder / "other").mkdir(parents=True)
    (folder / "Cat.png").write_bytes(b"a cat")
    (folder / "other" / "cat.png").write_bytes(b"another cat")
    (folder / "net.pt").write_bytes(b"weights")
    shutil.copytree(assets_dir() / "runs" / "weights56-cifar10", folder / "run")
    (folder / "run" / "checkpoints").mkdir()
    (folder / "run" / "checkpoints" / "big").write_bytes(b"x")
    return folder


def of(*views: View) -> Lecture:
    return Lecture("t", "", (Scene("s", views=views),))


def contents(lecture: Lecture, folder: Path) -> list[bytes]:
    """What the files that a lecture names hold; of runs, their metrics."""
    files = [f.path(folder) for scene in lecture.scenes for f in named_files(scene)]
    return [(f / "metrics.jsonl" if f.is_dir() else f).read_bytes() for f in files]


def test_a_bundle_holds_all_that_a_lecture_needs(here: Path, tmp_path: Path):
    step = Step(change={"picture": str(here / "Cat.png")})
    deep = Overview(weights="file", path="net.pt", picture="other/cat.png")
    first = Scene("s", views=(Maps(picture="Cat.png"), deep), steps=(step,))
    lecture = Lecture("t", "", (first, Scene("r", views=(Run(run="run"),))))
    before = contents(lecture, here)
    assert pack(lecture, here, tmp_path / "b.rvl", NUMBERS, VERSIONS, device="cpu") == ()
    shutil.rmtree(here)
    opened = open_lecture(tmp_path / "b.rvl")
    cat, *others = contents(opened.lecture, opened.folder)
    assert [cat, *others[:2], cat, *others[2:]] == before  # one picture was named in two ways
    assert opened.remarks == ()
    assert opened.made == Made(VERSIONS, "cpu", NUMBERS)
    names = zipfile.ZipFile(tmp_path / "b.rvl").namelist()
    assert len({name.casefold() for name in names}) == len(names)
    assert not [name for name in names if "checkpoints" in name or ".lock" in name]


def test_saved_as_a_file_it_takes_its_pictures_along(here: Path, tmp_path: Path, cache: Path):
    pack(of(Maps(picture="Cat.png"), Run(run="run")), here, tmp_path / "b.rvl", (), {})
    opened = open_lecture(tmp_path / "b.rvl")
    there = tmp_path / "there"
    there.mkdir()
    for _ in range(2):  # never over what is there already
        saved = save(opened.lecture, there / "my.toml", opened.folder)
    shutil.rmtree(cache)
    assert contents(saved, there)[0] == b"a cat"
    assert not any(Path(f.name).is_absolute() for f in named_files(saved.scenes[0]))
    assert sorted(p.name for p in there.iterdir()) == ["my files", "my files 2", "my.toml"]


def test_what_stays_out_is_told_when_packed_and_when_opened(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bundle, "LARGEST_BYTES", 6)
    scenes = (
        Scene("a", views=(Maps(picture="Cat.png"), Maps(picture="gone.png"))),
        Scene("b", views=(Overview(weights="file", path="net.pt", picture=""),)),
        Scene("c", views=(Photo(network="resnet50", weights="imagenet"),)),
        Scene("d", views=(Training(recipe="bundled:duel56-cifar10"),)),
    )
    told = pack(Lecture("t", "", scenes), here, tmp_path / "b.rvl", (), {})
    assert [line[:8] for line in told] == ["Scene 1:", *["Scene 2:"] * 2, "Scene 3:", "Scene 4:"]
    for line, words in zip(
        told, ("gone.png", "net.pt", "picture of the window", "downloaded", "CIFAR-10"), strict=True
    ):
        assert words in line
    assert open_lecture(tmp_path / "b.rvl").remarks[:5] == told


def test_packing_can_be_cancelled_and_leaves_the_old_bundle(here: Path, tmp_path: Path):
    path = tmp_path / "b.rvl"
    path.write_bytes(b"old")
    with pytest.raises(OperationCancelled):
        pack(of(Maps(picture="Cat.png")), here, path, (), {}, cancelled=lambda: True)
    assert path.read_bytes() == b"old"
    done: list[tuple[int, int]] = []
    pack(of(Maps(picture="Cat.png")), here, path, (), {}, progress=lambda *n: done.append(n))
    assert done == [(5, 5)]


def test_the_same_bundle_is_unpacked_once_and_mended(here: Path, tmp_path: Path, cache: Path):
    pack(of(Maps(picture="Cat.png")), here, tmp_path / "b.rvl", (), {})
    folder, _ = unpack(tmp_path / "b.rvl")
    assert unpack(tmp_path / "b.rvl")[0] == folder
    assert [p.name for p in cache.iterdir()] == [folder.name]
    (folder / "pictures" / "Cat.png").unlink()
    unpack(tmp_path / "b.rvl")
    assert (folder / "pictures" / "Cat.png").read_bytes() == b"a cat"


# --- damaged and hostile bundles -------------------------------------------------------------


def test_wherever_a_bundle_is_damaged_it_is_refused_or_whole(here: Path, tmp_path: Path):
    path = tmp_path / "b.rvl"
    pack(of(Maps(picture="Cat.png")), here, path, NUMBERS, VERSIONS)
    whole = path.read_bytes()
    expected = open_lecture(path)
    refused = 0
    for at in range(0, len(whole), 7):
        for bad in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            path.write_bytes(bad)
            try:
                opened = open_lecture(path)
            except UserError as error:
                refused += "b.rvl" in error.message
            else:  # a bit that decides nothing: a date, an attribute
                assert opened.lecture == expected.lecture
    assert refused > len(whole) // 7


def archive(path: Path, *members: str | zipfile.ZipInfo) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for member in members:
            file.writestr(member, 'title = "t"')
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "pictures/../../evil.txt",
        "/evil.txt",
        "C:/evil.txt",
        "pictures\\..\\..\\evil.txt",
        "evil.txt",
        "pictures",
    ],
)
def test_names_that_lead_elsewhere(tmp_path: Path, cache: Path, name: str):
    path = archive(tmp_path / "b.rvl", "lecture.toml", name)
    with pytest.raises(UserError, match="which no bundle does"):
        open_lecture(path)
    assert not cache.exists()
    assert not list(tmp_path.rglob("evil*"))


def test_links(tmp_path: Path):
    link = zipfile.ZipInfo("pictures/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(UserError, match="pictures/link"):
        open_lecture(archive(tmp_path / "b.rvl", "lecture.toml", link))


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unpacking, "_MOST_BYTES", 20)
    with pytest.raises(UserError, match="claims 2 files"):
        open_lecture(archive(tmp_path / "b.rvl", "lecture.toml", "pictures/a"))


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"title = 't'", b"PK\x05\x06" + 18 * b"\0"]
)
def test_what_is_no_bundle(tmp_path: Path, content: bytes):
    (tmp_path / "b.rvl").write_bytes(content)
    with pytest.raises(UserError, match=r"b\.rvl.* is damaged"):
        open_lecture(tmp_path / "b.rvl")


def test_a_mistake_in_a_bundle_has_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with zipfile.ZipFile(tmp_path / "b.rvl", "w") as file:
        file.writestr("lecture.toml", '[[scene]]\ntitle = "s"\n[[scene.view]]\nkind = "x"\n')
        file.writestr("made.json", "[]")
    with pytest.raises(UserError, match=r"b\.rvl, line 4, scene 1"):
        open_lecture(tmp_path / "b.rvl")
    assert main(["lecture", str(tmp_path / "b.rvl"), "--check"]) == 2
    assert "line 4" in capsys.readouterr().err


def test_a_bundle_by_another_name_is_one(here: Path, tmp_path: Path):
    pack(of(Maps()), here, tmp_path / "b.rvl", (), {})
    renamed = (tmp_path / "b.rvl").rename(tmp_path / "b.toml")
    assert open_lecture(renamed).lecture == of(Maps())


@pytest.mark.parametrize("text", ["[]", "{", '{"format": 99}', '{"format": 1}', '{"format": []}'])
def test_unreadable_figures_are_told(here: Path, tmp_path: Path, text: str):
    with zipfile.ZipFile(tmp_path / "b.rvl", "w") as file:
        file.writestr("lecture.toml", 'title = "t"')
        file.writestr("made.json", text)
    (remark,) = open_lecture(tmp_path / "b.rvl").remarks
    assert "cannot be compared" in remark


# --- figures compared ------------------------------------------------------------------------


def numbers(**figures: float) -> Numbers:
    return (({},), ({name: Fact(f"{value:g}", value) for name, value in figures.items()},))


def told(then: Numbers, now: Numbers, here: Sequence[str] = ("2.11", "cpu")) -> list[str]:
    return differences(Made({"torch": "2.11"}, "cpu", then), {"torch": here[0]}, here[1], now)


def test_nothing_differs():
    assert told(numbers(a=1.0), numbers(a=1.0005)) == []
    assert told(numbers(a=1.0), ()) == []
    assert told(numbers(a=1.0), numbers(b=3.0)) == []
    assert told(numbers(a=0.0), numbers(a=0.0)) == []


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        (1.0, 1.05, "(5.0 % more)"),
        (1.0, 0.9, "(10 % less)"),
        (1e-9, 1e-7, "(100× larger)"),
        (8.0, 2.0, "(4.0× smaller)"),
        (0.0, 1.0, "was 0, is 1 here."),
        (-1.0, 1.0, "was -1, is 1 here."),
    ],
)
def test_a_figure_differs(then: float, now: float, words: str):
    (line,) = told(numbers(a=then), numbers(a=now))
    assert line.startswith("Scene 2, view 1: a was ")
    assert words in line


def test_words_differ():
    then, now = ((({"w": Fact(word)},),) for word in ("vanishes", "explodes"))
    assert told(then, now) == ["Scene 1, view 1: w was vanishes, is explodes here."]


def test_versions_and_device_differ_and_what_agrees_is_counted():
    lines = told(numbers(a=1.0, b=2.0), numbers(a=1.0, b=3.0), ("2.13", "cuda:0"))
    assert lines == [
        "It was made with torch 2.11; here it is 2.13.",
        "Its figures were measured on cpu; here on cuda:0.",
        "Scene 2, view 1: b was 2, is 3 here (50 % more).",
        "Of 2 figures measured here so far, one figure agrees within 0.1 %.",
    ]


def test_figures_that_are_not_finite_come_back_as_words():
    made = Made(numbers=((({"a": Fact("inf", float("inf")), "b": Fact("x", 0.1)},),)))
    back = Made.from_json(made.to_json())
    assert back.numbers[0][0] == {"a": Fact("inf"), "b": Fact("x", 0.1)}


def test_versions_here_name_what_decides():
    assert {"resnet-viz", "torch", "torchvision", "python", "platform"} <= versions_here().keys()
