"""Takes a server out of the store, history and all; and what is older than a council keeps."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from decant.journeys.still_named import StillNamed, still_named
from estate import past
from estate.errors import RefusedError
from estate.observed import Observed
from estate.records.assessment import Assessment
from estate.records.base import now
from estate.records.dependency import Dependency
from estate.records.move import ENDED
from estate.records.plan import Plan
from estate.records.server import Server
from estate.records.verification import Verification
from estate.store import IDENTITY
from inventory.dependencies import places_of

if TYPE_CHECKING:
    from decant.app import App
    from estate.store import Store


def forget(app: "App", server: str) -> tuple[int, StillNamed]:
    """Remove all that is held of one server; the ledger notes that, without its data.

    Returns how many rows went, and the files of the workspace that still hold its name, host name or an address.

    Raises `RefusedError` where a move of it is under way.
    """
    store = app.store
    moves = [one for one in store.moves() if server in (one.source, one.target)]
    open_moves = [one.id for one in moves if one.phase not in ENDED]
    if open_moves:
        raise RefusedError(
            f"{server} has the move {', '.join(open_moves)} under way", "finish or cancel it first: `decant moves`"
        )
    plan = _plan_without(store, server)
    workload = f"{server}/"
    held = {
        "Server": [server],
        "Assessment": [server],
        "Risk": [server],
        **{kind: _of(store, kind, lambda body: body["server"] == server) for kind in _of_a_server()},
        "Dependency": _of(store, "Dependency", lambda body: server in (body["client"], body["server"])),
        "Finding": _of(store, "Finding", lambda body: f"{body['subject']}/".startswith(workload)),
        "Verification": _of(store, "Verification", lambda body: body.get("move") in {one.id for one in moves}),
        # A plan names workloads in every version of it: its history goes, and the newest stays without them.
        "Plan": [plan.id] if plan else [],
        # Sums rest on every server: without one of them they are no longer true, and are to be reckoned anew.
        **{kind: _of(store, kind, lambda body: _names(body, server)) for kind in ("Costs", "BusinessCase")},
    }
    addresses = [one for one, whose in places_of(store.all_server_facts()).items() if whose == server]
    known = store.get(Server, server)
    names = {server, *addresses, (known and known.hostname) or server} - {"localhost"}
    removed = past.forget(store.database, server, held, [one.id for one in moves])
    removed += Observed(store.database).forget(server, addresses)
    if plan:
        store.put(plan)
    app.ledger.append("estate.forgotten", [server], {"rows": removed}, app.actor)
    return removed, still_named(app.workspace, names)


def _of_a_server() -> list[str]:
    """Kinds of record that say whose they are in `server`."""
    return [
        kind.__name__
        for kind in IDENTITY
        if "server" in kind.model_fields and kind not in (Assessment, Dependency)
    ]


def _names(body: object, server: str) -> bool:
    """Whether a server, or a workload of it, is named by itself anywhere in a record."""
    if isinstance(body, dict):
        return any(_names(key, server) or _names(value, server) for key, value in body.items())
    if isinstance(body, list):
        return any(_names(one, server) for one in body)
    return isinstance(body, str) and (body == server or body.startswith(f"{server}/"))


def _of(store: "Store", kind: str, fits: Callable[[dict[str, Any]], bool]) -> list[str]:
    """Ids of one kind of which any version fits, past ones too."""
    return sorted({identity for identity, body in past.every(store.database, kind) if fits(json.loads(body))})


def _plan_without(store: "Store", server: str) -> Plan | None:
    plan = next(iter(store.all(Plan)), None)
    if plan is None:
        return None
    waves = tuple(
        wave.model_copy(
            update={
                "moves": tuple(
                    m.model_copy(update={"why": ""}) if _mentions(m.why, server) else m
                    for m in wave.moves
                    if not m.workload.startswith(f"{server}/") and m.target != server
                ),
                "crossing": tuple(one for one in wave.crossing if server not in one),
            }
        )
        for wave in plan.waves
    )
    staying = {name: why for name, why in plan.not_moving.items() if not name.startswith(f"{server}/")}
    told = {
        "conflicts": tuple(
            one.model_copy(update={"rules": tuple(rule for rule in one.rules if not _mentions(rule, server))})
            for one in plan.conflicts
        ),
        "changes": tuple(one for one in plan.changes if not _mentions(one, server)),
    }
    return plan.model_copy(update={"waves": waves, "not_moving": staying, **told})


def _mentions(words: str, server: str) -> bool:
    """Whether a sentence names a server, by itself or in the name of a workload."""
    return re.search(rf"(?<![\w.-]){re.escape(server)}(?![\w-])", words) is not None


def keep_within(app: "App") -> int:
    """Remove history that is older than `retention.days`; returns how many rows went. 0 days keeps everything.

    The history of every kind of record ages. Moves stand as they ended, and the ledger keeps all.
    """
    days = app.settings.retention.days
    if not days:
        return 0
    before = now() - timedelta(days=days)
    app.store.retire(Verification, _outlived(app.store, before))
    removed = past.prune(app.store.database, [kind.__name__ for kind in IDENTITY], before)
    if removed:
        app.ledger.append("estate.pruned", [], {"rows": removed, "days": days}, app.actor)
    return removed


def _outlived(store: "Store", before: datetime) -> list[str]:
    """Verifications that are history, though each has an id of its own, so that none replaces another.

    The last of each move stays, as the evidence that its copy is whole, and so do all of one that is under way.
    """
    moves = store.moves()
    under_way = {one.id for one in moves if one.phase not in ENDED}
    last = {one.verification for one in moves}
    return [
        one.id
        for one in store.all(Verification)
        if one.at < before and one.id not in last and one.move not in under_way
    ]
