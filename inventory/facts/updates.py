"""Fact `updates`: whether security updates install themselves, which wait, and whether a restart is due."""

import re
from datetime import UTC, datetime

from estate.records.facts.updates import PendingUpdate, Updates
from inventory.facts.base import Fact, Reading, Section, failed, known

# Root's apt would write its caches, so it is told to keep them in memory. dnf answers from its cache alone (-C).
SNIPPET = r"""
if command -v apt-get >/dev/null; then
  echo 'manager apt'
  grep -ahE '^[[:space:]]*APT::Periodic::' /etc/apt/apt.conf.d/* 2>/dev/null
  [ -x /usr/bin/unattended-upgrade ] && echo unattended
  for f in /var/lib/apt/lists/*Packages*; do
    [ -e "$f" ] || break
    printf 'lists '; stat -c %Y /var/lib/apt/lists
    set --
    [ "$uid" = 0 ] && set -- -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    $t apt-get -s -q -o Debug::NoLocking=true "$@" dist-upgrade 2>/dev/null | grep -aE '^Inst |^[0-9]+ upgraded, '
    break
  done
elif command -v dnf >/dev/null; then
  echo 'manager dnf'
  [ -e /etc/systemd/system/timers.target.wants/dnf-automatic.timer ] && echo 'timer dnf-automatic'
  [ -e /etc/systemd/system/timers.target.wants/dnf-automatic-install.timer ] && echo 'timer dnf-automatic-install'
  grep -ahE '^[[:space:]]*(apply_updates|upgrade_type)[[:space:]]*=' /etc/dnf/automatic.conf 2>/dev/null
  $t dnf -q -C updateinfo list --security 2>/dev/null && echo counted
else
  exit 127
fi
[ -e /var/run/reboot-required ] && echo reboot
echo end
"""

_INST = re.compile(r"Inst (\S+) \[([^\]]*)\] \((\S+) ([^)\[]*)")
_DNF = re.compile(r"(\S+)\s+(?:\S+/)?Sec\.?\s+(\S+)-([^-\s]+-[^-\s]+)\.\w+$")


def parse(section: Section) -> Reading:
    """Read the labelled lines, apt's `Inst` lines and dnf's list."""
    lines = section.lines
    if not lines or lines[0] not in ("manager apt", "manager dnf") or lines[-1] != "end":
        return failed("the lists of updates could not be read to the end")
    apt = lines[0] == "manager apt"
    stamp = next((line.split()[1] for line in lines if line.startswith("lists ")), None)
    # apt ends with its count, so a simulation that was stopped half-way is not taken for a whole one.
    counted = any(re.match(r"\d+ upgraded, |counted$", line) for line in lines)
    pending = tuple(_apt(lines) if apt else _dnf(lines))
    return known(
        Updates(
            automatic=_apt_automatic(lines) if apt else _dnf_automatic(lines),
            automatic_by="unattended-upgrades"
            if "unattended" in lines
            else next((line.split()[1] for line in lines if line.startswith("timer ")), ""),
            pending=pending if counted else None,
            lists_updated_at=datetime.fromtimestamp(int(stamp), UTC) if stamp else None,
            # Only Debian and its kin leave this mark.
            reboot_required=("reboot" in lines) if apt else None,
        ),
        partial="" if counted else "the updates that wait: the host has fetched no package lists",
    )


def _apt_automatic(lines: list[str]) -> bool:
    setting = {}
    for line in lines:
        found = re.match(r'\s*APT::Periodic::([\w-]+)\s+"?([^";]*)"?', line)
        if found:
            setting[found[1]] = found[2]
    wanted = ("Update-Package-Lists", "Unattended-Upgrade")
    return "unattended" in lines and all(setting.get(key, "0") not in ("0", "") for key in wanted)


def _dnf_automatic(lines: list[str]) -> bool:
    if "timer dnf-automatic-install" in lines:
        return True
    applies = any(re.match(r"\s*apply_updates\s*=\s*(yes|true|1)", line, re.IGNORECASE) for line in lines)
    return "timer dnf-automatic" in lines and applies


def _apt(lines: list[str]) -> list[PendingUpdate]:
    return [
        PendingUpdate(
            name=found[1], installed=found[2], available=found[3], security="security" in found[4].lower()
        )
        for found in map(_INST.match, lines)
        if found
    ]


def _dnf(lines: list[str]) -> list[PendingUpdate]:
    rows = {found[2]: found[3] for found in map(_DNF.match, lines) if found}
    return [PendingUpdate(name=name, installed="", available=new, security=True) for name, new in rows.items()]


FACT = Fact(
    id="updates",
    reads="apt's periodic settings and a simulated upgrade from the lists that the host has, or dnf's cache; "
    "/var/run/reboot-required. Any account. Fetches nothing.",
    tool="apt or dnf",
    snippet=SNIPPET,
    parser=parse,
    tier=2,
)
