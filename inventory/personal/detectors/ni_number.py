"""National Insurance numbers, by HMRC's rules for prefixes (NIM39110)."""

import re

from inventory.personal.detectors.base import THINGS, Detector, Example, words

_ISSUED = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]")


def check(text: str) -> float:
    """By the prefix: one that HMRC gives out, or one that it keeps for examples and never gives out."""
    number = re.sub(r"[ -]", "", text).upper()
    spaced = len(text) != len(number) and " " in text
    if not _ISSUED.match(number):
        return 0.2
    return 0.96 if spaced else 0.8 if text.isupper() else 0.45


DETECTOR = Detector(
    id="ni_number",
    title="National Insurance number",
    category="identity numbers",
    pattern=re.compile(r"(?<![A-Za-z0-9-])[A-Za-z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-Da-d](?![A-Za-z0-9-])"),
    check=check,
    named=words("ni|nino|ni ?(?:number|num|no)|national insurance(?: (?:number|no))?|nat ins|insurance number"),
    other=words(f"{THINGS}|registration|vrm|licence|plate"),
    passing=(
        Example("AB123456C"),
        Example("his number is JK 12 34 56 D."),
        Example("ab123456c", "ni_number"),
        Example("QQ123456C", "nino"),
    ),
    failing=(
        Example("QQ123456C"),
        Example("DA123456C", "code"),
        Example("GB123456A"),
        Example("AB123456E"),
        Example("AB123456C", "asset_serial"),
        Example("xAB123456C"),
    ),
    chance=0.5,
    limits="a prefix that is never given out (as in test data) counts only where a name or a label says what it is",
)
