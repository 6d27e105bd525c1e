"""Fact `os`: operating system, kernel, boot, virtualisation, clock and time zone."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from estate.records.facts.os import Os
from inventory.facts._machine import SNIPPET
from inventory.facts.base import Fact, Reading, Section, failed, known, lines_of, values_of

FILES = (
    *("/proc/sys/kernel/hostname", "/proc/sys/kernel/osrelease", "/proc/sys/kernel/arch", "/proc/uptime"),
    *("/etc/os-release", "/usr/lib/os-release", "/etc/redhat-release", "/etc/timezone"),
    *("/run/systemd/container", "/sys/hypervisor/type"),
    *("/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/product_name"),
    "/sys/devices/system/clocksource/clocksource0/available_clocksource",
)
# What a machine's table says of its maker, in systemd's words for what it runs on.
_MAKERS = (
    (("vmware", ""), "vmware"),
    (("microsoft corporation", "virtual machine"), "microsoft"),
    (("xen", ""), "xen"),
    (("innotek", ""), "oracle"),
    (("oracle", "virtualbox"), "oracle"),
    (("qemu", ""), "kvm"),
    (("", "kvm"), "kvm"),
    (("red hat", ""), "kvm"),
    (("openstack", ""), "kvm"),
    (("amazon ec2", ""), "amazon"),
    (("google", ""), "google"),
    (("parallels", ""), "parallels"),
    (("nutanix", "ahv"), "kvm"),
)
_LABELS = ("clock ", "machine ", "localtime ", "container ")
_CLOCKS = {"kvm-clock": "kvm", "xen": "xen", "hyperv_clocksource_tsc_page": "microsoft"}


def parse(section: Section) -> Reading:
    """Read the kernel's names, the release and what the machine says of itself."""
    pairs = section.pairs
    seen = values_of(pairs)
    said = dict(line.split(" ", 1) for line in section.lines if line.startswith(_LABELS))
    flags = next((line.split() for line in section.lines if line.startswith("flags")), [])
    release: dict[str, str] = {}
    for file in ("/etc/os-release", "/usr/lib/os-release"):
        if "ID" not in release:
            for line in lines_of(pairs, file):
                key, equals, text = line.partition("=")
                if equals and re.fullmatch(r"[A-Z_]+", key):
                    release[key] = text.strip().strip("\"'")
    if "ID" not in release:
        release |= _red_hat(seen.get("/etc/redhat-release", ""))
    if "/proc/sys/kernel/hostname" not in seen:
        return failed("the host did not say its name")
    if "ID" not in release:
        return failed("the host has no os-release file that says what it is")
    zone = seen.get("/etc/timezone") or said.get("localtime", "").partition("zoneinfo/")[2].strip()
    uptime = int(float(seen["/proc/uptime"].split()[0])) if "/proc/uptime" in seen else None
    clock = datetime.fromtimestamp(int(said["clock"]), UTC) if "clock" in said else None
    return known(
        Os(
            hostname=seen["/proc/sys/kernel/hostname"],
            id=release["ID"],
            version_id=release.get("VERSION_ID", ""),
            name=release.get("PRETTY_NAME", ""),
            codename=release.get("VERSION_CODENAME", ""),
            kernel=seen.get("/proc/sys/kernel/osrelease", ""),
            architecture=seen.get("/proc/sys/kernel/arch", said.get("machine", "")).strip(),
            uptime_seconds=uptime,
            booted_at=clock - timedelta(seconds=uptime) if clock and uptime is not None else None,
            clock=clock,
            virtualisation=_virtualisation(seen, flags, "container" in said),
            timezone=zone or None,
        )
    )


def _virtualisation(seen: Mapping[str, str], flags: Sequence[str], container: bool) -> str | None:
    """A container before the machine that holds it; then the machine's own table, its clocks, its processors."""
    if container or "/run/systemd/container" in seen:
        return "container"
    vendor = seen.get("/sys/class/dmi/id/sys_vendor", "").lower()
    product = seen.get("/sys/class/dmi/id/product_name", "").lower()
    for (maker, model), name in _MAKERS:
        if (vendor or product) and maker in vendor and model in product:
            # The cloud's own servers without a hypervisor say so in their name.
            return "none" if product.endswith(".metal") else name
    if seen.get("/sys/hypervisor/type") == "xen":
        return "xen"
    clocks = seen.get("/sys/devices/system/clocksource/clocksource0/available_clocksource", "").split()
    for clock in clocks:
        if clock in _CLOCKS:
            return _CLOCKS[clock]
    if "hypervisor" in flags:
        return "vm-other"
    return "none" if flags and vendor else None


def _red_hat(line: str) -> dict[str, str]:
    """`CentOS release 6.10 (Final)`, from before os-release."""
    found = re.match(r"(CentOS|Red Hat)\D* release (\d[\d.]*)", line)
    if not found:
        return {}
    return {
        "ID": "centos" if found[1] == "CentOS" else "rhel",
        "VERSION_ID": found[2],
        "PRETTY_NAME": line.strip(),
    }


FACT = Fact(
    id="os",
    reads="os-release, the kernel's name and up-time under /proc, clock and time zone, and what /sys says of the "
    "machine. Any account.",
    tool="date or grep",
    snippet=SNIPPET,
    files=FILES,
    section="machine",
    parser=parse,
)
