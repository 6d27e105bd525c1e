"""The operating system and what it runs on."""

from estate.records.base import Instant, Record


class Os(Record):
    """Fact `os`. `id`, `version_id` and `name` are as in os-release."""

    hostname: str
    id: str
    version_id: str = ""
    """Empty for rolling releases."""
    name: str = ""
    codename: str = ""
    kernel: str = ""
    architecture: str = ""
    uptime_seconds: int | None = None
    booted_at: Instant | None = None
    """By the host's own clock."""
    clock: Instant | None = None
    """What the host's clock said when it was read: beside the time of the observation, how wrong it is."""
    virtualisation: str | None = None
    """`kvm`, `vmware`, `microsoft`, `container` …; `none` for bare metal; None where it could not be told."""
    timezone: str | None = None
