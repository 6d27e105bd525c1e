"""What a detector is: a pattern, a check of what it matched, and the words around that speak for or against it.

A detector gives each candidate a score from 0 to 1. Words that name the kind add to it, words that name another
thing take away; from `FOUND` on, it counts. Scores are our own judgement, set on the tuning half of the labelled
set and published with what they give on the other half (docs/personal-data.md).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

FOUND = 0.5
"""From this score on a candidate counts."""
NAMED = 0.35
"""What a word that names the kind adds."""
OTHER = 0.45
"""What a word that names another thing takes away."""

THINGS = (
    r"orders?|invoices?|ref|refs|reference|(?<!post )(?<!zip )(?<!postal )code|serial|asset|ticket|docket|batch"
    r"|tracking|tag|kit|item|stock|part|product|model|po|requisition|parcel|consignment|receipt|job|sku|voucher"
    r"|permit|delivery note|contract|transaction|version"
)
"""Words for what is numbered and is no person: every kind of number has them for others."""

Category = Literal[
    "identity numbers",
    "health identifiers",
    "contact details",
    "addresses and property",
    "dates of birth",
    "financial details",
    "names",
]


def words(names: str) -> re.Pattern[str]:
    """A pattern that finds any of `names` (with `|` between) as whole words of what `plain` gives; `email2` is one."""
    return re.compile(rf"\b(?:{names})\d*\b")


def plain(text: str) -> str:
    """A column's name, or the words before a match, as lower-case words: `dateOfBirth` is "date of birth"."""
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()).strip()


@dataclass(frozen=True)
class Example:
    """A text, with what stands around it, that a detector must find or pass over. `name` is a column's name."""

    text: str
    name: str = ""
    beside: str = ""
    """Names of the other columns of the table."""


@dataclass(frozen=True)
class Detector:
    """One kind of personal data."""

    id: str
    title: str
    category: Category
    pattern: re.Pattern[str]
    """Finds candidates; group 0 is what is checked."""
    check: Callable[[str], float]
    """The score of a candidate that stands alone; 0 where it cannot be one."""
    named: re.Pattern[str]
    """Words, as `plain` gives them, that name the kind."""
    other: re.Pattern[str]
    """Words that name something of the same form."""
    passing: tuple[Example, ...]
    failing: tuple[Example, ...]
    chance: float = 0.0
    """The share of arbitrary texts of this form that pass the check: what a column that no name speaks for must be
    well above, and often enough that chance is ruled out."""
    beside: re.Pattern[str] | None = None
    """Words in the names of other columns of the table that speak for it."""
    in_text: bool = True
    """Whether it is looked for in running text; otherwise only where a column's name says so."""
    weak: bool = False
    """Whether what it finds is never more than of low confidence."""
    limits: str = ""
    """What it cannot tell, for the published list."""

    def score(self, candidate: str, context: str, beside: str = "") -> float:
        """How sure it is that `candidate` is one: `context` and `beside` as `plain` gives them."""
        alone = self.check(candidate)
        if alone <= 0:
            return 0.0
        names = bool(self.named.search(context))
        neighbours = bool(self.beside and self.beside.search(beside))
        score = alone + (NAMED if names or neighbours else 0) - (OTHER if self.other.search(context) else 0)
        return max(0.0, min(1.0, score))
