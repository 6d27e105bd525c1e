"""A conflict: sources that do not agree about one value of one server. Listed, never settled in silence."""

from estate.records.base import Instant, Record


class Said(Record):
    """What one source says."""

    value: str
    source: str
    where: str
    at: Instant


class Conflict(Record):
    """One value on which sources differ. The first of `said` is the one that Decant goes by."""

    server: str
    field: str
    said: tuple[Said, ...]


class Lookalike(Record):
    """Sightings that may be of one server and were not joined, with the reason."""

    sightings: tuple[str, ...]
    """Each with its name and where it stands."""
    servers: tuple[str, ...]
    reason: str
