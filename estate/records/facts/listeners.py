"""Sockets that wait for clients."""

from typing import Literal

from estate.records.base import Record


class Listener(Record):
    """One listening socket. `address` is `0.0.0.0`, `::`, `*` or one address of the host."""

    protocol: Literal["tcp", "udp"]
    address: str
    port: int
    process: str | None = None
    """None where it could not be seen."""
    pid: int | None = None
    unit: str | None = None
    """The systemd unit that the process belongs to."""

    @property
    def local_only(self) -> bool:
        """Whether only clients on the host itself can reach it."""
        return self.address.startswith("127.") or self.address in ("::1", "localhost")


class Listeners(Record):
    """Fact `listeners`."""

    listeners: tuple[Listener, ...]
