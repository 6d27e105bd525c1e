"""The decisions that cannot wait, with who is to make each and by when."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from estate.documents.paper import staying, unplanned
from estate.documents.paper.figures import sum_of
from estate.documents.paper.matter import Matter, wave_day
from estate.documents.paper.model import Column, Section, Table, Text, headed
from estate.documents.words import LONDON, count, day, some
from estate.records.server import Server

Row = tuple[str, str, str, str]
NOBODY = "nobody is named"
MOST_RULES = 6
"""Rules that are broken with a row of their own."""


def needed(matter: Matter) -> Section:
    """One table; a sentence where nothing is open."""
    rows = _rows(matter)
    if not rows:
        return headed("decisions", "Decisions needed now", Text(text="None is open."))
    return headed(
        "decisions",
        "Decisions needed now",
        Table(
            caption="Decisions needed now",
            columns=(
                Column(title="Decision", width=2.6),
                Column(title="Why", width=2.4),
                Column(title="Who", width=1.6),
                Column(title="By", width=1.2),
            ),
            rows=tuple(rows),
            source=f"Source: the inventory, the assessment and the plan as of {day(matter.at)}. “By” is the day when "
            "the plan first needs it.",
        ),
    )


def _rows(matter: Matter) -> list[Row]:
    first = min((on for on in map(wave_day, matter.plan.waves) if on), default=None)
    return [
        row
        for row in (
            _slipped(matter),
            _conflicts(matter, first),
            *_broken(matter, first),
            _over_budget(matter, first),
            _unplanned(matter, first),
            _contracts(matter),
            _without_move(matter),
            _switched_off(matter, first),
            _undecided(matter, first),
            _untargeted(matter, first),
            _unread(matter, first),
            _unconfirmed(matter, first),
            _open_answers(matter),
            _prices(matter),
        )
        if row is not None
    ]


def _conflicts(matter: Matter, first: date | None) -> Row | None:
    if matter.possible:
        return None
    number = len(matter.plan.conflicts)
    return (
        "Which rule of the plan gives way",
        f"{count(number, 'set')} of rules cannot all hold",
        "This committee",
        _by(first),
    )


def _broken(matter: Matter, first: date | None) -> list[Row]:
    """Each rule that a person's plan breaks, under its own words; in the public edition their number."""
    rules = matter.plan.broken
    if not rules:
        return []
    if matter.public:
        number = len(rules)
        asked = [f"Whether {count(number, 'rule')} that the plan breaks {'gives' if number == 1 else 'give'} way"]
    else:
        asked = [f"Whether this rule gives way: {one}" for one in rules[:MOST_RULES]]
        if len(rules) > MOST_RULES:
            asked.append(f"Whether {count(len(rules) - MOST_RULES, 'more rule')} that the plan breaks give way")
    told = " It is told in the working edition." if matter.public else ""
    return [
        (
            text,
            f"The plan was edited by a person and does not keep it: the rule is given up, or the plan is changed.{told}",
            "This committee",
            _by(first),
        )
        for text in asked
    ]


def _slipped(matter: Matter) -> Row | None:
    today = matter.at.astimezone(LONDON).date()
    late = [
        (wave.number, waiting)
        for wave in matter.plan.waves
        if (on := wave_day(wave)) is not None
        and on < today
        and (waiting := sum(move.state == "planned" for move in wave.moves))
    ]
    if not late:
        return None
    waiting = sum(number for _, number in late)
    return (
        f"New days for {some([f'wave {number}' for number, _ in late], 5)}",
        f"{'Its day is' if len(late) == 1 else 'Their days are'} past, and {count(waiting, 'workload')} "
        f"{'has' if waiting == 1 else 'have'} not moved: dates and sums that rest on them do not hold",
        "ICT",
        "Before this paper is decided",
    )


def _over_budget(matter: Matter, first: date | None) -> Row | None:
    over = [one for one in matter.case.budgets if one.over]
    if not over:
        return None
    return (
        f"Whether the budget of {some([one.year for one in over], 3)} is raised, or moves are put off",
        f"The moves cost {sum_of(sum(one.over for one in over))} more than it allows (section 5)",
        "This committee",
        _by(first),
    )


def _unplanned(matter: Matter, first: date | None) -> Row | None:
    found = unplanned.servers(matter)
    if not found:
        return None
    ends = found[0].contract_end
    return (
        f"How and when {count(len(found), 'server')} in no wave {'moves' if len(found) == 1 else 'move'}, for the reasons "
        "given above",
        "They are to move and are in no wave; they stay until this is decided",
        _owners(matter, found),
        _by(min((one for one in (ends, first) if one), default=None), matter.at.date()),
    )


