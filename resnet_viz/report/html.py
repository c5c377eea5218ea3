"""The parts of a page that needs no other file: frame, cards, figures in the page's colours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from resnet_viz.html_page import whole_page
from resnet_viz.report.palette import THEME
from resnet_viz.report.rendering import Drawing


def document(title: str, body: str) -> str:
    """The whole file; `body` is HTML, `title` is text."""
    return whole_page(title, _style(), body)


def card(title: str, body: str) -> str:
    """A section of the page; `body` is HTML."""
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def figure(drawing: Drawing) -> str:
    """A figure with its caption.

    On a phone its narrow form takes its place; without one it scrolls where it does not fit.
    """
    caption = escape(drawing.caption)
    kind, narrow = "scroll", ""
    if drawing.narrow_svg:
        kind = "scroll wide"
        inside = inline_svg(drawing.narrow_svg, f"{drawing.name}-narrow", "width:100%")
        narrow = f'<div class="narrow" role="img" aria-label="{caption}">{inside}</div>'
    # It fills its card within reason, and scrolls where it would become too small to read.
    least, most = drawing.least_width_px, round(1.3 * drawing.width_px)
    size = f"width:100%;min-width:{least}px;max-width:{most}px"
    return (
        f'<figure><div class="{kind}" tabindex="0" role="group" aria-label="{caption}">'
        f"{inline_svg(drawing.svg, drawing.name, size)}</div>{narrow}"
        f"<figcaption>{caption}</figcaption></figure>"
    )


def inline_svg(svg: bytes, name: str, style: str) -> str:
    """An SVG file as a part of the page: own ids, and the page's colours by CSS variables.

    Args:
        svg: content of the file.
        name: sets its ids apart from those of other figures.
        style: CSS of the figure's size.
    """
    text = svg.decode()
    text = text[text.index("<svg") :]
    # Inside HTML no namespace is declared, and the metadata is on the page already.
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<title>.*?</title>", "", text, flags=re.DOTALL)
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text)
    prefix = re.sub(r"\W", "-", name)
    text = re.sub(r'(\sid="|url\(#|href="#)', rf"\g<1>{prefix}-", text)
    for name, (light, _) in THEME.items():
        text = text.replace(light, f"var(--{name})")
    return re.sub(
        r'<svg height="[^"]*"([^>]*?)\swidth="[^"]*"|<svg width="[^"]*" height="[^"]*"',
        lambda m: f'<svg aria-hidden="true" style="{style}"{m[1] or ""}',
        text,
        count=1,
    )


def pairs(entries: Iterable[tuple[str, str]]) -> str:
    """Names and values, one under the other."""
    rows = (f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in entries)
    return f"<dl>{''.join(rows)}</dl>"


def _style() -> str:
    light = "".join(f"--{name}:{colours[0]};" for name, colours in THEME.items())
    dark = "".join(f"--{name}:{colours[1]};" for name, colours in THEME.items())
    return (
        f":root{{color-scheme:light dark;--page:#f6f8fa;{light}}}"
        f"@media (prefers-color-scheme:dark){{:root{{--page:#14171b;{dark}}}}}{_CSS}"
    )


_CSS = """
body{background:var(--page);color:var(--text)}
main{max-width:80rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0 0;overflow-wrap:anywhere}
h2{font-size:1rem;margin:0 0 .6rem}
p{margin:0 0 .5rem;max-width:75ch}
.muted,figcaption{color:var(--muted);font-size:.875rem}
section{background:var(--card);border:1px solid var(--grid);border-radius:10px;
 padding:1rem;margin:0 0 1rem;min-width:0}
header{margin-bottom:1rem}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 1rem}
figure{margin:0}
figcaption{margin-top:.5rem;max-width:75ch}
.scroll{overflow-x:auto;outline-offset:2px}
svg{display:block;height:auto}
svg text{font-family:"DejaVu Sans",Verdana,"Noto Sans",sans-serif!important}
svg image{image-rendering:pixelated}
.bar{display:grid;grid-template-columns:1fr auto;gap:0 .75rem;margin-bottom:.6rem}
.bar i{grid-column:1/-1;height:6px;border-radius:3px;background:var(--grid)}
.bar u{display:block;height:100%;border-radius:3px;background:var(--text)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.875rem;max-width:none}
.legend i{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.4em}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem;margin:0;font-size:.9375rem}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;font-size:.8125rem;font-variant-numeric:tabular-nums;
 white-space:nowrap;margin-bottom:.6rem}
th,td{text-align:right;padding:.25rem .6rem;border-bottom:1px solid var(--grid)}
thead th{color:var(--muted);font-weight:600;vertical-align:bottom}
tbody th{position:sticky;left:0;background:var(--card);text-align:left}
thead th:first-child{text-align:left}
details{margin:.6rem 0}
summary{cursor:pointer;color:var(--muted)}
summary::marker{color:var(--off)}
details>*{margin-top:.6rem}
code{font:.8125rem ui-monospace,monospace;overflow-wrap:anywhere}
a{color:var(--branch)}
figure+figure{margin-top:1.5rem}
.narrow{display:none}
.unit{text-align:center;margin-bottom:.6rem}
.unit svg{display:inline-block}
.words{grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:.75rem 1.5rem}
.words dt{color:var(--text);font-weight:600}
.words code{display:block;color:var(--muted);margin-top:.15rem}
@media (max-width:40rem){.wide{display:none}.narrow{display:block}section{padding:.75rem}
 main{padding:.6rem}}
@media print{section{break-inside:avoid}}
"""
