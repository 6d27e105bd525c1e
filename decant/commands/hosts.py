"""`decant hosts`: the hosts file, and the one way to accept a host's key."""

from typing import TYPE_CHECKING

import click

from decant.app import App
from decant.commands._hosts_trust import TRUST, next_host
from decant.output import json_option

if TYPE_CHECKING:
    from decant.rows import HostRow


@click.group("hosts", short_help="List the hosts file; see and accept host keys.")
def COMMAND() -> None:
    """The servers of the hosts file, and the host keys accepted for them."""


@COMMAND.command("list", short_help="List the hosts, and whether their keys are accepted.")
@json_option
@click.pass_obj
def list_hosts(app: App, as_json: bool) -> None:
    """List the hosts, how each is reached, and whether a key was accepted for it."""
    from decant.output import show_json, table
    from estate.transport.hostkeys import known

    rows = [(host, known(app.workspace.known_hosts, host)) for host in app.hosts.values()]
    if as_json:
        entries: list[HostRow] = [
            {
                "name": host.name,
                "address": host.address,
                "port": host.port,
                "user": host.user,
                "jump": host.jump,
                "role": host.role,
                "sudo": host.sudo,
                "legacy_ssh": host.legacy_ssh,
                "host_keys": [{"kind": key.kind, "fingerprint": key.fingerprint} for key in keys],
            }
            for host, keys in rows
        ]
        show_json("decant.hosts/1", {"hosts": entries})
        return
    table(
        f"Hosts of {app.workspace.hosts}",
        ["name", "role", "address", "user", "sudo", "through", "host key"],
        [
            [
                host.name,
                host.role,
                f"{host.address}:{host.port}",
                host.user,
                host.sudo,
                host.jump or "-",
                keys[0].fingerprint if keys else "not accepted yet",
            ]
            for host, keys in rows
        ],
    )
    next_host(app)


COMMAND.add_command(TRUST)
