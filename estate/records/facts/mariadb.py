"""MariaDB and MySQL servers and their databases."""

from pydantic import Field

from estate.records.base import Record


class MariadbDatabase(Record):
    """One database."""

    name: str
    bytes: int | None = None
    tables: int | None = None
    tables_without_key: tuple[str, ...] = ()
    character_set: str = ""
    engines: tuple[str, ...] = ()


class MariadbAccount(Record):
    """One account. No password or hash is read."""

    user: str
    host: str
    plugin: str = ""


class Mariadb(Record):
    """Fact `mariadb`: one running server."""

    product: str = "mariadb"
    """`mariadb` or `mysql`."""
    port: int
    version: str
    databases: tuple[MariadbDatabase, ...]
    """The server's own schemas are left out."""
    accounts: tuple[MariadbAccount, ...] = ()
    settings: dict[str, str] = Field(default_factory=dict)
    """`log_bin`, `binlog_format`, `server_id`, `bind_address`, `have_ssl`, `datadir` …"""
