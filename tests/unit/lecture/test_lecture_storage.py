"""Lectures on disk: moved, saved elsewhere, drafted, checked by the command line."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from lecture_examples import LECTURE

from resnet_viz.assets import assets_dir
from resnet_viz.cli import main
from resnet_viz.errors import UserError
from resnet_viz.lab.experiments import Lesion
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lecture.drafts import DraftKeeper, discard, left_over
from resnet_viz.lecture.named_files import named_files
from resnet_viz.lecture.scenes import Lecture, Scene, Step
from resnet_viz.lecture.storage import open_lecture, save, seems_a_lecture
from resnet_viz.lecture.text import to_toml
from resnet_viz.lecture.views import Maps, Overview, Run, Study, Training


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "cat.png").write_bytes(b"a cat")
    (folder / "classes").mkdir()
    (folder / "run").mkdir()
    (folder / "net.pt").write_bytes(b"weights")
    (folder / "mine.toml").write_text("")
    return folder


def lecture(picture: str = "pictures/cat.png") -> Lecture:
    """Names a file of each kind, in views and in a step."""
    views = (
        (Maps(picture=picture), Overview(weights="file", path="net.pt")),
        (Study(LabSettings(batch="folder", folder="classes"), Lesion(folder="classes")),),
        (Run(run="run"), Training(recipe="mine.toml")),
    )
    steps = (Step(change={"picture": picture}),)
    return Lecture("t", "", tuple(Scene("s", views=v, steps=steps[: v == views[0]]) for v in views))


def paths(found: Lecture, folder: Path) -> list[Path]:
    """The files that a lecture means."""
    return [file.path(folder).resolve() for s in found.scenes for file in named_files(s)]


def test_a_lecture_is_opened_as_it_was_saved(here: Path):
    path = here / "lecture.toml"
    assert save(lecture(), path) == lecture()
    opened = open_lecture(path)
    assert (opened.lecture, opened.folder, opened.remarks) == (lecture(), here, ())
    assert opened.made is None


def test_saved_elsewhere_it_means_the_same_files(here: Path, tmp_path: Path):
    there = tmp_path / "there" / "deep"
    there.mkdir(parents=True)
    written = save(lecture(), there / "l.toml", here)
    opened = open_lecture(there / "l.toml")
    assert opened.lecture == written != lecture()
    assert paths(written, there) == paths(lecture(), here)
    assert opened.remarks == ()
    assert save(written, here / "l.toml", there) == lecture()


def test_folder_and_lecture_moved_together_stay_together(here: Path, tmp_path: Path):
    """A picture that was chosen by its full path lies in the folder: it must move with it."""
    picture = str((here / "pictures" / "cat.png").resolve())
    save(lecture(picture), here / "l.toml")
    moved = here.rename(tmp_path / "moved")
    opened = open_lecture(moved / "l.toml")
    assert opened.remarks == ()
    assert opened.lecture == lecture()


def test_a_file_elsewhere_keeps_its_full_name(here: Path, tmp_path: Path):
    outside = tmp_path / "outside.png"
    outside.write_bytes(b"x")
    assert save(lecture(str(outside)), here / "l.toml") == lecture(str(outside))


def test_what_ships_with_the_program_keeps_its_name(tmp_path: Path):
    usual = Lecture("t", "", (Scene("s", views=(Maps(), Run())),))
    assert save(usual, tmp_path / "l.toml", Path("/elsewhere")) == usual


def line_of(path: Path, words: str) -> int:
    """The line of a file on which words stand first."""
    return 1 + next(i for i, line in enumerate(path.read_text().splitlines()) if words in line)


def test_what_is_missing_is_told_with_its_line(here: Path):
    (here / "pictures" / "cat.png").unlink()
    path = here / "l.toml"
    unknown = Scene("s", views=(Maps(picture="sample:cta"),))
    save(replace(lecture(), scenes=(*lecture().scenes, unknown)), path)
    missing, other = open_lecture(path).remarks
    line = line_of(path, "cat.png")
    assert missing.startswith(f"l.toml, line {line}, scene 1: The picture")
    assert "cat.png" in missing
    line = line_of(path, "sample:cta")
    assert other.startswith(f"l.toml, line {line}, scene 4: There is no bundled photograph 'cta'.")
    assert "'cat'" in other


def test_each_kind_of_file_that_is_gone_is_told_where_it_is_named(here: Path):
    """In a view, its experiment or a step's change; between mistakes, by line."""
    path = here / "l.toml"
    scenes = [
        Scene("{lss}", views=(Overview(weights="file", path="gone.pt"), Run(run="gone"))),
        Scene("s", views=(Study(experiment=Lesion(folder="gone folder")),)),
        Scene("s", views=(Training(recipe="gone.toml"),)),
        Scene("s", views=(Maps(),), steps=(Step(change={"picture": "gone.png"}),)),
    ]
    save(Lecture("t", "", tuple(scenes)), path)
    words = ("{lss}", '"gone.pt"', '"gone"', '"gone folder"', '"gone.toml"', '"gone.png"')
    lines = [line_of(path, each) for each in words]
    assert lines == sorted(set(lines))
    told = open_lecture(path).remarks
    assert [int(t.split("line ")[1].split(",")[0]) for t in told] == lines
    assert [t.split(": The ")[1].split(" `")[0] for t in told[1:]] == [
        "checkpoint",
        "run",
        "folder of pictures",
        "recipe",
        "picture",
    ]


