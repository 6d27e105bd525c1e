"""Draws a paper as one self-contained HTML file: no script, nothing from elsewhere."""

from markupsafe import Markup

from estate.documents.page import render
from estate.documents.paper.model import Paper


def html(paper: Paper) -> str:
    """The page. Charts are taken as they are: drawings of our own, whose labels are escaped where they are drawn."""
    return render(
        "paper/paper.html.j2",
        {
            "paper": paper,
            "letter": lambda place: chr(ord("A") + place),
            "drawing": Markup,
        },
    )
