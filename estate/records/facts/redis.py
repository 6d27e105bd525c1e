"""Redis and Valkey servers."""

from pydantic import Field

from estate.records.base import Record


class RedisServer(Record):
    """One server, as its file describes it."""

    file: str
    port: int = 6379
    """0 where it answers no TCP."""
    bind: tuple[str, ...] = ()
    """Empty where the file does not say: then every address."""
    password: bool = False
    """Whether it asks for one, or has users. The password itself does not leave the host."""
    protected_mode: bool | None = None
    tls: bool = False
    directory: str = ""
    append_only: bool = False
    saves: bool | None = None
    """Whether it writes snapshots; None where the file does not say, which means that it does."""
    max_memory: str = ""
    replica_of: str = ""
    version: str | None = None
    """None where it did not answer, or wants a password."""
    keys: int | None = None
    used_bytes: int | None = None
    connected_replicas: int | None = None


class Redis(Record):
    """Fact `redis`."""

    servers: tuple[RedisServer, ...]
    modules: dict[str, str] = Field(default_factory=dict)
    """Modules that a file loads, by path, and the file."""
