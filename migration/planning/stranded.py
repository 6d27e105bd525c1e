"""What no window can take: why, what would help, and what it comes to until the end of the horizon. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from estate.documents.words import length, size
from migration.planner.problem import Job
from migration.planning.asked import Given, Part, Standing
from migration.planning.calendar import Slot, months_on
from migration.planning.capacity import limits
from migration.planning.measured import MIB
from migration.planning.parts import unsupported_from


def unfit(
    given: Given, found: Sequence[Job], laid: Sequence[Slot], fits: bool, fixed: Collection[str]
) -> dict[str, str]:
    """Jobs that no window can take, with the reason and what would help. What stays where it is, is not asked."""
    longest = max(slot.minutes for slot in laid)
    most = {what: max(by.values()) for what, by in limits(given.planning, laid).items() if what != "workloads"}
    bad: dict[str, str] = {}
    for job in found:
        if job.id in fixed:
            continue
        if fits and job.minutes > longest:
            bad[job.id] = (
                f"it takes about {length(job.minutes)}, and the longest window has {length(longest)}: give a window "
                f"of {length(job.minutes)}, or say in [durations] and [effort] what it takes in truth"
            )
        elif "mebibytes" in most and job.mebibytes > most["mebibytes"]:
            bad[job.id] = (
                f"{size(job.mebibytes * MIB)} go over the link in its window, and no window takes more than "
                f"{size(most['mebibytes'] * MIB)}: give a longer window or more of the link, or copy more of it before "
                "(share_in_window)"
            )
        else:
            for skill, needed in sorted(job.effort.items()):
                if skill in most and needed > most[skill]:
                    bad[job.id] = (
                        f"it takes {length(needed)} of {skill}, and no window has more than {length(most[skill])}: "
                        f"give a window more hours of {skill} ([[person]])"
                    )
    return bad


def undecided(given: Given, found: Mapping[str, Part]) -> frozenset[str]:
    """Servers of which nobody knows yet what becomes of them, and which nothing empties: no wave, and no move so far."""
    emptied = {server for part in found.values() for server in part.servers}
    emptied |= {given.kinds[name].server for name in given.states if name in given.kinds}
    decided = {one.server for one in given.estate.assessments if one.disposition is not None}
    legacy = {one.server.id for one in given.estate.servers if one.server.role != "target"}
    return frozenset(legacy - emptied - decided)


def standing(given: Given, servers: Iterable[str], laid: Sequence[Slot]) -> Standing:
    """Servers that nothing empties are late and exposed until the horizon ends, as far as anybody plans."""
    held = frozenset(servers)
    until = max([months_on(given.today, given.planning.horizon_months), *(slot.day for slot in laid)])
    late = exposed = 0
    for server in held:
        due, ended = given.due.get(server), unsupported_from(given.assessed.get(server))
        late += max(0, (until - due).days) if due else 0
        exposed += max(0, (until - max(ended, given.today)).days) if ended else 0
    return Standing(held, until if held else None, {"lateness": late, "exposure": exposed} if held else {})
