"""Contracts of what no wave empties: servers that stay, are bought anew, are switched off, or are undecided.

They end all the same.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from estate.documents.paper.matter import Matter
from estate.documents.paper.model import Column, Section, Table, Text, headed
from estate.documents.words import count, day, financial_year
from estate.records.assessment import Disposition
from estate.records.server import Server

TITLE = "Contracts of servers that do not move"
MOST = 12
"""Servers with a row of their own."""
_BECOMES: Mapping[Disposition | None, tuple[str, str]] = {
    Disposition.RETAIN: ("stays where it is", "Renew it, or plan a move"),
    Disposition.REPURCHASE: (
        "is replaced by a service that is bought",
        "Have the service in use by then, or renew it",
    ),
    Disposition.RETIRE: ("is switched off", "Switch it off by then, or renew it"),
    None: ("is not decided", "Decide it, or renew it"),
}
"""What becomes of a server, and what the end of its contract asks for."""


def servers(matter: Matter) -> list[Server]:
    """Those whose contract ends within the years of the business case, the first to end at the top."""
    years = matter.preferred.years
    found = [
        one
        for one in matter.legacy
        if one.id in matter.without_move
        and one.contract_end
        and (not years or financial_year(one.contract_end) <= years[-1].year)
    ]
    return sorted(found, key=lambda one: (str(one.contract_end), one.id))


def part(matter: Matter) -> Section | None:
    """Which they are and what each needs; None where no such contract is known."""
    found = servers(matter)
    if not found:
        return None
    everywhere = "the working edition" if matter.public else "the workbook’s sheet “Deadlines”"
    more = f" The first {MOST} of {len(found)}; {everywhere} has all." if len(found) > MOST else ""
    return headed(
        "contracts-without-a-move",
        TITLE,
        Text(
            text=f"{count(len(found), 'contract ends', 'contracts end')} in the years of this case, and no wave empties the "
            f"{'server' if len(found) == 1 else 'servers'}: {said(matter, found)}."
        ),
        Table(
            caption=TITLE,
            columns=(
                Column(title="Server", width=1.4),
                Column(title="What becomes of it", width=2.2),
                Column(title="Contract ends", width=1.3),
                Column(title="What is needed", width=2.4),
            ),
            rows=tuple(
                (one.id, f"It {becomes}" if what else "Not decided", day(one.contract_end), needs)
                for one in found[:MOST]
                for what in [matter.without_move[one.id]]
                for becomes, needs in [_BECOMES[what]]
            ),
            source=f"Source: the inventory and the assessment as of {day(matter.at)}.{more}",
        ),
    )


def said(matter: Matter, found: Sequence[Server]) -> str:
    """How many of them become what: "2 stay, 1 is to be replaced"."""
    number = Counter(matter.without_move[one.id] for one in found)
    words: Mapping[Disposition | None, tuple[str, str]] = {
        Disposition.RETAIN: ("stays", "stay"),
        Disposition.REPURCHASE: ("is to be replaced", "are to be replaced"),
        Disposition.RETIRE: ("is to be switched off", "are to be switched off"),
        None: ("is not decided", "are not decided"),
    }
    return ", ".join(count(number[what], one, several) for what, (one, several) in words.items() if number[what])
