"""The days by which servers are to be empty: a person's, contracts', partners'. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from estate.documents.words import day
from estate.errors import UsageError
from migration.planner.problem import Constraint, Deadline
from migration.planner.schedule import Change
from migration.planning.asked import Given, Part, Unkept
from migration.planning.named import Names, of_authority
from migration.planning.stranded import undecided


class Days:
    """Turns deadlines and partners' last days into constraints; notes and faults are gathered on the way."""

    def __init__(self, given: Given, parts: Mapping[str, Part], names: Names, apart: Mapping[str, str]) -> None:
        """`apart` is what is to move and is in no wave, with the reason."""
        self.given, self.parts, self.names = given, parts, names
        self.notes: list[str] = []
        self.faults: list[str] = []
        self.unkept: list[Unkept] = []
        """Rules of what no wave holds."""
        self._apart = apart
        self._undecided = undecided(given, parts)

    def constraints(self) -> Iterator[Deadline]:
        """The days by which jobs move; what no wave holds is gathered in `unkept`.

        Raises `UsageError` for an end of a contract that nobody knows.
        """
        known = self.given.due
        for number, one in enumerate(self.given.planning.deadline, 1):
            jobs = self.names.server(one.server, f"deadline {number}")
            by = known.get(one.server)
            if by is None:
                raise UsageError(
                    f"planning.toml, deadline {number}: it is not known when the contract of {one.server} ends",
                    "give it a day, or contract_end in hosts.toml",
                )
            staying = self._staying(one.server, jobs)
            if (
                one.day is not None
                and not staying
                and (ends := self.given.ends_before(one.server, by)) is not None
            ):
                self.notes.append(
                    f"deadline {number} of planning.toml: {one.server} is to be empty by {day(by)}, and its contract ends "
                    f"before that, on {day(ends)}: days after the contract do not count as late until the deadline"
                )
            if by < self.given.today and (jobs or staying):
                then = "no wave empties it" if staying else "it is moved as soon as can be, and late"
                self.faults.append(f"{one.server} was to be empty by {day(by)}, which is past: {then}")
            elif staying:
                self._outside(f"deadline {number} of planning.toml", one.server, by, staying)
                if one.hard:
                    what = "its deadline, marked hard" if one.day else "the end of its contract, marked hard"
                    words = f"{one.server} is empty by {day(by)}: {what}"
                    change = (
                        f"take `hard` from the deadline of {one.server}: it is emptied late, or outside the plan"
                    )
                    self._cannot_keep(f"deadline:{one.server}", words, one.server, by, staying, change)
            elif one.hard:
                what = "its deadline, marked hard" if one.day else "the end of its contract, marked hard"
                for job in jobs:
                    yield Deadline(
                        f"deadline:{one.server}:{job}", f"{job} leaves {one.server} by {day(by)}: {what}", job,
                        (by - self.given.today).days,
                    )  # fmt: skip
        for partner in self.given.planning.partner:
            if partner.latest is None:
                continue
            jobs = sorted(of_authority(self.given, self.parts, partner.name))
            if partner.latest < self.given.today and jobs:
                self.faults.append(f"{partner.name} was to be done by {day(partner.latest)}, which is past")
                continue
            for server in self._servers_of(partner.name):
                reason = self._staying(server, self._of_server(server))
                if reason and self._counted(server):
                    words = f"{server} is empty by {day(partner.latest)}, as {partner.name} asks"
                    change = f"let {server} be later than {partner.name} asks"
                    rule = f"partner:{partner.name}:latest:{server}"
                    self._cannot_keep(rule, words, server, partner.latest, reason, change)
                elif reason:
                    self._outside(f"the last day of {partner.name}", server, partner.latest, reason)
            for job in jobs:
                yield Deadline(
                    f"partner:{partner.name}:latest:{job}", f"{job} moves by {day(partner.latest)}, as "
                    f"{partner.name} asks", job, (partner.latest - self.given.today).days,
                )  # fmt: skip

    def _cannot(self, server: str) -> str:
        """Why something that is to leave a server is in no wave; empty where all of it is in one."""
        return "; ".join(
            sorted({why for name, why in self._apart.items() if self.given.kinds[name].server == server})
        )

    def _staying(self, server: str, jobs: Sequence[str]) -> str:
        """Why no wave empties a server; empty where one does, or what was on it has moved."""
        cannot = self._cannot(server)
        gone = any(
            self.given.kinds[name].server == server for name in self.given.states if name in self.given.kinds
        )
        return cannot or ("" if jobs or gone else self.names.staying(server))

    def _outside(self, where: str, server: str, by: date, why: str) -> None:
        """What is said of a day of a server that no wave empties."""
        then = (
            "what is not emptied by its day is late until the horizon ends"
            if self._counted(server)
            else f"{day(by)} is kept, or missed, outside the plan, whose figures leave it out"
        )
        self.notes.append(f"{where}: no wave empties {server}: {why}; {then}")

    def _counted(self, server: str) -> bool:
        """Whether a server that no wave empties is one that is to be emptied, as far as anybody knows."""
        return bool(self._cannot(server)) or server in self._undecided

    def _of_server(self, server: str) -> list[str]:
        return [job for job, part in self.parts.items() if server in part.servers]

    def _servers_of(self, authority: str) -> list[str]:
        return [
            one.server.id
            for one in self.given.estate.servers
            if one.server.authority == authority and one.server.role != "target"
        ]

    def _cannot_keep(self, rule: str, words: str, server: str, by: date, why: str, change: str) -> None:
        asked = Deadline(rule, words, server, (by - self.given.today).days)
        stays = Constraint(f"stays:{server}", f"no wave holds all of {server}: {why}")
        self.unkept.append(Unkept(asked, stays, Change(asked, None, change)))
