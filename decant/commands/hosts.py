"""`decant hosts`: the hosts file, and the one way to accept a host's key."""

from typing import TYPE_CHECKING

import click

from decant import complete
from decant.app import App
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
    _next_host(app)


@COMMAND.command("trust", short_help="Show a host's key, and accept it.")
@click.argument("name", metavar="HOST", shell_complete=complete.hosts)
@click.option("--fingerprint", metavar="SHA256:…", help="Accept only the key with this fingerprint; asks nothing.")
@click.option("--yes", is_flag=True, help="Accept what the host shows now, unasked.")
@click.pass_obj
def trust_host(app: App, name: str, fingerprint: str | None, yes: bool) -> None:
    """Show a host's key and accept it, in place of what was accepted before.

    Compare the fingerprint with the server's own first: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`
    on its console. The choice goes into the ledger.
    """
    from decant.confirm import change
    from decant.output import say
    from estate.errors import HostKeyError, RefusedError
    from estate.suggest import unknown
    from estate.transport.connect import scan_keys
    from estate.transport.hostkeys import known, trust

    if name not in app.hosts:
        raise unknown("host", name, app.hosts, f"`decant hosts list` shows them; add it to {app.workspace.hosts}")
    host = app.hosts[name]
    before = known(app.workspace.known_hosts, host)
    shown = scan_keys(host, app.hosts, app.workspace.known_hosts)
    for key in shown:
        say(f"{name} ({host.address} port {host.port}) shows {key.kind} {key.fingerprint}")
    if set(shown) == set(before):
        say("Accepted already; nothing was changed")
        _next_host(app)
        return
    if before:
        say(f"Accepted before: {', '.join(f'{key.kind} {key.fingerprint}' for key in before)}")
    if fingerprint is None:
        if not yes and not app.can_ask:
            raise RefusedError(
                f"nobody can be asked whether {name} is the host that shows this",
                "compare it with the server's own (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on its"
                " console) and give that with --fingerprint; --yes accepts it uncompared",
            )
        say("Compare it with the server's own: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on its console")
        change(app, "Accept another key than before?" if before else "Is it the same?", yes)
    else:
        shown = tuple(key for key in shown if key.fingerprint == fingerprint)
        if not shown:
            raise HostKeyError(
                f"{name} shows no key with the fingerprint {fingerprint}", "find out which host answers there"
            )
    app.workspace.create()
    trust(app.workspace.known_hosts, host, shown)
    app.ledger.append(
        "host key accepted",
        [name],
        {
            "address": host.address,
            "port": host.port,
            "accepted": [f"{key.kind} {key.fingerprint}" for key in shown],
            "before": [f"{key.kind} {key.fingerprint}" for key in before],
            "compared": fingerprint is not None,
        },
        app.actor,
    )
    how = "by its fingerprint" if fingerprint else "uncompared, by --yes" if yes else "by your own look at it"
    say(f"Accepted for {name} {how}, and noted in the ledger")
    _next_host(app)


def _next_host(app: App) -> None:
    """The next host whose key is still to be accepted; else what looks at them all."""
    from decant.output import next_step
    from estate.transport.hostkeys import known

    if not app.hosts:
        next_step(f"write your servers into {app.workspace.hosts}, then `decant doctor`")
        return
    strange = [host.name for host in app.hosts.values() if not known(app.workspace.known_hosts, host)]
    if strange:
        left = f", and {len(strange) - 1} more" if len(strange) > 1 else ""
        next_step(f"decant hosts trust {strange[0]}", f"its key was not accepted yet{left}")
    else:
        next_step("decant doctor", "see whether every host can be reached")
