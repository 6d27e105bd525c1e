"""The slot of a seed and the snapshot that belongs to it, held by a unit on the source's own host.

The snapshot lives as long as the session that made it. That session is the source's own, so that a copy which was cut
off from the source goes on with the same snapshot, and what was copied stays.
"""

import shlex
import time

from estate.errors import UnfinishedError
from estate.progress import Step
from migration.postgres.host_files import put, text
from migration.postgres.psql import LONG
from migration.postgres.sides import Sides
from migration.postgres.sql import conninfo

POLL_SECONDS = 0.3


def begin(sides: Sides) -> None:
    """Start the unit, which makes the slot once every transaction that is open has ended."""
    source, names = sides.source, sides.names
    if sides.logical:
        sides.note(source, "slot", sides.flow("forward").name)
    sides.note(source, "unit", names.hold_unit)
    conf = {
        "BIN": source.bin,
        "DATABASE": conninfo(dbname=sides.database, port=source.port),
        "SLOT": sides.flow("forward").name if sides.logical else "",
    }
    files = {
        "hold.conf": "".join(f"{key}={shlex.quote(str(value))}\n" for key, value in conf.items()),
        "hold.sh": text("hold.sh"),
    }
    folder = f"{names.work}/hold"
    # Nobody who forgets a copy keeps the source from cleaning up its old rows for longer than a copy may take.
    source.run(
        f"""set -eu
        umask 077
        rm -rf {folder}
        mkdir -p {folder}
        cd {folder}
        {put(files)}
        chown -R postgres: {folder}
        systemd-run --quiet --collect --unit={names.hold_unit}.service --uid=postgres \\
            --property=KillMode=control-group --property=RuntimeMaxSec={LONG:.0f} /bin/bash {folder}/hold.sh"""
    ).must(f"Starting {names.hold_unit} on {source.host.name}")


def snapshot(sides: Sides) -> str:
    """The snapshot's name while it is held; empty where none is, or not yet."""
    return _look(sides)[1]


def wait(sides: Sides) -> str:
    """The snapshot's name, once the source has made it. Raises `UnfinishedError` where it made none."""
    source, deadline = sides.source, time.monotonic() + LONG
    while True:
        held, name = _look(sides)
        if name:
            return name
        if not held or time.monotonic() > deadline:
            log = source.root.run(["cat", f"{sides.names.work}/hold/hold.log"], limit=1 << 20).text
            said = [
                line.split("ERROR:")[-1].split("FATAL:")[-1].strip() for line in log.splitlines() if ":" in line
            ]
            raise UnfinishedError(
                f"{source.host.name} gave no snapshot of {sides.database} ({said[-1][:300] if said else 'it was ended'})",
                "mend that there and run the command again",
            )
        note = "waiting for the source's open transactions"
        sides.ctx.progress(Step(f"seed {sides.database}", 0, None, "bytes", note))
        time.sleep(POLL_SECONDS)


def end(sides: Sides) -> None:
    """Let the snapshot go. The slot stays. Safe to repeat."""
    unit, folder = sides.names.hold_unit, f"{sides.names.work}/hold"
    sides.source.run(
        f"""systemctl stop {unit}.service 2>/dev/null || true
        systemctl reset-failed {unit}.service 2>/dev/null || true
        rm -rf {folder}"""
    ).must(f"Ending {unit} on {sides.source.host.name}")
    sides.forget(sides.source, "unit", unit)


def _look(sides: Sides) -> tuple[bool, str]:
    """Whether the unit runs, and the snapshot that it holds."""
    unit, folder = sides.names.hold_unit, f"{sides.names.work}/hold"
    script = f"""! systemctl is-active {unit}.service || cat {folder}/snapshot 2>/dev/null || :"""
    said = sides.source.root.run(["sh", "-c", script]).must(f"Looking for {unit}").text.split()
    held = said[0] in ("active", "activating")
    return held, said[1] if held and len(said) > 1 else ""
