"""Leases: who holds what, until when. The epoch of a key rises with every new holder and never falls.

A holder that dies loses the key when its lease lapses; the next one gets a higher epoch, and everything that the
older one still tries with its own epoch is refused.
"""

import time
from datetime import UTC, datetime

import sqlalchemy as sa

from estate.errors import HeldError
from estate.schema import leases


def acquire(connection: sa.Connection, key: str, holder: str, ttl_seconds: float) -> int:
    """Take `key` for `ttl_seconds`; returns the new epoch. Raises `HeldError` while another lease is alive."""
    moment = _clock(connection)
    row = _locked(connection, key)
    if row is None:
        _insert_empty(connection, key)
        row = _locked(connection, key)
        assert row is not None  # noqa: S101 - inserted in this very transaction
    if row.holder is not None and row.expires > moment:
        raise _held(key, row.holder, row.since, row.expires - moment)
    epoch = int(row.epoch) + 1
    connection.execute(
        sa.update(leases)
        .where(leases.c.key == key)
        .values(epoch=epoch, holder=holder, since=_iso(moment), expires=moment + ttl_seconds)
    )
    return epoch


def renew(connection: sa.Connection, key: str, epoch: int, ttl_seconds: float) -> None:
    """Keep `key` for `ttl_seconds` more. Raises `HeldError` where the epoch is no longer the key's own."""
    done = connection.execute(
        sa.update(leases)
        .where(leases.c.key == key, leases.c.epoch == epoch, leases.c.holder.is_not(None))
        .values(expires=_clock(connection) + ttl_seconds)
    )
    if done.rowcount != 1:
        raise _lost(key, epoch, current(connection, key))


def release(connection: sa.Connection, key: str, epoch: int) -> None:
    """Give `key` up. Nothing happens where it was lost already. Safe to repeat."""
    connection.execute(
        sa.update(leases)
        .where(leases.c.key == key, leases.c.epoch == epoch)
        .values(holder=None, since=None, expires=None)
    )


def current(connection: sa.Connection, key: str) -> int:
    """The newest epoch of `key`; 0 where nobody ever held it."""
    return int(connection.execute(sa.select(leases.c.epoch).where(leases.c.key == key)).scalar() or 0)


def holder(connection: sa.Connection, key: str) -> tuple[str, float] | None:
    """Who holds `key` now, and for how many seconds more unless renewed; None where nobody does."""
    row = connection.execute(sa.select(leases).where(leases.c.key == key)).one_or_none()
    left = 0.0 if row is None or row.holder is None else float(row.expires) - _clock(connection)
    return (str(row.holder), left) if row is not None and left > 0 else None


def refuse_older(connection: sa.Connection, key: str, epoch: int) -> None:
    """Raise `HeldError` where `key` was taken by a later epoch than `epoch`. Locks the lease till commit."""
    row = _locked(connection, key)
    if row is not None and int(row.epoch) > epoch:
        raise _lost(key, epoch, int(row.epoch))


def _locked(connection: sa.Connection, key: str) -> sa.Row[tuple[str, int, str, str, float]] | None:
    # FOR UPDATE is PostgreSQL's; on SQLite, which leaves it out, a writing transaction is alone anyway.
    found: sa.Row[tuple[str, int, str, str, float]] | None = connection.execute(
        sa.select(leases).where(leases.c.key == key).with_for_update()
    ).one_or_none()
    return found


def _insert_empty(connection: sa.Connection, key: str) -> None:
    connection.execute(
        sa.text("INSERT INTO lease (key, epoch) VALUES (:key, 0) ON CONFLICT (key) DO NOTHING"), {"key": key}
    )


def _clock(connection: sa.Connection) -> float:
    """Seconds since 1970 by one clock for all: the database's own, or this machine's where that is a file."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(sa.text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    return time.time()


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _held(key: str, holder: str, since: str, left: float) -> HeldError:
    return HeldError(
        f"{key} is held by {holder} since {since}",
        f"wait until that run ends; if it is dead, its lease lapses in {max(left, 0):.0f} s and you can run again",
    )


def _lost(key: str, epoch: int, newer: int) -> HeldError:
    return HeldError(
        f"this run (epoch {epoch}) no longer holds {key}: epoch {newer} took over or it was given up",
        "look at `decant moves`; run again only if nobody else is at work",
    )
