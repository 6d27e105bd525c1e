"""Fact `mandatory_access`: SELinux and AppArmor."""

from estate.records.facts.mandatory_access import MandatoryAccess
from inventory.facts.base import Fact, Reading, Section, failed, known, lines_of, unreadable, values_of

_PROFILES = "/sys/kernel/security/apparmor/profiles"

_ENABLED = "/sys/module/apparmor/parameters/enabled"


def parse(section: Section) -> Reading:
    """Read the kernel's own files; which of the two is on decides."""
    if section.lines != ["access"]:
        return failed("the host did not say which of them it has")
    pairs = section.pairs
    seen = values_of(pairs)
    settings = dict(line.split("=", 1) for line in lines_of(pairs, "/etc/selinux/config") if "=" in line)
    enforcing = seen.get("/sys/fs/selinux/enforce")
    if enforcing is not None:
        return known(
            MandatoryAccess(
                system="selinux",
                mode="enforcing" if enforcing == "1" else "permissive",
                configured=settings.get("SELINUX", "").strip(),
                policy=settings.get("SELINUXTYPE", "").strip(),
            )
        )
    if _ENABLED in section.refused:
        return unreadable("whether AppArmor is on is for root to see")
    if seen.get(_ENABLED) != "Y":
        return known(MandatoryAccess(system="none", configured=settings.get("SELINUX", "").strip()))
    profiles = lines_of(pairs, _PROFILES)
    blind = _PROFILES in section.refused
    return known(
        MandatoryAccess(
            system="apparmor",
            enforced=None if blind else sum(line.endswith("(enforce)") for line in profiles),
            complaining=None if blind else sum(line.endswith("(complain)") for line in profiles),
        ),
        partial="which profiles are loaded" if blind else "",
        privilege="root" if blind else "",
    )


FACT = Fact(
    id="mandatory_access",
    reads="/sys/fs/selinux, /etc/selinux/config, AppArmor's files under /sys. Any account; root for AppArmor's profiles.",
    tool="sh",
    snippet="echo access",
    files=(
        *("/sys/fs/selinux/enforce", "/etc/selinux/config", _ENABLED),
        _PROFILES,
    ),
    parser=parse,
    light=True,
    run_as="root",
)
