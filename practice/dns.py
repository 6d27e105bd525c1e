"""The estate's name server: its zone, and the key that may change it."""

import base64
import os
import secrets
from pathlib import Path

from practice import spec

KEY_NAME = "decant-practice"
ALGORITHM = "hmac-sha256"
SERIAL = 1
_HOST_TTL = 300


def new_key() -> str:
    """A new TSIG key, as BIND writes it in a file."""
    secret = base64.b64encode(secrets.token_bytes(32)).decode()
    return f'key "{KEY_NAME}" {{\n    algorithm {ALGORITHM};\n    secret "{secret}";\n}};\n'


def zone() -> str:
    """The zone as it is before any move."""
    lines = [
        f"$ORIGIN {spec.ZONE}.",
        f"@ {_HOST_TTL} IN SOA dns hostmaster {SERIAL} 3600 600 86400 {spec.SERVICE_TTL}",
        f"@ {_HOST_TTL} IN NS dns",
    ]
    lines += [f"{host.name} {_HOST_TTL} IN A {host.address}" for host in spec.HOSTS]
    lines += [
        f"{service.name} {spec.SERVICE_TTL} IN A {spec.host(service.host).address}" for service in spec.SERVICES
    ]
    return "\n".join(lines) + "\n"


def reverse_zone() -> str:
    """Names by address."""
    lines = [
        "$ORIGIN 10.in-addr.arpa.",
        f"@ {_HOST_TTL} IN SOA dns.{spec.ZONE}. hostmaster.{spec.ZONE}. {SERIAL} 3600 600 86400 60",
        f"@ {_HOST_TTL} IN NS dns.{spec.ZONE}.",
    ]
    for host in spec.HOSTS:
        _, b, c, d = host.address.split(".")
        lines.append(f"{d}.{c}.{b} {_HOST_TTL} IN PTR {host.name}.{spec.ZONE}.")
    return "\n".join(lines) + "\n"


def write(root: Path, key: str) -> None:
    """Put zones and key into the name server's root file system, before it boots."""
    bind = _owner(root)
    file = root / "etc/bind/practice.key"
    file.write_text(key)
    _give(file, bind, 0o640)
    for name, text in ((spec.ZONE, zone()), ("10.in-addr.arpa", reverse_zone())):
        file = root / f"var/lib/bind/{name}.zone"
        file.write_text(text)
        _give(file, bind, 0o644)


def _owner(root: Path) -> tuple[int, int]:
    for line in (root / "etc/passwd").read_text().splitlines():
        name, _, uid, gid, *_ = line.split(":")
        if name == "bind":
            return int(uid), int(gid)
    return 0, 0


def _give(file: Path, owner: tuple[int, int], mode: int) -> None:
    os.chown(file, *owner)
    file.chmod(mode)
