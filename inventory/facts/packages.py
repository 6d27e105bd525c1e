"""Fact `packages`: what the package manager has installed."""

from collections.abc import Iterable

from estate.records.facts.packages import Package, Packages
from inventory.facts.base import Fact, Reading, Section, known

# dpkg's status file is read as it is: dpkg-query takes ten times as long.
SNIPPET = r"""
if [ -r /var/lib/dpkg/status ]; then
  echo dpkg
  grep -aE '^(Package|Status|Version|Architecture|Source): |^$|^ /etc/(cron|init)' /var/lib/dpkg/status
elif command -v rpm >/dev/null; then
  echo rpm
  rpm -qa --qf '%{NAME}\t%{EPOCH}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\n' 2>/dev/null
elif [ -r /lib/apk/db/installed ]; then
  echo apk
  grep -aE '^([PVAo]:.*)?$' /lib/apk/db/installed
else
  exit 127
fi
"""


def parse(section: Section) -> Reading:
    """Read the manager's own format; the first line names it."""
    manager, _, rest = section.text.partition("\n")
    if section.status != 0:
        raise ValueError(f"{manager[:20]} ended with status {section.status}")
    files: dict[str, str] = {}
    if manager == "dpkg":
        found = list(_dpkg(rest, files))
    elif manager == "rpm":
        found = list(_rpm(rest))
    elif manager == "apk":
        found = list(_apk(rest))
    else:
        raise ValueError(f"{manager[:40]!r} is no package manager")
    if not found:
        raise ValueError("no package is listed")
    return known(Packages(manager=manager, packages=tuple(found), files=files))


def _stanzas(text: str) -> Iterable[dict[str, str]]:
    """One stanza a package; paths of configuration files, which start with a space, are under the empty key."""
    for stanza in text.split("\n\n"):
        fields: dict[str, str] = {}
        for line in stanza.split("\n"):
            if not line:
                continue
            if line.startswith(" "):
                fields[""] = f"{fields.get('', '')}\n{line.split()[0] if line.split() else ''}"
                continue
            key, colon, value = line.partition(":")
            if not colon:
                raise ValueError(f"{line[:40]!r} is no field")
            fields[key] = value.strip()
        if fields:
            yield fields


def _dpkg(text: str, files: dict[str, str]) -> Iterable[Package]:
    for fields in _stanzas(text):
        name = fields["Package"]
        # A package that was removed and not purged still owns its configuration.
        files |= dict.fromkeys(fields.get("", "").split(), name)
        if fields["Status"].split()[-1:] == ["installed"]:
            source = fields.get("Source", "").partition(" ")[0]
            yield Package(
                name=name,
                version=fields["Version"],
                arch=fields.get("Architecture", ""),
                source="" if source == name else source,
            )


def _rpm(text: str) -> Iterable[Package]:
    for line in text.splitlines():
        name, epoch, version, arch, source = line.split("\t")
        if name != "gpg-pubkey":
            full = version if epoch in ("(none)", "0", "") else f"{epoch}:{version}"
            yield Package(
                name=name,
                version=full,
                arch=arch.replace("(none)", ""),
                source=source.removesuffix(".src.rpm").rsplit("-", 2)[0].replace("(none)", ""),
            )


def _apk(text: str) -> Iterable[Package]:
    for fields in _stanzas(text):
        source = fields.get("o", "")
        yield Package(
            name=fields["P"],
            version=fields["V"],
            arch=fields.get("A", ""),
            source="" if source == fields["P"] else source,
        )


FACT = Fact(
    id="packages",
    reads="/var/lib/dpkg/status with the owners of cron's and init's files, rpm -qa, or /lib/apk/db/installed. Any account.",
    tool="dpkg, rpm or apk",
    snippet=SNIPPET,
    parser=parse,
)
