"""Names that a shell may complete: read from the workspace, offline, and silent where there is none."""

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from estate.errors import DecantError
from estate.paths import Workspace, find

if TYPE_CHECKING:
    from estate.store import Store

Completer = Callable[[click.Context, click.Parameter, str], list[str]]


def _workspace(ctx: click.Context) -> Workspace | None:
    given = ctx.find_root().params.get("workspace")
    try:
        return find(given or Path.cwd())
    except DecantError:
        return None


def _matching(names: Iterable[str], typed: str) -> list[str]:
    return sorted(name for name in names if name.startswith(typed) or name.rpartition("/")[2].startswith(typed))


def hosts(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names in the hosts file."""
    del param
    workspace = _workspace(ctx)
    if workspace is None:
        return []
    try:
        entries = tomllib.loads(workspace.hosts.read_text("utf-8")).get("host", [])
    except (OSError, ValueError):
        return []
    return _matching((str(e["name"]) for e in entries if isinstance(e, dict) and "name" in e), incomplete)


def stacks(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the workspace's stacks."""
    del param
    workspace = _workspace(ctx)
    return [] if workspace is None else _matching((p.stem for p in workspace.stacks.glob("*.toml")), incomplete)


def _stored(ctx: click.Context, incomplete: str, names: "Callable[[Store], Iterable[str]]") -> list[str]:
    from estate.store import Store

    workspace = _workspace(ctx)
    if workspace is None or not workspace.database.is_file():
        return []
    try:
        store = Store.of(workspace)
    except DecantError:
        return []
    try:
        return _matching(names(store), incomplete)
    finally:
        store.close()


def servers(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Ids of the servers found so far."""
    from estate.records.server import Server

    del param
    return _stored(ctx, incomplete, lambda store: [server.id for server in store.all(Server)])


def workloads(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Ids of the workloads found so far."""
    from estate.records.workload import Workload

    del param
    return _stored(ctx, incomplete, lambda store: [workload.id for workload in store.all(Workload)])


def systems(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the systems in systems.toml."""
    del param
    workspace = _workspace(ctx)
    if workspace is None:
        return []
    try:
        entries = tomllib.loads(workspace.systems.read_text("utf-8")).get("system", [])
    except (OSError, ValueError):
        return []
    return _matching({str(e["name"]) for e in entries if isinstance(e, dict) and "name" in e}, incomplete)


def moves(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Ids of the moves."""
    del param
    return _stored(ctx, incomplete, lambda store: [move.id for move in store.moves()])


def practice_hosts(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the practice estate's hosts."""
    from practice.spec import HOSTS

    del ctx, param
    return _matching((host.name for host in HOSTS), incomplete)


def rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Ids of the rules."""
    from policies.rulebook import rules as every

    del ctx, param
    return _matching(every(), incomplete.upper())


def schemas(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the published schemas."""
    from decant.schemas import OUTPUTS

    del ctx, param
    return _matching(OUTPUTS, incomplete)
