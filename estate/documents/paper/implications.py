"""The implications that every report must give: what is known of each, and who must write the rest."""

from collections import Counter
from collections.abc import Iterable, Sequence

from estate.documents.paper import figures, issues, staying
from estate.documents.paper.matter import Matter
from estate.documents.paper.model import Blank, Block, Column, Section, Table, Text
from estate.documents.words import count, day, share, some
from estate.records.cost import Amount

AUTHOR = "the report’s author"
HIGHEST = 30
"""The most that the framework's overall score can be."""
MOST_RED = 12
"""Servers and systems at risk with a row of their own."""
MOST_RULES = 3
"""Rules that are broken, told in one row."""


def policy(matter: Matter) -> Section:
    """Corporate plan and ICT strategy: a person's."""
    return Section(
        id="policy",
        title="Policy and corporate implications",
        blocks=(
            Text(
                text="The government’s Technology Code of Practice asks for public cloud first (point 5). "
                f"It affects every service that uses the {count(len(matter.legacy), 'server')}."
            ),
            Blank(
                who=AUTHOR,
                what="How it serves the corporate plan and the ICT strategy, and what it means for shared services.",
            ),
        ),
    )


def legal(matter: Matter) -> Section:
    """Facts that a lawyer asks for; the comment stays blank."""
    blocks: list[Block] = [
        Blank(
            who="the monitoring officer",
            what="The legal comment: the powers relied on, procurement, contracts, data protection and terms of employment.",
        )
    ]
    contracts = [one for one in matter.legacy if one.contract_end]
    facts = [
        f"An end of contract is known for {len(contracts)} of {count(len(matter.legacy), 'server')} (Appendix H)."
        if contracts
        else "No end of a contract is known."
    ]
    if matter.personal is None or not matter.personal.looked_at:
        facts.append("Nobody has looked for personal data on the servers yet.")
    else:
        facts.append(
            f"Personal data was found in {matter.personal.holding} of {count(matter.personal.looked_at, 'place')} that "
            "were looked through by sample; it would be processed in Azure by Microsoft on the council’s behalf."
        )
    blocks.append(Text(lead="What is known.", text=" ".join(facts)))
    return Section(id="legal", title="Legal implications and powers", blocks=tuple(blocks))


def community_safety() -> Section:
    """A person's."""
    return Section(
        id="community-safety",
        title="Community safety",
        blocks=(
            Blank(
                who=AUTHOR,
                what="Whether any service for community safety, such as CCTV, is affected.",
            ),
        ),
    )


def equalities() -> Section:
    """A person's, beside the one fact that bears on it."""
    return Section(
        id="equalities",
        title="Equalities",
        blocks=(
            Text(
                text="Each wave takes its services out of use for a short time, outside office hours where windows say so."
            ),
            Blank(
                who=AUTHOR,
                what="The outcome of the equality impact assessment (Equality Act 2010, section 149), and who may be "
                "without a service at those times.",
            ),
        ),
    )


def risks(matter: Matter) -> Section:
    """What is known to be at risk, and what the plan does about it; and the framework's scores in short."""
    return Section(
        id="risks",
        title="Risks",
        blocks=(
            Table(
                caption="Risks",
                columns=(
                    Column(title="Risk", width=1.7),
                    Column(title="What is known", width=2.6),
                    Column(title="What is done about it", width=2.6),
                ),
                rows=tuple(_risks(matter)),
                source=f"Source: inventory, assessment, plan and costs as of {day(matter.at)}.",
            ),
            *_scores(matter),
            Blank(who=AUTHOR, what="Likelihood and impact of each by the council’s own method, and who owns it."),
        ),
    )


