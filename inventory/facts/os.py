"""Fact `os`: operating system, kernel, up-time, virtualisation, time zone."""

import re

from estate.records.facts.os import Os
from inventory.facts.base import Fact, Reading, Section, failed, known

SNIPPET = r"""
read -r v </proc/sys/kernel/hostname && printf 'hostname %s\n' "$v"
read -r v </proc/sys/kernel/osrelease && printf 'kernel %s\n' "$v"
read -r v _ </proc/uptime && printf 'uptime %s\n' "$v"
for f in /etc/os-release /usr/lib/os-release /etc/redhat-release; do
  [ -r $f ] || continue
  while IFS= read -r v; do printf 'release %s\n' "$v"; done <$f
  break
done
printf 'machine '; uname -m
[ -r /etc/timezone ] && read -r v </etc/timezone && printf 'timezone %s\n' "$v"
[ -r /etc/timezone ] || { printf 'localtime '; readlink /etc/localtime || echo; }
command -v systemd-detect-virt >/dev/null && { printf 'virtualisation '; $t systemd-detect-virt 2>/dev/null; }
exit 0
"""

_CONTAINERS = frozenset({"systemd-nspawn", "lxc", "lxc-libvirt", "docker", "podman", "container-other", "wsl"})


def parse(section: Section) -> Reading:
    """Read the labelled lines."""
    seen: dict[str, str] = {}
    release: dict[str, str] = {}
    for line in section.lines:
        label, _, value = line.partition(" ")
        if label == "release":
            key, equals, text = value.partition("=")
            if equals and re.fullmatch(r"[A-Z_]+", key):
                release[key] = text.strip().strip("\"'")
            elif not release:
                release |= _red_hat(value)
        elif label in ("hostname", "kernel", "uptime", "machine", "timezone", "localtime", "virtualisation"):
            seen[label] = value.strip()
    if "hostname" not in seen:
        return failed("the host did not say its name")
    if "ID" not in release:
        return failed("the host has no os-release file that says what it is")
    zone = seen.get("timezone") or seen.get("localtime", "").partition("zoneinfo/")[2]
    virtualisation = seen.get("virtualisation")
    return known(
        Os(
            hostname=seen["hostname"],
            id=release["ID"],
            version_id=release.get("VERSION_ID", ""),
            name=release.get("PRETTY_NAME", ""),
            codename=release.get("VERSION_CODENAME", ""),
            kernel=seen.get("kernel", ""),
            architecture=seen.get("machine", ""),
            uptime_seconds=int(float(seen["uptime"])) if "uptime" in seen else None,
            virtualisation="container" if virtualisation in _CONTAINERS else virtualisation or None,
            timezone=zone or None,
        )
    )


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
    reads="os-release, the kernel's name and up-time under /proc, time zone, systemd-detect-virt. Any account.",
    tool="uname",
    snippet=SNIPPET,
    parser=parse,
)
