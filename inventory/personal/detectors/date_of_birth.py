"""Dates of birth: a date of the last 120 years that a name or a label calls so."""

import re
from datetime import UTC, date, datetime

from inventory.personal.detectors.base import Detector, Example, words

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_BRITISH = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3})[a-z]*[ ,-]+(\d{4})")


def check(text: str) -> float:
    """Whether it is a date on which a person who lives now can have been born. A date alone is none of birth."""
    found = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if found:
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _BRITISH.fullmatch(text):
        day, month, year = int(found[1]), int(found[2]), int(found[3])
    elif found := _WORDS.fullmatch(text):
        if found[2].lower() not in _MONTHS:
            return 0.0
        day, month, year = int(found[1]), _MONTHS.index(found[2].lower()) + 1, int(found[3])
    else:
        return 0.0
    today = datetime.now(UTC).date()
    try:
        born = date(year, month, day)
    except ValueError:
        return 0.0
    return 0.3 if today.year - 120 <= year and born <= today else 0.0


DETECTOR = Detector(
    id="date_of_birth",
    title="Date of birth",
    category="dates of birth",
    pattern=re.compile(
        r"(?<![\w.-])(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4}"
        r"|\d{1,2}(?:st|nd|rd|th)?[ -][A-Za-z]{3,9}[ ,-]+\d{4}|(?:19|20)\d{6})(?![\w-])"
    ),
    check=check,
    named=words(
        "dob|do b|birth ?dt|date birth|d o b|date of birth|birth ?dates?|birth ?day|born(?: on)?|birth|dateofbirth|bdate"
    ),
    other=words("registered|registration|created|due|updated|certificate issued|opened|built"),
    passing=(
        Example("1961-03-27", "date_of_birth"),
        Example("DOB: 27/03/1961"),
        Example("she was born on 27 March 1961 in Leeds"),
        Example("19610327", "dob"),
    ),
    failing=(
        Example("1961-03-27"),
        Example("1961-03-27", "created_at"),
        Example("1961-13-27", "dob"),
        Example("2093-01-01", "dob"),
        Example("due 27/03/2026"),
    ),
    limits="a date tells nothing by itself: only a name or a label makes it one of birth",
)
