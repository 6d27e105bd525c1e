"""A paper from its matter: the headings that councils use, in their order. Pure."""

from estate.documents.paper import appendices, finance, implications, issues
from estate.documents.paper.matter import Matter
from estate.documents.paper.model import Paper, Points, Section, Text
from estate.documents.paper.pictures import Charts
from estate.documents.words import count, day

TITLE = "Leaving the server room: roadmap and business case"
_EDITIONS = {
    "full": "Working edition: it names servers and systems; the monitoring officer decides if it is exempt",
    "public": "Public edition: numbers stand in place of names of servers, and no weakness is told of any one server",
}
FRONT = ("Report to", "Date of meeting", "Report of", "Lead member", "Key decision", "Contact officer")
"""What only a person knows, at the head of a paper."""


def compose(matter: Matter, charts: Charts) -> Paper:
    """The whole paper. `charts` are those that could be drawn, by name: `roadmap`, `people`, `years`, `options`,
    `sensitivity`, `support`; None where one may not be shown in this edition.

    Money is in pounds without VAT, days are London's.
    """
    closing = appendices.all_of(matter, charts)
    return Paper(
        title=TITLE,
        council=matter.council,
        edition=matter.edition,
        front=(
            *((label, "") for label in FRONT),
            ("Edition", _EDITIONS[matter.edition]),
            (
                "Figures as of",
                f"{day(matter.at)}. Drafted by Decant; not yet reviewed by a person",
            ),
        ),
        sections=(
            issues.purpose(matter),
            issues.recommendations(matter),
            issues.key_issues(matter),
            implications.policy(matter),
            finance.section(matter),
            implications.legal(matter),
            implications.community_safety(),
            implications.equalities(),
            implications.risks(matter),
            implications.climate(matter),
            implications.consultation(matter),
            implications.wards(matter),
            _list_of(closing),
            background(matter),
        ),
        appendices=closing,
        at=matter.at,
    )


def _list_of(closing: tuple[Section, ...]) -> Section:
    return Section(
        id="appendices",
        title="Appendices",
        blocks=(
            Text(
                text="; ".join(f"{chr(ord('A') + place)}, {one.title}" for place, one in enumerate(closing)) + "."
            ),
        ),
    )


def background(matter: Matter) -> Section:
    """What the paper rests on, so that members and the public may ask for it."""
    plan, costs = matter.plan, matter.costs
    items = [
        f"Inventory of {count(len(matter.servers), 'server')}, up to "
        f"{day(max((one.seen_at for one in matter.servers), default=None))}; {len(matter.assessed)} assessed, "
        f"{day(max((one.at for one in matter.assessed), default=None))}",
        f"Plan of {day(plan.at)}, costs of {day(costs.at)}, business case of {day(matter.case.at)}",
        *(["Prices and their sources, as in Appendix F"] if costs.sources else []),
    ]
    if matter.ledger_head:
        items.append(
            f"Ledger of the project: {count(matter.ledger_entries, 'entry', 'entries')}, each signed and chained to the "
            f"one before; the last has the digest {matter.ledger_head}"
        )
    return Section(
        id="background-papers",
        title="Background papers",
        blocks=(
            Text(
                text="These were relied on in drafting this report. They name servers, so not all of them can be public."
            ),
            Points(items=tuple(items)),
        ),
    )
