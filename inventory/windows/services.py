"""Fact `services` of Windows, in the words of systemd that the record has."""

from estate.records.facts.services import Service, Services
from inventory.facts.base import Reading
from inventory.windows._services import SNIPPET, TOOL, program
from inventory.windows.base import Row, Rows, fact, redacted

_ACTIVE = {
    "Running": ("active", "running"),
    "Stopped": ("inactive", "dead"),
    "Start Pending": ("activating", "start"),
    "Stop Pending": ("deactivating", "stop"),
    "Paused": ("inactive", "paused"),
}
_ENABLED = {"Auto": "enabled", "Manual": "static", "Disabled": "disabled", "Boot": "enabled", "System": "enabled"}
_NEVER_STARTED = 1077
"""ERROR_SERVICE_NEVER_STARTED: since Windows started, nobody asked it to run."""


def parse(rows: Rows) -> Reading:
    """What starts on demand is `static`; one that should run and ended with an error is `failed`."""
    rows.one("service")
    return rows.known(Services(init="windows", services=tuple(_service(row) for row in rows.of("service"))))


def _service(row: Row) -> Service:
    name, command, mode = row.text("name"), row.text("command"), row.text("mode")
    if not name:
        raise ValueError("a service has no name")
    active, sub = _ACTIVE.get(row.text("state"), ("", row.text("state").lower()))
    if active == "inactive" and mode == "Auto" and (row.number("exit") or 0) not in (0, _NEVER_STARTED):
        active, sub = "failed", "failed"
    return Service(
        unit=name,
        active=active,
        sub=sub,
        enabled=_ENABLED.get(mode, ""),
        main_pid=row.number("pid") or None,
        path=redacted(program(command)),
        description=redacted(row.text("title")),
        command=redacted(command),
        user=row.text("account"),
    )


FACT = fact(
    "services",
    "Win32_Service; command lines are redacted. Any account.",
    TOOL,
    SNIPPET,
    parse,
    section="services",
)
