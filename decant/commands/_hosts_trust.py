"""`decant hosts trust`: the one way to accept a host's key."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from decant import complete
from decant.app import App
from estate.errors import DecantError, HostKeyError, RefusedError, UsageError, worst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from estate.records.host import Host
    from estate.transport.hostkeys import HostKey


@click.command("trust", short_help="Show hosts' keys, and accept them.")
@click.argument("names", metavar="HOST...", nargs=-1, required=True, shell_complete=complete.hosts)
@click.option("--fingerprint", metavar="SHA256:…", help="Accept only the key with this fingerprint; asks nothing.")
@click.option(
    "--known-hosts",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Accept only keys that this file of OpenSSH's holds for the host, as ~/.ssh/known_hosts; asks nothing.",
)
@click.option("--yes", is_flag=True, help="Accept what the hosts show now, unasked.")
@click.pass_obj
def TRUST(app: App, names: tuple[str, ...], fingerprint: str | None, known_hosts: Path | None, yes: bool) -> int:
    """Show each host's key and accept it, in place of what was accepted before.

    Compare the fingerprint with the server's own first: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`
    on its console. The choice goes into the ledger. Of several hosts, each is asked about by itself.
    """
    from decant.output import say
    from estate.suggest import unknown

    if fingerprint is not None and (len(names) > 1 or known_hosts is not None):
        raise UsageError("a fingerprint is one host's", "name one HOST with --fingerprint, and no --known-hosts")
    for name in names:
        if name not in app.hosts:
            raise unknown(
                "host", name, app.hosts, f"`decant hosts list` shows them; add it to {app.workspace.hosts}"
            )
    codes = []
    for name in dict.fromkeys(names):
        try:
            _trust(app, app.hosts[name], fingerprint, known_hosts, yes)
        except DecantError as wrong:
            if len(names) == 1:
                raise
            say(f"{name}: {wrong}")
            codes.append(wrong.exit_code)
    next_host(app)
    return worst(codes)


def _trust(app: App, host: "Host", fingerprint: str | None, known_hosts: Path | None, yes: bool) -> None:
    from decant.output import say
    from estate.transport.connect import scan_keys
    from estate.transport.hostkeys import known, trust

    before = known(app.workspace.known_hosts, host)
    shown = scan_keys(host, app.hosts, app.workspace.known_hosts)
    for key in shown:
        say(f"{host.name} ({host.address} port {host.port}) shows {key.kind} {key.fingerprint}")
    if set(shown) == set(before):
        say("Accepted already; nothing was changed")
        return
    if before:
        say(f"Accepted before: {', '.join(f'{key.kind} {key.fingerprint}' for key in before)}")
    how = "by your own look at it"
    if fingerprint is not None:
        shown, how = _matching(host, shown, fingerprint), "by its fingerprint"
    elif known_hosts is not None:
        shown, how = _held(host, shown, known_hosts), f"as it is in {known_hosts}"
    else:
        how = "uncompared, by --yes" if yes else how
        _ask(app, host, bool(before), yes)
    app.workspace.create()
    trust(app.workspace.known_hosts, host, shown)
    app.ledger.append(
        "host key accepted",
        [host.name],
        {
            "address": host.address,
            "port": host.port,
            "accepted": [f"{key.kind} {key.fingerprint}" for key in shown],
            "before": [f"{key.kind} {key.fingerprint}" for key in before],
            "compared": fingerprint is not None or known_hosts is not None,
        },
        app.actor,
    )
    say(f"Accepted for {host.name} {how}, and noted in the ledger")


def _matching(host: "Host", shown: "Sequence[HostKey]", fingerprint: str) -> "tuple[HostKey, ...]":
    found = tuple(key for key in shown if key.fingerprint == fingerprint)
    if not found:
        raise HostKeyError(
            f"{host.name} shows no key with the fingerprint {fingerprint}", "find out which host answers there"
        )
    return found


def _held(host: "Host", shown: "Sequence[HostKey]", file: Path) -> "tuple[HostKey, ...]":
    """The keys that the file holds for the host, by its address or its name."""
    from estate.transport.hostkeys import known

    by_name = host.model_copy(update={"address": host.name})
    held = {*known(file, host), *known(file, by_name)}
    if not held:
        raise HostKeyError(
            f"{file} holds no key for {host.address} or {host.name}", "compare its fingerprint on its console"
        )
    found = tuple(key for key in shown if key in held)
    if not found:
        raise HostKeyError(
            f"{host.name} shows other keys than {file} holds for it", "find out which host answers there"
        )
    return found


def _ask(app: App, host: "Host", before: bool, yes: bool) -> None:
    from decant.confirm import change
    from decant.output import say

    if not yes and not app.can_ask:
        raise RefusedError(
            f"nobody can be asked whether {host.name} is the host that shows this",
            "compare it with the server's own (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on its"
            " console) and give that with --fingerprint; --yes accepts it uncompared",
        )
    say("Compare it with the server's own: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on its console")
    change(app, "Accept another key than before?" if before else "Is it the same?", yes)


def next_host(app: App) -> None:
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
