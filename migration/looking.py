"""Looking at a move without holding it: what a description, a list and a check for residue are made of."""

import re
from collections.abc import Sequence

from estate.errors import DecantError, RefusedError, UsageError
from estate.records.base import now
from estate.records.facts.addresses import Addresses
from estate.records.move import Description, Move, Residue
from estate.records.server import Server
from estate.records.workload import Workload
from estate.suggest import unknown
from migration import planned
from migration.context import Context
from migration.planned import Word
from migration.work import Tools

FILES = "files"
OBJECTS = "objects"
"""The kind of a move of a file tree whose target is an object store."""


def workload(tools: Tools, move: Move) -> Workload:
    """What the move moves. Raises `UsageError` where it is no longer known."""
    found = tools.store.get(Workload, move.workload)
    if found is None:
        raise UsageError(f"the workload {move.workload} is no longer known", "run `decant discover`")
    return found


def require_hosts(tools: Tools, move: Move) -> None:
    """Raise `UsageError` where one of the move's hosts is not in the hosts file."""
    for name in (move.source, move.target):
        if name not in tools.hosts:
            raise unknown("host", name, tools.hosts, "add it to hosts.toml")


def context(tools: Tools, move: Move, moved: Workload) -> Context:
    """A context in which nothing can be noted, so nothing may be changed."""
    require_hosts(tools, move)

    def refuse(left: Residue) -> None:
        raise DecantError(f"a mover wanted to make {left.kind} {left.name} while it only looked", "report this")

    return Context(
        move=move,
        workload=moved,
        source=tools.connect(move.source),
        target=tools.connect(move.target),
        source_host=tools.hosts[move.source],
        target_host=tools.hosts[move.target],
        progress=tools.progress,
        record=refuse,
        forget=refuse,
        known=lambda: move.residue,
        settings=tools.settings,
    )


def known_by(tools: Tools, host: str) -> frozenset[str]:
    """The addresses that a host is known by: the one of the hosts file, and those that were read on it."""
    found = {tools.hosts[host].address}
    if tools.store.get(Server, host) is not None:
        seen = tools.store.server_facts(host).get("addresses", Addresses)
        found |= (
            {one.address for one in seen.addresses if not one.address.startswith(("127.", "::1"))}
            if seen
            else set()
        )
    return frozenset(found)


def describe(tools: Tools, draft: Move, moved: Workload, against_plan: str = "") -> Description:
    """The mover's own description, with the names that will be switched, and what the plan says.

    Raises `RefusedError` where that is against what was decided, and `against_plan` gives no reason for it.
    """
    word = wanted(tools, draft, against_plan)
    seen = context(tools, draft, moved)
    tools.services.check(draft, known_by(tools, draft.source), seen.target_host)
    said = tools.movers[draft.kind].describe(seen)
    changes, lasting, warnings = tools.services.describe(draft, seen.target_host)
    because = (f"{tools.operator} says why: {against_plan.strip()}",) if word.against else ()
    return said.model_copy(
        update={
            "changes": (*said.changes, *changes),
            "lasting": (*said.lasting, *lasting),
            "warnings": (*said.warnings, *warnings, *word.warnings),
            "plan": word.says,
            "against_plan": (*word.against, *because),
        }
    )


def wanted(tools: Tools, draft: Move, against_plan: str = "") -> Word:
    """What was decided of a move, looked up without reaching a host.

    Raises `UsageError` where nothing can move such a workload, `RefusedError` where it was decided otherwise and no
    reason is given.
    """
    source = tools.store.get(Server, draft.source)
    if source is not None and source.is_windows:
        raise UsageError(
            f"Decant moves nothing off Windows by itself ({draft.workload})",
            "move the machine with Azure Migrate, or the workload by hand, as `decant plan` marks it",
        )
    if draft.kind not in tools.movers or draft.kind not in tools.verifiers:
        known = [one.id for one in tools.store.all(Workload) if _can_move(tools, one)]
        raise UsageError(
            f"nothing can move a {draft.kind} workload yet ({draft.workload})",
            "move it by hand, as `decant plan` marks it"
            + (
                f"; Decant can move {', '.join(known[:8])}{' and more' if len(known) > 8 else ''}" if known else ""
            ),
        )
    word = planned.consult(tools.decided(), draft, tools.store.moves(), now())
    planned.require(f"moving {draft.workload} to {draft.target}", word.against, against_plan)
    return word


def _can_move(tools: Tools, one: Workload) -> bool:
    server = tools.store.get(Server, one.server)
    readable = server is None or not server.is_windows
    return one.kind in tools.movers and readable and not one.os_owned and not _is_target(tools, one.server)


def _is_target(tools: Tools, server: str) -> bool:
    return server in tools.hosts and tools.hosts[server].role == "target"


def require_confirmed(description: Description, confirmed: Sequence[str]) -> None:
    """Raise `RefusedError` where a service must be restarted on a server that was not confirmed by name."""
    missing = [server for server in description.restarts if server not in confirmed]
    if missing:
        flags = " ".join(f"--confirm={server}" for server in missing)
        raise RefusedError(
            f"moving {description.workload} restarts a service on {', '.join(missing)}",
            f"choose a change window and add {flags}",
        )


def draft(tools: Tools, moved: Workload, target: str) -> Move:
    """A move of a workload that is only being thought of. Raises `UsageError` where it can go nowhere."""
    moment = now()
    to_store = target in tools.settings.get("object_stores", {})
    if to_store and moved.kind != FILES:
        raise UsageError(
            f"{target} is an object store, and {moved.id} is no file tree", "name a server as its target"
        )
    move = Move(
        id=_new_id(tools, moved),
        workload=moved.id,
        kind=OBJECTS if to_store else moved.kind,
        source=moved.server,
        target=target,
        # A name of a server's share cannot stand for a container.
        services=() if to_store else tools.services.names(moved),
        started_by=tools.operator,
        created_at=moment,
        changed_at=moment,
    )
    require_hosts(tools, move)
    if move.source == target:
        raise UsageError(f"{moved.id} is on {target} already", "name another target")
    return move


def _new_id(tools: Tools, moved: Workload) -> str:
    """A short id that may stand in the name of anything a move creates: letters, digits, underscores."""
    stem = re.sub(r"[^a-z0-9]+", "_", moved.name.lower()).strip("_")[:24] or moved.kind
    taken = {move.id for move in tools.store.moves()}
    return next(name for n in range(1, len(taken) + 2) if (name := f"{stem}_{n}") not in taken)
