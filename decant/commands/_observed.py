"""How `decant observe` shows what it saw."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from decant.output import say, table
from estate.documents.words import count, ends, evidence, size
from estate.records.usage import Spread

if TYPE_CHECKING:
    from decant.journeys.observing import Observing
    from decant.rows import ObservedRow


def data(found: "Observing") -> Mapping[str, object]:
    """The same for scripts."""
    rows: list[ObservedRow] = [
        {
            "server": one.host.name,
            "rounds": one.rounds,
            "missed": one.missed,
            "late": one.late,
            "away": one.away,
            "history": one.history.said if one.history else "",
        }
        for one in found.watched
    ]
    return {
        "every_seconds": found.run.every,
        "rounds": found.run.done,
        "of_rounds": found.run.rounds,
        "skipped": found.run.skipped,
        "stopped": found.run.stopped,
        "servers": rows,
        "dependencies": found.dependencies,
        "new": [one.id for one in found.new],
        "usage": found.usage,
        "left_out": found.run.left_out,
        "seconds": round(found.seconds, 2),
    }


def show(found: "Observing") -> None:
    """Each server with what it used, and who talks to whom."""
    usage = {(one.server, one.source): one for one in found.usage}
    rows = []
    for one in found.watched:
        own = usage.get((one.host.name, "observe"))
        rows.append(
            [
                one.host.name,
                f"{one.rounds:,}" + (f", {one.missed:,} missed" if one.missed else ""),
                f"{own.hours:,.1f}" if own else "",
                _p95(own.cpu_percent, "%") if own else "",
                size(round(own.memory_bytes.p95)) if own and own.memory_bytes else "",
                _p95(own.disk_iops, "") if own else "",
                _rate(own.received_bytes_per_second, own.sent_bytes_per_second) if own else "",
            ]
        )
    table(
        f"{count(found.run.done, 'round')} in {found.seconds:,.0f} s. What each server uses 95% of the time, at most",
        ["server", "rounds", "hours", "CPU", "memory", "disk operations/s", "network in and out"],
        rows,
        numbers=["hours", "CPU", "memory", "disk operations/s"],
    )
    new = {one.id for one in found.new}
    table(
        "Who talks to whom",
        ["client", "server", "port", "workload", "evidence", ""],
        [
            [
                *ends(one),
                one.port,
                one.workload or "",
                evidence(one),
                "new" if one.id in new else "",
            ]
            for one in found.dependencies
        ],
        numbers=["port"],
    )
    for one in found.watched:
        if one.away:
            say(f"{one.host.name} was away at the last try: {one.away}")
        if one.late:
            say(f"{one.host.name} took longer than a round: {count(one.late, 'round')} passed without it.")
        past = usage.get((one.host.name, "sysstat"))
        if past is not None:
            say(f"{one.host.name} had {past.hours:,.0f} hours of its own history in sysstat, which were read.")
        elif one.history is not None and one.history.said and one.history.said != "sysstat is not installed":
            say(f"{one.host.name}: no history of sysstat: {one.history.said}")
    if found.run.skipped:
        say(f"{count(found.run.skipped, 'round')} passed while this machine was busy, and were skipped.")
    if found.run.left_out:
        say(f"{count(found.run.left_out, 'peer')} of servers that have too many were not kept.")


def _p95(spread: Spread | None, unit: str) -> str:
    return f"{spread.p95:,.0f}{unit}" if spread else ""


def _rate(received: Spread | None, sent: Spread | None) -> str:
    if received is None or sent is None:
        return ""
    return f"{size(round(received.p95))}/s, {size(round(sent.p95))}/s"
