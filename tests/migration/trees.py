"""File trees to move in the practice estate, and the moves of them."""

import contextlib
import itertools
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from estate.errors import DecantError
from estate.progress import Step
from estate.records.base import now
from estate.records.move import Description, Move, Residue
from estate.records.verification import Verification
from estate.records.workload import Workload
from estate.transport.base import Transport
from estate.transport.connect import connect
from estate.transport.privilege import rooted
from migration.context import Context, Side
from migration.files import gate
from migration.files.gate import State
from migration.files.sides import sides
from migration.movers.files import MOVER
from migration.verify.files import VERIFIER
from practice import spec
from practice.estate import Estate
from practice.host import BootedHost

SOURCE, TARGET = "files-legacy", "data-target"
_numbers = itertools.count(1)

# A small tree with every awkward thing that a test asks about.
MAKE = r"""
set -eu
mkdir -p "$1"; cd "$1"
mkdir -p a/deep b "with space" empty; echo one >a/one; echo two >a/deep/two; echo three >b/three
head -c 300000 /dev/urandom >b/large; : >b/nothing
printf 'x' >"$(printf 'with space/new\nline')"; printf 'y' >"$(printf 'b/caf\351')"
printf 'z' >"b/it's \"quoted\" * \\ \$(id)"
ln a/one b/also-one; ln a/one "with space/third"; ln -s ../b/three a/link; ln -s nowhere a/dangling
truncate -s 5M b/holes; echo end >>b/holes
chown jhughes:planning a/one; chown 4242:4243 b/three; chmod 4755 a/deep/two; chmod 2775 b
setfacl -m u:akhan:r-x,d:g:housing:rwx a; setfattr -n user.decant.top -v top .
setfattr -n user.decant.test -v hello b/three; mkfifo a/pipe
touch -d '1965-06-01 01:02:03.123456789' a/deep/two
"""


@dataclass
class Trial:
    """One move of one small tree of its own, seen as a test sees it."""

    estate: Estate
    path: str
    name: str
    transports: dict[str, Transport]
    notes: list[Residue] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    settings: Mapping[str, Any] = field(default_factory=lambda: {"parallel": 2})
    epoch: int = 1
    description: Description | None = None

    def context(self, epoch: int | None = None) -> Context:
        """The context of one attempt."""
        hosts = {host.name: host for host in self.estate.hosts()}
        moment = now()
        move = Move(
            id=self.name,
            workload=f"{SOURCE}/files/{self.name}",
            kind="files",
            source=SOURCE,
            target=TARGET,
            epoch=epoch or self.epoch,
            description=self.description,
            created_at=moment,
            changed_at=moment,
        )
        workload = Workload(
            id=move.workload,
            server=SOURCE,
            kind="files",
            name=self.name,
            detail={"path": self.path},
            seen_at=moment,
        )
        return Context(
            move=move,
            workload=workload,
            source=self.transports[SOURCE],
            target=self.transports[TARGET],
            source_host=hosts[SOURCE],
            target_host=hosts[TARGET],
            progress=self.steps.append,
            record=self._record,
            forget=self._forget,
            known=lambda: tuple(self.notes),
            settings=self.settings,
        )

    def on(self, side: Side, script: str) -> str:
        """What a script says that runs as root on one side, in `/`; it must end well."""
        name = SOURCE if side == "source" else TARGET
        hosts = {host.name: host for host in self.estate.hosts()}
        return rooted(self.transports[name], hosts[name]).run(["bash", "-c", script]).must(script).text

    def state(self, side: Side) -> State:
        """What the gate of one side says."""
        return gate.status(sides(self.context()).at(side))

    def copied(self) -> "Trial":
        """Prepared and seeded."""
        MOVER.prepare(self.context())
        MOVER.seed(self.context())
        return self

    def cut_over(self) -> "Trial":
        """Frozen, in step, compared, and the target open."""
        context = self.context()
        MOVER.freeze(context, "source", 120)
        assert MOVER.sync(context, "forward").zero
        MOVER.finish(context, "forward")
        assert self.verified().agrees
        MOVER.reverse(context)
        MOVER.hold(context, "source", 5)
        MOVER.thaw(context, "target")
        return self

    def verified(self, frozen: bool = True) -> Verification:
        """A comparison of the two sides now."""
        return VERIFIER.verify(self.context(), frozen)

    def differing(self) -> dict[str, str]:
        """What a comparison finds to differ: in what, by name."""
        checks = self.verified(frozen=False).checks
        return {
            check.name: check.note for check in checks if not check.agrees and not check.name.startswith("folder ")
        }

    def restart(self, side: Side) -> None:
        """Switch one host off and on again, in earnest."""
        name = SOURCE if side == "source" else TARGET
        host = BootedHost(self.estate.name, next(one for one in spec.HOSTS if one.name == name))
        with contextlib.suppress(DecantError):
            self.on(side, "systemctl poweroff")
        self.transports[name].close()
        while host.status().running:
            time.sleep(0.1)
        host.boot()
        host.wait()

    def _record(self, left: Residue) -> None:
        if not any(_same(left, noted) for noted in self.notes):
            self.notes.append(left)

    def _forget(self, gone: Residue) -> None:
        self.notes[:] = [noted for noted in self.notes if not _same(noted, gone)]


def connected(estate: Estate) -> dict[str, Transport]:
    """Connections to both hosts of a move."""
    hosts = {host.name: host for host in estate.hosts()}
    return {host: connect(hosts[host], hosts, estate.known_hosts) for host in (SOURCE, TARGET)}


@contextlib.contextmanager
def trial(estate: Estate, path: str = "") -> Iterator[Trial]:
    """A new tree on the source; everything of it goes at the end, whatever happened."""
    name = f"t{os.getpid()}-{next(_numbers)}"
    transports = connected(estate)
    made = Trial(estate, path or f"/srv/{name}", name, transports)
    if not path:
        made.on("source", f"set -- {made.path}\n{MAKE}")
    try:
        yield made
    finally:
        MOVER.clean(replace_epoch(made, 1000), None)
        if not path:
            made.on("source", f"rm -rf {made.path}")
            made.on("target", f"rm -rf {made.path}")
        for transport in transports.values():
            transport.close()


def replace_epoch(made: Trial, epoch: int) -> Context:
    """The context of an attempt that comes after all others."""
    context = made.context()
    return replace(context, move=context.move.model_copy(update={"epoch": epoch}))


def _same(one: Residue, other: Residue) -> bool:
    return (one.host, one.kind, one.name) == (other.host, other.kind, other.name)
