"""The waves of a plan as change windows in a calendar (iCalendar, RFC 5545). Pure.

Times are in UTC, so that no description of a time zone is needed and every calendar shows them in its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from estate.documents.words import count
from estate.printable import printable
from estate.records.plan import Plan, Wave

LONGEST = 75
"""Octets of a line; a longer one is folded."""


def calendar(plan: Plan, council: str, workspace: str) -> str:
    """Every wave that has a day; without times, it is tentative and takes the whole day.

    `workspace` is what tells one workspace from others: an event keeps its id when the plan is written anew, so that
    a calendar replaces it.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Decant//Plan//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{text(f'Moves of {council}' if council else 'Moves')}",
    ]
    for wave in plan.waves:
        lines += _event(plan, wave, workspace)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def _event(plan: Plan, wave: Wave, workspace: str) -> list[str]:
    when = _times(wave)
    if not when:
        return []
    moves = [f"{move.workload} to {move.target or 'a target yet to be said'} ({move.how})" for move in wave.moves]
    notes = [*moves, *(f"crosses between server room and Azure afterwards: {one}" for one in wave.crossing)]
    title = (
        f"Wave {wave.number}{' (pilot)' if wave.pilot else ''}: {wave.name}, {count(len(wave.moves), 'workload')}"
    )
    return [
        "BEGIN:VEVENT",
        f"UID:{uuid5(NAMESPACE_URL, f'decant:{workspace}:{wave.number}')}",
        f"DTSTAMP:{_utc(plan.at)}",
        f"SEQUENCE:{int(plan.at.timestamp()) // 60}",
        *when,
        f"SUMMARY:{text(title)}",
        f"DESCRIPTION:{text(chr(10).join(notes))}",
        f"STATUS:{'CONFIRMED' if wave.window_start else 'TENTATIVE'}",
        "END:VEVENT",
    ]


def _times(wave: Wave) -> list[str]:
    if wave.window_start is not None:
        end = [f"DTEND:{_utc(wave.window_end)}"] if wave.window_end else []
        return [f"DTSTART:{_utc(wave.window_start)}", *end]
    if wave.expected is None:
        return []
    after = wave.expected + timedelta(days=1)
    return [f"DTSTART;VALUE=DATE:{wave.expected:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def text(value: str) -> str:
    """A value of the type TEXT: backslashes, semicolons, commas and line ends escaped, no other control characters."""
    clean = "\n".join(printable(line) for line in value.splitlines())
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets, each further one after a space; no character is cut in two."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode("utf-8", "replace"))
        if size + octets > LONGEST:
            yield part
            part, size = " ", 1
        part += character
        size += octets
    yield part
