"""`index.html`: the whole report as one file that needs no other."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import PurePath

from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.report.drawing import Drawing
from resnet_viz.report.palette import THEME
from resnet_viz.report.result import Result, backward_share, forward_share
from resnet_viz.report.wording import large, number, percent, sentences


def page(result: Result, drawings: Sequence[Drawing]) -> str:
    """The page: words, settings, predictions, figures, the table of blocks, versions."""
    title = f"{result.spec.title()} on {PurePath(result.image).name}"
    by_name = {drawing.name: drawing for drawing in drawings}
    maps = [by_name[f"maps-{name}"] for name in result.shown]
    parts = [
        f"<header><h1>{escape(title)}</h1>",
        f'<p class="muted">{escape(result.weights_label)} · ResNet Visualizer</p></header>',
        _card("What was measured", "".join(f"<p>{escape(s)}</p>" for s in sentences(result))),
        '<div class="columns">',
        _card("Input", _figure(by_name["input"])),
        _card("Top 5" if len(result.labels) > 5 else "Classes", _predictions(result)),
        "</div>",
        _card("Every block", _legend() + _figure(by_name["overview"])),
        *(_card(f"Inside {n}", _figure(m)) for n, m in zip(result.shown, maps, strict=True)),
        _card("All figures", _table(result.blocks) + _KEY),
        '<div class="columns">',
        _card("Settings", _pairs(_settings(result))),
        _card("Versions", _pairs(result.versions.items())),
        "</div>",
    ]
    if result.notes:
        parts.insert(3, _card("Notes", "".join(f"<p>{escape(n)}</p>" for n in result.notes)))
    return _FRAME.format(title=escape(title), style=_style(), body="\n".join(parts))


def _card(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _figure(drawing: Drawing) -> str:
    caption = escape(drawing.caption)
    return (
        f'<figure><div class="scroll" tabindex="0" role="group" aria-label="{caption}">'
        f"{inline_svg(drawing)}</div><figcaption>{caption}</figcaption></figure>"
    )


def inline_svg(drawing: Drawing) -> str:
    """The SVG as a part of the page: own ids, and the page's colours by CSS variables."""
    text = drawing.svg.decode()
    text = text[text.index("<svg") :]
    # Inside HTML no namespace is declared, and the metadata is on the page already.
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<title>.*?</title>", "", text, flags=re.DOTALL)
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text)
    prefix = re.sub(r"\W", "-", drawing.name)
    text = re.sub(r'(\sid="|url\(#|href="#)', rf"\g<1>{prefix}-", text)
    for name, (light, _) in THEME.items():
        text = text.replace(light, f"var(--{name})")
    # It fills its card within reason, and scrolls where it would become too small to read.
    least, most = drawing.least_width_px, round(1.3 * drawing.width_px)
    size = f'style="width:100%;min-width:{least}px;max-width:{most}px"'
    return re.sub(
        r'<svg height="[^"]*"([^>]*?)\swidth="[^"]*"|<svg width="[^"]*" height="[^"]*"',
        lambda m: f'<svg aria-hidden="true" {size}{m[1] or ""}',
        text,
        count=1,
    )


def _predictions(result: Result) -> str:
    rows = []
    mark = ' <span class="muted">(its loss is differentiated)</span>'
    every = result.top(len(result.labels))
    later = [row for row in every[5:] if row[0] == result.target]
    for index, label, share in (*every[:5], *later):
        width = 0.0 if math.isnan(share) else 100 * share
        rows.append(
            f'<div class="bar"><span>{escape(label)}{mark if index == result.target else ""}</span>'
            f"<b>{percent(share)}</b><i><u style='width:{width:.2f}%'></u></i></div>"
        )
    return "".join(rows)


def _legend() -> str:
    items = (
        ("shortcut", "shortcut, skip connection"),
        ("branch", "branch F(x)"),
        ("output", "output y"),
        ("gradient", "gradient"),
        ("off", "dashed: cut or left out"),
    )
    spans = (f'<span><i style="background:var(--{c})"></i>{t}</span>' for c, t in items)
    return f'<p class="legend">{"".join(spans)}</p>'


