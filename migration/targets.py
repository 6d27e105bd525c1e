"""Which target server could take a workload: one that already runs what it needs. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from estate.records.facts.filesystems import Filesystems
from estate.records.facts.packages import Packages
from estate.records.observation import Outcome
from estate.records.server import ServerFacts
from estate.records.workload import Workload

_WEB_SERVERS = frozenset({"nginx", "apache2", "httpd"})


def _known(fact: str) -> Callable[[ServerFacts], bool]:
    return lambda facts: facts.outcome(fact) is Outcome.KNOWN


def _serves_web(facts: ServerFacts) -> bool:
    packages = facts.get("packages", Packages)
    return packages is not None and any(one.name in _WEB_SERVERS for one in packages.packages)


_CAN_TAKE: Mapping[str, Callable[[ServerFacts], bool]] = {
    "postgres": _known("postgresql"),
    "mariadb": _known("mariadb"),
    "files": _known("shares"),
    "website": _serves_web,
    "service": _serves_web,
    "schedule": _serves_web,
}


@dataclass(frozen=True)
class Target:
    """What counts of a target server: told once, as a plan asks it of every target for every workload."""

    id: str
    takes: frozenset[str]
    """Kinds of workload."""
    free: int | None
    """Bytes free on the largest file system; None where that is not known."""


def target_of(facts: ServerFacts) -> Target:
    """A server as a target."""
    takes = frozenset(kind for kind, can in _CAN_TAKE.items() if can(facts))
    known = facts.get("filesystems", Filesystems)
    free = max((one.available_bytes for one in known.filesystems), default=None) if known else None
    return Target(facts.server.id, takes, free)


def propose(workload: Workload, targets: Sequence[Target], beside: str | None = None) -> str | None:
    """The name of a target for the workload; None where none is known to suit, and a person must say.

    `beside` is where the rest of its server's data goes: jobs follow it. Of several, the one with the most
    room is taken; one that is known to be too full never is. A whole machine becomes a server of its own.
    """
    if workload.kind == "schedule" and beside is not None:
        return beside
    fitting = [
        (-(one.free or 0), one.id)
        for one in targets
        if workload.kind in one.takes and (one.free is None or workload.bytes is None or one.free > workload.bytes)
    ]
    return min(fitting)[1] if fitting else None
