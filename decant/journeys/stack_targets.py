"""The machines of a built stack as targets: hosts that workloads move to."""

from collections.abc import Mapping
from dataclasses import dataclass

from decant.app import App
from decant.journeys.stack_files import record, settings_file
from estate.errors import UsageError
from estate.records.host import Host
from inventory import hosts_file
from stacks.components.vm import BREAK_GLASS
from stacks.settings.file import load


@dataclass(frozen=True)
class Added:
    """What became of a stack's targets: hosts that are new, and hosts that were there; the rest are no hosts."""

    new: tuple[str, ...]
    there: tuple[str, ...]
    databases: tuple[str, ...]
    """Managed ones, which nobody signs in to."""
    nowhere: tuple[str, ...]
    """What has no address yet."""


def add(app: App, name: str, addresses: Mapping[str, str | None]) -> Added:
    """Write the machines of the stack into the hosts file; `addresses` are its targets' by name, as its outputs have them.

    A host that is there with that address stays as it is. Raises `UsageError`, and writes nothing, where a host of that
    name is another machine.
    """
    machines = {one.name for one in load(settings_file(app, name)).machines}
    found = {one: address for one, address in addresses.items() if one in machines and address}
    there = [one for one in found if one in app.hosts]
    for one in there:
        host = app.hosts[one]
        if host.address != found[one] or host.role != "target":
            raise UsageError(
                f"{app.workspace.hosts} has a host {one} already, a {host.role} at {host.address}; "
                f"the target {one} of the stack {name} is at {found[one]}",
                "give that host another name, or correct its address and role; nothing was written",
            )
    new = [
        Host(name=one, address=address, user=BREAK_GLASS, sudo="nopasswd", role="target")
        for one, address in sorted(found.items())
        if one not in app.hosts
    ]
    if new:
        hosts_file.add(app.workspace.hosts, new)
        record(app, name, "stack.targets", {"hosts": [one.name for one in new]})
    return Added(
        tuple(one.name for one in new),
        tuple(sorted(there)),
        tuple(sorted(one for one, address in addresses.items() if one not in machines and address)),
        tuple(sorted(one for one, address in addresses.items() if not address)),
    )
