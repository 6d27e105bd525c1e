"""A server: a machine of the estate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from estate.records.base import Instant, Record
from estate.records.observation import Observation, Outcome
from estate.records.sighting import Power


class Origin(Record):
    """Where one value came from, and of when it is."""

    source: str
    """`discover`, or the source it was imported from."""
    where: str
    at: Instant


class Server(Record):
    """What is known of one machine. None means not known; `reached` says whether the last try got in."""

    id: str
    """The name in the hosts file; of a server that was imported, its own."""
    address: str | None
    role: Literal["legacy", "target"] = "legacy"
    owner: str | None = None
    authority: str | None = None
    contract_end: date | None = None
    hostname: str | None = None
    os_id: str | None = None
    """As in os-release: `debian`, `ubuntu`, `rhel` …"""
    os_version: str | None = None
    os_name: str | None = None
    """For people: "Debian GNU/Linux 11 (bullseye)"."""
    kernel: str | None = None
    cpus: int | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = None
    disk_used_bytes: int | None = None
    platform: str | None = None
    """What it runs on, where a source says so: `vmware`, `hyper-v`, `physical`, `aws-ec2`, `aws-rds` …"""
    power: Power | None = None
    purpose: str | None = None
    managed: bool = False
    """A service that a cloud runs: there is no machine to log in to."""
    origins: dict[str, Origin] = {}
    """Where each value came from, where a source besides Decant's own reading speaks of this server."""
    tried: bool = True
    """False for a server that is known from imports only: nobody has tried to read it."""
    reached: bool
    unreached_reason: str = ""
    host_key: str | None = None
    """SHA256 fingerprint of the key it showed."""
    legacy_ssh: bool = False
    tier1_at: Instant | None = None
    """When its facts of tier 1 were last read; None where any failed in the last reading."""
    tier2_at: Instant | None = None
    """The same of tier 2."""
    read_by: str = ""
    """Digest of the settings and facts of that reading (`inventory/freshness.py`)."""
    seen_at: Instant

    @property
    def is_windows(self) -> bool:
        """Whether it runs Windows: Decant then reads it by PowerShell, and moves nothing of it by itself."""
        return (self.os_id or "").startswith("windows")


F = TypeVar("F", bound=Record)


@dataclass(frozen=True)
class ServerFacts:
    """A server with all that was observed of it: what a rule or an assessment is a pure function of."""

    server: Server
    observations: Mapping[str, Observation]
    """The newest observation of each fact, by the fact's id."""

    def get(self, fact: str, kind: type[F]) -> F | None:
        """The fact's payload, or None where it is not known (`why` then says why)."""
        seen = self.observations.get(fact)
        return None if seen is None else seen.as_(kind)

    def outcome(self, fact: str) -> Outcome | None:
        """How reading it ended; None where it was never read."""
        seen = self.observations.get(fact)
        return None if seen is None else seen.outcome

    def why(self, fact: str) -> str:
        """Why the fact is not known, in one line."""
        seen = self.observations.get(fact)
        if seen is not None:
            return seen.reason or seen.outcome.value
        return self.server.unreached_reason or "never read"
