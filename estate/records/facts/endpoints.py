"""Ends of connections that configuration names."""

from pydantic import Field

from estate.records.base import Record


class Endpoint(Record):
    """One end that a file names: never who logs in there, nor with what."""

    file: str
    product: str = ""
    """As connection strings say it: `postgresql`, `mysql`, `redis`, `https` …; empty where the file does not tell."""
    host: str
    port: int | None = None
    """As written, else the product's own; None where neither is known."""
    database: str | None = None


class Endpoints(Record):
    """Fact `endpoints`."""

    endpoints: tuple[Endpoint, ...]
    reads: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Files and folders that the program of each unit file reads, or lies in."""
