"""Purpose, recommendations and key issues: what members decide, and why now."""

from collections import Counter
from datetime import date
from itertools import chain

from estate.documents.meanings import DISPOSITIONS, KINDS, TOOLS
from estate.documents.paper import decisions, figures, staying, unplanned
from estate.documents.paper.matter import Matter, wave_day
from estate.documents.paper.model import Blank, Block, Column, Points, Section, Table, Text, Warn
from estate.documents.words import count, day, share, some
from estate.records.assessment import Assessment
from estate.records.plan import Plan, Reached

READINESS = {
    "ready": "Nothing known stands in the way.",
    "ready with conditions": "It can move once the named conditions are met.",
    "not ready": "Something has to be decided or mended first.",
    "unknown": "Too little is known to say.",
}
MOST_FIXES = 5
TOLD = "as told in the working edition"


def purpose(matter: Matter) -> Section:
    """What is asked for, in a paragraph, with the figures that it turns on."""
    first, last = ends(matter)
    when = f", from {day(first)} to {day(last)}" if first and last else ""
    option = matter.preferred
    asked = (
        f"This report asks the committee to approve a plan for leaving the council’s server room, and the money it needs. "
        f"It covers {count(len(matter.legacy), 'server')} and {count(moves(matter), 'workload')} ({_kinds(matter)}) "
        f"that move in {count(len(matter.plan.waves), 'wave')}{when}." + _left_out(matter)
    )
    blocks: list[Block] = [
        Text(text=asked),
        Text(
            text=f"The preferred option is “{option.name}”. Moving costs {figures.money(figures.moving(option))} once"
            f"{_and_hardware(matter)}, and running costs {figures.money(figures.running(option))} "
            f"over the {count(len(option.years), 'financial year')} "
            f"of this case. Its net present cost is {figures.money(option.net_present_cost)}. Money is in pounds of today "
            f"without VAT; the figures in brackets are the lowest and highest that are likely."
        ),
    ]
    if not matter.possible:
        blocks.append(
            Warn(
                text="No plan keeps every rule that was given. The dates and costs here suppose the least change to those "
                "rules, which section 2 asks the committee to decide on."
            )
        )
    if matter.plan.broken:
        number = len(matter.plan.broken)
        blocks.append(
            Warn(
                text=f"The plan was edited by a person, and breaks {count(number, 'rule')} that "
                f"{'was' if number == 1 else 'were'} given: section 3 asks whether "
                f"{'it gives' if number == 1 else 'they give'} way, or the plan is changed."
            )
        )
    if matter.case.kind == "indicative":
        blocks.append(
            Warn(
                text="The dates are supposed: nobody has said yet in which nights and weekends systems may be moved."
            )
        )
    old = [text for text in (matter.outdated.assessments, matter.outdated.plan, matter.outdated.costs) if text]
    if old:
        blocks.append(
            Warn(text=f"This draft rests on something {'; and '.join(old)}. Make that anew before it is used.")
        )
    return Section(id="purpose", title="Purpose", blocks=tuple(blocks))


def _kinds(matter: Matter) -> str:
    """What moves, the commonest kind first: "31 whole machines, 8 PostgreSQL databases and 2 other kinds"."""
    found = Counter(
        move.workload.split("/")[1] for wave in matter.plan.waves for move in wave.moves if "/" in move.workload
    )
    if len(found) == 1:
        return f"all {KINDS.get(next(iter(found)), 'workload')}s"
    return some([count(number, KINDS.get(kind, kind)) for kind, number in found.most_common()], 6) or "nothing"


def _left_out(matter: Matter) -> str:
    number = len(matter.unplanned)
    if not number:
        return ""
    those = count(number, "server that is to move is", "servers that are to move are")
    where = (
        "section 3 lists them; why is told in the working edition"
        if matter.public
        else "section 3 says which and why"
    )
    return f" {those} in no wave: {where}."


def recommendations(matter: Matter) -> Section:
    """What members are asked to resolve; an officer makes it the council's own."""
    option = matter.preferred
    items = []
    if not matter.possible:
        items.append(
            "Decide which of the rules that cannot all hold gives way. The least change with which there is a plan: "
            + (TOLD if matter.public else "; ".join(matter.plan.changes) or "none was found")
            + "."
        )
    items += [
        f"Approve the option “{option.name}” and the roadmap in Appendix A.",
        f"Approve one-off expenditure of {figures.money(figures.moving(option))} for moving: capital of "
        f"{figures.money(figures.moving_capital(option))} and revenue of "
        f"{figures.money(figures.one_off_revenue(option))}, by financial year as in section 5.",
        *_hardware(matter),
        "Note what running costs become in each year, against doing nothing, as in section 5.",
        f"Note the risks in section 9, and that {count(len(matter.unpriced), 'item')} in Appendix G "
        f"{'has no price yet and is' if len(matter.unpriced) == 1 else 'have no price yet and are'} in no total.",
        "Note the decisions that are needed now, with those who are to make them, in section 3.",
    ]
    blocks: list[Block] = [
        Text(text="The committee is recommended to:"),
        Points(items=tuple(items), numbered=True),
    ]
    for conflict in matter.plan.conflicts if not matter.public else ():
        blocks += [
            Text(lead="These cannot all hold.", text="Drop any one, and the others can:"),
            Points(items=conflict.rules),
        ]
    if matter.plan.conflicts and matter.public:
        blocks.append(Text(text="The rules are told in the working edition: they may name servers and people."))
    blocks.append(
        Blank(
            who="the report’s author",
            what="Confirm or change these, and add who may change the order of waves within the approved sum, and by "
            "how much.",
        )
    )
    return Section(id="recommendations", title="Recommendations", blocks=tuple(blocks))


