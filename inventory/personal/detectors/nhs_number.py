"""NHS numbers (England, Wales), H&C numbers (Northern Ireland) and CHI numbers (Scotland): ten digits, modulus 11."""

import re

from stdnum.gb import nhs

from inventory.personal.detectors.base import THINGS, Detector, Example, words


def check(text: str) -> float:
    """By the check digit, and by the ranges that are given out (NHS data dictionary, "NHS NUMBER")."""
    number = re.sub(r"\D", "", text)
    if not nhs.is_valid(number):
        return 0.0
    spaced = bool(re.fullmatch(r"\d{3}[ -]\d{3}[ -]\d{4}", text))
    # England and Wales 4 and 6 to 7; Northern Ireland 32 to 39; Scotland a date of birth; 999 is kept for tests.
    given = bool(re.match(r"[467]|3[2-9]|999|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])", number))
    return (0.7 if spaced else 0.4) if given else 0.2


DETECTOR = Detector(
    id="nhs_number",
    title="NHS number",
    category="health identifiers",
    pattern=re.compile(r"(?<![\w.-])\d{3}([ -]?)\d{3}\1\d{4}(?![\w-]|\.\d)"),
    check=check,
    named=words(
        "nhs|nhs ?(?:number|num|no|id)|chi|chi (?:number|no)|patient(?: (?:number|no|id))?|"
        "health and care number|h c number"
    ),
    other=words(f"{THINGS}|phone|telephone|tel|mobile|fax|isbn|utr|case|account|uprn|meter"),
    passing=(
        Example("401 023 2137"),
        Example("9434765919", "nhs_number"),
        Example("NHS No: 4010232137"),
    ),
    failing=(
        Example("943 476 5918", "nhs_number"),
        Example("9434765919"),
        Example("4010232137", "order_id"),
        Example("Invoice 401 023 2137"),
        Example("1.9434765919"),
    ),
    chance=0.1,
    limits="a bare ten-digit number passes the check digit one time in eleven by chance, so without spaces it "
    "needs a label, or a column where nearly all pass",
)
