"""SELinux and AppArmor."""

from typing import Literal

from estate.records.base import Record


class MandatoryAccess(Record):
    """Fact `mandatory_access`."""

    system: Literal["selinux", "apparmor", "none"]
    """Which one is on; `none` where the kernel has neither on."""
    mode: str = ""
    """SELinux: `enforcing` or `permissive`. AppArmor: empty, as each profile has its own."""
    configured: str = ""
    """SELinux: what its file says for the next start."""
    policy: str = ""
    """SELinux: `targeted`, `mls` …"""
    enforced: int | None = None
    """AppArmor: how many loaded profiles are enforced; None where only root may see them."""
    complaining: int | None = None
