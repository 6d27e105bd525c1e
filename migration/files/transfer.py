"""Transfers: units on the target's host that run on when Decant dies, and are watched from here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from estate.errors import DecantError, UnreachableError
from estate.progress import Step
from migration.context import Direction
from migration.files.sides import Place, Sides, q, script

GONE = 24
"""rsync: files vanished while it read them, which a live tree does."""
PARTIAL = 23
"""rsync: some files could not be carried, for example because they changed while they were read."""
UNITS = "/etc/systemd/system"
BACK_SECONDS = 60
"""Seconds between two rounds of the flow back."""

_WORDS = {
    5: "the other side refused rsync",
    10: "the connection broke",
    11: "a file could not be written",
    12: "the connection broke off",
    20: "it was ended",
    30: "the other side fell silent",
    35: "the other side could not be reached",
    255: "the other side could not be reached",
}


@dataclass(frozen=True)
class Carried:
    """What one transfer did."""

    status: int
    bytes: int
    files: int
    """Made, changed and removed."""
    complaints: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing had to be passed over."""
        return self.status == 0

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to carry."""
        return self.whole and self.files == 0


def unit(place: Place, job: str) -> str:
    """A job's unit. The first copy has no epoch in its name: a later attempt takes it over."""
    return f"{place.tag}_seed" if job == "seed" else f"{place.tag}_{job}_e{place.ctx.move.epoch}"


def running(target: Place, job: str) -> bool:
    """Whether a job's unit is at work."""
    state = target.read(f"systemctl is-active {unit(target, job)}.service").text.strip()
    return state in ("active", "activating", "deactivating")


def start(target: Place, job: str, direction: Direction, inputs: Mapping[str, bytes]) -> None:
    """Start a job with its input files. Behind the fence: an overtaken attempt starts nothing."""
    name, folder = unit(target, job), f"{target.work}/{job}"
    target.note("unit", name)
    parts = "\n".join(f"head -c {len(content)} >{file}" for file, content in inputs.items())
    target.run(
        f"""set -eu; umask 077; rm -rf {q(folder)}; mkdir {q(folder)}; cd {q(folder)}
        {parts}
        systemctl reset-failed {name}.service 2>/dev/null || true
        exec systemd-run -q --collect --unit={name} /bin/sh {q(target.work)}/transfer.sh {job} {direction}""",
        b"".join(inputs.values()),
        timeout=120,
    ).must(f"Starting {name} on {target.host.name}")


def watch(sides: Sides, job: str, task: str, total: int | None) -> Carried:
    """Wait for a job to end, and report how far it is.

    Raises `UnreachableError` or `DecantError` where it failed.
    """
    target = sides.target
    argv = ["sh", "-c", script("watch.sh"), "sh", f"{target.work}/{job}", unit(target, job)]
    while True:
        said = target.root.run(argv, limit=1 << 22).must(f"Watching {task} on {target.host.name}").text
        if not said.startswith("ended"):
            numbers = (line.replace(",", "") for line in said.splitlines())
            done = sum(int(number) for number in numbers if number.isdigit())
            sides.ctx.progress(Step(task, done if total is None else min(done, total), total, "bytes"))
            continue
        word, _, log = said.removeprefix("ended\n").partition("\n")
        carried = _outcome(target, task, word, log)
        if total is not None:
            sides.ctx.progress(Step(task, total, total, "bytes"))
        forget(target, job)
        return carried


def _outcome(target: Place, task: str, word: str, log: str) -> Carried:
    if not word.isdigit():
        raise UnreachableError(
            f"{task} on {target.host.name} was ended from outside", "run the command again: it goes on"
        )
    status = int(word)
    said = tuple(
        line[:300] for line in log.splitlines() if line.startswith(("rsync", "ssh", "decant", "Connection"))
    )
    if status not in (0, GONE, PARTIAL):
        why = _WORDS.get(status, f"rsync ended with status {status}")
        error = UnreachableError if status in (10, 12, 30, 35, 255) else DecantError
        raise error(
            f"{task} on {target.host.name} stopped, {why}{f': {said[0]}' if said else ''}",
            "mend that and run the command again: it goes on",
        )
    return Carried(status, _count(log, "Total transferred file size"), _changes(log), said)


def forget(target: Place, *jobs: str) -> None:
    """Take the notes of units that have ended back."""
    for noted in list(target.ctx.known()):
        if noted.kind == "unit" and any(noted.name.startswith(f"{target.tag}_{job}") for job in jobs):
            target.ctx.forget(noted)


def _changes(log: str) -> int:
    kinds = ("Number of created files", "Number of deleted files", "Number of regular files transferred")
    return sum(_count(log, kind) for kind in kinds)


def _count(log: str, what: str) -> int:
    return sum(int(found.replace(",", "")) for found in re.findall(rf"^{what}: ([0-9,]+)", log, re.MULTILINE))


def stop(target: Place, *jobs: str) -> None:
    """End the jobs that are at work, and what would start them again. Safe to repeat."""
    names = " ".join(f"'{target.tag}_{job}*'" for job in jobs)
    files = " ".join(f"{UNITS}/{target.tag}_{job}.*" for job in jobs)
    target.run(
        f"""systemctl stop {names} 2>/dev/null; systemctl reset-failed {names} 2>/dev/null
        for file in {files}; do
          [ -e "$file" ] || continue
          systemctl -q disable "${{file##*/}}" 2>/dev/null
          rm -f "$file" && gone=yes
        done
        [ -z "${{gone-}}" ] || systemctl daemon-reload""",
        timeout=120,
    ).must(f"Ending transfers on {target.host.name}")
    forget(target, *jobs)


def keep_going_back(sides: Sides) -> None:
    """See that the flow back runs by itself on the target, every `BACK_SECONDS`, over restarts. Safe to repeat."""
    target = sides.target
    name = f"{target.tag}_back"
    target.note("unit", name)
    service = (
        f"[Unit]\nDescription=Carry back what changes in {target.tag}\n"
        f"[Service]\nType=oneshot\nExecStart=/bin/sh {target.work}/transfer.sh back back\n"
    )
    timer = (
        f"[Unit]\nDescription=Carry back what changes in {target.tag}\n"
        f"[Timer]\nOnActiveSec={BACK_SECONDS}\nOnUnitInactiveSec={BACK_SECONDS}\nAccuracySec=1s\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    target.run(
        f"""set -eu
        ! systemctl -q is-active {name}.timer || exit 0
        mkdir -p {q(target.work)}/back
        cd {UNITS}
        head -c {len(service)} >{name}.service
        cat >{name}.timer
        systemctl daemon-reload
        systemctl -q enable --now {name}.timer""",
        (service + timer).encode(),
    ).must(f"Starting the flow back on {target.host.name}")
