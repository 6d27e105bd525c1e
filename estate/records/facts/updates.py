"""Whether security updates arrive, and which wait."""

from estate.records.base import Instant, Record


class PendingUpdate(Record):
    """One package that has a newer version, as the host's own package lists say."""

    name: str
    installed: str
    available: str
    security: bool
    first_seen: Instant | None = None
    """When Decant first saw an update wait for the installed version: package managers do not say how long it has."""


class Updates(Record):
    """Fact `updates`. What is None could not be told."""

    automatic: bool | None = None
    """Whether security updates are set to install by themselves."""
    automatic_by: str = ""
    """What does it: `unattended-upgrades`, `dnf-automatic`."""
    pending: tuple[PendingUpdate, ...] | None = None
    """None where the host has no package lists, or no tool that says."""
    lists_updated_at: Instant | None = None
    """When the package lists were last fetched: `pending` is no newer than that."""
    reboot_required: bool | None = None

    @property
    def pending_security(self) -> int | None:
        """How many security updates wait; None where unknown."""
        return None if self.pending is None else sum(u.security for u in self.pending)
