"""Looks at this machine, the workspace and every host, changes nothing, and says what is missing for what."""

import os
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from decant.app import App
from estate.errors import EXIT_DONE, EXIT_FINDINGS, DecantError
from estate.paths import Workspace
from estate.progress import Step
from estate.records.host import Host
from estate.transport.base import Transport
from estate.transport.privilege import rooted
from practice import tool

HOSTS_AT_ONCE = 16
HOST_SECONDS = 30.0
PYTHON = (3, 11)


@dataclass(frozen=True)
class Check:
    """One thing that Decant needs. `ok` is None where it could not be looked at."""

    what: str
    needed_for: str
    ok: bool | None
    found: str
    remedy: str = ""
    code: int = EXIT_DONE
    """The exit code that it asks for where it is missing."""


def examine(app: App, offline: bool) -> list[Check]:
    """Every check, in the order of the journey. Never raises for what it finds."""
    checks = [*_machine(), *_workspace(app)]
    if not any(check.what == "hosts file" and check.ok for check in checks):
        return checks
    if offline:
        return [*checks, *(Check(name, "discover, move", None, "--offline") for name in app.hosts)]
    hosts = list(app.hosts.values())
    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        for done, found in enumerate(pool.map(lambda host: _host(app, host), hosts), 1):
            checks += found
            app.progress(Step("look at hosts", done, len(hosts), "hosts"))
    return checks


def _there(what: str, needed_for: str, ok: bool, found: str, remedy: str) -> Check:
    return Check(what, needed_for, ok, found, "" if ok else remedy, EXIT_DONE if ok else EXIT_FINDINGS)


def _machine() -> Iterator[Check]:
    yield _there(
        "Python",
        "everything",
        sys.version_info >= PYTHON,
        platform.python_version(),
        "install Python 3.11 or later",
    )
    missing = tool.missing()
    yield _there(
        "Debian packages",
        "practice, demo",
        not missing,
        f"without {', '.join(missing)}" if missing else "all",
        f"run `apt-get install {' '.join(missing)}`",
    )
    root = os.geteuid() == 0 and sys.platform.startswith("linux")
    yield _there(
        "root on Linux",
        "practice, demo on real servers",
        root,
        f"{sys.platform}, uid {os.geteuid()}",
        "run it as root",
    )
    yield _program("ssh-keygen", "approve, cutover", "install openssh-client")
    yield _program("ssh", "hosts with legacy_ssh", "install openssh-client")
    yield _program(
        "pulumi",
        "stack up, stack destroy (not stack preview)",
        "install the Pulumi CLI: https://www.pulumi.com/docs/install/",
    )


def _program(name: str, needed_for: str, remedy: str) -> Check:
    path = shutil.which(name)
    return _there(name, needed_for, path is not None, path or "not on PATH", remedy)


def _workspace(app: App) -> Iterator[Check]:
    try:
        workspace = app.workspace
    except DecantError as error:
        yield Check("workspace", "everything but init, demo, practice", None, error.what, error.remedy)
        return
    yield Check("workspace", "everything", True, str(workspace.root))
    yield _loads("settings", "everything", workspace.settings, lambda: app.settings)
    yield _private(workspace.state, "everything", 0o700)
    for path in (workspace.ledger_key, workspace.database, workspace.known_hosts):
        yield _private(path, "evidence" if path == workspace.ledger_key else "discover, move", 0o600)
    yield _loads("hosts file", "discover, move", workspace.hosts, lambda: app.hosts)
    yield _signers(workspace)


def _loads(what: str, needed_for: str, path: Path, load: Callable[[], object]) -> Check:
    try:
        load()
    except DecantError as error:
        return Check(what, needed_for, False, error.what, error.remedy, error.exit_code)
    return Check(what, needed_for, True, str(path))


def _private(path: Path, needed_for: str, widest: int) -> Check:
    """Whether a file or folder of the workspace's state is closed to others; one that is not there yet is fine."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return Check(path.name, needed_for, None, "not made yet")
    closed = not mode & 0o077
    return _there(path.name, needed_for, closed, f"mode {mode:04o}", f"close it: chmod {widest:o} {path}")


def _signers(workspace: Workspace) -> Check:
    try:
        lines = workspace.allowed_signers.read_text().splitlines()
    except FileNotFoundError:
        lines = []
    people = [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]
    return _there(
        "approvers",
        "approve, cutover",
        bool(people),
        ", ".join(people) or "nobody may approve",
        f"write each approver's SSH public key into {workspace.allowed_signers}, then `decant approvers record`",
    )


def _host(app: App, host: Host) -> list[Check]:
    try:
        with_transport = app.connect(host.name)
        version = with_transport.run(["uname", "-sr"], timeout=HOST_SECONDS).must("uname").text.strip()
    except DecantError as error:
        return [Check(host.name, "discover, move", False, error.what, error.remedy, error.exit_code)]
    way = f" through {host.jump}" if host.jump else ""
    return [
        Check(host.name, "discover, move", True, f"{version}, as {host.user}{way}"),
        _root(with_transport, host),
    ]


def _root(transport: Transport, host: Host) -> Check:
    what = f"{host.name}: root"
    if host.user != "root" and host.sudo == "none":
        return Check(what, "move, and facts that need root", None, "the hosts file allows no sudo")
    try:
        result = rooted(transport, host).run(["id", "-u"], timeout=HOST_SECONDS)
    except DecantError as error:
        return Check(what, "move, and facts that need root", False, error.what, error.remedy, error.exit_code)
    return _there(
        what,
        "move, and facts that need root",
        result.stdout == b"0\n",
        "direct" if host.user == "root" else f"sudo ({host.sudo})",
        f"check the right of {host.user} in sudoers",
    )