def _risks(matter: Matter) -> Iterable[tuple[str, str, str]]:
    ended = sum(any(s.status == "ended" for s in one.support) for one in matter.assessed)
    ours, of = matter.plan.by_decant
    unread = sum(not one.reached for one in matter.legacy)
    reached = {one.objective: one.value for one in matter.plan.reached}
    number = len(matter.unpriced)
    if ended:
        exposed = reached.get("exposure")
        yield (
            "Software that nobody mends is attacked before it is left",
            f"{count(ended, 'server')} of {len(matter.legacy)}"
            + (f"; {exposed:,} days out of support before the move in all (section 3)" if exposed else ""),
            "The plan makes these days as few as its rules allow",
        )
    if reached.get("lateness"):
        yield (
            "A contract or support ends before the move",
            f"{count(reached['lateness'], 'day')} late in all",
            "Extend, or change a rule of the plan (section 3)",
        )
    if broken := matter.plan.broken:
        yield (
            "The plan breaks a rule that was given",
            count(len(broken), "rule") + ("" if matter.public else f": {_told(broken)}"),
            "Section 3 asks whether it gives way, or the plan is changed",
        )
    if ending := staying.servers(matter):
        yield (
            "A contract ends of a server that does not move",
            f"{count(len(ending), 'contract')}, the first on {day(ending[0].contract_end)}",
            "Renew it, or replace or switch off the server by then (section 3)",
        )
    if matter.unplanned:
        yield (
            "Some of the room is never left",
            count(
                len(matter.unplanned),
                "server that is to move is in no wave",
                "servers that are to move are in no wave",
            ),
            "Section 3 names them and asks how they are to move",
        )
    yield (
        "Data is lost in a move",
        issues.by_whom(matter.plan),
        _tested(ours, of),
    )
    if reached.get("cut") or not matter.connections_known:
        yield (
            "Parts of a service are far from each other for a time",
            f"{count(reached['cut'], 'connection')} cross between the server room and Azure between waves"
            if matter.connections_known
            else "Unknown: nobody has looked which servers talk with each other",
            "Systems move as one where they fit; the others are tested over the link first",
        )
    if unread or matter.without_assessment:
        yield (
            "Something is not known",
            f"{count(unread, 'server')} not read; {matter.without_assessment} not assessed",
            "They count as unknown, never as nothing; section 3 asks for them",
        )
    low, high = matter.preferred.net_present_cost.low, matter.preferred.net_present_cost.high
    yield (
        "It costs more",
        f"Net present cost from {figures.sum_of(low)} to {figures.sum_of(high)}; {count(number, 'item')} without a price",
        "Ranges, optimism bias and sensitivity (Appendix E)",
    )
    short = {one.month for one in matter.case.people if one.short}
    if short:
        yield (
            "There are too few people",
            f"More days are needed than there are in {count(len(short), 'month')}",
            "Appendix B",
        )


def _tested(ours: int, of: int) -> str:
    """What is done against losing data: Decant has a test of its own, and every other way needs one."""
    if not ours:
        return "Each move needs its own test and way back"
    said = "What Decant moves is compared by a second way and can go back"
    return said if ours == of else f"{said}; whatever else moves needs its own test and way back"


def _told(rules: Sequence[str]) -> str:
    """Rules hold commas: they are told apart by semicolons."""
    more = f"; and {len(rules) - MOST_RULES:,} more" if len(rules) > MOST_RULES else ""
    return "; ".join(rules[:MOST_RULES]) + more


def _scores(matter: Matter) -> list[Block]:
    if not matter.risks:
        return [Text(text="No system was scored by the government’s Legacy IT Risk Assessment Framework yet.")]
    scores = [score for one in matter.risks for score in (*one.likelihood, *one.impact)]
    by = {basis: sum(score.basis == basis for score in scores) for basis in ("measured", "answered", "open")}
    frameworks = sorted({one.framework for one in matter.risks})
    return [
        Text(
            lead="Legacy IT.",
            text=f"{count(len(matter.risks), 'server or system', 'servers and systems')} "
            f"{'was' if len(matter.risks) == 1 else 'were'} scored by {', '.join(frameworks)}. "
            f"Of {count(len(scores), 'score')}, {by['measured']} were measured, "
            f"{by['answered']} were given by people, and {by['open']} are open. {_ratings(matter)}",
        ),
        *([] if matter.public else _red(matter)),
    ]


def _ratings(matter: Matter) -> str:
    """How many are red, are not, or may be; and how many the framework calls legacy."""
    found = Counter(one.rating for one in matter.risks)
    legacy = sum(one.legacy is True for one in matter.risks)
    threshold = max(one.red_from for one in matter.risks)
    return (
        f"Red, by a score of {threshold:g} or more of {HIGHEST}, whatever the open answers turn out to be: {found['red']}. "
        f"Not red: {found['not red']}. Of {found['open']} the open answers decide. "
        f"By the framework, {legacy} are legacy."
    )


