"""The rules of planning.toml as a planner's constraints, each with words for people. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from estate.documents.words import count, day, length, pounds
from estate.errors import UsageError
from estate.suggest import did_you_mean
from migration.planner.problem import (
    AtMost,
    Before,
    Budget,
    Closed,
    Constraint,
    Deadline,
    Earliest,
    Fits,
    Job,
    Pilot,
    Pinned,
    Together,
)
from migration.planning import beginning
from migration.planning.asked import Given, Kept, Part, Unkept
from migration.planning.calendar import Slot, blacked_out
from migration.planning.capacity import limits, months
from migration.planning.days import Days
from migration.planning.named import Names, of_authority


class Rules:
    """Turns one planning file into constraints; notes and faults are gathered on the way."""

    def __init__(
        self,
        given: Given,
        parts: Mapping[str, Part],
        jobs: Sequence[Job],
        slots: Sequence[Slot],
        kept: Kept,
        apart: Mapping[str, str] | None = None,
        spent: Mapping[str, int] | None = None,
    ) -> None:
        self.given, self.parts, self.jobs, self.slots, self.kept = given, parts, jobs, slots, kept
        self.names = Names(given.estate, {name: part.workloads for name, part in parts.items()})
        self._jobs_by_workload = {one.id: name for name, part in parts.items() for one in part.workloads}
        self.notes: list[str] = []
        self.faults: list[str] = []
        self._spent = spent or {}
        """Of the money of financial years, what went into what has moved."""
        self._apart = apart or {}
        """What is to move and is in no wave, with the reason."""
        self._days = Days(given, parts, self.names, self._apart)

    def constraints(self, *, fits: bool) -> list[Constraint]:
        """All of them, in the order of the file; `fits`: whether lengths of windows count."""
        capacity, deadlines = list(self._capacity()), list(self._deadlines())
        closed = list(self._closed(deadlines))
        return [
            *capacity,
            *closed,
            *deadlines,
            *self._earliest(),
            *self._before(),
            *self._pins(),
            *self._budgets(),
            *([self._fits(job) for job in self.jobs] if fits else []),
            *self._pilot(closed),
        ]

    def _fits(self, job: Job) -> Fits:
        """A window that was made longer for what stays in it is as long for that, and for nothing else."""
        words = f"{job.id} takes about {length(job.minutes)} and moves only in windows that are as long"
        own = {one.id for one in self.parts[job.id].workloads}
        longer = {
            slot.id
            for on, slot in self.kept.longer.items()
            if slot.minutes >= job.minutes
            and any(self.kept.pins[name][0] == on for name in own & self.kept.pins.keys())
        }
        return Fits(f"fits:{job.id}", words, job.id, frozenset(longer))

    def _capacity(self) -> Iterator[Constraint]:
        planning = self.given.planning
        words = {
            "workloads": f"no window holds more than {count(planning.capacity.workloads, 'workload')}",
            "mebibytes": f"what a window's moves send fits through {planning.link.usable:.0%} of the link of "
            f"{planning.link.megabits or 0:g} Mbit/s",
        }
        used = {skill for job in self.jobs for skill in job.effort}
        for what, most in limits(planning, self.slots).items():
            if what in words:
                yield AtMost(f"capacity:{what}", words[what], what, most)
            elif what in used:
                yield AtMost(
                    f"people:{what}", f"people for {what} have only so many hours in a window", what, most
                )
                yield from self._months(what)
            else:
                close = did_you_mean(
                    what, used, f"moves here need {', '.join(sorted(used)) or 'none'}: see [effort]"
                )
                self.notes.append(
                    f"no move needs the skill {what} of planning.toml, so it limits nothing: {close}"
                )
        missing = sorted(used - {one.skill for one in planning.person})
        if planning.person and missing:
            self.notes.append(
                f"nobody in planning.toml has these skills, so they limit nothing: {', '.join(missing)}"
            )

    def _months(self, skill: str) -> Iterator[Together]:
        for one in months(self.given.planning, self.slots):
            if one.skill == skill:
                safe = " that they have however the work falls on its windows" if one.safe else ""
                named = (
                    safe if one.whole else f", on {', '.join(day(date.fromisoformat(at)) for at in one.windows)}"
                )
                which = "" if one.whole else f":{'+'.join(one.windows)}"
                yield Together(
                    f"people:{skill}:{one.year}-{one.month:02}{which}",
                    f"people for {skill} have {length(one.minutes)} in {date(one.year, one.month, 1):%B %Y}{named}",
                    skill,
                    frozenset(one.windows),
                    one.minutes,
                )

    def _start(self, deadlines: Iterable[Deadline]) -> Iterator[Closed]:
        """Nothing moves before there is something to move to; what is pinned stays where a person put it.

        What has to move before that has a rule of its own: where that gives way, the others stay.
        """
        begins = beginning.start(self.given)
        early = frozenset(slot.id for slot in self.slots if self.given.today <= slot.day < begins.day)
        pinned = self._pinned_before(begins.day)
        free = self.parts.keys() - pinned.keys()
        said = f"nothing moves before {day(begins.day)}: {begins.why}"
        pressed = self._pressed(deadlines, begins.day) & free if early else set()
        if free and (early or begins.of_last_plan):
            but = "but what an accepted change names " if pressed else ""
            self.notes.append(said.replace("nothing ", f"nothing {but}", 1))
        if soon := beginning.too_soon(self.given):
            self.notes.append(soon)
        for job in sorted(pressed):
            words = f"{job} does not move before {day(begins.day)}: {begins.why}"
            yield Closed(f"{beginning.START}:{job}", words, frozenset({job}), early)
        for job, days in sorted(pinned.items()):
            if others := early - days:
                words = f"{job} does not move before {day(begins.day)} on another day than it is pinned to: {begins.why}"
                yield Closed(f"{beginning.START}:{job}", words, frozenset({job}), others)
        if early and free - pressed:
            some = pressed or pinned
            yield Closed(beginning.START, said, frozenset(free - pressed) if some else frozenset(), early)

    def _pinned_before(self, begins: date) -> dict[str, frozenset[str]]:
        """The jobs that a person put on a day before the first, with these days."""
        found: dict[str, set[str]] = defaultdict(set)
        days = [(self._job(name), on) for name, (on, _) in self.kept.pins.items()]
        days += [(job, one.day) for one in self.given.planning.pin for job in self.names.jobs(one.of, "pin")]
        for job, on in days:
            if job in self.parts and on < begins:
                found[job].add(on.isoformat())
        return {job: frozenset(on) for job, on in found.items()}

    def _pressed(self, deadlines: Iterable[Deadline], begins: date) -> set[str]:
        """The jobs that have to move before the first window of all, and those that must move before them."""
        first = min((slot.days[1] for slot in self.slots if slot.day >= begins), default=date.max)
        found = {one.job for one in deadlines if one.day < (first - self.given.today).days}
        pairs = [
            (set(self.names.jobs(one.first, "before")), set(self.names.jobs(one.then, "before")))
            for one in self.given.planning.before
        ]
        while more := {job for firsts, thens in pairs if thens & found for job in firsts - found}:
            found |= more
        return found

    def _closed(self, deadlines: Iterable[Deadline]) -> Iterator[Closed]:
        yield from self._start(deadlines)
        for number, one in enumerate(self.given.planning.blackout, 1):
            windows = blacked_out(self.slots, one)
            jobs = of_authority(self.given, self.parts, one.partner) if one.partner else frozenset()
            if windows and (jobs or not one.partner):
                whose = f" for {one.partner}" if one.partner else ""
                yield Closed(
                    f"blackout:{one.name}:{number}",
                    f"nothing moves{whose} from {day(one.first)} to {day(one.last)} ({one.name})",
                    jobs,
                    windows,
                )
        for partner in self.given.planning.partner:
            if not partner.only:
                continue
            self._known_windows(partner.only, f"partner {partner.name}")
            jobs = of_authority(self.given, self.parts, partner.name)
            others = frozenset(slot.id for slot in self.slots if slot.day not in partner.only)
            if jobs and others:
                days = ", ".join(day(one) for one in partner.only)
                yield Closed(
                    f"partner:{partner.name}:only",
                    f"workloads of {partner.name} move only on {days}",
                    jobs,
                    others,
                )
        yield from self._others_windows()

    def _others_windows(self) -> Iterator[Closed]:
        """A window that only plan.toml has takes nothing but what stays in it."""
        if not self.given.planning.window:
            return
        for on in sorted(self.kept.slots):
            stay = {self._job(name) for name, (where, _) in self.kept.pins.items() if where == on}
            jobs = frozenset(self.parts.keys() - stay)
            if jobs:
                yield Closed(
                    f"outside:{on.isoformat()}", f"{day(on)} is no window of planning.toml", jobs,
                    frozenset({on.isoformat()}),
                )  # fmt: skip

    def _job(self, workload: str) -> str:
        return self._jobs_by_workload.get(workload, "")

    def _deadlines(self) -> Iterator[Deadline]:
        yield from self._days.constraints()
        self.notes += self._days.notes
        self.faults += self._days.faults

    @property
    def unkept(self) -> list[Unkept]:
        """Rules of what no wave holds."""
        return self._days.unkept

    def _earliest(self) -> Iterator[Constraint]:
        for number, one in enumerate(self.given.planning.earliest, 1):
            why = f": {one.why}" if one.why else ""
            for job in self._jobs(one.of, f"earliest {number}"):
                yield Earliest(
                    f"earliest:{number}:{job}", f"{job} moves on {day(one.day)} at the earliest{why}", job,
                    (one.day - self.given.today).days,
                )  # fmt: skip
        authorities = {one.server.authority for one in self.given.estate.servers if one.server.authority}
        for partner in self.given.planning.partner:
            if partner.name not in authorities:
                close = did_you_mean(partner.name, authorities, "see `authority` in hosts.toml")
                self.notes.append(f"no server is of the partner {partner.name}: {close}")
            if partner.earliest is None:
                continue
            for job in sorted(of_authority(self.given, self.parts, partner.name)):
                yield Earliest(
                    f"partner:{partner.name}:earliest:{job}", f"{job} moves on {day(partner.earliest)} at the "
                    f"earliest, as {partner.name} asks", job, (partner.earliest - self.given.today).days,
                )  # fmt: skip

    def _jobs(self, name: str, where: str) -> list[str]:
        found = self.names.jobs(name, where)
        if not found:
            reasons = {why for one, why in self._apart.items() if name in (one, self.given.kinds[one].server)}
            why = "; ".join(sorted(reasons)) or self.names.staying(name)
            self.notes.append(f"{where} of planning.toml: {name} does not move: {why}")
        return found

    def _before(self) -> Iterator[Constraint]:
        pairs: dict[str, set[str]] = defaultdict(set)
        for number, one in enumerate(self.given.planning.before, 1):
            where = f"before {number}"
            firsts, thens = self._jobs(one.first, where), self._jobs(one.then, where)
            both = sorted(set(firsts) & set(thens))
            if both:
                raise UsageError(
                    f"planning.toml, {where}: {one.first} and {one.then} move together, as parts of {both[0]}",
                    "name things that can move apart; `decant systems list` shows what belongs together",
                )
            why = f": {one.why}" if one.why else ""
            for first in firsts:
                for then in thens:
                    pairs[first].add(then)
                    yield Before(
                        f"before:{number}:{first}:{then}", f"{first} moves before {then}{why}", first, then
                    )
        circle = _circle(pairs)
        if circle:
            self.faults.append(
                f"what must be before what goes in a circle: {' before '.join([*circle, circle[0]])}"
            )

    def _pins(self) -> Iterator[Constraint]:
        for number, one in enumerate(self.given.planning.pin, 1):
            self._known_windows([one.day], f"pin {number}")
            why = f": {one.why}" if one.why else ""
            for job in self._jobs(one.of, f"pin {number}"):
                yield Pinned(
                    f"pin:{number}:{job}", f"{job} moves on {day(one.day)}{why}", job, one.day.isoformat()
                )
        done: set[tuple[str, date]] = set()
        for workload, (on, why) in self.kept.pins.items():
            job = self._job(workload)
            if job and (job, on) not in done:
                done.add((job, on))
                words = f"{job} stays on {day(on)}: of {workload}, {why}"
                yield Pinned(f"plan:{on.isoformat()}:{job}", words, job, on.isoformat())

    def _known_windows(self, days: Sequence[date], where: str) -> None:
        known = {slot.day for slot in self.slots}
        for one in days:
            if one not in known:
                near = min(known, key=lambda other: abs((other - one).days))
                raise UsageError(
                    f"planning.toml, {where}: there is no window on {day(one)}",
                    f"the nearest one is on {day(near)}; or give it as a [[window]]",
                )

    def _budgets(self) -> Iterator[Constraint]:
        for one in self.given.planning.budget:
            spent = self._spent.get(one.year, 0)
            gone = f", {pounds(spent)} of it for what has moved" if spent else ""
            if spent > one.pounds:
                self.faults.append(
                    f"what has moved in {one.year} cost {pounds(spent)}, and its budget is {pounds(one.pounds)}"
                )
            yield Budget(
                f"budget:{one.year}",
                f"the moves of {one.year} cost at most {pounds(one.pounds)} once{gone}",
                one.year,
                max(0, one.pounds - spent),
            )

    def _pilot(self, closed: Sequence[Closed]) -> Iterator[Constraint]:
        rule = self.given.planning.pilot
        if not rule.wanted or self.given.states or not self.jobs:
            return
        low = [job for job in self.jobs if job.low_risk and job.workloads <= rule.workloads]
        if not low:
            self.notes.append(
                "there is no pilot, as no workload is known to be of low risk: name some in planning.toml, "
                "[pilot] low_risk; `decant plan why WORKLOAD` says what speaks against one"
            )
            return
        shut = {name for one in closed if not one.jobs or beginning.is_start(one.id) for name in one.windows}
        first = next((slot for slot in self.slots if slot.id not in shut), None)
        if first is not None:
            yield from self._before_pilot(first, closed)
            yield Pilot(
                "pilot",
                f"the first window holds only workloads of low risk, {rule.workloads} at most",
                frozenset({first.id}),
                rule.workloads,
            )

    def _before_pilot(self, first: Slot, closed: Sequence[Closed]) -> Iterator[Closed]:
        """Where `[start]` gives way, it does so for what is of low risk, and for what it was asked to."""
        named = {job for one in closed if one.id.startswith(f"{beginning.START}:") for job in one.jobs}
        early = frozenset(slot.id for slot in self.slots if slot.day < first.day)
        risky = frozenset(job.id for job in self.jobs if not job.low_risk and job.id not in named)
        if early and risky:
            said = f"before the first window of the pilot, {day(first.day)}, nothing moves that is not of low risk"
            yield Closed("pilot:before", said, risky, early)


def _circle(pairs: Mapping[str, set[str]]) -> list[str]:
    """Jobs that must each be before the next, and the last before the first; empty where there are none."""
    clear: set[str] = set()
    for start in sorted(pairs):
        way: list[str] = []
        stack = [(start, iter(sorted(pairs.get(start, ()))))] if start not in clear else []
        way += [start] if stack else []
        while stack:
            node, rest = stack[-1]
            following = next((one for one in rest if one not in clear), None)
            if following is None:
                clear.add(node)
                stack.pop()
                way.pop()
            elif following in way:
                return way[way.index(following) :]
            else:
                stack.append((following, iter(sorted(pairs.get(following, ())))))
                way.append(following)
    return []
