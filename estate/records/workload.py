"""A workload: what moves."""

from typing import Any, Literal

from estate.records.base import Instant, Record

Kind = Literal["postgres", "mariadb", "sqlserver", "files", "website", "schedule", "service", "machine"]


class ChangeRate(Record):
    """How fast a workload changes, by one way of telling."""

    what: Literal["log", "size", "files"]
    """`log`: bytes written to the log of its database server; `size`: what it grew by, or shrank; `files`: what the
    files take that changed within a day, each as a whole."""
    bytes_per_day: int
    hours: float
    """Over how long it was told."""
    until: Instant
    how: str
    """Where it comes from: "pg_stat_wal", "sizes in two readings" …"""
    shared_by: int = 1
    """How many workloads write to what was counted."""


class Workload(Record):
    """One thing on one server that can move.

    `id` is `SERVER/KIND/NAME`, as `db-legacy/postgres/reports`. `name` is a database's own name, exactly; of the rest,
    as the id has it. `detail` depends on the kind: for `postgres` and `mariadb` `version`, `port`; for `files`
    `path`, `share`; for `website` `names`, `root`; for `service` `unit`; for `schedule` `when`, `user`. A `machine`
    stands for all that is on a server whose insides nobody has read.
    """

    id: str
    server: str
    kind: Kind
    name: str
    bytes: int | None = None
    """What it takes on disk; None where that is not known."""
    bytes_why: str = ""
    """Why that is not known."""
    changes: tuple[ChangeRate, ...] = ()
    changes_why: str = ""
    """Why nothing is known of how fast it changes."""
    owner: str | None = None
    """Whose it is."""
    owner_from: str = ""
    """Who says so: `systems.toml`, `hosts.toml`, another source of servers, `role in the database`, `account`."""
    detail: dict[str, Any] = {}
    services: tuple[str, ...] = ()
    """DNS names by which clients reach it."""
    system: str | None = None
    os_owned: bool = False
    """Part of the operating system, not of a council's service."""
    seen_at: Instant
