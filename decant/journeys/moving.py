"""What the commands about moves share: the engine over this workspace, and how a move is shown."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from decant.output import listing, say, table
from decant.rows import MoveRow
from decant.settings import Settings
from estate.documents import words
from estate.errors import DecantError, UsageError
from estate.records.base import now
from estate.records.move import ENDED, Description, Move, Phase, Residue
from estate.records.verification import Verification
from migration import machine
from migration.engine import Engine, Standing

if TYPE_CHECKING:
    from decant.app import App
    from estate.object_store import ContainerTransport
    from migration.services import Services


@contextmanager
def engine(app: "App", stop: threading.Event | None = None) -> Iterator[Engine]:
    """The engine over the workspace, closed at the end. `stop` asks it to stop after a whole step."""
    import migration.movers
    import migration.verify
    from decant.journeys.plan import decided
    from estate.registry import load
    from estate.store import sqlite_url
    from migration.movers.base import Mover
    from migration.verify.base import Verifier
    from migration.work import Tools

    settings = app.settings
    stores = _stores(app)
    tools = Tools(
        store=app.store,
        ledger=app.ledger,
        hosts={**app.hosts, **{name: transport.as_host for name, transport in stores.items()}},
        connect=lambda name: stores[name] if name in stores else app.connect(name),
        services=_services(settings),
        movers=load(migration.movers, "MOVER", Mover, lambda mover: mover.kind),  # type: ignore[type-abstract]  # looked at when run
        verifiers=load(migration.verify, "VERIFIER", Verifier, lambda verifier: verifier.kind),  # type: ignore[type-abstract]  # as above
        progress=app.progress,
        operator=app.actor.rpartition("@")[0],
        actor=app.actor,
        settings={
            **settings.move.model_dump(),
            "anchor_file": settings.ledger.anchor_file,
            "object_stores": {store.name: store for store in settings.object_store},
            "objects_folder": str(app.workspace.objects),
        },
        stop=stop or threading.Event(),
        decided=lambda: decided(app),
    )
    made = Engine(tools, sqlite_url(app.workspace.workflows))
    try:
        yield made
    finally:
        made.close()
        for transport in stores.values():
            transport.close()


def _stores(app: "App") -> "dict[str, ContainerTransport]":
    """The object stores of the settings, each as what a move wants of a host."""
    from estate.object_store import ContainerTransport

    names = [store.name for store in app.settings.object_store]
    twice = [name for name in names if name in app.hosts or names.count(name) > 1]
    if twice:
        raise UsageError(
            f"{twice[0]} is the name of an object store, and of another one or of a host",
            "give one of them another name in decant.toml",
        )
    return {store.name: ContainerTransport(store) for store in app.settings.object_store}


def _services(settings: Settings) -> "Services":
    from decant.journeys.names import switch
    from migration.services import Services

    dns = settings.dns
    named: dict[str, list[str]] = {}
    for entry in settings.service:
        named.setdefault(entry.workload, []).append(entry.name)
    return Services((lambda: switch(dns)) if dns.switches else None, dns.zone, dns.ttl, named)


def row(standing: Standing, left: tuple[Residue, ...] | None = None, unknown: str = "") -> MoveRow:
    """A move as `--json` gives it. `left` is what was really found on the hosts, `unknown` why it is not known."""
    move = standing.move
    return {
        "id": move.id,
        "workload": move.workload,
        "kind": move.kind,
        "source": move.source,
        "target": move.target,
        "phase": move.phase,
        "serving": move.serving,
        "bytes": move.bytes,
        "lag": move.lag,
        "frozen_since": _frozen_since(move),
        "frozen_seconds": move.frozen_seconds,
        "verified": move.verified,
        "approved_by": move.approved_by,
        "flow": standing.flow,
        "held_by": standing.held_by,
        "residue": move.residue if left is None else left,
        "residue_unknown": unknown,
        "note": move.note,
        "next": machine.next_command(move).strip("`"),
    }


def show_moves(rows: list[MoveRow]) -> None:
    """The moves as a table."""
    table(
        "Moves",
        ["move", "workload", "to", "phase", "copied", "lag", "frozen", "verified", "temporary things"],
        [
            [
                each["id"],
                each["workload"],
                each["target"],
                f"{each['phase']} (flow back {each['flow'].partition(':')[0]})" if each["flow"] else each["phase"],
                words.size(each["bytes"]),
                each["lag"].text if each["lag"] else "unknown",
                _frozen(each),
                {True: "yes", False: "NO", None: "not yet"}[each["verified"]],
                each["residue_unknown"] or _temporary(each),
            ]
            for each in rows
        ],
        numbers=("copied", "frozen"),
    )
    if any(each["kind"] == "files" for each in rows):
        say("What was copied of shared folders is counted as if sparse files were full; on disk it may be less.")
    for each in rows:
        if each["held_by"]:
            say(f"{each['id']} is held by {each['held_by']}.")
        if ":" in each["flow"]:
            say(f"{each['id']}: the flow back is {each['flow']}.")
        if each["frozen_since"]:
            say(
                f"{each['id']}: neither side takes writes since {words.moment(each['frozen_since'])}, London time."
            )
        if each["note"]:
            say(f"{each['id']}: {each['note']}.")


def _frozen_since(move: Move) -> datetime | None:
    """None too where the deadline has passed: the frozen host has then thawed by itself."""
    lapsed = move.freeze_deadline is not None and move.freeze_deadline <= now()
    return None if lapsed else move.frozen_at


def _frozen(each: MoveRow) -> str:
    if each["frozen_since"] is not None:
        return f"since {each['frozen_since'].astimezone(words.LONDON):%H:%M}"
    return "not frozen" if each["frozen_seconds"] is None else words.seconds(each["frozen_seconds"])


def _temporary(each: MoveRow) -> str:
    """What the move holds or has changed for now; what an ended one has of it, it left behind."""
    number = len(each["residue"])
    if not number:
        return "none"
    return f"{number} left behind" if each["phase"] in ENDED else f"{number} held, put back at the end"


def advice(move: Move, seen: bool = False) -> tuple[str, str]:
    """What to type next and why. `seen`: the person is looking at the move in detail already."""
    command = machine.next_command(move).strip("`")
    if move.phase is Phase.SOAKING and not seen:
        return f"decant moves {move.id}", "look at how it soaks"
    if move.phase is Phase.SOAKING:
        return (
            f"decant accept {move.id} --backup-verified REFERENCE",
            f"after some days of ordinary use; until then `decant rollback {move.id}` goes back",
        )
    return command.replace("` or `", ", or "), ""


def show_description(said: Description) -> None:
    """What a move will do, for a person who is to decide."""
    size = "unknown" if said.bytes is None else words.size(said.bytes)
    facts = [
        ("moves", said.workload),
        ("to", said.target),
        ("by", said.method),
        ("size, if sparse files were full" if said.kind == "files" else "size", size),
        ("takes about", "unknown" if said.expected_seconds is None else words.seconds(said.expected_seconds)),
        (
            "writes stop for about",
            "unknown" if said.expected_frozen_seconds is None else words.seconds(said.expected_frozen_seconds),
        ),
        (
            "going back after the cutover",
            "loses nothing" if said.lossless_rollback else "LOSES what was written since",
        ),
        ("restarts a service on", ", ".join(said.restarts) or "no server"),
        ("stops a service", "see below" if said.stops else "none besides the freeze"),
    ]
    table("The move", ["what", "is"], facts)
    for title, lines in (
        ("Steps", said.steps),
        ("What stops, and for how long", said.stops),
        ("Changes, put back at the end", said.changes),
        ("What stays changed", said.lasting),
        ("Rights that it needs", said.rights),
        ("What was decided (the plan, and overrides)", said.plan),
        ("AGAINST what was decided", said.against_plan),
        ("Warnings", said.warnings),
    ):
        listing(title, lines)


def differences(app: "App", move: Move) -> list[tuple[str, str, str, str]]:
    """What the last verification found to differ: name, source, target, note."""
    found = app.store.get(Verification, move.verification) if move.verification else None
    checks = found.checks if found else ()
    return [(c.name, c.source, c.target, c.note) for c in checks if not c.agrees]


def really_left(made: Engine, move: Move) -> tuple[tuple[Residue, ...], str]:
    """What a move really left on its hosts, and why that is not known where it is not."""
    try:
        return made.residue(move.id), ""
    except DecantError as error:
        return move.residue, f"unknown: {error.what}"


def show(move: Move, as_json: bool) -> None:
    """Where the move that was worked on stands now: one line and what comes next, or `decant.move/1`."""
    from decant.output import next_step, show_json

    if as_json:
        show_json("decant.move/1", {"move": row(Standing(move, "", ""))})
        return
    frozen = (
        "" if move.frozen_seconds is None else f", writes were stopped for {words.seconds(move.frozen_seconds)}"
    )
    say(f"{move.id} ({move.workload} to {move.target}) is {move.phase}{frozen}.")
    if move.note:
        say(f"{move.note}.")
    if move.phase is Phase.SOAKING:
        say(
            "Let it soak for some days, so that each thing that people and jobs do with it was done once: what is seldom "
            f"done fails last. Until you accept, `decant rollback {move.id}` goes back"
            + (" and loses nothing." if move.description is None or move.description.lossless_rollback else ".")
        )
    next_step(*advice(move))
