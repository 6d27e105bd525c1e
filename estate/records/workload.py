"""A workload: what moves."""

from typing import Any, Literal

from estate.records.base import Instant, Record

Kind = Literal["postgres", "mariadb", "sqlserver", "files", "website", "schedule", "service", "machine"]


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
    detail: dict[str, Any] = {}
    services: tuple[str, ...] = ()
    """DNS names by which clients reach it."""
    system: str | None = None
    os_owned: bool = False
    """Part of the operating system, not of a council's service."""
    seen_at: Instant
