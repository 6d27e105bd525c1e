"""From an entry of the hosts file to a transport."""

import threading
from collections.abc import Mapping
from pathlib import Path
from weakref import WeakValueDictionary

from estate.errors import UsageError
from estate.records.host import Host
from estate.secrets import Secrets, resolve
from estate.transport.base import Transport
from estate.transport.handshake import open_stream
from estate.transport.hostkeys import SCAN_TIMEOUT, HostKey, keyscan, scan
from estate.transport.openssh import OpenSshTransport
from estate.transport.ssh import SshTransport

_jumps: "WeakValueDictionary[tuple[str, str], SshTransport]" = WeakValueDictionary()
_finding = threading.Lock()


def connect(host: Host, hosts: Mapping[str, Host], known_hosts: Path, secrets: Secrets = resolve) -> Transport:
    """A transport to `host`, which connects when it is first used. `hosts` holds the jump hosts by name.

    Hosts behind one jump host share one connection to it, for as long as any of them is in use. Raises
    `UsageError` where jump hosts lead nowhere or in a circle.
    """
    if host.legacy_ssh:
        return OpenSshTransport(host, chain(host, hosts), known_hosts)
    return SshTransport(host, known_hosts, secrets, via=jump_to(host, hosts, known_hosts, secrets))


def chain(host: Host, hosts: Mapping[str, Host]) -> tuple[Host, ...]:
    """The jump hosts that lead to `host`, the one next to us first. Raises as `connect` does."""
    way: list[Host] = []
    here = host
    while here.jump is not None:
        if here.jump not in hosts:
            raise UsageError(
                f"{here.name} is reached through {here.jump}, which is not in the hosts file",
                "add it, or correct `jump`",
            )
        here = hosts[here.jump]
        if here == host or here in way:
            raise UsageError(f"The jump hosts of {host.name} lead in a circle", "correct `jump` in the hosts file")
        way.insert(0, here)
    return tuple(way)


def jump_to(
    host: Host, hosts: Mapping[str, Host], known_hosts: Path, secrets: Secrets = resolve
) -> SshTransport | None:
    """The shared transport of the host's own jump host; None where it needs none."""
    way = chain(host, hosts)
    if not way:
        return None
    if any(step.legacy_ssh for step in way):
        raise UsageError(
            f"{host.name} is reached through a host with `legacy_ssh`",
            f"set `legacy_ssh = true` for {host.name} as well",
        )
    before: SshTransport | None = None
    with _finding:
        for step in way:
            key = (step.model_dump_json(), str(known_hosts.absolute()))
            found = _jumps.get(key)
            if found is None:
                found = _jumps[key] = SshTransport(step, known_hosts, secrets, via=before)
            before = found
    return before


def scan_keys(host: Host, hosts: Mapping[str, Host], known_hosts: Path) -> tuple[HostKey, ...]:
    """The keys that `host` shows now, through its jump hosts; none is accepted by this.

    A host with `legacy_ssh` is asked by ssh-keyscan, which knows older algorithms but no jump hosts. Raises as
    `connect` and `run` do.
    """
    if host.legacy_ssh:
        if host.jump:
            raise UsageError(
                f"{host.name} is behind {host.jump} and has `legacy_ssh`, so its key cannot be asked for",
                f"on {host.jump}, run ssh-keyscan, and add the line to {known_hosts}",
            )
        return keyscan(host)
    via = jump_to(host, hosts, known_hosts)
    if via is None:
        return scan(host, lambda: open_stream(host, SCAN_TIMEOUT))
    via.share()
    try:
        return scan(host, lambda: via.tunnel(host.address, host.port, SCAN_TIMEOUT))
    finally:
        via.close()
