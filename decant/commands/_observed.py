"""How `decant observe` shows what it saw."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from decant.output import say, table
from estate.documents.words import count, ends, evidence, size, some, span
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
            "unasked": one.unasked,
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
    """Each server with what it used, and who talks to whom; each figure with whether it is of this run or of all."""
    usage = {one.server: one for one in found.usage if one.source == "observe"}
    rows = []
    for one in found.watched:
        own = usage.get(one.host.name)
        rows.append(
            [
                one.host.name,
                count(one.rounds, "round") + (f", {one.missed:,} missed" if one.missed else ""),
                span(own.hours) if own else "",
                _p95(own.cpu_percent, "%") if own else "",
                size(round(own.memory_bytes.p95)) if own and own.memory_bytes else "",
                _p95(own.disk_iops, "") if own else "",
                _rate(own.received_bytes_per_second, own.sent_bytes_per_second) if own else "",
            ]
        )
    rounds = f"{count(found.run.done, 'round')} in {span(found.seconds / 3600)}"
    table(
        f"This run: {rounds}. In all: the most used in 95% of the time",
        ["server", "this run", "observed in all", "CPU", "memory", "disk operations/s", "network in and out"],
        rows,
        numbers=["observed in all", "CPU", "memory", "disk operations/s"],
    )
    new = {one.id for one in found.new}
    table(
        "Who talks to whom, from all that is known; rounds are those of all runs",
        ["client", "server", "port", "workload", "evidence", "this run"],
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
    _tell(found)


def _tell(found: "Observing") -> None:
    """What was not as it should be in this run."""
    for one in found.watched:
        if one.away:
            say(f"{one.host.name} was away at the last try: {one.away}")
        # Of one that never answered, its being away says it all.
        if one.late and one.rounds:
            say(f"{one.host.name} took longer than a round: {count(one.late, 'round')} passed without it.")
        past = one.history.usage if one.history is not None else None
        if past is not None:
            say(f"{one.host.name} had {span(past.hours)} of its own history in sysstat, and it was read.")
        elif one.history is not None and one.history.said and one.history.said != "sysstat is not installed":
            say(f"{one.host.name}: no history of sysstat: {one.history.said}")
    unasked = [f"{one.host.name} ({count(one.unasked, 'round')})" for one in found.watched if one.unasked]
    if unasked:
        say(f"No time was left to ask {some(unasked, 3)}. A longer --every gives more.")
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
