"""`index.html`: the whole report as one file that needs no other."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from pathlib import PurePath

from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.report.html import card, document, figure, pairs
from resnet_viz.report.primer import primer
from resnet_viz.report.rendering import Drawing
from resnet_viz.report.result import Result, backward_share, forward_share
from resnet_viz.report.tables import blocks_csv, report_json
from resnet_viz.report.wording import large, number, percent, sentences


def page(result: Result, drawings: Sequence[Drawing]) -> str:
    """The page: words, settings, predictions, figures, the table of blocks, versions."""
    title = f"{result.spec.title()} on {PurePath(result.image).name}"
    by_name = {drawing.name: drawing for drawing in drawings}
    maps = [by_name[f"maps-{name}"] for name in result.shown]
    parts = [
        f"<header><h1>{escape(title)}</h1>",
        f'<p class="muted">{escape(result.weights_label)} · ResNet Visualizer</p></header>',
        card("What was measured", "".join(f"<p>{escape(s)}</p>" for s in sentences(result))),
        '<div class="columns">',
        card("Input", figure(by_name["input"])),
        card("Top 5" if len(result.labels) > 5 else "Classes", _predictions(result)),
        "</div>",
        card("How to read what follows", primer()),
        card("Every block", _legend() + figure(by_name["overview"])),
        *(card(f"Inside {n}", figure(m)) for n, m in zip(result.shown, maps, strict=True)),
        card("All figures", _table(result.blocks) + _KEY + _files(result)),
        '<div class="columns">',
        card("Settings", pairs(_settings(result))),
        card("Versions", pairs(result.versions.items())),
        "</div>",
    ]
    if result.notes:
        parts.insert(3, card("Notes", "".join(f"<p>{escape(n)}</p>" for n in result.notes)))
    return document(title, "\n".join(parts))


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


_HEADINGS = (
    *("block", "kind", "shortcut", "gate skip", "gate F", "y", "params", "MACs"),
    *("‖shortcut‖", "‖F(x)‖", "‖y‖", "shortcut’s share", "cosine", "zeros"),
    *("‖∂L/∂x‖", "via shortcut", "via F(x)", "shortcut’s share", "‖∂L/∂y‖", "‖∂L/∂θ‖"),
)

_KEY = (
    '<p class="muted">Norms are L2 over the whole tensor. ‖shortcut‖ and ‖F(x)‖ are before the '
    "gates; shares are by norm, after them. θ are the block’s parameters.</p>"
)


def _files(result: Result) -> str:
    """The figures for other programs, inside the page."""
    links = (
        ("blocks.csv", "text/csv", blocks_csv(result)),
        ("report.json", "application/json", report_json(result)),
    )
    said = (
        f'<a download="{name}" href="data:{kind};base64,{b64encode(text.encode()).decode()}">'
        f"{name}</a>"
        for name, kind, text in links
    )
    return f"<p>With all digits: {', '.join(said)}.</p>"


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
