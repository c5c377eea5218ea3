"""`index.html` of the headless laboratory: one file that needs no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from resnet_viz.lab.config import LabConfig
from resnet_viz.lab.findings import Table
from resnet_viz.lab.results import Outcome, chart_file, table_file
from resnet_viz.lab.text import settings_to_table
from resnet_viz.numerals import figure as number
from resnet_viz.report.html import card, document, figure, pairs
from resnet_viz.report.rendering import Drawing

# Longer tables are read in their CSV.
_MOST_ROWS = 60


def page(
    config: LabConfig,
    outcomes: Sequence[tuple[Outcome, Sequence[Drawing]]],
    versions: Mapping[str, str],
) -> str:
    """The page: what was found in sentences, then every experiment with its figures.

    Args:
        config: what was asked for.
        outcomes: of the experiments so far, with the drawings of their charts.
        versions: of the libraries.
    """
    parts = [
        f"<header><h1>{escape(config.title)}</h1>",
        f'<p class="muted">{escape(config.source)} · ResNet Visualizer</p></header>',
        card("What was found", _contents(config, [outcome for outcome, _ in outcomes])),
        *(_experiment(outcome, drawings) for outcome, drawings in outcomes),
        card("Versions", pairs(versions.items())),
    ]
    return document(config.title, "\n".join(parts))


def _contents(config: LabConfig, outcomes: Sequence[Outcome]) -> str:
    lines = [
        f'<p><a href="#{outcome.folder}">{escape(outcome.task.name)}</a>: '
        f"{escape(_summary(outcome))}</p>"
        for outcome in outcomes
    ]
    if missing := len(config.tasks) - len(outcomes):
        lines.append(f'<p class="muted">{missing} of {len(config.tasks)} not run.</p>')
    return "".join(lines)


def _summary(outcome: Outcome) -> str:
    sentence = outcome.finding.sentence if outcome.finding else ""
    return " ".join(filter(None, (_status(outcome), sentence))) or "see the figures."


def _status(outcome: Outcome) -> str:
    """Empty for an experiment that is complete."""
    if outcome.status == "failed":
        return f"Failed: {outcome.message}"
    if outcome.status == "complete":
        return ""
    if outcome.finding is None:
        return "Stopped before anything was measured."
    return f"Stopped after {outcome.finding.done} of {outcome.finding.total} parts."


def _experiment(outcome: Outcome, drawings: Sequence[Drawing]) -> str:
    notes = outcome.finding.notes if outcome.finding else ()
    body = [
        f"<p><b>{escape(_summary(outcome))}</b></p>",
        *(figure(drawing) for drawing in drawings),
        *(f'<p class="muted">{escape(note)}</p>' for note in notes),
        *(_table(outcome, table) for table in outcome.tables),
        _links(outcome),
        f"<details><summary>Settings</summary>{pairs(_settings(outcome))}"
        f"<p>As a line for the window:<br><code>{escape(outcome.line)}</code></p></details>",
    ]
    return f'<div id="{outcome.folder}">{card(outcome.task.name, "".join(body))}</div>'


def _settings(outcome: Outcome) -> list[tuple[str, str]]:
    values = settings_to_table(outcome.settings, every=True)
    said = [(key, _said(value)) for key, value in values.items()]
    return [*said, ("elapsed", f"{outcome.elapsed_s:.1f} s")]


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value) or "none"


def _links(outcome: Outcome) -> str:
    names = [chart_file(outcome, chart) for chart in outcome.charts]
    names += [table_file(outcome, table) for table in outcome.tables]
    links = ", ".join(f'<a href="{escape(n)}">{escape(n.split("/")[-1])}</a>' for n in names)
    return f'<p class="muted">Numbers: {links}.</p>' if links else ""


def _table(outcome: Outcome, table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.columns)
    rows = "".join(f"<tr>{_row(row)}</tr>" for row in table.rows[:_MOST_ROWS])
    hidden = len(table.rows) - _MOST_ROWS
    more = ""
    if hidden > 0:
        more = f'<p class="muted">{hidden} more rows in {table_file(outcome, table)}.</p>'
    return (
        f"<details><summary>{escape(table.title)}</summary>"
        '<div class="scroll" tabindex="0" role="group" '
        f'aria-label="{escape(table.title)}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{more}</details>"
    )


def _row(row: Sequence[float | int | str | None]) -> str:
    first, *rest = (escape(_cell(value)) for value in row)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest)


def _cell(value: float | int | str | None) -> str:
    if value is None:
        return "–"
    return number(value) if isinstance(value, float) else str(value)
