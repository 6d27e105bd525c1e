"""What is to move and is in no wave: named, with the plan's reason, and put before whoever decides."""

from datetime import date

from estate.documents.paper.matter import Matter
from estate.documents.paper.model import Column, Section, Table, Warn, headed
from estate.documents.words import count, day
from estate.records.server import Server

TITLE = "What could not be planned"
MOST = 12
"""Servers with a row of their own."""


def servers(matter: Matter) -> list[Server]:
    """Those servers, by the day on which their contract ends."""
    found = [one for one in matter.legacy if one.id in matter.unplanned]
    return sorted(found, key=lambda one: (one.contract_end or date.max, one.id))


def part(matter: Matter) -> Section | None:
    """Which they are and why; None where the plan holds all that is to move."""
    found = servers(matter)
    if not found:
        return None
    told = Warn(
        text=f"{_are(len(found))} to move, and in no wave. Missed deadlines and days out of support count them to the "
        "end of the months that are planned. No option has the cost of moving them; what they cost today goes on."
    )
    rows = tuple(
        (
            one.id,
            matter.unplanned[one.id] or "it cannot be planned: told in the working edition",
            day(one.contract_end) if one.contract_end else "",
        )
        for one in found[:MOST]
    )
    more = f" The first {MOST} of {len(found)}." if len(found) > MOST else ""
    table = Table(
        caption=TITLE,
        columns=(
            Column(title="Server", width=1.4),
            Column(title="Why", width=4),
            Column(title="Contract ends", width=1.4),
        ),
        rows=rows,
        source=f"Source: plan of {day(matter.plan.at)}. A dash: no end of a contract is known.{more}",
    )
    return headed("in-no-wave", TITLE, told, table)


def _are(number: int) -> str:
    return count(number, "server is", "servers are")
