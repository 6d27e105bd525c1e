"""SQL Server instances on Windows and the files of their databases. No instance is logged in to."""

from estate.records.base import Record


class SqlDatabase(Record):
    """One database, known by its first file."""

    name: str
    """The file's name, which is the database's own as long as nobody chose otherwise."""
    path: str
    bytes: int
    """Data and log files of that name together."""


class SqlInstance(Record):
    """One instance."""

    name: str
    """`MSSQLSERVER` for the default one."""
    service: str
    version: str = ""
    release: str = ""
    """As support is counted: `15.0`, `13.0-sp3`."""
    edition: str = ""
    clustered: bool | None = None
    port: int | None = None
    """The fixed port, or the dynamic one that it has now; None where TCP is off or does not say."""
    mixed_logins: bool | None = None
    """Whether it also takes logins with a password, and not Windows accounts alone."""
    data: str = ""
    backups: str = ""
    databases: tuple[SqlDatabase, ...] = ()
    """Those in the folders that it is set to keep them in; the server's own are left out."""


class SqlServer(Record):
    """Fact `sqlserver`."""

    instances: tuple[SqlInstance, ...]
