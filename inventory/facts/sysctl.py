"""Fact `sysctl`: kernel settings that matter for security and sizing."""

from estate.records.facts.sysctl import Sysctl
from inventory.facts.base import Fact, Reading, Section, failed, known

_NAMES = (
    "kernel/randomize_va_space",
    "kernel/dmesg_restrict",
    "kernel/kptr_restrict",
    "kernel/yama/ptrace_scope",
    "fs/protected_hardlinks",
    "fs/protected_symlinks",
    "fs/suid_dumpable",
    "fs/file-max",
    "vm/swappiness",
    "vm/overcommit_memory",
    "net/ipv4/ip_forward",
    "net/ipv6/conf/all/forwarding",
    "net/ipv4/tcp_syncookies",
    "net/ipv4/ip_local_port_range",
    "net/ipv4/conf/all/accept_redirects",
    "net/ipv4/conf/default/accept_redirects",
    "net/ipv4/conf/all/send_redirects",
    "net/ipv4/conf/all/accept_source_route",
    "net/ipv4/conf/all/rp_filter",
    "net/ipv4/conf/all/log_martians",
    "net/ipv6/conf/all/accept_redirects",
    "net/ipv6/conf/all/accept_source_route",
    "net/ipv6/conf/all/disable_ipv6",
    "crypto/fips_enabled",
)


def parse(section: Section) -> Reading:
    """Read the values; the slashes of a path become dots."""
    values = {
        file.removeprefix("/proc/sys/").replace("/", "."): " ".join(line.split())
        for file, line in section.pairs
        if file.startswith("/proc/sys/")
    }
    if not values:
        return failed("no setting under /proc/sys could be read")
    return known(Sysctl(values=values))


FACT = Fact(
    id="sysctl",
    reads="a list of settings under /proc/sys. Any account.",
    tool="grep",
    files=tuple(f"/proc/sys/{name}" for name in _NAMES),
    parser=parse,
)
