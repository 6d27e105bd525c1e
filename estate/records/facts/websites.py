"""Websites that nginx, Apache or IIS serve."""

from typing import Literal

from pydantic import Field

from estate.records.base import Record


class Website(Record):
    """One server block or virtual host."""

    server: Literal["nginx", "apache", "iis"]
    name: str = ""
    """The site's own name, where its server gives it one (IIS)."""
    names: tuple[str, ...] = ()
    root: str | None = None
    listen: tuple[str, ...] = ()
    """As written: `443 ssl`, `[::]:80`."""
    tls: bool = False
    certificate: str | None = None
    """Path of its certificate."""
    tls_protocols: tuple[str, ...] = ()
    """As configured; empty means the server's default."""
    upstreams: tuple[str, ...] = ()
    """Where it passes requests to: `http://127.0.0.1:8080`, credentials taken out."""
    file: str = ""
    applications: tuple[str, ...] = ()
    r"""Applications below it with a folder of their own (IIS): `/intranet D:\apps\intranet`."""


class Websites(Record):
    """Fact `websites`."""

    sites: tuple[Website, ...]
    root_bytes: dict[str, int] = Field(default_factory=dict)
    """Bytes under each root that could be measured."""
