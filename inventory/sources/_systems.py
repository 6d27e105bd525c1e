"""Operating systems as other tools write them, as os-release writes them: `Microsoft Windows Server 2012 R2 (64-bit)`
is `windows-server`, `2012-r2`. What names several releases ("2016 or later", "CentOS 4/5/6") has no version."""

import re
from dataclasses import dataclass

_WINDOWS_SERVER = re.compile(r"windows\s*server\D{0,20}?(20(?:00|03|08|12|16|19|22|25))(\s*r2)?", re.I)
_WINDOWS = re.compile(r"windows\s+(11|10|8\.1|8|7|xp|vista)\b", re.I)
_LINUX = tuple(
    (re.compile(pattern, re.I), os_id)
    for pattern, os_id in (
        (r"ubuntu", "ubuntu"),
        (r"debian", "debian"),
        (r"red\s*hat\s+enterprise|\brhel", "rhel"),
        (r"centos(?!\s+stream)", "centos"),
        (r"rocky", "rocky"),
        (r"alma\s*linux", "almalinux"),
        (r"oracle\s+(?:enterprise\s+)?linux", "ol"),
        (r"amazon\s+linux", "amzn"),
        (r"suse\s+linux\s+enterprise|\bsles", "sles"),
        (r"opensuse(?:\s+leap)?", "opensuse-leap"),
        (r"fedora", "fedora"),
    )
)
_RELEASE = re.compile(r"\D{0,40}?v?(\d+(?:\.\d+)*)")
_SEVERAL = re.compile(r"\d+\s*/\s*\d+|or later|and later|\d+\s*\+|other", re.I)


@dataclass(frozen=True)
class System:
    """An operating system: its id, and its version where that is one release. None means not known."""

    id: str | None
    version: str | None
    name: str | None


def system(text: str | None, version: str | None = None) -> System:
    """Understand what a tool wrote; `version` is what it wrote beside it. The text itself stays as the name."""
    name = " ".join((text or "").split()) or None
    if name is None:
        return System(None, None, None)
    plain = re.sub(r"\(?\b(32|64)[ -]?bit\)?|x86_64|x64|amd64", "", name.replace("®", "").replace("(R)", ""))
    found = _WINDOWS_SERVER.search(plain)
    if found:
        release = None if _SEVERAL.search(plain) else found[1] + ("-r2" if found[2] else "")
        return System("windows-server", release, name)
    found = _WINDOWS.search(plain)
    if found:
        return System("windows", found[1].lower(), name)
    if re.search(r"windows", plain, re.I):
        year = _WINDOWS_SERVER.search(f"windows server {version}") if version else None
        release = year[1] + ("-r2" if year[2] else "") if year else None
        return System("windows-server" if year or re.search(r"server", plain, re.I) else "windows", release, name)
    for pattern, os_id in _LINUX:
        found = pattern.search(plain)
        if found:
            said = None if _SEVERAL.search(plain) else _RELEASE.match(plain, found.end())
            said = said or _RELEASE.match(version or "")
            return System(os_id, said[1] if said else None, name)
    return System(None, None, name)
