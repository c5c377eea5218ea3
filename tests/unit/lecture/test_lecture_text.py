"""Lectures as TOML: back and forth, and every mistake with its line."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from lecture_examples import LECTURE, VIEWS

from resnet_viz.assets import assets_dir
from resnet_viz.errors import UserError
from resnet_viz.lecture.reader import LectureError
from resnet_viz.lecture.scenes import Lecture, Scene
from resnet_viz.lecture.text import (
    LARGEST_BYTES,
    examine,
    parse,
    read_lecture,
    read_text,
    to_toml,
)

TEXT = '''\
# A lecture by hand.
title = "By hand"

[[scene]]
title = "One"
sentence = "{network}"
notes = """
[[scene]] in notes is no scene,
title = "nor is this a title"
"""
predict = "plain"

[[scene.view]]
kind = "pair"
network = "resnet20"
cut = [
    "layer1.0",
]

[[scene.step]]
change = { norm = "batch" }

[[scene.step]]
do = "reveal"

[[scene]]
title = "Two"

[[scene.view]]
kind = "study"
experiment = { kind = "depth", depths = [8, 14] }

[[scene.view]]
kind = "run"

[[scene.question]]
ask = "{2.loss_network}?"
'''


def test_a_lecture_comes_back():
    assert parse(to_toml(LECTURE)) == LECTURE
    assert to_toml(parse(to_toml(LECTURE))) == to_toml(LECTURE)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.kind)
def test_every_kind_of_view_comes_back(view):
    lecture = Lecture("t", "", (Scene("s", views=(view,)),))
    assert examine(to_toml(lecture)).lecture == lecture


def test_an_empty_lecture_comes_back():
    for lecture in (Lecture(), Lecture(""), Lecture("", "", (Scene(""),))):
        assert parse(to_toml(lecture)) == lecture


def test_notes_are_written_line_by_line():
    lecture = replace(LECTURE, scenes=(Scene("s", notes="One.\n- two\n"),))
    assert 'notes = """\nOne.\n- two\n"""\n' in to_toml(lecture)


def test_what_is_written_by_hand():
    lecture = parse(TEXT)
    one, two = lecture.scenes
    assert (lecture.title, lecture.author) == ("By hand", "")
    assert one.notes.startswith("[[scene]] in notes")
    assert len(one.steps) == 2
    assert [view.kind for view in two.views] == ["study", "run"]


def test_the_lectures_that_ship_have_no_mistake():
    for path in (assets_dir() / "lectures").glob("*.toml"):
        lecture = read_lecture(path)
        assert parse(to_toml(lecture)) == lecture


# --- mistakes --------------------------------------------------------------------------------

MISTAKES = {
    "title without quotes": ('"By hand"', "By hand", 2, "not valid TOML", ""),
    "unclosed string": ('"Two"', '"Two', 27, "not valid TOML", ""),
    "unknown top entry": ("title =", "titel =", 2, "'titel' is not a lecture's entry", "title"),
    "a scene as a table": (
        "[[scene]]\ntitle",
        "[scene]\ntitle",
        26,
        "",
        "[[scene]] with two brackets in line 4",
    ),
    "a scene without a title": ('title = "Two"', "", 26, "A scene needs a title", ""),
    "a scene's unknown entry": ("sentence =", "sentense =", 6, "'sentense'", "sentence"),
    "a scene's wrong type": ('sentence = "{network}"', "sentence = 3", 6, "must be text", ""),
    "unknown kind": ('kind = "pair"', 'kind = "piar"', 14, "no kind of view 'piar'", "'pair'"),
    "no kind": ('kind = "run"', "", 33, "needs a kind", "overview"),
    "unknown field": ('network = "resnet20"', 'netwrok = "r"', 15, "'netwrok'", "'network'"),
    "unknown network": ('"resnet20"', '"restnet20"', 15, "no network", "'resnet20'"),
    "unknown block": ('"layer1.0"', '"layer1.7"', 16, "no block named 'layer1.7'", "layer3.2"),
    "out of range": ("[8, 14]", "[8, 15]", 31, "depths cannot hold 15", "6n+2"),
    "unknown experiment": ('kind = "depth"', 'kind = "deepth"', 31, "no experiment", "'depth'"),
    "change of wrong type": ("change = {", "change = 3 #", 21, "change must be a table", ""),
    "change of unknown field": ("{ norm =", "{ norn =", 21, "'norn' is not a field", "'norm'"),
    "change out of range": ('norm = "batch"', "alpha = 7", 21, "alpha must lie between", ""),
    "change of another view": (
        "change =",
        "view = 2\nchange =",
        21,
        "There is no view 2",
        "The scene has one view",
    ),
    "unknown action": ('"reveal"', '"revael"', 24, "do cannot be 'revael'", "'reveal'"),
    "action of another kind": ('"reveal"', '"train"', 24, "View 1 cannot train", "training"),
    "nothing to reveal": ('predict = "plain"\n', "", 23, "nothing to reveal", "predict"),
    "figure of no view": ("{network}", "{3.network}", 6, "{3.network}", "one view"),
    "figure mistyped": ("{network}", "{netwrok}", 6, "{netwrok} is no figure", "'network'?"),
    "figure of one side": (
        "{2.loss_network}",
        "{2.loss}",
        37,
        "'run'",
        "'loss_network' or 'loss_rival'?",
    ),
    "curve's figure mistyped": (
        "{2.loss_network}",
        "{frist_with_skips}",
        37,
        "{frist_with_skips} is no figure of a view of kind 'study'",
        "'first_with_skips'?",
    ),
    "figure of view 0": (
        "{2.loss_network}",
        "{0.loss_network}",
        37,
        "names a figure of view 0",
        "2 views",
    ),
    "guess without curve": ('kind = "pair"', 'kind = "maps"', 11, "has no curve to hide", "study"),
    "guess without chart": ('kind = "pair"', 'kind = "pair"\npart = "networks"', 11, "curve", ""),
    "guess of no curve": ('= "plain"', '= "plian"', 11, "no curve 'plian'", "mean 'plain'"),
    "question without words": ('ask = "{2.loss_network}?"', 'answer = "x"', 36, "needs ask", ""),
    "three views": (
        "[[scene.question]]",
        '[[scene.view]]\nkind = "photo"\n\n[[scene.question]]',
        36,
        "The scene has 3 views",
        "side by side",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_with_its_line(case):
    old, new, line, message, hint = MISTAKES[case]
    assert TEXT.count(old) >= 1
    bad = TEXT.replace(old, new, 1)
    with pytest.raises(LectureError) as caught:
        parse(bad, "bad.toml")
    assert caught.value.line == line
    assert caught.value.message.startswith(f"bad.toml, line {line}")
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_all_mistakes_are_found_at_once_and_none_that_only_follows():
    bad = (
        TEXT.replace('"pair"', '"piar"')
        .replace("{2.loss_network}", "{3.loss_network}")
        .replace("title =", "t =", 1)
    )
    reading = examine(bad, "bad.toml")
    assert reading.lecture is None
    assert [mistake.line for mistake in reading.mistakes] == [2, 14, 37]


def test_what_cannot_work_can_still_be_edited():
    """A step that asks for too much must not keep a lecture from being opened."""
    reading = examine(TEXT.replace('norm = "batch"', "alpha = 7"))
    assert reading.lecture is not None
    assert reading.lecture.scenes[0].steps[0].change == {"alpha": 7}
    assert len(reading.mistakes) == 1
    assert examine(to_toml(reading.lecture)).lecture == reading.lecture


# --- damaged files ---------------------------------------------------------------------------


def test_wherever_a_file_is_cut_off_it_is_read_or_a_line_is_named():
    lines_of = list(itertools.accumulate((c == "\n" for c in TEXT), initial=1))
    whole = parse(TEXT)
    for end in range(len(TEXT)):
        reading = examine(TEXT[:end], "cut.toml")
        for mistake in reading.mistakes:
            assert 1 <= mistake.line <= lines_of[end], TEXT[:end]
        if not reading.mistakes:
            assert reading.lecture is not None
            assert len(reading.lecture.scenes) <= len(whole.scenes)


def test_the_line_where_a_string_begins_that_the_file_ends_in():
    with pytest.raises(LectureError, match=r"cut\.toml, line 7: .*Unterminated") as caught:
        parse(TEXT[: TEXT.index("nor is this")], "cut.toml")
    assert "complete?" in caught.value.hint


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 5000, "x = " + "9" * 10_000, "x = {" * 3000, "\x00", "[[[", "="]
)
def test_hostile_texts(text):
    with pytest.raises(LectureError, match="not valid TOML"):
        parse(text)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\xff\xff", "it is not text"),
        ("title = 'é'".encode("utf-16"), "it is not text"),
        (b" " * (LARGEST_BYTES + 1), "too large"),
    ],
)
def test_other_files(tmp_path: Path, content: bytes, message: str):
    path = tmp_path / "other.toml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message) as caught:
        read_lecture(path)
    assert "other.toml" in caught.value.message
    assert "UTF-8" in caught.value.hint


def test_files_that_are_not_there(tmp_path: Path):
    with pytest.raises(UserError, match="no such file"):
        read_text(tmp_path / "none.toml")
    with pytest.raises(UserError, match="not a file"):
        read_text(tmp_path)


def test_the_mark_that_some_editors_put_first(tmp_path: Path):
    path = tmp_path / "marked.toml"
    path.write_text(TEXT, encoding="utf-8-sig")
    assert read_lecture(path) == parse(TEXT)
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert read_lecture(path) == parse(TEXT)
