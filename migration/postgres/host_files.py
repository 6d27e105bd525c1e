"""The files that a move puts on a host: its folder, its scripts, and what the gate must know."""

import base64
import shlex
from importlib.resources import files

from migration.postgres import access
from migration.postgres.psql import Server
from migration.postgres.sides import Sides
from migration.postgres.sql import hba_name

GATE_FILES = ("gate.sh", "hba.sh", "gate_close.sql", "gate_open.sql", "gate_acl.sql")


def text(name: str) -> str:
    """One of the scripts that run on a host."""
    return (files("migration.postgres") / "host" / name).read_text("utf-8")


def install(sides: Sides, server: Server) -> None:
    """Make the move's folder and put the gate into it. Safe to repeat."""
    names = sides.names
    sides.note(server, "directory", names.folder)
    contents = {name: text(name) for name in GATE_FILES}
    contents["gate.conf"] = "".join(
        f"{key}={shlex.quote(str(value))}\n"
        for key, value in {
            "TAG": names.tag,
            "BIN": server.bin,
            "PORT": server.port,
            "DATABASE": sides.database,
            "ROLE": names.role,
            "HBA": server.facts["hba"],
        }.items()
    )
    flow = sides.flow("forward" if server.side == "source" else "back")
    database = hba_name(sides.database)
    contents["hba"] = (
        f"local {database} postgres peer\n"
        + access.lines(sides, flow)
        + f"local {database} all reject\nhost {database} all all reject\n"
    )
    server.run(
        f"""set -eu
        umask 077
        mkdir -p {names.gate} {names.work}
        chmod 0711 {names.folder}
        chown postgres: {names.work}
        cd {names.gate}
        {put(contents)}"""
    ).must(f"Making {names.folder} on {server.host.name}")


def put(contents: dict[str, str]) -> str:
    """A script that writes files into the folder it runs in, each whole or not at all."""
    return "\n".join(
        f"echo {base64.b64encode(content.encode()).decode()} | base64 -d > {name}.new && mv -f {name}.new {name}"
        for name, content in contents.items()
    )
