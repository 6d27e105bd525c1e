"""PostgreSQL servers and their databases."""

from pydantic import Field

from estate.records.base import Record


class PostgresDatabase(Record):
    """One database. What is None could not be asked."""

    name: str
    owner: str
    encoding: str = ""
    collation: str = ""
    bytes: int | None = None
    template: bool = False
    allows_connections: bool = True
    extensions: tuple[str, ...] | None = None
    tables: int | None = None
    tables_without_key: tuple[str, ...] | None = None
    """`schema.table` of each table without a primary key."""
    large_objects: int | None = None


class PostgresRole(Record):
    """One role. No password or hash is read."""

    name: str
    login: bool
    superuser: bool = False
    replication: bool = False
    create_role: bool = False


class PostgresCluster(Record):
    """One running server."""

    port: int
    version: str
    """As the server says: `13.22`."""
    data_directory: str = ""
    databases: tuple[PostgresDatabase, ...]
    roles: tuple[PostgresRole, ...] = ()
    settings: dict[str, str] = Field(default_factory=dict)
    """`wal_level`, `max_replication_slots`, `max_wal_senders`, `listen_addresses`, `ssl`,
    `password_encryption`, `log_connections` …"""
    hba: tuple[str, ...] = ()
    """Lines of pg_hba: `type database user address method`."""


class Postgresql(Record):
    """Fact `postgresql`."""

    clusters: tuple[PostgresCluster, ...]
