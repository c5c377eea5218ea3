"""The words that a reader needs, for one who does not have the program."""

from __future__ import annotations

import re
from html import escape

from resnet_viz.glossary import Term, term

_WORDS = (
    "residual block",
    "skip connection",
    "residual branch",
    "feature map",
    "share of the skip",
    "gradient",
    "gradient norm",
    "gradient through the skip",
    "batch norm",
)


def primer() -> str:
    """A drawing of one block and the words of the page, as HTML."""
    entries = "".join(_entry(term(name)) for name in _WORDS)
    return f'<div class="unit">{_UNIT}</div><dl class="words">{entries}</dl>'


def _entry(entry: Term) -> str:
    # What is said about the window is of no use on a page.
    said = [s for s in re.split(r"(?<=[.:]) ", entry.says) if "window" not in s]
    formula = f" <code>{escape(entry.formula)}</code>" if entry.formula else ""
    return f"<div><dt>{escape(entry.name)}</dt><dd>{escape(' '.join(said))}{formula}</dd></div>"


_UNIT = """
<svg viewBox="0 0 340 120" role="img" aria-label="x goes two ways: over the skip as it is, and
 through the layers F; both are added to y" style="width:100%;max-width:26rem">
<g fill="none" stroke-linecap="round" stroke-width="3">
<path d="M20 80H120M200 80H256M284 80H316" stroke="var(--text)" stroke-width="2"/>
<path d="M60 80C60 10 270 10 270 66" stroke="var(--shortcut)" stroke-width="5"/>
<circle cx="270" cy="80" r="13" stroke="var(--output)"/>
<path d="M263 80H277M270 73V87" stroke="var(--output)"/>
<rect x="120" y="60" width="80" height="40" rx="7" fill="var(--branch-fill)"
 stroke="var(--branch)"/>
</g>
<g fill="var(--text)" font-size="15" font-weight="700" text-anchor="middle">
<text x="10" y="85">x</text>
<text x="160" y="85" fill="var(--branch)">F(x)</text>
<text x="328" y="85" fill="var(--output)">y</text>
</g>
<g fill="var(--muted)" font-size="12" text-anchor="middle">
<text x="165" y="22">skip connection</text>
<text x="160" y="117">layers that learn</text>
</g>
</svg>"""
