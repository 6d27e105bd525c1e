"""Host keys: what a host shows, what was accepted for it, and the one way to accept.

Nothing here is ever accepted by itself. `decant hosts trust` shows a key, asks, calls `trust`, and notes it in
the ledger.
"""

import os
import tempfile
import threading
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import paramiko
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

from estate import reading
from estate.errors import HostKeyError, UnreachableError, UsageError
from estate.records.host import Host
from estate.transport.handshake import Stream, handshake
from estate.transport.local import LocalTransport

KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")
SCAN_TIMEOUT = 15.0
_READING = threading.Lock()
"""Many hosts begin at once: one of their threads reads known_hosts, the others take what it read."""


@dataclass(frozen=True)
class HostKey:
    """One key that a host shows."""

    kind: str
    """As in OpenSSH: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`."""
    base64: str
    fingerprint: str
    """`SHA256:…`, as `ssh-keygen -lf` prints it."""

    @staticmethod
    def of(key: paramiko.PKey) -> "HostKey":
        """The same key as a record."""
        return HostKey(key.get_name(), key.get_base64(), str(key.fingerprint))


def entry_name(host: Host) -> str:
    """The name that a host has in known_hosts: its address, with the port where that is not 22."""
    return host.address if host.port == 22 else f"[{host.address}]:{host.port}"


def known(path: Path, host: Host) -> tuple[HostKey, ...]:
    """The keys accepted for `host`; none where the file is not there.

    Raises `UsageError` as `check_file` does.
    """
    if not path.exists():
        return ()
    found = path.stat()
    with _READING:
        accepted = _accepted(path, (found.st_ino, found.st_size, found.st_mtime_ns))
    return accepted.of(entry_name(host))


@dataclass(frozen=True)
class _Accepted:
    """A known_hosts file that was read: with a thousand hosts in it, it is not read anew for each of them."""

    by_name: Mapping[str, tuple[HostKey, ...]]
    hashed: paramiko.HostKeys

    def of(self, name: str) -> tuple[HostKey, ...]:
        more: Mapping[str, paramiko.PKey] = self.hashed.lookup(name) or {}
        return (*self.by_name.get(name, ()), *map(HostKey.of, more.values()))


@lru_cache(maxsize=4)
def _accepted(path: Path, stamp: tuple[int, int, int]) -> _Accepted:
    """The file as it is now, which `stamp` says."""
    del stamp
    check_file(path)
    by_name: dict[str, tuple[HostKey, ...]] = {}
    hashed = paramiko.HostKeys()
    for line in reading.text(path).splitlines():
        entry = HostKeyEntry.from_line(line) if line.strip() and not line.startswith("#") else None
        if entry is None or entry.key is None:
            continue
        for name in entry.hostnames or ():
            if name.startswith("|1|"):
                hashed.add(name, entry.key.get_name(), entry.key)
            else:
                by_name[name] = (*by_name.get(name, ()), HostKey.of(entry.key))
    return _Accepted(by_name, hashed)


def check_file(path: Path) -> None:
    """See that every line is a host key.

    Raises `UsageError`, which names the line, where one is not, or is a marker (`@revoked`, `@cert-authority`):
    Decant does not honour those, and so does not pass over them.
    """
    for number, line in enumerate(reading.text(path).splitlines(), 1):
        if line.startswith("@"):
            raise UsageError(f"line {number} of {path} is a marker", "remove that line: markers are not supported")
        if line.strip() and not line.startswith("#") and not _is_key(line):
            raise UsageError(
                f"line {number} of {path} is no host key",
                "remove that line, then accept the host's key anew with `decant hosts trust HOST`",
            )


def _is_key(line: str) -> bool:
    try:
        return HostKeyEntry.from_line(line) is not None
    except (InvalidHostKey, paramiko.SSHException):
        return False


def check(host: Host, shown: paramiko.PKey, accepted: Sequence[HostKey]) -> None:
    """Let `shown` pass only where it is one of the keys accepted; else `HostKeyError` with the fingerprints."""
    now = HostKey.of(shown)
    if any(key.base64 == now.base64 for key in accepted):
        return
    if not accepted:
        raise HostKeyError(
            f"{host.name} ({entry_name(host)}) shows a host key that was never accepted"
            f" ({now.kind} {now.fingerprint})",
            f"compare it with the server's own, then run `decant hosts trust {host.name}`",
        )
    before = ", ".join(f"{key.kind} {key.fingerprint}" for key in accepted)
    raise HostKeyError(
        f"{host.name} ({entry_name(host)}) shows another host key ({now.kind} {now.fingerprint})"
        f" than the one accepted ({before})",
        "find out why before you go on: somebody may stand in between;"
        f" if the server was rebuilt, run `decant hosts trust {host.name}`",
    )


def scan(host: Host, streams: Callable[[], Stream], timeout: float = SCAN_TIMEOUT) -> tuple[HostKey, ...]:
    """Every key that the host shows, one connection a kind; `streams` opens one. Nothing is accepted.

    Raises `UnreachableError` where it shows none within `timeout` seconds a connection.
    """
    found: dict[str, HostKey] = {}
    for kind in KINDS:
        connection = handshake(host, streams(), [kind], timeout)
        key = HostKey.of(connection.get_remote_server_key())
        connection.close()
        found.setdefault(key.base64, key)
    return tuple(found.values())


def keyscan(host: Host) -> tuple[HostKey, ...]:
    """As `scan`, by the system's ssh-keyscan, for hosts too old for paramiko."""
    found = LocalTransport(host.name).run(
        ["ssh-keyscan", "-T", f"{SCAN_TIMEOUT:.0f}", "-p", str(host.port), host.address], timeout=4 * SCAN_TIMEOUT
    )
    lines = [line.split() for line in found.text.splitlines() if not line.startswith("#")]
    keys = [paramiko.PKey.from_type_string(kind, b64decode(key)) for _, kind, key in lines]
    if not keys:
        raise UnreachableError(
            f"{host.name}: {host.address} port {host.port} showed no host key",
            "check the address, and that sshd runs",
        )
    return tuple(HostKey.of(key) for key in keys)


def trust(path: Path, host: Host, keys: tuple[HostKey, ...]) -> None:
    """Accept exactly `keys` for `host`, in place of what was accepted before. The file is replaced whole.

    The caller has shown the fingerprints to a person and makes the ledger entry.
    """
    name = entry_name(host)
    lines: list[str] = []
    for line in path.read_text().splitlines() if path.exists() else []:
        entry = None if not line.strip() or line.startswith("#") else HostKeyEntry.from_line(line)
        names = [] if entry is None or entry.hostnames is None else entry.hostnames
        if name not in names:
            lines.append(line)
        elif len(names) > 1:
            others = ",".join(other for other in names if other != name)
            lines.append(f"{others} {line.split(maxsplit=1)[1]}")
    lines += [f"{name} {key.kind} {key.base64}" for key in keys]
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".known_hosts.")
    with os.fdopen(descriptor, "w") as out:
        out.write("\n".join(lines) + "\n")
    Path(draft).replace(path)