def _red(matter: Matter) -> list[Block]:
    """Those that are red or may be, the worst first."""
    found = [one for one in matter.risks if one.rating != "not red"]
    if not found:
        return []
    found.sort(key=lambda one: (-one.lowest, -one.highest, one.subject))
    more = f" The first {MOST_RED} of {len(found)}; `decant risk` has all." if len(found) > MOST_RED else ""
    return [
        Table(
            caption="Red, or red if the open answers turn out badly",
            columns=(
                Column(title="Server or system", width=2),
                Column(title="Score", width=1.2),
                Column(title="Rating", width=1.6),
                Column(title="Planned to be left", width=1.6),
            ),
            rows=tuple(
                (
                    one.subject,
                    f"{one.lowest:g}" if one.lowest == one.highest else f"{one.lowest:g} to {one.highest:g}",
                    "Red" if one.rating == "red" else "Open: may be red",
                    day(matter.last_day[one.subject]) if one.subject in matter.last_day else "",
                )
                for one in found[:MOST_RED]
            ),
            source=f"Source: {some(sorted({one.framework for one in matter.risks}), 2)}; scores of "
            f"{day(max(one.at for one in matter.risks))}. A dash: no day is planned.{more}",
        )
    ]


def climate(matter: Matter) -> Section:
    """Electricity's carbon on both sides, as far as it is known for both."""
    moving = [one for one in matter.costs.carbon if one.server in matter.in_waves]
    known = [one for one in moving if one.on_premises_kg is not None and one.azure_kg is not None]
    half = len(matter.in_waves) - len(known)
    blocks: list[Block] = []
    if known:
        here = figures.total(one.on_premises_kg for one in known if one.on_premises_kg)
        there = figures.total(one.azure_kg for one in known if one.azure_kg)
        change = there.likely - here.likely
        half_known = f"; of {half} it is not known for both sides" if half else ""
        blocks.append(
            Text(
                text=f"The electricity of the servers that move gives off {tonnes(here)} tonnes of CO2 equivalent a year in "
                f"the server room today, and {tonnes(there)} in Azure: {abs(change) / 1000:,.1f} tonnes "
                f"{'more' if change > 0 else 'less'} ({share(abs(change), here.likely)}). It covers {len(known)} of the "
                f"{count(len(matter.in_waves), 'server')} in waves{half_known}. Making the machines is not counted. "
                f"Source: costs of {day(matter.costs.at)}; factors: Appendix F."
            )
        )
    else:
        blocks.append(Text(text="The carbon of either side is not known: no figure is given."))
    blocks.append(Blank(who=AUTHOR, what="How this bears on the council’s climate commitments."))
    return Section(id="climate", title="Climate change", blocks=tuple(blocks))


def tonnes(kilograms: Amount) -> str:
    """3.4 (2.9 to 4.1)."""
    return f"{kilograms.likely / 1000:,.1f} ({kilograms.low / 1000:,.1f} to {kilograms.high / 1000:,.1f})"


def consultation(matter: Matter) -> Section:
    """Whose servers these are is known; who was asked is not."""
    blocks: list[Block] = []
    if not matter.public:
        owners = sorted({one.owner for one in matter.legacy if one.owner})
        nobody = sum(one.owner is None for one in matter.legacy)
        text = f"Servers belong to: {some(owners, 8)}." if owners else ""
        if nobody:
            text += f" For {count(nobody, 'server')} nobody is named."
        blocks.append(Text(text=text.strip() or "No owner of a server is named."))
    blocks.append(
        Blank(
            who=AUTHOR,
            what="Who was consulted (services, partner authorities, trade unions, suppliers), when, and what they said.",
        )
    )
    return Section(id="consultation", title="Consultation", blocks=tuple(blocks))


def wards(matter: Matter) -> Section:
    """A server room serves the whole council, which a person confirms."""
    authorities = sorted({one.authority for one in matter.legacy if one.authority})
    listed = " and ".join(filter(None, [", ".join(authorities[:-1]), *authorities[-1:]]))
    known = (
        f"The servers are those of {listed}; which wards their services reach is not in the inventory."
        if authorities
        else "Of which authority the servers are, is not known."
    )
    return Section(
        id="wards",
        title="Wards affected",
        blocks=(
            Text(text=known),
            Blank(who=AUTHOR, what="Which wards: all, unless a service is for some alone."),
        ),
    )
