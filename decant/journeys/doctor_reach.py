"""What `decant doctor` looks at beyond this machine: each host of the hosts file, and the DNS server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from decant.app import App
from decant.journeys.needs import Check, there, wrong
from estate import secrets
from estate.errors import DecantError
from estate.progress import Step
from estate.records.host import Host
from estate.transport.base import Transport
from estate.transport.privilege import rooted
from inventory.system import system_of

HOSTS_AT_ONCE = 16
HOST_SECONDS = 30.0


def hosts(app: App, offline: bool) -> Iterator[Check]:
    """Each host: whether it is reached, and root on it. Offline: whether its key file can be used."""
    listed = list(app.hosts.values())
    if offline:
        yield from (_key(host) for host in listed)
        return
    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        for done, found in enumerate(pool.map(lambda host: _host(app, host), listed), 1):
            yield from found
            app.progress(Step("look at hosts", done, len(listed), "hosts"))


def dns(app: App, offline: bool) -> Check:
    """Whether who keeps the zone answers for it; offline, whether a key can be read."""
    from decant.journeys.names import switch

    what, needed_for = "DNS", "cutover, rollback"
    named = app.settings.dns
    if not named.switches:
        return Check(what, needed_for, None, "decant.toml has no [dns]: names are then changed by hand")
    wanted = () if not named.server else (("zone", named.zone), ("key", named.key))
    lacking = [key for key, value in wanted if not value]
    if lacking:
        return there(
            what,
            needed_for,
            False,
            f"[dns] has a server but no {' and no '.join(lacking)}",
            f"write dns.{' and dns.'.join(lacking)} into {app.workspace.settings}",
        )
    try:
        made = switch(named)
        if offline:
            return Check(what, needed_for, None, "it can be set up; not asked (--offline)")
        return Check(what, needed_for, True, made.check())
    except DecantError as error:
        return wrong(what, needed_for, error)


def _key(host: Host) -> Check:
    if host.key is not None:
        try:
            secrets.key_path(host.key)
        except DecantError as error:
            return wrong(host.name, "discover, move", error)
    return Check(host.name, "discover, move", None, "not looked at (--offline)")


def _host(app: App, host: Host) -> list[Check]:
    try:
        transport = app.connect(host.name)
        if system_of(host, transport) == "windows":
            return [_windows(transport, host)]
        version = transport.run(["uname", "-sr"], timeout=HOST_SECONDS).must("uname").text.strip()
    except DecantError as error:
        return [wrong(host.name, "discover, move", error)]
    way = f" through {host.jump}" if host.jump else ""
    return [
        Check(host.name, "discover, move", True, f"{version}, as {host.user}{way}"),
        _root(transport, host),
    ]


def _windows(transport: Transport, host: Host) -> Check:
    # `ver` is cmd's own word, and PowerShell finds cmd: it is the same whichever is the account's shell.
    version = transport.run(["cmd.exe", "/c", "ver"], timeout=HOST_SECONDS).must("ver").text.strip()
    return Check(
        host.name, "discover", True, f"{version}, as {host.user}; Decant reads Windows and moves nothing of it"
    )


def _root(transport: Transport, host: Host) -> Check:
    what, needed_for = f"{host.name}: root", "move, and facts that need root"
    if host.user != "root" and host.sudo == "none":
        return Check(what, needed_for, None, "the hosts file allows no sudo")
    try:
        result = rooted(transport, host).run(["id", "-u"], timeout=HOST_SECONDS)
    except DecantError as error:
        return wrong(what, needed_for, error)
    return there(
        what,
        needed_for,
        result.stdout == b"0\n",
        "direct" if host.user == "root" else f"sudo ({host.sudo})",
        f"check the right of {host.user} in sudoers",
    )
