"""The rows of `reports`: residents, what they reported, notes on it, page views."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from practice.data.people import NOW, WARDS, Borough, table

RESIDENTS = 40_000
REPORTS = 220_000
NOTES = 90_000
PAGE_VIEWS = 40_000

CATEGORIES = (
    (1, "Roads", None, 28), (2, "Pothole", 1, 10), (3, "Street light out", 1, 14), (4, "Blocked drain", 1, 7),
    (5, "Waste", None, 14), (6, "Missed bin", 5, 2), (7, "Fly-tipping", 5, 5), (8, "Litter bin full", 5, 3),
    (9, "Parks", None, 28), (10, "Broken play equipment", 9, 5), (11, "Overgrown path", 9, 28),
    (12, "Noise", None, 10), (13, "Abandoned vehicle", None, 21), (14, "Graffiti", None, 14),
)  # fmt: skip
STATUSES = ("new", "assigned", "in progress", "fixed", "closed", "closed", "closed", "closed", "duplicate")
WHAT = {
    2: "Large pothole", 3: "Street light out", 4: "Blocked drain", 6: "Bin not emptied", 7: "Rubbish dumped",
    8: "Litter bin overflowing", 10: "Swing broken", 11: "Path overgrown", 12: "Loud music at night",
    13: "Car left for weeks", 14: "Graffiti on the wall",
}  # fmt: skip
TAGS = ("urgent", "repeat", "photo", "school route", "councillor", "café", "crossing, zebra", 'says "again"')


def write(root: Path, bundle: Path) -> None:
    """Leave the tables in `bundle`."""
    del root
    borough = Borough("reports")
    table(bundle, "wards", _wards(borough))
    table(bundle, "categories", CATEGORIES)
    table(bundle, "residents", _residents(borough))
    table(bundle, "reports", _reports(borough))
    table(bundle, "report_notes", _notes(borough))
    table(bundle, "page_views", _page_views(borough))


def _wards(borough: Borough) -> Iterator[tuple[object, ...]]:
    for number, name in enumerate(WARDS, 1):
        councillors = [borough.person(number) for _ in range(3)]
        yield number, name, _array(f"Cllr {c.given} {c.family}" for c in councillors)


def _residents(borough: Borough) -> Iterator[tuple[object, ...]]:
    for number in range(1, RESIDENTS + 1):
        p = borough.person(number)
        ward = borough.random.randrange(1, len(WARDS) + 1)
        consent = borough.random.random() < 0.4
        yield (
            number, p.title, p.given, p.family, p.email, p.phone, p.born, p.ni_number, p.address, p.postcode,
            ward, consent, borough.moment(4000),
        )  # fmt: skip


def _reports(borough: Borough) -> Iterator[tuple[object, ...]]:
    pick = borough.random
    kinds = tuple(WHAT)
    for number in range(1, REPORTS + 1):
        category = pick.choice(kinds)
        text = f"{WHAT[category]} outside {pick.randrange(1, 240)} {pick.choice(borough.streets)}"
        if number % 3 == 0:
            text += ". " + pick.choice(borough.sentences)
        if number % 101 == 0:
            text += "\nSecond line,\twith a tab, “quotes”, an \\ and 🚧."
        made = borough.moment(2500)
        details: dict[str, object] = {
            "via": pick.choice(("web", "telephone", "app")),
            "severity": pick.randrange(1, 6),
        }
        if number % 7 == 0:
            details["contact"] = {"may_call": number % 2 == 0, "times": ["am", "pm"]}
        yield (
            number,
            f"R{100000 + number}",
            pick.randrange(1, RESIDENTS + 1) if number % 5 else None,
            category,
            pick.randrange(1, len(WARDS) + 1),
            pick.choice(STATUSES),
            text,
            f"{52 + pick.random() / 10:.6f}",
            f"{-1 - pick.random() / 10:.6f}",
            _array(pick.sample(TAGS, pick.randrange(3))),
            json.dumps(details),
            f"{pick.randrange(10_000) / 7:.2f}" if number % 4 == 0 else None,
            made,
            min(NOW, made + timedelta(hours=pick.randrange(400))),
        )


def _notes(borough: Borough) -> Iterator[tuple[object, ...]]:
    officers = [borough.person(n) for n in range(40)]
    for number in range(1, NOTES + 1):
        officer = borough.random.choice(officers)
        report = borough.random.randrange(1, REPORTS + 1)
        yield (
            number,
            report,
            f"{officer.given} {officer.family}",
            borough.random.choice(borough.sentences),
            borough.moment(2000),
        )


def _page_views(borough: Borough) -> Iterator[tuple[object, ...]]:
    paths = ("/", "/about", "/reports", "/reports/new", "/static/about.html")
    agents = ("Mozilla/5.0 (X11; Linux)", "Mozilla/5.0 (iPhone)", None)
    for number in range(PAGE_VIEWS):
        row = (
            borough.moment(60).replace(microsecond=0),
            borough.random.choice(paths),
            borough.random.choice(agents),
            round(borough.random.random() * 3, 3),
        )
        yield row
        if number % 50 == 0:
            yield row


def _array(values: Iterator[str] | list[str]) -> str:
    quoted = ('"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values)
    return "{" + ",".join(quoted) + "}"
