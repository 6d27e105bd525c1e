"""A real sshd on loopback: own host key, own configuration, ended by its process id."""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from estate.records.host import Host
from estate.transport.hostkeys import HostKey, trust
from estate.transport.ssh import SshTransport

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def keygen(path: Path, kind: str = "ed25519") -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)], check=True)
    return path


def public(path: Path) -> HostKey:
    kind, base64, *_ = path.with_suffix(".pub").read_text().split()
    line = subprocess.run(["ssh-keygen", "-lf", f"{path}.pub"], check=True, capture_output=True, text=True).stdout
    return HostKey(kind, base64, line.split()[1])


@dataclass
class Sshd:
    """One running server, and the files to log in to it with."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def key(self) -> Path:
        return self.folder / "user_key"

    @property
    def host_key(self) -> Path:
        return self.folder / "host_key"

    @property
    def known_hosts(self) -> Path:
        return self.folder.parent / "known_hosts"

    def host(self, name: str = "alpha", **changes: object) -> Host:
        given = {
            "name": name,
            "address": "127.0.0.1",
            "port": self.port,
            "user": getpass.getuser(),
            "key": f"file:{self.key}",
        }
        return Host.model_validate(given | changes)

    def accept(self) -> None:
        trust(self.known_hosts, self.host(), (public(self.host_key),))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


StartSshd = Callable[..., Sshd]


@pytest.fixture
def start_sshd(tmp_path: Path) -> Iterator[StartSshd]:
    """Starts servers; `before` runs first, in a mount namespace of the server's own. `kind` is its host key's."""
    if SSHD is None:
        pytest.fail("these tests need sshd: install openssh-server")
    running: list[Sshd] = []

    def start(
        name: str = "alpha", extra: str = "", before: str = "", accepted: bool = True, kind: str = "ed25519"
    ) -> Sshd:
        folder = tmp_path / name
        folder.mkdir()
        keygen(folder / "host_key", kind)
        keygen(folder / "user_key")
        shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
        port = free_port()
        (folder / "sshd_config").write_text(
            f"{extra}\nPort {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_key\nPidFile none\n"
            f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
            # bash reads ~/.bashrc under sshd at the first shell level: not in these tests.
            "SetEnv SHLVL=5\n"
            "PasswordAuthentication no\nLogLevel ERROR\nMaxStartups 100\n"
        )
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        command = [SSHD, "-D", "-e", "-f", str(folder / "sshd_config")]
        if before:
            command = ["unshare", "--mount", "sh", "-ec", f'{before}\nexec "$@"', "sh", *command]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        server = Sshd(folder, port, process)
        running.append(server)
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
        if accepted:
            server.accept()
        return server

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def ordinary(start_sshd: StartSshd, tmp_path: Path) -> Callable[[str], Sshd]:
    """Starts a server with an account `tester`, password `correct horse`, and the given sudo rule.

    The account exists in the server's own mount namespace, and nowhere else.
    """
    if os.geteuid() != 0 or shutil.which("sudo") is None:
        pytest.skip("needs root and sudo")

    def start(rule: str) -> Sshd:
        made = tmp_path / "etc"
        made.mkdir()
        home = tmp_path / "home"
        home.mkdir()
        os.chown(home, 4242, 4242)
        hashed = subprocess.run(
            ["openssl", "passwd", "-6", "correct horse"], check=True, capture_output=True, text=True
        ).stdout.strip()
        (made / "passwd").write_text(
            f"root:x:0:0::/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n"
            f"tester:x:4242:4242::{home}:/bin/sh\n"
        )
        (made / "shadow").write_text(f"root:*:19000:0:99999:7:::\ntester:{hashed}:19000:0:99999:7:::\n")
        (made / "shadow").chmod(0o640)
        (made / "group").write_text("root:x:0:\nshadow:x:42:\nnogroup:x:65534:\ntester:x:4242:\n")
        (made / "sudoers").write_text(f"Defaults !lecture, passwd_tries=3\n{rule}\n")
        (made / "sudoers").chmod(0o440)
        for folder in tmp_path.parents:
            if folder.is_relative_to("/tmp") and folder != Path("/tmp"):
                folder.chmod(0o755)
        tmp_path.chmod(0o755)
        binds = "\n".join(
            f"mount --bind {made}/{name} /etc/{name}" for name in ("passwd", "shadow", "group", "sudoers")
        )
        return start_sshd("ordinary", before=binds)

    return start


@pytest.fixture
def sshd(start_sshd: StartSshd) -> Sshd:
    return start_sshd()


@pytest.fixture
def alpha(sshd: Sshd) -> Iterator[SshTransport]:
    transport = SshTransport(sshd.host(), sshd.known_hosts)
    yield transport
    transport.close()
