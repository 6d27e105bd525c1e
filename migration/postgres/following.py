"""The flow of changes while it runs: how far behind it is, and whether it is whole."""

import time
from typing import Any

from estate.errors import RefusedError
from estate.records.move import Lag
from migration.postgres import settings, slots
from migration.postgres.psql import Server
from migration.postgres.sides import Flow, Sides
from migration.postgres.sql import literal
from migration.postgres.tables import OF_EXTENSION, USER_SCHEMA

WAIT_SECONDS = 3.0
"""One round of `lag` waits so long for the subscriber to come up to where the publisher stood when it was asked."""
POLL_SECONDS = 0.1
MOMENT_SECONDS, MOMENTS = 0.02, 15
STEADY_SECONDS = 1.5
"""A worker that fails is started anew every five seconds and lives for a moment: one process must last so long."""
START_SECONDS = 8.0

_COLUMNS = f"""
    SELECT n.nspname || '.' || c.relname AS "table",
           string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull, ', '
                      ORDER BY a.attname) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND {USER_SCHEMA} AND NOT {OF_EXTENSION}
    GROUP BY 1 ORDER BY 1"""


def lag(sides: Sides, flow: Flow) -> Lag:
    """What the subscriber has not confirmed of all that the publisher had written when this began.

    PostgreSQL confirms a position only once everything before it is applied and flushed on the subscriber, so zero
    with the publisher frozen is proof. Raises `RefusedError` where the slot is lost or holds back too much log.
    """
    # The log is decoded as far as it is flushed; a transaction that commits synchronously flushes what came before.
    # A subscriber that is in step confirms within moments: these are waited for in the same session.
    look = f"""SELECT coalesce(bool_and(confirmed_flush_lsn >= :'upto'), false) AS there FROM pg_replication_slots
        WHERE slot_name = {literal(flow.name)} \\gset
        \\if :there
        \\else
        SELECT pg_sleep({MOMENT_SECONDS}) \\g /dev/null
        \\endif
        """
    said = flow.publisher.read(
        f"""SET synchronous_commit = on;
        SELECT pg_logical_emit_message(true, 'decant', 'lag') \\g /dev/null
        SELECT {flow.publisher.wal.format("flush_")}() AS upto \\gset
        {look * MOMENTS}
        SELECT json_build_object('upto', :'upto', 'there', :'there');""",
        sides.database,
    )[0]
    if said["there"] == "t" and flow.publisher.major >= 13:  # below it the slot's growth is looked at as well
        return Lag(bytes=0, text="nothing", zero=True)
    upto = said["upto"]
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        slot = _present(flow, upto)
        _within_cap(sides, flow, slot)
        if slot.behind == 0:
            return Lag(bytes=0, text="nothing", zero=True)
        if time.monotonic() > deadline:
            break
        time.sleep(POLL_SECONDS)
    if slots.worker(flow) is None:
        _refuse_changed_tables(sides, flow)
    return Lag(bytes=slot.behind, text=_text(slot.behind), zero=False)


def broken(sides: Sides, flow: Flow) -> str:
    """One line on what broke the flow; empty where it is whole."""
    slot = slots.look(flow)
    publisher, subscriber = flow.publisher.host.name, flow.subscriber.host.name
    if slot is None:
        return f"the replication slot {flow.name} on {publisher} is gone"
    if slot.lost:
        return f"the replication slot {flow.name} on {publisher} is lost: it was held back for too long"
    if not slots.subscribed(flow.subscriber, flow.name):
        return f"the subscription {flow.name} on {subscriber} is gone"
    changed = changed_tables(sides)
    if changed:
        return f"{changed[0]} differs between {publisher} and {subscriber}: its definition was changed"
    if not _steady(flow):
        return f"changes are not taken up on {subscriber}: see the log of PostgreSQL there"
    return ""


def changed_tables(sides: Sides) -> list[str]:
    """Tables that do not have the same columns on both sides, or are on one only."""
    here, there = (_columns(server, sides.database) for server in (sides.source, sides.target))
    return sorted(name for name in set(here) | set(there) if here.get(name) != there.get(name))


def _columns(server: Server, database: str) -> dict[str, Any]:
    return {row["table"]: row["columns"] for row in server.rows(_COLUMNS, database)}


def _present(flow: Flow, upto: str) -> slots.Slot:
    slot = slots.look(flow, upto)
    if slot is None or slot.lost:
        raise RefusedError(
            f"the replication slot {flow.name} on {flow.publisher.host.name} is {'lost' if slot else 'gone'}: "
            "changes since then cannot be followed",
            "give this move up with `decant cancel`, then `decant move` makes the first copy anew",
        )
    return slot


def _within_cap(sides: Sides, flow: Flow, slot: slots.Slot) -> None:
    """Below version 13 no setting caps a slot, so it is dropped here before it fills a live disk."""
    publisher = flow.publisher
    if publisher.major >= 13:
        return
    cap = settings.cap_bytes(sides, publisher)
    if slot.held_back > cap:
        slots.unsubscribe(sides, flow)
        slots.drop(sides, flow)
        raise RefusedError(
            f"the replication slot on {publisher.host.name} held back {slot.held_back >> 20} MiB of log and was dropped",
            "see why the target fell behind; give this move up with `decant cancel`, then run `decant move` again",
        )


def _refuse_changed_tables(sides: Sides, flow: Flow) -> None:
    changed = changed_tables(sides)
    if changed:
        raise RefusedError(
            f"{changed[0]} was changed (DDL) on {flow.publisher.host.name}, so its changes cannot be taken up",
            "make the same change on the other side, or cancel the move and begin again",
        )


def _steady(flow: Flow) -> bool:
    """Whether one and the same process applies changes for a while."""
    deadline = time.monotonic() + START_SECONDS
    seen, since = slots.worker(flow), time.monotonic()
    while True:
        if seen is not None and time.monotonic() - since >= STEADY_SECONDS:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
        pid = slots.worker(flow)
        if pid != seen:
            seen, since = pid, time.monotonic()


def _text(size: int) -> str:
    return f"{size / 2**20:.1f} MiB of log" if size >= 1 << 20 else f"{size / 1024:.1f} KiB of log"
