"""What every page that people read shares: the frame, the style and the ways of writing figures."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from estate.documents import meanings, words


def render(template: str, values: Mapping[str, Any]) -> str:
    """One page as self-contained HTML: no script, no font, no picture from elsewhere."""
    environment = Environment(
        loader=PackageLoader("estate", "documents"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters.update(
        day=words.day,
        moment=words.moment,
        size=words.size,
        pounds=words.pounds,
        seconds=words.seconds,
        known=words.known,
        evidence=words.evidence,
        a_day=words.a_day,
        breakable=_breakable,
    )
    environment.globals.update(count=words.count, share=words.share, meanings=meanings)
    style = files("estate.documents").joinpath("report.css").read_text("utf-8")
    return environment.get_template(template).render(style=Markup(style), **values)  # noqa: S704 - our own file


def _breakable(text: str) -> Markup:
    """A path or an id that may be broken after each slash, for narrow columns."""
    return escape(text).replace("/", Markup("/<wbr>"))