def _and_hardware(matter: Matter) -> str:
    stays = figures.staying(matter.preferred)
    return f", hardware of what is still on-premises {figures.money(stays)}" if stays.high else ""


def _hardware(matter: Matter) -> list[str]:
    """Hardware of what stays is no cost of moving: it is noted, and not approved with it."""
    stays = figures.staying(matter.preferred)
    if not stays.high:
        return []
    return [
        f"Note capital of {figures.money(stays)} over these years for hardware of what stays on-premises or has "
        "not left yet: it is no cost of moving."
    ]


def key_issues(matter: Matter) -> Section:
    """Why now, how ready, how it goes, what is in no wave, and what has to be decided."""
    parts = [
        _why_now(matter),
        _readiness(matter),
        _roadmap(matter),
        unplanned.part(matter),
        staying.part(matter),
        decisions.needed(matter),
        _fix_once(matter),
    ]
    return Section(id="key-issues", title="Key issues", parts=tuple(one for one in parts if one is not None))


def _why_now(matter: Matter) -> Section:
    states = [{s.status for s in one.support} for one in matter.assessed]
    ended = sum("ended" in held for held in states)
    soon = sum("ends soon" in held and "ended" not in held for held in states)
    silent = sum(not held or "unknown" in held for held in states) + matter.without_assessment
    contracts = sorted(one.contract_end for one in matter.legacy if one.contract_end)
    text = (
        f"Of {count(len(matter.legacy), 'server')}, {ended} {_run(ended)} at least one product whose makers no longer mend "
        f"it, and {soon} {_run(soon)} one for which that ends soon. "
        + (f"Of {silent}, it is not known for everything on them. " if silent else "")
        + "What is no longer mended is easier to break into."
    )
    blocks: list[Block] = [Text(text=text)]
    if contracts:
        one = len(contracts) == 1
        when = f"on {day(contracts[0])}" if one else f"between {day(contracts[0])} and {day(contracts[-1])}"
        kept = (
            "them by month"
            if matter.public
            else "the day of its move"
            if one
            else "each beside the day of its move"
        )
        blocks.append(
            Text(
                text=f"{'The contract' if one else 'Contracts'} for {count(len(contracts), 'server')} "
                f"{'ends' if one else 'end'} {when}; Appendix H has {kept}."
            )
        )
    read = sum(one.reached for one in matter.legacy)
    dates = {s.table_date for one in matter.assessed for s in one.support}
    blocks.append(
        Text(
            lead="How sure this is.",
            text=f"{read} of {count(len(matter.legacy), 'server')} were read directly ({share(read, len(matter.legacy))}); "
            f"of the others it is known what lists say. Support dates are from a table of {day(max(dates, default=None))}.",
        )
    )
    return Section(id="why-now", title="Why now", blocks=tuple(blocks))


def _run(number: int) -> str:
    return "runs" if number == 1 else "run"


def _readiness(matter: Matter) -> Section:
    found = Counter[str](one.readiness for one in matter.assessed)
    found["unknown"] += matter.without_assessment
    becomes = Counter[str](one.disposition.value if one.disposition else "undecided" for one in matter.assessed)
    becomes["undecided"] += matter.without_assessment
    in_waves = Counter[str](
        one.disposition.value for one in matter.assessed if one.disposition and one.server in matter.in_waves
    )
    source = (
        f"Source: assessment of {day(max((one.at for one in matter.assessed), default=None))}. Covers all "
        f"{count(len(matter.legacy), 'server')}; a server that nobody has assessed counts as unknown."
    )
    return Section(
        id="readiness",
        title="How ready the servers are",
        blocks=(
            Table(
                caption="Readiness",
                columns=(
                    Column(title="Readiness", width=1.6),
                    Column(title="Servers", width=0.7, number=True),
                    Column(title="What it means", width=2.6),
                    *(() if matter.public else (Column(title="Commonest condition or reason", width=3.4),)),
                ),
                rows=tuple(
                    (
                        word.capitalize(),
                        str(found[word]),
                        meaning,
                        *(() if matter.public else (_commonest(matter, word),)),
                    )
                    for word, meaning in READINESS.items()
                ),
                source=source,
            ),
            Table(
                caption="What becomes of the servers",
                columns=(
                    Column(title="Way", width=1),
                    Column(title="Servers", width=0.7, number=True),
                    Column(title="In a wave", width=0.8, number=True),
                    Column(title="What it means", width=4),
                ),
                rows=tuple(
                    (word.capitalize(), str(becomes[word]), str(in_waves[word]), meaning)
                    for word, meaning in DISPOSITIONS.items()
                    if becomes[word]
                ),
                source="Source and cover: as of the table above.",
            ),
        ),
    )


