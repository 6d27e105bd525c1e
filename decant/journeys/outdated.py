"""What is older than what it rests on: assessments than the last reading, plans and costs than these and their files."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from estate import past
from estate.documents.words import count, moment
from estate.records.assessment import Assessment
from estate.records.base import Record, now
from estate.records.cost import Costs
from estate.records.finding import Finding
from estate.records.plan import Plan
from estate.records.report import Outdated
from estate.records.server import Server
from policies.current import current

if TYPE_CHECKING:
    from estate.paths import Workspace
    from estate.store import Store

_Look = tuple[datetime, str]
"""When a server was read, or listed anew, and by which command."""


def outdated(store: "Store", workspace: "Workspace") -> Outdated:
    """What to make anew before anybody relies on it, in words that name no server; empty where it is up to date.

    A plan rests on planning.toml too, and costs on the files of rates and assumptions.
    It counts when a record was kept last: what an import lists again just as it was is no news.
    """
    servers, kept = store.all(Server), _kept(store, Server)
    looks = {one.id: (kept[one.id], "discover" if one.tried else "import") for one in servers if one.id in kept}
    legacy = {one.id: looks[one.id] for one in servers if one.role == "legacy" and one.id in looks}
    assessed = _kept(store, Assessment)
    judged = {one.subject: one.at for one in current(store.all(Finding)) if one.scope == "host"}
    plan = max(_kept(store, Plan).values(), default=None)
    costs = max(_kept(store, Costs).values(), default=None)
    return Outdated(
        assessments=_for(_newer(legacy, assessed)),
        plan=_plan(legacy, assessed, plan) or _by_files(plan, workspace.planning) if plan else "",
        costs=_plan({}, assessed, costs) or _by_files(costs, workspace.rates, workspace.assumptions)
        if costs
        else "",
        checks=_for(_newer(looks, judged)),
    )


def _kept(store: "Store", kind: type[Record]) -> dict[str, datetime]:
    """When each record of a kind, as it is now, was kept."""
    found = past.records_at(store.database, kind.__name__, now())
    return {name: datetime.fromisoformat(then.noted_at) for name, then in found.items() if then.body is not None}


def _newer(looks: Mapping[str, _Look], made: Mapping[str, datetime]) -> list[_Look]:
    return [look for name, look in looks.items() if name in made and look[0] > made[name]]


def _for(newer: Sequence[_Look]) -> str:
    return f"{_than(newer)}, for {count(len(newer), 'server')}" if newer else ""


def _than(newer: Sequence[_Look]) -> str:
    at, command = max(newer)
    return f"older than the last {command} of {moment(at)}"


def _plan(looks: Mapping[str, _Look], assessed: Mapping[str, datetime], at: datetime) -> str:
    newer = [look for look in (*looks.values(), *((one, "assess") for one in assessed.values())) if look[0] > at]
    return _than(newer) if newer else ""


def _by_files(at: datetime, *files: Path) -> str:
    changed = [(datetime.fromtimestamp(one.stat().st_mtime, UTC), one.name) for one in files if one.is_file()]
    newest, name = max(changed, default=(at, ""))
    return f"older than {name}, which was changed on {moment(newest)}" if newest > at else ""
