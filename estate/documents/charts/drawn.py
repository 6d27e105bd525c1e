"""What every chart is, and how it is drawn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any

from estate.documents.words import some
from estate.printable import printable

BLUE, GREEN, PURPLE, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
"""The only colours of marks, each at 3:1 or more on white; none carries a meaning alone."""
INK = "#0B0C0C"
GRID = "#D9DADB"
BAND = "#EBECED"
"""Of days on which nothing moves, behind the marks."""
DARK_BAND = "#8E9194"
"""The same where it is explained: small, and at 3:1 on white."""

LINE = "M-1,-0.2H1V0.2H-1Z"
"""The shape of a stroke, where a key explains one."""

OPEN = "M-1,-1H1V1H-1ZM-0.6,-0.6V0.6H0.6V-0.6Z"
"""The shape of a box that is not filled: told apart without its colour."""

WIDTH = 640
"""Of the room for marks without labels beside it, in dots."""
WIDEST = 720
"""Of any whole drawing: on a portrait page of A4 its text is then of 9 points."""
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first comes with the library that draws, so that text has the same width on every machine."""
SIZE = 13
SHARP = 2
"""Dots of a PNG for each dot of the drawing."""

POUNDS = "abs(datum.value) >= 1e6 ? '£' + format(datum.value / 1e6, '.1f') + ' million' : '£' + format(datum.value, ',.0f')"
"""How an axis writes money: as `words.pounds` does."""

Cell = str | float | None


@dataclass(frozen=True)
class Data:
    """A chart's data as a table. Numbers are numbers: whoever shows them formats them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Chart:
    """One chart. `title` is a sentence that says what is to be seen, `alt` the whole of it in words."""

    name: str
    title: str
    alt: str
    table: Data
    drawing: Any = field(repr=False)
    """Of altair."""

    @cached_property
    def svg(self) -> str:
        """The drawing; the same data give the same bytes. Ids begin with the chart's name: several go on one page."""
        import vl_convert

        spec: dict[str, Any] = self.drawing.to_dict()
        drawn = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
        drawn = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{self.name}-", drawn)
        said = f'<svg role="img" aria-label="{escape(self.alt, quote=True)}" '
        return drawn.replace("<svg ", said, 1)

    def png(self) -> bytes:
        """The same as dots, twice as fine as a screen shows."""
        import vl_convert

        return vl_convert.svg_to_png(self.svg, scale=SHARP)


def drawn(*layers: Any) -> Any:
    """Layers one over the other, or one figure, with the look that all charts share."""
    import altair as alt

    whole: Any = layers[0] if len(layers) == 1 else alt.layer(*layers)
    return (
        whole.configure(aria=False, font=FONT, background="white", padding=6)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=SIZE, titleFontSize=SIZE, labelColor=INK, titleColor=INK, titleFontWeight="normal",
            gridColor=GRID, domainColor=GRID, tickColor=GRID, labelLimit=320,
        )
        .configure_header(labelFontSize=SIZE, titleFontSize=SIZE, labelColor=INK, titleColor=INK)
        .configure_text(fontSize=SIZE, color=INK)
    )  # fmt: skip


def values(rows: Sequence[dict[str, Any]]) -> Any:
    """Rows as data of a drawing, in the drawing itself."""
    import altair as alt

    return alt.Data(values=list(rows))  # type: ignore[no-untyped-call]  # altair has no types of it


def key(told: Sequence[tuple[str, str, str, int]], width: int) -> Any:
    """What shapes mean, in the drawing itself: each with its colour, its words, and the room they take."""
    import altair as alt

    rows, place, line = [], 0, 0
    for shape, colour, words, room in told:
        if place + room > width:
            place, line = 0, line + 1
        rows.append({"x": place, "line": line, "shape": shape, "colour": colour, "said": words})
        place += room
    base = alt.Chart(values(rows)).encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width])), y=alt.Y("line:O", axis=None)
    )
    shapes = base.mark_point(filled=True, size=100, opacity=1, strokeWidth=3).encode(
        shape=alt.Shape("shape:N", scale=None, legend=None), color=alt.Color("colour:N", scale=None, legend=None)
    )
    words_of = base.mark_text(align="left", dx=10, fontSize=SIZE - 2, color=INK).encode(text="said:N")
    return alt.layer(shapes, words_of).properties(width=width, height=alt.Step(20))


def short(text: str, most: int) -> str:
    """Text that fits: its beginning with an ellipsis, where it is longer. Without what a terminal takes for a command."""
    text = " ".join(printable(text).split())
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def listed(words: Sequence[str], most: int = 12) -> str:
    """Parts of a sentence, the first of them where they are many."""
    return some(words, most)
