"""`python -m tests.packages`: install the Debian packages that the tests need and this machine lacks.

Tests start servers of their own, on loopback or in namespaces; so while these are installed nothing is started
(`policy-rc.d`, Debian's own way of saying so). Does nothing where nothing is missing.

What would change the machine itself by being installed (a clock's daemon, an audit daemon, cloud-init, which sets a
machine up anew on its next start) is unpacked beside the tests instead, and never installed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from practice import system, tool
from tests import azurite

SERVERS = {
    "named": "bind9",
    "mariadbd": "mariadb-server",
    "smbd": "samba",
    "sshd": "openssh-server",
    "sudo": "sudo",
    "busybox": "busybox",
    "psql": "postgresql-client",
    "setfacl": "acl",
    "setfattr": "attr",
    "rsync": "rsync",
    "npm": "npm",
    "chromium": "chromium",
    "csh": "csh",
    "sadf": "sysstat",
    "pdftoppm": "poppler-utils",
}
PARTS = {
    "/usr/lib/postgresql/*/bin/initdb": "postgresql",
    "/usr/lib/libreoffice/program/libswlo.so": "libreoffice-writer-nogui",
    "/usr/lib/libreoffice/program/libsclo.so": "libreoffice-calc-nogui",
}
"""Packages without a program on the path, by a file of theirs."""
UNPACKED = {
    "usr/sbin/chronyd": "chrony",
    "sbin/auditctl": "auditd",
    "usr/bin/cloud-init": "cloud-init",
    "usr/sbin/nft": "nftables",
    "usr/bin/nsupdate": "bind9-dnsutils",
    "usr/bin/faketime": "faketime",
}
"""Packages that are unpacked, by a file of theirs."""
ROOT = Path(sys.prefix) / "unpacked"
"""Where they are unpacked."""
POLICY = Path("/usr/sbin/policy-rc.d")


def missing() -> list[str]:
    """The packages that are not there, by name."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    names = [package for program, package in SERVERS.items() if shutil.which(program, path=path) is None]
    return names + [
        package for pattern, package in PARTS.items() if not list(Path("/").glob(pattern.removeprefix("/")))
    ]


@contextmanager
def nothing_started() -> Iterator[None]:
    """While the body runs, installing a package starts no service."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def environment() -> dict[str, str]:
    """What a program that was unpacked has to be started with; one that is installed is found as well."""
    programs = [str(ROOT / folder) for folder in ("usr/sbin", "sbin", "usr/bin", "bin")]
    libraries = sorted({str(found.parent) for found in ROOT.glob("**/lib/*/lib*.so*")})
    return {
        **os.environ,
        "PATH": ":".join(["/usr/sbin", "/sbin", "/usr/bin", "/bin", *programs]),
        "LD_LIBRARY_PATH": ":".join(libraries),
        "PYTHONPATH": str(ROOT / "usr/lib/python3/dist-packages"),
        "LC_ALL": "C",
    }


def unpack() -> None:
    """Unpack what is neither there nor installed, with what it needs; where that fails, say so and go on. Any account."""
    path = environment()["PATH"]
    names = [package for file, package in UNPACKED.items() if shutil.which(Path(file).name, path=path) is None]
    if not names or shutil.which("apt-get") is None:
        return
    try:
        _unpack(names)
    except subprocess.CalledProcessError:
        print(f"Not unpacked: {', '.join(names)}. Tests that need them are skipped.")


def _unpack(names: list[str]) -> None:
    quiet = {**os.environ, "LC_ALL": "C"}
    if os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-q"], check=True, env=quiet, stdout=subprocess.DEVNULL)
    asked = subprocess.run(
        ["apt-get", "--simulate", "--no-install-recommends", "install", *names],
        stdout=subprocess.PIPE, text=True, env=quiet, check=True,
    )  # fmt: skip
    wanted = [line.split()[1] for line in asked.stdout.splitlines() if line.startswith("Inst ")]
    with tempfile.TemporaryDirectory() as folder:
        # Root's apt-get would hand the download to an account that may not write here.
        subprocess.run(
            ["apt-get", "-o", "APT::Sandbox::User=root", "download", "-q", *wanted],
            cwd=folder, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        for package in sorted(Path(folder).glob("*.deb")):
            subprocess.run(["dpkg-deb", "--extract", package, ROOT], check=True)


def main() -> None:
    """Install what is missing; without root, say so and go on: those tests are then skipped, by name."""
    names = [*missing(), *tool.missing()]
    if not names:
        return
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"Not installed, and not root on Debian: {', '.join(names)}. Tests that need them are skipped.")
        return
    system.install()
    names = missing()
    if not names:
        return
    with nothing_started():
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
        for words in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *names]):
            subprocess.run(["apt-get", *words], check=True, env=quiet, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
    unpack()
    azurite.install()
