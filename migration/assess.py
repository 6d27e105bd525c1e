"""Assess one server: support, a disposition with its reasons, readiness, and a size. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Literal

import migration.dispositions
from estate import registry
from estate.catalogue.lifecycle import Table
from estate.catalogue.products import noted
from estate.documents.words import day
from estate.records.assessment import Assessment, Disposition
from estate.records.dependency import Dependency
from estate.records.facts.postgresql import Postgresql
from estate.records.server import Server, ServerFacts
from estate.records.workload import Workload
from migration.case import Case, case_of
from migration.dispositions.base import Opinion, Rule
from migration.overrides import Override
from migration.sizing.machine import size_of
from migration.sizing.need import UNOBSERVED, Need
from migration.tools import usual

MOVING = frozenset({Disposition.REHOST, Disposition.RELOCATE, Disposition.REPLATFORM, Disposition.REFACTOR})
Readiness = Literal["ready", "ready with conditions", "not ready", "unknown"]
_HOLD_DATA = frozenset({"postgres", "mariadb", "sqlserver", "files", "website"})
_FIRST_WITH_LOGICAL_REPLICATION = 10


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its disposition."""
    return registry.load(migration.dispositions, "RULE", Rule, lambda rule: rule.disposition.value)


def assess(
    facts: ServerFacts,
    workloads: Iterable[Workload],
    dependencies: Iterable[Dependency],
    *,
    override: Override | None,
    movers: Collection[str],
    today: date,
    at: datetime,
    need: Need | None = None,
    lifecycle: Table | None = None,
) -> Assessment:
    """What should become of one server.

    `movers` are the kinds of workload that Decant moves by itself; `today` decides what is supported; `need` is what
    it was seen to use, and None stands for never observed; `lifecycle` holds the support dates, those that ship with
    Decant by default. Where too little is known for any rule, the disposition
    is None and the readiness `unknown`.
    """
    server = facts.server
    if not server.reached and not facts.observations and not server.origins:
        return _unknown(server, override, (f"it was never read: {server.unreached_reason or 'not tried'}",), at)
    case = case_of(facts, workloads, dependencies, movers, today, lifecycle)
    ranked = sorted(rules().values(), key=lambda rule: rule.rank)
    opinions = {rule.disposition: rule.judge(case) for rule in ranked}
    proposed = next((name for name, opinion in opinions.items() if opinion.fits), None)
    chosen = override.disposition if override else proposed
    if chosen is None:
        why = tuple(f"{name.value}: {reason}" for name, one in opinions.items() for reason in one.against)
        return _unknown(server, None, why, at).model_copy(update={"support": case.support})
    opinion = opinions.get(chosen, Opinion(None))
    if override:
        reasons: tuple[str, ...] = (override.reason,)
        against = _instead(proposed, opinions) if proposed != chosen else ()
    else:
        reasons, against = opinion.reasons, (*opinion.against, *_passed_over(chosen, opinions))
    conditions = (*opinion.conditions, *_doubts(case, proposed, opinions))
    if chosen in MOVING:
        conditions = (*conditions, *_conditions(case))
    elif case.unread:
        conditions = (*conditions, _look_inside(case))
    blocked = chosen is Disposition.RETAIN
    return Assessment(
        server=server.id,
        support=case.support,
        disposition=chosen,
        readiness=_readiness(case, blocked, conditions),
        reasons=(*reasons, *_deadline(server, today)),
        against=against,
        conditions=tuple(dict.fromkeys(conditions)),
        tool=opinion.tool or usual(case, chosen),
        size=size_of(facts, case.workloads, need or UNOBSERVED) if chosen in MOVING else None,
        overridden_by=override.who if override else None,
        at=at,
    )


def _readiness(case: Case, blocked: bool, conditions: Sequence[str]) -> Readiness:
    """What nobody has looked into is never called ready, though its machine may be known well."""
    if blocked:
        return "not ready"
    if case.unread and not case.facts.server.managed:
        return "unknown"
    return "ready with conditions" if conditions else "ready"


