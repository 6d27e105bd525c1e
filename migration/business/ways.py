"""Ways of acting, told in days: when each workload moves, and from when a server costs nothing on-premises any more."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from estate.documents.words import LONDON
from estate.records.assessment import Assessment, Disposition
from estate.records.plan import Plan, PlannedMove, Wave
from migration.business.period import days_after, years_after
from migration.business.terms import Terms
from migration.plan import GOES_WITHOUT_SAYING

ESTATE = "estate"
"""The subject of what all share."""
BETWEEN_WAVES = 28
"""Days supposed between two waves, and before the first, where a plan gives no day."""


def server_of(subject: str) -> str:
    """The server of a workload's id; a server's own id."""
    return subject.partition("/")[0]


def retired(assessments: Iterable[Assessment]) -> frozenset[str]:
    """The servers that are switched off and not moved."""
    return frozenset(one.server for one in assessments if one.disposition is Disposition.RETIRE)


@dataclass(frozen=True)
class Way:
    """One way of acting. Days are those of the moves; what never moves has none."""

    moved: Mapping[str, date]
    """By workload."""
    targets: Mapping[str, str]
    """By workload, where a target is known."""
    gone: Mapping[str, date]
    """By server: the first day on which it costs nothing on-premises. A server that stays is not here."""
    servers: frozenset[str]
    """Every server that is on-premises today."""
    build_days: int
    soak_days: int
    bought: Mapping[str, date] = field(default_factory=dict)
    """By server: the day from which a service that is bought takes its place, without a move."""

    @cached_property
    def days(self) -> Mapping[str, tuple[date, ...]]:
        """The days of the moves that concern a subject, in order: a workload, a server, a target, or the estate."""
        found: dict[str, list[date]] = {}
        for name, when in self.moved.items():
            for subject in {name, server_of(name), self.targets.get(name, name), ESTATE}:
                found.setdefault(subject, []).append(when)
        return {subject: tuple(sorted(held)) for subject, held in found.items()}

    @cached_property
    def emptied(self) -> date | None:
        """The day from which no server is left on-premises; None where any stays."""
        if not self.servers or not self.servers <= self.gone.keys():
            return None
        return max(self.gone[name] for name in self.servers)

    @property
    def staying(self) -> frozenset[str]:
        """The servers that are never left."""
        return self.servers - self.gone.keys()

    def soaked(self, workload: str) -> date:
        """The day from which nothing of a moved workload is kept on-premises."""
        return days_after(self.moved[workload], self.soak_days)

    def built(self, subject: str) -> date | None:
        """The day from which Azure, or a service that is bought, is paid for a subject; None where it does not leave."""
        held = self.days.get(subject)
        return days_after(held[0], -self.build_days) if held else self.bought.get(subject)

    def served(self, subject: str) -> date | None:
        """The day from which what is new serves, and not what is on-premises; None where it does not leave."""
        held = self.days.get(subject)
        return held[-1] if held else self.bought.get(subject)


@dataclass(frozen=True)
class Roadmap:
    """A plan as ways of acting are made of it."""

    plan: Plan
    assessments: Sequence[Assessment]
    on: date
    terms: Terms
    bought: frozenset[str] = frozenset()
    """The servers in whose place a service is bought that has a price."""

    @cached_property
    def days(self) -> Mapping[int, date]:
        """The day of each wave, by its number; supposed where the plan gives none."""
        found: dict[int, date] = {}
        last = self.on
        for wave in self.plan.waves:
            known = wave.expected or (wave.window_start.astimezone(LONDON).date() if wave.window_start else None)
            found[wave.number] = last = known or days_after(max(last, self.on), BETWEEN_WAVES)
        return found

    @property
    def supposed(self) -> bool:
        """Whether the days are supposed: no wave has a window."""
        return all(wave.window_start is None for wave in self.plan.waves)

    @property
    def last(self) -> date:
        """The day of the last wave; of the case itself, where nothing moves."""
        return max(self.days.values(), default=self.on)

    @cached_property
    def moves(self) -> Sequence[tuple[Wave, PlannedMove]]:
        """Every move with its wave."""
        return [(wave, move) for wave in self.plan.waves for move in wave.moves]

    @cached_property
    def retired(self) -> frozenset[str]:
        """The servers that are switched off and not moved."""
        return retired(self.assessments)

    @cached_property
    def held_back(self) -> frozenset[str]:
        """The servers on which something stays, so that they cannot be switched off."""
        return (
            frozenset(
                server_of(name) for name, why in self.plan.not_moving.items() if why not in GOES_WITHOUT_SAYING
            )
            - self.retired
            - self.bought
        )

    @cached_property
    def servers(self) -> frozenset[str]:
        """Every server that is assessed or moved from."""
        return frozenset(one.server for one in self.assessments) | {
            server_of(move.workload) for _, move in self.moves
        }

    def way(
        self,
        among: Callable[[str], bool] = lambda _server: True,
        later: Callable[[date], date] = lambda day: day,
        soak_days: int | None = None,
    ) -> Way:
        """The plan for the servers `among` which it is carried out, each day put off by `later`.

        What has moved or is moving is in every way of acting, on its own day. What should have moved and has not, moves
        on the day of the case at the earliest: nothing was paid for it yet. A service that is bought in a server's
        place is supposed to serve by the last wave.
        """
        soak = self.terms.soak_days if soak_days is None else soak_days
        moved, targets = {}, {}
        for wave, move in self.moves:
            begun = move.state != "planned"
            if begun or among(server_of(move.workload)):
                when = self.days[wave.number]
                moved[move.workload] = when if begun else later(max(when, self.on))
                if move.target:
                    targets[move.workload] = move.target
        last = later(max(self.last, self.on))
        without = {one for one in self.bought if among(one)} - {server_of(name) for name in moved}
        gone = self._gone(moved, {one for one in self.retired if among(one)}, last, soak)
        return Way(
            moved,
            targets,
            gone | dict.fromkeys(without, days_after(last, soak)),
            self.servers,
            self.terms.build_days,
            soak,
            dict.fromkeys(without, last),
        )

    def _gone(self, moved: Mapping[str, date], retired: Collection[str], last: date, soak: int) -> dict[str, date]:
        """A server goes when all its moves are done and have soaked; a retired one by the last wave."""
        left: dict[str, list[date]] = {}
        for name, when in moved.items():
            left.setdefault(server_of(name), []).append(when)
        staying = self.held_back | _unmoved(self.moves, moved)
        gone = {name: days_after(max(days), soak) for name, days in left.items() if name not in staying}
        return gone | dict.fromkeys(retired, last)


def a_year_later(day: date) -> date:
    """Twelve months on."""
    return years_after(day, 1)


def _unmoved(moves: Iterable[tuple[Wave, PlannedMove]], moved: Collection[str]) -> set[str]:
    return {server_of(move.workload) for _, move in moves if move.workload not in moved}
