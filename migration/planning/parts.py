"""What is planned: jobs with what they take, the machines that they leave, and how they talk. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from math import ceil

from estate.documents.words import count, day, size, some
from estate.records.assessment import Assessment
from estate.records.observation import Outcome
from estate.records.workload import Workload
from migration.business.moving import once_by_move
from migration.business.ways import server_of
from migration.planner.problem import Job, Link, Machine
from migration.planning.asked import Given, Part
from migration.planning.file import PilotRule, Planning
from migration.planning.measured import MIB, Paces, in_window, minutes
from migration.planning.named import Names
from migration.systems import links, systems

_SAMPLED = frozenset({"postgres", "mariadb", "files", "sqlserver", "machine"})
"""Kinds that may hold personal data of their own."""
_FEW = 3
_PENCE = 1e-6
"""What a sum of many parts may be off by."""


def parts(given: Given, moving: Sequence[Workload], wave_of: Mapping[str, int] | None = None) -> dict[str, Part]:
    """The jobs: systems that cannot be parted; of a plan that a person parted all the same, a job for each wave."""
    found = systems(moving, links(moving, given.estate.dependencies))
    by_id = {one.id: one for one in moving}
    grouped: dict[str, list[Workload]] = {}
    for one in found:
        waves = sorted({wave_of[name] for name in one.workloads}) if wave_of else []
        for name in one.workloads:
            title = f"{one.name} (wave {wave_of[name]})" if wave_of and len(waves) > 1 else one.name
            grouped.setdefault(title, []).append(by_id[name])
    risks = _Risks(given, Names(given.estate, grouped))
    return {name: Part(name, tuple(held), *risks.of(name, held)) for name, held in grouped.items()}


class _Risks:
    """Which jobs may be in a pilot, and why."""

    def __init__(self, given: Given, names: Names) -> None:
        self._rule: PilotRule = given.planning.pilot
        self._low = {job for name in self._rule.low_risk for job in names.jobs(name, "pilot.low_risk")}
        self._high = {job for name in self._rule.not_low_risk for job in names.jobs(name, "pilot.not_low_risk")}
        self._assessed = given.assessed
        self._looked = {one.id: one for one in given.personal}
        self._clients: dict[str, set[str]] = defaultdict(set)
        for link in given.estate.links:
            for one in link.servers:
                self._clients[one].add(link.dependency.client)

    def of(self, name: str, held: Sequence[Workload]) -> tuple[str, tuple[str, ...]]:
        """Why the job is of low risk, and why it is not."""
        if name in self._low and name not in self._high:
            return "planning.toml says that its risk is low", ()
        if name in self._high:
            return "", ("planning.toml says that its risk is not low",)
        own = {one.server for one in held}
        clients = {client for one in held for client in self._clients[one.id]} - own
        against = [
            *([f"{len(clients)} servers use it"] if len(clients) > self._rule.clients else []),
            *self._size(held),
            *self._support(own),
            *self._personal(held),
        ]
        if against:
            return "", tuple(against)
        return "small, in support, few clients, and no personal data was found", ()

    def _size(self, held: Sequence[Workload]) -> list[str]:
        data = [one for one in held if one.kind in _SAMPLED]
        if any(one.bytes is None for one in data):
            return ["its size is not known"]
        total = sum(one.bytes or 0 for one in held)
        return [f"it holds {size(total)}"] if total > self._rule.gib * 1024 * MIB else []

    def _support(self, servers: set[str]) -> list[str]:
        ended = [
            f"support of {one.name} has ended"
            for server in sorted(servers)
            if server in self._assessed
            for one in self._assessed[server].support
            if one.status == "ended"
        ]
        unknown = [
            f"nobody knows until when all that is on {server} is supported"
            for server in sorted(servers)
            if server not in self._assessed
            or not self._assessed[server].support
            or any(one.status == "unknown" for one in self._assessed[server].support)
        ]
        return list(dict.fromkeys([*ended, *unknown]))

    def _personal(self, held: Sequence[Workload]) -> list[str]:
        data = [one for one in held if one.kind in _SAMPLED]
        seen = [self._looked.get(one.id) for one in data]
        if any(one is not None and one.kinds for one in seen):
            return ["it holds personal data"]
        unseen = [one for one in seen if one is None or one.outcome is not Outcome.KNOWN]
        return ["nobody has looked whether it holds personal data"] if unseen else []


def jobs(given: Given, found: Mapping[str, Part], paces: Paces) -> tuple[list[Job], list[str]]:
    """The jobs as a planner counts them, but for their cost, and what a person should know of how they were counted."""
    planning, notes = given.planning, []
    unknown: list[str] = []
    counted = []
    for name, part in found.items():
        sizes = []
        for one in part.workloads:
            taken, _, supposed = in_window(one, given.estate.how(one), planning)
            sizes.append(taken)
            unknown += [one.id] if supposed else []
        counted.append(
            Job(
                id=name,
                workloads=min(len(part.workloads), planning.capacity.workloads),
                mebibytes=ceil(sum(sizes) / MIB),
                minutes=minutes(part.workloads, sizes, paces, planning.capacity.at_once),
                effort=_effort(part, planning),
                pounds=0,
                low_risk=bool(part.low_risk),
            )
        )
    if unknown:
        supposing = f"{planning.durations.unknown_gib:g} GiB supposed for each"
        what = count(len(unknown), "workload is", "workloads are")
        sizes_of = "the size of" if len(unknown) == 1 else "the sizes of"
        notes.append(f"{sizes_of} {what} not known, {supposing}: {some(unknown, _FEW)}")
    return counted, notes


def _effort(part: Part, planning: Planning) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in part.workloads:
        for skill, hours in planning.effort_of(one.kind).hours.items():
            found[skill] += round(hours * 60)
    return dict(found)


def paid_once(given: Given, found: Mapping[str, Part], gone: Collection[str]) -> tuple[dict[str, int], list[str]]:
    """What each job costs this council once, as the business case counts it, and each of `gone`, which has moved.

    In pounds, and only where planning.toml gives a budget; and what a person should know of it.
    """
    if not given.planning.budget:
        return {}, []
    lines = given.costs.lines if given.costs else ()
    job_of = {one.id: name for name, part in found.items() for one in part.workloads}
    exact: dict[str, float] = defaultdict(float)
    for name, amount in _once(given, {*job_of, *gone}).items():
        exact[job_of.get(name, name)] += amount
    priced = {server_of(line.subject) for line in lines if line.side == "move" and line.nature == "one-off"}
    unknown = sorted({server for part in found.values() for server in part.servers} - priced)
    notes = []
    if unknown:
        servers = count(len(unknown), "server")
        notes.append(
            f"no cost of moving {servers} is known (run `decant costs`): the budgets do not count them: "
            + some(unknown, _FEW)
        )
    return {name: ceil(amount - _PENCE) for name, amount in exact.items()}, notes


def _once(given: Given, moves: Collection[str]) -> dict[str, float]:
    authorities = {one.server.id: one.server.authority for one in given.estate.servers}
    pays = {one.name: one.pays for one in given.planning.partner}
    return once_by_move(given.costs, given.estate.assessments, moves, authorities, pays) if given.costs else {}


def machines(given: Given, found: Mapping[str, Part], standing: Collection[str] = ()) -> list[Machine]:
    """The servers that are left, with what presses. What is `standing` is not emptied, whenever its jobs move."""
    leaving: dict[str, list[str]] = defaultdict(list)
    for name, part in found.items():
        for server in sorted(part.servers):
            leaving[server].append(name)
    assessed, dues = given.assessed, given.due
    return [
        Machine(
            id=server,
            jobs=tuple(held),
            due=None if server in standing else _days(dues.get(server), given.today),
            unsupported_from=None
            if server in standing
            else _days(unsupported_from(assessed.get(server)), given.today),
        )
        for server, held in sorted(leaving.items())
    ]


def unsupported_from(assessment: Assessment | None) -> date | None:
    """The first day on which the operating system, or anything on it, gets no more fixes without paying."""
    last = [
        until for one in (assessment.support if assessment else ()) if (until := one.until or one.ends) is not None
    ]
    return min(last) + timedelta(days=1) if last else None


def _days(value: date | None, today: date) -> int | None:
    return None if value is None else (value - today).days


def talk(given: Given, found: Mapping[str, Part]) -> list[Link]:
    """How many dependencies lie between each two jobs."""
    job_of = {one.id: name for name, part in found.items() for one in part.workloads}
    between: dict[tuple[str, str], set[str]] = defaultdict(set)
    for link in given.estate.links:
        for client in {job_of[one] for one in link.clients if one in job_of}:
            for server in {job_of[one] for one in link.servers if one in job_of}:
                if client != server:
                    one, other = sorted((client, server))
                    between[one, other].add(link.dependency.id)
    return [Link(one, other, len(found)) for (one, other), found in sorted(between.items())]


def pressing(given: Given, server: str) -> list[str]:
    """What presses of a server, in words."""
    assessed = given.assessed.get(server)
    words = []
    by = given.due.get(server)
    said = next((one for one in given.planning.deadline if one.server == server), None)
    if by is not None:
        start = "planning.toml has it empty by" if said and said.day else "its contract ends on"
        words.append(f"{start} {day(by)}{' (hard)' if said and said.hard else ''}")
        if (ends := given.ends_before(server, by)) is not None:
            words.append(f"its contract ends before that, on {day(ends)}")
    dated = [
        (until, one)
        for one in (assessed.support if assessed else ())
        if (until := one.until or one.ends) is not None
    ]
    ended = [one for until, one in dated if until < given.today]
    if ended:
        # The operating system comes first of what an assessment found: it says more than the first runtime to end.
        more = f" and of {len(ended) - 1} more" if len(ended) > 1 else ""
        words.append(f"support of {ended[0].name}{more} has ended")
    elif dated:
        last, first = min(dated, key=lambda one: one[0])
        words.append(f"support of {first.name} ends on {day(last)}")
    return words
