"""Fact `sysctl`: kernel settings that matter for security and sizing."""

import re

from estate.records.facts.sysctl import Sysctl
from inventory.facts.base import Fact, Reading, Section, failed, known

# Not by the shell's own `read`: it takes a byte at a time, and the kernel gives a number's first byte alone.
SNIPPET = r"""
cd /proc/sys || exit 1
grep -aHs '' kernel/randomize_va_space kernel/dmesg_restrict kernel/kptr_restrict kernel/yama/ptrace_scope \
  fs/protected_hardlinks fs/protected_symlinks fs/suid_dumpable fs/file-max vm/swappiness vm/overcommit_memory \
  net/ipv4/ip_forward net/ipv6/conf/all/forwarding net/ipv4/tcp_syncookies net/ipv4/ip_local_port_range \
  net/ipv4/conf/all/accept_redirects net/ipv4/conf/default/accept_redirects net/ipv4/conf/all/send_redirects \
  net/ipv4/conf/all/accept_source_route net/ipv4/conf/all/rp_filter net/ipv4/conf/all/log_martians \
  net/ipv6/conf/all/accept_redirects net/ipv6/conf/all/accept_source_route net/ipv6/conf/all/disable_ipv6 \
  crypto/fips_enabled
exit 0
"""


def parse(section: Section) -> Reading:
    """Read `path:value`; the path's slashes become dots."""
    values = {}
    for line in section.lines:
        key, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[a-z0-9_]+(/[a-z0-9_-]+)+", key):
            raise ValueError(f"an unexpected line: {line[:40]!r}")
        values[key.replace("/", ".")] = " ".join(value.split())
    if not values:
        return failed("no setting under /proc/sys could be read")
    return known(Sysctl(values=values))


FACT = Fact(
    id="sysctl",
    reads="a list of settings under /proc/sys. Any account.",
    tool="grep",
    snippet=SNIPPET,
    parser=parse,
)
