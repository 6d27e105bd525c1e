"""systemd-nspawn: the command lines, and the control group that keeps hosts apart."""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from estate.errors import RefusedError
from practice import tool

_CGROUPS = Path("/sys/fs/cgroup")
_NSPAWN = Path("/run/systemd/nspawn")
_QUIET = ("--quiet", "--register=no", "--link-journal=no", "--timezone=off")


def inside(
    root: Path,
    argv: Sequence[str],
    what: str,
    binds: Mapping[str, Path],
    *,
    network: bool,
    timeout: float,
) -> str:
    """Run one command in a root file system that is being built, with processes of its own; gives its output.

    `binds` are folders of the machine shown read-only, by their path inside. `network` lets it reach the
    mirror through the machine's network; without, it has only loopback.
    """
    options = ["--resolv-conf=replace-host"] if network else ["--resolv-conf=off", "--private-network"]
    options += [f"--bind-ro={source}:{place}" for place, source in binds.items()]
    environment = ["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "LANG=en_GB.UTF-8"]
    options += [f"--setenv={one}" for one in environment]
    machine = f"--machine=build-{root.parent.name[-40:].strip('.-')}"
    nspawn = ["systemd-nspawn", *_QUIET, *_unit(), f"--directory={root}", machine, "--as-pid2", "--pipe", *options]
    return tool.run(tool.dies_with_us([*nspawn, *argv]), what, timeout=timeout)


def boot(root: Path, hostname: str, namespace: str) -> list[str]:
    """The command that boots a root file system with its own systemd, in a network namespace."""
    nspawn = [
        "systemd-nspawn",
        *_QUIET,
        *_unit(),
        f"--directory={root}",
        f"--machine={namespace}",
        f"--hostname={hostname}",
        "--resolv-conf=off",
        "--console=pipe",
        f"--network-namespace-path=/run/netns/{namespace}",
        "--boot",
    ]
    groups = _make_groups(namespace)
    if not groups:
        return nspawn
    join = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift; exec "$@"'
    return ["sh", "-c", join, "sh", *map(str, groups), "--", *nspawn]


def forget(root: Path, namespace: str) -> None:
    """Remove what a host that has ended leaves with nspawn and in control groups, its root still mounted."""
    for top in _tops():
        for where, _, _ in os.walk(top / namespace, topdown=False):
            _remove_group(Path(where))
    if root.is_dir():
        seen = root.stat()
        (_NSPAWN / "locks" / f"inode-{os.minor(seen.st_dev)}:{seen.st_ino}").unlink(missing_ok=True)
    propagated = _NSPAWN / "propagate" / namespace
    if propagated.is_dir():
        propagated.rmdir()


def _remove_group(group: Path) -> None:
    """A control group is busy for a moment after its last process has gone."""
    for _ in range(50):
        try:
            group.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return


def _booted_by_systemd() -> bool:
    return Path("/run/systemd/system").is_dir()


def _unit() -> list[str]:
    """Under systemd nspawn asks for a scope of its own; elsewhere it must keep what it has."""
    return [] if _booted_by_systemd() else ["--keep-unit"]


def _tops() -> list[Path]:
    """The hierarchies in which systemd keeps its processes."""
    if (_CGROUPS / "cgroup.controllers").exists():
        return [_CGROUPS]
    return [_CGROUPS / name for name in ("systemd", "unified") if (_CGROUPS / name / "cgroup.procs").exists()]


def _make_groups(namespace: str) -> list[Path]:
    """One control group a host, or the systemds of all hosts would share one and stop each other's services."""
    if _booted_by_systemd():
        return []
    groups = [top / namespace for top in _tops()]
    for group in groups:
        try:
            group.mkdir(exist_ok=True)
        except OSError as error:
            raise RefusedError(
                f"the control group {group} cannot be made ({error.strerror})",
                "use a whole machine, or a privileged container with its own control groups",
            ) from error
    return groups
