"""Programs of the machine: run one, or say which Debian package brings it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from estate.errors import DecantError, RefusedError, ToolMissingError

PACKAGES = {
    "apt-get": "apt",
    "ip": "iproute2",
    "mkfs.ext4": "e2fsprogs",
    "mmdebstrap": "mmdebstrap",
    "mount": "mount",
    "nsenter": "util-linux",
    "openssl": "openssl",
    "setpriv": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "systemd-nspawn": "systemd-container",
    "tc": "iproute2",
    "unshare": "util-linux",
}
"""What the practice estate calls on the machine, and the Debian package that brings it."""


def need_root() -> None:
    """Refuse anything but root on Linux. Raises `RefusedError`."""
    if not sys.platform.startswith("linux"):
        raise RefusedError("the practice estate needs Linux", "run it on a Debian machine, as root")
    if os.geteuid() != 0:
        raise RefusedError(
            "the practice estate makes namespaces and mounts, and you are not root", "run it as root"
        )


def need() -> None:
    """Root on Linux with every program there. Raises `RefusedError` or `ToolMissingError`."""
    need_root()
    names = missing()
    if names:
        raise ToolMissingError(
            f"the practice estate needs {', '.join(names)}", f"run `apt-get install {' '.join(names)}`"
        )


def missing() -> list[str]:
    """The Debian packages that are not there, by name."""
    return sorted({package for tool, package in PACKAGES.items() if shutil.which(tool) is None})


def dies_with_us(argv: Sequence[str]) -> list[str]:
    """`argv` in a process namespace of its own, which ends, with all that it started, when this process ends."""
    alone = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return ["setpriv", "--pdeathsig", "KILL", *alone, *argv]


def run(argv: Sequence[str], what: str, stdin: str | None = None, timeout: float = 60.0) -> str:
    """Run `argv` and give its standard output. `what` names it in an error ("making the namespace").

    Raises `ToolMissingError` where the program is not installed, `DecantError` where it fails or takes more
    than `timeout` seconds.
    """
    try:
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=timeout, check=False)
    except FileNotFoundError as error:
        package = PACKAGES.get(argv[0], argv[0])
        raise ToolMissingError(f"{argv[0]} is not installed", f"run `apt-get install {package}`") from error
    except subprocess.TimeoutExpired as error:
        raise DecantError(f"{what} took more than {timeout:.0f} seconds", "see what holds it up") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise DecantError(f"{what} failed with status {done.returncode} ({last[:300]})", "mend that, try again")
    return done.stdout
