"""A handout as HTML: complete, escaped, answers apart from questions."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

from resnet_viz.lecture.handout import Handout, HandoutScene, Shown, page

PICTURE = b"\x89PNG not really"
HANDOUT = Handout(
    "Skips & <gradients>",
    "A. Author",
    "Measured on a machine.",
    (
        HandoutScene(
            "First",
            (
                Shown("At the start 0.5.", PICTURE, "ResNet-20", ""),
                Shown("Cut: 0.", PICTURE + b"2", "ResNet-20", "Late."),
            ),
            "One paragraph\non two lines.\n\n- an item\n  goes on\n- another\n\nAfterwards.",
            (("Why < because?", "Because it is 0.5."),),
        ),
        HandoutScene("Second", (Shown("", PICTURE),), "", (("And?", "So."),)),
    ),
)


class Outline(HTMLParser):
    """Checks that tags nest, and collects what is in them."""

    VOID = ("meta", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.images.append(dict(attrs))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1], data.strip()))


def test_the_page_needs_no_other_file_and_holds_every_picture() -> None:
    text = page(HANDOUT)
    outline = Outline(text)
    sources = [str(image["src"]) for image in outline.images]
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert [base64.b64decode(s.partition(",")[2]) for s in sources] == [
        PICTURE,
        PICTURE + b"2",
        PICTURE,
    ]
    assert not re.search(r'(src|href)="(?!data:)', text)
    assert outline.images[0]["alt"] == "At the start 0.5."
    assert outline.images[2]["alt"] == "Second"


def test_texts_are_shown_as_they_are() -> None:
    texts = Outline(page(HANDOUT)).texts
    assert ("h1", "Skips & <gradients>") in texts
    assert ("p", "One paragraph on two lines.") in texts
    assert [t for tag, t in texts if tag == "li"] == ["an item goes on", "another"]
    assert ("p", "Afterwards.") in texts
    assert ("p", "ResNet-20 Late.") in texts


def test_questions_come_before_answers_on_sheets_of_their_own() -> None:
    text = page(HANDOUT)
    first, second = text.index("Questions</h2>"), text.index("Answers</h2>")
    questions, answers = text[first:second], text[second:]
    assert "Why &lt; because?" in questions
    assert "And?" in questions
    assert "Because it is 0.5." not in questions
    assert "Because it is 0.5." in answers
    assert answers.count("(scene 2)") == 1
    assert text.count('<section class="sheet">') == 3, "the second scene, questions, answers"


def test_without_questions_there_are_no_sheets_for_them() -> None:
    bare = Handout("T", "", "", (HandoutScene("S", (Shown("x", PICTURE),)),))
    assert "Questions" not in page(bare)
