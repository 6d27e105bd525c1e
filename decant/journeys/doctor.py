"""Looks at this machine, the workspace and every host, changes nothing, and says what is missing for what."""

import os
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from decant.app import App
from decant.journeys import doctor_reach
from decant.journeys.needs import Check, there, wrong
from decant.journeys.services import wrong_services
from estate import approvals, signers
from estate.errors import DecantError
from estate.paths import Workspace
from practice import tool

PYTHON = (3, 11)


def examine(app: App, offline: bool) -> list[Check]:
    """Every check, in the order of the journey; last, what a council's own journey can do without.

    Never raises for what it finds.
    """
    return [*_machine(), *_workspace(app, offline), *_optional()]


def by_cause(checks: Sequence[Check]) -> list[tuple[str, Check]]:
    """The checks as a person reads them: things that the same cause keeps away stand together, by their names."""
    causes: dict[tuple[object, ...], list[Check]] = {}
    for number, check in enumerate(checks):
        alone = number if check.ok or not check.found else None
        causes.setdefault((alone, check.needed_for, check.ok, check.found, check.remedy), []).append(check)
    return [(", ".join(dict.fromkeys(check.what for check in same)), same[0]) for same in causes.values()]


def _machine() -> Iterator[Check]:
    yield there(
        "Python",
        "everything",
        sys.version_info >= PYTHON,
        platform.python_version(),
        "install Python 3.11 or later",
    )
    yield _program("ssh-keygen", "approve, cutover", "install openssh-client")
    yield _program("ssh", "hosts with legacy_ssh", "install openssh-client")


def _optional() -> Iterator[Check]:
    yield _program(
        "pulumi",
        "stack up, stack destroy (not stack preview)",
        "install the Pulumi CLI: https://www.pulumi.com/docs/install/",
        optional=True,
    )
    missing = tool.missing()
    yield there(
        "Debian packages",
        "practice, demo",
        not missing,
        f"without {', '.join(missing)}" if missing else "all",
        f"run `apt-get install {' '.join(missing)}`",
        optional=True,
    )
    yield there(
        "root on Linux",
        "practice, demo on real servers",
        os.geteuid() == 0 and sys.platform.startswith("linux"),
        f"{sys.platform}, uid {os.geteuid()}",
        "run these two as root",
        optional=True,
    )


def _program(name: str, needed_for: str, remedy: str, optional: bool = False) -> Check:
    path = shutil.which(name)
    return there(name, needed_for, path is not None, path or "not on PATH", remedy, optional)


def _workspace(app: App, offline: bool) -> Iterator[Check]:
    try:
        workspace = app.workspace
    except DecantError as error:
        yield Check("workspace", "everything but init, demo, practice", None, error.what, error.remedy)
        return
    yield Check("workspace", "everything", True, str(workspace.root))
    settings = _loads("settings", "everything", lambda: app.settings, str(workspace.settings))
    yield settings
    yield _private(workspace.state, "everything", 0o700)
    yield _private(workspace.ledger_key, "evidence", 0o600)
    yield _private(workspace.database, "discover, move", 0o600)
    yield _known_hosts(workspace)
    hosts = _hosts_file(app)
    yield hosts
    if hosts.ok:
        yield from doctor_reach.hosts(app, offline)
    if settings.ok:
        yield doctor_reach.dns(app, offline)
        yield from _services(app)
    yield _approvers(app, workspace)


def _loads(what: str, needed_for: str, load: Callable[[], object], found: str) -> Check:
    try:
        load()
    except DecantError as error:
        return wrong(what, needed_for, error)
    return Check(what, needed_for, True, found)


def _private(path: Path, needed_for: str, widest: int) -> Check:
    """Whether a file or folder of the workspace's state is closed to others; one that is not there yet is fine."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return Check(path.name, needed_for, None, "not made yet")
    closed = not mode & 0o077
    return there(path.name, needed_for, closed, f"mode {mode:04o}", f"close it: chmod {widest:o} {path}")


def _known_hosts(workspace: Workspace) -> Check:
    from estate.transport.hostkeys import check_file

    private = _private(workspace.known_hosts, "discover, move", 0o600)
    if not private.ok:
        return private
    return _loads(
        private.what, private.needed_for, lambda: check_file(workspace.known_hosts), f"{private.found}, whole"
    )


def _hosts_file(app: App) -> Check:
    path = app.workspace.hosts
    what, needed_for = "hosts file", "discover, move"
    try:
        listed = len(app.hosts)
    except DecantError as error:
        return wrong(what, needed_for, error)
    found = f"{path} lists {listed or 'no'} host{'' if listed == 1 else 's'}"
    return there(what, needed_for, listed > 0, found, f"write your servers into {path}, each as a [[host]] table")


def _services(app: App) -> Iterator[Check]:
    try:
        errors = wrong_services(app)
    except DecantError as error:
        yield wrong("services", "cutover, rollback", error)
        return
    yield from (wrong("services", "cutover, rollback", error) for error in errors)
    if app.settings.service and not errors:
        names = ", ".join(entry.name for entry in app.settings.service)
        yield Check("services", "cutover, rollback", True, names)


def _approvers(app: App, workspace: Workspace) -> Check:
    what, needed_for = "approvers", "approve, cutover"
    try:
        people = signers.read(workspace.allowed_signers)
        noted = approvals.recorded(app.ledger) is not None
    except DecantError as error:
        return wrong(what, needed_for, error)
    if not people:
        remedy = (
            f"write a line `{signers.FORM}` for each into {workspace.allowed_signers},"
            " then run `decant approvers record`"
        )
        return there(what, needed_for, False, "nobody may approve", remedy)
    names = ", ".join(one.name for one in people)
    found = names if noted else f"{names}: not noted in the ledger as the file is now"
    return there(what, needed_for, noted, found, "look at them and run `decant approvers record`")
