"""Which jobs a person means in planning.toml: by a server, a workload or a confirmed system. Pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from estate.errors import UsageError
from estate.records.workload import Workload
from estate.suggest import same, unknown
from migration.plan import Estate, not_moving
from migration.planning.asked import Given, Part
from migration.planning.file import Planning


class Names:
    """Every name that planning.toml may use, and the jobs behind it."""

    def __init__(self, estate: Estate, parts: Mapping[str, Sequence[Workload]]) -> None:
        self._jobs: dict[str, set[str]] = defaultdict(set)
        for job, held in parts.items():
            for one in held:
                for name in {one.server, one.id, one.system or "", job} - {""}:
                    self._jobs[name].add(job)
        self.servers = {one.server.id for one in estate.servers}
        systems = {one.system for one in estate.workloads if one.system}
        self._known = {*self.servers, *(one.id for one in estate.workloads), *systems, *self._jobs}
        self._staying: Mapping[str, str] | None = None
        self._estate = estate

    def jobs(self, name: str, where: str) -> list[str]:
        """The jobs of that name; none where it is known and nothing of it moves.

        Raises `UsageError` where nothing has this name; `where` is the setting.
        """
        meant = same(name, self._known)
        if meant is None:
            wrong = unknown(
                "server, workload or system",
                name,
                self._known,
                "see `decant estate list` and `decant systems list`",
            )
            raise UsageError(f"planning.toml, {where}: {wrong.what}", wrong.remedy)
        return sorted(self._jobs.get(meant, ()))

    def server(self, name: str, where: str) -> list[str]:
        """The jobs that leave a server. Raises `UsageError` for one that is not known."""
        if name not in self.servers:
            wrong = unknown("server", name, self.servers, "see `decant estate list`")
            raise UsageError(f"planning.toml, {where}: {wrong.what}", wrong.remedy)
        return sorted(self._jobs.get(name, ()))

    def staying(self, name: str) -> str:
        """Why nothing of that name moves, as far as that is known."""
        if self._staying is None:
            self._staying = not_moving(self._estate)
        reasons = {
            reason
            for workload, reason in self._staying.items()
            if workload == name or workload.split("/", 1)[0] == name
        }
        return "; ".join(sorted(reasons)) or "nothing of it was found to move"


def of_authority(given: Given, parts: Mapping[str, Part], authority: str) -> frozenset[str]:
    """The jobs that leave a server of that authority."""
    whose = {one.server.id: one.server.authority for one in given.estate.servers}
    return frozenset(
        job for job, part in parts.items() if any(whose.get(one) == authority for one in part.servers)
    )


def as_known(planning: Planning, servers: Collection[str]) -> Planning:
    """The rules with servers of deadlines as the inventory writes them: capitals do not count."""
    deadlines = tuple(
        one.model_copy(update={"server": same(one.server, servers) or one.server}) for one in planning.deadline
    )
    twice = next(
        (one.server for one in deadlines if [two.server for two in deadlines].count(one.server) > 1), None
    )
    if twice is not None:
        raise UsageError(f"planning.toml: there are two entries of [[deadline]] for {twice}", "keep one of them")
    return planning.model_copy(update={"deadline": deadlines})
