"""Unique property reference numbers: up to twelve digits, with no check digit."""

import re

from inventory.personal.detectors.base import Detector, Example, words

DETECTOR = Detector(
    id="uprn",
    title="UPRN",
    category="addresses and property",
    pattern=re.compile(r"(?<![\w.-])\d{6,12}(?![\w-]|\.\d)"),
    check=lambda text: 0.25 if int(text) else 0.0,
    named=words(
        "uprn|uprns|property reference(?: number)?|property ref|prop ref|unique property reference(?: number)?"
    ),
    other=words("usrn|orders?|invoices?|count|transaction"),
    passing=(Example("100023336956", "uprn"), Example("10033544614", "site_uprn"), Example("UPRN: 100023336956")),
    failing=(
        Example("100023336956"),
        Example("100023336956", "order_ref"),
        Example("0000000", "uprn"),
        Example("20500461", "usrn"),
    ),
    in_text=True,
    limits="it has no check digit: only a name or a label tells",
)
