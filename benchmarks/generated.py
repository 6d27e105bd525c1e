"""Estates that are made up, as planners meet them: what moves, what presses, who talks to whom, and what is closed.

The shares below are suppositions, chosen to be hard enough: a third of the servers is out of support already, more
leave the first site than its contract gives time for, and the weekly windows hold the estate in two and a half years
(a small one in one year) with a fifth to spare. The same size, seed and contracts give the same estate.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from estate.documents.words import financial_year
from migration.planner.problem import (
    AtMost,
    Before,
    Budget,
    Closed,
    Constraint,
    Fits,
    Job,
    Link,
    Machine,
    Pilot,
    Problem,
    Window,
)

FIRST_DAY = date(2026, 11, 23)
WEEKS = 132
SMALL, YEAR = 500, 52
"""An estate of fewer servers needs no more than a year's windows."""
PILOT = 3
"""So many windows come first, for the pilot."""
LONG = 4
"""Each so-manieth window is long, and holds more."""
LONG_HOLDS = 2.5
SPARE = {"workloads": 1.25, "mebibytes": 2.0, "pounds": 1.3}
"""How much more all windows hold than the estate needs; of a skill, half as much again."""
SKILLS = {"application": (1.0, 30, 180), "database": (0.35, 60, 240), "network": (0.2, 30, 60)}
"""The share of jobs that need a skill, and for how many minutes, from and to."""
BIGGEST = 800_000
"""The most that one job carries over, in MiB."""
Contracts = tuple[tuple[float, float], ...]
"""Of the servers, the share at a site, and by which share of the windows' time its contract ends."""
CONTRACTS: Contracts = ((0.16, 0.11), (0.1, 0.36), (0.1, 0.6), (0.1, 0.87))
"""The first contract ends too soon for a few servers in a hundred."""
HARD: Contracts = ((0.25, 0.11), *CONTRACTS[1:])
"""It ends too soon for half of those that stand there."""
DEPENDENCIES = 10
"""For each server."""
COMMUNITY = 14
"""About how many jobs belong to one department, and talk most among themselves."""
CALENDARS = {
    "council tax billing": (0.05, ((2, 1), (4, 15))),
    "year end of finance": (0.08, ((3, 15), (4, 14))),
    "school admissions": (0.06, ((8, 20), (9, 20))),
}
"""Of the departments, the share for whom the windows between two days of a year are closed."""


@dataclass
class _Estate:
    random: Random
    contracts: tuple[tuple[float, int], ...]
    """The share of the servers at a site, and the day on which its contract ends."""
    jobs: list[Job] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)
    of: dict[str, int] = field(default_factory=dict)
    """The system of each job."""
    systems: int = 0

    def job(self) -> str:
        """One more job."""
        random = self.random
        effort = {
            skill: random.randint(least, most)
            for skill, (share, least, most) in SKILLS.items()
            if random.random() < share
        }
        name = f"job{len(self.jobs):05}"
        self.of[name] = self.systems
        self.jobs.append(
            Job(
                name,
                1,
                min(BIGGEST, round(random.lognormvariate(10.8, 1.2))),
                random.choice((60, 90, 120, 180, 240)),
                effort,
                round(random.lognormvariate(7.2, 0.6)),
                random.random() < 0.35,
            )
        )
        return name

    def machine(self, jobs: tuple[str, ...], due: int | None, ends: int | None) -> None:
        """One more server."""
        self.machines.append(Machine(f"server{len(self.machines):05}", jobs, due, ends))

    def system(self, room: int) -> None:
        """One more system, on at most `room` servers; they stand at one site, and most were bought together."""
        self.systems += 1
        random, ends = self.random, _support(self.random)
        chance, due = random.random(), None
        for share, day in self.contracts:
            if 0 <= chance < share:
                due = day
            chance -= share
        kind = random.random()
        if kind < 0.6 or room < 6:
            self.machine((self.job(),), due, ends)
        elif kind < 0.75:
            self.machine(tuple(self.job() for _ in range(random.randint(2, 4))), due, ends)
        elif kind < 0.95:
            one = self.job()
            for _ in range(random.randint(2, 4)):
                self.machine((one,), due, ends if random.random() < 0.7 else _support(random))
        else:
            served = tuple(self.job() for _ in range(random.randint(2, 4)))
            self.machine(served, due, ends)
            for one in served:
                self.machine((one,), due, ends)


