"""Replication slots, and the subscription that reads from one."""

import time
from dataclasses import dataclass

from estate.errors import RefusedError
from migration.postgres import access, gate
from migration.postgres.psql import Server
from migration.postgres.sides import Flow, Sides, together
from migration.postgres.sql import ident, literal

DROP_SECONDS = 30.0


@dataclass(frozen=True)
class Slot:
    """One slot as its server sees it now. Bytes are of write-ahead log."""

    active: bool
    lost: bool
    held_back: int
    """Log that the slot keeps from being removed."""
    behind: int
    """Log that the subscriber has not yet confirmed."""


def look(flow: Flow, upto: str | None = None) -> Slot | None:
    """The slot of a flow; None where it is not there. `upto` reckons `behind` from that position."""
    server = flow.publisher
    current = server.wal.format("flush_" if server.major >= 10 else "")
    reach = f"{literal(upto)}::pg_lsn" if upto else f"{current}()"
    status = "coalesce(wal_status = 'lost', false)" if server.major >= 13 else "false"
    rows = server.rows(
        f"""SELECT active, {status} AS lost, greatest(pg_wal_lsn_diff({current}(), restart_lsn), 0)::bigint AS held_back,
                   greatest(pg_wal_lsn_diff({reach}, confirmed_flush_lsn), 0)::bigint AS behind
            FROM pg_replication_slots WHERE slot_name = {literal(flow.name)}"""
    )
    if not rows:
        return None
    row = rows[0]
    return Slot(row["active"], row["lost"], row["held_back"] or 0, row["behind"] or 0)


def turn(sides: Sides) -> None:
    """End the flow forward, and start the flow back, whose sides agree already. Safe to repeat.

    Raises `RefusedError` where the source is not closed any more.

    The slot of the flow forward is left for afterwards. Each step has its price inside the freeze, so what concerns
    one server is done in one session, and what both can do at once is done so.
    """
    forward, back = sides.flow("forward"), sides.flow("back")
    sides.note(back.publisher, "slot", back.name)
    sides.note(back.subscriber, "subscription", back.name)
    together(
        lambda: back.publisher.do(f"{_unsubscribing(forward)}\n{_making(back)}", sides.database),
        lambda: gate.do_closed(sides, back.subscriber, _creating(sides, back)),
    )
    sides.forget(forward.subscriber, "subscription", forward.name)
    back.subscriber.do(f"ALTER SUBSCRIPTION {ident(back.name)} ENABLE;", sides.database)


def _making(flow: Flow) -> str:
    name = literal(flow.name)
    return f"""SELECT pg_create_logical_replication_slot({name}, 'pgoutput')
        WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = {name}) \\g /dev/null"""


def _creating(sides: Sides, flow: Flow) -> str:
    name = ident(flow.name)
    create = f"""CREATE SUBSCRIPTION {name} CONNECTION {literal(access.to_publisher(sides, flow, sides.names.role))}
        PUBLICATION {name}
        WITH (copy_data = false, create_slot = false, slot_name = {literal(flow.name)}, enabled = false)"""
    return f"""SELECT {literal(create)} WHERE NOT EXISTS
        (SELECT FROM pg_subscription WHERE subname = {literal(flow.name)}) \\gexec"""


def _unsubscribing(flow: Flow) -> str:
    """SQL for the subscriber's own database, that ends the subscription and does not touch the slot."""
    name, known = ident(flow.name), f"FROM pg_subscription WHERE subname = {literal(flow.name)}"
    steps = [f"ALTER SUBSCRIPTION {name} {change}" for change in ("DISABLE", "SET (slot_name = NONE)")]
    return "\n".join(f"SELECT {literal(step)} {known} \\gexec" for step in [*steps, f"DROP SUBSCRIPTION {name}"])


def drop(sides: Sides, flow: Flow) -> None:
    """Drop the slot, and its note. As `remove`."""
    remove(flow)
    sides.forget(flow.publisher, "slot", flow.name)


def remove(flow: Flow) -> None:
    """Drop the slot, ending who reads from it. Safe to repeat. Raises `RefusedError` where it stays in use."""
    name = literal(flow.name)
    deadline = time.monotonic() + DROP_SECONDS
    while True:
        flow.publisher.do(
            f"""SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                WHERE slot_name = {name} AND active_pid IS NOT NULL;
                SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
                WHERE slot_name = {name} AND active_pid IS NULL;"""
        )
        if look(flow) is None:
            break
        if time.monotonic() > deadline:
            raise RefusedError(
                f"the replication slot {flow.name} on {flow.publisher.host.name} stays in use",
                "see pg_replication_slots there, and run again",
            )
        time.sleep(0.1)


def subscribe(sides: Sides, flow: Flow) -> None:
    """Start the flow: the subscriber has the rows already, and the slot is there. Safe to repeat."""
    sides.note(flow.subscriber, "subscription", flow.name)
    flow.subscriber.do(
        f"""{_creating(sides, flow)}
            ALTER SUBSCRIPTION {ident(flow.name)} ENABLE;""",
        sides.database,
    )


def subscribed(server: Server, name: str) -> bool:
    """Whether the server has a subscription of this name."""
    return bool(server.rows(f"SELECT 1 AS one FROM pg_subscription WHERE subname = {literal(name)}"))


def unsubscribe(sides: Sides, flow: Flow) -> None:
    """Drop the subscription without touching the slot, which may be out of reach or gone. Safe to repeat."""
    subscriber = flow.subscriber
    where = subscriber.value(
        f"""SELECT d.datname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
            WHERE s.subname = {literal(flow.name)}"""
    )
    if where is not None:
        name = ident(flow.name)
        subscriber.do(
            f"""ALTER SUBSCRIPTION {name} DISABLE;
                ALTER SUBSCRIPTION {name} SET (slot_name = NONE);
                DROP SUBSCRIPTION {name};""",
            str(where),
        )
    sides.forget(subscriber, "subscription", flow.name)


def worker(flow: Flow) -> int | None:
    """The process that applies changes on the subscriber; None where none runs."""
    pid = flow.subscriber.value(
        f"SELECT pid FROM pg_stat_subscription WHERE subname = {literal(flow.name)} AND pid IS NOT NULL"
    )
    return None if pid is None else int(pid)
