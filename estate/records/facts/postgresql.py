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


class PostgresSlot(Record):
    """One replication slot: while it is there, the server keeps what its reader has not read yet."""

    name: str
    type: str
    """`physical` or `logical`."""
    database: str | None = None
    """Of a logical one."""
    plugin: str | None = None
    active: bool
    """Whether somebody reads from it."""


class PostgresReplica(Record):
    """One client that receives changes now: a replica, a subscription or a backup."""

    name: str
    """What it calls itself."""
    address: str | None = None
    """None for one on the server itself."""
    state: str
    """`streaming`, `catchup`, `backup` …"""
    sync: str
    """`async`, `sync`, `quorum` or `potential`."""


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
    standby: bool | None = None
    """Whether it follows another server; None in what an earlier version of Decant read."""
    primary: str | None = None
    """Host and port that it follows, where it says so."""
    slots: tuple[PostgresSlot, ...] = ()
    replicas: tuple[PostgresReplica, ...] = ()
    subscriptions: tuple[str, ...] = ()
    """`database/name` of each."""


class Postgresql(Record):
    """Fact `postgresql`."""

    clusters: tuple[PostgresCluster, ...]