def _switched_off(matter: Matter, first: date | None) -> Row | None:
    found = [one for one in matter.legacy if one.power == "off" and one.id in matter.in_waves]
    if not found:
        return None
    return (
        f"Whether {count(len(found), 'server')} that {'is' if len(found) == 1 else 'are'} switched off "
        f"{'is' if len(found) == 1 else 'are'} needed",
        "They are in waves, at the cost of a move; they could be retired",
        _owners(matter, found),
        _by(first),
    )


def _contracts(matter: Matter) -> Row | None:
    late = [
        one
        for one in matter.legacy
        if one.contract_end
        and one.contract_end < matter.last_day.get(one.id, date.max)
        and one.id not in matter.without_move
    ]
    if not late:
        return None
    return (
        f"Extend {count(len(late), 'contract')}, or move {'its server' if len(late) == 1 else 'their servers'} earlier",
        f"{'It ends' if len(late) == 1 else 'They end'} before the planned move, or no day is planned",
        _owners(matter, late),
        _by(min(one.contract_end for one in late if one.contract_end), matter.at.date()),
    )


def _without_move(matter: Matter) -> Row | None:
    found = staying.servers(matter)
    if not found:
        return None
    return (
        f"Renew {count(len(found), 'contract')} of servers that do not move, or replace or switch off what "
        f"{'it is' if len(found) == 1 else 'they are'} for by then",
        f"{'It ends' if len(found) == 1 else 'They end'}, and no wave empties the "
        f"{'server' if len(found) == 1 else 'servers'}: {staying.said(matter, found)}",
        _owners(matter, found),
        _by(found[0].contract_end, matter.at.date()),
    )


def _undecided(matter: Matter, first: date | None) -> Row | None:
    known = {one.server for one in matter.assessed if one.disposition is not None}
    open_ones = [one for one in matter.legacy if one.id not in known]
    if not open_ones:
        return None
    return (
        f"What becomes of {count(len(open_ones), 'server')}",
        "Too little is known to propose it",
        _owners(matter, open_ones),
        _by(first),
    )


def _untargeted(matter: Matter, first: date | None) -> Row | None:
    number = sum(move.target is None for wave in matter.plan.waves for move in wave.moves)
    if not number:
        return None
    return (
        f"Where {count(number, 'workload')} {'goes' if number == 1 else 'go'}",
        "The plan names no target",
        "ICT",
        _by(first),
    )


def _unread(matter: Matter, first: date | None) -> Row | None:
    unread = [one for one in matter.legacy if not one.reached]
    if not unread:
        return None
    return (
        f"Let {count(len(unread), 'server')} be read, or say what {'it holds' if len(unread) == 1 else 'they hold'}",
        "What is on them is known from lists only",
        _owners(matter, unread),
        _by(first),
    )


def _unconfirmed(matter: Matter, first: date | None) -> Row | None:
    number = matter.unconfirmed_systems
    if not number:
        return None
    return (
        f"Confirm {count(number, 'system')}",
        "It is proposed, and not confirmed, which workloads serve one purpose and move together",
        "The services that use them",
        _by(first),
    )


def _open_answers(matter: Matter) -> Row | None:
    number = sum(any(s.basis == "open" for s in (*one.likelihood, *one.impact)) for one in matter.risks)
    if not number:
        return None
    return (
        f"Answer the questions of risk for {count(number, 'server or system', 'servers or systems')}",
        "Only people know how much harm an outage would do",
        "The services that use them",
        "Before approval",
    )


def _prices(matter: Matter) -> Row | None:
    number = len(matter.unpriced)
    if not number:
        return None
    return (
        f"Find prices for {count(number, 'item')}",
        "They are in no total (Appendix G)",
        "ICT and finance",
        "Before approval",
    )


def _owners(matter: Matter, servers: Iterable[Server]) -> str:
    if matter.public:
        return "The services that own them"
    found = Counter(one.owner or NOBODY for one in servers)
    ordered = sorted(found, key=lambda name: (name == NOBODY, -found[name], name))
    return some([f"{name} ({found[name]})" for name in ordered], 3)


def _by(on: date | None, today: date | None = None) -> str:
    if on is None:
        return "Before the first wave"
    return f"{day(on)} (past)" if today and on < today else day(on)