def _settings(result: Result) -> list[tuple[str, str]]:
    spec, snapshot = result.spec, result.snapshot
    pre, totals = result.preprocess, snapshot.totals
    return [
        ("Model", result.model),
        ("Weights", f"{result.weights} ({result.weights_label})"),
        ("Seed", str(result.seed)),
        ("Picture", result.image),
        ("Preprocessing", f"shorter side to {pre.resize}, centre {pre.crop} × {pre.crop}"),
        ("Norm", spec.norm),
        ("Activation", spec.activation),
        ("Initialisation", spec.init if result.weights == "none" else f"{spec.init}, overwritten"),
        ("Order", f"{spec.order}-activation"),
        ("Mode", "training" if snapshot.training_mode else "evaluation"),
        ("Skips cut", f"{result.n_cut} of {len(result.blocks)}"),
        ("Branches left out", f"{result.n_dropped} of {len(result.blocks)}"),
        ("Parameters", f"{totals.parameters:,}"),
        ("Multiply–accumulates", f"{totals.macs:,}"),
        ("Activations", f"{totals.activation_bytes / 1e6:.1f} MB"),
        ("Device", f"{snapshot.device}, {snapshot.dtype}"),
        ("Forward and backward", f"{snapshot.elapsed_ms:.0f} ms"),
    ]


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    rows = (f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in pairs)
    return f"<dl>{''.join(rows)}</dl>"


_HEADINGS = (
    *("block", "kind", "shortcut", "gate skip", "gate F", "y", "params", "MACs"),
    *("‖shortcut‖", "‖F(x)‖", "‖y‖", "shortcut’s share", "cosine", "zeros"),
    *("‖∂L/∂x‖", "via shortcut", "via F(x)", "shortcut’s share", "‖∂L/∂y‖", "‖∂L/∂θ‖"),
)

_KEY = (
    '<p class="muted">Norms are L2 over the whole tensor. ‖shortcut‖ and ‖F(x)‖ are before the '
    "gates; shares are by norm, after them. θ are the block’s parameters. The same figures are in "
    "report.json and blocks.csv with all digits.</p>"
)


def _table(blocks: Sequence[BlockStats]) -> str:
    head = "".join(f'<th scope="col">{h}</th>' for h in _HEADINGS)
    rows = "".join(f"<tr>{_row(block)}</tr>" for block in blocks)
    return (
        '<div class="scroll" tabindex="0" role="group" aria-label="Figures of every block"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(b: BlockStats) -> str:
    shares = (forward_share(b), backward_share(b))
    forward, backward = ("–" if s is None else percent(s) for s in shares)
    values = (
        *(b.kind, b.shortcut, f"{b.skip:g}", f"{b.main:g}", " × ".join(map(str, b.out_shape))),
        *(large(b.parameters), large(b.macs)),
        *(number(b.norm_shortcut), number(b.norm_branch), number(b.norm_out), forward),
        *(f"{b.cosine:.2f}".replace("-", "−"), percent(b.zero_share)),
        *(number(b.grad_in), number(b.grad_via_shortcut), number(b.grad_via_branch), backward),
        *(number(b.grad_out), number(b.grad_params)),
    )
    cells = "".join(f"<td>{escape(v)}</td>" for v in values)
    return f'<th scope="row">{escape(b.name)}</th>{cells}'


def _style() -> str:
    light = "".join(f"--{name}:{colours[0]};" for name, colours in THEME.items())
    dark = "".join(f"--{name}:{colours[1]};" for name, colours in THEME.items())
    return (
        f":root{{color-scheme:light dark;--page:#f6f8fa;{light}}}"
        f"@media (prefers-color-scheme:dark){{:root{{--page:#14171b;{dark}}}}}{_CSS}"
    )


_CSS = """
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);
 font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
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
@media print{section{break-inside:avoid}}
"""

_FRAME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body><main>
{body}
</main></body>
</html>
"""
