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


class Accepted(Record):
    """A difference that a person looked into and lets stand: as long as the sources say just this of it."""

    server: str
    field: str
    """The value's name, or `LOOKALIKES`."""
    said: tuple[str, ...]
    """What was said when it was accepted, as `words` put it."""
    reason: str
    by: str
    at: Instant


LOOKALIKES = "lookalikes"
"""The `field` under which it is accepted that machines which look like one server are not."""


def words(found: Conflict | Lookalike) -> tuple[str, ...]:
    """What is said, without when: the same export read again says nothing new."""
    if isinstance(found, Lookalike):
        return tuple(sorted(found.sightings))
    return tuple(sorted(f"{one.source}: {one.value}" for one in found.said))
