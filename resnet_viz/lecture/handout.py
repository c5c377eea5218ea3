"""A lecture on paper: each scene as it was measured, its notes, questions, and answers apart.

Imports neither torch nor Qt; who draws the pictures hands them over as PNG.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape

from resnet_viz.html_page import whole_page

PictureHref = Callable[[int, int], str]
"""(scene, moment), both from 0, to what an image's `src` says."""


@dataclass(frozen=True)
class Shown:
    """A scene at one of its steps.

    Attributes:
        sentence: with the figures measured then.
        picture: PNG of the live views.
        caption: what the numbers depend on.
        remark: what a reader has to know about it; may be empty.
    """

    sentence: str
    picture: bytes = field(repr=False)
    caption: str = ""
    remark: str = ""


@dataclass(frozen=True)
class HandoutScene:
    """One scene.

    Attributes:
        title: the headline.
        shown: as it is entered, then after each step.
        notes: for the reader; paragraphs, and lists with "- ".
        questions: (question, answer) with measured figures.
    """

    title: str
    shown: tuple[Shown, ...]
    notes: str = ""
    questions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Handout:
    """A whole lecture.

    Attributes:
        title, author: the lecture's.
        measured: when, with what and where, in a sentence.
        scenes: in order.
    """

    title: str
    author: str
    measured: str
    scenes: tuple[HandoutScene, ...]


def page(handout: Handout) -> str:
    """The handout as one HTML file that needs no other."""

    def href(scene: int, moment: int) -> str:
        picture = handout.scenes[scene].shown[moment].picture
        return f"data:image/png;base64,{base64.b64encode(picture).decode()}"

    return whole_page(handout.title, _STYLE, body(handout, href))


def body(handout: Handout, href: PictureHref, image_attributes: str = "") -> str:
    """The handout as HTML without its frame.

    Args:
        handout: what was measured.
        href: where pictures are.
        image_attributes: of every image, such as a width.
    """
    head = [f"<h1>{escape(handout.title)}</h1>"]
    head += [f'<p class="muted">{escape(t)}</p>' for t in (handout.author, handout.measured) if t]
    scenes = (
        _scene(number, scene, href, image_attributes) for number, scene in enumerate(handout.scenes)
    )
    return "\n".join((*head, *scenes, *_questions(handout)))


def _scene(number: int, scene: HandoutScene, href: PictureHref, attributes: str) -> str:
    sheet = ' class="sheet"' if number else ""
    parts = [f"<section{sheet}><h2{sheet}>{number + 1}. {escape(scene.title)}</h2>"]
    for moment, shown in enumerate(scene.shown):
        said = escape(shown.sentence) or escape(scene.title)
        src = escape(href(number, moment), quote=True)
        parts.append(f'<p class="said">{said}</p>')
        parts.append(f'<p class="picture"><img src="{src}" alt="{said}" {attributes}></p>')
        below = " ".join(text for text in (shown.caption, shown.remark) if text)
        if below:
            parts.append(f'<p class="muted">{escape(below)}</p>')
    return "".join((*parts, *_notes(scene.notes), "</section>"))


def _notes(notes: str) -> Iterator[str]:
    """Paragraphs and lists, as they stand in a lecture's file."""
    for block in notes.strip().split("\n\n"):
        text: list[str] = []
        items: list[str] = []
        for line in block.splitlines():
            if line.startswith("- "):
                items.append(line[2:])
            elif items and line.startswith(" "):
                items[-1] += f" {line.strip()}"
            else:
                text.append(line)
        if text:
            yield f"<p>{escape(' '.join(text))}</p>"
        if items:
            yield f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"


def _questions(handout: Handout) -> Iterator[str]:
    """All questions on a page of their own, then all answers on another."""
    asked = [(n, q, a) for n, s in enumerate(handout.scenes, 1) for q, a in s.questions]
    if not asked:
        return
    for heading, chosen in (("Questions", 1), ("Answers", 2)):
        items = (
            f"<p><b>{number}.</b> {escape((scene, question, answer)[chosen])}"  # type: ignore[arg-type]
            f' <span class="muted">(scene {scene})</span></p>'
            for number, (scene, question, answer) in enumerate(asked, 1)
        )
        body = "".join(items)
        yield f'<section class="sheet"><h2 class="sheet">{heading}</h2>{body}</section>'


_STYLE = """
body{color:#1b1f24;background:#f6f8fa}
main{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.75rem;line-height:1.2;margin:.5rem 0}
h2{font-size:1.25rem;line-height:1.3;margin:0 0 .5rem}
section{background:#fff;border:1px solid #e2e6eb;border-radius:10px;padding:1rem;margin:1rem 0}
p,li{overflow-wrap:anywhere}
.said{font-weight:600}
.muted{color:#5f6873;font-size:.875rem}
.picture{overflow-x:auto}
img{display:block;width:100%;min-width:40rem;height:auto;
 border:1px solid #e2e6eb;border-radius:6px}
@media print{body{background:#fff}section{border:none;padding:0}
 .sheet{break-before:page}img{min-width:0;break-inside:avoid}}
"""
