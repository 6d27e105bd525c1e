"""Draws the public edition of a report as one self-contained HTML file."""

from collections import Counter

from estate.documents.page import render
from estate.records.public_report import PublicReport


def public_html(report: PublicReport) -> str:
    """The public edition as HTML."""
    return render(
        "public.html.j2",
        {
            "report": report,
            "total": sum(w.number for w in report.workloads),
            "failing": sum(r.failing for r in report.rules),
            "phases": Counter(move.phase.value for move in report.moves),
        },
    )
