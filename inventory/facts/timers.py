"""Fact `timers`: systemd timers."""

import re
from datetime import UTC, datetime

from estate.records.base import Instant
from estate.records.facts.timers import Timer, Timers
from inventory.facts.base import Fact, Reading, Section, absent, failed, known

SNIPPET = r"""
[ -d /run/systemd/system ] || { echo none; return 0; }
$t systemctl show '*.timer' --no-pager \
  -p Id,Unit,TimersCalendar,TimersMonotonic,FragmentPath,UnitFileState,LastTriggerUSec,NextElapseUSecRealtime 2>&1
"""

_SPEC = re.compile(r"\{ (On\w+=[^;}]*?) ;")


def parse(section: Section) -> Reading:
    """Read systemctl's blocks, one a timer."""
    if section.text.strip() == "none":
        return absent("the host has no systemd")
    if section.status != 0:
        return failed(f"systemctl could not show the timers: {section.lines[-1][:120] if section.lines else ''}")
    timers = []
    for block in section.text.strip().split("\n\n"):
        if not block.strip():
            continue
        values: dict[str, list[str]] = {}
        for line in block.split("\n"):
            key, equals, value = line.partition("=")
            if not equals:
                raise ValueError(f"systemctl printed {line[:40]!r}")
            values.setdefault(key, []).append(value)
        specs = [*values.get("TimersCalendar", []), *values.get("TimersMonotonic", [])]
        timers.append(
            Timer(
                unit=values["Id"][0],
                activates=values.get("Unit", [""])[0],
                schedule=tuple(found[1] for found in map(_SPEC.search, specs) if found),
                path=values.get("FragmentPath", [""])[0],
                enabled=values.get("UnitFileState", [""])[0],
                last=_instant(values.get("LastTriggerUSec", [""])[0]),
                next=_instant(values.get("NextElapseUSecRealtime", [""])[0]),
            )
        )
    return known(Timers(timers=tuple(timers)))


def _instant(text: str) -> Instant | None:
    """`Sun 2026-11-22 02:30:00 UTC`; None for empty, `n/a` and what is not in UTC."""
    found = re.fullmatch(r"\w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:UTC|GMT)", text)
    return datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if found else None


FACT = Fact(
    id="timers",
    reads="systemctl show of the timers. Any account.",
    tool="systemctl",
    snippet=SNIPPET,
    parser=parse,
    light=True,
)