def estate(servers: int, seed: int = 1, contracts: Contracts = CONTRACTS) -> Problem:
    """A council's estate of so many servers, and what its plan must keep."""
    weeks = YEAR if servers < SMALL else WEEKS
    ends = tuple((share, round(part * weeks * 7)) for share, part in contracts)
    made = _Estate(Random(seed), ends)  # noqa: S311  # made-up data from a fixed seed
    while len(made.machines) < servers:
        made.system(servers - len(made.machines))
    random, jobs = made.random, made.jobs
    departments = list(_departments([job.id for job in jobs], random))
    windows = tuple(_windows(weeks))
    constraints: list[Constraint] = [Fits(f"fits-{job.id}", f"{job.id} needs its time", job.id) for job in jobs]
    constraints += _closed(departments, windows, random)
    shut = {window for one in constraints if isinstance(one, Closed) and not one.jobs for window in one.windows}
    constraints += _limits(jobs, [window for window in windows if window.id not in shut])
    first = [window.id for window in windows if window.id not in shut][:PILOT]
    constraints.append(Pilot("pilot", "A pilot comes first", frozenset(first), max(6, servers // 60)))
    for number in range(servers // 40):
        one, then = random.sample(random.choice(departments), 2)
        if made.of[one] == made.of[then]:
            continue  # what is of one system moves together
        constraints.append(
            Before(f"before-{number}", f"{min(one, then)} before {max(one, then)}", *sorted((one, then)))
        )
    links = _links(departments, servers * DEPENDENCIES, random)
    return Problem(tuple(jobs), tuple(made.machines), windows, tuple(links), tuple(constraints))


def _support(random: Random) -> int | None:
    chance = random.random()
    if chance < 0.3:
        return -random.randint(0, 1500)
    return random.randint(1, 1095) if chance < 0.75 else None


def _departments(jobs: list[str], random: Random) -> Iterator[list[str]]:
    left = list(jobs)
    while left:
        size = min(len(left), max(2, round(random.gauss(COMMUNITY, 4))))
        if len(left) - size < 2:
            size = len(left)
        yield left[:size]
        left = left[size:]


def _windows(weeks: int) -> Iterator[Window]:
    for number in range(weeks):
        day = FIRST_DAY + timedelta(days=12 + 7 * number)
        minutes = 960 if number % LONG == LONG - 1 else 480
        yield Window(day.isoformat(), (day - FIRST_DAY).days, minutes, financial_year(day))


def _closed(departments: list[list[str]], windows: tuple[Window, ...], random: Random) -> Iterator[Closed]:
    days = {window.id: date.fromisoformat(window.id) for window in windows}
    for name, first, last in (("Christmas", (12, 20), (12, 31)), ("The elections", (4, 25), (5, 9))):
        shut = frozenset(window for window, day in days.items() if first <= (day.month, day.day) <= last)
        yield Closed(f"closed-{name}", name, frozenset(), shut)
    for name, (share, (first, last)) in CALENDARS.items():
        some = random.sample(departments, max(1, round(len(departments) * share)))
        shut = frozenset(window for window, day in days.items() if first <= (day.month, day.day) <= last)
        yield Closed(f"closed-{name}", f"Closed for {name}", frozenset(job for one in some for job in one), shut)


def _limits(jobs: list[Job], windows: list[Window]) -> Iterator[Constraint]:
    """What a window holds: the estate's need shared out, and what a job needs at the least."""
    holds = {window.id: LONG_HOLDS if window.minutes > 480 else 1.0 for window in windows}
    parts = sum(holds.values())
    uses = {"workloads": [job.workloads for job in jobs], "mebibytes": [job.mebibytes for job in jobs]}
    uses |= {skill: [job.effort.get(skill, 0) for job in jobs] for skill in SKILLS}
    for what, use in uses.items():
        part = SPARE.get(what, 1.5) * sum(use) / parts
        # A team that comes to work can do two of its longest jobs; the largest copies wait for a long window.
        two = sum(sorted(use)[-2:])
        least = {share: 0 if what == "mebibytes" and share == 1 else two for share in holds.values()}
        most = {window: round(max(part, least[share]) * share) for window, share in holds.items()}
        yield AtMost(f"most-{what}", f"A window holds so much of {what}", what, most)
    cost = sum(job.pounds for job in jobs)
    years = dict.fromkeys(window.year for window in windows)
    for year in years:
        share = sum(holds[window.id] for window in windows if window.year == year) / parts
        yield Budget(f"budget-{year}", f"The budget of {year}", year, round(cost * share * SPARE["pounds"]))


def _links(departments: list[list[str]], number: int, random: Random) -> Iterator[Link]:
    """Dependencies: most within a department, some with one of a few hubs, the rest with anybody."""
    everyone = [job for one in departments for job in one]
    hubs = random.sample(everyone, max(2, len(everyone) // 300))
    weights: dict[tuple[str, str], int] = {}
    for _ in range(number):
        kind = random.random()
        if kind < 0.65:
            one, other = random.sample(random.choice(departments), 2)
        else:
            one, other = random.choice(everyone), random.choice(hubs if kind < 0.85 else everyone)
        pair = (min(one, other), max(one, other))
        weights[pair] = weights.get(pair, 0) + 1
    return (Link(one, other, weight) for (one, other), weight in weights.items())
