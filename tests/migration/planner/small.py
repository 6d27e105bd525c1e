"""Small random problems, and the truth about them by trying every plan."""

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as st

from migration.planner.checker import broken, measured
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
    Link,
    Machine,
    Pilot,
    Pinned,
    Problem,
    Together,
    Window,
)

PLANS = 300
"""How many plans a small problem has at the most."""
SKILL = "database"


@st.composite
def problems(draw: st.DrawFn, most_constraints: int = 6) -> Problem:
    """Up to five jobs in up to six windows, and constraints of every kind."""
    jobs = tuple(draw(job(f"j{number}")) for number in range(draw(st.integers(1, 5))))
    names = st.sampled_from([one.id for one in jobs])
    limit = {1: 6, 2: 6, 3: 6, 4: 4, 5: 3}[len(jobs)]
    windows = tuple(
        Window(
            f"w{number}",
            3 + 7 * number,
            draw(st.sampled_from([60, 240, 480])),
            "2026/27" if number < 2 else "2027/28",
        )
        for number in range(draw(st.integers(1, limit)))
    )
    machines = tuple(
        Machine(
            f"m{number}",
            tuple(draw(st.lists(names, unique=True, max_size=3))),
            draw(st.none() | st.integers(-5, 40)),
            draw(st.none() | st.integers(-50, 40)),
        )
        for number in range(draw(st.integers(0, 4)))
    )
    links = tuple(draw(st.lists(st.builds(Link, names, names, st.integers(0, 4)), max_size=6)))
    constraints = tuple(
        draw(constraint(f"c{number}", [one.id for one in jobs], windows))
        for number in range(draw(st.integers(0, most_constraints)))
    )
    return Problem(jobs, machines, windows, links, constraints)


@st.composite
def job(draw: st.DrawFn, name: str) -> Job:
    """A job of any make."""
    return Job(
        name,
        draw(st.integers(0, 3)),
        draw(st.integers(0, 900)),
        draw(st.sampled_from([30, 60, 200, 400])),
        draw(st.dictionaries(st.just(SKILL), st.integers(0, 300), max_size=1)),
        draw(st.integers(0, 900)),
        draw(st.booleans()),
    )


@st.composite
def constraint(draw: st.DrawFn, name: str, jobs: list[str], windows: tuple[Window, ...]) -> Constraint:
    """A constraint of any kind."""
    names, days = st.sampled_from(jobs), st.integers(-3, 45)
    ids = st.sampled_from([window.id for window in windows])
    some = st.frozensets(ids, min_size=1)
    words = f"the rule {name}"
    what = st.sampled_from([("workloads", 5), ("mebibytes", 1200), (SKILL, 400)])
    kind, top = draw(what)
    return draw(
        st.one_of(
            st.builds(
                AtMost,
                st.just(name),
                st.just(words),
                st.just(kind),
                st.dictionaries(ids, st.integers(0, top), min_size=1),
            ),
            st.builds(Together, st.just(name), st.just(words), st.just(kind), some, st.integers(0, 2 * top)),
            st.builds(
                Budget,
                st.just(name),
                st.just(words),
                st.sampled_from(["2026/27", "2027/28"]),
                st.integers(0, 2000),
            ),
            st.builds(Deadline, st.just(name), st.just(words), names, days),
            st.builds(Earliest, st.just(name), st.just(words), names, days),
            st.builds(Before, st.just(name), st.just(words), names, names),
            st.builds(Closed, st.just(name), st.just(words), st.frozensets(names), some),
            st.builds(Fits, st.just(name), st.just(words), names),
            st.builds(Pilot, st.just(name), st.just(words), some, st.integers(0, 5)),
            st.builds(Pinned, st.just(name), st.just(words), names, ids),
        )
    )


def every_plan(problem: Problem) -> Iterator[dict[str, str]]:
    """Each way to give every job a window."""
    names = [one.id for one in problem.jobs]
    for windows in product([window.id for window in problem.windows], repeat=len(names)):
        yield dict(zip(names, windows, strict=True))


def best(problem: Problem) -> tuple[int, int, int, int] | None:
    """What the best plan is worth; None where there is none."""
    kept = (measured(problem, plan) for plan in every_plan(problem) if not broken(problem, plan))
    return min(kept, default=None)


def possible(problem: Problem) -> bool:
    """Whether there is a plan."""
    return any(not broken(problem, plan) for plan in every_plan(problem))


def fewest_broken(problem: Problem) -> int:
    """How many constraints the plan breaks that breaks the fewest."""
    return min(len({one.partition(":")[0] for one in broken(problem, plan)}) for plan in every_plan(problem))
