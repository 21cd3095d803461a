"""A finding where there is little room: on a slide, or on a sheet of a handout."""

from __future__ import annotations

import html
import re

from csm_lib.charts import svg
from csm_lib.findings import Finding

MOST_UNBROKEN = 16
"""A cell of so many characters stays in one line: ``100% (74 of 74)``."""


def chart(finding: Finding) -> str:
    """Return the chart of a finding as inline SVG; empty where its table is the finding."""
    if finding.draw is None:
        return ""
    return svg(finding.draw(), key=finding.key, alt=finding.alt)


def height(drawing: str) -> float:
    """Return how high a chart is, in points; all are equally wide."""
    found = re.search(r'viewBox="\S+ \S+ \S+ (\S+)"', drawing)
    return float(found[1]) if found else 0.0


def table(finding: Finding, caption: str, most: int | None = None, kept: int = 0) -> str:
    """Return the table of a finding as HTML, under its label if it is drawn or made up.

    Parameters
    ----------
    finding
        The finding.
    caption
        What the table is called.
    most, kept
        Of a table of more rows than `most` only the first `kept` are shown, and a line under it
        says so.
    """
    # What each row rests on is told for all of them, under the table.
    shown = finding.table.drop(columns="status", errors="ignore")
    shows = len(shown) if most is None or len(shown) <= most else kept
    head = "".join(f'<th scope="col">{html.escape(str(name))}</th>' for name in shown.columns)
    rows = []
    for first, *rest in shown.head(shows).astype(str).itertuples(index=False):
        cells = "".join(f"<td>{_unbroken(cell)}</td>" for cell in rest)
        rows.append(f'<tr><th scope="row">{_unbroken(first)}</th>{cells}</tr>')
    left_out = (
        f'<p class="csm-cut">The first {len(rows)} of {len(shown)} rows. The page of the lesson '
        "has them all.</p>"
        if len(rows) < len(shown)
        else ""
    )
    label = f'<p class="csm-label">{html.escape(finding.label)}</p>' if finding.label else ""
    return (
        f'<div class="csm-table" role="group" aria-label="Table" tabindex="0">{label}'
        f"<table><caption>{html.escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{left_out}</div>"
    )


def _unbroken(cell: str) -> str:
    """Return the text of a cell; one that is short, such as a share and its counts, in one line."""
    text = html.escape(cell)
    return f'<span class="csm-count">{text}</span>' if len(cell) <= MOST_UNBROKEN else text


def standing(finding: Finding, most: int | None = None) -> str:
    """Return base, status and source of a finding.

    A source of more characters than `most` is left out.
    """
    status = ", ".join(f"{count} {name}" for name, count in finding.status.items())
    told = [finding.base.rstrip("."), f"Status: {status}"]
    if most is None or len(finding.source) <= most:
        told.append(f"Source: {finding.source.rstrip('.')}")
    return f'<p class="csm-base"><b>Base:</b> {html.escape(". ".join(told))}.</p>'
