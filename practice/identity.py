"""What makes one copy of an image a host of its own: name, keys, who may log in. Written before it boots."""

import os
import uuid
from pathlib import Path

from practice import network, spec, tool
from practice.debian import NO_STARTS


def new_key(file: Path, comment: str) -> None:
    """An Ed25519 key pair in `file` and `file`.pub, without a passphrase."""
    tool.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(file)], "making an SSH key")


def password_hash(password: str) -> str:
    """As it stands in /etc/shadow."""
    return tool.run(["openssl", "passwd", "-6", "-stdin"], "hashing a password", stdin=password + "\n").strip()


def write(root: Path, name: str, address: str, operator_key: str, engineer_hash: str = "") -> str:
    """Give the host in `root` its identity; gives its line of `known_hosts`.

    `operator_key` is the public key that may log in as each account that the estate describes; with
    `engineer_hash` the engineer's account gets that password.
    """
    etc = root / "etc"
    (root / NO_STARTS).unlink(missing_ok=True)
    (etc / "hostname").write_text(f"{name}\n")
    (etc / "hosts").write_text(f"127.0.0.1 localhost\n{address} {name}.{spec.ZONE} {name}\n")
    _replace(etc / "resolv.conf", network.resolver())
    _replace(etc / "machine-id", uuid.uuid4().hex + "\n")
    for stamp in (etc / ".updated", root / "var" / ".updated"):
        stamp.touch()  # or its first boot would rebuild every cache in /etc and /var
    for account in (spec.OPERATOR, spec.VIEWER, spec.ENGINEER):
        _let_in(root, account, operator_key)
    if engineer_hash:
        _set_password(etc / "shadow", spec.ENGINEER, engineer_hash)
    host_key = etc / "ssh" / "ssh_host_ed25519_key"
    new_key(host_key, f"root@{name}")
    kind, public, *_ = Path(f"{host_key}.pub").read_text().split()
    return f"{name},{name}.{spec.ZONE},{address} {kind} {public}\n"


def _replace(file: Path, text: str) -> None:
    """Write a file that may be a symbolic link out of the root file system."""
    file.unlink(missing_ok=True)
    file.write_text(text)


def _let_in(root: Path, account: str, key: str) -> None:
    home = root / "home" / account
    owner = home.stat()
    folder = home / ".ssh"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    file = folder / "authorized_keys"
    file.write_text(key)
    file.chmod(0o600)
    for path in (folder, file):
        os.chown(path, owner.st_uid, owner.st_gid)


def _set_password(shadow: Path, account: str, hashed: str) -> None:
    lines = []
    for line in shadow.read_text().splitlines():
        name, _, rest = line.split(":", 2)
        lines.append(f"{name}:{hashed}:{rest}" if name == account else line)
    shadow.write_text("\n".join(lines) + "\n")