def test_a_damaged_file_is_left_as_it_is_and_counts_its_mistakes(tmp_path: Path):
    path = tmp_path / "l.toml"
    text = to_toml(LECTURE).replace('kind = "', 'kind = "x')
    path.write_text(text)
    with pytest.raises(UserError, match=r"l\.toml, line \d+") as caught:
        open_lecture(path)
    assert "There are 2 more mistakes." in caught.value.hint
    assert path.read_text() == text


def test_a_lecture_that_cannot_work_yet_is_opened_with_remarks(tmp_path: Path):
    broken = Lecture("t", "", (Scene("s", views=(Maps(),), predict="loss"),))
    save(broken, tmp_path / "l.toml")
    opened = open_lecture(tmp_path / "l.toml")
    assert opened.lecture == broken
    assert "line 5, scene 1: The first view, of kind 'maps', has no curve" in opened.remarks[0]


def test_a_failed_save_keeps_the_old_file(tmp_path: Path):
    path = tmp_path / "l.toml"
    save(LECTURE, path)
    before = path.read_text()
    with pytest.raises(UserError, match="not valid Unicode"):
        save(Lecture("\udc80"), path)
    assert path.read_text() == before
    with pytest.raises(UserError, match="Cannot write"):
        save(LECTURE, tmp_path / "none" / "l.toml")


def test_lectures_are_told_from_recipes_and_lists_of_experiments(tmp_path: Path):
    for folder, expected in (("lectures", True), ("recipes", False), ("lab", False)):
        for path in (assets_dir() / folder).glob("*.toml"):
            assert seems_a_lecture(path) is expected, path
    cases = {
        "empty.toml": (to_toml(Lecture()), True),
        "damaged.toml": ('[[scene]]\ntitle = "', True),
        "damaged-recipe.toml": ('[data]\nfolder = "', False),
        "nothing.toml": ("", False),
        "picture.png": ("[[scene]]", False),
    }
    for name, (text, expected) in cases.items():
        (tmp_path / name).write_text(text)
        assert seems_a_lecture(tmp_path / name) is expected, name
    assert not seems_a_lecture(tmp_path / "none.toml")


# --- drafts ----------------------------------------------------------------------------------


def test_unsaved_work_is_offered_once_its_window_is_gone(here: Path, tmp_path: Path):
    parent = tmp_path / "drafts"
    keeper = DraftKeeper(parent)
    keeper.keep(Lecture("early"), here, None)
    keeper.keep(lecture(), here, here / "l.toml")
    assert left_over(parent) == ()  # its window lives
    crash(keeper)
    (draft,) = left_over(parent)
    assert draft.path == here / "l.toml"
    assert paths(draft.lecture, Path("/anywhere")) == paths(lecture(), here)
    assert save(draft.lecture, here / "l.toml") == lecture()
    discard(draft)
    assert left_over(parent) == ()


def test_saved_work_leaves_no_draft(here: Path, tmp_path: Path):
    keeper = DraftKeeper(tmp_path / "drafts")
    keeper.drop()
    keeper.keep(lecture(), here, None)
    keeper.drop()
    assert left_over(tmp_path / "drafts") == ()
    assert list((tmp_path / "drafts").iterdir()) == []
    keeper.keep(lecture(), here, None)  # and it can be kept again
    crash(keeper)
    assert [draft.path for draft in left_over(tmp_path / "drafts")] == [None]


def test_drafts_are_offered_newest_first_and_broken_ones_not_at_all(tmp_path: Path):
    parent = tmp_path / "drafts"
    assert left_over(parent) == ()
    for title, age in (("old", 100), ("new", 0)):
        keeper = DraftKeeper(parent)
        keeper.keep(Lecture(title), tmp_path, None)
        crash(keeper)
        (folder,) = (d.folder for d in left_over(parent) if d.lecture.title == title)
        os.utime(folder / "lecture.toml", (1e9 - age, 1e9 - age))
    (parent / "draft-broken").mkdir()
    (parent / "draft-broken" / "lecture.toml").write_text("=")
    assert [draft.lecture.title for draft in left_over(parent)] == ["new", "old"]


def crash(keeper: DraftKeeper) -> None:
    """What the system does when a process ends: its locks are dropped, its files stay."""
    lock = keeper._lock
    assert lock is not None
    lock.release()


# --- the command line ------------------------------------------------------------------------


def test_check_tells_what_a_lecture_holds(capsys: pytest.CaptureFixture[str]):
    path = assets_dir() / "lectures" / "residual-networks.toml"
    assert main(["lecture", str(path), "--check"]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("\n") == 1 + len(open_lecture(path).lecture.scenes)
    assert captured.err == ""


def test_check_tells_every_mistake(here: Path, capsys: pytest.CaptureFixture[str]):
    path = here / "l.toml"
    path.write_text(to_toml(lecture("gone.png")).replace('kind = "run"', 'kind = "urn"'))
    assert main(["lecture", str(path), "--check"]) == 2
    captured = capsys.readouterr()
    assert "no kind of view 'urn'" in captured.err
    assert captured.out == ""
    path.write_text(to_toml(lecture("gone.png")))
    assert main(["lecture", str(path), "--check"]) == 2
    captured = capsys.readouterr()
    assert "maps + overview, 1 step" in captured.out
    assert "gone.png" in captured.err


def test_check_of_what_is_no_lecture(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for arguments in ([str(tmp_path / "none.toml"), "--check"], [str(tmp_path)]):
        assert main(["lecture", *arguments]) == 2
        assert capsys.readouterr().err.count("\n") == 1