def _unknown(server: Server, override: Override | None, why: tuple[str, ...], at: datetime) -> Assessment:
    return Assessment(
        server=server.id,
        disposition=override.disposition if override else None,
        readiness="unknown",
        reasons=(*((override.reason,) if override else ()), *why),
        conditions=(f"{_read_it(server)}, and assess again",),
        overridden_by=override.who if override else None,
        at=at,
    )


def _instead(proposed: Disposition | None, opinions: Mapping[Disposition, Opinion]) -> tuple[str, ...]:
    if proposed is None:
        return ("by its rules Decant could not have said",)
    return (f"by its rules Decant would have said {proposed.value}: {'; '.join(opinions[proposed].reasons)}",)


def _passed_over(chosen: Disposition, opinions: Mapping[Disposition, Opinion]) -> tuple[str, ...]:
    """Why the others do not fit: somebody will ask."""
    return tuple(
        f"not {name.value}: {opinion.against[0]}"
        for name, opinion in opinions.items()
        if name is not chosen and opinion.fits is False and opinion.against
    )


def _doubts(case: Case, proposed: Disposition | None, opinions: Mapping[Disposition, Opinion]) -> tuple[str, ...]:
    """Better dispositions that could not be ruled out; of a server that nobody has read, that is said once for all."""
    found = []
    for name, opinion in opinions.items():
        if name is proposed:
            break
        if opinion.fits is None and not (case.unread and opinion.unseen):
            found.append(f"{name.value} could not be ruled out: {opinion.against[0]}")
    return tuple(found)


def _conditions(case: Case) -> tuple[str, ...]:
    """What has to be settled before anything moves."""
    found = []
    if not case.facts.server.owner:
        where = (
            "in hosts.toml" if case.facts.server.tried else "in a CSV file that you import (`decant import csv`)"
        )
        found.append(f"name its owner {where}: somebody has to agree to the cutover")
    if case.unread:
        found.append(_look_inside(case))
    elif not case.facts.server.reached:
        found.append("it was not reached the last time: what is known may be old")
    if case.unseen and not case.unread:
        found.append(f"read again with more rights, as these could not be seen: {', '.join(case.unseen)}")
    found += [
        f"measure {one.name}: its size is not known"
        for one in case.workloads
        if one.bytes is None and one.kind in _HOLD_DATA
    ]
    found += [f"confirm that it runs {words}: only its notes say so" for words, _, _ in noted(case.facts)]
    found += _postgres(case)
    return tuple(found)


def _look_inside(case: Case) -> str:
    return f"{_read_it(case.facts.server)}, or ask its owner what it holds: nobody has looked inside"


def _read_it(server: Server) -> str:
    """How to have a server read; one that nobody has tried to read is not in hosts.toml."""
    return f"{'' if server.tried else 'write it into hosts.toml and '}read it with `decant discover`"


def _postgres(case: Case) -> list[str]:
    known = case.facts.get("postgresql", Postgresql)
    found = []
    for cluster in known.clusters if known else ():
        major = cluster.version.split(".")[0]
        level = cluster.settings.get("wal_level")
        if major.isdigit() and int(major) < _FIRST_WITH_LOGICAL_REPLICATION:
            found.append(
                f"PostgreSQL {cluster.version} has no logical replication:"
                " dump and restore while it is frozen, and no lossless way back"
            )
        elif level is not None and level != "logical":
            found.append(
                f"PostgreSQL {cluster.version} on port {cluster.port} needs one restart for wal_level = logical,"
                " or a dump and restore while it is frozen"
            )
    return found


def _deadline(server: Server, today: date) -> tuple[str, ...]:
    if server.contract_end is None:
        return ()
    when = "ended" if server.contract_end < today else "ends"
    return (f"its contract {when} on {day(server.contract_end)}",)
