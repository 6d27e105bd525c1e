"""Residents, streets and officers of Ambleford, a borough that does not exist.

Faker makes pools; rows combine them, which is some hundred times faster than asking Faker for each. Telephone
numbers are from the ranges that Ofcom keeps for drama, e-mail domains are reserved ones, postcodes are of an
area (AQ) that does not exist, and NI numbers carry the prefix QQ, which is never given out.
"""

import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from faker import Faker

SEED = 20261122
NOW = datetime(2026, 11, 1, tzinfo=UTC)
"""What counts as today in the data: a fixed day, so that the same seed gives the same bytes."""

WARDS = (
    "Abbey Fields", "Brook Meadow", "Castle", "Dunmore", "Eastgate", "Ferry Road", "Grange Park", "Harbour",
    "Inkerman", "Kingsholt", "Lower Ambleford", "Market", "Northcote", "Old Town", "Priory", "Quarry Hill",
    "Riverside", "St Anne's", "Tannery", "Upper Ambleford",
)  # fmt: skip


_WHO = (
    "The resident", "The ward councillor", "The site inspector", "The contractor", "A neighbour", "The school",
    "Our call centre", "The duty officer", "The parish clerk", "A bus driver",
)  # fmt: skip
_DID = (
    "says it is worse after rain", "sent two photographs", "asked to be telephoned before the visit",
    "reported this last month as well", "could not find the place", "put cones around it",
    "says that a wheelchair cannot pass", "wants to know when it will be mended", "found it made safe",
    "says it has been like this since the roadworks", "thanked the team", "disagrees with how it was closed",
    "measured it at 60 mm", "believes that it belongs to the county council",
)  # fmt: skip
_NEXT = (
    "Passed to highways.", "Visit booked.", "No further action.", "Letter sent.", "Waiting for a part.",
    "To be looked at with the next inspection.", "Sent on to the utility company.", "Made safe the same day.",
    "Added to the planned works.", "Resident told by e-mail.", "Two more reports of the same.",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A synthetic resident."""

    title: str
    given: str
    family: str
    email: str
    phone: str
    born: date
    ni_number: str
    address: str
    postcode: str


class Borough:
    """Pools of names and places, and a random source, all from one seed."""

    def __init__(self, salt: str) -> None:
        self.random = random.Random(f"{SEED} {salt}")
        faker = Faker("en_GB")
        faker.seed_instance(SEED)
        self._given = [faker.first_name() for _ in range(600)]
        self._family = [*(faker.last_name() for _ in range(900)), "O'Brien", "Ní Dhomhnaill", "Łukasik", "Nguyễn"]
        self.streets = [faker.street_name() for _ in range(700)]
        self.sentences = [f"{who} {did}. {then}" for who in _WHO for did in _DID for then in _NEXT]

    def moment(self, days: int) -> datetime:
        """Some moment in the last `days` days."""
        return NOW - timedelta(
            seconds=self.random.randrange(days * 86400), microseconds=self.random.randrange(10**6)
        )

    def person(self, number: int) -> Person:
        """A resident; `number` makes the e-mail address one of its own."""
        pick = self.random
        given, family = pick.choice(self._given), pick.choice(self._family)
        mail = "".join(c for c in f"{given}.{family}".lower() if c.isascii() and (c.isalnum() or c == "."))
        return Person(
            title=pick.choice(("Mr", "Mrs", "Ms", "Miss", "Dr", "")),
            given=given,
            family=family,
            email=f"{mail}{number}@{pick.choice(('example.org', 'example.com', 'example.net'))}",
            phone=f"07700 900{pick.randrange(1000):03d}"
            if pick.random() < 0.6
            else f"01632 960{pick.randrange(1000):03d}",
            born=NOW.date() - timedelta(days=pick.randrange(18 * 365, 95 * 365)),
            ni_number=f"QQ{pick.randrange(10**6):06d}{pick.choice('ABCD')}",
            address=f"{pick.randrange(1, 240)} {pick.choice(self.streets)}, Ambleford",
            postcode=self._postcode(),
        )

    def _postcode(self) -> str:
        pick = self.random
        inward = f"{pick.randrange(1, 10)}{pick.choice('ABDEFGHJ')}{pick.choice('LNPQRSTU')}"
        return f"AQ{pick.randrange(1, 20)} {inward}"


def table(bundle: Path, name: str, rows: Iterable[Sequence[object]]) -> None:
    """Write rows as `name`.csv, the form that PostgreSQL and MariaDB load fastest."""
    with (bundle / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
