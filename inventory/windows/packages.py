"""Fact `packages` of Windows: installed programs, and the server's roles and features."""

from estate.records.facts.packages import Package, Packages
from inventory.facts.base import Reading
from inventory.windows._programs import SNIPPET, TOOL
from inventory.windows.base import Rows, fact

ROLE = "windows-feature"
"""What `Package.source` says of a role or feature; its `name` is in the host's own language."""


def parse(rows: Rows) -> Reading:
    """Programs by name and version, those that Windows hides included; a role has no version of its own."""
    rows.one("end")
    programs = {
        (row.text("name"), row.text("version"), row.text("arch")): None
        for row in rows.of("program")
        if row.text("name")
    }
    packages = [Package(name=name, version=version, arch=arch) for name, version, arch in programs]
    packages += [Package(name=row.text("name"), version="", source=ROLE) for row in rows.of("role")]
    return rows.known(Packages(manager="windows", packages=tuple(packages)))


FACT = fact(
    "packages",
    "the Uninstall keys of the registry for the machine (programs that one account installed for itself are not "
    "seen) and Win32_ServerFeature. Any account.",
    TOOL,
    SNIPPET,
    parse,
    section="programs",
)