def _commonest(matter: Matter, readiness: str) -> str:
    """The condition that most servers of one readiness share; of those without conditions, what speaks against."""
    held = [one for one in matter.assessed if one.readiness == readiness]
    if readiness == "ready" or not held:
        return ""
    reasons: Counter[str] = Counter(chain.from_iterable(set(_said(one)) for one in held))
    if not reasons:
        return "none is recorded"
    what, number = min(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return f"{what[:1].upper()}{what[1:]} ({count(number, 'server')})"


def _said(one: Assessment) -> tuple[str, ...]:
    return tuple(map(_plain, one.conditions or one.reasons[:1]))


def _plain(text: str) -> str:
    """Without what to type: of a condition that names a command, the reason that follows it."""
    before, colon, why = text.rpartition(": ")
    return why if "`" in before and colon else text.replace("`", "")


def _roadmap(matter: Matter) -> Section:
    plan = matter.plan
    ours, of = plan.by_decant
    pilot = [wave for wave in plan.waves if wave.pilot]
    reached = {one.objective: one for one in plan.reached}
    text = (
        f"{count(of, 'workload')} move in {count(len(plan.waves), 'wave')}, so that what belongs together moves together. "
        f"{by_whom(plan)}"
    )
    if ours:
        text += " Decant copies while people work, checks the copy by a second way, and can go back without loss."
    if pilot:
        text += (
            f" {'Wave' if len(pilot) == 1 else 'Waves'} {some([str(one.number) for one in pilot], 5)} "
            f"{'is' if len(pilot) == 1 else 'are'} a pilot of low risk, to learn from before the rest."
        )
    blocks: list[Block] = [Text(text=text)]
    said = []
    if (late := reached.get("lateness")) is not None:
        said.append(
            f"deadlines are missed by {count(late.value, 'day')} in all{_standing(late)}"
            if late.value
            else "no deadline is missed"
        )
    if (exposed := reached.get("exposure")) is not None:
        said.append(
            f"servers have {count(exposed.value, 'day')} out of support before they move, one for each server and day"
            + _standing(exposed)
        )
    if (cut := reached.get("cut")) is not None:
        said.append(
            f"{count(cut.value, 'connection')} run between the server room and Azure for a time"
            if matter.connections_known
            else "how many connections run between the server room and Azure for a time is unknown, as no server was read"
        )
    if said:
        blocks.append(
            Text(
                text=f"In this order, {'; '.join(said)}. Appendix A draws the waves, and says how near this "
                "is to the best there can be."
            )
        )
    return Section(id="the-plan", title="How it would go", blocks=tuple(blocks))


def by_whom(plan: Plan) -> str:
    """With what the moves are made: "8 by Decant, 30 by Azure Migrate and 2 by hand"."""
    parts = [f"{number:,} {TOOLS[how]}" for how, number in plan.by_tool.items()]
    if len(parts) == 1:
        return f"All are moved {parts[0].partition(' ')[2]}."
    return f"They are moved in these ways: {', '.join(parts[:-1])} and {parts[-1]}." if parts else ""


def _standing(one: Reached) -> str:
    return f" ({one.standing:,} of them of servers in no wave)" if one.standing else ""


def _fix_once(matter: Matter) -> Section | None:
    if not matter.fixes:
        return None
    return Section(
        id="fix-once",
        title="Fix once, helps most servers",
        blocks=(
            Table(
                caption="What helps most servers",
                columns=(
                    Column(title="What is wrong", width=2.2),
                    Column(title="Servers", width=0.7, number=True),
                    Column(title="What to do", width=3.4),
                ),
                rows=tuple((one.what, str(one.servers), one.remedy) for one in matter.fixes[:MOST_FIXES]),
                source=f"Source: checks of servers, and support dates. The first {min(MOST_FIXES, len(matter.fixes))} of "
                f"{len(matter.fixes)}, by how many servers each helps.",
            ),
        ),
    )


def ends(matter: Matter) -> tuple[date | None, date | None]:
    """The days of the first and the last wave, as far as waves have days."""
    days = sorted(on for on in map(wave_day, matter.plan.waves) if on)
    return (days[0], days[-1]) if days else (None, None)


def moves(matter: Matter) -> int:
    """How many workloads move."""
    return sum(len(wave.moves) for wave in matter.plan.waves)
